GRAMMAR_SOURCES = \
	grammar/block.c \
	grammar/build.c \
	grammar/help.c \
	grammar/items.c \
	grammar/lexer.l \
	grammar/literal.c \
	grammar/parse-int.h \
	grammar/parse.c \
	grammar/parse.h \
	grammar/parser.y \
	grammar/probe.c \
	grammar/syntax.c

$(libgt_grammar_a_OBJECTS): grammar/parser.h
