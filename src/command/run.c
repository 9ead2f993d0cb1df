/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Programs of the guest: command, sh and their kin.
 *
 * They run in a world of their own (command-priv.h) which ends with the call.
 * There is no time limit, as some installations take hours, but a cancel ends
 * them, and so does the end of the client.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"
#include "command/command-priv.h"
#include "exec/exec.h"
#include "gk-ops-command.h"
#include "op/ctx.h"
#include "op/stream.h"

#define MAX_OUTPUT ((size_t)64 << 20)
#define MAX_STDERR ((size_t)8 << 10)
#define MAX_RESOLV 65536
/* More than any installation needs. */
#define MAX_TASKS 1024
#define DEFAULT_MEMORY_MIB 1280

static const char *const environment[] = {
  "PATH=/sbin:/usr/sbin:/bin:/usr/bin", "HOME=/", "LC_ALL=C", "SHELL=/bin/sh", "TERM=dumb", NULL
};

/* One run: what goes in, and what is known of its end. */
struct run {
  struct gk_ctx *ctx;
  struct gk_sink *sink; /* or NULL: captured */
  struct gk_command_world world;
  struct gk_exec_result result;
  struct gk_command_report report;
};

static int
to_sink (void *opaque, const void *data, size_t size, struct gk_error *err)
{
  return gk_sink_write (opaque, data, size, err);
}

/* What the first process wrote before it ended; without it, it was killed. */
static void
read_report (struct run *r, int fd)
{
  if (gk_read_full (fd, &r->report, sizeof r->report) != sizeof r->report)
    r->report = (struct gk_command_report){ .end = GK_COMMAND_ENDED, .status = SIGKILL };
}

static int
try_run (struct run *r, const char *const *argv, struct gk_error *err)
{
  struct gk_exec_inside inside = { .clone_flags = CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                                                  CLONE_NEWCGROUP |
                                                  (r->world.network ? 0 : CLONE_NEWNET),
                                   .enter = gk_command_enter,
                                   .opaque = &r->world };
  _cleanup_close_ int report_r = -1, report_w = -1;
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  report_r = fds[0];
  report_w = fds[1];
  r->world.report_fd = report_w;
  struct gk_exec x = GK_EXEC_INIT;
  x.argv = argv;
  x.env = environment;
  x.timeout_ms = -1;
  x.max_output = MAX_OUTPUT;
  x.max_stderr = MAX_STDERR;
  x.inside = &inside;
  x.task = r->ctx->task;
  if (r->sink) {
    x.take_output = to_sink;
    x.take_opaque = r->sink;
  }
  if (gk_exec_run (&x, &r->result, err) == -1)
    return -1;
  gk_close_keep_errno (gk_steal_fd (&report_w));
  read_report (r, report_r);
  return 0;
}

/* Why the kernel did not execute what is there. */
static int
explain (const struct run *r, const char *program, struct gk_error *err)
{
  _cleanup_error_ struct gk_error first = *err;
  const char *machine =
      strchr (program, '/') ? gk_command_machine (r->ctx->root_fd, program) : NULL;
  struct utsname host = { .machine = "unknown" };

  *err = (struct gk_error)GK_ERROR_INIT;
  uname (&host);
  if (first.errnum == ENOEXEC && machine && *machine && !gk_streq (machine, host.machine))
    return gk_error_set (err, ENOEXEC,
                         "%s: is a program for %s, and this machine (%s) runs it only with "
                         "qemu-user-static and its entry in binfmt_misc",
                         program, machine, host.machine);
  if (first.errnum == ENOENT && machine)
    return gk_error_set (err, ENOENT, "%s: its interpreter or loader is not there", program);
  if (first.errnum == ENOENT && gk_streq (program, "/bin/sh"))
    return gk_error_set (err, ENOENT, "the guest has no /bin/sh");
  gk_error_move (err, &first);
  return -1;
}

static int
refuse_end (const struct run *r, struct gk_error *err)
{
  if (r->report.end == GK_COMMAND_TASKS)
    return gk_error_set (err, EAGAIN, "was ended: it had more than %u processes and threads",
                         r->world.max_tasks);
  if (r->report.end == GK_COMMAND_MEMORY)
    return gk_error_set (err, ENOMEM,
                         "was ended: it took more than %llu MiB of memory (see "
                         "set_memsize)",
                         (unsigned long long)(r->world.max_memory >> 20));
  return 0;
}

/* What it said of its failure comes first, as it is; a status adds to it. */
static int
judge (const struct run *r, struct gk_error *err)
{
  const struct gk_buf *words = &r->result.err;
  _cleanup_free_ char *how = NULL;
  size_t n = words->size;

  if (refuse_end (r, err) == -1)
    return -1;
  if (r->report.status == 0)
    return 0;
  how = WIFSIGNALED (r->report.status)
            ? gk_asprintf ("killed by signal %d", WTERMSIG (r->report.status))
            : gk_asprintf ("exited with status %d", WEXITSTATUS (r->report.status));
  if (how == NULL)
    return gk_error_oom (err);
  while (n > 0 && (words->data[n - 1] == '\n' || words->data[n - 1] == '\0'))
    n--;
  if (n == 0)
    return gk_error_set (err, 0, "%s", how);
  return gk_error_set (err, 0, "%.*s (%s)", (int)n, words->data, how);
}

