/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line. One table of options is what getopt_long reads, what --help
 * prints and what the manual is tested against; a row names the commands that take
 * the option and the function that stores it.
 *
 *	gtrace [OPTION…] SCRIPT [OPTION… | --PARAM VALUE…] [-- COMMAND…]
 *
 * Behind the script's name a long option that is no option of gtrace is a param of
 * the script, so a script that is run by its #! line takes both.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/diag.h"
#include "base/strbuf.h"
#include "options.h"

#define SCRIPT_MAX (1 << 20)

struct parse {
	struct options *o;
	struct arena *arena;		/* lives until exit */
	struct strbuf text;		/* of all -e */
	bool has_text;
	uint64_t seen;			/* rows of option_rows */
	vec_of(int) pids;
	vec_of(const char *) binaries;
	vec_of(struct param_value) params;
	const char *command;		/* "check", … as written; NULL without one */
	const char *operand;		/* the script's name, the pattern, the id */
	bool script_help;
};

/* ---- saying what is wrong ---- */

__attribute__((format(printf, 2, 0)))
static int complain(int status, const char *fmt, va_list ap, const char *hint)
{
	fputs("gtrace: ", stderr);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n%s%s%s", hint ? "  " : "", hint ? hint : "", hint ? "\n" : "");
	return status;
}

/* The hint says what to do; NULL when the message does. */
__attribute__((format(printf, 2, 3)))
static int usage_error(const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(EXIT_USAGE, fmt, ap, hint);
	va_end(ap);
	return EXIT_USAGE;
}

__attribute__((format(printf, 3, 4)))
static int input_error(int status, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(status, fmt, ap, hint);
	va_end(ap);
	return status;
}

/* ---- values ---- */

/* Digits with an optional fraction; moves *s behind them. */
static bool read_number(const char **s, double *out)
{
	char *end;

	if (!isdigit((unsigned char)**s))
		return false;
	*out = strtod(*s, &end);
	*s = end;
	return true;
}

static double unit_ns(const char **s)
{
	static const struct { const char *name; double ns; } units[] = {
		{ "ns", 1 }, { "us", 1e3 }, { "µs", 1e3 }, { "ms", 1e6 }, { "s", 1e9 },
		{ "m", 60e9 }, { "h", 3600e9 }, { "d", 86400e9 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t n = strlen(units[i].name);

		if (!strncmp(*s, units[i].name, n) && !isalpha((unsigned char)(*s)[n])) {
			*s += n;
			return units[i].ns;
		}
	}
	return 0;
}

/* "250ms", "1.5s", "1h30m": as in the language. */
static int read_duration(const char *option, const char *arg, int64_t *out)
{
	const char *s = arg;
	double total = 0, number = 0, unit = 0;

	while (read_number(&s, &number)) {
		unit = unit_ns(&s);
		if (unit == 0)
			break;
		total += number * unit;
	}
	if (unit == 0 && *s == 0 && s != arg)
		return usage_error(NULL, "%s needs a unit: %ss or %sms, not %s", option, arg, arg,
				   arg);
	if (*s != 0 || s == arg)
		return usage_error(NULL, "%s takes a duration such as 500ms, 1s or 1h30m, not `%s`",
				   option, arg);
	if (total < 1 || total > 9e18)
		return usage_error(NULL, "%s takes a duration between 1ns and 292 years, not `%s`",
				   option, arg);
	*out = (int64_t)total;
	return 0;
}

static int read_count(const char *option, const char *arg, uint64_t least, uint64_t most,
		      uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(arg, &end, 10);
	if (!isdigit((unsigned char)*arg) || *end || errno || *out < least || *out > most)
		return usage_error(NULL, "%s takes a whole number from %llu to %llu, not `%s`",
				   option, (unsigned long long)least, (unsigned long long)most, arg);
	return 0;
}

/* The position of arg among n words; -1 and a message without it. */
static int read_word(const char *option, const char *arg, const char *const *words, size_t n)
{
	struct strbuf all = { 0 };
	const char *near = diag_suggest(arg, words, n);

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(arg, words[i]))
			return (int)i;
	}
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&all, "%s%s", i == 0 ? "" : i == n - 1 ? " or " : ", ", words[i]);
	usage_error(NULL, "%s takes %s, not `%s`%s%s%s", option, all.s, arg,
		    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	strbuf_fini(&all);
	return -1;
}

