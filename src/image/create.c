/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* New images: raw and qcow2, as disk_create makes them. */
#include "image/image-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "op/task.h"

static int
invalid (struct gk_error *err, const char *param, const char *value)
{
  return gk_error_set (err, EINVAL, "invalid value for %s parameter ‘%s’", param, value);
}

/* --- raw ----------------------------------------------------------------------- */

/* posix_fallocate in steps, so that it can be cancelled. */
static int
allocate (int fd, const char *path, uint64_t size, struct gk_task *task, struct gk_error *err)
{
  const uint64_t step = UINT64_C (1) << 30;

  for (uint64_t at = 0; at < size; at += step) {
    uint64_t n = size - at < step ? size - at : step;
    int r = posix_fallocate (fd, at, n);
    if (r != 0)
      return gk_error_sys (err, r, "%s", path);
    gk_task_progress (task, at + n, size);
    if (gk_task_check (task, err) == -1)
      return -1;
  }
  return 0;
}

static int
check_raw (const struct gk_image_create *c, bool *ret_full, struct gk_error *err)
{
  bool full = false;

  if (c->backing != NULL)
    return gk_error_set (err, EINVAL, "backingfile cannot be used for raw format disks");
  if (c->backing_format != NULL)
    return gk_error_set (err, EINVAL, "backingformat parameter cannot be used with raw format");
  if (c->compat != NULL)
    return gk_error_set (err, EINVAL, "compat parameter cannot be used with raw format");
  if (c->has_cluster_size)
    return gk_error_set (err, EINVAL, "clustersize parameter cannot be used with raw format");
  if (c->preallocation != NULL) {
    full = gk_streq (c->preallocation, "full");
    if (!full && !gk_streq (c->preallocation, "off") && !gk_streq (c->preallocation, "sparse"))
      return invalid (err, "preallocation", c->preallocation);
  }
  *ret_full = full;
  return 0;
}

/* Nothing of a file that is there already is changed yet.  *ret_made: it was not there.
 * For reading, too, because qemu's image locks are read locks. */
static int
open_raw (const char *path, bool *ret_made)
{
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  int fd = open (path, flags | O_EXCL, 0666);

  *ret_made = fd != -1;
  return fd == -1 && errno == EEXIST ? open (path, flags, 0666) : fd;
}

/* A file that is in use by others is not emptied below their hands, and one that cannot have the
 * size keeps what it holds. */
