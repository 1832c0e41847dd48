# Live tests: real BPF on real Go processes, compared with the program's own account.
# Each runs alone too: tests/live/NAME.t
LIVE_TESTS = \
	tests/live/targets.t \
	tests/live/count.t \
	tests/live/headline.t \
	tests/live/by-side.t \
	tests/live/by-method.t \
	tests/live/msg-recv.t \
	tests/live/header-recv.t \
	tests/live/stream-end.t \
	tests/live/quantile.t \
	tests/live/emit.t \
	tests/live/versions.t \
	tests/live/open-map.t \
	tests/live/stream-open.t \
	tests/live/attach-amid.t \
	tests/live/peer-killed.t \
	tests/live/many-unary.t \
	tests/live/two-tracers.t \
	tests/live/gate.t \
	tests/live/kill9.t \
	tests/live/command.t \
	tests/live/no-target.t \
	tests/live/narrow.t \
	tests/live/options.t \
	tests/live/language.t \
	tests/live/loss.t \
	tests/live/verifier.t \
	tests/live/stress.t \
	tests/live/etcd.t

LIVE_DIST = $(LIVE_TESTS) tests/live/gtlive.py
