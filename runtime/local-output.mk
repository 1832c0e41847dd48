OUTPUT_SOURCES = \
	runtime/output.h \
	runtime/output.c \
	runtime/maps.h \
	runtime/maps.c \
	runtime/rowtab.h \
	runtime/rowtab.c \
	runtime/hist.h \
	runtime/hist.c \
	runtime/decode.h \
	runtime/decode.c \
	runtime/format.h \
	runtime/format.c \
	runtime/escape.h \
	runtime/escape.c \
	runtime/table.h \
	runtime/table.c \
	runtime/bars.h \
	runtime/bars.c \
	runtime/sink.h \
	runtime/notes.c \
	runtime/sink-text.c \
	runtime/sink-json.c
