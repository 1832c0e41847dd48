BASE_SOURCES = \
	src/base/arena.c \
	src/base/arena.h \
	src/base/clock.h \
	src/base/diag-print.c \
	src/base/diag.c \
	src/base/diag.def \
	src/base/diag.h \
	src/base/source.c \
	src/base/source.h \
	src/base/strbuf.c \
	src/base/strbuf.h
