/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Taking a guest tree out of this process's mount namespace. */
#ifndef GK_CLIENT_TREE_H
#define GK_CLIENT_TREE_H

#include <stdint.h>

#define GK_TREE_READONLY 1u
#define GK_TREE_NOEXEC 2u
#define GK_TREE_NOATIME 4u

/* Attach a detached tree (open_tree) at dir, all of its mounts with these
 * attributes besides their own.  *ret_id: the number that the table of mounts has
 * for it, until it is unmounted.  0, or -1 with errno. */
int gk_tree_attach (int fd, const char *dir, unsigned attributes, uint64_t *ret_id);

/* The number of the mount whose root is at dir.  1; 0: nothing is mounted there;
 * -1 with errno. */
int gk_tree_at (const char *dir, uint64_t *ret_id);

/* Is this mount still somewhere in our namespace?  1, 0 or -1 with errno. */
int gk_tree_is_there (uint64_t id);

/* Unmount the mount with this number and all that is mounted in it, deepest first;
 * what it covers stays.  0, also when it is not there; or -1 with errno (EBUSY when
 * a file is open in it; then it is still mounted).  What an ordinary user may not
 * unmount is left to fusermount3.  While it is busy it is tried that often, a
 * tenth of a second apart: GK_TREE_SETTLE, because a file that was just closed is
 * let go of a little later. */
#define GK_TREE_SETTLE 10
int gk_tree_unmount (uint64_t id, int tries);

#endif
