/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit resize: what stands on what, as a list of layers from the disk to the
 * filesystem, and the sizes that they are to have. */
#ifndef CLI_RESIZE_H
#define CLI_RESIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guestfs.h"

enum resize_kind {
  RESIZE_DISK,
  RESIZE_PARTITION,
  RESIZE_LUKS,     /* an opened device */
  RESIZE_PHYSICAL, /* a physical volume: what of the device below it manages */
  RESIZE_VOLUME,   /* a logical one */
  RESIZE_CONTENT,  /* a filesystem, swap, or what is not known */
  RESIZE_OTHER,    /* a device that stays as it is: a RAID set */
};

/* How a kind of filesystem is resized; resize-fs.c. */
struct resize_fs;

struct resize_layer {
  enum resize_kind kind;
  char *device; /* a physical volume's and a filesystem's: that which they are on */
  uint64_t size;
  uint64_t least, most; /* what it can have, all others considered */
  uint64_t want;        /* what it is to have */

  char *disk; /* partition: its disk and number */
  int number;
  bool gpt;
  uint64_t overhead; /* LUKS: bytes of the device below that it does not show */
  char *group;       /* physical and logical volumes */
  uint64_t extent, begin, used;
  uint64_t free;              /* volume: bytes of the group that nobody has */
  bool linear, whole, single; /* volume: of the simple kind; in one piece; the group's only one,
                                 on its only physical volume */
  char *type;                 /* content: as libblkid calls it */
  const struct resize_fs *fs; /* NULL: cannot be resized */
};

#define RESIZE_LAYERS 24
struct resize_stack {
  struct resize_layer layers[RESIZE_LAYERS];
  size_t n;
  size_t target; /* the device that was named */
  char *reason;  /* why it cannot be larger, or NULL */
};
void resize_stack_clear (struct resize_stack *s);

/* --- resize-stack.c: finding it.  0, or -1 after it was said why. */
struct resize_ask {
  guestfs_h *g;
  uint64_t disk_size; /* that the disk is to have, or 0 */
};
int resize_find (const struct resize_ask *ask, const char *device, struct resize_stack *ret);
/* What each layer needs at least: for those that become smaller. */
int resize_find_least (guestfs_h *g, struct resize_stack *s);
/* The size that a layer has now. */
int resize_measure (guestfs_h *g, const struct resize_layer *l, uint64_t *ret_size);

/* --- resize-plan.c: computing, and nothing else */
/* Bytes at the end of a device that a filesystem may leave free for reasons of its own. */
#define RESIZE_SLACK (UINT64_C (4) << 20)
void resize_most (struct resize_stack *s, uint64_t disk_size);
void resize_least (struct resize_stack *s);
/* To the next size that the layer can have. */
uint64_t resize_round_up (const struct resize_layer *l, uint64_t size);
/* The same, but no more than there is. */
uint64_t resize_possible (const struct resize_layer *l, uint64_t size);
/* Sets want of all layers so that the target's is size.  0, or -1 and a malloced reason. */
int resize_plan (struct resize_stack *s, uint64_t size, char **ret_why);
/* The layers that change, in the order in which they do: what becomes larger from the disk
 * upward, then what becomes smaller downward, so that at every moment all fit.  NULL:
 * there are no more. */
const struct resize_layer *resize_step (const struct resize_stack *s, size_t n);

/* --- resize-fs.c */
const struct resize_fs *resize_fs_find (const char *type);
bool resize_fs_grows (const struct resize_fs *fs);
bool resize_fs_shrinks (const struct resize_fs *fs);
/* Has nothing in it, and is made anew once its device has its size. */
bool resize_fs_is_remade (const struct resize_fs *fs);
/* 0, or -1 with the handle's error.  size is that of the device when it grows. */
int resize_fs_do (guestfs_h *g, const struct resize_layer *l, uint64_t size);
/* Does all of the filesystem lie on this device?  0, or -1 after it was said why not. */
int resize_fs_check (guestfs_h *g, const struct resize_layer *l);

/* --- resize-do.c: carry the plan out, and look whether it is so.  An exit code. */
int resize_do (guestfs_h *g, const struct resize_stack *s);

/* --- resize-show.c */
struct json_object;
const char *resize_kind_name (const struct resize_layer *l);
void resize_show_plan (const struct resize_stack *s);
struct json_object *resize_plan_json (const struct resize_stack *s);
void resize_show_stack (const struct resize_stack *s, bool json);

#endif
