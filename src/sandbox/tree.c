/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The sandbox's file tree: a tmpfs with read-only views, which becomes / and
 * read-only itself. */
#include "sandbox/sandbox-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where it is built: a folder that every system has and of which nothing is
 * shown. */
#define BASE "/proc"

/* The folders above the last component of path, which begins with BASE. */
static int
make_parents (char *path)
{
  for (char *p = path + strlen (BASE) + 1; (p = strchr (p, '/')) != NULL; p++) {
    *p = '\0';
    int r = mkdir (path, 0755);
    *p = '/';
    if (r == -1 && errno != EEXIST)
      return -1;
  }
  return 0;
}

static int
make_target (const char *path, int tree)
{
  struct stat st;

  if (fstatat (tree, "", &st, AT_EMPTY_PATH) == -1)
    return -1;
  if (S_ISDIR (st.st_mode))
    return mkdir (path, 0755) == -1 && errno != EEXIST ? -1 : 0;
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
  if (fd == -1)
    return errno == EEXIST ? 0 : -1;
  return close (fd);
}

static int
show (const struct gk_sandbox_item *item, const char *path)
{
  struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOSUID };
  int tree = open_tree (AT_FDCWD, item->from, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

  if (tree == -1)
    return errno == ENOENT ? 0 : -1;
  if (item->kind != GK_SANDBOX_SHARE) /* for /dev/null it means nothing */
    attr.attr_set |= MOUNT_ATTR_RDONLY;
  if (item->kind != GK_SANDBOX_NODE)
    attr.attr_set |= MOUNT_ATTR_NODEV;
  int r = make_target (path, tree);
  if (r == 0)
    r = mount_setattr (tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr);
  if (r == 0)
    r = move_mount (tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
  int errnum = errno;
  close (tree);
  errno = errnum;
  return r;
}

static int
make_item (const struct gk_sandbox_item *item)
{
  char path[PATH_MAX];
  int n = snprintf (path, sizeof path, "%s%s", BASE, item->to);

  if (n < 0 || (size_t)n >= sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  if (make_parents (path) == -1)
    return -1;
  switch (item->kind) {
  case GK_SANDBOX_LINK:
    return symlink (item->from, path);
  case GK_SANDBOX_DIR:
    return mkdir (path, 0755) == -1 && errno != EEXIST ? -1 : 0;
  case GK_SANDBOX_SHOW:
  case GK_SANDBOX_SHARE:
  case GK_SANDBOX_NODE:
    return show (item, path);
  }
  return 0;
}

static const char *
make_tmp (const struct gk_sandbox *sb)
{
  char options[64];

  if (sb->tmp_size == 0)
    return NULL;
  snprintf (options, sizeof options, "mode=1777,size=%llu,nr_inodes=4096",
            (unsigned long long)sb->tmp_size);
  if (mkdir (BASE "/tmp", 0755) == -1 && errno != EEXIST)
    return "/tmp";
  if (mount ("guestkit-tmp", BASE "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options) == -1)
    return "mount: /tmp";
  return NULL;
}

const char *
gk_sandbox_tree (const struct gk_sandbox *sb)
{
  struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
    return "private mounts";
  if (mount ("guestkit", BASE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m,nr_inodes=4096") ==
      -1)
    return "mount: tmpfs";
  for (size_t i = 0; i < sb->n_items; i++)
    if (make_item (&sb->items[i]) == -1)
      return sb->items[i].to;
  const char *failed = make_tmp (sb);
  if (failed != NULL)
    return failed;
  if (sb->proc &&
      ((mkdir (BASE "/proc", 0755) == -1 && errno != EEXIST) ||
       mount ("proc", BASE "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1))
    return "mount: /proc";
  if (mount_setattr (AT_FDCWD, BASE, 0, &attr, sizeof attr) == -1)
    return "mount_setattr";
  /* The old tree comes to lie over the new one and is taken away from there. */
  if (chdir (BASE) == -1 || syscall (SYS_pivot_root, ".", ".") == -1 ||
      umount2 (".", MNT_DETACH) == -1 || chdir ("/") == -1)
    return "pivot_root";
  return NULL;
}
