/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strtab.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "../bpf-helpers/gt-abi.h"

/* Open addressing: ids are hashes already. */
struct known_string {
	uint64_t id;
	char *text;		/* NULL: a free slot */
	uint32_t len;
	bool truncated;
};

void strtab_fini(struct strtab *t)
{
	for (size_t i = 0; i < t->n_slots; i++)
		free(t->slots[i].text);
	free(t->slots);
	if (t->dict >= 0)
		close(t->dict);
}

static struct known_string *string_slot(struct strtab *t, uint64_t id)
{
	for (size_t i = id * 0x9e3779b97f4a7c15ull >> 20;; i++) {
		struct known_string *s = &t->slots[i & (t->n_slots - 1)];

		if (!s->text || s->id == id)
			return s;
	}
}

static bool strings_grow(struct strtab *t)
{
	struct known_string *old = t->slots;
	size_t n_old = t->n_slots;
	struct known_string *slots = calloc(n_old ? 2 * n_old : 256, sizeof(*slots));

	if (!slots)
		return false;
	t->slots = slots;
	t->n_slots = n_old ? 2 * n_old : 256;
	for (size_t i = 0; i < n_old; i++)
		if (old[i].text)
			*string_slot(t, old[i].id) = old[i];
	free(old);
	return true;
}

static struct known_string *remember(struct strtab *t, uint64_t id, const char *text,
				     size_t len, bool truncated)
{
	struct known_string *s;
	char *copy;

	if (2 * t->n >= t->n_slots && !strings_grow(t))
		return NULL;
	s = string_slot(t, id);
	if (s->text)
		return s;
	copy = malloc(len + 1);
	if (!copy)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = 0;
	t->n++;
	*s = (struct known_string){ id, copy, (uint32_t)len, truncated };
	return s;
}

const char *strtab_find(struct strtab *t, uint64_t id, size_t *len, bool *truncated)
{
	struct known_string *s = t->n_slots ? string_slot(t, id) : NULL;
	struct gt_str text;

	if (!s || !s->text) {
		if (t->dict < 0 || bpf_map_lookup_elem(t->dict, &id, &text))
			return NULL;
		if (text.len == 0 && text.full_len)	/* its text is being written */
			return NULL;
		if (text.len > GT_STR_MAX)
			text.len = GT_STR_MAX;
		s = remember(t, id, text.text, text.len, text.full_len > text.len);
		if (!s)
			return NULL;
	}
	*len = s->len;
	*truncated = s->truncated;
	return s->text;
}

int strtab_put(struct strtab *t, uint64_t id, const char *text, size_t len)
{
	struct gt_str s = { .full_len = (gt_u32)len };

	s.len = (gt_u32)(len < GT_STR_MAX ? len : GT_STR_MAX);
	memcpy(s.text, text, s.len);
	if (!remember(t, id, text, s.len, s.len < len))
		return -ENOMEM;
	return t->dict < 0 ? 0 : bpf_map_update_elem(t->dict, &id, &s, BPF_ANY);
}
