GOELF_SOURCES = \
	src/goelf/goelf.h \
	src/goelf/goelf-int.h \
	src/goelf/goelf.c \
	src/goelf/reader.h \
	src/goelf/reader.c \
	src/goelf/elf.c \
	src/goelf/buildinfo.c \
	src/goelf/info.c \
	src/goelf/pclntab.c \
	src/goelf/pcvalue.c \
	src/goelf/moduledata.c \
	src/goelf/find.c \
	src/goelf/funcs.c \
	src/goelf/inline.c \
	src/goelf/decode.c \
	src/goelf/site.c \
	src/goelf/result.c \
	src/goelf/rtype.c \
	src/goelf/typeindex.c \
	src/goelf/fields.c \
	src/goelf/itab.c
