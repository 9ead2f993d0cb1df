/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How many bytes a filesystem says that it uses: as many as it was made with,
 * on a device that is larger; and a superblock of absurd numbers. */
/* rooms: fs exec op base */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "exec/exec.h"
#include "fs/fs.h"

#define MIB (UINT64_C (1) << 20)

static struct gk_error err = GK_ERROR_INIT;
static char path[] = "/tmp/gk-span-XXXXXX";

static void
resize (uint64_t size)
{
  assert_int_equal (truncate (path, (off_t)size), 0);
}

static uint64_t
span (void)
{
  uint64_t bytes = 1;
  int r = gk_fs_span (path, &bytes, &err);
  if (r == -1)
    print_message ("%s\n", gk_error_msg (&err));
  assert_int_equal (r, 0);
  return bytes;
}

/* The filesystem on 120 MiB, then the device of 200.  Some leave a bit free at
 * the end. */
static void
check_made (const char *const *argv, uint64_t most_free)
{
  struct gk_exec x = GK_EXEC_INIT;
  char *tool = gk_exec_find (argv[0]);

  if (tool == NULL)
    return;
  free (tool);
  resize (0);
  resize (120 * MIB);
  x.argv = argv;
  if (gk_exec_check (&x, NULL, &err) == -1)
    fail_msg ("%s", gk_error_msg (&err));
  resize (200 * MIB);
  uint64_t bytes = span ();
  if (bytes > 120 * MIB || bytes < 120 * MIB - most_free)
    fail_msg ("%s: %llu bytes", argv[0], (unsigned long long)bytes);
}

#define CHECK_MADE(free, ...) check_made ((const char *const[]){ __VA_ARGS__, path, NULL }, free)

static void
test_made (void **state)
{
  CHECK_MADE (0, "mke2fs", "-q", "-t", "ext2", "-b", "1024");
  CHECK_MADE (0, "mke2fs", "-q", "-t", "ext4", "-b", "4096");
  CHECK_MADE (0, "mke2fs", "-q", "-t", "ext4", "-O", "64bit");
  CHECK_MADE (0, "mkfs.btrfs", "-q");
  CHECK_MADE (0, "mkfs.xfs", "--unsupported", "-q");
  CHECK_MADE (8192, "mkfs.ntfs", "-q", "-F", "-f");
  CHECK_MADE (0, "mkfs.exfat");
  CHECK_MADE (0, "mkfs.jfs", "-q");
  CHECK_MADE (0, "mkfs.nilfs2", "-q", "-f", "-B", "1024");
  CHECK_MADE (0, "mkfs.reiserfs", "-q", "-f", "-f");
  CHECK_MADE (65536, "mkfs.vfat");
  CHECK_MADE (65536, "mkfs.vfat", "-F", "32", "-S", "4096");
  CHECK_MADE (2 * MIB, "mkfs.f2fs", "-q", "-f");
}

static void
test_swap (void **state)
{
  uint64_t bytes = 1;

  CHECK_MADE (120 * MIB, "mkswap", "-q");
  assert_int_equal (span (), 0);
  assert_int_equal (gk_fs_size (path, &bytes, &err), 0);
  assert_int_equal (bytes, 120 * MIB);
}

static void
test_none (void **state)
{
  resize (0);
  assert_int_equal (span (), 0);
  resize (MIB);
  assert_int_equal (span (), 0);
}

static void
write_at (off_t at, const void *data, size_t size)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  assert_int_not_equal (fd, -1);
  assert_int_equal (pwrite (fd, data, size, at), size);
  close (fd);
}

/* Blocks of 1 << 42 bytes, and more of them than fit into a number. */
static void
test_absurd (void **state)
{
  static const unsigned char many[] = { 0xff, 0xff, 0xff, 0xff }, log_size[] = { 32, 0, 0, 0 };

  CHECK_MADE (0, "mke2fs", "-q", "-t", "ext2", "-b", "1024");
  write_at (1024 + 4, many, sizeof many);
  assert_true (span () == UINT64_C (0xffffffff) * 1024);
  write_at (1024 + 24, log_size, sizeof log_size);
  assert_true (span () == UINT64_MAX);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_made),
    cmocka_unit_test (test_swap),
    cmocka_unit_test (test_none),
    cmocka_unit_test (test_absurd),
  };
  int fd = mkstemp (path);
  if (fd == -1)
    return 1;
  close (fd);
  int r = cmocka_run_group_tests (tests, NULL, NULL);
  unlink (path);
  return r;
}