/* ---- one function an option ---- */

static int set_text(struct parse *p, const char *arg)
{
	if (p->has_text)
		strbuf_putc(&p->text, '\n');
	strbuf_puts(&p->text, arg);
	p->has_text = true;
	return 0;
}

/* "12", "12,13", and what $(pgrep x) gives in quotes. */
static int set_pid(struct parse *p, const char *arg)
{
	const char *s = arg;

	do {
		char *end;
		long pid;
		bool known = false;

		s += strspn(s, ", \t\n");
		errno = 0;
		pid = strtol(s, &end, 10);
		if (!isdigit((unsigned char)*s) || errno || pid < 1 || pid > INT_MAX ||
		    (*end && !strchr(", \t\n", *end)))
			return usage_error("name a program's binary by -b FILE, start one by -c COMMAND",
					   "-p takes process ids, not `%s`", arg);
		for (size_t i = 0; i < p->pids.n; i++)
			known |= p->pids.v[i] == pid;
		if (!known)
			vec_push(p->arena, &p->pids, (int)pid);
		s = end + strspn(end, ", \t\n");
	} while (*s);
	return 0;
}

static int set_binary(struct parse *p, const char *arg)
{
	if (!*arg)
		return usage_error(NULL, "-b takes the path of a program, not an empty string");
	vec_push(p->arena, &p->binaries, arg);
	return 0;
}

static int set_command(struct parse *p, const char *arg)
{
	char **argv = arena_alloc(p->arena, 4 * sizeof(*argv));

	if (p->o->cmd)
		return usage_error("several commands in one: -c 'a & b; wait'",
				   "-c is given twice: gtrace starts one command");
	if (!arg[strspn(arg, " \t\n")])
		return usage_error(NULL, "-c takes a command, not an empty string");
	argv[0] = arena_strdup(p->arena, "/bin/sh");
	argv[1] = arena_strdup(p->arena, "-c");
	argv[2] = arena_strdup(p->arena, arg);
	p->o->cmd = argv;
	return 0;
}

static int set_format(struct parse *p, const char *arg)
{
	static const char *const words[] = { [FORMAT_TEXT] = "text", [FORMAT_JSON] = "json" };
	int i;

	if (!strcmp(arg, "csv"))
		return usage_error(NULL, "--format csv is not in this version; there are text and json");
	i = read_word("--format", arg, words, 2);
	p->o->format = i < 0 ? FORMAT_TEXT : (enum format)i;
	return i < 0 ? EXIT_USAGE : 0;
}

static int set_emit(struct parse *p, const char *arg)
{
	static const char *const words[] = { "ast", "types", "plan", "ir", "asm", "object" };
	int i = read_word("--emit", arg, words, 6);

	p->o->emit = i < 0 ? EMIT_NOTHING : (enum emit_what)(EMIT_AST + i);
	return i < 0 ? EXIT_USAGE : 0;
}

static int set_diag(struct parse *p, const char *arg)
{
	static const char *const words[] = { "text", "json" };
	int i = read_word("--diag", arg, words, 2);

	p->o->diag_json = i == 1;
	return i < 0 ? EXIT_USAGE : 0;
}

static int set_every(struct parse *p, const char *arg)
{
	return read_duration("--every", arg, &p->o->every_ns);
}

static int set_for(struct parse *p, const char *arg)
{
	return read_duration("--for", arg, &p->o->for_ns);
}

static int set_limit(struct parse *p, const char *arg)
{
	return read_count("--limit", arg, 1, INT64_MAX, &p->o->limit);
}

