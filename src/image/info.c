/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What one image's header says: qemu-img info, one image at a time. */
#include "image/image-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "op/disk.h"

/* qemu-img is given a hostile file here.  These are more than the largest
 * genuine header needs. */
#define ASK_MEMORY (UINT64_C (1) << 30)
#define ASK_CPU_SECONDS 10
#define ASK_OUTPUT (4 << 20)
#define ASK_TIMEOUT_MS 60000

void
gk_image_layer_clear (struct gk_image_layer *layer)
{
  free (layer->path);
  free (layer->format);
  free (layer->backing_name);
  free (layer->backing_format);
  free (layer->data_file);
  gk_strv_free (layer->extents);
  *layer = (struct gk_image_layer){ .path = NULL };
}

/* --- the JSON ---------------------------------------------------------------- */

static void
free_json (struct json_object **obj)
{
  json_object_put (*obj);
}

static struct json_object *
member (struct json_object *obj, const char *name)
{
  struct json_object *r = NULL;

  json_object_object_get_ex (obj, name, &r); /* false, and NULL, for what is no object */
  return r;
}

static int
copy_string (struct json_object *obj, const char *name, char **to)
{
  struct json_object *s = member (obj, name);

  if (s == NULL || !json_object_is_type (s, json_type_string))
    return 0;
  *to = strdup (json_object_get_string (s));
  return *to == NULL ? -1 : 0;
}

static uint64_t
number (struct json_object *obj, const char *name)
{
  int64_t n = json_object_get_int64 (member (obj, name));
  return n < 0 ? 0 : (uint64_t)n;
}

static bool
truth (struct json_object *obj, const char *name)
{
  return json_object_get_boolean (member (obj, name));
}

static int
copy_extents (struct json_object *data, struct gk_image_layer *layer)
{
  struct json_object *list = member (data, "extents");
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;

  if (list == NULL || !json_object_is_type (list, json_type_array))
    return 0;
  for (size_t i = 0; i < json_object_array_length (list); i++) {
    struct json_object *name = member (json_object_array_get_idx (list, i), "filename");
    if (name != NULL && gk_strv_push (&sv, json_object_get_string (name)) == -1)
      return -1;
  }
  layer->extents = gk_strv_finish (&sv);
  return layer->extents == NULL ? -1 : 0;
}

static bool
bitmap_in_use (struct json_object *data)
{
  struct json_object *list = member (data, "bitmaps");

  if (!json_object_is_type (list, json_type_array))
    return false;
  for (size_t i = 0; i < json_object_array_length (list); i++) {
    struct json_object *flags = member (json_object_array_get_idx (list, i), "flags");
    for (size_t k = 0;
         json_object_is_type (flags, json_type_array) && k < json_object_array_length (flags);
         k++) {
      const char *flag = json_object_get_string (json_object_array_get_idx (flags, k));
      if (flag && gk_streq (flag, "in-use"))
        return true;
    }
  }
  return false;
}

static bool
is_old (struct json_object *data)
{
  const char *compat = json_object_get_string (member (data, "compat"));

  return compat && gk_streq (compat, "0.10");
}

static int
fill_layer (struct json_object *top, struct gk_image_layer *layer)
{
  struct json_object *data = member (member (top, "format-specific"), "data");
  struct json_object *snapshots = member (top, "snapshots");

  layer->virtual_size = number (top, "virtual-size");
  layer->actual_size = number (top, "actual-size");
  layer->cluster_size = number (top, "cluster-size");
  layer->encrypted = truth (top, "encrypted");
  layer->dirty = truth (top, "dirty-flag");
  layer->corrupt = truth (data, "corrupt");
  layer->old = is_old (data);
  layer->in_use_bitmaps = bitmap_in_use (data);
  if (snapshots != NULL && json_object_is_type (snapshots, json_type_array))
    layer->n_snapshots = json_object_array_length (snapshots);
  if (copy_string (top, "format", &layer->format) == -1 ||
      copy_string (top, "backing-filename", &layer->backing_name) == -1 ||
      copy_string (top, "backing-filename-format", &layer->backing_format) == -1 ||
      copy_string (data, "data-file", &layer->data_file) == -1)
    return -1;
  return copy_extents (data, layer);
}

