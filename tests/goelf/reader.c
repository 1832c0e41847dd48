/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded reader: no read passes an end, and a file that shrinks is an error. */
#define _GNU_SOURCE
#include "../../src/goelf/reader.h"
#include "../unit/tap.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int file_of(const void *bytes, size_t n)
{
	int fd = memfd_create("reader", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, bytes, n) != (ssize_t)n)
		return -1;
	return fd;
}

static void test_numbers(void)
{
	static const unsigned char b[] = { 1, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0x80 };
	struct image im;
	int fd = file_of(b, sizeof(b));
	ok(!image_open(&im, fd), "an image opens");
	close(fd);
	struct rd r = rd_over(&im, 0, sizeof(b));
	ok(rd_u8(&r) == 1 && rd_u16(&r) == 2, "numbers are little-endian");
	ok(rd_u32(&r) == 3, "at any alignment");
	ok(rd_u64(&r) == 0x8000000000000004ULL, "the last eight bytes");
	ok(!r.bad && rd_u8(&r) == 0 && r.bad, "one more is bad");
	ok(rd_u64(&r) == 0 && r.bad, "and stays bad");
	r = rd_over(&im, 10, 100);
	ok(r.bad, "a cursor past the end of the file is bad at once");
	r = rd_over(&im, UINT64_MAX - 3, 8);
	ok(r.bad && !rd_bytes(&r, 0), "so is one that wraps around");
	r = rd_over(&im, 4, 4);
	rd_skip(&r, UINT64_MAX);
	ok(r.bad, "a skip does not wrap around");
	image_close(&im);
}

static uint64_t uvarint(const void *b, size_t n, bool *bad)
{
	struct image im;
	int fd = file_of(b, n);
	image_open(&im, fd);
	struct rd r = rd_over(&im, 0, n);
	uint64_t v = rd_uvarint(&r);
	*bad = r.bad;
	image_close(&im);
	close(fd);
	return v;
}

static void test_uvarint(void)
{
	bool bad;
	ok(uvarint("\x05", 1, &bad) == 5 && !bad, "uvarint of one byte");
	ok(uvarint("\xac\x02", 2, &bad) == 300 && !bad, "uvarint of two");
	uvarint("\xff\xff", 2, &bad);
	ok(bad, "an unfinished uvarint is bad");
	uvarint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, &bad);
	ok(bad, "an endless uvarint is bad");
}

static void test_strings(void)
{
	static char b[3 * IMAGE_CHUNK];
	struct image im;
	size_t len;
	memset(b, 'x', sizeof(b));
	b[5] = 0;
	b[2 * IMAGE_CHUNK] = 0;
	int fd = file_of(b, sizeof(b));
	image_open(&im, fd);
	struct rd r = rd_over(&im, 0, sizeof(b));
	const char *s = rd_cstr(&r, 100, &len);
	ok(s && len == 5, "a string");
	s = rd_cstr(&r, 4 * IMAGE_CHUNK, &len);
	ok(s && len == 2 * IMAGE_CHUNK - 6, "a string over a chunk's end");
	s = rd_cstr(&r, 4 * IMAGE_CHUNK, &len);
	ok(!s && r.bad, "no string without a NUL");
	r = rd_over(&im, 6, sizeof(b) - 6);
	ok(!rd_cstr(&r, 100, &len), "no string longer than asked");
	ok(image_find(&im, 0, sizeof(b), "x\0x", 3) == 4, "finds bytes");
	ok(image_find(&im, 5, sizeof(b), "x\0x", 3) == 2 * IMAGE_CHUNK - 1, "over a chunk's end");
	ok(image_find(&im, 5, IMAGE_CHUNK, "x\0x", 3) == UINT64_MAX, "only in the range");
	image_close(&im);
	close(fd);
}

static void test_shrinking(void)
{
	static char b[4 * IMAGE_CHUNK];
	struct image im;
	int fd = file_of(b, sizeof(b));
	image_open(&im, fd);
	ok(image_at(&im, 0, 1) != NULL, "the first chunk is there");
	if (ftruncate(fd, (off_t)IMAGE_CHUNK))
		ok(false, "ftruncate");
	ok(image_at(&im, 10, 100) != NULL, "what was read stays");
	ok(!image_at(&im, 3 * IMAGE_CHUNK, 1) && im.failed, "what was cut off is an error");
	ok(!image_at(&im, 0, sizeof(b)), "also as part of more");
	image_close(&im);
	close(fd);
}

static void test_odd_files(void)
{
	struct image im;
	int p[2], fd = file_of("", 0);
	ok(!image_open(&im, fd) && !image_at(&im, 0, 1), "an empty file has no bytes");
	image_close(&im);
	close(fd);
	ok(!pipe(p) && image_open(&im, p[0]) < 0, "a pipe is refused");
	ok(image_open(&im, -1) < 0, "so is no file at all");
}

int main(void)
{
	test_numbers();
	test_uvarint();
	test_strings();
	test_shrinking();
	test_odd_files();
	return done_testing();
}
