/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_SESSION_H
#define GT_SESSION_H
/*
 * session: the path of a script, from text to printed maps. Owns every result of
 * every stage. Returns an exit status (options.h).
 */
#include "options.h"

int session_run(const struct options *o);	/* CMD_RUN, also --emit */
int session_check(const struct options *o);	/* CMD_CHECK: compiles, attaches nothing */
int session_script_help(const struct options *o);	/* CMD_SCRIPT_HELP: leading comment and params */

/* list.c */
int list_run(const struct options *o);		/* CMD_LIST */

#endif