/* --- qemu-img ---------------------------------------------------------------- */

/* "qemu-img: Could not open 'TARGET': REASON" without all but the reason. */
static int
refused (const char *target, const char *name, struct gk_buf *words, int status,
         struct gk_error *err)
{
  _cleanup_free_ char *prefix = gk_asprintf ("qemu-img: Could not open '%s': ", target);
  const char *reason = words->data == NULL ? "" : words->data, *r;
  const char *not_in = "Image is not in ", *in_format = " format";

  if (prefix == NULL)
    return gk_error_oom (err);
  /* A missing module is complained of on a line before. */
  if (strncmp (reason, "qemu: module ", 13) == 0 && strchr (reason, '\n') != NULL)
    reason = strchr (reason, '\n') + 1;
  if (words->data != NULL)
    words->data[reason - words->data + strcspn (reason, "\n")] = '\0';
  if ((r = gk_after_prefix (reason, prefix)) != NULL ||
      (r = gk_after_prefix (reason, "qemu-img: ")))
    reason = r;
  if (status > 128 || reason[0] == '\0')
    return gk_error_set (err, EINVAL, "%s: qemu-img could not read the image's header (status %d)",
                         name, status);
  if (gk_after_prefix (reason, "Unknown driver ") != NULL ||
      gk_after_prefix (reason, "Unknown protocol ") != NULL)
    return gk_error_set (err, ENOTSUP,
                         "%s: this qemu cannot open such drives (%s); a package with more of its "
                         "block drivers may be missing",
                         name, reason);
  if ((r = gk_after_prefix (reason, not_in)) != NULL && strstr (r, in_format) != NULL)
    return gk_error_set (err, EINVAL, "%s: not a %.*s image", name,
                         (int)(strstr (r, in_format) - r), r);
  return gk_error_set (err, EINVAL, "%s: %s", name, reason);
}

int
gk_image_ask (const char *target, bool opts, const char *name, const int *fds, size_t n_fds,
              const char *object, struct gk_task *task, struct gk_image_layer *ret_layer,
              struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  _cleanup_image_layer_ struct gk_image_layer layer = { .path = NULL };
  __attribute__ ((cleanup (free_json))) struct json_object *top = NULL;
  const char *argv[12] = { "qemu-img", "info", "--output=json", "-U" };
  size_t n = 4;
  struct gk_exec x = GK_EXEC_INIT;

  if (object != NULL) {
    argv[n++] = "--object";
    argv[n++] = object;
  }
  if (opts)
    argv[n++] = "--image-opts";
  argv[n++] = "--";
  argv[n++] = target;
  x.argv = argv;
  x.max_output = ASK_OUTPUT;
  x.timeout_ms = ASK_TIMEOUT_MS;
  x.max_memory = ASK_MEMORY;
  x.max_cpu_s = ASK_CPU_SECONDS;
  x.pass_fds = fds;
  x.n_pass_fds = n_fds;
  x.task = task;
  if (gk_exec_run (&x, &result, err) == -1)
    return gk_error_wrap (err, "%s", name);
  if (result.status != 0)
    return refused (target, name, &result.err, result.status, err);

  top = json_tokener_parse (result.out.data == NULL ? "" : result.out.data);
  if (top == NULL || !json_object_is_type (top, json_type_object))
    return gk_error_set (err, 0, "%s: qemu-img info: unexpected output", name);
  layer.path = strdup (name);
  if (layer.path == NULL || fill_layer (top, &layer) == -1)
    return gk_error_oom (err);
  if (layer.format == NULL)
    return gk_error_set (err, 0, "%s: qemu-img info names no format", name);
  *ret_layer = layer;
  layer = (struct gk_image_layer){ .path = NULL };
  return 0;
}

/* --- local files ------------------------------------------------------------- */

char *
gk_image_absolute (const char *path)
{
  _cleanup_free_ char *cwd = NULL;

  if (path[0] == '/')
    return strdup (path);
  cwd = getcwd (NULL, 0);
  return cwd == NULL ? NULL : gk_asprintf ("%s/%s", cwd, path);
}

