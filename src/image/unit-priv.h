/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files about units share: names, and what is written down. */
#ifndef GK_IMAGE_UNIT_PRIV_H
#define GK_IMAGE_UNIT_PRIV_H

#include <stddef.h>
#include <sys/stat.h>

#include "image/unit.h"

#define GK_UNIT_OVERLAY "overlay.qcow2"
#define GK_UNIT_BACKUP "backup.qcow2"
#define GK_UNIT_NOTE "unit"
#define GK_UNIT_DONE "done" /* the note, when the changes have landed and their words are kept */

/* What the note in a marked folder says. */
struct gk_unit_note {
  unsigned long long inode;
  long long birth_s; /* 0, 0: the filesystem does not know */
  unsigned birth_ns;
  char format[32];
  char backup[64];                   /* or "" */
  char words[GK_UNIT_WORDS_MAX + 1]; /* or "" */
};
#define GK_UNIT_NAME_MAX 63

int gk_unit_identify (int image_fd, struct gk_unit_note *note); /* inode and birth; 0 or -1 */
int gk_unit_write_note (int dir_fd, const struct gk_unit_note *note);
int gk_unit_read_note (int dir_fd, const char *which, struct gk_unit_note *note);

/* The image's real path, its folder open, and the names beside it. */
struct gk_unit_place {
  char *image;
  const char *name; /* into image */
  char *marked;     /* name of the marked folder */
  int parent_fd;
};
#define GK_UNIT_PLACE_INIT                                                                         \
  {                                                                                                \
    .parent_fd = -1                                                                                \
  }
int gk_unit_place (const char *image, struct gk_unit_place *ret_place, struct gk_error *err);
void gk_unit_place_clear (struct gk_unit_place *place);
#define _cleanup_unit_place_ __attribute__ ((cleanup (gk_unit_place_clear)))

/* Open the marked folder and hold it against the rules of unit.h: 1, 0 when
 * there is none, -1.  which: GK_UNIT_NOTE or GK_UNIT_DONE. */
int gk_unit_open_marked (const struct gk_unit_place *place, const char *which, int *ret_dir_fd,
                         struct gk_unit_note *ret_note, struct gk_error *err);

/* Is the open file the one that the note is about?  ESTALE: no. */
int gk_unit_check_image (const struct gk_unit_place *place, int image_fd,
                         const struct gk_unit_note *note, struct gk_error *err);

/* Remove a folder with what a unit puts into it. */
void gk_unit_remove (int parent_fd, const char *dir, int dir_fd);

/* It has landed: the same, but for words. */
void gk_unit_landed (int parent_fd, const char *dir, int dir_fd, const struct gk_unit_note *note);

/* Finish what was marked; ret_words, malloced or NULL, are those that are still beside the image.
 * 0 or 1, whether there was something. */
int gk_unit_finish (const struct gk_unit_place *place, char **ret_words, struct gk_task *task,
                    struct gk_error *err);
/* Remove what nobody works on any more; how many. */
int gk_unit_remove_left (const struct gk_unit_place *place);

/* The image that qemu-img is to write to: the open file, whatever has its name. */
struct gk_unit_image {
  const char *path; /* for messages, and for names beside it */
  int fd;           /* has the lock for writing */
  const char *format;
  const struct gk_image_info *info; /* what its header names */
};
struct gk_unit_image gk_unit_image (const struct gk_unit *u);

/* Take the changes into the image.  dir names dir_fd in messages. */
int gk_unit_copy (const struct gk_unit_image *image, int dir_fd, const char *dir,
                  const char *backup, struct gk_task *task, struct gk_error *err);
int gk_unit_make_backup (const char *image, const char *dir, const char *format,
                         struct gk_task *task, struct gk_error *err);

#endif
