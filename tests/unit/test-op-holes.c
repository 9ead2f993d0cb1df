/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: op base */
/* Files with holes reach other files byte by byte, whatever was there before, and
 * take no more room there. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/fd.h"
#include "op/copy.h"
#include "op/holes.h"
#include "mem-help.h"

#define PAGE 4096
#define PAGES 64

/* Data in every page whose bit is set. */
static int
with_holes (uint64_t pages, off_t size)
{
  int fd = memfile ();
  char page[PAGE];

  assert_return_code (ftruncate (fd, size), errno);
  for (unsigned i = 0; i < PAGES && (off_t)(i + 1) * PAGE <= size; i++)
    if (pages >> i & 1) {
      memset (page, 'a' + (int)i % 26, sizeof page);
      assert_return_code (gk_pwrite_full (fd, page, sizeof page, (off_t)i * PAGE), errno);
    }
  return fd;
}

static int
with_old_bytes (size_t size)
{
  int fd = memfile ();
  char page[PAGE];

  memset (page, '#', sizeof page);
  for (size_t at = 0; at < size; at += PAGE)
    assert_return_code (gk_pwrite_full (fd, page, size - at < PAGE ? size - at : PAGE, (off_t)at),
                        errno);
  return fd;
}

static blkcnt_t
blocks (int fd)
{
  struct stat st;

  assert_return_code (fstat (fd, &st), errno);
  return st.st_blocks;
}

static off_t
size_of (int fd)
{
  struct stat st;

  assert_return_code (fstat (fd, &st), errno);
  return st.st_size;
}

static void
same_bytes (int a, off_t a_at, int b, off_t b_at, size_t n)
{
  char *x = malloc (n + 1), *y = malloc (n + 1);

  assert_non_null (x);
  assert_non_null (y);
  assert_int_equal (gk_pread_full (a, x, n, a_at), n);
  assert_int_equal (gk_pread_full (b, y, n, b_at), n);
  assert_memory_equal (x, y, n);
  free (x);
  free (y);
}

static void
every_pattern (void **state)
{
  static const size_t old[] = { 0, PAGE, 10 * PAGE + 77, 100 * PAGE };
  static const off_t sizes[] = { 1, PAGE - 1, PAGE * 7 + 5, PAGE * PAGES };
  uint64_t pages = 0x9E3779B97F4A7C15u;

  for (unsigned round = 0; round < 40; round++) {
    pages = round == 0 ? 0 : round == 1 ? UINT64_MAX : pages * 6364136223846793005u + 1;
    for (size_t o = 0; o < sizeof old / sizeof old[0]; o++)
      for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        int from = with_holes (pages, sizes[s]), to = with_old_bytes (old[o]);
        off_t end = sizes[s] + 3 * PAGE;
        uint64_t moved = 0;

        /* At another place than it came from. */
        lseek (to, 3 * PAGE, SEEK_SET);
        lseek (from, 0, SEEK_SET);
        assert_return_code (gk_copy_fd (from, to, UINT64_MAX, 0, NULL, &moved, NULL), errno);
        assert_int_equal (moved, sizes[s]);
        assert_int_equal (lseek (to, 0, SEEK_CUR), end);
        assert_int_equal (lseek (from, 0, SEEK_CUR), sizes[s]);
        assert_int_equal (size_of (to), end > (off_t)old[o] ? end : (off_t)old[o]);
        same_bytes (from, 0, to, 3 * PAGE, (size_t)sizes[s]);
        if (old[o] > (size_t)end) {
          int untouched = with_old_bytes (old[o]);
          same_bytes (untouched, end, to, end, old[o] - (size_t)end);
          same_bytes (untouched, 0, to, 0, 3 * PAGE);
          close (untouched);
        }
        close (from);
        close (to);
      }
  }
}

