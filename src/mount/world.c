/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The private world: a mount namespace whose /dev has nothing of the host.
 *
 * Why it is safe: the namespace is private before the first mount in it, so
 * nothing can propagate to the host; whatever is mounted goes with the
 * process; and a tool that searches /dev finds the session's devices only.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"
#include "mount/mount.h"

static const struct {
  const char *name;
  unsigned major, minor;
  mode_t mode;
} standard[] = {
  { "null", 1, 3, 0666 },   { "zero", 1, 5, 0666 },    { "full", 1, 7, 0666 },
  { "random", 1, 8, 0666 }, { "urandom", 1, 9, 0666 }, { "tty", 5, 0, 0666 },
};

/* Control devices with a number that the kernel chose; made when it has them. */
static const struct {
  const char *misc, *name;
} controls[] = {
  { "device-mapper", "mapper/control" },
  { "btrfs-control", "btrfs-control" },
  { "fuse", "fuse" }, /* image servers and file systems in user space */
};

static const struct {
  const char *name, *target;
} links[] = {
  { "fd", "/proc/self/fd" },
  { "stdin", "/proc/self/fd/0" },
  { "stdout", "/proc/self/fd/1" },
  { "stderr", "/proc/self/fd/2" },
};

/* The minor number of a misc device, or -1. */
static int
misc_minor (const char *proc_misc, const char *name)
{
  const char *line = proc_misc;
  while (line && *line) {
    int minor_no;
    char found[64];
    if (sscanf (line, "%d %63s", &minor_no, found) == 2 && gk_streq (found, name))
      return minor_no;
    line = strchr (line, '\n');
    line = line ? line + 1 : NULL;
  }
  return -1;
}

static int
make_node (int dir, const char *name, mode_t mode, dev_t devno, struct gk_error *err)
{
  if (mknodat (dir, name, S_IFCHR | mode, devno) == -1 && errno != EEXIST)
    return gk_error_sys (err, errno, "mknod: /dev/%s", name);
  if (fchmodat (dir, name, mode, 0) == -1) /* whatever the umask is */
    return gk_error_sys (err, errno, "chmod: /dev/%s", name);
  return 0;
}

int
gk_world_fill_dev (const char *dev_dir, struct gk_error *err)
{
  _cleanup_close_ int dir = open (dev_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir == -1)
    return gk_error_sys (err, errno, "%s", dev_dir);
  for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++)
    if (make_node (dir, standard[i].name, standard[i].mode,
                   makedev (standard[i].major, standard[i].minor), err) == -1)
      return -1;
  for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
    if (symlinkat (links[i].target, dir, links[i].name) == -1 && errno != EEXIST)
      return gk_error_sys (err, errno, "symlink: /dev/%s", links[i].name);
  if ((mkdirat (dir, "shm", 01777) == -1 && errno != EEXIST) ||
      fchmodat (dir, "shm", 01777, 0) == -1 ||
      (mkdirat (dir, "mapper", 0755) == -1 && errno != EEXIST))
    return gk_error_sys (err, errno, "mkdir: /dev");

  _cleanup_gk_buf_ struct gk_buf misc = GK_BUF_INIT;
  if (gk_read_file ("/proc/misc", 1 << 16, &misc) == 0 && misc.data)
    for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
      int no = misc_minor (misc.data, controls[i].misc);
      if (no >= 0 && make_node (dir, controls[i].name, 0600, makedev (10, (unsigned)no), err) == -1)
        return -1;
    }
  return 0;
}

int
gk_world_enter (int *ret_host_dev_fd, struct gk_error *err)
{
  if (unshare (CLONE_NEWNS) == -1)
    return gk_error_sys (err, errno, "unshare: a private mount namespace");
  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
    return gk_error_sys (err, errno, "mount: making the namespace private");
  if (mount ("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
    return gk_error_sys (err, errno, "mount: /proc");
  /* In this namespace, so that it can be mounted from; without one there is none. */
  _cleanup_close_ int host_dev_fd = open ("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (mount ("guestkit-dev", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC,
             "mode=0755,size=16m,nr_inodes=65536") == -1)
    return gk_error_sys (err, errno, "mount: /dev");
  if (gk_world_fill_dev ("/dev", err) == -1)
    return -1;
  if (ret_host_dev_fd) {
    /* People keep images there; no devices are in it. */
    char link[32];
    _cleanup_free_ char *shm = gk_asprintf ("%s/shm", gk_fd_path (host_dev_fd, link));
    if (shm && mount (shm, "/dev/shm", NULL, MS_BIND, NULL) == 0)
      mount (NULL, "/dev/shm", NULL, MS_BIND | MS_REMOUNT | MS_NOSUID | MS_NODEV, NULL);
    *ret_host_dev_fd = gk_steal_fd (&host_dev_fd);
  }
  return 0;
}
