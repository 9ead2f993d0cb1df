/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Running the tool of a filesystem on a device of the session. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "fs/fs-priv.h"
#include "fs/tool.h"
#include "op/ctx.h"

/* Checks of a large filesystem take their time, and can be cancelled. */
#define NO_TIMEOUT (-1)

/* Some say what is wrong, and then how they are used. */
static size_t
without_usage (const char *text, size_t size)
{
  for (size_t i = 1; i + 6 < size; i++)
    if (text[i - 1] == '\n' && strncasecmp (text + i, "usage:", 6) == 0)
      return i;
  return size;
}

/* "e2fsck 1.47.0 (5-Feb-2023)" in a line of its own. */
static size_t
banner_size (const char *tool, const struct gk_buf *said)
{
  size_t n = strlen (tool);
  const char *end = said->size ? memchr (said->data, '\n', said->size) : NULL;

  return end && (size_t)(end - said->data) > n + 1 && memcmp (said->data, tool, n) == 0 &&
                 said->data[n] == ' ' && isdigit ((unsigned char)said->data[n + 1])
             ? (size_t)(end + 1 - said->data)
             : 0;
}

/* What stands behind the last step that it began. */
static void
skip_steps (struct gk_buf *said)
{
  static const char mark[] = " ...\n";

  for (char *p = said->data; p && (p = strstr (p, mark)) != NULL;) {
    p += sizeof mark - 1;
    if (*p == '\0')
      break;
    said->size -= (size_t)(p - said->data);
    said->data = p;
  }
}

int
gk_fs_tool_failed (const char *tool, int status, const char *text, size_t size, const char *path,
                   const char *name, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf why = GK_BUF_INIT;
  size_t len = path ? strlen (path) : 0;
  const char *end;

  size = without_usage (text, size);
  int medium = gk_errno_of_medium (text, size, &text, &size);
  /* Some of these lines begin with the tool's name. */
  size_t own = strlen (tool);
  if (medium && size > own + 2 && memcmp (text, tool, own) == 0 &&
      memcmp (text + own, ": ", 2) == 0) {
    text += own + 2;
    size -= own + 2;
  }
  while (size > 0 && text[size - 1] == '\n')
    size--;
  for (; size > 0 && *text == '\n'; size--)
    text++;
  if (size == 0)
    return gk_error_set (err, 0, "%s exited with status %d", tool, status);
  end = text + size;
  for (const char *p = text; p < end;) {
    const char *rest = p == text || p[-1] == '\n' ? gk_after_prefix (p, "ERROR: ") : NULL;
    if (rest) {
      p = rest;
    } else if (len && (size_t)(end - p) >= len && memcmp (p, path, len) == 0) {
      gk_buf_appends (&why, name);
      p += len;
    } else {
      gk_buf_append (&why, p++, 1);
    }
  }
  return gk_error_set (err, medium, "%s: %s", tool, why.data ? why.data : "");
}

int
gk_fs_need (const char *tool, const char *package, struct gk_error *err)
{
  _cleanup_free_ char *path = gk_exec_find (tool);

  return path ? 0
              : gk_error_set (err, EOPNOTSUPP, "%s is not installed (package %s)", tool, package);
}

