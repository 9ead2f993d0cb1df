/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Disks, partitions and ext4 come up, are listed, mounted and unmounted. */
/* rooms: mount part fs exec op base */
#include "session-helper.h"

#include <sys/mount.h>

#include "base/pathroot.h"
#include "gk-ops-mount.h"

static void
write_file (struct gk_ctx *ctx, const char *path)
{
  int fd = gk_root_open (ctx->root_fd, path, O_WRONLY | O_CREAT, 0644);
  CHECK (fd != -1);
  CHECK (write (fd, "hello\n", 6) == 6);
  close (fd);
}

static void
basic (struct gk_ctx *ctx)
{
  struct gk_error err = GK_ERROR_INIT;
  char buf[2048], **v = NULL, *s = NULL;
  int n;
  int64_t n64;
  bool yes;

  CHECK_OK (gk_mount_list_devices (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf), "/dev/sda /dev/sdb /dev/sdc");
  CHECK_OK (gk_mount_list_partitions (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf),
             "/dev/sdb1 /dev/sdb2 /dev/sdb3 /dev/sdb4 /dev/sdb5 /dev/sdb6");
  CHECK_OK (gk_mount_list_filesystems (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf),
             "/dev/sda ext4 /dev/sdc unknown /dev/sdb1 unknown /dev/sdb3 unknown "
             "/dev/sdb4 unknown /dev/sdb5 unknown /dev/sdb6 unknown");
  CHECK_OK (gk_mount_list_disk_labels (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf), "data /dev/sdb data1 /dev/sdb1 data2 /dev/sdb2 data3 "
                                             "/dev/sdb3 data4 /dev/sdb4 data5 /dev/sdb5 "
                                             "data6 /dev/sdb6");
  CHECK (access ("/dev/disk/guestfs/data5", F_OK) == 0);
  CHECK_OK (gk_mount_nr_devices (ctx, &n, &err));
  CHECK_INT (n, 3);
  CHECK_OK (gk_mount_device_index (ctx, "/dev/sdc", &n, &err));
  CHECK_INT (n, 2);
  CHECK_FAILS (gk_mount_device_index (ctx, "/dev/sdb1", &n, &err), 0,
               "/dev/sdb1: device not found");
  CHECK_OK (gk_mount_is_whole_device (ctx, "/dev/sdb", &yes, &err));
  CHECK (yes);
  CHECK_OK (gk_mount_is_whole_device (ctx, "/dev/sdb1", &yes, &err));
  CHECK (!yes);
  CHECK_OK (gk_mount_blockdev_getsize64 (ctx, "/dev/sda", &n64, &err));
  CHECK_INT (n64, 64 << 20);
  CHECK_OK (gk_mount_blockdev_getsz (ctx, "/dev/sdb1", &n64, &err));
  CHECK_INT (n64, 20480);
  CHECK_OK (gk_mount_blockdev_getss (ctx, "/dev/sdb1", &n, &err));
  CHECK_INT (n, 512);
  CHECK_OK (gk_mount_blockdev_getro (ctx, "/dev/sdc", &yes, &err));
  CHECK (yes);

  /* Names. */
  CHECK_OK (gk_devices_resolve (ctx->devices, "/dev/vdb5", &s, &err));
  CHECK_STR (s, "/dev/sdb5");
  free (s);
  CHECK_OK (gk_devices_resolve (ctx->devices, "/dev/disk/guestfs/data6", &s, &err));
  CHECK_STR (s, "/dev/sdb6");
  free (s);
  CHECK_FAILS (gk_devices_resolve (ctx->devices, "/dev/sdz", &s, &err), ENOENT,
               "/dev/sdz: No such file or directory");
  CHECK_FAILS (gk_devices_resolve (ctx->devices, "/dev/null", &s, &err), ENOENT, "/dev/null");
  CHECK_FAILS (gk_devices_resolve (ctx->devices, "/dev/../dev/sda", &s, &err), ENOENT, "No such");
  CHECK_FAILS (gk_devices_resolve_mountable (ctx->devices, "btrfsvol:/dev/sdz/x", &s, &err), EINVAL,
               "btrfsvol:/dev/sdz/x: expecting a btrfs volume");
  CHECK_OK (gk_devices_resolve_mountable (ctx->devices, "btrfsvol:/dev/hdb1/a/b", &s, &err));
  CHECK_STR (s, "btrfsvol:/dev/sdb1/a/b");
  free (s);

  /* Nothing of the host. */
  CHECK (access ("/dev/vda", F_OK) == -1);
  CHECK (access ("/dev/loop0", F_OK) == -1);
  CHECK (access ("/dev/null", W_OK) == 0);

  /* Mounting. */
  CHECK_INT (ctx->root_fd, -1);
  CHECK_OK (gk_mount_mount (ctx, "/dev/sda", "/", &err));
  CHECK (ctx->root_fd != -1);
  write_file (ctx, "/file");
  CHECK_OK (gk_mount_mounts (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf), "/dev/sda");
  CHECK_OK (gk_mount_mountpoints (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf), "/dev/sda /");
  CHECK_OK (gk_mount_sync (ctx, &err));
  CHECK_FAILS (gk_mount_mount (ctx, "/dev/sda", "/", &err), EBUSY,
               "/dev/sda on /: /dev/sda already mounted on /");
  CHECK_FAILS (gk_mount_mount (ctx, "/dev/sdb1", "/lost+found", &err), EINVAL,
               "/dev/sdb1 on /lost+found: wrong fs type or bad superblock");
  CHECK_FAILS (gk_mount_mount (ctx, "/dev/sdb1", "/file", &err), ENOTDIR,
               "/file: mount point is not a directory");
  CHECK_FAILS (gk_mount_mount (ctx, "/dev/sdb1", "/nope", &err), ENOENT,
               "/nope: mount point is not a directory");
  CHECK_FAILS (gk_mount_umount (ctx, "/lost+found", NULL, &err), EINVAL,
               "/lost+found: not mounted");
  CHECK_FAILS (gk_mount_umount (ctx, "/dev/sdb", NULL, &err), EINVAL, "/dev/sdb: not mounted");
  CHECK_OK (gk_mount_umount (ctx, "/", NULL, &err));
  CHECK_INT (ctx->root_fd, -1);
  CHECK_OK (gk_mount_mount_ro (ctx, "/dev/sda", "/", &err));
  CHECK (gk_root_open (ctx->root_fd, "/file2", O_WRONLY | O_CREAT, 0644) == -1 && errno == EROFS);
  CHECK_OK (gk_mount_umount (ctx, "/dev/vda", NULL, &err));

  /* Folders under nothing. */
  CHECK_OK (gk_mount_mkmountpoint (ctx, "/a b", &err));
  CHECK_INT (ctx->root_fd, -1);
  CHECK_FAILS (gk_mount_mkmountpoint (ctx, "/a b", &err), EEXIST, "/a b: File exists");
  CHECK_FAILS (gk_mount_mkmountpoint (ctx, "a", &err), EINVAL,
               "path must start with a / character");
  CHECK_OK (gk_mount_mount (ctx, "/dev/sda", "/a b", &err));
  CHECK (ctx->root_fd != -1);
  struct stat st;
  CHECK (gk_root_lstat (ctx->root_fd, "/a b/file", &st) == 0);
  CHECK_OK (gk_mount_mountpoints (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf), "/dev/sda /a b");
  CHECK_FAILS (gk_mount_rmmountpoint (ctx, "/a b", &err), EBUSY, "/a b: Device or resource busy");
  int fd = gk_mounts_export_tree (ctx, &err);
  CHECK (fd != -1);
  struct stat st2;
  CHECK (fstatat (fd, "a b/file", &st2, 0) == 0 && st2.st_ino == st.st_ino);
  close (fd);
  CHECK_OK (gk_mount_umount_all (ctx, &err));
  CHECK_INT (ctx->root_fd, -1);
  CHECK_OK (gk_mount_rmmountpoint (ctx, "/a b", &err));
}

static void
test_basic (void **state)
{
  struct test_session s;
  test_session_init (&s);
  test_sh ("mke2fs -q -F -t ext4 %s", test_image (&s, 64)->path);
  test_attach (&s.disks[0], 512, false);
  struct test_disk *d = test_image (&s, 64);
  test_sh (
      "printf 'label: dos\\n2048,20480\\n,40960,5\\n,10240,82\\n,10000,7,*\\n,4000\\n,6000\\n' "
      "| sfdisk -q %s",
      d->path);
  test_attach (d, 512, false);
  d->label = "data";
  test_attach (test_image (&s, 8), 512, true);
  test_run (&s, basic);
  test_session_end (&s);
}

static void
test_letters (void **state)
{
  char name[16];
  gk_devices_letters (0, name);
  assert_string_equal (name, "sda");
  gk_devices_letters (25, name);
  assert_string_equal (name, "sdz");
  gk_devices_letters (26, name);
  assert_string_equal (name, "sdaa");
  gk_devices_letters (26 + 26 * 26, name);
  assert_string_equal (name, "sdaaa");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_letters),
    cmocka_unit_test (test_basic),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
