/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How the session's devices are kept; only for the files of this room. */
#ifndef GK_MOUNT_DEVICES_PRIV_H
#define GK_MOUNT_DEVICES_PRIV_H

#include "mount/devices.h"

struct gk_device {
  char *path; /* "/dev/sda1" */
  dev_t devno;
  int partnum; /* 0: whole disk, or a device that is no partition */
};

struct gk_disk {
  struct gk_device whole;
  char sysfs_name[32];
  char *label; /* or NULL */
  struct gk_device *parts;
  size_t n_parts;
  int n_unusable; /* partitions of the table that the kernel did not take */
};

struct gk_devices {
  char *dev_dir;
  struct gk_disk *disks;
  size_t n_disks;
  struct gk_device *others;
  size_t n_others;
  struct gk_made *made; /* made.c */
  size_t n_made;
  dev_t *anonymous; /* devnum.c: of filesystems without a device, in the order of meeting */
  size_t n_anonymous;
};

/* A device that the tools of a room make and remove. */
struct gk_made {
  struct gk_device node;
  char *alias; /* or NULL */
  char kind[8];
};

const struct gk_device *gk_devices_find (const struct gk_devices *devices, const char *canonical);
const struct gk_device *gk_devices_find_made (const struct gk_devices *devices, const char *name);
/* /dev/disk/by-uuid/UUID, by-label, by-partuuid, by-partlabel: the device that has it, malloced,
 * or NULL.  Looks at the disks: there is nobody who keeps such links. */
char *gk_devices_by_link (const struct gk_devices *devices, const char *name);
void gk_devices_free_made (struct gk_devices *devices);
const struct gk_disk *gk_devices_disk (const struct gk_devices *devices, const char *canonical);

bool gk_devices_has_md_parts (const struct gk_devices *devices, const char *set);

/* nodes.c: the files in the private /dev. */
int gk_node_make (const char *dev_dir, const char *path, dev_t devno, struct gk_error *err);
void gk_node_remove (const char *dev_dir, const char *path);
int gk_node_link (const char *dev_dir, const char *label, int partnum, const char *path,
                  struct gk_error *err);
void gk_node_unlink (const char *dev_dir, const char *label, int partnum);
/* A label may become a file name. */
bool gk_node_label_ok (const char *label);

/* holders.c: remove what stands on a block device, from the top. */
int gk_holders_take_down (dev_t devno, struct gk_error *err);

#endif
