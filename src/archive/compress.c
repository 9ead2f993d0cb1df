/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One file or device to the host, compressed: libarchive's kind raw, which is
 * bytes and no archive.  Nothing that a guest wrote is parsed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive-priv.h"
#include "archive/library.h"

struct out {
  struct gk_ar_library la;
  struct gk_sink *sink;
  struct gk_error sink_err; /* why the last write to it failed */
};

static la_ssize_t
write_sink (struct archive *a, void *opaque, const void *data, size_t n)
{
  struct out *o = opaque;

  return gk_sink_write (o->sink, data, n, &o->sink_err) == -1 ? -1 : (la_ssize_t)n;
}

static int
fail (struct out *o, struct archive *a, const char *name, struct gk_error *err)
{
  const char *why = o->la.archive_error_string (a);

  if (o->sink_err.msg) {
    gk_error_move (err, &o->sink_err);
    return -1;
  }
  return gk_error_set (err, o->la.archive_errno (a) > 0 ? o->la.archive_errno (a) : 0, "%s: %s",
                       name, why ? why : "the file could not be compressed");
}

static int
set_level (struct out *o, struct archive *a, const char *ctype, int level)
{
  char text[16];

  if (level < 0)
    return 0;
  snprintf (text, sizeof text, "%d", level);
  return o->la.archive_write_set_filter_option (a, ctype, "compression-level", text) == ARCHIVE_OK
             ? 0
             : -1;
}

static int
copy (struct gk_ctx *ctx, struct out *o, struct archive *a, int fd, const char *name,
      struct gk_error *err)
{
  _cleanup_free_ char *block = malloc (GK_AR_BLOCK);
  ssize_t n;

  if (block == NULL)
    return gk_error_oom (err);
  do {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    n = gk_read_full (fd, block, GK_AR_BLOCK);
    if (n == -1)
      return gk_error_sys (err, errno, "read: %s", name);
    if (n > 0 && o->la.archive_write_data (a, block, (size_t)n) < n)
      return fail (o, a, name, err);
  } while (n == GK_AR_BLOCK);
  return o->la.archive_write_close (a) == ARCHIVE_OK ? 0 : fail (o, a, name, err);
}

static int
compress (struct gk_ctx *ctx, const char *ctype, int fd, const char *name, struct gk_sink *sink,
          int level, struct gk_error *err)
{
  struct out o = { .sink = sink, .sink_err = GK_ERROR_INIT };
  struct archive *a;
  struct archive_entry *e;
  int r = 0;

  if (gk_ar_library_load (&o.la, err) == -1)
    return -1;
  a = o.la.archive_write_new ();
  e = o.la.archive_entry_new ();
  if (a == NULL || e == NULL)
    r = gk_error_oom (err);
  if (r == 0) {
    o.la.archive_entry_set_filetype (e, AE_IFREG);
    o.la.archive_write_set_bytes_per_block (a, GK_AR_BLOCK);
    o.la.archive_write_set_bytes_in_last_block (a, 1);
    if (o.la.archive_write_set_format_raw (a) != ARCHIVE_OK ||
        gk_ar_write_filter (&o.la, a, ctype) == -1 || set_level (&o, a, ctype, level) == -1 ||
        o.la.archive_write_open (a, &o, NULL, write_sink, NULL) != ARCHIVE_OK ||
        o.la.archive_write_header (a, e) != ARCHIVE_OK)
      r = fail (&o, a, name, err);
  }
  if (r == 0)
    r = copy (ctx, &o, a, fd, name, err);
  o.la.archive_entry_free (e);
  if (a) {
    /* Do not write more of what has failed. */
    if (r == -1)
      o.la.archive_write_fail (a);
    o.la.archive_write_free (a);
  }
  gk_error_clear (&o.sink_err);
  return r;
}

/* lzop is a program beside this one, which has no say in the level. */
static int
compress_any (struct gk_ctx *ctx, const char *ctype, int fd, const char *name, struct gk_sink *sink,
              int level, struct gk_error *err)
{
  struct gk_ar_lzop lzop;
  int r;

  if (!gk_ar_is_lzop (ctype))
    return compress (ctx, ctype, fd, name, sink, level, err);
  r = gk_ar_lzop_start (&lzop, sink, ctx->task, err);
  if (r == 0)
    r = gk_sink_from_fd (&lzop.as_sink, fd, UINT64_MAX, ctx->task, NULL, err);
  if (r == 0)
    r = gk_ar_lzop_finish (&lzop, err);
  gk_ar_lzop_clear (&lzop);
  return r;
}

static int
check (const char *ctype, bool has_level, int level, struct gk_error *err)
{
  if (gk_ar_check_compression (ctype, NULL) == -1 || gk_streq (ctype, "lzma"))
    return gk_error_set (err, EINVAL, "unknown compression type");
  if (!has_level || level == -1) /* whatever is usual */
    return 0;
  if (gk_streq (ctype, "compress") || gk_ar_is_lzop (ctype))
    return gk_error_set (err, EINVAL, "%s: has no levels here", ctype);
  int least = gk_streq (ctype, "xz") ? 0 : 1;
  return level >= least && level <= 9
             ? 0
             : gk_error_set (err, EINVAL, "%d: the level is not from %d to 9", level, least);
}

int
gk_archive_compress_out (struct gk_ctx *ctx, const char *ctype, const char *file,
                         struct gk_sink *zfile, const struct guestfs_compress_out_argv *opt,
                         struct gk_error *err)
{
  bool has_level = opt && opt->bitmask & GUESTFS_COMPRESS_OUT_LEVEL_BITMASK;
  struct stat st;

  if (check (ctype, has_level, has_level ? opt->level : 0, err) == -1)
    return -1;
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, file, O_RDONLY | O_NOCTTY, 0);
  if (fd == -1 || fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", file);
  if (S_ISDIR (st.st_mode))
    return gk_error_sys (err, EISDIR, "%s", file);
  return compress_any (ctx, ctype, fd, file, zfile, has_level ? opt->level : -1, err);
}

int
gk_archive_compress_device_out (struct gk_ctx *ctx, const char *ctype, const char *device,
                                struct gk_sink *zdevice,
                                const struct guestfs_compress_device_out_argv *opt,
                                struct gk_error *err)
{
  bool has_level = opt && opt->bitmask & GUESTFS_COMPRESS_DEVICE_OUT_LEVEL_BITMASK;

  if (check (ctype, has_level, has_level ? opt->level : 0, err) == -1)
    return -1;
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  return compress_any (ctx, ctype, fd, device, zdevice, has_level ? opt->level : -1, err);
}
