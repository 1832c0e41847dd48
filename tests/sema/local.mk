# sema: scripts against the Program that they become, or the messages that they get.
SEMA_TESTS = tests/sema/sema.t
SEMA_GOLDENS = \
	$(wildcard $(top_srcdir)/tests/sema/*.gt) \
	$(wildcard $(top_srcdir)/tests/sema/*.err) \
	$(wildcard $(top_srcdir)/tests/sema/*.program)
check_PROGRAMS += tests/sema/sema-dump
tests_sema_sema_dump_SOURCES = tests/sema/sema-dump.c
