/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files that find the layers share.  All return 0, or -1 after it was said why. */
#ifndef CLI_RESIZE_STACK_H
#define CLI_RESIZE_STACK_H

#include "cli/resize.h"

#define RESIZE_MAPPER "/dev/mapper/"

/* --- resize-stack.c */
int resize_fail (guestfs_h *g); /* -1, and the handle's error is said */
/* The next layer, which is zeroed and has the name.  NULL: said why. */
struct resize_layer *resize_push (struct resize_stack *s, enum resize_kind kind,
                                  const char *device);
/* The list is freed. */
bool resize_is_among (char **list, const char *name);

/* --- resize-lvm.c */
struct guestfs_lvm_vg *resize_find_group (struct guestfs_lvm_vg_list *list, const char *name);
/* Of a volume, or of a physical one: the group's name, malloced. */
char *resize_group_of_volume (const char *device);
char *resize_group_of_physical (guestfs_h *g, const struct guestfs_lvm_pv *pv);
bool resize_has_uuid (char **uuids, const char raw[32]);
/* The physical volume on the layer at the top, or a volume above that. */
int resize_push_physical (guestfs_h *g, struct resize_stack *s, const struct guestfs_lvm_pv *pv,
                          const struct guestfs_lvm_vg *vg);
int resize_push_volume (guestfs_h *g, struct resize_stack *s, const char *device,
                        const struct guestfs_lvm_vg *vg);

/* --- resize-down.c: a device with all that it stands on */
int resize_push_down (const struct resize_ask *ask, const char *device, struct resize_stack *s);

/* --- resize-up.c: what is on the device at the top */
int resize_push_up (guestfs_h *g, struct resize_stack *s);

#endif
