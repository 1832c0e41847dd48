# sema: scripts against the Program that they become, or the messages that they get.
SEMA_TESTS = tests/sema/sema.t
check_PROGRAMS += tests/sema/sema-dump
tests_sema_sema_dump_SOURCES = tests/sema/sema-dump.c
EXTRA_DIST += $(SEMA_GOLDENS)
SEMA_GOLDENS = \
	tests/sema/aggregations.gt \
	tests/sema/aggregations.program \
	tests/sema/bad-aggs.err \
	tests/sema/bad-aggs.gt \
	tests/sema/bad-calls.err \
	tests/sema/bad-calls.gt \
	tests/sema/bad-defs.err \
	tests/sema/bad-defs.gt \
	tests/sema/bad-emit.err \
	tests/sema/bad-emit.gt \
	tests/sema/bad-formats.err \
	tests/sema/bad-formats.gt \
	tests/sema/bad-lets.err \
	tests/sema/bad-lets.gt \
	tests/sema/bad-maps.err \
	tests/sema/bad-maps.gt \
	tests/sema/bad-names.err \
	tests/sema/bad-names.gt \
	tests/sema/bad-numbers.err \
	tests/sema/bad-numbers.gt \
	tests/sema/bad-options.err \
	tests/sema/bad-options.gt \
	tests/sema/bad-params.err \
	tests/sema/bad-params.gt \
	tests/sema/bad-probes.err \
	tests/sema/bad-probes.gt \
	tests/sema/bad-types.err \
	tests/sema/bad-types.gt \
	tests/sema/bad-units.err \
	tests/sema/bad-units.gt \
	tests/sema/constants.gt \
	tests/sema/constants.program \
	tests/sema/defs.gt \
	tests/sema/defs.program \
	tests/sema/delta.gt \
	tests/sema/delta.program \
	tests/sema/flow.gt \
	tests/sema/flow.program \
	tests/sema/large-defs.err \
	tests/sema/large-defs.gt \
	tests/sema/later-items.err \
	tests/sema/later-items.gt \
	tests/sema/later-names.err \
	tests/sema/later-names.gt \
	tests/sema/later-probes.err \
	tests/sema/later-probes.gt \
	tests/sema/maps.gt \
	tests/sema/maps.program \
	tests/sema/never-runs.err \
	tests/sema/never-runs.gt \
	tests/sema/no-clause.err \
	tests/sema/no-clause.gt \
	tests/sema/one-liner.gt \
	tests/sema/one-liner.program \
	tests/sema/params.gt \
	tests/sema/params.program \
	tests/sema/probes.gt \
	tests/sema/probes.program \
	tests/sema/records.gt \
	tests/sema/records.program \
	tests/sema/support.gt \
	tests/sema/support.program \
	tests/sema/swap.gt \
	tests/sema/swap.program \
	tests/sema/too-many.err \
	tests/sema/too-many.gt \
	tests/sema/types.gt \
	tests/sema/types.program \
	tests/sema/unions.gt \
	tests/sema/unions.program \
	tests/sema/warnings.gt \
	tests/sema/warnings.program
