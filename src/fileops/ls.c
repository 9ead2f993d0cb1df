/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The names in one directory: ls, ls0, readdir. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/walk.h"
#include "fileops/fileops-priv.h"

/* How often a long listing looks whether it is cancelled. */
#define CHECK_EVERY 4096

static int
start (struct gk_ctx *ctx, const char *path, struct gk_walk *w, struct gk_error *err)
{
  _cleanup_close_ int fd = gk_fo_open_dir (ctx, path, "opendir", err);

  if (fd == -1)
    return -1;
  return gk_walk_start (w, fd) == -1 ? gk_fo_fail (err, errno, "opendir", path) : 0;
}

int
gk_fileops_ls (struct gk_ctx *ctx, const char *directory, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  int r;

  if (start (ctx, directory, &w, err) == -1)
    return -1;
  while ((r = gk_walk_next (&w)) > 0) {
    if (gk_strv_push (&sv, w.name) == -1)
      return gk_error_oom (err);
    if (sv.len % CHECK_EVERY == 0 && gk_task_check (ctx->task, err) == -1)
      return -1;
  }
  if (r == -1)
    return gk_fo_fail (err, errno, "readdir", directory);
  gk_strv_sort (sv.v, sv.len);
  *ret_list = gk_strv_finish (&sv);
  return *ret_list ? 0 : gk_error_oom (err);
}

/* Names with a NUL behind each, in the directory's order. */
int
gk_fileops_ls0 (struct gk_ctx *ctx, const char *dir, struct gk_sink *filenames,
                struct gk_error *err)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_gk_buf_ struct gk_buf buf = GK_BUF_INIT;
  int r;

  if (start (ctx, dir, &w, err) == -1)
    return -1;
  while ((r = gk_walk_next (&w)) > 0) {
    if (gk_buf_append (&buf, w.name, strlen (w.name) + 1) == -1)
      return gk_error_oom (err);
    if (buf.size >= GK_FO_FLUSH) {
      if (gk_task_check (ctx->task, err) == -1 ||
          gk_sink_write (filenames, buf.data, buf.size, err) == -1)
        return -1;
      buf.size = 0;
    }
  }
  if (r == -1)
    return gk_fo_fail (err, errno, "readdir", dir);
  return buf.size ? gk_sink_write (filenames, buf.data, buf.size, err) : 0;
}

/* --- readdir -------------------------------------------------------------------- */

static char
type_letter (unsigned char type)
{
  switch (type) {
  case DT_BLK:
    return 'b';
  case DT_CHR:
    return 'c';
  case DT_DIR:
    return 'd';
  case DT_FIFO:
    return 'f';
  case DT_LNK:
    return 'l';
  case DT_REG:
    return 'r';
  case DT_SOCK:
    return 's';
  case DT_UNKNOWN:
    return 'u';
  default:
    return '?';
  }
}

struct list {
  struct guestfs_dirent *val;
  size_t n, alloc;
};

static void
free_list (struct list *l)
{
  for (size_t i = 0; i < l->n; i++)
    free (l->val[i].name);
  free (l->val);
}

static int
add (struct list *l, int64_t ino, unsigned char type, const char *name)
{
  if (l->n == l->alloc) {
    size_t alloc = l->alloc ? l->alloc * 2 : 32;
    void *v = reallocarray (l->val, alloc, sizeof *l->val);

    if (!v)
      return -1;
    l->val = v;
    l->alloc = alloc;
  }
  l->val[l->n].name = strdup (name);
  if (!l->val[l->n].name)
    return -1;
  l->val[l->n].ino = ino;
  l->val[l->n++].ftyp = type_letter (type);
  return 0;
}

/* "." and ".." are part of what this call returns, so it reads by itself. */
int
gk_fileops_readdir (struct gk_ctx *ctx, const char *dir, struct guestfs_dirent_list *ret_list,
                    struct gk_error *err)
{
  __attribute__ ((cleanup (free_list))) struct list l = { NULL, 0, 0 };
  _cleanup_closedir_ DIR *d = NULL;
  int fd = gk_fo_open_dir (ctx, dir, "opendir", err);
  struct stat st, root;
  struct dirent *e;
  unsigned char type;
  int64_t ino;

  if (fd == -1)
    return -1;
  d = fdopendir (fd);
  if (!d) {
    gk_fo_fail (err, errno, "opendir", dir);
    gk_close_keep_errno (fd);
    return -1;
  }
  while (errno = 0, (e = readdir (d))) {
    type = e->d_type;
    ino = (int64_t)e->d_ino;
    /* Above the root there is nothing: its ".." is itself. */
    if (gk_streq (e->d_name, "..") && fstat (dirfd (d), &st) == 0 &&
        fstat (ctx->root_fd, &root) == 0 && st.st_dev == root.st_dev && st.st_ino == root.st_ino)
      ino = (int64_t)st.st_ino;
    if (type == DT_UNKNOWN && !gk_streq (e->d_name, "..") &&
        fstatat (dirfd (d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
      type = IFTODT (st.st_mode);
    if (add (&l, ino, type, e->d_name) == -1)
      return gk_error_oom (err);
    if (l.n % CHECK_EVERY == 0 && gk_task_check (ctx->task, err) == -1)
      return -1;
  }
  if (errno != 0)
    return gk_fo_fail (err, errno, "readdir", dir);
  ret_list->len = (uint32_t)l.n;
  ret_list->val = gk_steal_ptr (l.val);
  l.n = 0;
  return 0;
}
