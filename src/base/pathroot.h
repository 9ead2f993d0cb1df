/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The path-root: the only way from a guest path to an object.
 *
 * A guest path is resolved by the kernel with openat2 (RESOLVE_IN_ROOT |
 * RESOLVE_NO_MAGICLINKS) from the descriptor of the mounted guest tree, so an
 * absolute symlink, "..", or a race with a hostile file system ends inside the
 * guest.  Operations on a name (unlink, rename, mknod ...) resolve the parent
 * that way and then use the *at() call with the last component.
 *
 * A root is a plain descriptor (O_PATH or O_RDONLY of a directory), owned by
 * the caller.  All functions return a descriptor (O_CLOEXEC always added) or
 * 0, or -1 with errno.
 */
#ifndef GK_BASE_PATHROOT_H
#define GK_BASE_PATHROOT_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Open path (absolute; a missing leading slash means the same).  Follows
 * symlinks inside the root unless flags has O_NOFOLLOW.  O_CREAT works.
 * Never blocks on a FIFO and never opens a device: without O_PATH the object
 * must be a regular file or directory, else EINVAL (ENXIO for a socket
 * becomes EINVAL too, so that callers give one message). */
int gk_root_open (int root, const char *path, int flags, mode_t mode);

/* As gk_root_open, for callers that handle devices, FIFOs and sockets
 * themselves. */
int gk_root_open_any (int root, const char *path, int flags, mode_t mode);

/* The parent directory of path as an O_PATH descriptor, symlinks in it
 * resolved, and in name the last component ("." for "/").  Trailing slashes
 * are ignored.  A last component ".." is EINVAL. */
int gk_root_parent (int root, const char *path, char name[NAME_MAX + 1]);

int gk_root_stat (int root, const char *path, struct stat *st);  /* follows */
int gk_root_lstat (int root, const char *path, struct stat *st); /* does not */

/* Is ".." one of its components?  For names that shall not have any. */
bool gk_path_has_dotdot (const char *path);

/* A path under /proc/self/fd that names the open file fd, for the few system
 * calls that have no *at or fd form (setxattr on an O_PATH descriptor).
 * buf needs 32 bytes; returns buf. */
const char *gk_fd_path (int fd, char buf[32]);

/* The canonical guest path (no symlinks, no "..") of path.  Malloced. */
int gk_root_realpath (int root, const char *path, char **ret_path);

#endif
