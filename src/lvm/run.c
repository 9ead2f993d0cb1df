/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Running lvm, and whether there is any sense in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "fs/fs.h"
#include "lvm/lvm-priv.h"
#include "mount/devices.h"
#include "mount/dm.h"
#include "op/ctx.h"
#include "op/task.h"

#define LINES_SHOWN 3 /* in an error */
#define LINES_LOGGED 50
#define LINE_SHOWN 200

int
gk_lvm_need (struct gk_ctx *ctx, struct gk_error *err)
{
  if (!gk_dm_available ())
    return gk_error_set (err, ENOTSUP,
                         "LVM needs device-mapper, which this kernel lacks; the uml launcher has a "
                         "kernel with it");
  _cleanup_free_ char *path = gk_exec_find ("lvm");
  if (path == NULL)
    return gk_error_set (err, ENOTSUP, "lvm is not installed (Debian: the package lvm2)");
  return 0;
}

static bool
any_pv_of (char *const *devices)
{
  for (size_t i = 0; devices[i]; i++) {
    _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
    _cleanup_close_ int fd = open (devices[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd != -1 && gk_fs_probe_member (fd, &probe, NULL) == 0 &&
        gk_streq (probe.type, "LVM2_member"))
      return true;
  }
  return false;
}

bool
gk_lvm_any_pv (struct gk_ctx *ctx)
{
  _cleanup_strv_ char **all = NULL;

  return gk_devices_list_all (ctx->devices, &all) == 0 && any_pv_of (all);
}

/* One line of what it said, with one blank between words. */
static char *
squeeze (const char *line, size_t size)
{
  _cleanup_free_ char *copy = malloc (size + 1);
  size_t n = 0;

  if (copy == NULL)
    return NULL;
  for (size_t i = 0; i < size; i++) {
    bool blank = line[i] == ' ' || line[i] == '\t';
    if (!blank || (n > 0 && copy[n - 1] != ' '))
      copy[n++] = blank ? ' ' : line[i];
  }
  if (n > 0 && copy[n - 1] == ' ')
    n--;
  return gk_escape (copy, n, LINE_SHOWN);
}

/* What it said, a line each; twice the same is once. */
static int
said_lines (const struct gk_buf *said, struct gk_strv *lines)
{
  const char *at = said->data, *end = at ? at + said->size : NULL;

  while (at < end) {
    const char *stop = memchr (at, '\n', (size_t)(end - at));
    size_t size = (size_t)((stop ? stop : end) - at);
    _cleanup_free_ char *line = squeeze (at, size);
    if (line == NULL)
      return -1;
    bool known = lines->len > 0 && gk_strv_contains (lines->v, line);
    if (*line && !known && gk_strv_push (lines, line) == -1)
      return -1;
    at += size + 1;
  }
  return 0;
}

/* The last of them, in one line: these are the reason.  Before it LVM warns of
 * every disk that it dislikes, whether or not its failure has to do with it. */
static char *
words (const struct gk_buf *said, size_t most)
{
  _cleanup_gk_strv_ struct gk_strv lines = GK_STRV_INIT;
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  if (said_lines (said, &lines) == -1)
    return NULL;
  for (size_t i = lines.len > most ? lines.len - most : 0; i < lines.len; i++)
    if (gk_buf_appendf (&text, "%s%s", text.size > 0 ? " " : "", lines.v[i]) == -1)
      return NULL;
  return text.size > 0 ? gk_buf_finish (&text) : NULL;
}

static bool
speaks_of_use (const char *said)
{
  return strstr (said, " in use") || strstr (said, " open logical volume") ||
         strstr (said, " exclusively");
}

static int
fail (const struct gk_exec_result *result, struct gk_error *err)
{
  _cleanup_free_ char *said = words (&result->err, LINES_SHOWN);

  if (result->status > 128)
    return gk_error_set (err, EIO, "lvm died of signal %d: the metadata of a group may be damaged",
                         result->status - 128);
  if (said == NULL)
    return gk_error_set (err, 0, "lvm failed and does not say why");
  int medium = gk_errno_of_medium (result->err.data, result->err.size, NULL, NULL);
  return gk_error_set (err, speaks_of_use (said) ? EBUSY : medium, "%s", said);
}

static int
run (struct gk_ctx *ctx, char *const *args, bool anyway, struct gk_buf *ret_out,
     struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  _cleanup_free_ char *dir = gk_lvm_home (ctx, err);
  if (dir == NULL)
    return -1;
  _cleanup_free_ char *system_dir = gk_asprintf ("LVM_SYSTEM_DIR=%s", dir);
  if (system_dir == NULL || gk_strv_push (&argv, "lvm") == -1)
    return gk_error_oom (err);
  for (size_t i = 0; args[i]; i++)
    if (gk_strv_push (&argv, args[i]) == -1)
      return gk_error_oom (err);
  const char *const env[] = { system_dir, "DM_DISABLE_UDEV=1", "LVM_SUPPRESS_FD_WARNINGS=1", NULL };
  struct gk_exec x = GK_EXEC_INIT;
  x.argv = (const char *const *)argv.v;
  x.env = env;
  x.task = ctx->task;
  if (gk_exec_run (&x, &result, err) == -1)
    return -1;

  if (result.status > 128 || (result.status != 0 && !anyway))
    return fail (&result, err);
  _cleanup_free_ char *said = words (&result.err, LINES_LOGGED);
  if (said)
    gk_task_log (ctx->task, "lvm %s: %s", args[0], said);
  if (ret_out) {
    gk_buf_clear (ret_out);
    *ret_out = result.out;
    result.out = (struct gk_buf)GK_BUF_INIT;
  }
  return 0;
}

int
gk_lvm_runv (struct gk_ctx *ctx, char *const *args, struct gk_buf *ret_out, struct gk_error *err)
{
  return run (ctx, args, false, ret_out, err);
}

int
gk_lvm_run_anyway (struct gk_ctx *ctx, char *const *args, struct gk_buf *ret_out,
                   struct gk_error *err)
{
  return run (ctx, args, true, ret_out, err);
}

int
gk_lvm_run (struct gk_ctx *ctx, struct gk_error *err, ...)
{
  _cleanup_gk_strv_ struct gk_strv args = GK_STRV_INIT;
  const char *arg;
  va_list ap;
  int r = 0;

  va_start (ap, err);
  while (r == 0 && (arg = va_arg (ap, const char *)) != NULL)
    r = gk_strv_push (&args, arg);
  va_end (ap);
  if (r == -1)
    return gk_error_oom (err);
  return gk_lvm_runv (ctx, args.v, NULL, err);
}