static void
room (void **state)
{
  const off_t huge = (off_t)5 << 40;
  int from = memfile (), to = memfile ();
  uint64_t moved = 0;

  assert_return_code (ftruncate (from, huge), errno);
  assert_return_code (gk_pwrite_full (from, "middle", 6, huge / 2), errno);
  assert_true (gk_fd_has_holes (from));
  assert_return_code (gk_copy_fd (from, to, UINT64_MAX, 0, NULL, &moved, NULL), errno);
  assert_int_equal (moved, huge);
  assert_int_equal (size_of (to), huge);
  assert_true (blocks (to) <= blocks (from));
  same_bytes (from, huge / 2 - 10, to, huge / 2 - 10, 100);

  /* What is overwritten by a hole gives its room back. */
  int old = with_old_bytes (100 * PAGE), empty = with_holes (0, 100 * PAGE);
  assert_return_code (gk_copy_fd (empty, old, UINT64_MAX, 0, NULL, NULL, NULL), errno);
  assert_int_equal (blocks (old), 0);
  assert_int_equal (size_of (old), 100 * PAGE);
  close (from);
  close (to);
  close (old);
  close (empty);
}

static void
part (void **state)
{
  for (uint64_t size = 0; size < 6 * PAGE; size += PAGE / 2 + 1) {
    int from = with_holes (0x2a, 6 * PAGE), to = memfile ();
    uint64_t moved = 99;

    lseek (from, 100, SEEK_SET);
    assert_return_code (gk_copy_fd (from, to, size, 0, NULL, &moved, NULL), errno);
    uint64_t there = 6 * PAGE - 100, wanted = size < there ? size : there;
    assert_int_equal (moved, wanted);
    assert_int_equal (size_of (to), wanted);
    assert_int_equal (lseek (from, 0, SEEK_CUR), 100 + wanted);
    same_bytes (from, 100, to, 0, (size_t)wanted);
    close (from);
    close (to);
  }
}

/* A pipe and a file to whose end all goes have no holes. */
static void
written_zeros (void **state)
{
  int from = with_holes (0x5, 8 * PAGE), to = with_old_bytes (10), p[2];
  char name[40];

  snprintf (name, sizeof name, "/proc/self/fd/%d", to);
  int append = open (name, O_WRONLY | O_APPEND | O_CLOEXEC);
  assert_return_code (append, errno);
  assert_false (gk_fd_takes_holes (append));
  assert_return_code (gk_copy_fd (from, append, UINT64_MAX, 0, NULL, NULL, NULL), errno);
  assert_int_equal (size_of (to), 10 + 8 * PAGE);
  same_bytes (from, 0, to, 10, 8 * PAGE);

  assert_return_code (pipe2 (p, O_CLOEXEC), errno);
  assert_false (gk_fd_takes_holes (p[1]));
  lseek (from, 0, SEEK_SET);
  assert_return_code (gk_copy_fd (from, p[1], UINT64_MAX, 0, NULL, NULL, NULL), errno);
  close (p[1]);
  char *got = malloc (9 * PAGE);
  assert_int_equal (gk_read_full (p[0], got, 9 * PAGE), 8 * PAGE);
  assert_int_equal (got[0], 'a');
  assert_int_equal (got[PAGE], 0);
  assert_int_equal (got[2 * PAGE], 'c');
  free (got);
  close (p[0]);
  close (append);
  close (from);
  close (to);
}

static void
failures (void **state)
{
  struct gk_error err = GK_ERROR_INIT;
  int to = memfile (), ro = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);

  lseek (to, 10, SEEK_SET);
  assert_int_equal (gk_put_hole (to, UINT64_MAX, NULL, &err), -1);
  assert_int_equal (err.errnum, EFBIG);
  gk_error_clear (&err);
  assert_int_equal (size_of (to), 0);
  assert_int_equal (gk_put_hole (ro, 10, NULL, &err), -1);
  assert_int_equal (err.errnum, EBADF);
  gk_error_clear (&err);
  close (to);
  close (ro);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_pattern), cmocka_unit_test (room),     cmocka_unit_test (part),
    cmocka_unit_test (written_zeros), cmocka_unit_test (failures),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
