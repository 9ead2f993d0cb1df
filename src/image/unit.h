/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A unit: changes of an image that land as a whole or not at all.
 *
 * The changes are made in an overlay, in a folder beside the image; the image
 * itself is opened read-only.  gk_unit_mark makes them durable and renames the
 * folder: that is the moment at which they count.  gk_unit_land copies them
 * into the image and removes the folder.  Copying again does no harm, so
 * whoever opens the image after a kill can finish it: for writing by landing
 * them, for reading by putting the overlay above the image.
 *
 *   .IMAGE.guestkit-XXXXXX   being worked on; goes away when nobody works on it
 *   .IMAGE.guestkit-commit   counts; is landed
 *
 * Until a marked unit has landed, only guestkit sees it; other programs see an
 * image that is partly written once landing has begun.
 *
 * A command that must not be carried out twice ("1G more") gives words that tell it
 * from others.  They stay beside the image when its changes have landed,
 * until gk_unit_forget, which the command calls when it has said so, or the
 * next writer.  When the same command begins, and finds them, an earlier run of it was killed after
 * the moment: all is done.
 *
 * A marked folder is believed only when it belongs to root or to this user, is
 * closed to others, and was made for this very file (inode and time of birth):
 * a file that was put in the image's place, at whatever moment, is not written to.
 */
#ifndef GK_IMAGE_UNIT_H
#define GK_IMAGE_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "image/image.h"

struct gk_error;
struct gk_task;

struct gk_unit {
  char *image;   /* real path */
  char *format;  /* of the image */
  char *dir;     /* the folder, absolute */
  char *overlay; /* what to open in the image's place, as qcow2 */
  int image_fd;  /* has qemu's locks: nobody else may write */
  int dir_fd;    /* flocked while somebody works on it */
  char *words;   /* or NULL */
  struct gk_image_info info;
  /* Of the image's disk now, and of the overlay's, which the image's has when it has landed. */
  uint64_t size, new_size;
  bool marked, landed;
};
#define GK_UNIT_INIT                                                                               \
  {                                                                                                \
    .image_fd = -1, .dir_fd = -1, .info = GK_IMAGE_INFO_INIT                                       \
  }
#define _cleanup_unit_ __attribute__ ((cleanup (gk_unit_clear)))

struct gk_unit_how {
  const char *format; /* or NULL: detected */
  uint64_t size;      /* the disk becomes so large; 0: stays as it is ... */
  uint64_t more;      /* ... or larger by so many bytes */
  const char *words;  /* or NULL; in one line, of at most GK_UNIT_WORDS_MAX bytes */
  bool backup;        /* gk_unit_mark will be asked for one */
};
#define GK_UNIT_WORDS_MAX 200

/* Refuses an image that anybody uses, and what is no regular file (ENOTSUP).
 * What is left of an earlier unit is dealt with first.  1: that was this command (the words),
 * and there is nothing to do. */
int gk_unit_begin (const char *image, const struct gk_unit_how *how, struct gk_task *task,
                   struct gk_unit *ret_unit, struct gk_error *err);

/* The session on the overlay has ended.  backup: NULL, or the name under which
 * the state before is kept: a snapshot in a qcow2 image, else the overlay
 * gk_unit_backup_path. */
int gk_unit_mark (struct gk_unit *u, const char *backup, struct gk_task *task,
                  struct gk_error *err); /* ESTALE: the image's name leads to another file */
int gk_unit_land (struct gk_unit *u, struct gk_task *task, struct gk_error *err);

/* The words of what has landed. */
void gk_unit_forget (const struct gk_unit *u);

/* Removes what was not marked. */
void gk_unit_clear (struct gk_unit *u);

/* Finish what was marked, and remove what nobody works on any more.  Returns how many
 * folders there were. */
int gk_unit_recover (const char *image, struct gk_task *task, struct gk_error *err);

/* The overlay of a marked unit of this image, malloced, or NULL when there is none.
 * EPERM or ESTALE: there is one that is not to be believed. */
int gk_unit_pending (const char *image, char **ret_overlay, struct gk_error *err);

/* Are there words of a unit that has landed? */
bool gk_unit_has_words (const char *image);

/* Can the name be a backup's?  EEXIST: there is one. */
int gk_unit_check_backup (const struct gk_unit *u, const char *name, struct gk_task *task,
                          struct gk_error *err);
/* Where a backup beside the image is.  Malloced. */
char *gk_unit_backup_path (const char *image, const char *name);
/* Letters, digits, "-", "_" and ".", not at its beginning. */
int gk_unit_check_name (const char *name, struct gk_error *err);

#endif
