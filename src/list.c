/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gtrace -l and -lv: the catalog's rows as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "catalog/catalog.h"
#include "lang/types.h"
#include "sema/sema-int.h"
#include "session.h"

/* "grpc:msg_send", "begin" */
static const char *probe_name(const struct event_row *e)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s%s%s", e->provider, *e->name ? ":" : "", e->name);
	return text;
}

/* A pattern without a colon is a provider's name or a glob of what stands behind one. */
static bool names_event(const char *pattern, enum event_id id)
{
	const struct event_row *e = &event_rows[id];

	if (!pattern || glob_match(pattern, probe_name(e)))
		return true;
	for (const struct event_alias *a = event_aliases; a->alias; a++) {
		if (a->event == id && !strcmp(pattern, a->alias))
			return true;
	}
	return !strchr(pattern, ':') &&
	       (glob_match(pattern, e->provider) || glob_match(pattern, e->name));
}

static uint64_t matching(const char *pattern, bool later)
{
	uint64_t mask = 0;

	for (int id = 0; id < EVENT_N; id++) {
		if ((event_rows[id].kind == EVENT_LATER) == later && names_event(pattern, id))
			mask |= EV_BIT(id);
	}
	return mask;
}

/* ---- text that fits the terminal ---- */

/* Columns of the terminal; 0 where output goes elsewhere and lines stay whole. */
static int terminal_width(void)
{
	struct winsize w;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0)
		return 0;
	return w.ws_col;
}

/* Prints text behind what stands in the line up to column `indent`, and ends it. */
static void print_text(int indent, const char *text)
{
	int width = terminal_width(), room = width - indent;

	while (room >= 20 && (int)strlen(text) > room) {
		int n = room;

		while (n > 0 && text[n] != ' ')
			n--;
		if (n == 0)
			break;
		printf("%.*s\n%*s", n, text, indent, "");
		text += n + 1;
	}
	puts(text);
}

static char *add_text(char *at, const char *end, const char *text)
{
	int n = snprintf(at, (size_t)(end - at), "%s", text);

	return n < end - at ? at + n : at;
}

/* ---- fields ---- */

static const char *type_text(const struct field_row *f)
{
	static char text[32];
	const char *unit = f->type.kind == TYPE_DURATION ? " (ns)" :
			   f->type.kind == TYPE_TIME ? " (ns)" : "";

	snprintf(text, sizeof(text), "%s%s", type_name(f->type), unit);
	return text;
}

static char *add_names(char *at, const char *end, const struct enum_type *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		at = add_text(at, end, i ? " " : ": ");
		at = add_text(at, end, e->names[i].name);
	}
	return at;
}

/* What can be instead of a value, and which members of a union have no such field. */
static char *add_absence(char *at, const char *end, const struct field_row *f,
			 const struct event_row *e)
{
	uint64_t lacks = e->members & ~f->events;

	if (e->kind != EVENT_UNION || !lacks || lacks == e->members)
		return f->flags & FIELD_NONE_OK ? add_text(at, end, "; may be none") : at;
	at = add_text(at, end, "; none in");
	for (int id = 0; id < EVENT_N; id++) {
		if (lacks & EV_BIT(id)) {
			at = add_text(at, end, " ");
			at = add_text(at, end, probe_name(&event_rows[id]));
		}
	}
	return at;
}

static void print_field(const struct field_row *f, const struct event_row *e)
{
	char text[1024], *end = text + sizeof(text), *at = add_text(text, end, f->doc);

	if (f->type.kind == TYPE_ENUM)
		at = add_names(at, end, f->type.enums);
	add_absence(at, end, f, e);
	printf("    %-13s %-14s ", f->name, type_text(f));
	print_text(33, text);
}

static void print_fields(const struct event_row *e, uint64_t events, bool everywhere)
{
	for (int i = 0; i < FIELD_N; i++) {
		const struct field_row *f = &field_rows[i];

		if ((f->events & events) && !(f->flags & FIELD_LATER) &&
		    !(f->flags & FIELD_IMPLICIT) == !everywhere)
			print_field(f, e);
	}
}

