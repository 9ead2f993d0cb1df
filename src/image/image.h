/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What an image is: its format, its size, the files that it is made of, who
 * else uses it; and making new ones.
 *
 * qemu-img is the authority on formats.  It runs with little memory and time,
 * and never gets to open a second file because an image's header says so.
 *
 * Which names in headers are followed (gk_image_info, gk_image_prepare):
 * 1. A name is a local path, also as "file:PATH"; relative ones start at the
 *    directory of the image that names them.  "json:", "nbd:", "https:" and
 *    all other protocols are refused.
 * 2. It leads to a regular file or a block device, and the chain neither
 *    comes back to a file nor is longer than 200.
 * 3. When the format was guessed from the content, the file must also be
 *    one that the owner of the first image may read: a guest that can write
 *    a header into its own raw disk, or somebody who uploads an image, then
 *    reaches nothing that they could not read before.  A caller that names
 *    the format vouches for the header, and this rule is not applied.
 */
#ifndef GK_IMAGE_IMAGE_H
#define GK_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gk_disk;
struct gk_drive;
struct gk_error;
struct gk_task;

#define GK_IMAGE_CHAIN_MAX 200

/* What one image's header says.  Strings are owned. */
struct gk_image_layer {
  char *path; /* as it was asked for */
  char *format;
  uint64_t virtual_size; /* bytes */
  uint64_t actual_size;  /* bytes that the file takes */
  uint64_t cluster_size; /* bytes, 0 when the format has none */
  char *backing_name;    /* as the header has it, or NULL */
  char *backing_format;  /* likewise */
  char *data_file;       /* likewise */
  char **extents;        /* vmdk: the files with the data; else NULL */
  unsigned n_snapshots;
  bool old;            /* qcow2 of version 2, whose snapshots have no size of their own */
  bool in_use_bitmaps; /* qcow2: some that were not closed, and cannot follow */
  bool encrypted;
  bool dirty;   /* was not closed; qemu repairs it when it writes */
  bool corrupt; /* marked so; qemu does not write to it */
  bool is_device;
};

struct gk_image_info {
  struct gk_image_layer *layers; /* [0] is the image itself */
  size_t n_layers;
};
#define GK_IMAGE_INFO_INIT                                                                         \
  {                                                                                                \
    NULL, 0                                                                                        \
  }

void gk_image_layer_clear (struct gk_image_layer *layer);
void gk_image_info_clear (struct gk_image_info *info);
#define _cleanup_image_layer_ __attribute__ ((cleanup (gk_image_layer_clear)))
#define _cleanup_image_info_ __attribute__ ((cleanup (gk_image_info_clear)))

/* The format of a local file ("raw" when it is nothing else).  Malloced. */
int gk_image_detect (const char *path, struct gk_task *task, char **ret_format,
                     struct gk_error *err);

/* One image, nothing that it names.  format NULL: guess. */
int gk_image_top (const char *path, const char *format, struct gk_task *task,
                  struct gk_image_layer *ret_layer, struct gk_error *err);

/* The image and all that it is backed by, under the rules above. */
int gk_image_info (const char *path, const char *format, struct gk_task *task,
                   struct gk_image_info *ret_info, struct gk_error *err);
/* The same of a file that the caller called otherwise (or NULL): see struct gk_drive. */
int gk_image_info_called (const char *path, const char *called, const char *format,
                          struct gk_task *task, struct gk_image_info *ret_info,
                          struct gk_error *err);

/* Formats that a drive may have.  For others: EINVAL with a sentence. */
int gk_image_check_format (const char *format, struct gk_error *err);

/* Everything an attacher needs to know of a drive.  A read-only drive gets an
 * overlay in tmpdir, named by index, which the caller unlinks; so does the
 * scratch file that stands for /dev/null. */
int gk_image_prepare (const struct gk_drive *drive, const char *tmpdir, unsigned index,
                      struct gk_task *task, struct gk_disk *ret_disk, struct gk_error *err);

/* How others may use a file while we do, in the words of qemu's image locks. */
enum gk_image_use {
  GK_IMAGE_READ,        /* anybody may write meanwhile (a read-only drive) */
  GK_IMAGE_READ_STABLE, /* nobody may write (what backs a disk that is written) */
  GK_IMAGE_WRITE,       /* only readers of the first kind */
};

/* Open a local image and hold qemu's image locks on it for as long as the open
 * file lives, also after it went into a loop device.  A block device is also
 * claimed when it is written, so that one that is mounted is refused.  EBUSY
 * when somebody else has it. */
int gk_image_open (const char *path, enum gk_image_use use, int *ret_fd, struct gk_error *err);

/* The same on an open file, without the claim. */
int gk_image_lock (int fd, const char *path, enum gk_image_use use, struct gk_error *err);

/* From GK_IMAGE_WRITE to GK_IMAGE_READ_STABLE and back, with no moment in which somebody
 * else could begin to write. */
int gk_image_lock_relax (int fd, const char *path, struct gk_error *err);
int gk_image_lock_tighten (int fd, const char *path, struct gk_error *err);

struct gk_image_create {
  const char *path;
  const char *format;
  int64_t size;               /* bytes; -1 with backing: as large as that ... */
  uint64_t grown;             /* ... or so many bytes, which are more */
  const char *backing;        /* local path, or NULL */
  const char *backing_format; /* or NULL: detected */
  const char *preallocation;  /* "off" "sparse" "metadata" "full", or NULL */
  const char *compat;         /* "0.10" "1.1", or NULL */
  bool has_cluster_size;
  int cluster_size; /* bytes */
};
int gk_image_create (const struct gk_image_create *c, struct gk_task *task, struct gk_error *err);

/* Can the disk in the image become larger?  Only raw files and qcow2 images do.  snapshot: one
 * will be taken before.  ENOTSUP with a sentence. */
int gk_image_check_growable (const struct gk_image_layer *image, bool snapshot,
                             struct gk_error *err);

/* An empty qcow2 image that names no backing file: the server is told what is
 * below it.  path must not exist. */
int gk_overlay_create (const char *path, uint64_t size, struct gk_error *err);

#endif
