/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Bytes between files and devices of the session: the copy_X_to_Y calls, and
 * their forebears dd and copy_size.
 *
 * Holes of a file are known without reading.  With `sparse` blocks of zeros
 * are not written either. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* What is asked of a device before it is needed. */
#define READ_AHEAD ((off_t)4 << 20)
/* Less is done before the others have begun. */
#define DIRECT_MIN ((uint64_t)4 << 20)

struct place {
  const char *name;
  bool is_device;
};

/* The four calls' options have the same names and places, not the same type. */
struct how {
  int64_t srcoffset, destoffset, size; /* size -1: all */
  bool sparse, append;
};
#define TAKE_HOW(CALL, opt)                                                                        \
  (struct how)                                                                                     \
  {                                                                                                \
    .srcoffset = (opt) && (opt)->bitmask & GUESTFS_##CALL##_SRCOFFSET_BITMASK                      \
                     ? check_offset ((opt)->srcoffset)                                             \
                     : 0,                                                                          \
    .destoffset = (opt) && (opt)->bitmask & GUESTFS_##CALL##_DESTOFFSET_BITMASK                    \
                      ? check_offset ((opt)->destoffset)                                           \
                      : 0,                                                                         \
    .size =                                                                                        \
        (opt) && (opt)->bitmask & GUESTFS_##CALL##_SIZE_BITMASK ? check_size ((opt)->size) : -1,   \
    .sparse = (opt) && (opt)->bitmask & GUESTFS_##CALL##_SPARSE_BITMASK && (opt)->sparse,          \
    .append = (opt) && (opt)->bitmask & GUESTFS_##CALL##_APPEND_BITMASK && (opt)->append,          \
  }

/* Negative numbers of the caller become -2, apart from "all". */
static int64_t
check_offset (int64_t n)
{
  return n < 0 ? -2 : n;
}

static int64_t
check_size (int64_t n)
{
  return n < -1 ? -2 : n;
}

struct copy {
  struct gk_ctx *ctx;
  const struct place *src, *dest;
  struct how how;
  int in, out;
  char *block;
  uint64_t src_size;
  off_t data_end;              /* of a device: up to here there is data, as far as is known */
  bool no_extents;             /* of a device: nobody knows */
  bool anew;                   /* what the destination had goes */
  bool no_zeroes;              /* the kernel does not make zeros of the destination's */
  struct gk_fo_direct *direct; /* between devices, or NULL */
};

static int
open_source (struct gk_ctx *ctx, const struct place *p, uint64_t *ret_size, struct gk_error *err)
{
  struct stat st;

  if (p->is_device)
    return gk_fo_open_device (p->name, O_RDONLY, ret_size, err);
  _cleanup_close_ int fd = gk_fo_open_file (ctx, p->name, O_RDONLY, NULL, err);
  if (fd == -1)
    return -1;
  if (fstat (fd, &st) == -1)
    return gk_fo_fail (err, errno, NULL, p->name);
  *ret_size = (uint64_t)st.st_size;
  return gk_steal_fd (&fd);
}

/* n bytes, or less at the end of the source.  Returns how many. */
static ssize_t
copy_block (struct copy *c, size_t n, off_t from, off_t to, struct gk_error *err)
{
  if (c->src->is_device) {
    off_t next = from + (off_t)n, ahead = next + READ_AHEAD;
    if (c->data_end > from && c->data_end < ahead)
      ahead = c->data_end;
    if (ahead > next)
      posix_fadvise (c->in, next, ahead - next, POSIX_FADV_WILLNEED);
  }
  ssize_t r = gk_pread_full (c->in, c->block, n, from);

  if (r == -1)
    return gk_fo_fail (err, errno, "read", c->src->name);
  if (r == 0)
    return 0;
  if ((c->how.sparse ? gk_fo_write_sparse (c->out, c->block, (size_t)r, to)
                     : gk_pwrite_full (c->out, c->block, (size_t)r, to)) == -1)
    return gk_fo_fail (err, errno, "write", c->dest->name);
  /* The disks work while we do: all at the end would take twice as long. */
  if (c->dest->is_device)
    sync_file_range (c->out, to, r, SYNC_FILE_RANGE_WRITE);
  return r;
}

/* Where data begins, at itself or further on. */
static off_t
file_data (const struct copy *c, off_t at, off_t end)
{
  off_t data = lseek (c->in, at, SEEK_DATA);

  if (data == -1)
    return errno == ENXIO ? end : at;
  return data < end ? data : end;
}

/* The same of a device, of whose holes those know who have attached it. */
static off_t
device_data (struct copy *c, off_t at, off_t end)
{
  uint64_t start, stop;

  if (c->no_extents || at < c->data_end)
    return at;
  if (c->ctx->next_data == NULL ||
      c->ctx->next_data (c->ctx, c->src->name, (uint64_t)at, c->src_size, &start, &stop) == -1) {
    c->no_extents = true;
    return at;
  }
  c->data_end = (off_t)stop;
  return (off_t)start < end ? (off_t)start : end;
}

/* Where data begins behind a hole of the source that need not be written, or is made a
 * hole in the destination as well. */
