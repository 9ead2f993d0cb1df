/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Running btrfs-progs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "btrfs/btrfs-priv.h"
#include "exec/exec.h"
#include "fs/tool.h"
#include "op/ctx.h"
#include "op/task.h"

/* For a request that is to end, before the tool is killed. */
#define END_MS 60000

static int
need (const char *tool, struct gk_error *err)
{
  _cleanup_free_ char *path = gk_exec_find (tool);

  if (path)
    return 0;
  return gk_error_set (err, EOPNOTSUPP, "%s is not installed (package btrfs-progs)", tool);
}

static int
fail (const struct gk_btrfs_at *at, const char *tool, int status, const char *text, size_t size,
      struct gk_error *err)
{
  return gk_fs_tool_failed (tool, status, text, size, at ? at->path : NULL, at ? at->name : NULL,
                            err);
}

static struct gk_exec
exec_for (struct gk_ctx *ctx, const struct gk_btrfs_at *at, const char *const *argv)
{
  struct gk_exec x = GK_EXEC_INIT;

  x.argv = argv;
  x.timeout_ms = -1;
  x.task = ctx ? ctx->task : NULL;
  if (at) {
    x.pass_fds = &at->fd;
    x.n_pass_fds = 1;
    x.inside = at->inside;
  }
  return x;
}

int
gk_btrfs_run (struct gk_ctx *ctx, const struct gk_btrfs_at *at, const char *const *argv,
              int max_status, struct gk_buf *ret_out, struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  const struct gk_exec x = exec_for (ctx, at, argv);

  if (need (argv[0], err) == -1 || gk_exec_run (&x, &result, err) == -1)
    return -1;
  if (result.status < 0 || result.status > max_status) {
    const struct gk_buf *why = result.err.size ? &result.err : &result.out;
    return fail (at, argv[0], result.status, why->data, why->size, err);
  }
  if (ret_out) {
    gk_buf_clear (ret_out);
    *ret_out = result.out;
    result.out = (struct gk_buf)GK_BUF_INIT;
  }
  return result.status;
}

int
gk_btrfs_start (const struct gk_btrfs_at *at, const char *const *argv, struct gk_child *child,
                struct gk_error *err)
{
  struct gk_exec x = exec_for (NULL, at, argv);

  /* What it did is of no interest; why it failed is the last line on stderr. */
  _cleanup_close_ int null = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  x.stdout_fd = null;
  return need (argv[0], err) == -1 ? -1 : gk_child_start (&x, child, err);
}

int
gk_btrfs_end (const struct gk_btrfs_at *at, const char *const *argv, int max_status,
              struct gk_child *child, struct gk_error *err)
{
  _cleanup_free_ char *words = gk_child_last_words (child);
  int status = gk_child_stop (child, END_MS);

  if (status >= 0 && status <= max_status)
    return status;
  return fail (at, argv[0], status, words ? words : "", words ? strlen (words) : 0, err);
}

int
gk_btrfs_run_long (struct gk_ctx *ctx, const struct gk_btrfs_at *at, const char *const *argv,
                   void (*stop) (int fd), struct gk_error *err)
{
  struct gk_child child = GK_CHILD_INIT;
  int r = 0;

  if (gk_btrfs_start (at, argv, &child, err) == -1)
    return -1;
  while (r == 0 && gk_child_alive (&child)) {
    struct pollfd p = { .fd = child.pidfd, .events = POLLIN };
    r = gk_task_poll (ctx->task, &p, 1, -1, err) == -1 ? -1 : 0;
  }
  if (r == 0)
    return gk_btrfs_end (at, argv, 0, &child, err) == -1 ? -1 : 0;
  stop (at->fd);
  gk_child_stop (&child, END_MS);
  return -1;
}

int
gk_btrfs_check_free (char *const *devices, struct gk_error *err)
{
  for (size_t i = 0; devices[i]; i++) {
    _cleanup_close_ int fd = open (devices[i], O_RDWR | O_EXCL | O_CLOEXEC);
    if (fd == -1 && errno == EBUSY)
      return gk_error_set (err, EBUSY,
                           "%s is mounted, or another device stands on it; nothing on it was "
                           "changed",
                           devices[i]);
    if (fd == -1)
      return gk_error_sys (err, errno, "%s", devices[i]);
  }
  return 0;
}
