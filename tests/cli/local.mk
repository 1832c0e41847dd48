# The command line and the manual, and that includes point one way.
CLI_TESTS = \
	tests/cli/help.t \
	tests/cli/input.t \
	tests/cli/list.t \
	tests/cli/usage.t \
	tests/layers.t \
	tests/man.t
CLI_DIST = tests/cli/tap.sh
