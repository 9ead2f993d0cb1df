/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A unit from its beginning to the moment at which it counts. */
#include "image/unit-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "image/image.h"
#include "op/task.h"

/* The server of a session that has just ended may take a moment to let go. */
#define LOCK_PATIENCE_MS 10000
#define LOCK_NAP_MS 20
/* Somebody else's changes may count just now, again and again. */
#define TRIES 5

int
gk_unit_check_name (const char *name, struct gk_error *err)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  size_t n = strlen (name);

  if (n == 0 || n > GK_UNIT_NAME_MAX || name[0] == '.' || name[0] == '-' ||
      name[strspn (name, allowed)] != '\0')
    return gk_error_set (err, EINVAL,
                         "a backup's name has letters, digits, '-', '_' and '.', at most %d",
                         GK_UNIT_NAME_MAX);
  return 0;
}

char *
gk_unit_backup_path (const char *image, const char *name)
{
  return gk_asprintf ("%s.%s.qcow2", image, name);
}

/* --- begin ---------------------------------------------------------------------------- */

/* What is followed from the image's header is held to the rules here: of the
 * overlay the format is named, and they would not be applied again. */
static int
find_format (struct gk_unit *u, const struct gk_unit_how *how, struct gk_task *task,
             struct gk_error *err)
{
  if (gk_image_info (u->image, how->format, task, &u->info, err) == -1)
    return -1;
  const struct gk_image_layer *top = &u->info.layers[0];
  /* As for a drive: such a disk is the guest's own affair. */
  const char *format = how->format == NULL && gk_streq (top->format, "luks") ? "raw" : top->format;
  u->format = strdup (format);
  if (u->format == NULL)
    return gk_error_oom (err);
  u->size = top->virtual_size;
  u->new_size = how->size ? how->size : u->size + how->more;
  if (u->new_size < u->size)
    return gk_error_set (err, EINVAL,
                         "%s: its disk has %" PRIu64 " bytes, and cannot have %" PRIu64
                         ": it is only made larger",
                         u->image, u->size, u->new_size);
  /* Later it would be too late. */
  return u->new_size > u->size ? gk_image_check_growable (top, how->backup, err) : 0;
}

