/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Taking a unit's changes into the image, the first time or once more.
 *
 * qemu-img copies what the overlay has into the image and leaves the overlay
 * as it was, so that it can do it again.  It is told not to lock the image:
 * the lock is ours, from before the copying to after the end of the folder.
 *
 * It gets both files by descriptor.  By their names it might open others, which
 * were put in their place since the image was locked and the folder was checked. */
#include "image/unit-priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "image/image-priv.h"
#include "op/disk.h"
#include "op/task.h"

/* Somebody else may be landing it. */
#define PATIENCE_MS 60000
#define NAP_MS 20

/* --- qemu-img --------------------------------------------------------------------------- */

static int
run (const char *const *argv, const int *fds, size_t n_fds, struct gk_buf *ret_out,
     struct gk_task *task, struct gk_error *err)
{
  struct gk_exec x = GK_EXEC_INIT;

  x.argv = argv;
  x.pass_fds = fds;
  x.n_pass_fds = n_fds;
  x.task = task;
  x.timeout_ms = -1; /* as large as a disk */
  return gk_exec_check (&x, ret_out, err);
}

/* The options that open the image and what its header names (with chain, what backs it, too),
 * under a prefix.  Malloced.
 *
 * A name in a header is relative to the name by which the image is opened, so these are
 * given, too.  A vmdk in several files is the exception: its driver takes no descriptors. */
static char *
image_options (const struct gk_unit_image *image, bool chain, const char *prefix)
{
  const struct gk_image_layer *top = &image->info->layers[0];
  const struct gk_image_layer *below =
      chain && image->info->n_layers > 1 ? &image->info->layers[1] : NULL;
  _cleanup_gk_strv_ struct gk_strv options = GK_STRV_INIT;
  _cleanup_free_ char *data = NULL;

  if (top->data_file && gk_image_follow (top->path, "data file", top->data_file, &data, NULL) == -1)
    return NULL;
  if (gk_strv_pushf (&options, "driver=%s", image->format) == -1 ||
      (top->extents
           ? gk_strv_pushf (&options, "file.filename=%s", image->path)
           : gk_strv_pushf (&options, "file.filename=/proc/self/fd/%d", image->fd)) == -1 ||
      gk_strv_push (&options, "file.driver=file") == -1 ||
      gk_strv_push (&options, "file.locking=off") == -1)
    return NULL;
  if (below && (gk_strv_pushf (&options, "backing.driver=%s", below->format) == -1 ||
                gk_strv_pushf (&options, "backing.file.filename=%s", below->path) == -1))
    return NULL;
  if (data && gk_strv_pushf (&options, "data-file.filename=%s", data) == -1)
    return NULL;
  return gk_disk_place_options (options.v, prefix);
}

static int
snapshot_exists (const struct gk_unit_image *image, const char *name, struct gk_task *task,
                 struct gk_error *err)
{
  _cleanup_free_ char *options = image_options (image, false, "");
  const char *const argv[] = { "qemu-img",     "info", "-U",    "--output=json",
                               "--image-opts", "--",   options, NULL };
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  _cleanup_free_ char *word = gk_asprintf ("\"name\": \"%s\"", name);

  if (options == NULL || word == NULL)
    return gk_error_oom (err);
  if (run (argv, &image->fd, 1, &out, task, err) == -1)
    return -1;
  return out.data && strstr (out.data, word) != NULL;
}

int
gk_unit_check_backup (const struct gk_unit *u, const char *name, struct gk_task *task,
                      struct gk_error *err)
{
  const struct gk_unit_image image = gk_unit_image (u);
  _cleanup_free_ char *path = gk_unit_backup_path (u->image, name);

  if (path == NULL)
    return gk_error_oom (err);
  if (gk_unit_check_name (name, err) == -1)
    return -1;
  int r = gk_streq (u->format, "qcow2") ? snapshot_exists (&image, name, task, err)
                                        : access (path, F_OK) == 0;
  return r == 1 ? gk_error_set (err, EEXIST, "%s: a backup %s exists", u->image, name) : r;
}

static int
take_snapshot (const struct gk_unit_image *image, const char *name, struct gk_task *task,
               struct gk_error *err)
{
  _cleanup_free_ char *options = image_options (image, true, "");