static off_t
skip_hole (struct copy *c, off_t at, off_t to, off_t end)
{
  if (!c->how.sparse && (!c->dest->is_device || !c->src->is_device || c->no_zeroes))
    return at;
  off_t data = c->src->is_device ? device_data (c, at, end) : file_data (c, at, end);
  if (c->how.sparse || data == at)
    return data;
  if (fallocate (c->out, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, to, data - at) == 0)
    return data;
  c->no_zeroes = true;
  return at;
}

/* What was copied in the background. */
static int
wait_for_direct (struct copy *c, struct gk_error *err)
{
  bool writing;
  int errnum = c->direct ? gk_fo_direct_wait (c->direct, &writing) : 0;

  if (errnum == 0)
    return 0;
  return writing ? gk_fo_fail (err, errnum, "write", c->dest->name)
                 : gk_fo_fail (err, errnum, "read", c->src->name);
}

/* As copy_block; the last that is known of a device's data ends the piece. */
static ssize_t
copy_piece (struct copy *c, off_t from, off_t to, off_t end, struct gk_error *err)
{
  if (c->data_end > from && c->data_end < end)
    end = c->data_end;
  size_t n = end - from > GK_FO_BLOCK ? GK_FO_BLOCK : (size_t)(end - from);
  int r =
      gk_fo_direct_can (c->direct, from, to, n) ? gk_fo_direct_copy (c->direct, from, to, n) : 1;

  if (r == 0)
    return (ssize_t)n;
  if (wait_for_direct (c, err) == -1)
    return -1;
  return copy_block (c, n, from, to, err);
}

static int
copy_bytes (struct copy *c, off_t from, off_t to, uint64_t size, struct gk_error *err)
{
  off_t end = from + (off_t)size, next;
  uint64_t start = (uint64_t)from;
  ssize_t n;

  for (; from < end; from += n, to += n) {
    if (gk_task_check (c->ctx->task, err) == -1)
      return -1;
    gk_task_progress (c->ctx->task, (uint64_t)from - start, size);
    next = skip_hole (c, from, to, end);
    to += next - from;
    from = next;
    if (from == end)
      break;
    n = copy_piece (c, from, to, end, err);
    if (n == -1)
      return -1;
    if (n == 0)
      return gk_error_set (err, 0, "%s: the source ended after %llu of %llu bytes", c->src->name,
                           (unsigned long long)((uint64_t)from - start), (unsigned long long)size);
  }
  if (wait_for_direct (c, err) == -1)
    return -1;
  gk_task_progress (c->ctx->task, size, size);
  return 0;
}

static int
check_how (const struct place *dest, const struct how *how, struct gk_error *err)
{
  if (how->srcoffset == -2)
    return gk_error_set (err, EINVAL, "srcoffset is negative");
  if (how->destoffset == -2)
    return gk_error_set (err, EINVAL, "destoffset is negative");
  if (how->size == -2)
    return gk_error_set (err, EINVAL, "size is negative");
  if (how->append && dest->is_device)
    return gk_error_set (err, EINVAL, "the append flag cannot be set for this call");
  return 0;
}

/* Is it one object under two names? */
static bool
is_same (int a, int b)
{
  struct stat sa, sb;

  return fstat (a, &sa) == 0 && fstat (b, &sb) == 0 &&
         (S_ISBLK (sa.st_mode) && S_ISBLK (sb.st_mode)
              ? sa.st_rdev == sb.st_rdev
              : sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino);
}

/* As large as what was copied, when it ends in what was not written. */
static int
grow (int fd, off_t size)
{
  struct stat st;

  if (fstat (fd, &st) == -1)
    return -1;
  return st.st_size < size ? ftruncate (fd, size) : 0;
}

static int
copy_open (struct copy *c, uint64_t src_size, uint64_t dest_size, struct gk_error *err)
{
  uint64_t size,
      there = (uint64_t)c->how.srcoffset < src_size ? src_size - (uint64_t)c->how.srcoffset : 0;
  off_t to = c->how.destoffset;
  struct stat st;

  /* Behind the end of a file there is nothing, behind that of a device no place. */
  if (c->src->is_device && (uint64_t)c->how.srcoffset > src_size)
    return gk_error_set (err, EINVAL, "%s: offset %llu is behind its end, at %llu", c->src->name,
                         (unsigned long long)c->how.srcoffset, (unsigned long long)src_size);
  size = c->how.size >= 0 ? (uint64_t)c->how.size : there;
  if (size > there)
    return gk_error_set (err, 0, "%s: input too short: %llu bytes from offset %llu, not %llu",
                         c->src->name, (unsigned long long)there,
                         (unsigned long long)c->how.srcoffset, (unsigned long long)size);
  if (!c->dest->is_device && c->how.append) {
    if (fstat (c->out, &st) == -1)
      return gk_fo_fail (err, errno, NULL, c->dest->name);
    to += st.st_size;
  }
  if (c->dest->is_device && ((uint64_t)to > dest_size || size > dest_size - (uint64_t)to))
    return gk_error_set (err, ENOSPC, "%s: has %llu bytes, too few for %llu from offset %llu",
                         c->dest->name, (unsigned long long)dest_size, (unsigned long long)size,
                         (unsigned long long)to);
  if (to > INT64_MAX - (off_t)size)
    return gk_fo_fail (err, EFBIG, NULL, c->dest->name);
  /* Only now: what was there shall not go for the sake of a copy that cannot be. */
  if (c->anew && ftruncate (c->out, 0) == -1)
    return gk_fo_fail (err, errno, "ftruncate", c->dest->name);
  /* What is known of a device's holes is what has been written to it. */
  if (c->src->is_device && (fsync (c->in) == -1 || is_same (c->in, c->out)))
    c->no_extents = true;
  c->src_size = src_size;
  if (c->src->is_device && c->dest->is_device && size >= DIRECT_MIN)
    c->direct = gk_fo_direct_begin (c->in, c->out, c->how.sparse);
  int r = copy_bytes (c, c->how.srcoffset, to, size, err);
  gk_fo_direct_end (c->direct);
  if (r == -1)
    return -1;
  if (!c->dest->is_device && grow (c->out, to + (off_t)size) == -1)
    return gk_fo_fail (err, errno, "ftruncate", c->dest->name);
  /* What a device could not take is known only now. */
  if (c->dest->is_device && fsync (c->out) == -1)
    return gk_fo_fail (err, errno, "fsync", c->dest->name);
  return 0;
}

