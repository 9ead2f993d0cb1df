/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Tables that are damaged or made to do harm: they are read as far as they
 * make sense, the kernel gets what it can take, and nothing loops or fails. */
/* rooms: mount part fs exec op base */
#include "session-helper.h"

#include "base/fd.h"
#include "gk-ops-mount.h"
#include "gk-ops-part.h"
#include "part/part.h"

static struct gk_error err = GK_ERROR_INIT;

static const char *
partitions (struct gk_ctx *ctx)
{
  static char buf[8192];
  char **v;
  CHECK_OK (gk_mount_list_partitions (ctx, &v, &err));
  return test_join (v, buf, sizeof buf);
}

static void
patch (const struct test_disk *d, off_t at, const void *data, size_t n)
{
  int fd = open (d->path, O_RDWR | O_CLOEXEC);
  assert_true (fd != -1);
  assert_int_equal (gk_pwrite_full (fd, data, n, at), 0);
  close (fd);
}

/* One entry of an MBR or EBR at byte at of the image. */
static void
entry (const struct test_disk *d, off_t at, int slot, uint8_t type, uint32_t start, uint32_t size)
{
  uint8_t e[16] = { [4] = type };
  for (int i = 0; i < 4; i++) {
    e[8 + i] = (uint8_t)(start >> (8 * i));
    e[12 + i] = (uint8_t)(size >> (8 * i));
  }
  patch (d, at + 446 + slot * 16, e, 16);
  patch (d, at + 510, "\x55\xaa", 2);
}

static void
with_disk (void (*damage) (struct test_disk *d), void (*body) (struct gk_ctx *))
{
  struct test_session s;
  test_session_init (&s);
  struct test_disk *d = test_image (&s, 64);
  damage (d);
  test_attach (d, 512, false);
  test_run (&s, body);
  test_session_end (&s);
}

/* The second lies in the first: BLKPG refuses it, the rest is there. */
static void
overlap (struct test_disk *d)
{
  entry (d, 0, 0, 0x83, 2048, 20480);
  entry (d, 0, 1, 0x83, 4096, 20480);
  entry (d, 0, 2, 0x83, 40960, 4096);
}

static void
check_overlap (struct gk_ctx *ctx)
{
  CHECK_STR (partitions (ctx), "/dev/sda1 /dev/sda3");
  char **v, buf[512];
  CHECK_OK (gk_mount_list_filesystems (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf), "/dev/sda1 unknown /dev/sda3 unknown");
  CHECK_FAILS (gk_part_part_add (ctx, "/dev/sda", "p", 5000, 6000, &err), ENOSPC, "overlapping");
  CHECK_OK (gk_part_part_del (ctx, "/dev/sda", 1, &err));
  CHECK_STR (partitions (ctx), "/dev/sda2 /dev/sda3");
}

/* As udev does with each partition that appears: it has it open for a moment. */
static void
two (struct test_disk *d)
{
  entry (d, 0, 0, 0x83, 2048, 20480);
  entry (d, 0, 1, 0x83, 40960, 4096);
}

static void
check_looked_at (struct gk_ctx *ctx)
{
  char byte;
  int opened[2];
  CHECK (pipe2 (opened, O_CLOEXEC) == 0);
  pid_t pid = fork ();
  if (pid == 0) {
    int fd = open ("/dev/sda1", O_RDONLY | O_CLOEXEC);
    if (fd == -1 || gk_write_full (opened[1], "x", 1) == -1)
      _exit (1);
    usleep (150000);
    _exit (0);
  }
  CHECK (read (opened[0], &byte, 1) == 1);
  CHECK_OK (gk_part_part_del (ctx, "/dev/sda", 1, &err));
  CHECK_STR (partitions (ctx), "/dev/sda2");
  waitpid (pid, NULL, 0);
  close (opened[0]);
  close (opened[1]);
}

static void
test_looked_at (void **state)
{
  with_disk (two, check_looked_at);
}

/* It promises more than the image has: what exists can be read. */
static void
beyond (struct test_disk *d)
{
  entry (d, 0, 0, 0x83, 2048, 0xfffff000);
  entry (d, 0, 1, 0x83, 0x7fffff00, 100);
}

static void
check_beyond (struct gk_ctx *ctx)
{
  CHECK_STR (partitions (ctx), "/dev/sda1");
  int64_t size;
  CHECK_OK (gk_mount_blockdev_getsize64 (ctx, "/dev/sda1", &size, &err));
  CHECK_INT (size, (64 << 20) - 2048 * 512);
}

/* A chain of extended boot records that bites its tail. */
static void
loop (struct test_disk *d)
{
  entry (d, 0, 0, 0x05, 2048, 100000);
  entry (d, 2048 * 512, 0, 0x83, 63, 100);
  entry (d, 2048 * 512, 1, 0x05, 2048, 1000);
  entry (d, 4096 * 512, 0, 0x83, 63, 100);
  entry (d, 4096 * 512, 1, 0x05, 0, 1000);
}

