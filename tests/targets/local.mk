# Go programs with known traffic; built by tests/targets/build, not by make.
TARGETS_DIST = \
	tests/targets/README \
	tests/targets/build \
	tests/targets/gt/account.go \
	tests/targets/gt/client.go \
	tests/targets/gt/clock.go \
	tests/targets/gt/codec.go \
	tests/targets/gt/main.go \
	tests/targets/gt/server.go \
	tests/targets/gt/sizes.go \
	tests/targets/gt/wire.go \
	tests/targets/plain/main.go \
	tests/targets/spin/main.go