  if (options == NULL)
    return gk_error_oom (err);
  /* It is there when this was done before a kill: at first it was not. */
  int r = snapshot_exists (image, name, task, err);
  if (r != 0)
    return r == 1 ? 0 : -1;
  const char *const argv[] = { "qemu-img", "snapshot", "-q",    "--image-opts",
                               "-c",       name,       options, NULL };
  return run (argv, &image->fd, 1, NULL, task, err);
}

/* --- the state before, beside an image that has no snapshots --------------------------------- */

/* An overlay on the image that already has what differs in the unit's: it shows
 * what the image was, also when the image has become what the unit is. */
int
gk_unit_make_backup (const char *image, const char *dir, const char *format, struct gk_task *task,
                     struct gk_error *err)
{
  _cleanup_free_ char *backup = gk_asprintf ("%s/" GK_UNIT_BACKUP, dir);
  _cleanup_free_ char *overlay = gk_asprintf ("%s/" GK_UNIT_OVERLAY, dir);

  if (backup == NULL || overlay == NULL)
    return gk_error_oom (err);
  const struct gk_image_create c = {
    .path = backup, .format = "qcow2", .size = -1, .backing = image, .backing_format = format
  };
  if (gk_image_create (&c, task, err) == -1)
    return -1;
  const char *const differ[] = { "qemu-img", "rebase", "-q",    "-f", "qcow2", "-b",
                                 overlay,    "-F",     "qcow2", "--", backup,  NULL };
  const char *const back[] = { "qemu-img", "rebase", "-q",   "-u", "-f",   "qcow2", "-b",
                               image,      "-F",     format, "--", backup, NULL };
  if (run (differ, NULL, 0, NULL, task, err) == -1 || run (back, NULL, 0, NULL, task, err) == -1)
    return gk_error_wrap (err, "%s: backup", image);
  return 0;
}

static int
keep_backup (const char *image, const char *dir, const char *name, struct gk_error *err)
{
  _cleanup_free_ char *from = gk_asprintf ("%s/" GK_UNIT_BACKUP, dir);
  _cleanup_free_ char *to = gk_unit_backup_path (image, name);

  if (from == NULL || to == NULL)
    return gk_error_oom (err);
  /* It is missing when this was done before a kill. */
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == -1 && errno != ENOENT)
    return gk_error_sys (err, errno, "%s", to);
  return 0;
}

/* --- landing -------------------------------------------------------------------------------- */

int
gk_unit_copy (const struct gk_unit_image *image, int dir_fd, const char *dir, const char *backup,
              struct gk_task *task, struct gk_error *err)
{
  _cleanup_close_ int overlay =
      openat (dir_fd, GK_UNIT_OVERLAY, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  _cleanup_free_ char *to = image_options (image, true, "backing.");
  _cleanup_free_ char *options =
      to ? gk_asprintf ("driver=qcow2,file.driver=file,file.filename=/proc/self/fd/%d,%s", overlay,
                        to)
         : NULL;
  const char *const argv[] = { "qemu-img", "commit", "-q", "-d", "--image-opts", options, NULL };
  const int fds[] = { overlay, image->fd };
  bool snapshot = gk_streq (image->format, "qcow2");

  if (overlay == -1)
    return gk_error_sys (err, errno, "%s/" GK_UNIT_OVERLAY, dir);
  if (options == NULL)
    return gk_error_oom (err);
  if (backup[0] && snapshot && take_snapshot (image, backup, task, err) == -1)
    return -1;
  if (run (argv, fds, 2, NULL, task, err) == -1)
    return gk_error_wrap (err, "%s: the changes wait in %s, 'guestkit gc IMAGE' tries again",
                          image->path, dir);
  if (backup[0] && !snapshot && keep_backup (image->path, dir, backup, err) == -1)
    return -1;
  return fsync (image->fd) == -1 ? gk_error_sys (err, errno, "%s", image->path) : 0;
}

static int
lock_image (const char *image, bool wait, int *ret_fd, struct gk_task *task, struct gk_error *err)
{
  const struct timespec nap = { .tv_nsec = NAP_MS * 1000000L };

  for (int left = wait ? PATIENCE_MS : 0; left > 0; left -= NAP_MS) {
    _cleanup_error_ struct gk_error e = GK_ERROR_INIT;
    if (gk_image_open (image, GK_IMAGE_WRITE, ret_fd, &e) == 0)
      return 0;
    if (e.errnum != EBUSY)
      break;
    if (gk_task_check (task, err) == -1)
      return -1;
    nanosleep (&nap, NULL);
  }
  return gk_image_open (image, GK_IMAGE_WRITE, ret_fd, err);
}

static int
finish (const struct gk_unit_place *place, struct gk_task *task, struct gk_error *err)
{
  _cleanup_image_info_ struct gk_image_info info = GK_IMAGE_INFO_INIT;
  _cleanup_close_ int fd = -1, dir = -1;
  struct gk_unit_note note;

  int r = gk_unit_open_marked (place, GK_UNIT_NOTE, &dir, &note, err);
  if (r != 1)
    return r;
  if (lock_image (place->image, true, &fd, task, err) == -1)
    return gk_error_wrap (err, "%s: has changes that wait to be taken into it", place->image);
  /* Who had the lock before may have done it. */
  gk_cleanup_close (&dir);
  dir = -1;
  r = gk_unit_open_marked (place, GK_UNIT_NOTE, &dir, &note, err);
  if (r != 1)
    return r;
  if (gk_unit_check_image (place, fd, &note, err) == -1 ||
      gk_image_info (place->image, note.format, task, &info, err) == -1)
    return -1;
  _cleanup_free_ char *path =
      gk_asprintf ("%.*s%s", (int)(place->name - place->image), place->image, place->marked);
  if (path == NULL)
    return gk_error_oom (err);
  const struct gk_unit_image image = { place->image, fd, note.format, &info };
  if (gk_unit_copy (&image, dir, path, note.backup, task, err) == -1)
    return -1;
  gk_unit_landed (place->parent_fd, place->marked, dir, &note);
  return 1;
}

int
gk_unit_finish (const struct gk_unit_place *place, char **ret_words, struct gk_task *task,
                struct gk_error *err)
{
  _cleanup_close_ int dir = -1;
  struct gk_unit_note note;
  char *words = NULL;

