/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A tree as a tar archive.
 *
 * The tree is walked by descriptors, so no jail is needed: nothing that the
 * guest wrote is parsed and no path of its is resolved.  An object is looked
 * at through O_PATH and only regular files are opened.  The archive is of the
 * pax kind, for times to the nanosecond and attributes; owners are numbers.
 * libarchive compresses and blocks the stream.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/inomap.h"
#include "base/walk.h"
#include "archive/archive-priv.h"
#include "archive/library.h"

#define TAPE_BLOCK 10240

struct out {
  struct gk_ar_library la;
  struct gk_ctx *ctx;
  const char *directory; /* for messages */
  struct archive *a;     /* of the kind raw: bytes in, compressed blocks out */
  struct gk_sink *sink;
  struct gk_error sink_err; /* why the last write to it failed */
  char *const *excludes;
  const struct gk_ar_keep *keep;
  struct gk_inomap links;
  struct gk_buf name; /* "./path" of the member */
  struct gk_buf header;
  char *block;
  uint64_t total; /* bytes of the archive so far */
  struct gk_error *err;
};

static int
fail (struct out *o, int errnum)
{
  return gk_error_sys (o->err, errnum, "%s: %s", o->directory, o->name.data ? o->name.data : ".");
}

/* What libarchive says, or what the sink said to it. */
static int
fail_archive (struct out *o)
{
  const char *why = o->la.archive_error_string (o->a);

  if (o->sink_err.msg) {
    gk_error_move (o->err, &o->sink_err);
    return -1;
  }
  return gk_error_set (o->err, o->la.archive_errno (o->a) > 0 ? o->la.archive_errno (o->a) : 0,
                       "%s: %s", o->directory, why ? why : "the archive could not be written");
}

static la_ssize_t
write_sink (struct archive *a, void *opaque, const void *data, size_t n)
{
  struct out *o = opaque;

  if (gk_sink_write (o->sink, data, n, &o->sink_err) == -1)
    return -1;
  return (la_ssize_t)n;
}

/* --- data --------------------------------------------------------------------------- */

static int
put (struct out *o, const void *data, size_t n)
{
  o->total += n;
  return o->la.archive_write_data (o->a, data, n) < (la_ssize_t)n ? fail_archive (o) : 0;
}

static int
put_padding (struct out *o, uint64_t size)
{
  static const char zeros[GK_AR_RECORD];

  return put (o, zeros, (GK_AR_RECORD - size % GK_AR_RECORD) % GK_AR_RECORD);
}

/* Bytes [at, end), which the header has promised. */
static int
put_data (struct out *o, int fd, off_t at, off_t end)
{
  ssize_t n;

  while (at < end) {
    size_t want = end - at > GK_AR_BLOCK ? GK_AR_BLOCK : (size_t)(end - at);

    if (gk_task_check (o->ctx->task, o->err) == -1)
      return -1;
    n = pread (fd, o->block, want, at);
    if (n == -1 && errno == EINTR)
      continue;
    if (n == -1)
      return fail (o, errno);
    if (n == 0)
      return gk_error_set (o->err, EIO, "%s: %s: the file became shorter while it was read",
                           o->directory, o->name.data);
    if (put (o, o->block, (size_t)n) == -1)
      return -1;
    at += n;
  }
  return 0;
}

struct extents {
  struct gk_ar_extent *v;
  size_t n, alloc;
};

static int
add_extent (struct extents *x, off_t at, off_t length)
{
  if (x->n == x->alloc) {
    size_t alloc = x->alloc ? x->alloc * 2 : 16;
    void *v = reallocarray (x->v, alloc, sizeof *x->v);

    if (!v)
      return -1;
    x->v = v;
    x->alloc = alloc;
  }
  x->v[x->n++] = (struct gk_ar_extent){ at, length };
  return 0;
}

/* Where the data of a file with holes is.  1: there are no holes after all. */
static int
find_extents (int fd, off_t size, struct extents *x)
{
  off_t at = 0, data, hole;

  while (at < size) {
    data = lseek (fd, at, SEEK_DATA);
    if (data == -1 && errno == ENXIO)
      break;
    if (data == -1)
      return 1;
    hole = lseek (fd, data, SEEK_HOLE);
    if (hole == -1 || hole > size)
      hole = size;
    if (data == 0 && hole == size)
      return 1;
    if (add_extent (x, data, hole - data) == -1)
      return -1;
    at = hole;
  }
  /* The size of a file that ends in a hole. */
  if (at < size && add_extent (x, size, 0) == -1)
    return -1;
  return 0;
}