static int set_map_keys(struct parse *p, const char *arg)
{
	uint64_t n = 0;
	int err = read_count("--map-keys", arg, 1, 1 << 22, &n);

	p->o->map_keys = (unsigned)n;
	return err;
}

static int set_output(struct parse *p, const char *arg)
{
	if (!*arg)
		return usage_error(NULL, "-o takes the path of a file, not an empty string");
	p->o->output = arg;
	return 0;
}

static int set_all(struct parse *p, const char *arg) { (void)arg; p->o->all = true; return 0; }
static int set_delta(struct parse *p, const char *arg) { (void)arg; p->o->delta = true; return 0; }
static int set_stats(struct parse *p, const char *arg) { (void)arg; p->o->stats = true; return 0; }
static int set_strict(struct parse *p, const char *arg) { (void)arg; p->o->strict = true; return 0; }
static int set_quiet(struct parse *p, const char *arg) { (void)arg; p->o->quiet = true; return 0; }
static int set_verbose(struct parse *p, const char *arg) { (void)arg; p->o->verbose = true; return 0; }
static int set_perf(struct parse *p, const char *arg) { (void)arg; p->o->perf_events = true; return 0; }

static int set_list(struct parse *p, const char *arg)
{
	(void)arg;
	p->o->command = CMD_LIST;
	return 0;
}

static int set_help(struct parse *p, const char *arg)
{
	(void)arg;
	if (p->operand && !p->command)
		p->script_help = true;
	else
		p->o->command = CMD_HELP;
	return 0;
}

static int set_version(struct parse *p, const char *arg)
{
	(void)arg;
	p->o->command = CMD_VERSION;
	return 0;
}

static int set_later(struct parse *p, const char *arg)
{
	(void)p;
	(void)arg;
	return EXIT_USAGE;	/* option_take() says it: it knows the name */
}

/* ---- the table ---- */

enum takes { RUN = 1, CHECK = 2, LIST = 4, ANY = RUN | CHECK | LIST };

static const struct option_row {
	char letter;		/* 0: none */
	const char *name;	/* NULL: none */
	const char *arg;	/* NULL: takes none */
	unsigned takes;
	int (*set)(struct parse *p, const char *arg);
	const char *doc;	/* NULL: later, and not shown */
} option_rows[] = {
	{ 'e', NULL, "TEXT", RUN | CHECK, set_text, "the script, or one more line of it" },
	{ 'p', NULL, "PID", RUN, set_pid, "trace these processes: -p 12,13 or -p 12 13" },
	{ 'b', NULL, "FILE", RUN | CHECK, set_binary, "trace the processes of this binary, also later ones" },
	{ 'c', NULL, "COMMAND", RUN, set_command, "start this command and trace it and what it starts" },
	{ 0, "all", NULL, RUN, set_all, "trace every process that the probes fit" },
	{ 0, "every", "TIME", RUN, set_every, "print the maps that often, and at the end" },
	{ 0, "delta", NULL, RUN | CHECK, set_delta, "maps start anew at each print" },
	{ 0, "for", "TIME", RUN, set_for, "stop and print after that long" },
	{ 0, "limit", "N", RUN, set_limit, "stop and print after N events of emit and printf" },
	{ 'o', NULL, "FILE", RUN, set_output, "write there, not to standard output" },
	{ 0, "format", "FORMAT", RUN, set_format, "text, or json: one object a line" },
	{ 0, "map-keys", "N", RUN | CHECK, set_map_keys, "keys that a map can hold (4096)" },
	{ 0, "strict", NULL, RUN, set_strict, "exit with 6 if anything was lost" },
	{ 0, "stats", NULL, RUN, set_stats, "say at the end what gtrace itself took and used" },
	{ 'q', NULL, NULL, RUN | CHECK, set_quiet, "say nothing on standard error but errors" },
	{ 'v', NULL, NULL, ANY, set_verbose, "say more: the sites, what did not fit and why" },
	{ 'l', NULL, NULL, LIST, set_list, "list probes, all or those of a PATTERN; -lv: their fields" },
	{ 0, "emit", "STAGE", RUN | CHECK, set_emit, "print ast, types, plan, ir, asm or object; trace nothing" },
	{ 0, "diag", "FORMAT", RUN | CHECK, set_diag, "errors in the script as text or json" },
	{ 0, "perf-events", NULL, RUN, set_perf, "attach by perf events, as on kernels before 6.6" },
	{ 'h', "help", NULL, ANY, set_help, "this text; behind a script's name, the script's own" },
	{ 'V', "version", NULL, ANY, set_version, "the version" },
	{ 0, "listen", "ADDR", RUN, set_later, NULL },
	{ 0, "otlp", "URL", RUN, set_later, NULL },
	{ 0, "max-overhead", "PERCENT", RUN, set_later, NULL },
	{ 0, "leak-age", "TIME", RUN, set_later, NULL },
};
#define OPTION_N (sizeof(option_rows) / sizeof(*option_rows))
_Static_assert(OPTION_N <= 64, "seen options are a 64-bit mask");