static int
make_folder (struct gk_unit *u, const struct gk_unit_place *place, struct gk_error *err)
{
  _cleanup_free_ char *dir = gk_asprintf (
      "%.*s.%s.guestkit-XXXXXX", (int)(place->name - place->image), place->image, place->name);

  if (dir == NULL)
    return gk_error_oom (err);
  if (mkdtemp (dir) == NULL)
    return gk_error_sys (err, errno, "%s: cannot keep changes beside the image", place->image);
  u->dir = gk_steal_ptr (dir);
  u->dir_fd = open (u->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (u->dir_fd == -1 || flock (u->dir_fd, LOCK_EX | LOCK_NB) == -1)
    return gk_error_sys (err, errno, "%s", u->dir);
  u->overlay = gk_asprintf ("%s/" GK_UNIT_OVERLAY, u->dir);
  return u->overlay ? 0 : gk_error_oom (err);
}

static int
begin (struct gk_unit *u, const struct gk_unit_place *place, const struct gk_unit_how *how,
       struct gk_task *task, struct gk_error *err)
{
  struct stat st;

  u->image = strdup (place->image);
  u->words = how->words ? strdup (how->words) : NULL;
  if (u->image == NULL || (how->words && u->words == NULL))
    return gk_error_oom (err);
  if (stat (u->image, &st) == -1)
    return gk_error_sys (err, errno, "%s", u->image);
  if (!S_ISREG (st.st_mode))
    return gk_error_set (err, ENOTSUP,
                         "%s: only an image that is a regular file can be changed "
                         "as a whole or not at all",
                         u->image);
  /* First as the writer that this unit may become, so that who has the image
   * now is noticed now; then nobody else may write, and the session may read. */
  if (gk_image_open (u->image, GK_IMAGE_WRITE, &u->image_fd, err) == -1 ||
      gk_image_lock_relax (u->image_fd, u->image, err) == -1)
    return -1;
  /* Who had the image when it was looked at before may have made changes count since. */
  if (faccessat (place->parent_fd, place->marked, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    return 1;
  if (find_format (u, how, task, err) == -1 || make_folder (u, place, err) == -1)
    return -1;
  const struct gk_image_create c = { .path = u->overlay,
                                     .format = "qcow2",
                                     .size = -1,
                                     .grown = u->new_size,
                                     .backing = u->image,
                                     .backing_format = u->format };
  return gk_image_create (&c, task, err);
}

/* 1: it was done; 0: it is to be done. */
static int
clean_up_before (const struct gk_unit_place *place, const struct gk_unit_how *how,
                 struct gk_task *task, struct gk_error *err)
{
  _cleanup_free_ char *words = NULL;

  if (gk_unit_finish (place, &words, task, err) == -1)
    return -1;
  gk_unit_remove_left (place);
  return how->words && words && gk_streq (how->words, words);
}

int
gk_unit_begin (const char *image, const struct gk_unit_how *how, struct gk_task *task,
               struct gk_unit *ret_unit, struct gk_error *err)
{
  _cleanup_unit_place_ struct gk_unit_place place = GK_UNIT_PLACE_INIT;

  if (gk_unit_place (image, &place, err) == -1)
    return -1;
  for (int tries = 0; tries < TRIES; tries++) {
    _cleanup_unit_ struct gk_unit u = GK_UNIT_INIT;
    int r = clean_up_before (&place, how, task, err);
    if (r != 0)
      return r;
    r = begin (&u, &place, how, task, err);
    if (r == -1)
      return -1;
    if (r == 0) {
      *ret_unit = u;
      u = (struct gk_unit)GK_UNIT_INIT;
      return 0;
    }
  }
  return gk_error_set (err, EBUSY, "%s: %s stays there", image, place.marked);
}

/* --- the moment ------------------------------------------------------------------------- */

static int
lock_for_writing (struct gk_unit *u, struct gk_task *task, struct gk_error *err)
{
  const struct timespec nap = { .tv_nsec = LOCK_NAP_MS * 1000000L };

  for (int left = LOCK_PATIENCE_MS; left > 0; left -= LOCK_NAP_MS) {
    _cleanup_error_ struct gk_error e = GK_ERROR_INIT;
    if (gk_image_lock_tighten (u->image_fd, u->image, &e) == 0)
      return 0;
    if (e.errnum != EBUSY || gk_task_check (task, err) == -1)
      return gk_error_set (err, e.errnum, "%s", gk_error_msg (&e));
    nanosleep (&nap, NULL);
  }
  return gk_image_lock_tighten (u->image_fd, u->image, err);
}

/* An image that runs out of space half way could only be finished once there
 * is more. */
static int
check_space (const struct gk_unit *u, struct gk_error *err)
{
  struct stat image, overlay;
  struct statvfs fs;

  if (fstat (u->image_fd, &image) == -1 || stat (u->overlay, &overlay) == -1 ||
      fstatvfs (u->image_fd, &fs) == -1)
    return gk_error_sys (err, errno, "%s", u->image);
  if (gk_streq (u->format, "raw") && u->new_size == u->size &&
      image.st_blocks * 512LL >= image.st_size)
    return 0;
  if ((unsigned long long)fs.f_bavail * fs.f_bsize < (unsigned long long)overlay.st_blocks * 512)
    return gk_error_sys (err, ENOSPC, "%s: the changes may not fit", u->image);
  return 0;
}

/* Who replaced the file meanwhile, by another program's save or a link, expects to find there
 * what they put there. */
static int
check_name (const struct gk_unit *u, struct gk_error *err)
{
  struct stat named, ours;

  if (stat (u->image, &named) == -1 || fstat (u->image_fd, &ours) == -1)
    return gk_error_sys (err, errno, "%s", u->image);
  if (named.st_dev != ours.st_dev || named.st_ino != ours.st_ino)
    return gk_error_set (err, ESTALE, "%s: another file has this name now, nothing was changed",
                         u->image);
  return 0;
}

static int
sync_name (int dir_fd, const char *name)
{
  _cleanup_close_ int fd = openat (dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

  return fd == -1 ? -1 : fsync (fd);
}

int
gk_unit_mark (struct gk_unit *u, const char *backup, struct gk_task *task, struct gk_error *err)
{
  _cleanup_unit_place_ struct gk_unit_place place = GK_UNIT_PLACE_INIT;
  struct gk_unit_note note = { .inode = 0 };
  bool file_backup = backup && !gk_streq (u->format, "qcow2");

  if (gk_unit_place (u->image, &place, err) == -1 || check_space (u, err) == -1)
    return -1;
  if (backup && gk_unit_check_backup (u, backup, task, err) == -1)
    return -1;
  /* Before the lock for writing: this reads the image by another program. */
  if (file_backup && gk_unit_make_backup (u->image, u->dir, u->format, task, err) == -1)
    return -1;
  if (lock_for_writing (u, task, err) == -1 || check_name (u, err) == -1)
    return -1;
  snprintf (note.format, sizeof note.format, "%s", u->format);
  snprintf (note.backup, sizeof note.backup, "%s", backup ? backup : "");
  snprintf (note.words, sizeof note.words, "%s", u->words ? u->words : "");
  if (gk_unit_identify (u->image_fd, &note) == -1 || sync_name (u->dir_fd, GK_UNIT_OVERLAY) == -1 ||
      (file_backup && sync_name (u->dir_fd, GK_UNIT_BACKUP) == -1) ||
      gk_unit_write_note (u->dir_fd, &note) == -1 || fsync (u->dir_fd) == -1)
    return gk_error_sys (err, errno, "%s", u->dir);
  _cleanup_free_ char *marked =
      gk_asprintf ("%.*s%s", (int)(place.name - place.image), place.image, place.marked);
  if (marked == NULL)
    return gk_error_oom (err);
  const char *from = strrchr (u->dir, '/') + 1;
  if (renameat (place.parent_fd, from, place.parent_fd, place.marked) == -1)
    return gk_error_sys (err, errno, "%s", marked);
  u->marked = true;
  free (u->dir);
  u->dir = gk_steal_ptr (marked);
  /* What is not known to be on the disk must not be begun with. */
  if (fsync (place.parent_fd) == -1)
    return gk_error_sys (err, errno, "%s", u->dir);
  return 0;
}

struct gk_unit_image
gk_unit_image (const struct gk_unit *u)
{
  return (struct gk_unit_image){ u->image, u->image_fd, u->format, &u->info };
}

int
gk_unit_land (struct gk_unit *u, struct gk_task *task, struct gk_error *err)
{
  _cleanup_unit_place_ struct gk_unit_place place = GK_UNIT_PLACE_INIT;
  struct gk_unit_note note;

  if (gk_unit_place (u->image, &place, err) == -1)
    return -1;
  if (gk_unit_read_note (u->dir_fd, GK_UNIT_NOTE, &note) == -1)
    return gk_error_sys (err, errno, "%s", u->dir);
  const struct gk_unit_image image = gk_unit_image (u);
  if (gk_unit_copy (&image, u->dir_fd, u->dir, note.backup, task, err) == -1)
    return -1;
  gk_unit_landed (place.parent_fd, place.marked, u->dir_fd, &note);
  u->landed = true;
  return 0;
}

void
gk_unit_forget (const struct gk_unit *u)
{
  _cleanup_unit_place_ struct gk_unit_place place = GK_UNIT_PLACE_INIT;
  _cleanup_close_ int dir = -1;
  struct gk_unit_note note;

  /* The folder may be somebody else's by now. */
  if (u->words && gk_unit_place (u->image, &place, NULL) == 0 &&
      gk_unit_open_marked (&place, GK_UNIT_DONE, &dir, &note, NULL) == 1 &&
      gk_streq (note.words, u->words))
    gk_unit_remove (place.parent_fd, place.marked, dir);
}

void
gk_unit_clear (struct gk_unit *u)
{
  _cleanup_unit_place_ struct gk_unit_place place = GK_UNIT_PLACE_INIT;

  if (u->dir && !u->marked && gk_unit_place (u->image, &place, NULL) == 0)
    gk_unit_remove (place.parent_fd, strrchr (u->dir, '/') + 1, u->dir_fd);
  free (u->image);
  free (u->format);
  free (u->dir);
  free (u->overlay);
  free (u->words);
  gk_image_info_clear (&u->info);
  gk_cleanup_close (&u->image_fd);
  gk_cleanup_close (&u->dir_fd);
  *u = (struct gk_unit)GK_UNIT_INIT;
}