int
gk_fs_run_tool (struct gk_ctx *ctx, const struct gk_fs_tool *t, struct gk_buf *ret_out,
                struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  struct gk_exec x = GK_EXEC_INIT;
  char path[32];

  if (gk_fs_need (t->argv[0], t->package, err) == -1)
    return -1;
  x.argv = t->argv;
  x.timeout_ms = NO_TIMEOUT;
  x.task = ctx->task;
  x.take_output = t->take_output;
  x.take_opaque = t->take_opaque;
  x.env = t->env;
  if (t->unmounted)
    x.inside = &gk_exec_mounts_unseen;
  if (t->answer) {
    x.stdin_data = t->answer;
    x.stdin_size = strlen (t->answer);
  }
  if (t->name) {
    x.pass_fds = &t->fd;
    x.n_pass_fds = 1;
    gk_fd_path (t->fd, path);
  }
  if (gk_exec_run (&x, &result, err) == -1)
    return -1;
  if (result.status < 0 || result.status > t->max_status) {
    /* Some say why on stderr, some on stdout, and some there who they are. */
    size_t banner = banner_size (t->argv[0], &result.err);
    struct gk_buf why = result.err.size > banner ? result.err : result.out;
    if (why.data == result.err.data) {
      why.data += banner;
      why.size -= banner;
    }
    if (t->tells_steps)
      skip_steps (&why);
    return gk_fs_tool_failed (t->argv[0], result.status, why.data, why.size, t->name ? path : NULL,
                              t->name, err);
  }
  if (ret_out) {
    gk_buf_clear (ret_out);
    *ret_out = result.out;
    result.out = (struct gk_buf)GK_BUF_INIT;
  }
  return result.status;
}

int
gk_fs_run (struct gk_ctx *ctx, const char *const *argv, const char *package, int max_status,
           struct gk_buf *ret_out, struct gk_error *err)
{
  const struct gk_fs_tool t = { .argv = argv, .package = package, .max_status = max_status };

  return gk_fs_run_tool (ctx, &t, ret_out, err);
}

int
gk_fs_run_at (struct gk_ctx *ctx, const char *const *argv, const char *package, int max_status,
              int fd, const char *name, struct gk_buf *ret_out, struct gk_error *err)
{
  const struct gk_fs_tool t = { .argv = argv,
                                .package = package,
                                .max_status = max_status,
                                .fd = fd,
                                .name = fd == -1 ? NULL : name };

  return gk_fs_run_tool (ctx, &t, ret_out, err);
}

int
gk_fs_writing_begin (struct gk_fs_writing *w, char *const *devices, struct gk_error *err)
{
  size_t n = 0;

  while (devices[n])
    n++;
  *w = (struct gk_fs_writing){ calloc (n + 1, sizeof *w->fds), 0 };
  if (w->fds == NULL)
    return gk_error_oom (err);
  for (; w->n < n; w->n++) {
    w->fds[w->n] = open (devices[w->n], O_RDONLY | O_CLOEXEC);
    if (w->fds[w->n] != -1)
      continue;
    _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
    gk_error_sys (&why, errno, "%s", devices[w->n]);
    return gk_fs_writing_end (w, NULL, -1, &why, err);
  }
  return 0;
}

int
gk_fs_writing_end (struct gk_fs_writing *w, const char *tool, int r, struct gk_error *why,
                   struct gk_error *err)
{
  for (size_t i = 0; i < w->n; i++) {
    if (tool && why->errnum == 0 && fsync (w->fds[i]) == -1) {
      int errnum = errno;
      gk_error_clear (why);
      r = gk_error_sys (why, errnum, "%s failed to write to it", tool);
    }
    close (w->fds[i]);
  }
  free (w->fds);
  *w = (struct gk_fs_writing){ NULL, 0 };
  gk_error_move (err, why);
  return r;
}

int
gk_fs_run_tool_writing (struct gk_ctx *ctx, const struct gk_fs_tool *t, const char *device,
                        struct gk_error *err)
{
  char *const devices[] = { (char *)device, NULL };
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
  struct gk_fs_writing writing;

  if (gk_fs_writing_begin (&writing, devices, err) == -1)
    return -1;
  int r = gk_fs_run_tool (ctx, t, NULL, &why);
  return gk_fs_writing_end (&writing, t->argv[0], r, &why, err) == -1 ? -1 : 0;
}

int
gk_fs_run_writing (struct gk_ctx *ctx, const char *const *argv, const char *package,
                   const char *device, struct gk_error *err)
{
  const struct gk_fs_tool t = { .argv = argv, .package = package };

  return gk_fs_run_tool_writing (ctx, &t, device, err);
}
