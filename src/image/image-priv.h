/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of this room share. */
#ifndef GK_IMAGE_IMAGE_PRIV_H
#define GK_IMAGE_IMAGE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "image/image.h"

/* As much of a file's beginning as any format's own probe looks at. */
#define GK_IMAGE_HEAD 2048

/* A first look at an image's first bytes. */
enum gk_image_look {
  GK_LOOK_RAW,   /* no format has anything like this */
  GK_LOOK_QCOW2, /* certain */
  GK_LOOK_ASK,   /* qemu-img has to say */
};
enum gk_image_look gk_image_look (const char *path, const unsigned char *head, size_t n);

/* The header says that the data are in another file.  Only for qcow2. */
bool gk_image_has_data_file (const unsigned char *head, size_t n);

/* Tools run in another directory, and "nbd:x" or "-x" must be a file's name
 * for them, too.  Malloced. */
char *gk_image_absolute (const char *path);

/* Open for looking: regular file or block device (or /dev/null). */
int gk_image_peek (const char *path, int *ret_fd, struct stat *ret_st, struct gk_error *err);

/* Ask qemu-img about TARGET: a file name, or with opts a list of options.
 * name is for messages. */
int gk_image_ask (const char *target, bool opts, const char *name, const int *fds, size_t n_fds,
                  const char *object, struct gk_task *task, struct gk_image_layer *ret_layer,
                  struct gk_error *err);

/* The local path that a name in the header of the image at referrer means.
 * Malloced.  what: "backing file", for messages. */
int gk_image_follow (const char *referrer, const char *what, const char *name, char **ret_path,
                     struct gk_error *err);

/* Where the bytes of a remote drive are, as qemu options. */
int gk_image_remote_place (const struct gk_drive *drive, char ***ret_place, struct gk_error *err);
/* The same of a local file. */
char **gk_image_local_place (const char *path, bool is_device);

#endif
