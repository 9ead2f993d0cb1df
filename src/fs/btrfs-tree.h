/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The trees of a mounted btrfs, as the kernel shows them to root (its tree
 * search).  Names in them are the guest's, so the tool's text, in which a name
 * may look like a line of its own, is no source for them. */
#ifndef GK_FS_BTRFS_TREE_H
#define GK_FS_BTRFS_TREE_H

#include <stddef.h>
#include <stdint.h>

struct gk_btrfs_item {
  uint64_t objectid, offset;
  uint32_t len;
  const char *data;
};

/* All items of one type, of the objects from first to last, until take says
 * other than 0: what it said, or -1 with errno. */
int gk_btrfs_each_item (int fd, uint64_t tree, uint32_t type, uint64_t first, uint64_t last,
                        int (*take) (void *opaque, const struct gk_btrfs_item *item), void *opaque);

struct gk_btrfs_subvolume {
  uint64_t id, parent;
  char *path; /* from the top of the filesystem; NULL: it is connected to nothing */
};
struct gk_btrfs_subvolumes {
  struct gk_btrfs_subvolume *v; /* in the order of their ids; never the top itself */
  size_t n;
  uint64_t shown; /* the id of the default subvolume */
};
#define GK_BTRFS_SUBVOLUMES_INIT                                                                   \
  {                                                                                                \
    NULL, 0, 0                                                                                     \
  }
/* fd: any folder of it.  -1 with errno. */
int gk_btrfs_read_subvolumes (int fd, struct gk_btrfs_subvolumes *ret);
void gk_btrfs_subvolumes_clear (struct gk_btrfs_subvolumes *s);
#define _cleanup_btrfs_subvolumes_ __attribute__ ((cleanup (gk_btrfs_subvolumes_clear)))

#endif
