# codegen: what compiled clauses do, by running them in the kernel (needs root).
CODEGEN_TESTS = \
	tests/codegen/aggregations.t \
	tests/codegen/arithmetic.t \
	tests/codegen/flow.t \
	tests/codegen/job.t \
	tests/codegen/maps.t \
	tests/codegen/none-unknown.t \
	tests/codegen/stack.t
EXTRA_DIST += tests/codegen/run.sh
check_PROGRAMS += tests/codegen/run-program
tests_codegen_run_program_SOURCES = tests/codegen/run-program.c
