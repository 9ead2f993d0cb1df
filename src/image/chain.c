/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The chain: an image, what backs it, and so on, each name checked before the
 * file is opened.  image.h has the rules.
 */
#include "image/image-priv.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"

#define ESCAPED_NAME 256

void
gk_image_info_clear (struct gk_image_info *info)
{
  for (size_t i = 0; i < info->n_layers; i++)
    gk_image_layer_clear (&info->layers[i]);
  free (info->layers);
  *info = (struct gk_image_info)GK_IMAGE_INFO_INIT;
}

/* --- names ------------------------------------------------------------------- */

/* What qemu takes for PROTOCOL:REST: a colon before the first slash. */
static bool
has_protocol (const char *name)
{
  return name[strcspn (name, ":/")] == ':';
}

int
gk_image_follow (const char *referrer, const char *what, const char *name, char **ret_path,
                 struct gk_error *err)
{
  const char *rest = gk_after_prefix (name, "file:");
  const char *slash = strrchr (referrer, '/');
  char *path;

  if (rest != NULL)
    name = rest;
  else if (has_protocol (name)) {
    _cleanup_free_ char *shown = gk_escape (name, strlen (name), ESCAPED_NAME);
    return gk_error_set (err, EACCES, "%s: its %s %s is not a local file, which is refused",
                         referrer, what, shown == NULL ? "" : shown);
  }
  if (name[0] == '/' || slash == NULL)
    path = strdup (name);
  else
    path = gk_asprintf ("%.*s/%s", (int)(slash - referrer), referrer, name);
  if (path == NULL)
    return gk_error_oom (err);
  *ret_path = path;
  return 0;
}

/* --- who may read ------------------------------------------------------------ */

static bool
in_group (uid_t uid, gid_t gid)
{
  struct passwd pw, *found;
  char buf[4096];
  gid_t groups[64];
  int n = sizeof groups / sizeof groups[0];

  if (getpwuid_r (uid, &pw, buf, sizeof buf, &found) != 0 || found == NULL ||
      getgrouplist (pw.pw_name, pw.pw_gid, groups, &n) == -1)
    return false;
  for (int i = 0; i < n; i++)
    if (groups[i] == gid)
      return true;
  return false;
}

/* By owner, group and mode alone: access lists and the directories on the way
 * are not looked at. */
static bool
may_read (uid_t uid, const struct stat *st)
{
  if (uid == 0)
    return true;
  if (uid == st->st_uid)
    return (st->st_mode & S_IRUSR) != 0;
  if ((st->st_mode & S_IROTH) != 0)
    return true;
  return (st->st_mode & S_IRGRP) != 0 && in_group (uid, st->st_gid);
}

/* --- the walk ------------------------------------------------------------------ */

struct walk {
  bool guessed; /* rule 3 applies */
  uid_t owner;  /* of the first image */
  struct gk_task *task;
  struct seen {
    dev_t dev;
    ino_t ino;
  } seen[GK_IMAGE_CHAIN_MAX];
  size_t n_seen;
};

/* Rules 2 and 3 for a file that the header of referrer names. */
static int
check_file (const struct walk *w, const char *referrer, const char *what, const char *path,
            struct stat *st, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;

  if (gk_image_peek (path, &fd, st, err) == -1)
    return gk_error_wrap (err, "%s: %s", referrer, what);
  if (w->guessed && !may_read (w->owner, st))
    return gk_error_set (err, EACCES,
                         "%s: its %s %s is a file that the image's owner (uid %u) may not read; "
                         "name the image's format if this is right",
                         referrer, what, path, (unsigned)w->owner);
  return 0;
}

static int
remember (struct walk *w, const char *path, const struct stat *st, struct gk_error *err)
{
  /* Several block devices are behind one file system's number. */
  dev_t dev = S_ISBLK (st->st_mode) ? st->st_rdev : st->st_dev;
  ino_t ino = S_ISBLK (st->st_mode) ? 0 : st->st_ino;

  for (size_t i = 0; i < w->n_seen; i++)
    if (w->seen[i].dev == dev && w->seen[i].ino == ino)
      return gk_error_set (err, ELOOP, "%s: the chain of backing files comes back to this file",
                           path);
  if (w->n_seen == GK_IMAGE_CHAIN_MAX)
    return gk_error_set (err, ELOOP, "%s: more than %d backing files", path, GK_IMAGE_CHAIN_MAX);
  w->seen[w->n_seen++] = (struct seen){ dev, ino };
  return 0;
}

