/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* All names below a directory: find, find0.
 *
 * What comes back is the path with the directory's own text cut off, so
 * find "/" gives "a/b" and find "/d" gives "/b": programs glue the two parts
 * together again.  A symlink to a directory as starting point is followed;
 * symlinks below it are not. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/walk.h"
#include "fileops/fileops-priv.h"

#define CHECK_EVERY 4096

/* Where the results go: one of the two. */
struct out {
  struct gk_strv *list;
  struct gk_sink *sink;
  struct gk_buf buf;
};

static int
put (struct out *out, const char *prefix, const char *path, struct gk_error *err)
{
  if (out->list) {
    if ((*prefix ? gk_strv_pushf (out->list, "/%s", path) : gk_strv_push (out->list, path)) == -1)
      return gk_error_oom (err);
    return 0;
  }
  if (gk_buf_appends (&out->buf, prefix) == -1 ||
      gk_buf_append (&out->buf, path, strlen (path) + 1) == -1)
    return gk_error_oom (err);
  if (out->buf.size >= GK_FO_FLUSH) {
    if (gk_sink_write (out->sink, out->buf.data, out->buf.size, err) == -1)
      return -1;
    out->buf.size = 0;
  }
  return 0;
}

static int
walk (struct gk_ctx *ctx, const char *directory, struct out *out, struct gk_error *err)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_close_ int fd = -1;
  const char *prefix = directory[strlen (directory) - 1] == '/' ? "" : "/";
  struct stat st;
  size_t n = 0;
  int r;

  fd = gk_fo_open_dir (ctx, directory, NULL, NULL);
  if (fd == -1 && errno == ENOTDIR && gk_root_stat (ctx->root_fd, directory, &st) == 0)
    return gk_error_set (err, ENOTDIR, "%s: not a directory", directory);
  if (fd == -1 || gk_walk_start (&w, fd) == -1)
    return gk_fo_fail (err, errno, NULL, directory);
  while ((r = gk_walk_next (&w)) > 0) {
    if (++n % CHECK_EVERY == 0 && gk_task_check (ctx->task, err) == -1)
      return -1;
    if (r == GK_WALK_LEAVE)
      continue;
    if (put (out, prefix, w.path, err) == -1)
      return -1;
    if (w.type != DT_DIR && w.type != DT_UNKNOWN)
      continue;
    /* What vanished or turned into something else meanwhile is no error. */
    if (gk_walk_enter (&w) == -1 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
      return gk_error_sys (err, errno, "%s%s%s", directory, prefix, w.path);
  }
  if (r == -1)
    return gk_fo_fail (err, errno, "readdir", directory);
  return 0;
}

int
gk_fileops_find (struct gk_ctx *ctx, const char *directory, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  struct out out = { .list = &sv };

  if (walk (ctx, directory, &out, err) == -1)
    return -1;
  gk_strv_sort (sv.v, sv.len);
  *ret_list = gk_strv_finish (&sv);
  return *ret_list ? 0 : gk_error_oom (err);
}

int
gk_fileops_find0 (struct gk_ctx *ctx, const char *directory, struct gk_sink *files,
                  struct gk_error *err)
{
  struct out out = { .sink = files, .buf = GK_BUF_INIT };
  int r = walk (ctx, directory, &out, err);

  if (r == 0 && out.buf.size)
    r = gk_sink_write (files, out.buf.data, out.buf.size, err);
  gk_buf_clear (&out.buf);
  return r;
}
