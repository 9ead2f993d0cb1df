/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls for NTFS alone, by ntfs-3g's tools on a device that is not mounted. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "fs/fs-priv.h"
#include "fs/ntfs.h"
#include "fs/tool.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"
#include "op/stream.h"
#include "op/task.h"

#define PACKAGE "ntfs-3g"
#define ANY_STATUS 255

int
gk_fs_ntfs_3g_probe (struct gk_ctx *ctx, bool rw, const char *device, int *ret_value,
                     struct gk_error *err)
{
  int r = gk_fs_run (ctx, GK_LIST ("ntfs-3g.probe", rw ? "--readwrite" : "--readonly", device),
                     PACKAGE, ANY_STATUS, NULL, err);

  if (r == -1)
    return -1;
  *ret_value = r;
  return 0;
}

/* --- repairing, modes ----------------------------------------------------------------- */

int
gk_fs_ntfsfix (struct gk_ctx *ctx, const char *device, const struct guestfs_ntfsfix_argv *opt,
               struct gk_error *err)
{
  bool clear =
      opt && opt->bitmask & GUESTFS_NTFSFIX_CLEARBADSECTORS_BITMASK && opt->clearbadsectors;
  const char *const *argv = clear ? GK_LIST ("ntfsfix", "-b", device) : GK_LIST ("ntfsfix", device);

  if (gk_fs_check_free (device, err) == -1)
    return -1;
  return gk_fs_run (ctx, argv, PACKAGE, 0, NULL, err) == -1 ? -1 : 0;
}

int
gk_fs_ntfs_chmod (struct gk_ctx *ctx, const char *device, int mode, const char *path,
                  const struct guestfs_ntfs_chmod_argv *opt, struct gk_error *err)
{
  bool recursive = opt && opt->bitmask & GUESTFS_NTFS_CHMOD_RECURSIVE_BITMASK && opt->recursive;

  if (mode < 0 || mode > 07777)
    return gk_error_set (err, EINVAL, "0%o: is not the mode of a file", (unsigned)mode);
  if (path[0] != '/')
    return gk_error_set (err, EINVAL, "%s: path must start with a / character", path);
  _cleanup_free_ char *octal = gk_asprintf ("%o", (unsigned)mode);
  if (octal == NULL)
    return gk_error_oom (err);
  if (gk_fs_check_free (device, err) == -1 || gk_ntfs_check_writable (device, ctx->task, err) == -1)
    return -1;
  const char *const *argv = recursive ? GK_LIST ("ntfssecaudit", "-r", device, octal, path)
                                      : GK_LIST ("ntfssecaudit", device, octal, path);
  return gk_fs_run (ctx, argv, PACKAGE, 0, NULL, err) == -1 ? -1 : 0;
}

/* --- resizing --------------------------------------------------------------------------- */

static int
resize (struct gk_ctx *ctx, const char *device, int64_t size, bool force, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (gk_strv_push (&argv, "ntfsresize") == -1 || gk_strv_push (&argv, "-P") == -1 ||
      (force && gk_strv_push (&argv, "--force") == -1) ||
      (size > 0 && (gk_strv_push (&argv, "--size") == -1 ||
                    gk_strv_pushf (&argv, "%lld", (long long)size) == -1)) ||
      gk_strv_push (&argv, device) == -1)
    return gk_error_oom (err);
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  /* It does not look whether Windows is hibernated. */
  if (!force && gk_ntfs_check_writable (device, ctx->task, err) == -1)
    return gk_error_wrap (err, "%s", device);
  const struct gk_fs_tool t = {
    .argv = (const char *const *)argv.v, .package = PACKAGE, .answer = "y\n", .tells_steps = true
  };
  return gk_fs_run_tool (ctx, &t, NULL, err) == -1 ? -1 : 0;
}

#define HAS(NAME) (opt && opt->bitmask & GUESTFS_NTFSRESIZE_OPTS_##NAME##_BITMASK)

int
gk_fs_ntfsresize (struct gk_ctx *ctx, const char *device,
                  const struct guestfs_ntfsresize_opts_argv *opt, struct gk_error *err)
{
  if (HAS (SIZE) && opt->size <= 0)
    return gk_error_set (err, EINVAL, "size is zero or negative");
  return resize (ctx, device, HAS (SIZE) ? opt->size : 0, HAS (FORCE) && opt->force, err);
}

int
gk_fs_ntfsresize_size (struct gk_ctx *ctx, const char *device, int64_t size, struct gk_error *err)
{
  if (size <= 0)
    return gk_error_set (err, EINVAL, "size is zero or negative");
  return resize (ctx, device, size, false, err);
}

int
gk_ntfs_minimum_size (struct gk_ctx *ctx, const char *device, int64_t *ret_value,
                      struct gk_error *err)
{
  static const char words[] = "You might resize at ";
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;

