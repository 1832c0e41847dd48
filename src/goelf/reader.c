/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int image_map(struct image *im)
{
	im->base = mmap(NULL, im->size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (im->base == MAP_FAILED) {
		im->base = NULL;
		return -ENOMEM;
	}
	im->have = calloc((im->size >> IMAGE_CHUNK_SHIFT) + 1, 1);
	return im->have ? 0 : -ENOMEM;
}

int image_open(struct image *im, int fd)
{
	*im = (struct image){ .fd = -1 };
	struct stat st;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size > IMAGE_MAX)
		return -EFBIG;
	im->size = (uint64_t)st.st_size;
	im->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (im->fd < 0)
		return -errno;
	int err = im->size ? image_map(im) : 0;
	if (err)
		image_close(im);
	return err;
}

void image_close(struct image *im)
{
	if (im->base)
		munmap(im->base, im->size);
	if (im->fd >= 0)
		close(im->fd);
	free(im->have);
	*im = (struct image){ .fd = -1 };
}

static bool read_run(struct image *im, uint64_t off, uint64_t end)
{
	while (off < end) {
		ssize_t n = pread(im->fd, im->base + off, end - off, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		off += (uint64_t)n;
	}
	return true;
}

/* Read the chunks FIRST up to, not including, LAST: one pread for a run of missing ones. */
static bool load_run(struct image *im, uint64_t first, uint64_t last)
{
	uint64_t end = last << IMAGE_CHUNK_SHIFT;
	bool ok = read_run(im, first << IMAGE_CHUNK_SHIFT, end < im->size ? end : im->size);
	memset(im->have + first, ok ? 1 : 2, last - first);
	im->failed |= !ok;
	return ok;
}

bool image_load(struct image *im, uint64_t off, uint64_t len)
{
	if (len > im->size || off > im->size - len)
		return false;
	if (!len)
		return im->base != NULL;
	uint64_t last = (off + len - 1) >> IMAGE_CHUNK_SHIFT;
	for (uint64_t i = off >> IMAGE_CHUNK_SHIFT; i <= last;) {
		if (im->have[i] == 2)
			return false;
		uint64_t run = i;
		while (run <= last && !im->have[run])
			run++;
		if (run > i && !load_run(im, i, run))
			return false;
		i = run > i ? run : i + 1;
	}
	return true;
}

bool image_patch_u64(struct image *im, uint64_t off, uint64_t value)
{
	if (!image_at(im, off, 8))
		return false;
	for (int i = 0; i < 8; i++)
		im->base[off + (uint64_t)i] = (unsigned char)(value >> 8 * i);
	return true;
}

uint64_t rd_uvarint(struct rd *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t b = rd_u8(r);
		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}

const char *rd_cstr(struct rd *r, size_t max, size_t *len)
{
	if (r->bad)
		return NULL;
	uint64_t left = r->end - r->pos;
	uint64_t start = r->pos;
	for (uint64_t done = 0; done < left && done <= max;) {
		uint64_t n = IMAGE_CHUNK - ((start + done) & (IMAGE_CHUNK - 1));
		n = n < left - done ? n : left - done;
		const unsigned char *p = image_at(r->im, start + done, n);
		const unsigned char *nul = p ? memchr(p, 0, n) : NULL;
		if (!p)
			break;
		if (nul) {
			uint64_t l = done + (uint64_t)(nul - p);
			if (l > max)
				break;
			r->pos += l + 1;
			*len = l;
			return (const char *)r->im->base + start;
		}
		done += n;
	}
	r->bad = true;
	return NULL;
}

uint64_t image_find(struct image *im, uint64_t off, uint64_t len, const void *needle, size_t n)
{
	const uint64_t step = 16 * IMAGE_CHUNK;
	if (off > im->size)
		return UINT64_MAX;
	if (len > im->size - off)
		len = im->size - off;
	for (uint64_t at = 0; at < len; at += step) {
		uint64_t take = len - at < step + n - 1 ? len - at : step + n - 1;
		const unsigned char *p = image_at(im, off + at, take);
		const unsigned char *hit = p ? memmem(p, take, needle, n) : NULL;
		if (hit)
			return off + at + (uint64_t)(hit - p);
	}
	return UINT64_MAX;
}
