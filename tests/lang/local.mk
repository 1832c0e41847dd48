LANG_TESTS = tests/lang/lang.t
LANG_GOLDENS = $(wildcard $(top_srcdir)/tests/lang/*.gt $(top_srcdir)/tests/lang/*.ast \
	$(top_srcdir)/tests/lang/*.err)

check_PROGRAMS += tests/lang/parse-dump
tests_lang_parse_dump_SOURCES = tests/lang/parse-dump.c
tests_lang_parse_dump_LDADD = libgt-grammar.a libgt-core.a

EXTRA_DIST += tests/fuzz/fuzz-parse.c tests/fuzz/parse.dict tests/fuzz/parse.sh
