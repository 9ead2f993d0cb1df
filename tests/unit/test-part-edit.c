/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Tables are made and changed as libguestfs with parted does it, and the
 * kernel's partitions follow at once.  What is expected here was asked of
 * libguestfs. */
/* rooms: mount part fs exec op base */
#include "session-helper.h"

#include "gk-ops-mount.h"
#include "gk-ops-part.h"

static struct gk_error err = GK_ERROR_INIT;

/* "num:first..last num:..." in sectors. */
static const char *
layout (struct gk_ctx *ctx, const char *device, unsigned sector)
{
  static char buf[8192];
  struct guestfs_partition_list list;
  CHECK_OK (gk_part_part_list (ctx, device, &list, &err));
  size_t at = 0;
  buf[0] = '\0';
  for (uint32_t i = 0; i < list.len && at < sizeof buf; i++) {
    const struct guestfs_partition *p = &list.val[i];
    CHECK (p->part_end - p->part_start + 1 == p->part_size);
    at += (size_t)snprintf (buf + at, sizeof buf - at, "%s%d:%llu..%llu", i ? " " : "", p->part_num,
                            (unsigned long long)p->part_start / sector,
                            (unsigned long long)p->part_end / sector);
  }
  free (list.val);
  return buf;
}

static const char *
partitions (struct gk_ctx *ctx)
{
  static char buf[8192];
  char **v;
  CHECK_OK (gk_mount_list_partitions (ctx, &v, &err));
  return test_join (v, buf, sizeof buf);
}

static void
check_string (int r, char *s, const char *expected)
{
  CHECK_OK (r);
  CHECK_STR (s, expected);
  free (s);
}
#define GET(call, device, num, expected)                                                           \
  do {                                                                                             \
    char *s_ = NULL;                                                                               \
    int r_ = call (ctx, device, num, &s_, &err);                                                   \
    check_string (r_, s_, expected);                                                               \
  } while (0)

static bool
bootable (struct gk_ctx *ctx, const char *device, int num)
{
  bool yes;
  CHECK_OK (gk_part_part_get_bootable (ctx, device, num, &yes, &err));
  return yes;
}

static int
mbr_id (struct gk_ctx *ctx, const char *device, int num)
{
  int id;
  CHECK_OK (gk_part_part_get_mbr_id (ctx, device, num, &id, &err));
  return id;
}