static int
read_resolv (struct gk_buf *text, struct gk_error *err)
{
  if (gk_read_file ("/etc/resolv.conf", MAX_RESOLV, text) == -1 && errno != ENOENT)
    return gk_error_sys (err, errno, "/etc/resolv.conf of this machine");
  return 0;
}

/* A text without a line that says by which program it is to be read is the
 * shell's, as it is for execvp (3). */
static int
with_shell (struct run *r, char *const *argv, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;

  if (gk_strv_push (&sv, "/bin/sh") == -1)
    return gk_error_oom (err);
  for (size_t i = 0; argv[i]; i++)
    if (gk_strv_push (&sv, argv[i]) == -1)
      return gk_error_oom (err);
  return try_run (r, (const char *const *)sv.v, err);
}

/* What the caller allows, but leave something to whoever serves the guest's disk. */
static uint64_t
memory_limit (const struct gk_ctx *ctx)
{
  uint64_t limit = (uint64_t)(ctx->memsize > 0 ? ctx->memsize : DEFAULT_MEMORY_MIB) << 20;
  struct sysinfo si;

  if (sysinfo (&si) == 0) {
    uint64_t most = (uint64_t)si.totalram * si.mem_unit / 4 * 3;
    limit = limit < most ? limit : most;
  }
  return limit;
}

/* ret_out: what it wrote to stdout, when there is no sink. */
static int
run (struct gk_ctx *ctx, char *const *argv, struct gk_sink *sink, struct gk_buf *ret_out,
     struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf resolv = GK_BUF_INIT;
  struct run r = { .ctx = ctx, .sink = sink, .result = GK_EXEC_RESULT_INIT };

  if (argv[0] == NULL)
    return gk_error_set (err, 0, "passed an empty list");
  if (ctx->network && read_resolv (&resolv, err) == -1)
    return -1;
  r.world = (struct gk_command_world){ .root_fd = ctx->root_fd,
                                       .report_fd = -1,
                                       .network = ctx->network,
                                       .resolv = resolv.data,
                                       .umask = ctx->umask,
                                       .max_memory = memory_limit (ctx),
                                       .max_tasks = MAX_TASKS };
  int ret = try_run (&r, (const char *const *)argv, err);
  if (ret == -1 && err->errnum == ENOEXEC && strchr (argv[0], '/')) {
    const char *machine = gk_command_machine (ctx->root_fd, argv[0]);
    if (machine && !*machine) {
      gk_error_clear (err);
      ret = with_shell (&r, argv, err);
    }
  }
  if (ret == -1 && (err->errnum == ENOEXEC || err->errnum == ENOENT))
    ret = explain (&r, argv[0], err);
  if (ret == 0)
    ret = judge (&r, err);
  if (ret == 0 && ret_out) {
    *ret_out = r.result.out;
    r.result.out = (struct gk_buf)GK_BUF_INIT;
  }
  gk_exec_result_clear (&r.result);
  return ret;
}

/* As C sees it: up to the first NUL. */
static int
as_string (struct gk_buf *out, char **ret, struct gk_error *err)
{
  char *s = gk_buf_finish (out);

  if (s == NULL)
    return gk_error_oom (err);
  *ret = s;
  return 0;
}

static int
as_lines (const struct gk_buf *out, char ***ret, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  const char *p = out->data, *end = p ? p + strlen (p) : NULL;

  while (p < end) {
    const char *nl = strchrnul (p, '\n');
    if (gk_strv_pushf (&sv, "%.*s", (int)(nl - p), p) == -1)
      return gk_error_oom (err);
    p = *nl ? nl + 1 : nl;
  }
  char **v = gk_strv_finish (&sv);
  if (v == NULL)
    return gk_error_oom (err);
  *ret = v;
  return 0;
}

int
gk_command_command (struct gk_ctx *ctx, char *const *arguments, char **ret_output,
                    struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;

  return run (ctx, arguments, NULL, &out, err) == -1 ? -1 : as_string (&out, ret_output, err);
}

int
gk_command_command_lines (struct gk_ctx *ctx, char *const *arguments, char ***ret_lines,
                          struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;

  return run (ctx, arguments, NULL, &out, err) == -1 ? -1 : as_lines (&out, ret_lines, err);
}

int
gk_command_command_out (struct gk_ctx *ctx, char *const *arguments, struct gk_sink *output,
                        struct gk_error *err)
{
  return run (ctx, arguments, output, NULL, err);
}

int
gk_command_sh (struct gk_ctx *ctx, const char *command, char **ret_output, struct gk_error *err)
{
  char *const argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)command, NULL };

  return gk_command_command (ctx, argv, ret_output, err);
}

int
gk_command_sh_lines (struct gk_ctx *ctx, const char *command, char ***ret_lines,
                     struct gk_error *err)
{
  char *const argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)command, NULL };

  return gk_command_command_lines (ctx, argv, ret_lines, err);
}

int
gk_command_sh_out (struct gk_ctx *ctx, const char *command, struct gk_sink *output,
                   struct gk_error *err)
{
  char *const argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)command, NULL };

  return gk_command_command_out (ctx, argv, output, err);
}
