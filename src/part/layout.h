/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A layout: what a partition table shall be, as JSON says it.
 *
 * layout-parse.c reads it, layout-place.c finds out where everything lies on this
 * disk, layout-plan.c what is different there and what would be lost, and
 * layout-write.c makes it so, in one write of the table.  guestkit(1) describes
 * the JSON. */
#ifndef GK_PART_LAYOUT_H
#define GK_PART_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "part/part.h"

struct gk_ctx;
struct gk_error;
struct gk_part_edit;

/* "1MiB", "20%", "rest". */
struct gk_layout_size {
  enum gk_layout_unit { GK_SIZE_NONE, GK_SIZE_BYTES, GK_SIZE_PERCENT, GK_SIZE_REST } unit;
  uint64_t value; /* bytes, or hundredths of a percent */
};

enum gk_layout_action {
  GK_LAYOUT_KEEP,
  GK_LAYOUT_CHANGE, /* of what the table says of it: type, name ... */
  GK_LAYOUT_GROW,
  GK_LAYOUT_SHRINK,
  GK_LAYOUT_MOVE, /* what was there is not there any more */
  GK_LAYOUT_ADD,
  GK_LAYOUT_REMOVE,
};

struct gk_layout_part {
  int num; /* 0: the next one that is free */
  struct gk_layout_size start, size, end;
  /* NULL or -1: as it is, and for a new one what is usual. */
  char *type; /* as libfdisk takes it: a GUID in upper case, or hexadecimal digits */
  char *name, *guid;
  bool has_attributes;
  uint64_t attributes;
  int bootable;
  /* Found out by layout-place.c: */
  bool extended, logical;
  uint64_t first, last; /* sectors */
  /* By layout-plan.c: */
  enum gk_layout_action action;
  uint64_t was_first, was_last;
  char *holds;   /* of what was there, or NULL: nothing that is known */
  bool loses;    /* and that would be lost */
  char *differs; /* "type, name" */
};

struct gk_layout {
  char type[16]; /* "gpt", "msdos"; "" for no table */
  char *id;      /* of the disk: a GUID, of an MBR like "0x1234abcd"; or NULL */
  struct gk_layout_part *parts;
  size_t n;
  bool new_table, new_id; /* by layout-plan.c */
  char *over;             /* what a new table would be written over, or NULL */
};
#define GK_LAYOUT_INIT                                                                             \
  {                                                                                                \
    "", NULL, NULL, 0, false, false, NULL                                                          \
  }
void gk_layout_clear (struct gk_layout *l);
#define _cleanup_layout_ __attribute__ ((cleanup (gk_layout_clear)))

/* As GUIDs are compared: malloced, or NULL. */
char *gk_layout_upper (const char *s);
int gk_layout_parse (const char *json, struct gk_layout *ret, struct gk_error *err);
/* What a partition may be made of. */
struct gk_layout_disk {
  const char *device;
  uint64_t sectors;
  unsigned sector_size;
  uint64_t first, last; /* that a partition may have */
  bool grown;           /* since its GPT was written */
};
int gk_layout_place (struct gk_layout *l, const struct gk_layout_disk *disk, struct gk_error *err);
/* t is the table that there is. Partitions that go are appended to l. */
int gk_layout_plan (struct gk_ctx *ctx, struct gk_layout *l, const char *device,
                    const struct gk_part_table *t, struct gk_error *err);
/* "/dev/sda1", "/dev/md127p1"; NULL: out of memory. */
char *gk_part_node (const char *device, int num);
/* e is a table of the right kind: t's, or a new one. */
int gk_layout_write (struct gk_part_edit *e, const struct gk_layout *l, struct gk_error *err);

/* The whole: *ret_json is the plan.  Nothing is written with plan_only, when all
 * is as it shall be, or (EEXIST) when something would be lost, without force. */
int gk_part_apply (struct gk_ctx *ctx, const char *device, const char *json, bool plan_only,
                   bool force, char **ret_json, struct gk_error *err);

#endif
