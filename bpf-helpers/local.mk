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
	bpf-helpers/grpc-records.bpf.h \
	bpf-helpers/grpc.bpf.h \
	bpf-helpers/grpc-fields.bpf.h

# The subprograms as assembly: rows of a table in src/codegen/subs.c.
BPF_HELPER_SOURCES += bpf-helpers/subs.awk
BUILT_SOURCES += bpf-helpers/subs.inc
CLEANFILES += bpf-helpers/subs.s bpf-helpers/subs.inc

bpf-helpers/subs.s: $(BPF_HELPER_SOURCES)
	$(AM_V_BPF)$(MKDIR_P) bpf-helpers && $(BPF_CLANG) -target bpf -O2 -mcpu=v3 -Wall -Werror \
		-DGT_ASSEMBLY $(BPF_CPPFLAGS) -S $(srcdir)/bpf-helpers/helpers.bpf.c -o $@-t && \
		mv $@-t $@

bpf-helpers/subs.inc: bpf-helpers/subs.s bpf-helpers/subs.awk
	$(AM_V_GEN)$(AWK) -f $(srcdir)/bpf-helpers/subs.awk bpf-helpers/subs.s > $@-t && mv $@-t $@

src/codegen/gtrace_codegen_so-subs.$(OBJEXT): bpf-helpers/subs.inc
