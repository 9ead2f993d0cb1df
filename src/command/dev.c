/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The /dev of a guest's programs: what every program expects, and this
 * session's disks under their names.
 *
 * The disks are there, for reading and writing, because installing a boot
 * loader is what commands are often for, and the package of a kernel does it by
 * itself.  They are the session's own; there is no control device through which
 * others could be made.
 *
 * Programs may make device nodes, archives have them, but can open none
 * elsewhere: all of the guest is nodev.  Here, where nodes work, nothing can be
 * made: it is read-only, but for /dev/shm and /dev/pts, which are on their own.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "command/command-priv.h"

/* /dev/VG/LV is the deepest. */
#define MAX_DEPTH 3

static const char *const characters[] = { "full", "null", "random", "tty", "urandom", "zero" };

static bool
is_standard (const char *name)
{
  for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++)
    if (gk_streq (name, characters[i]))
      return true;
  return false;
}

static int
copy_node (int to, const char *name, const struct stat *st)
{
  if (mknodat (to, name, st->st_mode, st->st_rdev) == -1)
    return -1;
  return fchmodat (to, name, st->st_mode & 07777, 0); /* whatever the umask is */
}

static int
copy_link (int from, int to, const char *name)
{
  char target[PATH_MAX];
  ssize_t n = readlinkat (from, name, target, sizeof target - 1);

  if (n == -1)
    return -1;
  target[n] = '\0';
  return symlinkat (target, to, name);
}

static int copy_dir (int from, int to, int depth);

static int
copy_entry (int from, int to, const char *name, int depth)
{
  struct stat st;

  if (fstatat (from, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
    return -1;
  if (S_ISBLK (st.st_mode) || (depth == 0 && S_ISCHR (st.st_mode) && is_standard (name)))
    return copy_node (to, name, &st);
  if (S_ISLNK (st.st_mode))
    return copy_link (from, to, name);
  if (!S_ISDIR (st.st_mode) || depth == MAX_DEPTH || mkdirat (to, name, 0755) == -1)
    return S_ISDIR (st.st_mode) && depth < MAX_DEPTH ? -1 : 0;
  _cleanup_close_ int below = openat (from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  _cleanup_close_ int made = openat (to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return below == -1 || made == -1 ? -1 : copy_dir (below, made, depth + 1);
}

static int
copy_dir (int from, int to, int depth)
{
  int fd = fcntl (from, F_DUPFD_CLOEXEC, 0);
  _cleanup_closedir_ DIR *dir = fd == -1 ? NULL : fdopendir (fd);
  const struct dirent *d;

  if (dir == NULL)
    return -1;
  while ((errno = 0, d = readdir (dir)) != NULL)
    if (!gk_streq (d->d_name, ".") && !gk_streq (d->d_name, "..") &&
        copy_entry (from, to, d->d_name, depth) == -1)
      return -1;
  return errno ? -1 : 0;
}

int
gk_command_make_dev (void)
{
  _cleanup_close_ int fs = fsopen ("tmpfs", FSOPEN_CLOEXEC);
  _cleanup_close_ int from = open ("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

  if (fs == -1 || from == -1 || fsconfig (fs, FSCONFIG_SET_STRING, "mode", "755", 0) == -1 ||
      fsconfig (fs, FSCONFIG_SET_STRING, "size", "64k", 0) == -1 ||
      fsconfig (fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
    return -1;
  _cleanup_close_ int mnt = fsmount (fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  _cleanup_close_ int to = mnt == -1 ? -1 : openat (mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (to == -1 || copy_dir (from, to, 0) == -1)
    return -1;
  if ((mkdirat (to, "shm", 0755) == -1 && errno != EEXIST) ||
      (mkdirat (to, "pts", 0755) == -1 && errno != EEXIST) ||
      (symlinkat ("pts/ptmx", to, "ptmx") == -1 && errno != EEXIST))
    return -1;
  if (mount_setattr (mnt, "", AT_EMPTY_PATH, &attr, sizeof attr) == -1)
    return -1;
  return gk_steal_fd (&mnt);
}
