/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a guest or a caller may present to mount: symlinks out of the tree,
 * strange options, dirty and read-only and duplicate filesystems. */
/* rooms: mount part fs exec op base */
#include "session-helper.h"

#include <sys/mount.h>
#include <sys/vfs.h>

#include "base/fd.h"
#include "base/pathroot.h"
#include "gk-ops-fs.h"
#include "gk-ops-mount.h"

static struct gk_error err = GK_ERROR_INIT;

static const char *
mountpoints (struct gk_ctx *ctx)
{
  static char buf[2048];
  char **v;
  CHECK_OK (gk_mount_mountpoints (ctx, &v, &err));
  return test_join (v, buf, sizeof buf);
}

/* The mount options that the kernel shows for a guest path. */
static bool
has_option (struct gk_ctx *ctx, const char *point, const char *option)
{
  struct gk_buf text = GK_BUF_INIT;
  CHECK (gk_read_file ("/proc/self/mountinfo", 1 << 20, &text) == 0);
  char wanted[256];
  snprintf (wanted, sizeof wanted, "%s/sysroot%s ", ctx->tmpdir, strcmp (point, "/") ? point : "");
  char *line = NULL;
  for (char *p = text.data; (p = strstr (p, wanted)) != NULL; p++)
    line = p;
  CHECK (line != NULL);
  line[strcspn (line, "\n")] = '\0';
  for (char *w = strtok (line, " ,"); w; w = strtok (NULL, " ,"))
    if (strcmp (w, option) == 0) {
      gk_buf_clear (&text);
      return true;
    }
  gk_buf_clear (&text);
  return false;
}

