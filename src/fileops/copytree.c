/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Copying an object with all below it.
 *
 * Both sides are held by descriptors: on the source's side the walk's, on the
 * other a chain beside it.  No step follows a symlink, so a tree that changes
 * meanwhile gives at worst an odd copy, never one outside.  A source is looked
 * at through O_PATH before it is opened: no device and no FIFO is.
 *
 * A directory gets its attributes when it is full, because filling it changes
 * its times and its default ACL would go to its content.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/inomap.h"
#include "base/walk.h"
#include "fileops/fileops-priv.h"

struct copy {
  struct gk_ctx *ctx;
  const struct gk_fo_copy *how;
  struct gk_error *err;
  const char *src, *dest; /* for messages */
  const char *sub;        /* below both, with a slash in front, or "" */
  int top;                /* the directory that the copied names are below; -1 */
  struct gk_inomap links;
  unsigned meta; /* GK_FO_META_*, 0: nothing is preserved */
};

static int
fail (struct copy *c, int errnum, const char *subop)
{
  return gk_error_sys (c->err, errnum, "%s%s%s%s", subop ? subop : "", subop ? ": " : "", c->src,
                       c->sub);
}

static int
fail_dest (struct copy *c, int errnum)
{
  return gk_error_sys (c->err, errnum, "%s%s", c->dest, c->sub);
}

/* After these nothing else will succeed either. */
static bool
is_fatal (const struct gk_error *err)
{
  return err->errnum == ENOSPC || err->errnum == EDQUOT || err->errnum == EROFS ||
         err->errnum == ECANCELED || err->errnum == ENOMEM || err->errnum == EMFILE ||
         err->errnum == ENFILE;
}

/* --- making room ----------------------------------------------------------------- */

/* MAKE failed with EEXIST: whatever is there is removed, unless it is a
 * directory.  0: try again. */