static const char *row_spelling(const struct option_row *r)
{
	static char text[32];

	if (r->name)
		snprintf(text, sizeof(text), "--%s", r->name);
	else
		snprintf(text, sizeof(text), "-%c", r->letter);
	return text;
}

static const struct option_row *row_by_letter(int letter)
{
	for (size_t i = 0; i < OPTION_N; i++) {
		if (option_rows[i].letter && option_rows[i].letter == letter)
			return &option_rows[i];
	}
	return NULL;
}

static const struct option_row *row_by_name(const char *name, size_t n)
{
	for (size_t i = 0; i < OPTION_N; i++) {
		const char *have = option_rows[i].name;

		if (have && strlen(have) == n && !strncmp(have, name, n))
			return &option_rows[i];
	}
	return NULL;
}

/* ---- getopt_long ---- */

/* The strings and rows that getopt_long wants; long options have 256 + their row as value. */
static void getopt_tables(char *letters, struct option *names)
{
	*letters++ = '+';
	*letters++ = ':';
	for (size_t i = 0; i < OPTION_N; i++) {
		const struct option_row *r = &option_rows[i];

		if (r->letter)
			*letters++ = r->letter;
		if (r->letter && r->arg)
			*letters++ = ':';
		if (r->name)
			*names++ = (struct option){ r->name, r->arg ? required_argument : no_argument,
						    NULL, 256 + (int)i };
	}
	*letters = 0;
	*names = (struct option){ 0 };
}

static int unknown_option(const char *word)
{
	const char *names[OPTION_N], *near;
	char bare[64];
	size_t n = 0;

	if (strncmp(word, "--", 2))
		return usage_error("gtrace --help has them all", "there is no option -%c", optopt);
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (size_t i = 0; i < OPTION_N; i++) {
		if (option_rows[i].name && option_rows[i].doc)
			names[n++] = option_rows[i].name;
	}
	near = diag_suggest(bare, names, n);
	if (near)
		return usage_error(NULL, "there is no option --%s; did you mean --%s?", bare, near);
	return usage_error("gtrace --help has them all; params of a script stand behind its name",
			   "there is no option --%s", bare);
}

/* getopt's '?': unknown, ambiguous, or an argument for an option that takes none. */
static int bad_option(const char *word)
{
	const struct option_row *r = optopt >= 256 ? &option_rows[optopt - 256] : NULL;

	if (r)
		return usage_error(NULL, "--%s takes no value", r->name);
	if (!strncmp(word, "--", 2)) {
		size_t n = strcspn(word + 2, "=");
		struct strbuf all = { 0 };
		int found = 0, err;

		for (size_t i = 0; i < OPTION_N; i++) {
			const char *name = option_rows[i].name;

			if (name && !strncmp(name, word + 2, n))
				strbuf_printf(&all, "%s--%s", found++ ? " or " : "", name);
		}
		err = found > 1 ? usage_error(NULL, "--%.*s could be %s", (int)n, word + 2, all.s) :
				  unknown_option(word);
		strbuf_fini(&all);
		return err;
	}
	return unknown_option(word);
}

