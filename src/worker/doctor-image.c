/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which attacher would take what. */

#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "image/image.h"
#include "nbd/attach.h"
#include "op/disk.h"
#include "worker/doctor.h"

/* A disk such as gk_image_prepare would make, for questions only: nothing is
 * owned, and the overlay is not there. */
struct question {
  struct gk_disk_layer layer;
  struct gk_disk disk;
};

static void
ask_about (struct question *q, const char *path, const char *format, bool readonly)
{
  q->layer = (struct gk_disk_layer){ .format = (char *)format, .path = (char *)path };
  q->disk = (struct gk_disk){ .layers = &q->layer,
                              .n_layers = 1,
                              .overlay = readonly ? (char *)"-" : NULL,
                              .blocksize = 512,
                              .readonly = readonly };
}

static int
can_attach (const struct gk_attacher *a, const struct question *q, struct gk_error *why_not)
{
  const struct gk_attach_env env = { .tmpdir = "/tmp", .node_dir = "/tmp" };

  return a->available (&env, &q->disk, why_not);
}

/* vhost is for a kernel that a launcher starts with its disks. */
static bool
is_of_this_kernel (const struct gk_attacher *a)
{
  return a != &gk_attacher_vhost;
}

/* Raw images that are written need the least, formats and overlays the most. */
static struct json_object *
attacher (const struct gk_attacher *a)
{
  _cleanup_error_ struct gk_error no_raw = GK_ERROR_INIT, no_format = GK_ERROR_INIT;
  struct json_object *o = json_object_new_object ();
  struct question raw, format;

  ask_about (&raw, "/", "raw", false);
  ask_about (&format, "/", "qcow2", false);
  int r = can_attach (a, &raw, &no_raw);
  int f = can_attach (a, &format, &no_format);
  gk_json_string (o, "name", a->name);
  gk_json_bool (o, "available", r == 0 || f == 0);
  gk_json_bool (o, "all_formats", f == 0);
  if (r == -1 && f == -1) {
    gk_json_string (o, "reason", gk_error_msg (&no_raw));
    gk_json_bool (o, "needs_root", no_raw.errnum == EPERM);
  }
  return o;
}

struct json_object *
gk_doctor_attachers (void)
{
  struct json_object *list = json_object_new_array ();

  for (size_t i = 0; gk_attachers[i] != NULL; i++)
    if (is_of_this_kernel (gk_attachers[i]))
      json_object_array_add (list, attacher (gk_attachers[i]));
  return list;
}

/* --- one image -------------------------------------------------------------- */

/* The first that can, or the first that could if this were root. */
static struct json_object *
choose (const struct question *q)
{
  struct json_object *o = json_object_new_object (), *refused = json_object_new_object ();
  const char *taken = NULL, *with_root = NULL;

  for (size_t i = 0; gk_attachers[i] != NULL && taken == NULL; i++) {
    _cleanup_error_ struct gk_error why_not = GK_ERROR_INIT;
    if (!is_of_this_kernel (gk_attachers[i]))
      continue;
    if (can_attach (gk_attachers[i], q, &why_not) == 0) {
      taken = gk_attachers[i]->name;
      break;
    }
    gk_json_string (refused, gk_attachers[i]->name, gk_error_msg (&why_not));
    if (why_not.errnum == EPERM && with_root == NULL)
      with_root = gk_attachers[i]->name;
  }
  gk_json_string (o, "attacher", taken ? taken : with_root);
  gk_json_bool (o, "needs_root", taken == NULL && with_root != NULL);
  json_object_object_add (o, "refused", refused);
  return o;
}

/* Opened as a session would, and let go at once. */
static struct json_object *
use (const char *path, const char *format, bool readonly)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_close_ int fd = -1;
  struct question q;

  ask_about (&q, path, format, readonly);
  struct json_object *o = choose (&q);
  if (gk_image_open (path, readonly ? GK_IMAGE_READ : GK_IMAGE_WRITE, &fd, &err) == -1)
    gk_json_string (o, "reason", gk_error_msg (&err));
  return o;
}

struct json_object *
gk_doctor_image (const char *path, const char *format)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_image_info_ struct gk_image_info info = GK_IMAGE_INFO_INIT;
  struct json_object *o = json_object_new_object ();

  gk_json_string (o, "path", path);
  if (gk_image_info (path, format, NULL, &info, &err) == -1) {
    gk_json_string (o, "reason", gk_error_msg (&err));
    return o;
  }
  gk_json_string (o, "format", info.layers[0].format);
  json_object_object_add (o, "virtual_size",
                          json_object_new_int64 ((int64_t)info.layers[0].virtual_size));
  json_object_object_add (o, "files", json_object_new_int64 ((int64_t)info.n_layers));
  json_object_object_add (o, "read_only", use (path, info.layers[0].format, true));
  json_object_object_add (o, "read_write", use (path, info.layers[0].format, false));
  return o;
}