static int
clear_way (struct copy *c, int to_dir, const char *to_name)
{
  struct stat st;

  if (fstatat (to_dir, to_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
    return errno == ENOENT ? 0 : fail_dest (c, errno);
  if (S_ISDIR (st.st_mode))
    return gk_error_set (c->err, EISDIR, "%s%s: is a directory, %s%s is none", c->dest, c->sub,
                         c->src, c->sub);
  if (unlinkat (to_dir, to_name, 0) == -1 && errno != ENOENT)
    return fail_dest (c, errno);
  return 0;
}

/* An O_PATH descriptor of what was just made, to give it attributes. */
static int
open_made (int to_dir, const char *to_name)
{
  return openat (to_dir, to_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* --- hard links -------------------------------------------------------------------- */

/* Open path, which may be longer than the kernel takes at once. */
static int
open_below (int top, const char *path)
{
  struct open_how how = { .flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
                          .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
  _cleanup_close_ int dir = -1;
  char part[PATH_MAX];
  size_t n;
  int fd;

  for (;;) {
    n = strlen (path);
    if (n >= sizeof part)
      for (n = sizeof part - 1; n > 0 && path[n] != '/'; n--)
        ;
    memcpy (part, path, n);
    part[n] = '\0';
    fd = (int)syscall (SYS_openat2, dir >= 0 ? dir : top, part, &how, sizeof how);
    if (fd == -1 || !path[n])
      return fd;
    if (dir >= 0)
      close (dir);
    dir = fd;
    path += n + 1;
  }
}

/* 1: the name is a link to an earlier copy; 0: it must be copied. */
static int
try_link (struct copy *c, const struct stat *st, int to_dir, const char *to_name)
{
  _cleanup_close_ int fd = -1;
  const char *earlier;
  char proc[32];
  int r;

  if (!c->how->preserve || st->st_nlink < 2 || c->top == -1)
    return 0;
  r = gk_inomap_meet (&c->links, st->st_dev, st->st_ino, c->sub + 1, &earlier);
  if (r == -1)
    return gk_error_oom (c->err);
  if (r == 0)
    return 0;
  fd = open_below (c->top, earlier);
  if (fd == -1)
    return 0; /* it was taken away meanwhile: copy */
  for (int tries = 0; tries < 2; tries++) {
    if (linkat (AT_FDCWD, gk_fd_path (fd, proc), to_dir, to_name, AT_SYMLINK_FOLLOW) == 0)
      return 1;
    if (errno != EEXIST)
      return errno == EMLINK ? 0 : fail_dest (c, errno);
    if (clear_way (c, to_dir, to_name) == -1)
      return -1;
  }
  return fail_dest (c, EEXIST);
}

/* --- one object -------------------------------------------------------------------- */

/* The file to write to, empty.  A regular file that is there keeps its inode
 * (and, without preserve, its mode), but other names of it must not change. */
static int
open_target (struct copy *c, const struct stat *from, int to_dir, const char *to_name)
{
  mode_t mode = c->how->preserve ? 0600 : from->st_mode & 0777;

  for (int tries = 0; tries < 3; tries++) {
    _cleanup_close_ int path_fd = -1;
    char proc[32];
    struct stat st;
    int fd;

    fd = openat (to_dir, to_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd >= 0)
      return fd;
    if (errno != EEXIST)
      return fail_dest (c, errno);
    path_fd = open_made (to_dir, to_name);
    if (path_fd == -1 || fstat (path_fd, &st) == -1)
      continue;
    if (st.st_dev == from->st_dev && st.st_ino == from->st_ino)
      return gk_error_set (c->err, EINVAL, "%s%s and %s%s are the same file", c->src, c->sub,
                           c->dest, c->sub);
    if (S_ISCHR (st.st_mode) || S_ISBLK (st.st_mode))
      return gk_error_set (c->err, EINVAL, "%s%s: is a device, not a regular file", c->dest,
                           c->sub);
    if (S_ISREG (st.st_mode) && !(c->how->preserve && st.st_nlink > 1)) {
      fd = open (gk_fd_path (path_fd, proc), O_WRONLY | O_TRUNC | O_CLOEXEC);
      if (fd >= 0)
        return fd;
    }
    if (clear_way (c, to_dir, to_name) == -1)
      return -1;
  }
  return fail_dest (c, EEXIST);
}

static int
copy_file (struct copy *c, int path_fd, const struct stat *st, int to_dir, const char *to_name)
{
  _cleanup_error_ struct gk_error e = GK_ERROR_INIT;
  _cleanup_close_ int in = -1, out = -1;
  char proc[32];

  in = open (gk_fd_path (path_fd, proc), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (in == -1)
    return fail (c, errno, NULL);
  out = open_target (c, st, to_dir, to_name);
  if (out == -1)
    return -1;
  if (gk_fo_copy_data (in, out, c->ctx->task, &e) == -1) {
    /* Half a file must not be taken for the whole one. */
    unlinkat (to_dir, to_name, 0);
    gk_error_wrap (&e, "%s%s", c->dest, c->sub);
    gk_error_move (c->err, &e);
    return -1;
  }
  if (c->meta && gk_fo_copy_meta (in, st, out, c->meta) == -1)
    return fail_dest (c, errno);
  if (close (gk_steal_fd (&out)) == -1)
    return fail_dest (c, errno);
  return 0;
}

/* Is what stands in the way the object itself, or, of a link, what it leads to?  That would be
 * lost for a link that then leads to itself. */
static bool
is_itself (const struct copy *c, const struct stat *st, int to_dir, const char *to_name)
{
  struct stat there, meant;

  if (fstatat (to_dir, to_name, &there, AT_SYMLINK_NOFOLLOW) == -1)
    return false;
  if (there.st_dev == st->st_dev && there.st_ino == st->st_ino)
    return true;
  _cleanup_free_ char *path = S_ISLNK (st->st_mode) ? gk_asprintf ("%s%s", c->src, c->sub) : NULL;
  return path && gk_root_stat (c->ctx->root_fd, path, &meant) == 0 &&
         there.st_dev == meant.st_dev && there.st_ino == meant.st_ino;
}

/* Symlinks, devices, FIFOs, sockets. */
static int
copy_special (struct copy *c, int path_fd, const struct stat *st, int to_dir, const char *to_name)
{
  _cleanup_close_ int out = -1;
  char target[PATH_MAX];
  ssize_t n;
  int r;

  if (S_ISLNK (st->st_mode)) {
    n = readlinkat (path_fd, "", target, sizeof target - 1);
    if (n == -1)
      return fail (c, errno, "readlink");
    target[n] = '\0';
  }
  for (int tries = 0;; tries++) {
    if (S_ISLNK (st->st_mode))
      r = symlinkat (target, to_dir, to_name);
    else
      r = mknodat (to_dir, to_name, (st->st_mode & S_IFMT) | (st->st_mode & 0777), st->st_rdev);
    if (r == 0)
      break;
    if (errno != EEXIST || tries > 0)
      return fail_dest (c, errno);
    if (is_itself (c, st, to_dir, to_name))
      return gk_error_set (c->err, EINVAL, "%s%s and %s%s are the same file", c->src, c->sub,
                           c->dest, c->sub);
    if (clear_way (c, to_dir, to_name) == -1)
      return -1;
  }
  if (!c->meta)
    return 0;
  out = open_made (to_dir, to_name);
  if (out == -1 || gk_fo_copy_meta (path_fd, st, out, c->meta) == -1)
    return fail_dest (c, errno);
  return 0;
}

/* The directory to fill, made if need be. */
static int
open_target_dir (struct copy *c, const struct stat *from, int to_dir, const char *to_name)
{
  mode_t mode = c->how->preserve ? 0700 : (from->st_mode & 01777) | 0700;
  int fd;

  if (mkdirat (to_dir, to_name, mode) == -1 && errno != EEXIST)
    return fail_dest (c, errno);
  fd = openat (to_dir, to_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0)
    return fd;
  if (errno == ENOTDIR || errno == ELOOP)
    return gk_error_set (c->err, ENOTDIR, "%s%s: is no directory, %s%s is one", c->dest, c->sub,
                         c->src, c->sub);
  return fail_dest (c, errno);
}

/* All but directories. */
static int
copy_object (struct copy *c, int path_fd, const struct stat *st, int to_dir, const char *to_name)
{
  int r = try_link (c, st, to_dir, to_name);

  if (r != 0)
    return r == 1 ? 0 : -1;
  if (S_ISREG (st->st_mode))
    return copy_file (c, path_fd, st, to_dir, to_name);
  return copy_special (c, path_fd, st, to_dir, to_name);
}

/* --- the tree ----------------------------------------------------------------------- */

/* The directory from_dir/from_name is copied: its attributes. */
static int
finish_dir (struct copy *c, int from_dir, const char *from_name, int to)
{
  _cleanup_close_ int from = openat (from_dir, from_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct stat st;

  if (from == -1 || fstat (from, &st) == -1)
    return errno == ENOENT ? 0 : fail (c, errno, NULL);
  if (c->meta && gk_fo_copy_meta (from, &st, to, c->meta) == -1)
    return fail_dest (c, errno);
  return 0;
}

static int
enter_dir (struct copy *c, struct gk_walk *w, struct gk_dirs *out, const struct stat *top,
           const struct stat *st)
{
  int fd;

  if (st->st_dev == top->st_dev && st->st_ino == top->st_ino)
    return gk_error_set (c->err, EINVAL, "cannot copy %s into itself, %s", c->src, c->dest);
  fd = open_target_dir (c, st, gk_dirs_top (out), w->name);
  if (fd == -1)
    return -1;
  if (gk_walk_enter (w) == -1) {
    gk_close_keep_errno (fd);
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : fail (c, errno, NULL);
  }
  if (gk_dirs_push (out, fd) == -1)
    return gk_error_oom (c->err);
  return 0;
}

static int
copy_entry (struct copy *c, struct gk_walk *w, struct gk_dirs *out, const struct stat *top)
{
  _cleanup_close_ int path_fd = openat (w->dir_fd, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct stat st;

  if (path_fd == -1 || fstat (path_fd, &st) == -1)
    return errno == ENOENT ? 0 : fail (c, errno, NULL);
  if (S_ISDIR (st.st_mode))
    return enter_dir (c, w, out, top, &st);
  return copy_object (c, path_fd, &st, gk_dirs_top (out), w->name);
}

/* What is in the directory `in` to the directory `out_fd` (taken). */
static int
copy_content (struct copy *c, int in, int out_fd)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_gk_dirs_ struct gk_dirs out = GK_DIRS_INIT;
  _cleanup_gk_buf_ struct gk_buf sub = GK_BUF_INIT;
  struct stat top;
  int r, result = 0;

  if (fstat (out_fd, &top) == -1 || gk_dirs_push (&out, out_fd) == -1 ||
      gk_walk_start (&w, in) == -1)
    return fail (c, errno, NULL);
  while ((r = gk_walk_next (&w)) != GK_WALK_END) {
    int what = r;

    if (what == -1) {
      result = fail (c, errno, "readdir");
      continue;
    }
    sub.size = 0;
    if (gk_buf_append (&sub, "/", 1) == -1 || gk_buf_append (&sub, w.path, w.path_len) == -1)
      return gk_error_oom (c->err);
    c->sub = sub.data;
    if (what == GK_WALK_ENTRY)
      r = gk_task_check (c->ctx->task, c->err) == -1 ? -1 : copy_entry (c, &w, &out, &top);
    else {
      r = finish_dir (c, w.dir_fd, w.name, gk_dirs_top (&out));
      if (gk_dirs_pop (&out) == -1)
        return fail_dest (c, errno);
    }
    c->sub = "";
    if (r == -1) {
      result = -1;
      if (!c->err || is_fatal (c->err))
        return -1;
    }
  }
  return result;
}

static int
copy_dir (struct copy *c, int from_dir, const char *from_name, const struct stat *st, int to_dir,
          const char *to_name)
{
  _cleanup_close_ int in = -1, out = -1;
  int walk_fd;

  if (!c->how->recursive)
    return gk_error_set (c->err, EISDIR, "%s: is a directory", c->src);
  in = openat (from_dir, from_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (in == -1)
    return fail (c, errno, NULL);
  out = open_target_dir (c, st, to_dir, to_name);
  if (out == -1)
    return -1;
  walk_fd = fcntl (out, F_DUPFD_CLOEXEC, 3);
  if (walk_fd == -1)
    return fail_dest (c, errno);
  if (c->meta && fgetxattr (out, "system.posix_acl_default", NULL, 0) > 0)
    c->meta |= GK_FO_META_DROP_ACL;
  c->top = out;
  if (copy_content (c, in, walk_fd) == -1)
    return -1;
  if (c->meta && gk_fo_copy_meta (in, st, out, c->meta) == -1)
    return fail_dest (c, errno);
  return 0;
}

int
gk_fo_copy_at (struct gk_ctx *ctx, int from_dir, const char *from_name, const char *src, int to_dir,
               const char *to_name, const char *dest, const struct gk_fo_copy *how,
               struct gk_error *err)
{
  _cleanup_close_ int path_fd = openat (from_dir, from_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct copy c = { .ctx = ctx,
                    .how = how,
                    .err = err,
                    .src = src,
                    .dest = dest,
                    .sub = "",
                    .top = -1,
                    .links = GK_INOMAP_INIT };
  char proc[32];
  struct stat st;
  int r;

  if (path_fd == -1 || fstat (path_fd, &st) == -1)
    return fail (&c, errno, NULL);
  if (how->preserve)
    c.meta = GK_FO_META_OWNER | GK_FO_META_MODE | GK_FO_META_TIMES | GK_FO_META_XATTRS |
             GK_FO_META_XATTRS_IF_POSSIBLE;
  if (how->lenient)
    c.meta |= GK_FO_META_LENIENT;
  /* to_dir may be an O_PATH descriptor. */
  if (how->preserve &&
      getxattr (gk_fd_path (to_dir, proc), "system.posix_acl_default", NULL, 0) > 0)
    c.meta |= GK_FO_META_DROP_ACL;
  r = S_ISDIR (st.st_mode) ? copy_dir (&c, from_dir, from_name, &st, to_dir, to_name)
                           : copy_object (&c, path_fd, &st, to_dir, to_name);
  gk_inomap_clear (&c.links);
  return r;
}
