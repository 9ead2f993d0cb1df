/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Filesystems: what is on a device, and what guestkit knows of each kind. */
#ifndef GK_FS_FS_H
#define GK_FS_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gk_error;
struct gk_exec;
struct gk_task;
struct gk_fs_names;
struct gk_fs_check;
struct gk_fs_resizing;

/* What libblkid finds on a device.  All strings are malloced and never NULL
 * after a successful probe: "" is "not there". */
struct gk_fs_probe {
  char *type; /* "ext4", "swap", "LVM2_member", "crypto_LUKS" ... */
  char *label;
  char *uuid;
};
#define GK_FS_PROBE_INIT                                                                           \
  {                                                                                                \
    NULL, NULL, NULL                                                                               \
  }
/* Only the superblocks are read and no cache is asked.  A device on which
 * several signatures contradict each other counts as unknown. */
int gk_fs_probe_fd (int fd, struct gk_fs_probe *probe, struct gk_error *err);
/* Only whether it is a member of a RAID set or a physical volume: a third of the work, of which
 * there is much in User-Mode Linux, and each launch asks it of each device. */
int gk_fs_probe_member (int fd, struct gk_fs_probe *probe, struct gk_error *err);
int gk_fs_probe_device (const char *device, struct gk_fs_probe *probe, struct gk_error *err);
void gk_fs_probe_clear (struct gk_fs_probe *probe);
#define _cleanup_fs_probe_ __attribute__ ((cleanup (gk_fs_probe_clear)))

/* Everything by which its content could be recognized, in the order in which it is
 * found; a boot sector counts as a table, "dos", though it may have no partitions. */
struct gk_fs_signature {
  char *type, *label, *uuid; /* never NULL */
  uint64_t offset;           /* of the magic bytes */
  bool table;                /* a partition table's */
};
struct gk_fs_signatures {
  struct gk_fs_signature *v;
  size_t n;
};
#define GK_FS_SIGNATURES_INIT                                                                      \
  {                                                                                                \
    NULL, 0                                                                                        \
  }
int gk_fs_find_signatures (const char *device, struct gk_fs_signatures *ret, struct gk_error *err);
void gk_fs_signatures_clear (struct gk_fs_signatures *s);
#define _cleanup_fs_signatures_ __attribute__ ((cleanup (gk_fs_signatures_clear)))

/* Give a part of a device back, in bytes.  Whoever calls it knows that nothing is there. */
struct gk_ctx;
int gk_fs_discard (struct gk_ctx *ctx, const char *device, uint64_t offset, uint64_t length,
                   struct gk_error *err);

/* All that libblkid tells of a device by its content and topology: name, value,
 * name, value ... in its words ("TYPE", "UUID", "USAGE", "PTTYPE" ...), appended. */
struct gk_strv;
int gk_fs_probe_tags (const char *device, struct gk_strv *tags, struct gk_error *err);

/* How many bytes of its device, from the first, the filesystem on it uses; 0
 * when there is none, or one that does not say. */
int gk_fs_span (const char *device, uint64_t *ret_bytes, struct gk_error *err);
/* The same; swap has a size, too, but nothing that could be cut off. */
int gk_fs_size (const char *device, uint64_t *ret_bytes, struct gk_error *err);
/* May the device become as small as this?  ENOSPC when what is on it would be cut off, or
 * it cannot be known whether it would. */
int gk_fs_check_fits (const char *device, uint64_t bytes, struct gk_error *err);

/* How many bytes it could be shrunk to, of a kind that need not be mounted for
 * that; ENOTSUP for others. */
int gk_fs_minimum_size (struct gk_ctx *ctx, const char *device, int64_t *ret_value,
                        struct gk_error *err);
/* Make one of a kind that no call of the tables resizes as large as its device.  Some must be
 * mounted on / for it.  ENOTSUP for others. */
int gk_fs_grow (struct gk_ctx *ctx, const char *device, struct gk_error *err);

/* One kind of filesystem. */
struct gk_fs {
  const char *name;         /* libguestfs's name, which is libblkid's */
  const char *const *alias; /* further names that mkfs and mount know it by, or NULL */

  /* Mounting.  NULL kernel_types: the kernel is never asked to mount it. */
  const char *const *kernel_types;  /* in order of preference; NULL-terminated */
  const char *const *mount_options; /* always added, "name" or "name=value"; or NULL */
  const char *no_replay;            /* option that leaves a dirty journal alone, or NULL */
  /* Which kind of it is there, as an option that is added; NULL: it is not known, or the
   * kernel sees for itself. */
  const char *(*kind_option) (const char *device);
  /* May it be mounted for writing?  0, or -1 with EROFS and why not; what cannot be found out
   * is left to the kernel.  NULL: always. */
  int (*check_writable) (const char *device, struct gk_task *task, struct gk_error *err);

  /* Program that mounts it by FUSE where no kernel driver does, or NULL. */
  const char *server;

  /* Making.  NULL mkfs: not made here. */
  const char *mkfs;              /* the tool */
  const char *package;           /* Debian's package that has it */
  const char *const *mkfs_args;  /* always passed: force, quiet; or NULL */
  const char *const *mkfs_env;   /* its environment, or NULL */
  bool mkfs_writes_home;         /* it keeps a file in $HOME */
  const char *blocksize_option;  /* "-b"; NULL: cannot be set */
  const char *blocksize_prefix;  /* goes before the number ("size="); or NULL */
  bool blocksize_is_cluster;     /* the option wants sectors per cluster, up to 128 */
  const char *blocksize_refusal; /* sentence when it cannot be set */
  const char *features_option;   /* "-O" */
  const char *inode_option;      /* "-I" */
  const char *sectorsize_option; /* "-S" */
  const char *label_option;      /* "-L" */
  size_t label_max;              /* bytes; 0: the tool decides */
  bool label_is_utf16;           /* no, characters of UTF-16 */
  const char *label_family;      /* how the limit's error calls it, or NULL: by name */

  /* What can be done with it afterwards; NULL: nothing.  fs-priv.h has them. */
  const struct gk_fs_names *names; /* label and UUID */
  const struct gk_fs_check *check;
  const struct gk_fs_resizing *resizing;
};

/* All that are known, ends with NULL. */
extern const struct gk_fs *const gk_fs_table[];
/* By name or alias; NULL when unknown. */
const struct gk_fs *gk_fs_find (const char *name);
/* Which of fs's kernel types this kernel has right now (nothing is loaded), or
 * NULL. */
const char *gk_fs_kernel_type (const struct gk_fs *fs);
/* Is this a type in /proc/filesystems that lives on a block device? */
bool gk_fs_kernel_has (const char *type);

/* A mountable: a device, or a subvolume of btrfs on one. */
struct gk_mountable {
  char *device; /* as given; still to be resolved */
  char *subvol; /* without leading slash, or NULL */
};
#define GK_MOUNTABLE_INIT                                                                          \
  {                                                                                                \
    NULL, NULL                                                                                     \
  }
/* "btrfsvol:/dev/sda1/sub/vol": is_device tells where the device's name ends. */
int gk_mountable_parse (const char *text, bool (*is_device) (void *opaque, const char *name),
                        void *opaque, struct gk_mountable *ret, struct gk_error *err);
void gk_mountable_clear (struct gk_mountable *m);
#define _cleanup_mountable_ __attribute__ ((cleanup (gk_mountable_clear)))

#endif
