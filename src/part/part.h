/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Partition tables: what is read from them, and how the kernel's partitions
 * are made to follow.
 *
 * Reading is done with libblkid, which only looks (it knows more formats than
 * libfdisk, tells a FAT boot sector from an MBR and survives hostile tables);
 * changes are made with libfdisk (write.c).  Neither the kernel's partition
 * parsers nor udev are relied upon.
 */
#ifndef GK_PART_PART_H
#define GK_PART_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct gk_error;

/* The kernel's own limit of partitions on one disk. */
#define GK_PART_MAX 256
/* A GPT's, of UTF-16. */
#define GK_PART_NAME_MAX 36

struct gk_part {
  int num;           /* from 1; logical partitions of an MBR from 5 */
  uint64_t start;    /* bytes from the start of the disk */
  uint64_t size;     /* bytes */
  int mbr_type;      /* the type byte; 0 when the table has none */
  char gpt_type[37]; /* upper case; "" when the table is no GPT */
  char uuid[37];     /* unique GUID, as libblkid prints it; or "" */
  char *name;        /* GPT or mac name, or NULL */
  bool bootable;     /* the MBR's flag */
  bool extended;     /* holds logical partitions, has no content itself */
  bool logical;
  bool nested; /* in a BSD label or the like inside a partition */
};

struct gk_part_table {
  char type[16];         /* parted's name: "gpt" "msdos" "sun" ..., or "" for none */
  unsigned sector_size;  /* logical */
  uint64_t disk_size;    /* bytes */
  struct gk_part *parts; /* in the table's order */
  size_t n;
};
#define GK_PART_TABLE_INIT                                                                         \
  {                                                                                                \
    "", 0, 0, NULL, 0                                                                              \
  }

/* Read the table of an open disk.  A disk without one is no error. */
int gk_part_read (int fd, struct gk_part_table *table, struct gk_error *err);
void gk_part_table_clear (struct gk_part_table *table);
#define _cleanup_part_table_ __attribute__ ((cleanup (gk_part_table_clear)))
const struct gk_part *gk_part_find (const struct gk_part_table *table, int num);

/* Windows' dynamic disks, reserved and snapshot partitions and extended ones:
 * nothing that could be mounted. */
bool gk_part_can_hold_filesystem (const struct gk_part *part);

/* Make the kernel's partitions equal to the table with BLKPG.  Those that are
 * equal or in use stay.  What the kernel will not have (overlaps, beyond the
 * end) is left out; ret_missing (may be NULL) counts it. */
int gk_part_kernel_sync (int fd, const char *sysfs_name, int *ret_missing, struct gk_error *err);

/* The partitions that the kernel has of this disk, by number. */
struct gk_kernel_part {
  int num;
  dev_t devno;
  uint64_t start, size; /* bytes */
};
/* ret_parts is malloced; returns how many. */
int gk_part_kernel_list (const char *sysfs_name, struct gk_kernel_part **ret_parts,
                         struct gk_error *err);

/* The folder in /sys/block of the whole disk with this number ("loop3"). */
int gk_part_sysfs_name (dev_t devno, char ret_name[32], struct gk_error *err);

/* "/dev/sda12" -> the length of "/dev/sda" and 12; partition 0 when the name
 * has none.  "/dev/nvme0n1p2" and "/dev/md0p1" are understood. */
size_t gk_part_split_name (const char *name, int *ret_num);

#endif
