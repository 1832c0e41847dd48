# Compiled to bitcode by clang and embedded in the code generation module.
BPF_HELPER_SOURCES = \
	bpf-helpers/helpers.bpf.c \
	bpf-helpers/gt-abi.h \
	bpf-helpers/event.bpf.h \
	bpf-helpers/maps.bpf.h \
	bpf-helpers/core.bpf.h \
	bpf-helpers/strings.bpf.h \
	bpf-helpers/agg.bpf.h \
	bpf-helpers/script.bpf.h \
	bpf-helpers/grpc.bpf.h
