/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Filesystems are made with their options, recognized afterwards, and what
 * cannot be made leaves the device alone. */
/* rooms: mount part fs exec op base */
#include "session-helper.h"

#include "exec/exec.h"
#include "gk-ops-fs.h"
#include "gk-ops-mount.h"
#include "gk-ops-part.h"

static struct gk_error err = GK_ERROR_INIT;

static void
check_vfs (struct gk_ctx *ctx, const char *device, const char *type, const char *label)
{
  char *s = NULL;
  CHECK_OK (gk_fs_vfs_type (ctx, device, &s, &err));
  CHECK_STR (s, type);
  free (s);
  CHECK_OK (gk_fs_vfs_label (ctx, device, &s, &err));
  CHECK_STR (s, label);
  free (s);
  CHECK_OK (gk_fs_vfs_uuid (ctx, device, &s, &err));
  CHECK ((*s == '\0') == (*type == '\0' || strcmp (type, "minix") == 0));
  free (s);
}

static bool
have (const char *tool)
{
  char *path = gk_exec_find (tool);
  free (path);
  return path != NULL;
}

#define OPTS(...) (&(struct guestfs_mkfs_opts_argv){ __VA_ARGS__ })
#define LABEL(s) .bitmask = GUESTFS_MKFS_OPTS_LABEL_BITMASK, .label = (s)
#define BLOCK(n) .bitmask = GUESTFS_MKFS_OPTS_BLOCKSIZE_BITMASK, .blocksize = (n)
#define INODE(n) .bitmask = GUESTFS_MKFS_OPTS_INODE_BITMASK, .inode = (n)
#define SECTOR(n) .bitmask = GUESTFS_MKFS_OPTS_SECTORSIZE_BITMASK, .sectorsize = (n)
#define FEATURES(s) .bitmask = GUESTFS_MKFS_OPTS_FEATURES_BITMASK, .features = (s)

static void
make (struct gk_ctx *ctx)
{
  static const struct {
    const char *type, *tool, *probed;
  } kinds[] = {
    { "ext2", "mke2fs", "ext2" },       { "ext3", "mke2fs", "ext3" },
    { "ext4", "mke2fs", "ext4" },       { "xfs", "mkfs.xfs", "xfs" },
    { "btrfs", "mkfs.btrfs", "btrfs" }, { "vfat", "mkfs.vfat", "vfat" },
    { "msdos", "mkfs.vfat", "vfat" },   { "ntfs", "mkfs.ntfs", "ntfs" },
    { "exfat", "mkfs.exfat", "exfat" }, { "f2fs", "mkfs.f2fs", "f2fs" },
    { "minix", "mkfs.minix", "minix" }, { "swap", "mkswap", "swap" },
    { "ext4", "mke2fs", "ext4" },
  };
  const char *a = "/dev/sda";
  check_vfs (ctx, a, "", "");
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (!have (kinds[i].tool))
      continue;
    CHECK_OK (gk_fs_mkfs (ctx, kinds[i].type, a, NULL, &err));
    check_vfs (ctx, a, kinds[i].probed, "");
  }
  CHECK_OK (gk_fs_mkfs (ctx, "ext4", a, OPTS (LABEL ("my root")), &err));
  check_vfs (ctx, a, "ext4", "my root");
  check_vfs (ctx, "btrfsvol:/dev/sda/sub", "ext4", "my root");
  CHECK_OK (gk_fs_mkfs (ctx, "ext4", a, OPTS (BLOCK (1024)), &err));
  CHECK_OK (gk_fs_mkfs (ctx, "ext4", a, OPTS (INODE (512)), &err));
  CHECK_OK (gk_fs_mkfs (ctx, "ext4", a, OPTS (FEATURES ("^metadata_csum")), &err));

  /* Refused, and what was there is still there. */
  CHECK_OK (gk_fs_mkfs (ctx, "ext4", a, OPTS (LABEL ("stays")), &err));
  CHECK_FAILS (gk_fs_mkfs (ctx, "foo", a, NULL, &err), EOPNOTSUPP, "foo: unknown filesystem type");
  CHECK_FAILS (gk_fs_mkfs (ctx, "crypto_LUKS", a, NULL, &err), EOPNOTSUPP, "unknown");
  CHECK_FAILS (gk_fs_mkfs (ctx, "squashfs", a, NULL, &err), EOPNOTSUPP, "unknown");
  CHECK_FAILS (gk_fs_mkfs (ctx, "ext4", a, OPTS (LABEL ("qwertyuiopasdfghj")), &err), EINVAL,
               "qwertyuiopasdfghj: ext2/3/4 labels are limited to 16 bytes");
  CHECK_FAILS (gk_fs_mkfs (ctx, "xfs", a, OPTS (LABEL ("1234567890abcdef")), &err), EINVAL,
               "1234567890abcdef: xfs labels are limited to 12 bytes");
  CHECK_FAILS (gk_fs_mkfs (ctx, "vfat", a, OPTS (BLOCK (3000)), &err), EINVAL,
               "block size must be > 0 and a power of 2");
  CHECK_FAILS (gk_fs_mkfs (ctx, "vfat", a, OPTS (BLOCK (256)), &err), EINVAL,
               "unsupported cluster size for vfat filesystem (requested cluster size = 256, "
               "sector size = 512, trying sectors per cluster = 0)");
  CHECK_FAILS (gk_fs_mkfs (ctx, "btrfs", a, OPTS (BLOCK (4096)), &err), EINVAL,
               "blocksize cannot be set on btrfs filesystems, use 'mkfs-btrfs'");
  CHECK_FAILS (gk_fs_mkfs (ctx, "ext4", a, OPTS (INODE (0)), &err), EINVAL,
               "inode size must be larger than zero");
  CHECK_FAILS (gk_fs_mkfs (ctx, "xfs", a, OPTS (INODE (512)), &err), EINVAL,
               "inode size (-I) can only be set on ext2/3/4 filesystems");
  CHECK_FAILS (gk_fs_mkfs (ctx, "xfs", a, OPTS (SECTOR (512)), &err), EINVAL,
               "sector size (-S) can only be set on ufs filesystems");
  check_vfs (ctx, a, "ext4", "stays");
  CHECK_OK (gk_mount_mount (ctx, a, "/", &err));
  CHECK_FAILS (gk_fs_mkfs (ctx, "ext4", a, NULL, &err), EBUSY,
               "/dev/sda is mounted, or another device stands on it; nothing on it was changed");
  CHECK_OK (gk_mount_umount_all (ctx, &err));
  check_vfs (ctx, a, "ext4", "stays");

  /* The tool's own words. */
  CHECK_FAILS (gk_fs_mkfs (ctx, "ext4", a, OPTS (FEATURES ("nonsense")), &err), 0,
               "ext4: /dev/sda: ");

  /* A filesystem on the whole disk ends the partitions. */
  char buf[256], **v;
  CHECK_OK (gk_part_part_disk (ctx, a, "mbr", &err));
  CHECK_OK (gk_mount_list_partitions (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf), "/dev/sda1");
  CHECK_OK (gk_fs_mkfs (ctx, "ext4", a, NULL, &err));
  CHECK_OK (gk_mount_list_partitions (ctx, &v, &err));
  CHECK_STR (test_join (v, buf, sizeof buf), "");
}

static void
test_make (void **state)
{
  struct test_session s;
  test_session_init (&s);
  test_attach (test_image (&s, 320), 512, false);
  test_run (&s, make);
  test_session_end (&s);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_make),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