/* The data file and the extents of one image.  A vmdk's extents are opened by
 * qemu's driver itself, by the names in the descriptor; they were checked a
 * moment before. */
static int
check_parts (const struct walk *w, const struct gk_image_layer *layer, struct gk_error *err)
{
  struct stat st;

  if (layer->data_file != NULL) {
    _cleanup_free_ char *path = NULL;
    if (gk_image_follow (layer->path, "data file", layer->data_file, &path, err) == -1 ||
        check_file (w, layer->path, "data file", path, &st, err) == -1)
      return -1;
  }
  for (size_t i = 0; layer->extents != NULL && layer->extents[i] != NULL; i++) {
    _cleanup_free_ char *path = NULL;
    /* Already relative to where qemu-img runs, not to the descriptor. */
    if (gk_streq (layer->extents[i], layer->path))
      continue;
    if (gk_image_follow ("", "extent", layer->extents[i], &path, err) == -1 ||
        check_file (w, layer->path, "extent", path, &st, err) == -1)
      return -1;
  }
  return 0;
}

/* qemu also stores the names of its protocol drivers there. */
static const char *
plain_format (const char *format)
{
  if (format != NULL && (gk_streq (format, "file") || gk_streq (format, "host_device")))
    return "raw";
  return format;
}

/* The names in a header are relative to where its file is, not to a link to it. */
static char *
real_file (const char *given)
{
  _cleanup_free_ char *real = realpath (given, NULL);
  struct stat st;

  if (real != NULL && stat (real, &st) == 0 && S_ISREG (st.st_mode))
    return gk_steal_ptr (real);
  return gk_image_absolute (given);
}

int
gk_image_info (const char *path, const char *format, struct gk_task *task,
               struct gk_image_info *ret_info, struct gk_error *err)
{
  return gk_image_info_called (path, NULL, format, task, ret_info, err);
}

int
gk_image_info_called (const char *given_path, const char *called, const char *given_format,
                      struct gk_task *task, struct gk_image_info *ret_info, struct gk_error *err)
{
  _cleanup_image_info_ struct gk_image_info info = GK_IMAGE_INFO_INIT;
  _cleanup_free_ char *path = real_file (given_path);
  _cleanup_free_ char *format = given_format == NULL ? NULL : strdup (given_format);
  _cleanup_free_ struct walk *w = calloc (1, sizeof *w);
  _cleanup_close_ int fd = -1;
  struct stat st;

  if (path == NULL || w == NULL || (given_format != NULL && format == NULL))
    return gk_error_oom (err);
  if (gk_image_peek (path, &fd, &st, err) == -1)
    return -1;
  w->guessed = given_format == NULL;
  w->owner = st.st_uid;
  w->task = task;

  while (path != NULL) {
    struct gk_image_layer *grown, *layer;
    const char *backing_format;

    if (remember (w, path, &st, err) == -1)
      return -1;
    grown = reallocarray (info.layers, info.n_layers + 1, sizeof *grown);
    if (grown == NULL)
      return gk_error_oom (err);
    info.layers = grown;
    layer = &grown[info.n_layers];
    if (gk_image_top (path, format, task, layer, err) == -1)
      return info.n_layers == 0
                 ? -1
                 : gk_error_wrap (err, "%s: backing file", info.layers[info.n_layers - 1].path);
    info.n_layers++;
    if (check_parts (w, layer, err) == -1)
      return -1;

    free (gk_steal_ptr (path));
    free (gk_steal_ptr (format));
    if (layer->backing_name == NULL)
      break;
    const char *beside = called && info.n_layers == 1 ? called : layer->path;
    if (gk_image_follow (beside, "backing file", layer->backing_name, &path, err) == -1 ||
        check_file (w, layer->path, "backing file", path, &st, err) == -1)
      return -1;
    backing_format = plain_format (layer->backing_format);
    if (backing_format != NULL && (format = strdup (backing_format)) == NULL)
      return gk_error_oom (err);
  }
  *ret_info = info;
  info = (struct gk_image_info)GK_IMAGE_INFO_INIT;
  return 0;
}