static int no_argument_given(const char *word)
{
	const struct option_row *r = optopt >= 256 ? &option_rows[optopt - 256] :
						     row_by_letter(optopt);

	(void)word;
	return usage_error("gtrace --help has them all", "%s needs its %s", row_spelling(r), r->arg);
}

static int option_take(struct parse *p, const struct option_row *r, const char *arg)
{
	p->seen |= 1ull << (r - option_rows);
	if (!r->doc)
		return usage_error(NULL, "--%s is not in this version", r->name);
	return r->set(p, arg);
}

/* -p 12 13, as -p $(pgrep x) gives it. */
static int more_pids(struct parse *p, int argc, char **argv)
{
	int err = 0;

	while (!err && optind < argc && argv[optind][0] &&
	       !argv[optind][strspn(argv[optind], "0123456789,")])
		err = set_pid(p, argv[optind++]);
	return err;
}

/*
 * Takes options until the first word that is none, which optind then names. Says
 * whether it stopped at "--".
 */
static int take_options(struct parse *p, int argc, char **argv, bool *dashes)
{
	char letters[2 * OPTION_N + 3];
	struct option names[OPTION_N + 1];
	int err = 0;

	getopt_tables(letters, names);
	opterr = 0;
	while (!err) {
		int before = optind;
		int c = getopt_long(argc, argv, letters, names, NULL);
		const struct option_row *r = c >= 256 ? &option_rows[c - 256] : row_by_letter(c);

		if (c == -1) {
			*dashes = optind == before + 1;
			break;
		}
		if (c == '?')
			err = bad_option(argv[optind > before ? optind - 1 : before]);
		else if (c == ':')
			err = no_argument_given(argv[before]);
		else
			err = option_take(p, r, optarg);
		if (!err && r && r->set == set_pid)
			err = more_pids(p, argc, argv);
	}
	return err;
}

/* ---- behind the script's name ---- */

/* The row that the letters of "-qp" end in, if it wants the next word. */
static const struct option_row *wants_next(const char *word)
{
	for (const char *s = word + 1; *s; s++) {
		const struct option_row *r = row_by_letter(*s);

		if (r && r->arg)
			return s[1] ? NULL : r;
	}
	return NULL;
}

static int take_param(struct parse *p, char **argv, int argc, int *i)
{
	const char *name = argv[*i] + 2;
	size_t n = strcspn(name, "=");
	const char *value = name[n] ? name + n + 1 : NULL;
	char *bare;

	if (n == 0)
		return usage_error("params are given as --name value", "`%s` names no param", argv[*i]);
	if (!value) {
		if (*i + 1 >= argc)
			return usage_error(NULL, "param --%s needs a value: --%s VALUE", name, name);
		value = argv[++*i];
	}
	bare = arena_strndup(p->arena, name, n);
	for (char *c = bare; *c; c++)
		*c = *c == '-' ? '_' : *c;	/* --slow-after is param slow_after */
	vec_push(p->arena, &p->params, (struct param_value){ bare, value });
	return 0;
}

/*
 * Sorts the words behind the script into params and options, and takes both. Only a
 * whole name is an option here: a param may begin like one.
 */
