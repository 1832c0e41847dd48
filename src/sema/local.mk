SEMA_SOURCES = \
	src/sema/sema.h \
	src/sema/sema-int.h \
	src/sema/sema.c \
	src/sema/resolve.c \
	src/sema/params.c \
	src/sema/literal.c \
	src/sema/glob.c \
	src/sema/check.c \
	src/sema/maps.c \
	src/sema/aggs.c \
	src/sema/format.c \
	src/sema/infer.c \
	src/sema/operators.c \
	src/sema/names.c \
	src/sema/defs.c \
	src/sema/call.c \
	src/sema/fold.c \
	src/sema/status.c \
	src/sema/layout.c \
	src/sema/print.c \
	src/sema/walk.c
