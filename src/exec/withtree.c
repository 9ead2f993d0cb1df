/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See withtree.h.  All of it is in a mount namespace that only the tool is in, so
 * nothing has to be put back, however it ends. */
#include "exec/withtree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"

/* A folder that every system has, for the moment in which the new root is not
 * the root yet. */
#define STEP "/proc"

/* What of this machine is seen: folders of programs, or links to them. */
static const char *const programs[] = { "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32" };
/* What names of hosts are looked up in. */
static const char *const network_files[] = { "resolv.conf", "hosts", "nsswitch.conf", "services" };

static int
copy_mounts (int dir, const char *path, uint64_t attrs)
{
  struct mount_attr attr = { .attr_set = attrs, .propagation = MS_PRIVATE };
  unsigned empty = *path ? 0 : AT_EMPTY_PATH;
  _cleanup_close_ int mnt =
      open_tree (dir, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | empty);

  if (mnt == -1 || mount_setattr (mnt, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) == -1)
    return -1;
  return gk_steal_fd (&mnt);
}

static int
put (int mnt, int root, const char *at)
{
  return move_mount (mnt, "", root, at, MOVE_MOUNT_F_EMPTY_PATH);
}

static int
make_place (int root, const char *path, mode_t kind)
{
  return kind == S_IFDIR ? mkdirat (root, path, 0755) : mknodat (root, path, S_IFREG | 0444, 0);
}

/* Of this machine; 0 also when it has no such thing. */
static int
show (int host, const char *path, int root, mode_t kind)
{
  if (faccessat (host, path, F_OK, 0) == -1)
    return 0;
  _cleanup_close_ int mnt =
      copy_mounts (host, path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);

  if (mnt == -1 || make_place (root, path, kind) == -1)
    return -1;
  return put (mnt, root, path);
}

static int
show_programs (int host, int root)
{
  char target[PATH_MAX];

  for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
    ssize_t n = readlinkat (host, programs[i], target, sizeof target - 1);

    if (n > 0) {
      target[n] = '\0';
      if (symlinkat (target, root, programs[i]) == -1)
        return -1;
    } else if (show (host, programs[i], root, S_IFDIR) == -1)
      return -1;
  }
  return 0;
}

static int
show_network (int host, int root)
{
  _cleanup_close_ int etc = openat (host, "etc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  _cleanup_close_ int to = openat (root, "etc", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (etc == -1 || to == -1)
    return -1;
  for (size_t i = 0; i < sizeof network_files / sizeof *network_files; i++)
    if (show (etc, network_files[i], to, S_IFREG) == -1)
      return -1;
  return 0;
}

static int
make_root (void)
{
  static const char *const folders[] = { "dev", "etc", "tmp", "out", "sysroot" };
  _cleanup_close_ int fs = fsopen ("tmpfs", FSOPEN_CLOEXEC), mnt = -1;

  if (fs == -1 || fsconfig (fs, FSCONFIG_SET_STRING, "size", "64k", 0) == -1 ||
      fsconfig (fs, FSCONFIG_SET_STRING, "mode", "755", 0) == -1 ||
      fsconfig (fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
    return -1;
  mnt = fsmount (fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  if (mnt == -1)
    return -1;
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (mkdirat (mnt, folders[i], 0755) == -1)
      return -1;
  if (mknodat (mnt, "dev/null", S_IFCHR | 0666, makedev (1, 3)) == -1 ||
      fchmodat (mnt, "dev/null", 0666, 0) == -1)
    return -1;
  return gk_steal_fd (&mnt);
}

static const char *
enter (const void *opaque)
{
  const struct gk_tree_world *w = opaque;
  _cleanup_close_ int out = -1;
  _cleanup_close_ int tree = copy_mounts (w->root_fd, "",
                                          MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC |
                                              (w->readonly ? MOUNT_ATTR_RDONLY : 0));

  if (tree == -1)
    return "the guest's tree";
  if (w->out_fd >= 0) {
    out = copy_mounts (w->out_fd, "", MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    if (out == -1)
      return "the folder for the result";
  }
  if (unshare (CLONE_NEWNS) == -1 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
    return "mount namespace";
  _cleanup_close_ int host = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  _cleanup_close_ int root = make_root ();
  if (root == -1)
    return "a root of its own";
  /* On a filesystem that is attached nowhere nothing can be mounted. */
  if (put (root, AT_FDCWD, STEP) == -1)
    return "move_mount";
  if (host == -1 || show_programs (host, root) == -1)
    return "programs";
  if (w->network && show_network (host, root) == -1)
    return "the network's files";
  if (put (tree, root, &GK_TREE[1]) == -1 || (out >= 0 && put (out, root, &GK_TREE_OUT[1]) == -1))
    return "mount: the guest's tree";
  if (fchdir (root) == -1 || syscall (SYS_pivot_root, ".", ".") == -1 ||
      umount2 (".", MNT_DETACH) == -1 || chdir ("/") == -1)
    return "pivot_root";
  struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
  if (mount_setattr (AT_FDCWD, "/", 0, &attr, sizeof attr) == -1)
    return "mount_setattr";
  return gk_exec_limit_caps (w->caps) == -1 ? "capabilities" : NULL;
}

void
gk_exec_with_tree (const struct gk_tree_world *w, struct gk_exec_inside *ret_inside)
{
  *ret_inside = (struct gk_exec_inside){
    .clone_flags = CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (w->network ? 0 : CLONE_NEWNET),
    .enter = enter,
    .opaque = w,
  };
}
