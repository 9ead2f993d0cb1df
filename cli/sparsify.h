/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit sparsify, in two files: filesystems and swap, and what is around them. */
#ifndef CLI_SPARSIFY_H
#define CLI_SPARSIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "guestfs.h"

struct json_object;

struct sparsify {
  guestfs_h *g;
  bool dry_run, json;
  struct json_object *list;
};

/* One line of the report.  bytes: -1 when not known; why: it was passed over, or NULL. */
void sparsify_tell (struct sparsify *s, const char *what, const char *kind, int64_t bytes,
                    const char *why);

/* sparsify-space.c: free space of volume groups, and space of no partition.
 * What goes wrong is told as a line. */
void sparsify_volumes (struct sparsify *s);
void sparsify_gaps (struct sparsify *s);

#endif
