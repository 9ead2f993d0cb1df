/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A tree as a cpio archive of the SVR4 kinds: newc, and crc with a sum of each
 * file's bytes.
 *
 * Written here because libarchive has no crc, and the form is a header of
 * fourteen numbers.  Inodes are numbered anew: the field has 32 bits, inodes
 * have 64.  Of a file with several names the last one carries the data, as
 * readers of this form expect, so its other names wait until it is seen (or
 * until the end, when its last name is not in this tree).
 */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "archive/archive-priv.h"
#include "base/walk.h"

#define FLUSH (256 * 1024)
#define CPIO_BLOCK 512

struct member {
  const char *name;
  const struct stat *st;
  uint32_t number, sum, size;
};

/* The names of one file that were met so far and are not in the archive yet. */
struct group {
  dev_t dev;
  ino_t ino;
  uint32_t number;
  size_t met;
  struct gk_strv names;
};

struct out {
  struct gk_ctx *ctx;
  const char *directory; /* for messages */
  int dir;
  struct gk_sink *sink;
  bool crc;
  uint32_t number; /* of the last inode */
  void *groups;    /* tsearch's */
  struct gk_buf buf;
  uint64_t total;
  char *block;
  struct gk_error *err;
};

static int
fail (struct out *o, int errnum, const char *name)
{
  return gk_error_sys (o->err, errnum, "%s: %s", o->directory, name);
}

/* --- bytes ---------------------------------------------------------------------- */

static int
flush (struct out *o)
{
  if (o->buf.size > 0 && gk_sink_write (o->sink, o->buf.data, o->buf.size, o->err) == -1)
    return -1;
  o->buf.size = 0;
  return 0;
}

static int
put (struct out *o, const void *data, size_t n)
{
  if (gk_buf_append (&o->buf, data, n) == -1)
    return gk_error_oom (o->err);
  o->total += n;
  return o->buf.size >= FLUSH ? flush (o) : 0;
}

static int
pad (struct out *o, unsigned to)
{
  static const char zeros[CPIO_BLOCK];

  return put (o, zeros, (to - o->total % to) % to);
}

