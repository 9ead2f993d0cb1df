/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Taking a guest tree out of this process's mount namespace. */
#ifndef GK_CLIENT_TREE_H
#define GK_CLIENT_TREE_H

#include <stdint.h>

#define GK_TREE_READONLY 1u
#define GK_TREE_NOEXEC 2u
#define GK_TREE_NOATIME 4u

/* Attach a detached tree (open_tree) at dir, all of its mounts with these
 * attributes besides their own.  *ret_id: of the mount, for gk_tree_is_there.
 * 0, or -1 with errno. */
int gk_tree_attach (int fd, const char *dir, unsigned attributes, uint64_t *ret_id);

/* Is this mount still somewhere in our namespace?  1, 0 or -1 with errno. */
int gk_tree_is_there (uint64_t id);

/* Unmount everything at and below dir (absolute, no symlinks), deepest first.
 * What is not mounted is no error.  0, or -1 with errno (EBUSY when a file is
 * open in it; then dir itself is still mounted).  What an ordinary user may not
 * unmount is left to fusermount3.  While it is busy it is tried that often, a
 * tenth of a second apart: GK_TREE_SETTLE, because a file that was just closed is
 * let go of a little later. */
#define GK_TREE_SETTLE 10
int gk_tree_unmount (const char *dir, int tries);

/* Is something mounted at dir?  1, 0 or -1 with errno. */
int gk_tree_is_mounted (const char *dir);

#endif
