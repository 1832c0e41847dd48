# SPDX-License-Identifier: GPL-3.0-or-later
RUNTIME_SOURCES = \
	runtime/attach.c runtime/attach.h \
	runtime/child.c runtime/child.h \
	runtime/load.c runtime/load.h \
	runtime/ring.c runtime/ring.h \
	runtime/sweep.c runtime/sweep.h \
	runtime/target.c runtime/target.h \
	runtime/watch.c runtime/watch.h

# watch: an object of its own, made when gtrace is built.
EXTRA_DIST += runtime/watch.bpf.c
BUILT_SOURCES += runtime/watch.bpf.o.inc
CLEANFILES += runtime/watch.bpf.o runtime/watch.bpf.o.inc

runtime/watch.bpf.o: runtime/watch.bpf.c runtime/watch.h bpf-helpers/gt-abi.h
	$(AM_V_BPF)$(MKDIR_P) runtime && $(BPF_CLANG) -target bpf -O2 -g -Wall -Werror \
		$(BPF_CPPFLAGS) -c $(srcdir)/runtime/watch.bpf.c -o $@-t && mv $@-t $@

runtime/watch.bpf.o.inc: runtime/watch.bpf.o
	$(AM_V_GEN)od -An -v -tx1 runtime/watch.bpf.o | sed 's/ \(..\)/0x\1,/g' > $@-t && mv $@-t $@

# support: the hooks that no script changes.
EXTRA_DIST += bpf-helpers/support.bpf.c
BUILT_SOURCES += bpf-helpers/support.bpf.o.inc
CLEANFILES += bpf-helpers/support.bpf.o bpf-helpers/support.bpf.o.inc

bpf-helpers/support.bpf.o: bpf-helpers/support.bpf.c $(BPF_HELPER_SOURCES)
	$(AM_V_BPF)$(MKDIR_P) bpf-helpers && $(BPF_CLANG) -target bpf -O2 -g -mcpu=v3 -Wall -Werror \
		$(BPF_CPPFLAGS) -c $(srcdir)/bpf-helpers/support.bpf.c -o $@-t && mv $@-t $@

bpf-helpers/support.bpf.o.inc: bpf-helpers/support.bpf.o
	$(AM_V_GEN)od -An -v -tx1 bpf-helpers/support.bpf.o | sed 's/ \(..\)/0x\1,/g' > $@-t && mv $@-t $@
