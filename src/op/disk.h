/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A disk: a drive whose image was looked at.  The image room fills it in, the
 * attachers turn it into a block device.  It names every file that has to be
 * opened, in options that qemu's programs take as they are, so that no
 * program has to follow a name that stands in an image's header.
 */
#ifndef GK_OP_DISK_H
#define GK_OP_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gk_error;

/* One image of a chain.  All strings are owned. */
struct gk_disk_layer {
  char *format;      /* qemu's name of the driver: "raw", "qcow2" ... */
  char *path;        /* absolute host path; NULL when it is not a local file */
  char **place;      /* where its bytes are: "driver=file", "filename=/x" ...; each
                      * element is KEY=VALUE, its commas not yet doubled */
  char *data_path;   /* qcow2's external data file, or NULL */
  char **data_place; /* likewise */
  char **extents;    /* vmdk: further files that the server opens by name, or NULL */
  bool is_device;    /* path is a block device of the host */
};

struct gk_disk {
  struct gk_disk_layer *layers; /* [0] is the drive's image, then what backs it */
  size_t n_layers;
  char *overlay;   /* a throw-away qcow2 file that takes the writes, or NULL */
  char *secret;    /* for the server of a remote image, or NULL: "secret" in a place */
  char *device;    /* the kernel has it already, under this name; or NULL */
  uint64_t size;   /* bytes that the disk has */
  int blocksize;   /* 512 or 4096 */
  bool readonly;   /* nothing below the overlay may change */
  bool unsafe;     /* cachemode unsafe: flushes need not reach the disk */
  bool discard;    /* discards are passed on to the image */
  bool copyonread; /* what was read is kept in the overlay */
};
#define GK_DISK_INIT                                                                               \
  {                                                                                                \
    .layers = NULL                                                                                 \
  }

void gk_disk_layer_clear (struct gk_disk_layer *layer);
void gk_disk_clear (struct gk_disk *disk); /* does not unlink the overlay */
#define _cleanup_gk_disk_ __attribute__ ((cleanup (gk_disk_clear)))

/* How a secret reaches a program of qemu's: in a file that has no name, by a
 * descriptor, never on the command line.  "password-secret=GK_DISK_SECRET_ID"
 * stands in the place; ret_object is the argument of --object that names the
 * descriptor, malloced. */
#define GK_DISK_SECRET_ID "gksecret"
int gk_disk_secret_file (const char *secret, int *ret_fd, char **ret_object, struct gk_error *err);

/* "PREFIXkey=value,PREFIXkey=value" of a place, its commas doubled as qemu's
 * option parser wants them.  Malloced; NULL: ENOMEM. */
char *gk_disk_place_options (char *const *place, const char *prefix);

#endif