static void
options (struct gk_ctx *ctx)
{
  const char *a = "/dev/sda", *b = "/dev/sdb";
  CHECK_OK (gk_mount_mount_options (ctx, "noatime,sync", a, "/", &err));
  CHECK (has_option (ctx, "/", "noatime") && has_option (ctx, "/", "sync"));
  CHECK (has_option (ctx, "/", "nosuid") && has_option (ctx, "/", "nodev"));
  CHECK (has_option (ctx, "/", "errors=remount-ro"));
  CHECK (has_option (ctx, "/", "rw"));
  CHECK (mkdirat (ctx->root_fd, "d", 0755) == 0);

  CHECK_OK (gk_mount_mount_options (ctx, "suid,dev,exec,relatime", b, "/d", &err));
  CHECK (has_option (ctx, "/d", "nosuid") && has_option (ctx, "/d", "nodev"));
  CHECK (!has_option (ctx, "/d", "noexec"));
  CHECK_OK (gk_mount_umount (ctx, "/d", NULL, &err));
  CHECK_OK (gk_mount_mount_options (ctx, "ro,noexec,nodiratime,errors=continue", b, "/d", &err));
  CHECK (has_option (ctx, "/d", "ro") && has_option (ctx, "/d", "noexec"));
  CHECK (has_option (ctx, "/d", "nodiratime"));
  CHECK_OK (gk_mount_umount (ctx, "/d", NULL, &err));
  CHECK_OK (gk_mount_mount_options (
      ctx, "x-foo=1,defaults,nofail,noauto,_netdev,comment=1,user,loop,,", b, "/d", &err));
  CHECK_OK (gk_mount_umount (ctx, "/d", NULL, &err));
  CHECK_OK (gk_mount_mount_vfs (ctx, "", "auto", b, "/d", &err));
  CHECK_OK (gk_mount_umount (ctx, "/d", NULL, &err));

  CHECK_FAILS (gk_mount_mount_options (ctx, "foo", b, "/d", &err), EINVAL,
               "/dev/sdb on /d: bad option ‘foo’");
  CHECK_FAILS (gk_mount_mount_options (ctx, "ro,bar=1", b, "/d", &err), EINVAL,
               "bad option ‘bar=1’");
  CHECK_FAILS (gk_mount_mount_options (ctx, "bind", b, "/d", &err), EINVAL, "‘bind’");
  CHECK_FAILS (gk_mount_mount_options (ctx, "offset=4096", b, "/d", &err), EINVAL, "‘offset’");
  CHECK_FAILS (gk_mount_mount_options (ctx, "errors=panic", b, "/d", &err), EPERM, "panic");
  CHECK_FAILS (gk_mount_mount_options (ctx, "errors=\"panic\"", b, "/d", &err), EPERM, "panic");
  CHECK_FAILS (gk_mount_mount_vfs (ctx, "", "tmpfs", b, "/d", &err), ENODEV,
               "unknown filesystem type ‘tmpfs’");
  CHECK_FAILS (gk_mount_mount_vfs (ctx, "", "proc", b, "/d", &err), ENODEV, "‘proc’");
  CHECK_FAILS (gk_mount_mount_vfs (ctx, "", "overlay", b, "/d", &err), ENODEV, "‘overlay’");
  CHECK_FAILS (gk_mount_mount_vfs (ctx, "", "xfs", b, "/d", &err), EINVAL,
               "/dev/sdb on /d: wrong fs type or bad superblock (xfs");
  CHECK_FAILS (gk_mount_mount (ctx, "btrfsvol:/dev/sdb/x", "/d", &err), EINVAL, "not a btrfs");
  CHECK_FAILS (gk_mount_mount (ctx, "/dev/sdz", "/d", &err), ENOENT,
               "/dev/sdz: No such file or directory");
  CHECK_FAILS (gk_mount_mount (ctx, "/d", "/d", &err), ENOENT, "/d: No such file");
  CHECK_FAILS (gk_mount_mount (ctx, "", "/d", &err), ENOENT, ": No such file");
  CHECK_STR (mountpoints (ctx), "/dev/sda /");

  /* One on the other; the name as it was given. */
  CHECK_OK (gk_mount_mount (ctx, b, "d", &err));
  CHECK_FAILS (gk_mount_mount (ctx, b, "/d", &err), EBUSY, "already mounted");
  CHECK_FAILS (gk_mount_mount_ro (ctx, a, "/d", &err), EBUSY, "");
  CHECK_OK (gk_mount_mount (ctx, a, "/d", &err));
  CHECK_STR (mountpoints (ctx), "/dev/sda / /dev/sdb /d /dev/sda /d");
  CHECK_FAILS (gk_mount_umount (ctx, "/", NULL, &err), EBUSY, "/: target is busy");
  CHECK (ctx->root_fd != -1);
  CHECK_OK (gk_mount_umount (ctx, "/d", NULL, &err));
  CHECK_STR (mountpoints (ctx), "/dev/sda / /dev/sdb /d");
  /* Somebody holds it: busy; lazily it goes. */
  int fd = gk_root_open (ctx->root_fd, "/d", O_RDONLY | O_DIRECTORY, 0);
  CHECK_FAILS (gk_mount_umount (ctx, "/d", NULL, &err), EBUSY, "/d: target is busy");
  struct guestfs_umount_opts_argv lazy = { .bitmask = GUESTFS_UMOUNT_OPTS_LAZYUNMOUNT_BITMASK,
                                           .lazyunmount = 1 };
  CHECK_OK (gk_mount_umount (ctx, "/d", &lazy, &err));
  CHECK_STR (mountpoints (ctx), "/dev/sda /");
  close (fd);
  CHECK_OK (gk_mount_mount (ctx, b, "/d", &err));
  CHECK_OK (gk_mount_umount_all (ctx, &err));
  CHECK_STR (mountpoints (ctx), "");
}

static void
test_options (void **state)
{
  struct test_session s;
  test_session_init (&s);
  for (int i = 0; i < 2; i++) {
    struct test_disk *d = test_image (&s, 16);
    test_sh ("mke2fs -q -F -t ext4 %s", d->path);
    test_attach (d, 512, false);
  }
  test_run (&s, options);
  test_session_end (&s);
}