static int
copy (struct gk_ctx *ctx, const struct place *src, const struct place *dest, const struct how *how,
      int flags, struct gk_error *err)
{
  struct copy c = { .ctx = ctx, .src = src, .dest = dest, .how = *how, .in = -1, .out = -1 };
  _cleanup_free_ char *block = malloc (GK_FO_BLOCK);
  _cleanup_close_ int in = -1, out = -1;
  uint64_t src_size, dest_size = 0;
  bool is_new = false;
  int r;

  if (!block)
    return gk_error_oom (err);
  if (check_how (dest, how, err) == -1)
    return -1;
  in = open_source (ctx, src, &src_size, err);
  if (in == -1)
    return -1;
  out = dest->is_device ? gk_fo_open_device (dest->name, O_WRONLY, &dest_size, err)
                        : gk_fo_open_write (ctx, dest->name, O_WRONLY, NULL, &is_new, err);
  if (out == -1)
    return -1;
  c.anew = flags & O_TRUNC && !dest->is_device && !is_same (in, out);
  c.in = in;
  c.out = out;
  c.block = block;
  r = copy_open (&c, src_size, dest_size, err);
  return gk_fo_end_write (ctx, dest->name, &out, is_new, r, err);
}

int
gk_fileops_copy_device_to_device (struct gk_ctx *ctx, const char *src, const char *dest,
                                  const struct guestfs_copy_device_to_device_argv *opt,
                                  struct gk_error *err)
{
  struct how how = TAKE_HOW (COPY_DEVICE_TO_DEVICE, opt);

  return copy (ctx, &(struct place){ src, true }, &(struct place){ dest, true }, &how, 0, err);
}

int
gk_fileops_copy_device_to_file (struct gk_ctx *ctx, const char *src, const char *dest,
                                const struct guestfs_copy_device_to_file_argv *opt,
                                struct gk_error *err)
{
  struct how how = TAKE_HOW (COPY_DEVICE_TO_FILE, opt);

  return copy (ctx, &(struct place){ src, true }, &(struct place){ dest, false }, &how,
               how.append ? 0 : O_TRUNC, err);
}

int
gk_fileops_copy_file_to_device (struct gk_ctx *ctx, const char *src, const char *dest,
                                const struct guestfs_copy_file_to_device_argv *opt,
                                struct gk_error *err)
{
  struct how how = TAKE_HOW (COPY_FILE_TO_DEVICE, opt);

  return copy (ctx, &(struct place){ src, false }, &(struct place){ dest, true }, &how, 0, err);
}

int
gk_fileops_copy_file_to_file (struct gk_ctx *ctx, const char *src, const char *dest,
                              const struct guestfs_copy_file_to_file_argv *opt,
                              struct gk_error *err)
{
  struct how how = TAKE_HOW (COPY_FILE_TO_FILE, opt);

  return copy (ctx, &(struct place){ src, false }, &(struct place){ dest, false }, &how,
               how.append ? 0 : O_TRUNC, err);
}

/* --- the older forms ------------------------------------------------------------------ */

static struct place
place_of (const char *name)
{
  return (struct place){ name, gk_after_prefix (name, "/dev/") != NULL };
}

int
gk_fileops_copy_size (struct gk_ctx *ctx, const char *src, const char *dest, int64_t size,
                      struct gk_error *err)
{
  struct how how = { .size = check_size (size) };
  struct place from = place_of (src), to = place_of (dest);

  return copy (ctx, &from, &to, &how, O_TRUNC, err);
}

int
gk_fileops_dd (struct gk_ctx *ctx, const char *src, const char *dest, struct gk_error *err)
{
  struct how how = { .size = -1 };
  struct place from = place_of (src), to = place_of (dest);

  return copy (ctx, &from, &to, &how, O_TRUNC, err);
}