  if (gk_fs_run (ctx, GK_LIST ("ntfsresize", "-P", "--info", "-ff", device), PACKAGE, ANY_STATUS,
                 &out, err) == -1)
    return -1;
  const char *at = out.data ? strstr (out.data, words) : NULL;
  /* A full one can only grow, and says nothing. */
  if (at == NULL && out.data && strstr (out.data, "is full")) {
    uint64_t bytes;
    if (gk_fs_span (device, &bytes, err) == -1)
      return -1;
    *ret_value = (int64_t)bytes;
    return 0;
  }
  if (at == NULL)
    return gk_fs_tool_failed ("ntfsresize", 1, out.data ? out.data : "", out.size, NULL, NULL, err);
  *ret_value = (int64_t)strtoull (at + strlen (words), NULL, 10);
  return 0;
}

/* --- out of it, and back ------------------------------------------------------------------ */

static int
to_sink (void *opaque, const void *data, size_t size, struct gk_error *err)
{
  return gk_sink_write (opaque, data, size, err);
}

static int
run_into (struct gk_ctx *ctx, const char *const *argv, struct gk_sink *sink, struct gk_error *err)
{
  const struct gk_fs_tool t = {
    .argv = argv, .package = PACKAGE, .take_output = to_sink, .take_opaque = sink
  };

  return gk_fs_run_tool (ctx, &t, NULL, err) == -1 ? -1 : 0;
}

int
gk_fs_ntfscat_i (struct gk_ctx *ctx, const char *device, int64_t inode, struct gk_sink *sink,
                 struct gk_error *err)
{
  if (inode < 0)
    return gk_error_set (err, EINVAL, "inode must be >= 0");
  if (gk_after_prefix (device, "btrfsvol:"))
    return gk_error_set (err, EINVAL, "%s: is not NTFS", device);
  _cleanup_free_ char *number = gk_asprintf ("%lld", (long long)inode);
  if (number == NULL)
    return gk_error_oom (err);
  return run_into (ctx, GK_LIST ("ntfscat", "-f", "-i", number, device), sink, err);
}

#define OUT(NAME, name) (opt && opt->bitmask & GUESTFS_NTFSCLONE_OUT_##NAME##_BITMASK && opt->name)

int
gk_fs_ntfsclone_out (struct gk_ctx *ctx, const char *device, struct gk_sink *sink,
                     const struct guestfs_ntfsclone_out_argv *opt, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (gk_strv_push (&argv, "ntfsclone") == -1 || gk_strv_push (&argv, "--quiet") == -1 ||
      gk_strv_push (&argv, "--output") == -1 || gk_strv_push (&argv, "-") == -1 ||
      gk_strv_push (&argv, "--save-image") == -1 ||
      (OUT (METADATAONLY, metadataonly) && gk_strv_push (&argv, "--metadata") == -1) ||
      (OUT (RESCUE, rescue) && gk_strv_push (&argv, "--rescue") == -1) ||
      (OUT (IGNOREFSCHECK, ignorefscheck) && gk_strv_push (&argv, "--ignore-fs-check") == -1) ||
      (OUT (PRESERVETIMESTAMPS, preservetimestamps) &&
       gk_strv_push (&argv, "--preserve-timestamps") == -1) ||
      (OUT (FORCE, force) && gk_strv_push (&argv, "--force") == -1) ||
      gk_strv_push (&argv, device) == -1)
    return gk_error_oom (err);
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  return run_into (ctx, (const char *const *)argv.v, sink, err);
}

int
gk_fs_ntfsclone_in (struct gk_ctx *ctx, struct gk_source *source, const char *device,
                    struct gk_error *err)
{
  struct gk_child child = GK_CHILD_INIT;
  struct gk_exec x = GK_EXEC_INIT;
  int p[2];

  if (gk_fs_need ("ntfsclone", PACKAGE, err) == -1 || gk_fs_check_free (device, err) == -1)
    return -1;
  if (pipe2 (p, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  x.argv = GK_LIST ("ntfsclone", "--quiet", "--overwrite", device, "--restore-image", "-");
  x.stdin_fd = p[0];
  int r = gk_child_start (&x, &child, err);
  close (p[0]);
  struct gk_error moving = GK_ERROR_INIT;
  if (r == 0)
    r = gk_source_to_fd (source, p[1], UINT64_MAX, ctx->task, NULL, &moving);
  close (p[1]);
  if (child.pid == 0)
    return -1;
  /* When it would not read on it knows better why. */
  bool ended = r == 0 || moving.errnum == EPIPE;
  while (ended && gk_child_alive (&child)) {
    struct pollfd end = { .fd = child.pidfd, .events = POLLIN };
    if (gk_task_poll (ctx->task, &end, 1, -1, err) == -1)
      ended = false;
  }
  _cleanup_free_ char *words = gk_child_last_words (&child);
  int status = gk_child_stop (&child, 0);
  if (!ended) {
    gk_error_move (err, &moving); /* keeps the first */
    return -1;
  }
  gk_error_clear (&moving);
  if (status != 0)
    return gk_fs_tool_failed ("ntfsclone", status, words ? words : "", words ? strlen (words) : 0,
                              NULL, NULL, err);
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}
