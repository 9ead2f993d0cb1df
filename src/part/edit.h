/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One change of a partition table: open, change with libfdisk, commit.  Only
 * for the files of this room.
 */
#ifndef GK_PART_EDIT_H
#define GK_PART_EDIT_H

#include <libfdisk/libfdisk.h>
#include <stdbool.h>

#include "part/part.h"

struct gk_ctx;
struct gk_error;

struct gk_part_edit {
  struct gk_ctx *ctx;
  const char *device;
  int fd;
  struct fdisk_context *cxt;
  char *complaint; /* the last warning of libfdisk, for error messages */
};
#define GK_PART_EDIT_INIT                                                                          \
  {                                                                                                \
    NULL, NULL, -1, NULL, NULL                                                                     \
  }

/* GK_EDIT_NEW: the old table does not count, and nothing on the disk may be in
 * use (EBUSY). */
enum gk_edit_mode { GK_EDIT_READ, GK_EDIT_CHANGE, GK_EDIT_NEW };
int gk_part_edit_begin (struct gk_part_edit *e, struct gk_ctx *ctx, const char *device,
                        enum gk_edit_mode mode, struct gk_error *err);
/* Does the disk begin with the boot record that stands before a GPT? */
bool gk_part_is_protective (int fd);

/* A new table of the type "gpt" or "msdos", in memory until the commit. */
int gk_part_begin_new (struct gk_part_edit *e, struct gk_ctx *ctx, const char *device,
                       const char *type, struct gk_error *err);
/* Write, and have the kernel and /dev follow. */
int gk_part_edit_commit (struct gk_part_edit *e, struct gk_error *err);
void gk_part_edit_end (struct gk_part_edit *e);
#define _cleanup_part_edit_ __attribute__ ((cleanup (gk_part_edit_end)))

/* code: as libfdisk writes types, a number or a GUID.  EINVAL when it is none. */
int gk_part_edit_set_type (struct gk_part_edit *e, struct fdisk_partition *pa, const char *code,
                           struct gk_error *err);

/* An error of libfdisk (a negative errno) with what it complained about. */
int gk_part_edit_error (struct gk_part_edit *e, int r, const char *what, struct gk_error *err);

/* "/dev/sda: unrecognised disk label: Invalid argument", as parted says it;
 * clients look for the EINVAL. */
int gk_part_no_label (const char *device, struct gk_error *err);
int gk_part_check_number (int partnum, struct gk_error *err);
/* The partition must exist: 0 and its row. */
int gk_part_edit_find (struct gk_part_edit *e, int partnum, struct fdisk_partition **ret,
                       struct gk_error *err);
/* EBUSY when the partition is mounted or otherwise held. */
int gk_part_check_unused (const char *device, int partnum, struct gk_error *err);

/* The tables that libfdisk does not write, or not as libguestfs has it, are
 * left to parted: sun, dvh, mac, amiga, bsd, pc98, aix, dasd. */
int gk_parted (struct gk_ctx *ctx, const char *device, const char *const *command,
               struct gk_error *err);
/* Its reading of a table: type and partitions. */
int gk_parted_read (struct gk_ctx *ctx, const char *device, struct gk_part_table *ret,
                    struct gk_error *err);
/* Read with libblkid, and what it does not know with parted.  EINVAL when
 * there is no table. */
int gk_part_read_any (struct gk_ctx *ctx, const char *device, struct gk_part_table *ret,
                      struct gk_error *err);

/* Add "primary", "logical" or "extended", from sector start to end inclusive,
 * under the lowest free number.  name is for a GPT, or NULL. */
int gk_part_add_one (struct gk_part_edit *e, const char *kind, const char *name, uint64_t start,
                     uint64_t end, struct gk_error *err);

static inline bool
gk_part_is_native (const char *type)
{
  return __builtin_strcmp (type, "gpt") == 0 || __builtin_strcmp (type, "msdos") == 0;
}

#endif
