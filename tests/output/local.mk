# Output: unit tests, and a whole run in both formats by the program `say`.
OUTPUT_TEST_PROGS = \
	tests/output/values \
	tests/output/buckets \
	tests/output/stream \
	tests/output/kernel-maps
OUTPUT_TESTS = tests/output/sinks.t

check_PROGRAMS += tests/output/say
tests_output_say_SOURCES = tests/output/say.c tests/output/fixture.h
tests_output_values_SOURCES = tests/output/values.c tests/output/fixture.h
tests_output_buckets_SOURCES = tests/output/buckets.c tests/output/fixture.h
tests_output_stream_SOURCES = tests/output/stream.c tests/output/fixture.h
tests_output_kernel_maps_SOURCES = tests/output/kernel-maps.c tests/output/fixture.h

EXTRA_DIST += \
	tests/output/gtrace-output.schema.json \
	tests/output/schema-check \
	tests/output/say.txt \
	tests/output/say-quiet.txt
