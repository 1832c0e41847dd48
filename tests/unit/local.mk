UNIT_TEST_PROGS = \
	tests/unit/base-test \
	tests/unit/lang-test

tests_unit_base_test_SOURCES = tests/unit/base-test.c tests/unit/tap.h
tests_unit_base_test_LDADD = libgt-core.a
tests_unit_lang_test_SOURCES = tests/unit/lang-test.c tests/unit/tap.h
tests_unit_lang_test_LDADD = libgt-grammar.a libgt-core.a