  int n = finish (place, task, err);
  if (n == -1)
    return -1;
  int r = gk_unit_open_marked (place, GK_UNIT_DONE, &dir, &note, err);
  if (r == 1 && (words = strdup (note.words)) == NULL)
    return gk_error_oom (err);
  if (r == -1)
    return -1;
  *ret_words = words;
  return n;
}

/* --- what killed units left ----------------------------------------------------------------- */

static bool
is_left (const struct gk_unit_place *place, const char *name)
{
  const char *rest = name[0] == '.' ? gk_after_prefix (name + 1, place->name) : NULL;

  rest = rest ? gk_after_prefix (rest, ".guestkit-") : NULL;
  return rest && strlen (rest) == 6;
}

static int
remove_one (const struct gk_unit_place *place, const char *name)
{
  _cleanup_close_ int dir =
      openat (place->parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat st;

  if (dir == -1 || fstat (dir, &st) == -1 || st.st_uid != geteuid () ||
      flock (dir, LOCK_EX | LOCK_NB) == -1)
    return 0;
  gk_unit_remove (place->parent_fd, name, dir);
  return 1;
}

int
gk_unit_remove_left (const struct gk_unit_place *place)
{
  _cleanup_closedir_ DIR *d = NULL;
  _cleanup_close_ int image = -1;
  int fd = openat (place->parent_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = 0;
  struct dirent *e;

  d = fd == -1 ? NULL : fdopendir (fd);
  if (d == NULL) {
    gk_cleanup_close (&fd);
    return 0;
  }
  while ((e = readdir (d)) != NULL) {
    if (!is_left (place, e->d_name) && !gk_streq (e->d_name, place->marked))
      continue;
    /* Nobody can be at work when the image can be had.  What has the marked
     * name here has landed and was not quite removed. */
    if (image == -1 && gk_image_open (place->image, GK_IMAGE_WRITE, &image, NULL) == -1)
      return n;
    n += remove_one (place, e->d_name);
  }
  return n;
}

int
gk_unit_recover (const char *image, struct gk_task *task, struct gk_error *err)
{
  _cleanup_unit_place_ struct gk_unit_place place = GK_UNIT_PLACE_INIT;

  if (gk_unit_place (image, &place, err) == -1)
    return -1;
  int n = finish (&place, task, err);
  return n == -1 ? -1 : n + gk_unit_remove_left (&place);
}