static void
symlinks (struct gk_ctx *ctx)
{
  char outside[128];
  snprintf (outside, sizeof outside, "%s/outside", ctx->tmpdir);
  CHECK (mkdir (outside, 0755) == 0);
  CHECK_OK (gk_mount_mount (ctx, "/dev/sda", "/", &err));
  CHECK (mkdirat (ctx->root_fd, "real", 0755) == 0);
  CHECK (symlinkat (outside, ctx->root_fd, "absolute") == 0);
  CHECK (symlinkat ("../../../../../../../../etc", ctx->root_fd, "relative") == 0);
  CHECK (symlinkat ("/real", ctx->root_fd, "inside") == 0);
  CHECK (symlinkat ("loop", ctx->root_fd, "loop") == 0);
  CHECK (symlinkat ("/proc/self/root", ctx->root_fd, "magic") == 0);
  CHECK_FAILS (gk_mount_mount (ctx, "/dev/sdb", "/absolute", &err), ENOENT, "not a directory");
  CHECK_FAILS (gk_mount_mount (ctx, "/dev/sdb", "/relative", &err), ENOENT, "not a directory");
  CHECK_FAILS (gk_mount_mount (ctx, "/dev/sdb", "/magic", &err), ENOENT, "not a directory");
  CHECK_FAILS (gk_mount_mount (ctx, "/dev/sdb", "/loop", &err), ELOOP, "/loop");
  CHECK_OK (gk_mount_mount (ctx, "/dev/sdb", "/inside", &err));
  CHECK_STR (mountpoints (ctx), "/dev/sda / /dev/sdb /real");
  CHECK_FAILS (gk_mount_umount (ctx, "/absolute", NULL, &err), ENOENT, "/absolute");
  CHECK_OK (gk_mount_umount (ctx, "/inside", NULL, &err));
  /* ".." in a mountpoint ends at the root of the guest. */
  CHECK_OK (gk_mount_mount (ctx, "/dev/sdb", "/../../real", &err));
  CHECK_STR (mountpoints (ctx), "/dev/sda / /dev/sdb /real");
  CHECK_FAILS (gk_mount_rmmountpoint (ctx, "/absolute/x", &err), ENOENT, "/absolute/x");
  CHECK_FAILS (gk_mount_mkmountpoint (ctx, "/absolute/x", &err), ENOENT, "/absolute/x");
  CHECK_OK (gk_mount_umount_all (ctx, &err));
  CHECK (rmdir (outside) == 0);
}

static void
test_symlinks (void **state)
{
  struct test_session s;
  test_session_init (&s);
  for (int i = 0; i < 2; i++) {
    struct test_disk *d = test_image (&s, 16);
    test_sh ("mke2fs -q -F -t ext4 %s", d->path);
    test_attach (d, 512, false);
  }
  test_run (&s, symlinks);
  test_session_end (&s);
}

static void
xfs_twins (struct gk_ctx *ctx)
{
  CHECK_OK (gk_mount_mount (ctx, "/dev/sda", "/", &err));
  CHECK (mkdirat (ctx->root_fd, "twin", 0755) == 0);
  CHECK_OK (gk_mount_mount (ctx, "/dev/sdb", "/twin", &err));
  CHECK_STR (mountpoints (ctx), "/dev/sda / /dev/sdb /twin");
}

static void
test_xfs_twins (void **state)
{
  struct test_session s;
  test_session_init (&s);
  struct test_disk *a = test_image (&s, 320), *b = test_image (&s, 320);
  test_sh ("mkfs.xfs -q %s && cp --sparse=always %s %s", a->path, a->path, b->path);
  test_attach (a, 512, false);
  test_attach (b, 512, false);
  test_run (&s, xfs_twins);
  test_session_end (&s);
}

static void
btrfs_subvolumes (struct gk_ctx *ctx)
{
  CHECK_OK (gk_mount_mount (ctx, "/dev/sda", "/", &err));
  int fd = gk_root_open (ctx->root_fd, "/", O_RDONLY | O_DIRECTORY, 0);
  CHECK (fd != -1);
  struct {
    int64_t fd;
    char name[4088];
  } args = { 0, "sub vol" };
  CHECK (ioctl (fd, _IOW (0x94, 14, args), &args) == 0); /* BTRFS_IOC_SUBVOL_CREATE */
  close (fd);
  CHECK_OK (gk_mount_umount_all (ctx, &err));
  CHECK_FAILS (gk_mount_mount (ctx, "btrfsvol:/dev/sda/nope", "/", &err), ENOENT,
               "btrfsvol:/dev/sda/nope on /");
  CHECK_OK (gk_mount_mount (ctx, "btrfsvol:/dev/sda/sub vol", "/", &err));
  CHECK (has_option (ctx, "/", "subvol=/sub\\040vol"));
  CHECK_STR (mountpoints (ctx), "/dev/sda /");
  CHECK_OK (gk_mount_umount (ctx, "/dev/sda", NULL, &err));
  CHECK_STR (mountpoints (ctx), "");
}

