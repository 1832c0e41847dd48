/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GOELF_READER_H
#define GOELF_READER_H
/*
 * The one way to bytes of the target: struct image holds our copy of them, struct rd is a
 * bounds-checked cursor with a sticky error flag. For files of src/goelf only.
 *
 * Why not mmap the file: a mapping of a file that someone truncates meanwhile ends the
 * tracer with SIGBUS, and its bytes may change between a check and the use. Why not read it
 * whole: a 100 MB binary is mostly code that nobody asks about. So: an anonymous mapping as
 * large as the file, filled by pread in chunks when first touched. A chunk is read once and
 * never changes under us, a short read is an ordinary error, untouched chunks cost address
 * space only, and munmap gives everything back.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMAGE_CHUNK_SHIFT = 16 };
#define IMAGE_CHUNK ((uint64_t)1 << IMAGE_CHUNK_SHIFT)
/* Larger than any Go binary seen; bounds the address space one target can claim. */
#define IMAGE_MAX ((uint64_t)4 << 30)

struct image {
	int fd;
	uint64_t size;
	unsigned char *base;
	uint8_t *have;		/* one byte a chunk: 1 read, 2 unreadable */
	bool failed;		/* some pread failed or was short: the file shrank */
};

/* Take a duplicate of FD. Returns 0 or a negative errno. */
int image_open(struct image *im, int fd);
void image_close(struct image *im);

/* Make [off, off+len) present. False if it is not all in the file or cannot be read. */
bool image_load(struct image *im, uint64_t off, uint64_t len);

/* LEN bytes at OFF, or NULL. The pointer lives until image_close. */
static inline const unsigned char *image_at(struct image *im, uint64_t off, uint64_t len)
{
	if (len > im->size || off > im->size - len)
		return NULL;
	uint64_t first = off >> IMAGE_CHUNK_SHIFT;
	if (len && (off + len - 1) >> IMAGE_CHUNK_SHIFT == first && im->have[first] == 1)
		return im->base + off;
	return image_load(im, off, len) ? im->base + off : NULL;
}

/* Replace 8 bytes of our copy (relocations); the file is never written. */
bool image_patch_u64(struct image *im, uint64_t off, uint64_t value);

static inline uint16_t le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t le64(const unsigned char *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

/* A cursor over [pos, end) of the file. Once bad, every read gives 0 and it stays bad. */
struct rd {
	struct image *im;
	uint64_t pos, end;
	bool bad;
};

static inline struct rd rd_over(struct image *im, uint64_t off, uint64_t len)
{
	struct rd r = { .im = im, .pos = off, .end = off + len };
	r.bad = len > im->size || off > im->size - len;
	return r;
}

static inline struct rd rd_bad(struct image *im)
{
	return (struct rd){ .im = im, .bad = true };
}

/* The next LEN bytes, or NULL and the cursor is bad. */
static inline const unsigned char *rd_bytes(struct rd *r, uint64_t len)
{
	const unsigned char *p = NULL;
	if (!r->bad && len <= r->end - r->pos)
		p = image_at(r->im, r->pos, len);
	if (!p) {
		r->bad = true;
		return NULL;
	}
	r->pos += len;
	return p;
}

static inline void rd_skip(struct rd *r, uint64_t len)
{
	if (r->bad || len > r->end - r->pos)
		r->bad = true;
	else
		r->pos += len;
}

static inline uint8_t rd_u8(struct rd *r)
{
	const unsigned char *p = rd_bytes(r, 1);
	return p ? *p : 0;
}

static inline uint16_t rd_u16(struct rd *r)
{
	const unsigned char *p = rd_bytes(r, 2);
	return p ? le16(p) : 0;
}

static inline uint32_t rd_u32(struct rd *r)
{
	const unsigned char *p = rd_bytes(r, 4);
	return p ? le32(p) : 0;
}

static inline uint64_t rd_u64(struct rd *r)
{
	const unsigned char *p = rd_bytes(r, 8);
	return p ? le64(p) : 0;
}

/* Base-128 little-endian, at most 10 bytes (encoding/binary.Uvarint). */
uint64_t rd_uvarint(struct rd *r);

/* A NUL-terminated string of at most MAX bytes, NUL not counted; NULL if there is none. */
const char *rd_cstr(struct rd *r, size_t max, size_t *len);

/* First place of NEEDLE in [off, off+len) of the file, or UINT64_MAX. */
uint64_t image_find(struct image *im, uint64_t off, uint64_t len, const void *needle, size_t n);

#endif
