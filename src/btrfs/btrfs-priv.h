/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of this room share. */
#ifndef GK_BTRFS_PRIV_H
#define GK_BTRFS_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"
#include "btrfs/btrfs.h"
#include "gk-ops-btrfs.h"

struct gk_exec_inside;

/* --- at.c: a folder or file of a btrfs that is mounted --------------------------- */

struct gk_btrfs_at {
  int fd;
  char path[32];                       /* by which a tool that has inherited fd finds it */
  const char *name;                    /* what the caller called it; borrowed */
  const struct gk_exec_inside *inside; /* the world of tools that are run on it, or NULL */
};
#define GK_BTRFS_AT_INIT                                                                           \
  {                                                                                                \
    -1, "", NULL, NULL                                                                             \
  }
/* flags as of open; EINVAL when it is not on btrfs. */
int gk_btrfs_open (struct gk_ctx *ctx, const char *path, int flags, struct gk_btrfs_at *ret,
                   struct gk_error *err);
/* The same, and it has to be the root of a subvolume. */
int gk_btrfs_open_subvolume (struct gk_ctx *ctx, const char *path, struct gk_btrfs_at *ret,
                             struct gk_error *err);
/* Of a descriptor, which it owns from then on. */
void gk_btrfs_at_of (int fd, const char *name, struct gk_btrfs_at *ret);
void gk_btrfs_at_clear (struct gk_btrfs_at *at);
#define _cleanup_btrfs_at_ __attribute__ ((cleanup (gk_btrfs_at_clear)))

/* --- tool.c: btrfs(8) and its likes -------------------------------------------------- */

/* Run it; at (or NULL) is inherited, and argv names at->path.  A status above
 * max_status is an error with what the tool said.  The status; ret_out (its
 * stdout) may be NULL. */
int gk_btrfs_run (struct gk_ctx *ctx, const struct gk_btrfs_at *at, const char *const *argv,
                  int max_status, struct gk_buf *ret_out, struct gk_error *err);

/* The same for what the kernel does in one long request, which no signal ends:
 * when the task is cancelled, stop makes the kernel end it. */
int gk_btrfs_run_long (struct gk_ctx *ctx, const struct gk_btrfs_at *at, const char *const *argv,
                       void (*stop) (int fd), struct gk_error *err);

struct gk_child;
/* Started, to go on in the background. */
int gk_btrfs_start (const struct gk_btrfs_at *at, const char *const *argv, struct gk_child *child,
                    struct gk_error *err);
/* One that has ended: its status; -1 with what it said when that is above
 * max_status. */
int gk_btrfs_end (const struct gk_btrfs_at *at, const char *const *argv, int max_status,
                  struct gk_child *child, struct gk_error *err);

/* Is nothing mounted from them?  EBUSY. */
int gk_btrfs_check_free (char *const *devices, struct gk_error *err);

/* "LEVEL/ID" or "ID". */
int gk_btrfs_parse_qgroup (const char *text, uint64_t *ret_id, struct gk_error *err);

#define GK_LIST(...)                                                                               \
  (const char *const[])                                                                            \
  {                                                                                                \
    __VA_ARGS__, NULL                                                                              \
  }

#endif