/* ---- hooks ---- */

static uint64_t hooks_of(const struct event_row *e)
{
	uint64_t mask = e->hooks;

	for (int id = 0; id < EVENT_N; id++) {
		if (e->members & EV_BIT(id))
			mask |= event_rows[id].hooks;
	}
	return mask;
}

static unsigned keeps_of(const struct event_row *e)
{
	unsigned keeps = e->keeps;

	for (int id = 0; id < EVENT_N; id++) {
		if (e->members & EV_BIT(id))
			keeps |= event_rows[id].keeps;
	}
	return keeps;
}

static void print_hooks(const char *title, uint64_t mask)
{
	if (!mask)
		return;
	printf("  %s\n", title);
	for (int i = 0; i < HOOK_N; i++) {
		if (mask & (1ull << i)) {
			printf("    %-13s ", hook_rows[i].name);
			print_text(18, hook_rows[i].doc);
		}
	}
}

static uint64_t support_hooks(unsigned keeps, uint64_t carriers)
{
	uint64_t mask = 0;

	for (int i = 0; i < HOOK_N; i++) {
		if (hook_rows[i].keeps & keeps && hook_rows[i].kind == HOOK_UPROBE)
			mask |= 1ull << i;
	}
	return mask & ~carriers;
}

/* Fields that ask for more hooks than the event does. */
static unsigned field_keeps(uint64_t events)
{
	unsigned keeps = 0;

	for (int i = 0; i < FIELD_N; i++) {
		if ((field_rows[i].events & events) && !(field_rows[i].flags & FIELD_LATER))
			keeps |= field_rows[i].keeps;
	}
	return keeps;
}

static void print_event_fully(enum event_id id)
{
	const struct event_row *e = &event_rows[id];
	uint64_t events = EV_BIT(id) | e->members, carriers = hooks_of(e);
	unsigned keeps = keeps_of(e);
	uint64_t support = support_hooks(keeps, carriers);

	printf("%s\n  ", probe_name(e));
	print_text(2, e->doc);
	for (const struct event_alias *a = event_aliases; a->alias; a++) {
		if (a->event == id)
			printf("  also called %s\n", a->alias);
	}
	printf("  fields\n");
	print_fields(e, events, false);
	print_fields(e, events, true);
	if (e->kind == EVENT_TRACER)
		return;
	print_hooks("fires in", carriers);
	print_hooks("needs besides", support);
	print_hooks("needs where a field asks for it (age, method of a client's stream)",
		    support_hooks(field_keeps(events) & ~keeps, carriers | support));
}

static void print_events_fully(uint64_t mask)
{
	const char *gap = "";

	for (int id = 0; id < EVENT_N; id++) {
		if (mask & EV_BIT(id)) {
			fputs(gap, stdout);
			print_event_fully(id);
			gap = "\n";
		}
	}
}

static void print_events(uint64_t mask)
{
	for (int id = 0; id < EVENT_N; id++) {
		if (mask & EV_BIT(id)) {
			printf("%-18s  ", probe_name(&event_rows[id]));
			print_text(20, event_rows[id].doc);
		}
	}
}

static int nothing_matched(const char *pattern)
{
	uint64_t later = matching(pattern, true);

	if (later) {
		fprintf(stderr, "gtrace: not in this version:");
		for (int id = 0; id < EVENT_N; id++) {
			if (later & EV_BIT(id))
				fprintf(stderr, " %s", probe_name(&event_rows[id]));
		}
		fputc('\n', stderr);
	} else {
		fprintf(stderr, "gtrace: no probe is called `%s`\n  gtrace -l lists them all\n",
			pattern);
	}
	return EXIT_NO_MATCH;
}

int list_run(const struct options *o)
{
	uint64_t mask = matching(o->list_pattern, false);

	if (!mask)
		return nothing_matched(o->list_pattern);
	if (o->list_verbose)
		print_events_fully(mask);
	else
		print_events(mask);
	return EXIT_OK;
}