static int take_tail(struct parse *p, int argc, char **argv, int from, int *dashes_at)
{
	char **options = arena_alloc(p->arena, ((size_t)argc + 2) * sizeof(*options));
	const struct option_row *r = NULL;
	int n = 1, err = 0;
	bool dashes;

	options[0] = argv[0];
	for (int i = from; i < argc && !err; i++) {
		const char *w = argv[i];

		if (!strcmp(w, "--")) {
			*dashes_at = i + 1;
			break;
		}
		if (w[0] == '-' && w[1]) {
			bool is_long = w[1] == '-';

			r = is_long ? row_by_name(w + 2, strcspn(w + 2, "=")) : wants_next(w);
			if (is_long && !r) {
				err = take_param(p, argv, argc, &i);
				continue;
			}
			options[n++] = argv[i];
			if (r && r->arg && !(is_long && strchr(w, '=')) && i + 1 < argc)
				options[n++] = argv[++i];
		} else if (r && r->set == set_pid && isdigit((unsigned char)*w)) {
			err = set_pid(p, w);
		} else {
			err = usage_error("params are given as --name value, a command behind --",
					  "there is nothing to do with `%s`", w);
		}
	}
	optind = 0;	/* getopt starts over */
	return err ? err : take_options(p, n, options, &dashes);
}

/* ---- the script's text ---- */

static int read_all(struct parse *p, int fd, const char *name)
{
	struct strbuf b = { 0 };
	char chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0 && b.len <= SCRIPT_MAX)
		strbuf_add(&b, chunk, (size_t)n);
	if (n < 0) {
		strbuf_fini(&b);
		return input_error(EXIT_RUNTIME, NULL, "%s: cannot be read: %s", name, strerror(errno));
	}
	p->o->script_text = arena_strndup(p->arena, b.s ? b.s : "", b.len);
	p->o->script_len = b.len;
	strbuf_fini(&b);
	return 0;
}

static int check_text(const struct options *o)
{
	const char *nul = memchr(o->script_text, 0, o->script_len);

	if (o->script_len >= 4 && !memcmp(o->script_text, "\177ELF", 4))
		return input_error(EXIT_SCRIPT, "name a program to trace by -b FILE",
				   "%s: this is a program, not a script", o->script_name);
	if (o->script_len > SCRIPT_MAX)
		return input_error(EXIT_SCRIPT, NULL, "%s: a script can be 1 MiB long, and this is more",
				   o->script_name);
	if (!nul)
		return 0;
	return input_error(EXIT_SCRIPT, "is it another file than you meant?",
			   "%s: not a text: there is a NUL byte at offset %zu", o->script_name,
			   (size_t)(nul - o->script_text));
}

static int open_failed(const char *name)
{
	int e = errno;

	if (e == ENOENT && strpbrk(name, " <>"))
		return usage_error("a script on the command line stands behind -e: gtrace -e 'on …'",
				   "there is no file `%s`", name);
	if (e == ENOENT)
		return usage_error("gtrace --help shows what can be given", "there is no file `%s`",
				   name);
	return usage_error(e == EACCES ? "who may read it? see ls -l" : NULL, "%s: cannot be opened: %s",
			   name, strerror(e));
}

static int read_script(struct parse *p, const char *name)
{
	struct stat st;
	int fd, err;

	p->o->script_name = name;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return open_failed(name);
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode))
		err = usage_error("name a file in it", "%s: this is a directory, not a script", name);
	else if (fcntl(fd, F_SETFL, 0) < 0)
		err = open_failed(name);
	else
		err = read_all(p, fd, name);
	close(fd);
	return err ? err : check_text(p->o);
}

static int take_script(struct parse *p)
{
	struct options *o = p->o;
	int err;

	if (p->has_text) {
		o->script_name = "<command line>";
		o->script_text = arena_strndup(p->arena, p->text.s ? p->text.s : "", p->text.len);
		o->script_len = p->text.len;
		return check_text(o);
	}
	if (strcmp(p->operand, "-"))
		return read_script(p, p->operand);
	o->script_name = "<standard input>";
	err = read_all(p, STDIN_FILENO, o->script_name);
	return err ? err : check_text(o);
}

/* ---- commands ---- */

static const struct { const char *name; enum command command; bool later; } commands[] = {
	{ "check", CMD_CHECK, false },
	{ "explain", CMD_EXPLAIN, false },
	{ "targets", CMD_TARGETS, true },
	{ "doctor", CMD_HELP, true },
	{ "fmt", CMD_HELP, true },
	{ "compile", CMD_HELP, true },
	{ "run", CMD_HELP, true },
};

