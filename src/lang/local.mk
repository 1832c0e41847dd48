LANG_SOURCES = \
	src/lang/ast-print.c \
	src/lang/ast.c \
	src/lang/ast.h \
	src/lang/types.c \
	src/lang/types.h \
	src/lang/units.c \
	src/lang/units.h