/* --- members ------------------------------------------------------------------------ */

static int
set_name (struct out *o, const char *path)
{
  o->name.size = 0;
  if (gk_buf_appends (&o->name, "./") == -1 || gk_buf_appends (&o->name, path) == -1)
    return gk_error_oom (o->err);
  return 0;
}

static int
put_header (struct out *o, struct gk_ar_member *m)
{
  o->header.size = 0;
  if (gk_ar_pax_header (m, &o->header) == -1)
    return gk_error_oom (o->err);
  return put (o, o->header.data, o->header.size);
}

static int
put_plain (struct out *o, struct gk_ar_member *m, int in)
{
  m->size = (uint64_t)m->st.st_size;
  if (put_header (o, m) == -1 || put_data (o, in, 0, m->st.st_size) == -1)
    return -1;
  return put_padding (o, m->size);
}

static int
put_sparse (struct out *o, struct gk_ar_member *m, int in, const struct extents *x)
{
  _cleanup_gk_buf_ struct gk_buf map = GK_BUF_INIT;

  if (gk_ar_pax_sparse (m, x->v, x->n, &map) == -1)
    return gk_error_oom (o->err);
  if (put_header (o, m) == -1 || put (o, map.data, map.size) == -1)
    return -1;
  for (size_t i = 0; i < x->n; i++)
    if (put_data (o, in, x->v[i].at, x->v[i].at + x->v[i].length) == -1)
      return -1;
  return put_padding (o, m->size);
}

static int
put_file (struct out *o, struct gk_ar_member *m, int fd)
{
  struct extents x = { NULL, 0, 0 };
  _cleanup_close_ int in = -1;
  char proc[32];
  int r = 1;

  in = open (gk_fd_path (fd, proc), O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (in == -1)
    return fail (o, errno);
  if (m->st.st_blocks < (m->st.st_size + 511) / 512)
    r = find_extents (in, m->st.st_size, &x);
  if (r == -1)
    r = gk_error_oom (o->err);
  else
    r = r == 0 ? put_sparse (o, m, in, &x) : put_plain (o, m, in);
  free (x.v);
  return r;
}

static void
clear_member (struct gk_ar_member *m)
{
  gk_buf_clear (&m->records);
}

/* fd is the object, O_PATH; it will be called o->name. */
static int
put_member (struct out *o, int fd, const struct stat *st)
{
  __attribute__ ((cleanup (clear_member))) struct gk_ar_member m = { .name = o->name.data,
                                                                     .st = *st };
  char target[PATH_MAX];
  ssize_t n;
  int r;

  if (st->st_nlink > 1 && !S_ISDIR (st->st_mode)) {
    r = gk_inomap_meet (&o->links, st->st_dev, st->st_ino, m.name, &m.hardlink);
    if (r == -1)
      return gk_error_oom (o->err);
    if (r == 1)
      return put_header (o, &m);
  }
  if (S_ISLNK (st->st_mode)) {
    n = readlinkat (fd, "", target, sizeof target - 1);
    if (n == -1)
      return fail (o, errno);
    target[n] = '\0';
    m.symlink = target;
  }
  if (gk_ar_read_attrs (fd, st, o->keep, &m.records) == -1)
    return fail (o, errno);
  if (S_ISREG (st->st_mode) && st->st_size > 0)
    return put_file (o, &m, fd);
  return put_header (o, &m);
}

/* One entry of the walk. */
static int
visit (struct out *o, struct gk_walk *w)
{
  _cleanup_close_ int fd = -1;
  struct stat st;

  if (set_name (o, w->path) == -1)
    return -1;
  if (gk_ar_excluded (o->excludes, o->name.data))
    return 0;
  fd = openat (w->dir_fd, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd == -1 || fstat (fd, &st) == -1)
    return errno == ENOENT ? 0 : fail (o, errno);
  if (S_ISSOCK (st.st_mode))
    return 0; /* tar has no form for it */
  if (S_ISDIR (st.st_mode)) {
    /* In first: a directory that was swapped meanwhile is not in the archive. */
    if (gk_walk_enter (w) == -1)
      return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : fail (o, errno);
    if (gk_buf_appends (&o->name, "/") == -1)
      return gk_error_oom (o->err);
  }
  gk_walk_read_ahead (w);
  return put_member (o, fd, &st);
}

static int
put_tree (struct out *o, int dir)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  struct stat st;
  int r;

  if (set_name (o, "") == -1)
    return -1;
  if (gk_ar_excluded (o->excludes, "."))
    return 0;
  if (fstat (dir, &st) == -1)
    return fail (o, errno);
  if (put_member (o, dir, &st) == -1)
    return -1;
  if (gk_walk_start (&w, dir) == -1)
    return fail (o, errno);
  while ((r = gk_walk_next (&w)) > 0) {
    if (gk_task_check (o->ctx->task, o->err) == -1)
      return -1;
    if (r == GK_WALK_ENTRY && visit (o, &w) == -1)
      return -1;
  }
  return r == -1 ? fail (o, errno) : 0;
}