static void
check_loop (struct gk_ctx *ctx)
{
  CHECK (strncmp (partitions (ctx), "/dev/sda1 /dev/sda5 /dev/sda6", 29) == 0);
  struct guestfs_partition_list list;
  CHECK_OK (gk_part_part_list (ctx, "/dev/sda", &list, &err));
  CHECK (list.len >= 3 && list.len < GK_PART_MAX);
  free (list.val);
}

static void
make_gpt (struct test_disk *d)
{
  test_sh ("printf 'label: gpt\\n2048,20480\\n,40960\\n' | sfdisk -q %s", d->path);
}

static void
primary_broken (struct test_disk *d)
{
  make_gpt (d);
  patch (d, 512 + 16, "damaged", 7);
}

static void
check_two (struct gk_ctx *ctx)
{
  CHECK_STR (partitions (ctx), "/dev/sda1 /dev/sda2");
  char *s;
  CHECK_OK (gk_part_part_get_parttype (ctx, "/dev/sda", &s, &err));
  CHECK_STR (s, "gpt");
  free (s);
}

static void
both_broken (struct test_disk *d)
{
  primary_broken (d);
  patch (d, (64 << 20) - 512 + 16, "damaged", 7);
}

static void
check_no_names (struct gk_ctx *ctx)
{
  /* The protective MBR may be taken for what it says; it holds no filesystem
   * of the guest's. */
  CHECK (strstr (partitions (ctx), "/dev/sda2") == NULL);
  CHECK_OK (gk_part_part_init (ctx, "/dev/sda", "gpt", &err));
  CHECK_STR (partitions (ctx), "");
}

/* A FAT boot sector ends like an MBR, but is none. */
static void
fat (struct test_disk *d)
{
  test_sh ("mkfs.vfat -I %s >/dev/null", d->path);
}

static void
check_fat (struct gk_ctx *ctx)
{
  CHECK_STR (partitions (ctx), "");
  char **v, buf[512];
  CHECK_OK (gk_mount_list_filesystems (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf), "/dev/sda vfat");
}

static void
test_overlap (void **state)
{
  with_disk (overlap, check_overlap);
}

static void
test_beyond (void **state)
{
  with_disk (beyond, check_beyond);
}

static void
test_loop (void **state)
{
  with_disk (loop, check_loop);
}

static void
test_gpt_backup (void **state)
{
  with_disk (primary_broken, check_two);
}

static void
test_gpt_lost (void **state)
{
  with_disk (both_broken, check_no_names);
}

static void
test_fat (void **state)
{
  with_disk (fat, check_fat);
}

/* The parser alone, on many tables with a few bytes changed. */
static void
test_damaged (void **state)
{
  char path[] = "/tmp/gk-test-XXXXXX";
  int fd = mkstemp (path);
  assert_true (fd != -1);
  assert_int_equal (ftruncate (fd, 8 << 20), 0);
  static const char *const labels[] = { "gpt", "dos", "sun", "sgi" };
  srand (1);
  for (size_t l = 0; l < 4; l++) {
    test_sh ("printf 'label: %s\\n%s' | sfdisk -q --wipe always %s >/dev/null", labels[l],
             l == 0   ? "2048,2048\\n,4096\\n"
             : l == 1 ? ",2048\\n,8192,5\\n,1024\\n,1024\\n"
                      : "",
             path);
    uint8_t whole[34 * 512];
    assert_int_equal (gk_pread_full (fd, whole, sizeof whole, 0), (ssize_t)sizeof whole);
    for (int i = 0; i < 400; i++) {
      uint8_t bad[sizeof whole];
      memcpy (bad, whole, sizeof bad);
      for (int k = 0; k < 1 + i % 8; k++)
        bad[rand () % (i % 2 ? 2048 : (int)sizeof bad)] = (uint8_t)rand ();
      assert_int_equal (gk_pwrite_full (fd, bad, sizeof bad, 0), 0);
      struct gk_part_table t = GK_PART_TABLE_INIT;
      if (gk_part_read (fd, &t, &err) == 0)
        for (size_t p = 0; p < t.n; p++) {
          assert_true (t.parts[p].num > 0 && t.parts[p].num < GK_PART_MAX);
          assert_true (t.parts[p].size > 0);
          assert_true (t.parts[p].start + t.parts[p].size > t.parts[p].start);
        }
      gk_part_table_clear (&t);
      gk_error_clear (&err);
    }
    assert_int_equal (gk_pwrite_full (fd, whole, sizeof whole, 0), 0);
  }
  close (fd);
  unlink (path);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_damaged),   cmocka_unit_test (test_overlap),
    cmocka_unit_test (test_looked_at), cmocka_unit_test (test_beyond),
    cmocka_unit_test (test_loop),      cmocka_unit_test (test_gpt_backup),
    cmocka_unit_test (test_gpt_lost),  cmocka_unit_test (test_fat),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