static void
gpt (struct gk_ctx *ctx)
{
  const char *a = "/dev/sda";
  char *s = NULL;
  bool yes;
  int id;
  struct guestfs_partition_list list;
  CHECK_FAILS (gk_part_part_list (ctx, a, &list, &err), EINVAL,
               "/dev/sda: unrecognised disk label");
  CHECK_FAILS (gk_part_part_get_parttype (ctx, a, &s, &err), EINVAL, "unrecognised disk label");
  CHECK_FAILS (gk_part_part_init (ctx, a, "foo", &err), EINVAL,
               "unknown partition type: common choices are \"gpt\" and \"msdos\"");
  CHECK_FAILS (gk_part_part_add (ctx, a, "p", 2048, 4096, &err), EINVAL, "unrecognised disk label");

  CHECK_OK (gk_part_part_disk (ctx, a, "efi", &err));
  CHECK_STR (layout (ctx, a, 512), "1:128..1048448");
  CHECK_OK (gk_part_part_get_parttype (ctx, a, &s, &err));
  CHECK_STR (s, "gpt");
  free (s);
  CHECK_STR (partitions (ctx), "/dev/sda1");
  GET (gk_part_part_get_name, a, 1, "p1");
  GET (gk_part_part_get_gpt_type, a, 1, "0FC63DAF-8483-4772-8E79-3D69D8477DE4");
  CHECK (!bootable (ctx, a, 1));
  CHECK_OK (gk_part_part_set_bootable (ctx, a, 1, true, &err));
  CHECK (bootable (ctx, a, 1));
  GET (gk_part_part_get_gpt_type, a, 1, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
  CHECK_OK (gk_part_part_set_bootable (ctx, a, 1, false, &err));
  GET (gk_part_part_get_gpt_type, a, 1, "0FC63DAF-8483-4772-8E79-3D69D8477DE4");
  CHECK_OK (gk_part_part_set_gpt_type (ctx, a, 1, "01234567-89AB-CDEF-0123-456789ABCDEF", &err));
  GET (gk_part_part_get_gpt_type, a, 1, "01234567-89AB-CDEF-0123-456789ABCDEF");
  CHECK_FAILS (gk_part_part_set_gpt_type (ctx, a, 7, "01234567-89AB-CDEF-0123-456789ABCDEF", &err),
               ENOENT, "partition number 7 not found");
  CHECK_OK (gk_part_part_set_name (ctx, a, 1, "hello wörld x", &err));
  GET (gk_part_part_get_name, a, 1, "hello wörld x");
  CHECK_FAILS (gk_part_part_set_name (ctx, a, 9, "x", &err), ENOENT, "9 not found");
  CHECK_FAILS (gk_part_part_get_mbr_id (ctx, a, 1, &id, &err), EINVAL, "type byte");
  CHECK_FAILS (gk_part_part_get_bootable (ctx, a, 0, &yes, &err), EINVAL,
               "partition number must be >= 1");

  CHECK_OK (gk_part_part_init (ctx, a, "gpt", &err));
  CHECK_STR (partitions (ctx), "");
  CHECK_STR (layout (ctx, a, 512), "");
  CHECK_OK (gk_part_part_add (ctx, a, "p", 2048, 4095, &err));
  CHECK_OK (gk_part_part_add (ctx, a, "primary", 4096, 8191, &err));
  CHECK_FAILS (gk_part_part_add (ctx, a, "p", 4000, 9000, &err), ENOSPC, "overlapping");
  CHECK_FAILS (
      gk_part_part_add (ctx, a, "x", 4000, 9000, &err), EINVAL,
      "unknown partition type: x: this should be \"primary\", \"logical\" or \"extended\"");
  CHECK_FAILS (gk_part_part_add (ctx, a, "p", -4000, 9000, &err), EINVAL,
               "startsect cannot be negative");
  CHECK_FAILS (gk_part_part_add (ctx, a, "p", 10000, 9000, &err), EINVAL,
               "Can't have the end before the start! (start sector=10000 length=-999)");
  CHECK_OK (gk_part_part_add (ctx, a, "l", 10000, 19000, &err));
  CHECK_OK (gk_part_part_add (ctx, a, "p", 50000, -34, &err));
  CHECK_STR (layout (ctx, a, 512), "1:2048..4095 2:4096..8191 3:10000..19000 4:50000..1048542");
  GET (gk_part_part_get_name, a, 2, "primary");
  GET (gk_part_part_get_name, a, 3, "logical");
  CHECK_OK (gk_part_part_add (ctx, a, "p", 20000, 20100, &err));
  CHECK_STR (layout (ctx, a, 512),
             "1:2048..4095 2:4096..8191 3:10000..19000 5:20000..20100 4:50000..1048542");
  CHECK_OK (gk_part_part_del (ctx, a, 2, &err));
  CHECK_STR (partitions (ctx), "/dev/sda1 /dev/sda3 /dev/sda4 /dev/sda5");
  CHECK_OK (gk_part_part_add (ctx, a, "p", 30000, 30100, &err));
  CHECK_STR (layout (ctx, a, 512),
             "1:2048..4095 3:10000..19000 5:20000..20100 2:30000..30100 4:50000..1048542");
  CHECK_STR (partitions (ctx), "/dev/sda1 /dev/sda2 /dev/sda3 /dev/sda4 /dev/sda5");
  CHECK_FAILS (gk_part_part_del (ctx, a, 0, &err), EINVAL, "partition number must be >= 1");
  CHECK_FAILS (gk_part_part_del (ctx, a, 99, &err), ENOENT, "Partition doesn't exist");

  /* All 128 entries. */
  CHECK_OK (gk_part_part_init (ctx, a, "gpt", &err));
  for (int i = 0; i < 128; i++)
    CHECK_OK (gk_part_part_add (ctx, a, "p", 2048 + i * 8, 2048 + i * 8 + 7, &err));
  CHECK_FAILS (gk_part_part_add (ctx, a, "p", 50000, 50007, &err), ENOSPC, "");
  CHECK (strstr (partitions (ctx), "/dev/sda127 /dev/sda128") != NULL);
  CHECK_OK (gk_part_part_del (ctx, a, 77, &err));
  CHECK (strstr (partitions (ctx), "/dev/sda76 /dev/sda78") != NULL);
}

static void
mbr (struct gk_ctx *ctx)
{
  const char *b = "/dev/sda";
  char *s = NULL;
  CHECK_OK (gk_part_part_disk (ctx, b, "mbr", &err));
  CHECK_STR (layout (ctx, b, 512), "1:128..524160");
  CHECK_INT (mbr_id (ctx, b, 1), 0x83);
  CHECK_OK (gk_part_part_set_mbr_id (ctx, b, 1, 0x7f, &err));
  CHECK_INT (mbr_id (ctx, b, 1), 0x7f);
  CHECK_FAILS (gk_part_part_set_mbr_id (ctx, b, 3, 0x82, &err), ENOENT, "3 not found");
  CHECK_FAILS (gk_part_part_set_mbr_id (ctx, b, 1, 256, &err), EINVAL, "256");
  CHECK_OK (gk_part_part_set_bootable (ctx, b, 1, true, &err));
  CHECK (bootable (ctx, b, 1));
  CHECK_INT (mbr_id (ctx, b, 1), 0x7f);
  CHECK_FAILS (gk_part_part_set_name (ctx, b, 1, "x", &err), EINVAL,
               "msdos disk labels do not support partition name");
  CHECK_FAILS (gk_part_part_get_name (ctx, b, 1, &s, &err), EINVAL,
               "part-get-name can only be used on GUID Partition Tables");
  CHECK_OK (gk_part_part_set_mbr_id (ctx, b, 1, 0x82, &err));
  GET (gk_part_part_get_gpt_type, b, 1, "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F");

  CHECK_OK (gk_part_part_init (ctx, b, "msdos", &err));
  CHECK_OK (gk_part_part_add (ctx, b, "p", 2048, 4095, &err));
  CHECK_OK (gk_part_part_add (ctx, b, "e", 4096, -1, &err));
  CHECK_STR (layout (ctx, b, 512), "1:2048..4095 2:4096..524287");
  CHECK_OK (gk_part_part_add (ctx, b, "l", 4097, 8191, &err));
  CHECK_OK (gk_part_part_add (ctx, b, "logical", 10240, 12287, &err));
  CHECK_OK (gk_part_part_add (ctx, b, "l", 14336, 16383, &err));
  CHECK_STR (layout (ctx, b, 512),
             "1:2048..4095 2:4096..524287 5:4097..8191 6:10240..12287 7:14336..16383");
  CHECK_STR (partitions (ctx), "/dev/sda1 /dev/sda2 /dev/sda5 /dev/sda6 /dev/sda7");
  CHECK_FAILS (gk_part_part_add (ctx, b, "e", 40000, 50000, &err), ENOSPC, "");
  CHECK_FAILS (gk_part_part_add (ctx, b, "p", 20000, 50000, &err), ENOSPC,
               "Can't have overlapping partitions");
  CHECK_FAILS (gk_part_part_add (ctx, b, "l", 2100, 2200, &err), ENOSPC, "overlapping");
  CHECK_OK (gk_part_part_del (ctx, b, 5, &err));
  CHECK_STR (layout (ctx, b, 512), "1:2048..4095 2:4096..524287 5:10240..12287 6:14336..16383");
  CHECK_STR (partitions (ctx), "/dev/sda1 /dev/sda2 /dev/sda5 /dev/sda6");
  /* Between two others, and directly behind one. */
  CHECK_OK (gk_part_part_add (ctx, b, "l", 12289, 14334, &err));
  CHECK_OK (gk_part_part_add (ctx, b, "l", 5000, 6000, &err));
  CHECK (strstr (layout (ctx, b, 512), ":5000..6000 ") != NULL);
  CHECK (strstr (layout (ctx, b, 512), ":12289..14334 ") != NULL);
  CHECK (strstr (layout (ctx, b, 512), ":14336..16383") != NULL);
  CHECK_OK (gk_part_part_del (ctx, b, 2, &err));
  CHECK_STR (layout (ctx, b, 512), "1:2048..4095");
  CHECK_STR (partitions (ctx), "/dev/sda1");
  CHECK_FAILS (gk_part_part_add (ctx, b, "l", 8192, 9000, &err), EINVAL, "extended");
  CHECK_OK (gk_part_part_add (ctx, b, "p", 8192, 8192, &err));
  CHECK_OK (gk_part_part_add (ctx, b, "p", 8200, 8300, &err));
  CHECK_OK (gk_part_part_add (ctx, b, "p", 9200, 9300, &err));
  CHECK_FAILS (gk_part_part_add (ctx, b, "p", 10200, 10300, &err), ENOSPC,
               "Can't create any more partitions");
  CHECK_FAILS (gk_part_part_add (ctx, b, "p", 10200, 99999999, &err), ENOSPC, "outside");
  CHECK_OK (gk_part_part_set_bootable (ctx, b, 1, true, &err));
  CHECK_OK (gk_part_part_set_bootable (ctx, b, 3, true, &err));
  CHECK (!bootable (ctx, b, 1) && bootable (ctx, b, 3));
}

static void
in_use (struct gk_ctx *ctx)
{
  CHECK_OK (gk_mount_mount (ctx, "/dev/sda1", "/", &err));
  CHECK_FAILS (gk_part_part_init (ctx, "/dev/sda", "gpt", &err), EBUSY, "/dev/sda");
  CHECK_FAILS (gk_part_part_disk (ctx, "/dev/sda", "gpt", &err), EBUSY, "/dev/sda");
  CHECK_FAILS (gk_part_part_del (ctx, "/dev/sda", 1, &err), EBUSY, "/dev/sda1");
  CHECK_OK (gk_part_part_add (ctx, "/dev/sda", "p", 100000, 120000, &err));
  CHECK_STR (partitions (ctx), "/dev/sda1 /dev/sda2");
  CHECK_OK (gk_part_part_del (ctx, "/dev/sda", 2, &err));
  CHECK_OK (gk_mount_umount_all (ctx, &err));
  CHECK_OK (gk_part_part_del (ctx, "/dev/sda", 1, &err));
  CHECK_STR (partitions (ctx), "");
}

static void
sectors_4k (struct gk_ctx *ctx)
{
  const char *a = "/dev/sda";
  int ss;
  CHECK_OK (gk_mount_blockdev_getss (ctx, a, &ss, &err));
  CHECK_INT (ss, 4096);
  CHECK_OK (gk_part_part_disk (ctx, a, "gpt", &err));
  CHECK_STR (layout (ctx, a, 4096), "1:128..65408");
  CHECK_OK (gk_part_part_init (ctx, a, "mbr", &err));
  CHECK_OK (gk_part_part_add (ctx, a, "p", 256, 511, &err));
  CHECK_OK (gk_part_part_add (ctx, a, "e", 512, -1, &err));
  char record[4096], zeros[4096 - 512] = { 0 };
  int fd = open (a, O_RDONLY | O_CLOEXEC);
  CHECK (pread (fd, record, sizeof record, 512 * 4096) == sizeof record);
  CHECK (memcmp (record + 512, zeros, sizeof zeros) == 0);
  close (fd);
  CHECK_OK (gk_part_part_add (ctx, a, "l", 600, 700, &err));
  CHECK_STR (layout (ctx, a, 4096), "1:256..511 2:512..65535 5:600..700");
  CHECK_STR (partitions (ctx), "/dev/sda1 /dev/sda2 /dev/sda5");
  int64_t size;
  CHECK_OK (gk_mount_blockdev_getsize64 (ctx, "/dev/sda5", &size, &err));
  CHECK_INT (size, 101 * 4096);
}

static void
others (struct gk_ctx *ctx)
{
  char *s = NULL;
  CHECK_OK (gk_part_part_disk (ctx, "/dev/sda", "mac", &err));
  CHECK_OK (gk_part_part_get_parttype (ctx, "/dev/sda", &s, &err));
  CHECK_STR (s, "mac");
  free (s);
  CHECK_STR (layout (ctx, "/dev/sda", 512), "1:1..63 2:128..524160");
  CHECK_OK (gk_part_part_init (ctx, "/dev/sda", "sun", &err));
  CHECK_OK (gk_part_part_get_parttype (ctx, "/dev/sda", &s, &err));
  CHECK_STR (s, "sun");
  free (s);
  CHECK_OK (gk_part_part_init (ctx, "/dev/sda", "rdb", &err));
  CHECK_OK (gk_part_part_get_parttype (ctx, "/dev/sda", &s, &err));
  CHECK_STR (s, "amiga");
  free (s);
  CHECK_FAILS (gk_part_part_init (ctx, "/dev/sda", "aix", &err), 0, "AIX");
  CHECK_OK (gk_part_part_init (ctx, "/dev/sda", "gpt", &err));
  CHECK_OK (gk_part_part_get_parttype (ctx, "/dev/sda", &s, &err));
  CHECK_STR (s, "gpt");
  free (s);
}

static void
bare_filesystem (struct gk_ctx *ctx)
{
  char *s = NULL;
  CHECK_FAILS (gk_part_part_get_parttype (ctx, "/dev/sda", &s, &err), 0,
               "/dev/sda: not a partitioned device");
  CHECK_OK (gk_part_part_to_dev (ctx, "/dev/sdab12", &s, &err));
  CHECK_STR (s, "/dev/sdab");
  free (s);
  int n;
  CHECK_OK (gk_part_part_to_partnum (ctx, "/dev/sdab12", &n, &err));
  CHECK_INT (n, 12);
  CHECK_OK (gk_part_part_to_dev (ctx, "/dev/md0p1", &s, &err));
  CHECK_STR (s, "/dev/md0");
  free (s);
  CHECK_FAILS (gk_part_part_to_dev (ctx, "/dev/sda", &s, &err), EINVAL,
               "device name is not a partition");
  CHECK_FAILS (gk_part_part_to_partnum (ctx, "/dev/sda", &n, &err), EINVAL,
               "device name is not a partition");
}

static void
run_on (unsigned mib, unsigned sector, void (*body) (struct gk_ctx *))
{
  struct test_session s;
  test_session_init (&s);
  test_attach (test_image (&s, mib), sector, false);
  test_run (&s, body);
  test_session_end (&s);
}

static void
test_gpt (void **state)
{
  run_on (512, 512, gpt);
}

static void
test_mbr (void **state)
{
  run_on (256, 512, mbr);
}

static void
test_4k (void **state)
{
  run_on (256, 4096, sectors_4k);
}

static void
test_others (void **state)
{
  run_on (256, 512, others);
}

static void
test_in_use (void **state)
{
  struct test_session s;
  test_session_init (&s);
  struct test_disk *d = test_image (&s, 64);
  test_sh ("echo 2048,40960 | sfdisk -q --label dos %s && mke2fs -q -F -E offset=1048576 %s 20m",
           d->path, d->path);
  test_attach (d, 512, false);
  test_run (&s, in_use);
  test_session_end (&s);
}

static void
test_bare_filesystem (void **state)
{
  struct test_session s;
  test_session_init (&s);
  test_sh ("mke2fs -q -F %s", test_image (&s, 16)->path);
  test_attach (&s.disks[0], 512, false);
  test_run (&s, bare_filesystem);
  test_session_end (&s);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_gpt),    cmocka_unit_test (test_mbr),
    cmocka_unit_test (test_4k),     cmocka_unit_test (test_others),
    cmocka_unit_test (test_in_use), cmocka_unit_test (test_bare_filesystem),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
