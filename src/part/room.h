/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How large a partition may become where it is. */
#ifndef GK_PART_ROOM_H
#define GK_PART_ROOM_H

#include <stdint.h>

#include "part/part.h"

struct gk_ctx;
struct gk_error;

/* The most bytes that the partition can have without being moved.  disk_size: as
 * if the disk had so many bytes; 0: as it is.  Of a GPT it is expected that its second copy
 * is at the disk's end, or will be put there.  ENOTSUP for tables that are neither GPT
 * nor MBR. */
int gk_part_room (struct gk_ctx *ctx, const char *device, int partnum, int64_t disk_size,
                  int64_t *ret_bytes, struct gk_error *err);

/* Give it so many bytes, whatever is in it, also while it is in use: for who knows
 * what is in it (part_resize asks).  The kernel follows when it can. */
int gk_part_set_size (struct gk_ctx *ctx, const char *device, int partnum, int64_t bytes,
                      struct gk_error *err);

/* In which sectors the logical partitions of an MBR are described: each record lies
 * somewhere before its partition, in what nobody else seems to have. */
struct gk_part_records {
  uint64_t sector[GK_PART_MAX];
  size_t n;
};
int gk_part_records (int fd, const struct gk_part_table *table, struct gk_part_records *ret);

#endif
