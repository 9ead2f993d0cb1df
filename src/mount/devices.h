/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The session's devices: its disks under their guestfs names, their
 * partitions, and whatever other rooms make out of them.
 *
 * A device exists for a call only when it is in this list.  What /dev, /sys or
 * a symlink says does not count, so that no name can lead to a device of the
 * host.
 */
#ifndef GK_MOUNT_DEVICES_H
#define GK_MOUNT_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct gk_ctx;
struct gk_devices;
struct gk_error;
struct gk_mountable;

/* The nodes are made in dev_dir: "/dev" once gk_world_enter made it the
 * session's own.  NULL with err set. */
struct gk_devices *gk_devices_new (const char *dev_dir, struct gk_error *err);
void gk_devices_free (struct gk_devices *devices);

/* The next disk: /dev/sda, /dev/sdb ... /dev/sdz, /dev/sdaa.  sysfs_name is
 * its folder in /sys/block, label may be NULL.  Its partitions are added too;
 * a table that cannot be read or is not understood is no error.  Returns the
 * disk's index. */
int gk_devices_add (struct gk_devices *devices, dev_t devno, const char *sysfs_name,
                    const char *label, struct gk_error *err);

/* The kernel's partitions of this disk, and the nodes in /dev, follow the
 * table on the disk. */
int gk_devices_sync (struct gk_devices *devices, const char *disk, struct gk_error *err);

/* The same for the partitions of the session's RAID sets: whoever made or
 * stopped a set calls it. */
int gk_devices_sync_md_parts (struct gk_devices *devices, struct gk_error *err);

/* The session's end: opened encrypted devices, logical volumes, RAIDs, whoever
 * made them, are removed, what stands on others first.  All are tried. */
int gk_devices_take_down (const struct gk_devices *devices, struct gk_error *err);

/* By index; NULL when there is none such. */
const char *gk_devices_disk_name (const struct gk_devices *devices, size_t index);

/* How many layers of devices (a partition is none) there are below one. */
unsigned gk_devices_layers_below (dev_t devno);

/* The session's end, or a disk that goes away: take the partitions from the
 * kernel, so that the attacher finds its device free. */
void gk_devices_release (struct gk_devices *devices);

/* A device that a room made (an LV, an opened LUKS device): path begins with
 * /dev/.  Removing what is not there is no error. */
int gk_devices_add_node (struct gk_devices *devices, const char *path, dev_t devno,
                         struct gk_error *err);
void gk_devices_remove_node (struct gk_devices *devices, const char *path);

/* The same for all devices of one kind ("lvm"), which are from now on exactly
 * these.  The alias is a further name, or NULL; calls and their answers use the
 * path.  Names that exist already with the right number are left as they are. */
struct gk_devices_node {
  const char *path, *alias;
  dev_t devno;
};
/* A list of them in the making, which owns its paths. */
struct gk_devices_nodes {
  struct gk_devices_node *v;
  size_t n;
};
void gk_devices_nodes_clear (struct gk_devices_nodes *nodes);
void gk_devices_nodes_sort (struct gk_devices_nodes *nodes); /* by path */
#define _cleanup_devices_nodes_ __attribute__ ((cleanup (gk_devices_nodes_clear)))
int gk_devices_set_nodes (struct gk_devices *devices, const char *kind,
                          const struct gk_devices_node *nodes, size_t n, struct gk_error *err);
/* What of them the calls tell apart: sets, their partitions, volumes; those of
 * dynamic disks. */
#define GK_KIND_MD "md"
#define GK_KIND_MD_PART "mdpart"
#define GK_KIND_LV "lvm"
#define GK_KIND_LDM "ldm"
bool gk_devices_is_made (const struct gk_devices *devices, const char *kind, const char *canonical);
/* Their paths.  *ret_list is to be freed by the caller; -1: out of memory. */
int gk_devices_list_made (const struct gk_devices *devices, const char *kind, char ***ret_list);
/* How many devices the session has. */
size_t gk_devices_count (const struct gk_devices *devices);
/* The paths of all devices of the session. */
int gk_devices_list_all (const struct gk_devices *devices, char ***ret_list);
/* Is there one whose path begins with folder ("/dev/vg/")? */
bool gk_devices_any_below (const struct gk_devices *devices, const char *folder);

/* What every Device argument goes through: the canonical name (malloced) of
 * /dev/sda1, /dev/vda1, /dev/hda1, /dev/xvda1, /dev/ubda1 or
 * /dev/disk/guestfs/LABEL1; ENOENT "NAME: No such file or directory" when the
 * session has no such device. */
int gk_devices_resolve (const struct gk_devices *devices, const char *name, char **ret_canonical,
                        struct gk_error *err);
/* The same for a Mountable: "btrfsvol:/dev/vda/sub" gives
 * "btrfsvol:/dev/sda/sub". */
int gk_devices_resolve_mountable (const struct gk_devices *devices, const char *name,
                                  char **ret_canonical, struct gk_error *err);
int gk_devices_parse_mountable (const struct gk_devices *devices, const char *name,
                                struct gk_mountable *ret, struct gk_error *err);

/* The numbers of a device (canonical name); -1 when it is not the session's. */
int gk_devices_number (const struct gk_devices *devices, const char *canonical, dev_t *ret_devno);
/* The canonical name of a number, or NULL. */
const char *gk_devices_name (const struct gk_devices *devices, dev_t devno);

/* The number that calls show for a filesystem's device: the same in each session. */
dev_t gk_devices_shown_number (struct gk_devices *devices, dev_t devno);

/* fsync of all disks.  The first error is kept, all disks are tried. */
int gk_devices_flush (const struct gk_devices *devices, struct gk_error *err);

/* "sda" for 0, "sdz" for 25, "sdaa" for 26. */
void gk_devices_letters (size_t index, char ret[16]);

/* The number of a block device of the kernel's, by its name there ("md127"); 0, or -1 when there
 * is none. */
int gk_sysfs_number (const char *name, dev_t *ret_devno);

#endif
