/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* debug: what libguestfs's own tests ask its daemon, as far as it means something in a
 * worker; and internal_exit.
 *
 * The worker of the local launcher is a process of the host, so nothing here reaches
 * further than to the session's own: its /dev and the folder of debug_upload, which is
 * shown as /tmp.  What would run programs or show the rest of the machine is refused by
 * name, so that nobody takes it for a mistake in the word. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "debug/debug-priv.h"
#include "exec/exec.h"
#include "gk-ops-debug.h"
#include "op/ctx.h"
#include "op/task.h"

typedef char *const *args_t;

static int
say (struct gk_buf *out, const char *text, struct gk_error *err)
{
  return gk_buf_appends (out, text) == -1 ? gk_error_oom (err) : 0;
}

/* --- what the worker is ----------------------------------------------------------- */

static int
do_env (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  for (char **e = environ; e && *e; ++e)
    if (say (out, *e, err) == -1 || say (out, "\n", err) == -1)
      return -1;
  return 0;
}

static int
do_setenv (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  if (gk_strv_length (args) != 2)
    return gk_error_set (err, 0, "setenv: two arguments expected");
  /* Tools do not see it: their environment is made anew. */
  if (setenv (args[0], args[1], 1) == -1)
    return gk_error_sys (err, errno, "setenv: %s", args[0]);
  return say (out, "ok", err);
}

static int
do_fds (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  _cleanup_closedir_ DIR *dir = opendir ("/proc/self/fd");
  const struct dirent *d;

  if (dir == NULL)
    return gk_error_sys (err, errno, "opendir: /proc/self/fd");
  while ((d = readdir (dir)) != NULL) {
    char target[512];
    if (d->d_name[0] == '.')
      continue;
    ssize_t n = readlinkat (dirfd (dir), d->d_name, target, sizeof target - 1);
    if (n == -1)
      return gk_error_sys (err, errno, "readlink: /proc/self/fd/%s", d->d_name);
    target[n] = '\0';
    if (gk_buf_appendf (out, "%2s %s\n", d->d_name, target) == -1)
      return gk_error_oom (err);
  }
  return 0;
}

static int
do_mem (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  static const char *const files[] = { "/proc/meminfo", "/proc/self/status" };

  for (size_t i = 0; i < sizeof files / sizeof files[0]; ++i) {
    _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
    if (gk_read_file (files[i], 64 << 10, &text) == -1)
      return gk_error_sys (err, errno, "%s", files[i]);
    if (gk_buf_append (out, text.data, text.size) == -1)
      return gk_error_oom (err);
  }
  return 0;
}

/* --- its folders -------------------------------------------------------------------- */

/* ls of /dev and /tmp, and what is below. */
static int
list (struct gk_ctx *ctx, const char *how, args_t args, struct gk_buf *out, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;
  struct gk_exec x = GK_EXEC_INIT;

  if (gk_debug_make_folder (ctx, err) == -1)
    return -1;
  if (gk_strv_push (&argv, "ls") == -1 || gk_strv_push (&argv, how) == -1 ||
      gk_strv_push (&argv, "--") == -1)
    return gk_error_oom (err);
  for (size_t i = 0; args[i]; ++i) {
    _cleanup_free_ char *path = NULL;
    if (gk_debug_own_path (ctx, args[i], &path, err) == -1)
      return -1;
    if (gk_strv_push (&argv, path) == -1)
      return gk_error_oom (err);
  }
  if (args[0] == NULL)
    return gk_error_set (err, EINVAL, "ls: no folder is given: /dev, or the session's own /tmp");
  x.argv = (const char *const *)argv.v;
  x.task = ctx->task;
  return gk_exec_check (&x, out, err);
}

static int
do_ls (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  return list (ctx, "-a", args, out, err);
}

static int
do_ll (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  return list (ctx, "-lan", args, out, err);
}

/* --- what it sends --------------------------------------------------------------------- */

static int
number (const char *what, const char *text, uint64_t max, uint64_t *ret, struct gk_error *err)
{
  if (gk_parse_u64 (text, max, ret) == -1)
    return gk_error_set (err, EINVAL, "%s: not a number up to %llu: '%s'", what,
                         (unsigned long long)max, text);
  return 0;
}

#define ERROR_MAX 16000 /* what fits into a frame of the wire */

static int
do_error (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  uint64_t n;

  if (gk_strv_length (args) != 1)
    return gk_error_set (err, 0, "debug error: expecting one arg: length of error message");
  if (number ("error", args[0], ERROR_MAX, &n, err) == -1)
    return -1;
  _cleanup_free_ char *text = malloc (n + 1);
  if (text == NULL)
    return gk_error_oom (err);
  memset (text, 'a', n);
  text[n] = '\0';
  return gk_error_set (err, 0, "%s", text);
}