static uint32_t
seconds (time_t t)
{
  return t < 0 ? 0 : t > (time_t)UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

static int
put_header (struct out *o, const struct member *m)
{
  const struct stat *st = m->st;
  size_t len = strlen (m->name) + 1;
  char head[111];

  snprintf (head, sizeof head, "%s%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
            o->crc ? "070702" : "070701", m->number, st->st_mode, st->st_uid, st->st_gid,
            (unsigned)st->st_nlink, seconds (st->st_mtime), m->size, major (st->st_dev),
            minor (st->st_dev), major (st->st_rdev), minor (st->st_rdev), (unsigned)len, m->sum);
  return put (o, head, 110) == -1 || put (o, m->name, len) == -1 ? -1 : pad (o, 4);
}

/* --- data ----------------------------------------------------------------------- */

static int
read_block (struct out *o, int fd, const char *name, off_t at, off_t end, size_t *ret_n)
{
  size_t want = end - at > GK_AR_BLOCK ? GK_AR_BLOCK : (size_t)(end - at);

  if (gk_task_check (o->ctx->task, o->err) == -1)
    return -1;
  ssize_t n = gk_pread_full (fd, o->block, want, at);
  if (n == -1)
    return fail (o, errno, name);
  if ((size_t)n < want)
    return gk_error_set (o->err, EIO, "%s: %s: the file became shorter while it was read",
                         o->directory, name);
  *ret_n = want;
  return 0;
}

static int
add_up (struct out *o, int fd, const char *name, off_t size, uint32_t *ret_sum)
{
  uint32_t sum = 0;
  size_t n;

  for (off_t at = 0; at < size; at += (off_t)n) {
    if (read_block (o, fd, name, at, size, &n) == -1)
      return -1;
    for (size_t i = 0; i < n; i++)
      sum += (unsigned char)o->block[i];
  }
  *ret_sum = sum;
  return 0;
}

/* path_fd is the regular file, O_PATH. */
static int
put_file (struct out *o, struct member *m, int path_fd)
{
  char proc[32];
  size_t n;
  off_t size = m->st->st_size;

  if (size > (off_t)UINT32_MAX)
    return fail (o, EFBIG, m->name);
  _cleanup_close_ int fd = open (gk_fd_path (path_fd, proc), O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (fd == -1)
    return fail (o, errno, m->name);
  m->size = (uint32_t)size;
  if (o->crc && add_up (o, fd, m->name, size, &m->sum) == -1)
    return -1;
  if (put_header (o, m) == -1)
    return -1;
  for (off_t at = 0; at < size; at += (off_t)n)
    if (read_block (o, fd, m->name, at, size, &n) == -1 || put (o, o->block, n) == -1)
      return -1;
  return pad (o, 4);
}

static int
put_link (struct out *o, struct member *m, int path_fd)
{
  char target[PATH_MAX];
  ssize_t n = readlinkat (path_fd, "", target, sizeof target);

  if (n == -1)
    return fail (o, errno, m->name);
  m->size = (uint32_t)n;
  return put_header (o, m) == -1 || put (o, target, (size_t)n) == -1 ? -1 : pad (o, 4);
}

/* --- several names ---------------------------------------------------------------- */

static int
compare (const void *a, const void *b)
{
  const struct group *x = a, *y = b;

  if (x->dev != y->dev)
    return x->dev < y->dev ? -1 : 1;
  return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static void
free_group (void *p)
{
  struct group *g = p;

  gk_strv_clear (&g->names);
  free (g);
}

static struct group *
find_group (struct out *o, const struct stat *st)
{
  struct group key = { .dev = st->st_dev, .ino = st->st_ino };
  struct group **found = tfind (&key, &o->groups, compare);

  if (found)
    return *found;
  struct group *g = malloc (sizeof *g);
  if (g == NULL)
    return NULL;
  *g = key;
  g->number = ++o->number;
  if (tsearch (g, &o->groups, compare) == NULL) {
    free (g);
    return NULL;
  }
  return g;
}

/* All names that wait but the last without data, then the last with it. */
static int
put_group (struct out *o, struct group *g, int path_fd, const struct stat *st)
{
  struct member m = { .st = st, .number = g->number };

  for (size_t i = 0; i < g->names.len; i++) {
    m.name = g->names.v[i];
    if (i + 1 < g->names.len ? put_header (o, &m) : put_file (o, &m, path_fd))
      return -1;
  }
  gk_strv_clear (&g->names);
  return 0;
}

static int
put_name (struct out *o, const char *name, int path_fd, const struct stat *st)
{
  struct group *g = find_group (o, st);

  if (g == NULL || gk_strv_push (&g->names, name) == -1)
    return gk_error_oom (o->err);
  g->met++;
  return g->met < st->st_nlink ? 0 : put_group (o, g, path_fd, st);
}

static void
put_rest (const void *node, VISIT when, void *opaque)
{
  struct group *g = *(struct group *const *)node;
  struct out *o = opaque;
  struct stat st;

  if ((when != postorder && when != leaf) || g->names.len == 0 || o->err->msg)
    return;
  const char *name = g->names.v[g->names.len - 1];
  _cleanup_close_ int fd = gk_root_open_any (o->dir, name, O_PATH | O_NOFOLLOW, 0);
  if (fd == -1 || fstat (fd, &st) == -1)
    fail (o, errno, name);
  else if (st.st_dev != g->dev || st.st_ino != g->ino)
    fail (o, ESTALE, name);
  else
    put_group (o, g, fd, &st);
}

/* --- the tree ----------------------------------------------------------------------- */

static int
put_member (struct out *o, const char *name, int path_fd, const struct stat *st)
{
  struct member m = { .name = name, .st = st };

  if (S_ISREG (st->st_mode) && st->st_nlink > 1)
    return put_name (o, name, path_fd, st);
  m.number = ++o->number;
  if (S_ISREG (st->st_mode))
    return put_file (o, &m, path_fd);
  return S_ISLNK (st->st_mode) ? put_link (o, &m, path_fd) : put_header (o, &m);
}

static int
visit (struct out *o, struct gk_walk *w)
{
  _cleanup_close_ int fd = openat (w->dir_fd, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct stat st;

  if (fd == -1 || fstat (fd, &st) == -1)
    return errno == ENOENT ? 0 : fail (o, errno, w->path);
  if (S_ISDIR (st.st_mode) && gk_walk_enter (w) == -1)
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : fail (o, errno, w->path);
  gk_walk_read_ahead (w);
  return put_member (o, w->path, fd, &st);
}

static int
put_tree (struct out *o)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  struct stat st, none = { .st_nlink = 1 };
  struct member end = { .name = "TRAILER!!!", .st = &none };
  int r;

  if (fstat (o->dir, &st) == -1 || gk_walk_start (&w, o->dir) == -1)
    return fail (o, errno, ".");
  if (put_member (o, ".", o->dir, &st) == -1)
    return -1;
  while ((r = gk_walk_next (&w)) > 0) {
    if (gk_task_check (o->ctx->task, o->err) == -1)
      return -1;
    if (r == GK_WALK_ENTRY && visit (o, &w) == -1)
      return -1;
  }
  if (r == -1)
    return fail (o, errno, "readdir");
  twalk_r (o->groups, put_rest, o);
  if (o->err->msg || put_header (o, &end) == -1 || pad (o, CPIO_BLOCK) == -1)
    return -1;
  return flush (o);
}

int
gk_archive_cpio_out (struct gk_ctx *ctx, const char *directory, struct gk_sink *cpiofile,
                     const struct guestfs_cpio_out_argv *opt, struct gk_error *err)
{
  bool has_format = opt && opt->bitmask & GUESTFS_CPIO_OUT_FORMAT_BITMASK;
  const char *format = has_format ? opt->format : "newc";
  _cleanup_free_ char *block = malloc (GK_AR_BLOCK);
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;

  if (block == NULL)
    return gk_error_oom (err);
  _cleanup_close_ int dir = gk_root_open (ctx->root_fd, directory, O_RDONLY | O_DIRECTORY, 0);
  if (dir == -1 && errno == ENOTDIR)
    return gk_error_set (err, ENOTDIR, "%s: not a directory", directory);
  if (dir == -1)
    return gk_error_sys (err, errno, "stat: %s", directory);
  if (!gk_streq (format, "newc") && !gk_streq (format, "crc"))
    return gk_error_set (err, EINVAL, "%s: format must be 'newc' or 'crc'", format);

  struct out o = { .ctx = ctx,
                   .directory = directory,
                   .dir = dir,
                   .sink = cpiofile,
                   .crc = gk_streq (format, "crc"),
                   .block = block,
                   .err = &why };
  int r = put_tree (&o);
  tdestroy (o.groups, free_group);
  gk_buf_clear (&o.buf);
  if (r == -1)
    gk_error_move (err, &why);
  return r;
}
