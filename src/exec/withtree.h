/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A world for a tool that walks a guest's tree by itself: rsync, mksquashfs.
 *
 * It sees this machine's programs and libraries, not to be written to, and the
 * guest's tree below /sysroot, without devices, programs or setuid bits; nothing
 * else of this machine, not even by a symbolic link of the guest.  It is process
 * 1 of its own pid namespace and keeps only the capabilities that are named.
 */
#ifndef GK_EXEC_WITHTREE_H
#define GK_EXEC_WITHTREE_H

#include <stdbool.h>
#include <stdint.h>

#include "exec/exec.h"

#define GK_TREE "/sysroot"

struct gk_tree_world {
  int root_fd;   /* what becomes GK_TREE */
  int out_fd;    /* -1, or a directory that becomes GK_TREE_OUT, for writing */
  bool network;  /* this machine's; else none */
  bool readonly; /* the tree is only read */
  uint64_t caps; /* kept, see jail.h */
};
#define GK_TREE_OUT "/out"

/* Makes *ret_inside, for gk_exec's inside; w must live as long. */
void gk_exec_with_tree (const struct gk_tree_world *w, struct gk_exec_inside *ret_inside);

#endif