static int
do_print (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  for (size_t i = 0; args[i]; ++i)
    gk_task_log (ctx->task, "%s", args[i]);
  return say (out, "ok", err);
}

static int
do_spew (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  uint64_t n;

  if (gk_strv_length (args) != 1)
    return gk_error_set (err, 0, "spew: expecting number of lines <n>");
  if (number ("spew", args[0], INT32_MAX, &n, err) == -1)
    return -1;
  for (uint64_t i = 0; i < n; ++i) {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    gk_task_log (ctx->task, "%s", "abcdefghijklmnopqrstuvwxyz0123456789");
  }
  return say (out, "ok", err);
}

static int
do_progress (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  size_t n = gk_strv_length (args);
  uint64_t seconds, rate = 333333;

  if (n < 1 || n > 2)
    return gk_error_set (
        err, 0, "progress: expecting one or more args: time in seconds [, rate in microseconds]");
  if (number ("progress", args[0], 86400, &seconds, err) == -1 ||
      (n == 2 && number ("progress", args[1], 86400000000, &rate, err) == -1))
    return -1;
  uint64_t begun = gk_clock_ns () / 1000000, total = seconds * 1000, now = 0;
  while (now < total) {
    uint64_t left = total - now, step = rate / 1000 + 1;
    if (gk_task_poll (ctx->task, NULL, 0, (int)(step < left ? step : left), err) == -1)
      return -1;
    now = gk_clock_ns () / 1000000 - begun;
    gk_task_progress (ctx->task, now < total ? now : total, total);
  }
  return say (out, "ok", err);
}

/* --- the table ----------------------------------------------------------------------- */

static int do_help (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err);

/* Where there is a rescue shell anybody has one: virt-rescue does a part of its work so. */
static int
do_sh (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf line = GK_BUF_INIT;

  for (size_t i = 0; args[i]; ++i)
    if (gk_buf_appendf (&line, "%s%s", i > 0 ? " " : "", args[i]) == -1)
      return gk_error_oom (err);
  if (line.size == 0)
    return gk_error_set (err, EINVAL, "sh: expecting a command to run");
  struct gk_exec x = GK_EXEC_INIT;
  const char *const argv[] = { "sh", "-c", line.data, NULL };
  x.argv = argv;
  x.task = ctx->task;
  return gk_exec_check (&x, out, err);
}

static const struct {
  const char *name;
  int (*fn) (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err);
  const char *refused; /* or why there is none, without a rescue shell */
} commands[] = {
  { "help", do_help, NULL },
  { "env", do_env, NULL },
  { "error", do_error, NULL },
  { "fds", do_fds, NULL },
  { "ls", do_ls, NULL },
  { "ll", do_ll, NULL },
  { "mem", do_mem, NULL },
  { "print", do_print, NULL },
  { "progress", do_progress, NULL },
  { "setenv", do_setenv, NULL },
  { "spew", do_spew, NULL },
  { "sh", do_sh, "no programs are run beside the guest; 'command' and 'sh' run the guest's own" },
  { "binaries", NULL, "there is no appliance with programs of its own" },
  { "ldd", NULL, "there is no appliance with programs of its own" },
  { "core_pattern", NULL, "that is a setting of the whole kernel" },
  { "segv", NULL, "'internal-exit' ends the worker" },
  { "qtrace", NULL, "there is no qemu between the worker and its disks" },
  { "device_speed", NULL, "it writes over the device; download a part of it to /dev/null" },
};

static int
do_help (struct gk_ctx *ctx, args_t args, struct gk_buf *out, struct gk_error *err)
{
  if (say (out, "Commands supported:", err) == -1)
    return -1;
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; ++i)
    if (commands[i].fn && (commands[i].refused == NULL || ctx->rescue) &&
        (say (out, " ", err) == -1 || say (out, commands[i].name, err) == -1))
      return -1;
  return 0;
}

int
gk_debug_debug (struct gk_ctx *ctx, const char *subcmd, char *const *extraargs, char **ret_result,
                struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;

  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; ++i) {
    if (!gk_streq (subcmd, commands[i].name))
      continue;
    if (commands[i].fn == NULL || (commands[i].refused && !ctx->rescue))
      return gk_error_set (err, ENOTSUP, "%s: is not done here: %s", subcmd, commands[i].refused);
    if (commands[i].fn (ctx, extraargs, &out, err) == -1)
      return -1;
    *ret_result = gk_buf_finish (&out);
    return *ret_result ? 0 : gk_error_oom (err);
  }
  return gk_error_set (err, EINVAL, "use 'debug help 0' to list the supported commands");
}

/* As if it had crashed: what has to be cleaned up is the supervisor's. */
int
gk_debug_internal_exit (struct gk_ctx *ctx, struct gk_error *err)
{
  _exit (EXIT_SUCCESS);
}