static int
empty_raw (int fd, const struct gk_image_create *c, struct gk_error *err)
{
  struct stat st;

  if (fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", c->path);
  if (!S_ISREG (st.st_mode))
    return gk_error_set (err, EINVAL, "%s: not a regular file or block device", c->path);
  if (gk_image_lock (fd, c->path, GK_IMAGE_WRITE, err) == -1)
    return -1;
  if (ftruncate (fd, c->size) == -1 || ftruncate (fd, 0) == -1 || ftruncate (fd, c->size) == -1)
    return gk_error_sys (err, errno, "%s", c->path);
  return 0;
}

static int
create_raw (const struct gk_image_create *c, struct gk_task *task, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  struct stat st;
  bool full = false, made;

  if (check_raw (c, &full, err) == -1)
    return -1;
  /* A block device is there already, at the size that it has. */
  if (stat (c->path, &st) == 0 && S_ISBLK (st.st_mode))
    return 0;
  fd = open_raw (c->path, &made);
  if (fd == -1)
    return gk_error_sys (err, errno, "cannot create raw file: %s", c->path);
  if (empty_raw (fd, c, err) == 0 && (!full || allocate (fd, c->path, c->size, task, err) == 0))
    return 0;
  if (made)
    unlink (c->path);
  return -1;
}

/* --- qcow2 --------------------------------------------------------------------- */

static int
check_qcow2 (const struct gk_image_create *c, struct gk_error *err)
{
  static const char *const preallocations[] = { "off", "sparse", "metadata", "full", NULL };

  if (c->compat != NULL && !gk_streq (c->compat, "0.10") && !gk_streq (c->compat, "1.1"))
    return invalid (err, "compat", c->compat);
  if (c->preallocation != NULL &&
      !gk_strv_contains ((char *const *)preallocations, c->preallocation))
    return invalid (err, "preallocation", c->preallocation);
  if (c->has_cluster_size && (c->cluster_size < 512 || c->cluster_size > 2 << 20 ||
                              (c->cluster_size & (c->cluster_size - 1)) != 0))
    return gk_error_set (err, EINVAL, "invalid value for clustersize parameter ‘%d’",
                         c->cluster_size);
  if (c->backing_format != NULL && c->backing == NULL)
    return gk_error_set (err, EINVAL, "backingformat needs a backingfile");
  if (c->backing_format != NULL && c->backing_format[0] == '\0')
    return invalid (err, "backingformat", "");
  if (c->backing_format != NULL && gk_image_check_format (c->backing_format, err) == -1)
    return -1;
  return 0;
}

/* One option of qemu-img's -o list; commas are doubled. */
static int
add_option (struct gk_buf *b, const char *key, const char *value)
{
  if ((b->size > 0 && gk_buf_append (b, ",", 1) == -1) || gk_buf_appends (b, key) == -1 ||
      gk_buf_append (b, "=", 1) == -1)
    return -1;
  for (; *value != '\0'; value++)
    if (gk_buf_append (b, value, 1) == -1 || (*value == ',' && gk_buf_append (b, value, 1) == -1))
      return -1;
  return 0;
}

static int
qcow2_options (const struct gk_image_create *c, const char *backing_format, struct gk_buf *b)
{
  const char *preallocation = c->preallocation;
  char cluster_size[16];

  if (preallocation != NULL && gk_streq (preallocation, "sparse"))
    preallocation = "off";
  snprintf (cluster_size, sizeof cluster_size, "%d", c->cluster_size);
  if ((c->backing != NULL && add_option (b, "backing_file", c->backing) == -1) ||
      (backing_format != NULL && add_option (b, "backing_fmt", backing_format) == -1) ||
      (preallocation != NULL && add_option (b, "preallocation", preallocation) == -1) ||
      (c->compat != NULL && add_option (b, "compat", c->compat) == -1) ||
      (c->has_cluster_size && add_option (b, "cluster_size", cluster_size) == -1))
    return -1;
  return 0;
}

/* The backing file as qemu will find it: beside the new image. */
static int
look_at_backing (const struct gk_image_create *c, struct gk_task *task, char **ret_format,
                 uint64_t *ret_size, struct gk_error *err)
{
  _cleanup_image_layer_ struct gk_image_layer layer = { .path = NULL };
  _cleanup_free_ char *path = NULL;

  if (gk_image_follow (c->path, "backing file", c->backing, &path, err) == -1 ||
      gk_image_top (path, c->backing_format, task, &layer, err) == -1)
    return -1;
  *ret_format = gk_steal_ptr (layer.format);
  *ret_size = c->grown > layer.virtual_size ? c->grown : layer.virtual_size;
  return 0;
}

static int
create_qcow2 (const struct gk_image_create *c, struct gk_task *task, struct gk_error *err)
{
  _cleanup_free_ char *path = NULL, *backing_format = NULL;
  _cleanup_gk_buf_ struct gk_buf opts = GK_BUF_INIT;
  struct gk_exec x = GK_EXEC_INIT;
  const char *argv[12] = { "qemu-img", "create", "-q", "-f", "qcow2" };
  uint64_t size = c->size;
  char size_text[24];
  size_t n = 5;

  if (check_qcow2 (c, err) == -1)
    return -1;
  /* Told size and format, qemu-img does not open the backing file (-u), which
   * it would by following that file's own header. */
  if (c->backing != NULL && look_at_backing (c, task, &backing_format, &size, err) == -1)
    return -1;
  path = gk_image_absolute (c->path);
  if (path == NULL || qcow2_options (c, backing_format, &opts) == -1)
    return gk_error_oom (err);
  if (opts.size > 0) {
    argv[n++] = "-o";
    argv[n++] = opts.data;
  }
  if (c->backing != NULL)
    argv[n++] = "-u";
  snprintf (size_text, sizeof size_text, "%llu", (unsigned long long)size);
  argv[n++] = "--";
  argv[n++] = path;
  argv[n++] = size_text;
  x.argv = argv;
  x.task = task;
  x.timeout_ms = -1; /* preallocation writes the whole disk */
  return gk_exec_check (&x, NULL, err);
}

int
gk_image_create (const struct gk_image_create *c, struct gk_task *task, struct gk_error *err)
{
  if (c->backing != NULL && c->size != -1)
    return gk_error_set (err, EINVAL, "if using a backing file, size must be passed as -1");
  if (c->backing == NULL && c->size <= 0)
    return gk_error_set (err, EINVAL, "invalid size: %lld", (long long)c->size);
  if (gk_streq (c->format, "raw"))
    return create_raw (c, task, err);
  if (gk_streq (c->format, "qcow2"))
    return create_qcow2 (c, task, err);
  return gk_error_set (err, EINVAL, "unsupported format ‘%s’", c->format);
}