/* Whether the word is a command; a file of that name is given as ./check. */
static int take_command(struct parse *p, const char *word, bool *is_command)
{
	*is_command = false;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(word, commands[i].name))
			continue;
		if (commands[i].later)
			return usage_error("a script of that name is given as ./NAME",
					   "gtrace %s is not in this version", word);
		p->command = word;
		p->o->command = commands[i].command;
		*is_command = true;
	}
	return 0;
}

/* The words that are no options: a command, a script or a pattern, what is behind them. */
static int take_operands(struct parse *p, int argc, char **argv, int *cmd_at)
{
	bool is_command = false, dashes = false;
	int err = take_options(p, argc, argv, &dashes);

	if (!err && !dashes && optind < argc && p->o->command == CMD_RUN && !p->has_text)
		err = take_command(p, argv[optind], &is_command);
	if (is_command) {
		optind++;
		err = take_options(p, argc, argv, &dashes);
	}
	if (err)
		return err;
	if (dashes || optind >= argc) {
		*cmd_at = dashes ? optind : -1;
		return 0;
	}
	if (p->has_text)
		return usage_error("the script is what -e says; a command to trace stands behind --",
				   "there is nothing to do with `%s`", argv[optind]);
	p->operand = argv[optind];
	return take_tail(p, argc, argv, optind + 1, cmd_at);
}

static unsigned mode_of(const struct options *o)
{
	return o->command == CMD_LIST ? LIST : o->command == CMD_CHECK ? CHECK : RUN;
}

/* An option that the command has no use for is a mistake, not noise. */
static int check_takes(const struct parse *p)
{
	unsigned mode = mode_of(p->o);

	for (size_t i = 0; i < OPTION_N; i++) {
		const struct option_row *r = &option_rows[i];

		if (!(p->seen & (1ull << i)) || (r->takes & mode))
			continue;
		if (mode == LIST)
			return usage_error("gtrace -l [PATTERN], gtrace -lv PATTERN",
					   "-l lists probes and has no use for %s", row_spelling(r));
		return usage_error("it attaches nothing; -b FILE says which binary the probes should fit",
				   "gtrace check has no use for %s", row_spelling(r));
	}
	return 0;
}

static int check_together(const struct parse *p)
{
	const struct options *o = p->o;

	if (o->quiet && o->verbose)
		return usage_error(NULL, "-q and -v do not go together");
	if (o->all && (o->n_pids || o->n_binaries || o->cmd))
		return usage_error(NULL, "--all means every process: leave it out, or leave out %s",
				   o->n_pids ? "-p" : o->n_binaries ? "-b" : "the command");
	return check_takes(p);
}

static int finish_list(struct parse *p)
{
	p->o->list_pattern = p->operand;
	p->o->list_verbose = p->o->verbose;
	if (p->params.n)
		return usage_error("gtrace -l [PATTERN], gtrace -lv PATTERN", "there is no option --%s",
				   p->params.v[0].name);
	return 0;
}

static int finish_explain(struct parse *p)
{
	p->o->explain = p->operand;
	if (p->operand)
		return 0;
	return usage_error("ids stand in front of messages: gtrace explain E0107",
			   "gtrace explain needs the id of a message");
}

static int finish_script(struct parse *p)
{
	if (!p->has_text && !p->operand)
		return usage_error("give one: gtrace -e 'on grpc:msg_send < count() >', a file, or - for "
				   "standard input",
				   "there is no script%s%s", p->command ? " to " : "",
				   p->command ? p->command : "");
	if (p->script_help)
		p->o->command = CMD_SCRIPT_HELP;
	return take_script(p);
}

static void hand_over(struct parse *p)
{
	p->o->pids = p->pids.v;
	p->o->n_pids = p->pids.n;
	p->o->binaries = p->binaries.v;
	p->o->n_binaries = p->binaries.n;
	p->o->params = p->params.v;
	p->o->n_params = p->params.n;
}