int
gk_image_peek (const char *path, int *ret_fd, struct stat *ret_st, struct gk_error *err)
{
  /* O_NONBLOCK: a FIFO in the image's place must not hang us. */
  _cleanup_close_ int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (fstat (fd, ret_st) == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (S_ISDIR (ret_st->st_mode))
    return gk_error_sys (err, EISDIR, "%s", path);
  if (!S_ISREG (ret_st->st_mode) && !S_ISBLK (ret_st->st_mode) &&
      !(S_ISCHR (ret_st->st_mode) && ret_st->st_rdev == makedev (1, 3)))
    return gk_error_set (err, EINVAL, "%s: not a regular file or block device", path);
  *ret_fd = gk_steal_fd (&fd);
  return 0;
}

static int
raw_layer (const char *path, int fd, const struct stat *st, struct gk_image_layer *ret_layer,
           struct gk_error *err)
{
  _cleanup_image_layer_ struct gk_image_layer layer = { .path = NULL };
  off_t end = S_ISBLK (st->st_mode) ? lseek (fd, 0, SEEK_END) : st->st_size;

  if (end == -1)
    return gk_error_sys (err, errno, "%s", path);
  layer.path = strdup (path);
  layer.format = strdup ("raw");
  if (layer.path == NULL || layer.format == NULL)
    return gk_error_oom (err);
  layer.virtual_size = ((uint64_t)end + 511) & ~UINT64_C (511); /* qemu counts in sectors */
  layer.actual_size = (uint64_t)st->st_blocks * 512;
  layer.is_device = S_ISBLK (st->st_mode);
  *ret_layer = layer;
  layer = (struct gk_image_layer){ .path = NULL };
  return 0;
}

char **
gk_image_local_place (const char *path, bool is_device)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;

  if (gk_strv_push (&sv, is_device ? "driver=host_device" : "driver=file") == -1 ||
      gk_strv_pushf (&sv, "filename=%s", path) == -1)
    return NULL;
  return gk_strv_finish (&sv);
}

/* The format is known: say so, and where a data file would be opened put
 * nothing in its place. */
static char *
known_target (const char *path, const char *format, bool is_device, bool data_file)
{
  _cleanup_strv_ char **place = gk_image_local_place (path, is_device);
  _cleanup_free_ char *opts = place == NULL ? NULL : gk_disk_place_options (place, "file.");

  if (opts == NULL)
    return NULL;
  return gk_asprintf ("driver=%s,%s%s", format, opts, data_file ? ",data-file.driver=null-co" : "");
}

int
gk_image_top (const char *given_path, const char *format, struct gk_task *task,
              struct gk_image_layer *ret_layer, struct gk_error *err)
{
  _cleanup_free_ char *path = gk_image_absolute (given_path), *target = NULL;
  _cleanup_close_ int fd = -1;
  unsigned char head[GK_IMAGE_HEAD];
  struct stat st;
  bool opts, is_qcow2;
  ssize_t n;

  if (path == NULL)
    return gk_error_oom (err);
  if (format != NULL && gk_image_check_format (format, err) == -1)
    return -1;
  if (gk_image_peek (path, &fd, &st, err) == -1)
    return -1;
  n = gk_pread_full (fd, head, sizeof head, 0);
  if (n == -1)
    return gk_error_sys (err, errno, "%s", path);

  is_qcow2 = format != NULL && gk_streq (format, "qcow2");
  if (format == NULL) {
    switch (gk_image_look (path, head, n)) {
    case GK_LOOK_RAW:
      format = "raw";
      break;
    case GK_LOOK_QCOW2:
      format = "qcow2";
      is_qcow2 = true;
      break;
    case GK_LOOK_ASK:
      break;
    }
  }
  if (format != NULL && gk_streq (format, "raw"))
    return raw_layer (path, fd, &st, ret_layer, err);

  opts = format != NULL;
  if (opts)
    target = known_target (path, format, S_ISBLK (st.st_mode),
                           is_qcow2 && gk_image_has_data_file (head, n));
  else
    target = strdup (path);
  if (target == NULL)
    return gk_error_oom (err);
  if (gk_image_ask (target, opts, path, NULL, 0, NULL, task, ret_layer, err) == -1)
    return -1;
  ret_layer->is_device = S_ISBLK (st.st_mode);
  return 0;
}