static void
test_btrfs_subvolumes (void **state)
{
  struct test_session s;
  test_session_init (&s);
  test_sh ("mkfs.btrfs -q %s >/dev/null", test_image (&s, 128)->path);
  test_attach (&s.disks[0], 512, false);
  test_run (&s, btrfs_subvolumes);
  test_session_end (&s);
}

/* A journal that a crash left: on a device that can be written it is replayed,
 * on one that cannot it is left alone and the filesystem is still readable. */
static void
crash (struct gk_ctx *ctx)
{
  CHECK_OK (gk_mount_mount (ctx, "/dev/sda", "/", &err));
  CHECK (mkdirat (ctx->root_fd, "made", 0755) == 0);
  CHECK_OK (gk_mount_sync (ctx, &err));
}

static void
dirty_writable (struct gk_ctx *ctx)
{
  CHECK_OK (gk_mount_mount_ro (ctx, "/dev/sda", "/", &err));
  struct stat st;
  CHECK (gk_root_lstat (ctx->root_fd, "/made", &st) == 0);
}

static void
dirty_readonly (struct gk_ctx *ctx)
{
  bool ro;
  CHECK_OK (gk_mount_blockdev_getro (ctx, "/dev/sda", &ro, &err));
  CHECK (ro);
  CHECK_FAILS (gk_mount_mount_options (ctx, "rw", "/dev/sda", "/", &err), EROFS, "/dev/sda on /");
  CHECK_OK (gk_mount_mount (ctx, "/dev/sda", "/", &err));
  CHECK (has_option (ctx, "/", "ro") && has_option (ctx, "/", "norecovery"));
  struct stat st;
  CHECK (gk_root_lstat (ctx->root_fd, "/", &st) == 0 && S_ISDIR (st.st_mode));
}

static void
dirty_journal (const char *mkfs)
{
  struct test_session s;
  test_session_init (&s);
  struct test_disk *d = test_image (&s, 320);
  test_sh ("%s %s", mkfs, d->path);
  test_attach (d, 512, false);
  /* The image as it is while mounted and flushed is the image after a crash. */
  test_run (&s, crash);
  char copy[256];
  snprintf (copy, sizeof copy, "%s/copy", s.dir);
  fflush (NULL);
  pid_t pid = fork ();
  assert_true (pid >= 0);
  if (pid == 0) {
    CHECK_OK (gk_world_enter (NULL, &err));
    struct gk_ctx ctx = { .root_fd = -1, .tmpdir = s.dir };
    CHECK_OK (gk_mounts_attach (&ctx, "/dev", &err));
    struct stat st;
    char name[32], command[512];
    snprintf (name, sizeof name, "loop%d", d->number);
    CHECK (fstat (d->loop_fd, &st) == 0);
    CHECK_OK (gk_devices_add (ctx.devices, st.st_rdev, name, NULL, &err));
    CHECK_OK (gk_mount_mount (&ctx, "/dev/sda", "/", &err));
    CHECK (mkdirat (ctx.root_fd, "later", 0755) == 0);
    int fd = gk_root_open (ctx.root_fd, "/later", O_RDONLY | O_DIRECTORY, 0);
    CHECK (fsync (fd) == 0);
    close (fd);
    snprintf (command, sizeof command, "cp --sparse=always %s %s", d->path, copy);
    CHECK (system (command) == 0);
    CHECK_OK (gk_mounts_teardown (&ctx, &err));
    _exit (0);
  }
  int status;
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_int_equal (status, 0);
  close (d->loop_fd);
  assert_int_equal (rename (copy, d->path), 0);
  test_attach (d, 512, true);
  test_run (&s, dirty_readonly);
  close (d->loop_fd);
  test_attach (d, 512, false);
  test_run (&s, dirty_writable);
  test_session_end (&s);
}

static void
test_dirty_ext4 (void **state)
{
  dirty_journal ("mke2fs -q -F -t ext4");
}

static void
test_dirty_xfs (void **state)
{
  dirty_journal ("mkfs.xfs -q");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_options),    cmocka_unit_test (test_symlinks),
    cmocka_unit_test (test_xfs_twins),  cmocka_unit_test (test_btrfs_subvolumes),
    cmocka_unit_test (test_dirty_ext4), cmocka_unit_test (test_dirty_xfs),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
