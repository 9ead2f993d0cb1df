/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The tree of a guest's programs: the guest's, with a /proc, /sys and /dev of
 * their own, and nothing of this machine.
 *
 * All of it is in a mount namespace that only these programs are in, so nothing
 * has to be put back, however they end.  The guest's tree becomes the root of
 * the namespace and what was there is taken away; a chroot would leave it
 * reachable for root.  Mount points are found in the guest without following
 * links; where it has no such directory there is no such mount.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "command/command-priv.h"

/* A folder that every system has, for the moment in which the guest's tree is
 * not the root yet. */
#define STEP "/proc"
#define QUIET (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* A new filesystem that is mounted nowhere yet. */
static int
make_fs (const char *type, const char *const options[][2], unsigned attr)
{
  _cleanup_close_ int fs = fsopen (type, FSOPEN_CLOEXEC);

  if (fs == -1)
    return -1;
  for (size_t i = 0; options && options[i][0]; i++)
    if (fsconfig (fs, options[i][1] ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, options[i][0],
                  options[i][1], 0) == -1)
      return -1;
  if (fsconfig (fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
    return -1;
  return fsmount (fs, FSMOUNT_CLOEXEC, attr);
}

/* Put it there; 0 also when there is no such directory. */
static int
put (int mnt, const char *path)
{
  struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                          .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
  _cleanup_close_ int at = (int)syscall (SYS_openat2, AT_FDCWD, path, &how, sizeof how);

  if (at == -1)
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -1;
  return move_mount (mnt, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static int
put_fs (const char *type, const char *const options[][2], unsigned attr, const char *path)
{
  _cleanup_close_ int mnt = make_fs (type, options, attr);

  return mnt == -1 ? -1 : put (mnt, path);
}

/* --- resolv.conf ----------------------------------------------------------------- */

/* A mount of a file with the text, attached nowhere.  For such a mount the
 * filesystem must be attached for a moment; it goes with the old root. */
static int
make_text (const char *text)
{
  static const char *const options[][2] = { { "size", "64k" }, { "mode", "755" }, { NULL, NULL } };
  _cleanup_close_ int mnt = make_fs ("tmpfs", options, QUIET);
  _cleanup_close_ int fd =
      mnt == -1 ? -1 : openat (mnt, "text", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

  if (fd == -1 || fchmod (fd, 0644) == -1 || gk_write_full (fd, text, strlen (text)) == -1 ||
      move_mount (mnt, "", AT_FDCWD, STEP, MOVE_MOUNT_F_EMPTY_PATH) == -1)
    return -1;
  return open_tree (mnt, "text", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

/* --- the root ------------------------------------------------------------------ */

static const char *
change_root (int tree, const char *text, int *ret_text)
{
  if (unshare (CLONE_NEWNS) == -1 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
    return "mount namespace";
  if (text && (*ret_text = make_text (text)) == -1)
    return "/etc/resolv.conf";
  if (move_mount (tree, "", AT_FDCWD, STEP, MOVE_MOUNT_F_EMPTY_PATH) == -1)
    return "move_mount";
  /* The old tree comes to lie over the new one and is taken away from there. */
  if (fchdir (tree) == -1 || syscall (SYS_pivot_root, ".", ".") == -1 ||
      umount2 (".", MNT_DETACH) == -1 || chdir ("/") == -1)
    return "pivot_root";
  return NULL;
}

/* Over the file that the guest has, or over the link that leads nowhere as long
 * as the guest does not run.  Nothing in the guest is changed.  A guest with
 * neither has no resolver configured, and keeps it so. */
static int
put_resolv (int mnt)
{
  _cleanup_close_ int root = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  _cleanup_close_ int at = gk_root_open_any (root, "/etc/resolv.conf", O_PATH, 0);

  if (at == -1)
    at = gk_root_open_any (root, "/etc/resolv.conf", O_PATH | O_NOFOLLOW, 0);
  if (at == -1)
    return 0;
  return move_mount (mnt, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

/* --- network ----------------------------------------------------------------------- */

/* Servers that package scripts start talk to themselves. */
static int
bring_lo_up (void)
{
  _cleanup_close_ int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

  if (fd == -1) /* a kernel without */
    return 0;
  return ioctl (fd, SIOCSIFFLAGS, &r);
}

/* --- all of it --------------------------------------------------------------------- */

static const char *
mount_all (int text, int dev, int proc)
{
  static const char *const pts[][2] = { { "newinstance", NULL },
                                        { "ptmxmode", "0666" },
                                        { "mode", "0620" },
                                        { "gid", "5" },
                                        { NULL, NULL } };
  static const char *const shm[][2] = { { "mode", "1777" }, { "size", "64m" }, { NULL, NULL } };
  static const char *const empty[][2] = { { "mode", "755" }, { "size", "4k" }, { NULL, NULL } };

  if (put (dev, "/dev") == -1)
    return "mount: /dev";
  /* A kernel may have no terminals. */
  if (put_fs ("devpts", pts, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, "/dev/pts") == -1 &&
      errno != ENODEV)
    return "mount: /dev/pts";
  if (put_fs ("tmpfs", shm, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, "/dev/shm") == -1)
    return "mount: /dev/shm";
  if (put (proc, "/proc") == -1)
    return "mount: /proc";
  if (put_fs ("sysfs", NULL, QUIET | MOUNT_ATTR_RDONLY, "/sys") == -1)
    return "mount: /sys";
  /* Serial numbers of this machine, and variables of its firmware. */
  if (put_fs ("tmpfs", empty, QUIET | MOUNT_ATTR_RDONLY, "/sys/firmware") == -1)
    return "mount: /sys/firmware";
  if (text >= 0 && put_resolv (text) == -1)
    return "mount: /etc/resolv.conf";
  return NULL;
}

const char *
gk_command_enter_tree (const struct gk_command_world *w, int *ret_proc)
{
  struct mount_attr attr = { .attr_set = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID,
                             .propagation = MS_PRIVATE };
  _cleanup_close_ int tree = open_tree (
      w->root_fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);

  if (tree == -1 ||
      mount_setattr (tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) == -1)
    return "the guest's tree";
  _cleanup_close_ int dev = gk_command_make_dev ();
  if (dev == -1)
    return "/dev";
  _cleanup_close_ int text = -1;
  const char *failed = change_root (tree, w->resolv, &text);
  if (failed)
    return failed;
  _cleanup_close_ int proc = make_fs ("proc", NULL, QUIET | MOUNT_ATTR_RDONLY);
  if (proc == -1)
    return "/proc";
  failed = mount_all (text, dev, proc);
  if (failed)
    return failed;
  if (sethostname ("guestkit", 8) == -1)
    return "sethostname";
  if (!w->network && bring_lo_up () == -1)
    return "network";
  *ret_proc = openat (proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return *ret_proc == -1 ? "/proc" : NULL;
}
