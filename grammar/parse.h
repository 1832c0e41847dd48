/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_GRAMMAR_PARSE_H
#define GT_GRAMMAR_PARSE_H
/*
 * parse: the text of a script becomes its tree, and nothing else: no name is looked up.
 *
 * The script holds the items that parsed, in text order; what did not is reported in d
 * (one message a mistake) and left out. Tree and messages live in the arena.
 */
#include "../src/base/arena.h"
#include "../src/base/diag.h"
#include "../src/base/source.h"
#include "../src/lang/ast.h"

struct script *gt_parse(struct arena *a, struct source *src, struct diag *d);

#endif
