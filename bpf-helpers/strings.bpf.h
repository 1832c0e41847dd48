/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GT_STRINGS_BPF_H
#define GT_STRINGS_BPF_H
/*
 * strings: a string is its 64-bit hash; the text goes once into gt_dict.
 *
 * The hash is that of string_id() in src/catalog/program.c: 8-byte words of the
 * kept bytes, the last padded with zeros, then the length as the target has it.
 * The target's memory is read in pieces of 64 bytes (a read costs more than what
 * it reads), and a text new to the dictionary is read once more, straight into
 * its map value: 256 bytes have no room on the stack of a subprogram.
 */
#include "core.bpf.h"

#define GT_STR_PIECE 64

/* Where a new text of `len` bytes goes; NULL when it is there already, or no room is left. */
GT_INLINE struct gt_str *gt_dict_new(u64 id)
{
	struct gt_shared *s;
	u32 zero = 0;
	void *zeros;
	long err;

	if (likely(bpf_map_lookup_elem(&gt_dict, &id)))
		return NULL;
	zeros = bpf_map_lookup_elem(&gt_zero, &zero);
	if (!zeros)
		return NULL;
	err = bpf_map_update_elem(&gt_dict, &id, zeros, BPF_NOEXIST);
	if (!err)
		return bpf_map_lookup_elem(&gt_dict, &id);
	s = gt_shared_words();
	if (s && err != -17 /* EEXIST: another CPU was first */)
		gt_add(&s->dict_full, 1);
	return NULL;
}

GT_INLINE int gt_dict_add_user(u64 id, const void *text, u64 len)
{
	struct gt_str *e = gt_dict_new(id);
	u32 kept = len < GT_STR_MAX ? len : GT_STR_MAX;

	if (!e)
		return 0;
	if (bpf_probe_read_user(e->text, kept, text)) {
		bpf_map_delete_elem(&gt_dict, &id);
		return -1;
	}
	e->full_len = len > 0xffffffff ? 0xffffffff : len;
	*(volatile u32 *)&e->len = kept;
	return 0;
}

GT_INLINE u64 gt_str_seed(void)
{
	struct gt_shared *s = gt_shared_words();

	return s ? s->seed : 0;
}

/* All ones where i < n, else 0; without a branch, see gt_str_user(). */
GT_INLINE u64 gt_mask_below(u32 i, u32 n)
{
	s64 mask = (u64)i - n;

	asm volatile("" : "+r"(mask));	/* LLVM would know it for a comparison */
	mask >>= 63;
	asm volatile("" : "+r"(mask));
	return mask;
}

/* Hashes the words that hold the first n bytes. */
GT_INLINE u64 gt_hash_piece(u64 h, const u64 *words, u32 n)
{
#pragma unroll
	for (u32 i = 0; i < GT_STR_PIECE / 8; i++) {
		u64 mask = gt_mask_below(i * 8, n);

		asm volatile("" : "+r"(mask), "+r"(h));	/* one after the other: stack is short */
		h ^= (h ^ gt_hash_word(h, words[i])) & mask;
	}
	return h;
}

/* A copy of which what the verifier learns later says nothing of the original. */
GT_INLINE u64 gt_apart(u64 v)
{
	asm volatile("%0 ^= 0" : "+r"(v));
	return v;
}

/* Hashes len bytes of the target into *h; false where they cannot be read. */
GT_INLINE bool gt_hash_user(u64 *h, const void *text, u64 len)
{
	u64 words[GT_STR_PIECE / 8];

	for (u32 off = 0; off < GT_STR_MAX; off += GT_STR_PIECE) {
		u64 left = gt_apart(len);

		if (left > GT_STR_MAX)
			left = GT_STR_MAX;
		if (off >= left)
			break;
		left -= off;
		if (left > GT_STR_PIECE)
			left = GT_STR_PIECE;
		__builtin_memset(words, 0, sizeof(words));
		if (bpf_probe_read_user(words, left, text + off))
			return false;
		*h = gt_hash_piece(*h, words, left);
	}
	return true;
}

/*
 * The id of a string of the target: len bytes at text. 0 where they cannot be
 * read (GT_UNK_FAULT).
 *
 * The verifier walks every way through this once a call. So the words of a piece are
 * chosen by masks, not by branches, and the length is compared as a copy: else each
 * length would be a state of its own for everything that follows.
 */
GT_SUB u64 gt_str_user(const void *text, u64 len)
{
	u64 h = gt_str_seed();

	if (!gt_hash_user(&h, text, len))
		return 0;
	h = gt_hash_word(h, len) | 1;
	if (gt_dict_add_user(h, text, len))
		return 0;
	if (unlikely(len > GT_STR_MAX)) {
		struct gt_cell *own = gt_own_cell();

		if (own)
			gt_add(&own->truncated, 1);
	}
	return h;
}

/* The id of at most 16 bytes in two words of the stack, padded with zeros: comm. */
GT_SUB u64 gt_str_buf(const u64 *words, u32 len)
{
	u64 h = gt_str_seed();
	struct gt_str *e;

	if (len > 16)
		len = 16;
	if (len > 0)
		h = gt_hash_word(h, words[0]);
	if (len > 8)
		h = gt_hash_word(h, words[1]);
	h = gt_hash_word(h, len) | 1;
	e = gt_dict_new(h);
	if (e) {
		((u64 *)e->text)[0] = words[0];
		((u64 *)e->text)[1] = words[1];
		e->full_len = len;
		*(volatile u32 *)&e->len = len;
	}
	return h;
}

#endif