static int take_all(struct parse *p, int argc, char **argv)
{
	struct options *o = p->o;
	int cmd_at = -1, err = take_operands(p, argc, argv, &cmd_at);

	if (err || o->command == CMD_HELP || o->command == CMD_VERSION)
		return err;
	if (cmd_at >= 0 && (cmd_at >= argc || o->cmd || o->command != CMD_RUN))
		return usage_error(NULL, cmd_at >= argc ? "there is no command behind --" :
				   o->cmd ? "a command behind -- and -c do not go together" :
				   "only a script that is run takes a command behind --");
	if (cmd_at >= 0)
		o->cmd = argv + cmd_at;
	hand_over(p);
	err = check_together(p);
	if (err)
		return err;
	if (o->command == CMD_LIST)
		return finish_list(p);
	return o->command == CMD_EXPLAIN ? finish_explain(p) : finish_script(p);
}

int options_parse(struct options *o, int argc, char **argv)
{
	struct parse p = { .o = o };
	int err;

	*o = (struct options){ .command = argc > 1 ? CMD_RUN : CMD_HELP, .arena = arena_new() };
	p.arena = o->arena;
	err = take_all(&p, argc, argv);
	strbuf_fini(&p.text);
	return err;
}

void options_free(struct options *o)
{
	arena_free(o->arena);
}

/* ---- help ---- */

/* Each of them is run by the tests. */
static const struct { const char *what, *command; } examples[] = {
	{ "how old a stream is when a message of more than 1 MiB goes out on it",
	  "gtrace -e 'on grpc:stream_send where msg_len > 1M < hist(age) >'" },
	{ "the bytes that each method sends, second by second",
	  "gtrace --every 1s --delta -e 'on grpc:msg_send < sum(msg_len) by method >'" },
	{ "how long streams live, by method: half of them, 9 in 10, 99 in 100",
	  "gtrace -e 'on grpc:stream_end < quantile(age) by method >'" },
	{ "streams that were reset, by the code",
	  "gtrace -e 'on grpc:stream_end where has(rst_code) < count() by rst_code >'" },
	{ "every message of one process as a JSON record",
	  "gtrace -p PID --format json -e 'on grpc:msg_send < emit(method, msg_len, age) >'" },
};

static void print_option(const struct option_row *r)
{
	char left[40];

	snprintf(left, sizeof(left), "%s%.1s%s%s%s%s%s", r->letter ? "-" : "",
		 r->letter ? &r->letter : "", r->letter && r->name ? ", " : "", r->name ? "--" : "",
		 r->name ? r->name : "", r->arg ? " " : "", r->arg ? r->arg : "");
	printf("  %-18s %s\n", left, r->doc);
}

void help_print(void)
{
	puts("gtrace traces gRPC in running Go programs, stripped or not, without changing them.\n"
	     "\n"
	     "  gtrace [OPTION]... -e 'on PROBE where PREDICATE < STATEMENT; ... >'\n"
	     "  gtrace [OPTION]... SCRIPT [--PARAM VALUE]... [-- COMMAND...]\n"
	     "  gtrace SCRIPT --help          what a script does and which params it has\n"
	     "  gtrace check [-b FILE] SCRIPT whether it is right, and fits that binary\n"
	     "  gtrace -l [PATTERN]           the probes; -lv: with their fields\n"
	     "  gtrace explain ID             what a message means\n"
	     "\n"
	     "SCRIPT is a file, or - for standard input. ^C stops and prints.");
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
		printf("%s  # %s\n  %s\n", i ? "" : "\nExamples:\n", examples[i].what, examples[i].command);
	puts("\nOptions:");
	for (size_t i = 0; i < OPTION_N; i++) {
		if (option_rows[i].doc)
			print_option(&option_rows[i]);
	}
	puts("\nThe language and everything else: man 5 gtrace, man 1 gtrace.");
}