/* --- the call ------------------------------------------------------------------------ */

/* libarchive's kind raw is one file's bytes, whatever they are. */
static int
open_archive (struct out *o, const char *compress)
{
  struct archive_entry *e;
  int r = 0;

  if (gk_ar_library_load (&o->la, o->err) == -1)
    return -1;
  e = o->la.archive_entry_new ();
  o->a = o->la.archive_write_new ();
  o->block = malloc (GK_AR_BLOCK);
  if (!e || !o->a || !o->block) {
    o->la.archive_entry_free (e);
    return gk_error_oom (o->err);
  }
  o->la.archive_entry_set_filetype (e, AE_IFREG);
  o->la.archive_write_set_bytes_per_block (o->a, GK_AR_BLOCK);
  o->la.archive_write_set_bytes_in_last_block (o->a, 1);
  if (o->la.archive_write_set_format_raw (o->a) != ARCHIVE_OK ||
      gk_ar_write_filter (&o->la, o->a, compress) == -1 ||
      o->la.archive_write_open (o->a, o, NULL, write_sink, NULL) != ARCHIVE_OK ||
      o->la.archive_write_header (o->a, e) != ARCHIVE_OK)
    r = fail_archive (o);
  o->la.archive_entry_free (e);
  return r;
}

static int
close_archive (struct out *o)
{
  static const char zeros[TAPE_BLOCK];

  /* Two records of zeros are the end mark; tar fills up its last block. */
  if (put (o, zeros, 2 * GK_AR_RECORD) == -1 ||
      put (o, zeros, (TAPE_BLOCK - o->total % TAPE_BLOCK) % TAPE_BLOCK) == -1)
    return -1;
  return o->la.archive_write_close (o->a) == ARCHIVE_OK ? 0 : fail_archive (o);
}

static void
clear (struct out *o)
{
  if (o->a) {
    /* Do not write more of an archive that has failed. */
    o->la.archive_write_fail (o->a);
    o->la.archive_write_free (o->a);
  }
  gk_inomap_clear (&o->links);
  gk_buf_clear (&o->name);
  gk_buf_clear (&o->header);
  gk_error_clear (&o->sink_err);
  free (o->block);
}

static int
write_archive (struct out *o, int dir, const char *compress)
{
  int r = open_archive (o, compress);

  if (r == 0)
    r = put_tree (o, dir);
  if (r == 0)
    r = close_archive (o);
  clear (o);
  return r;
}

int
gk_ar_tar_out (struct gk_ctx *ctx, const char *directory, struct gk_sink *sink,
               const char *compress, char *const *excludes, const struct gk_ar_keep *keep,
               struct gk_error *err)
{
  struct out o = {
    .ctx = ctx, .directory = directory, .sink = sink, .excludes = excludes, .keep = keep, .err = err
  };
  struct gk_ar_lzop lzop;
  _cleanup_close_ int dir = -1;
  int r;

  if (gk_ar_check_compression (compress, err) == -1)
    return -1;
  dir = gk_root_open (ctx->root_fd, directory, O_RDONLY | O_DIRECTORY, 0);
  if (dir == -1 && errno == ENOTDIR)
    return gk_error_set (err, ENOTDIR, "%s: not a directory", directory);
  if (dir == -1)
    return gk_error_sys (err, errno, "stat: %s", directory);
  if (!gk_ar_is_lzop (compress))
    return write_archive (&o, dir, compress);
  r = gk_ar_lzop_start (&lzop, sink, ctx->task, err);
  o.sink = &lzop.as_sink;
  if (r == 0)
    r = write_archive (&o, dir, NULL);
  if (r == 0)
    r = gk_ar_lzop_finish (&lzop, err);
  gk_ar_lzop_clear (&lzop);
  return r;
}
