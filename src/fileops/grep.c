/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The grep family, with GNU grep on a descriptor.
 *
 * Whoever wrote the regular expression may have written one that takes for
 * ever, and the text is the guest's: so it is a process that can be stopped,
 * and one that holds nothing.  -a, for a file with a NUL in it has lines, too. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec/exec.h"
#include "fileops/fileops-priv.h"

#define MAX_OUTPUT ((size_t)1 << 30)

enum { EXTENDED = 1, FIXED = 2, INSENSITIVE = 4, COMPRESSED = 8 };

static int
split_lines (struct gk_buf *text, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv lines = GK_STRV_INIT;
  char *p = text->data, *end = p + text->size, *nl;

  for (; p < end; p = nl + 1) {
    nl = memchr (p, '\n', (size_t)(end - p));
    if (!nl)
      nl = end;
    *nl = '\0';
    if (gk_strv_push (&lines, p) == -1)
      return gk_error_oom (err);
  }
  *ret_list = gk_strv_finish (&lines);
  return *ret_list ? 0 : gk_error_oom (err);
}

/* What gzip makes of in: a pipe to read it from. */
static int
start_gzip (int in, struct gk_child *child, struct gk_error *err)
{
  static const char *const argv[] = { "gzip", "-cdfq", NULL };
  struct gk_exec x = GK_EXEC_INIT;
  int p[2], r;

  if (pipe2 (p, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  x.argv = argv;
  x.stdin_fd = in;
  x.stdout_fd = p[1];
  x.inside = &gk_exec_nobody;
  r = gk_child_start (&x, child, err);
  gk_close_keep_errno (p[1]);
  if (r == -1) {
    gk_close_keep_errno (p[0]);
    return -1;
  }
  return p[0];
}

static int
run_grep (struct gk_ctx *ctx, const char *regex, int in, unsigned how,
          struct gk_exec_result *result, struct gk_error *err)
{
  const char *argv[8] = { "grep", "-a" };
  size_t n = 2;
  struct gk_exec x = GK_EXEC_INIT;

  if (how & EXTENDED)
    argv[n++] = "-E";
  if (how & FIXED)
    argv[n++] = "-F";
  if (how & INSENSITIVE)
    argv[n++] = "-i";
  argv[n++] = "-e";
  argv[n++] = regex;
  x.argv = argv;
  x.stdin_fd = in;
  x.max_output = MAX_OUTPUT;
  x.max_stderr = 4096;
  x.inside = &gk_exec_nobody;
  x.task = ctx->task;
  return gk_exec_run (&x, result, err);
}

static int
grep (struct gk_ctx *ctx, const char *regex, const char *path, unsigned how, char ***ret_list,
      struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  struct gk_child gzip = GK_CHILD_INIT;
  _cleanup_close_ int fd = gk_fo_open_file (ctx, path, O_RDONLY, NULL, err), piped = -1;
  int r;

  if (fd == -1)
    return -1;
  if (how & COMPRESSED) {
    piped = start_gzip (fd, &gzip, err);
    if (piped == -1)
      return -1;
  }
  r = run_grep (ctx, regex, piped >= 0 ? piped : fd, how, &result, err);
  if (gzip.pid)
    gk_child_stop (&gzip, 0);
  if (r == -1)
    return gk_error_wrap (err, "%s", path);
  if (result.status > 1) {
    size_t n = result.err.size;
    while (n > 0 && result.err.data[n - 1] == '\n')
      n--;
    _cleanup_free_ char *why = gk_escape (n ? result.err.data : "failed", n ? n : 6, 1024);
    return gk_error_set (err, 0, "%s: %s", regex, why ? why : "grep failed");
  }
  if (result.out.size == 0) {
    *ret_list = calloc (1, sizeof **ret_list);
    return *ret_list ? 0 : gk_error_oom (err);
  }
  return split_lines (&result.out, ret_list, err);
}

#define HAS(NAME) (opt && opt->bitmask & GUESTFS_GREP_OPTS_##NAME##_BITMASK)

int
gk_fileops_grep (struct gk_ctx *ctx, const char *regex, const char *path,
                 const struct guestfs_grep_opts_argv *opt, char ***ret_list, struct gk_error *err)
{
  unsigned how = 0;

  if (HAS (EXTENDED) && opt->extended)
    how |= EXTENDED;
  if (HAS (FIXED) && opt->fixed)
    how |= FIXED;
  if (HAS (INSENSITIVE) && opt->insensitive)
    how |= INSENSITIVE;
  if (HAS (COMPRESSED) && opt->compressed)
    how |= COMPRESSED;
  if (how & EXTENDED && how & FIXED)
    return gk_error_set (err, EINVAL, "can't use 'extended' and 'fixed' flags at the same time");
  return grep (ctx, regex, path, how, ret_list, err);
}

/* --- the older forms ------------------------------------------------------------------ */

int
gk_fileops_egrep (struct gk_ctx *ctx, const char *regex, const char *path, char ***ret_list,
                  struct gk_error *err)
{
  return grep (ctx, regex, path, EXTENDED, ret_list, err);
}

int
gk_fileops_egrepi (struct gk_ctx *ctx, const char *regex, const char *path, char ***ret_list,
                   struct gk_error *err)
{
  return grep (ctx, regex, path, EXTENDED | INSENSITIVE, ret_list, err);
}

int
gk_fileops_fgrep (struct gk_ctx *ctx, const char *pattern, const char *path, char ***ret_list,
                  struct gk_error *err)
{
  return grep (ctx, pattern, path, FIXED, ret_list, err);
}

int
gk_fileops_fgrepi (struct gk_ctx *ctx, const char *pattern, const char *path, char ***ret_list,
                   struct gk_error *err)
{
  return grep (ctx, pattern, path, FIXED | INSENSITIVE, ret_list, err);
}

int
gk_fileops_grepi (struct gk_ctx *ctx, const char *regex, const char *path, char ***ret_list,
                  struct gk_error *err)
{
  return grep (ctx, regex, path, INSENSITIVE, ret_list, err);
}

int
gk_fileops_zegrep (struct gk_ctx *ctx, const char *regex, const char *path, char ***ret_list,
                   struct gk_error *err)
{
  return grep (ctx, regex, path, EXTENDED | COMPRESSED, ret_list, err);
}

int
gk_fileops_zegrepi (struct gk_ctx *ctx, const char *regex, const char *path, char ***ret_list,
                    struct gk_error *err)
{
  return grep (ctx, regex, path, EXTENDED | INSENSITIVE | COMPRESSED, ret_list, err);
}

int
gk_fileops_zfgrep (struct gk_ctx *ctx, const char *pattern, const char *path, char ***ret_list,
                   struct gk_error *err)
{
  return grep (ctx, pattern, path, FIXED | COMPRESSED, ret_list, err);
}

int
gk_fileops_zfgrepi (struct gk_ctx *ctx, const char *pattern, const char *path, char ***ret_list,
                    struct gk_error *err)
{
  return grep (ctx, pattern, path, FIXED | INSENSITIVE | COMPRESSED, ret_list, err);
}

int
gk_fileops_zgrep (struct gk_ctx *ctx, const char *regex, const char *path, char ***ret_list,
                  struct gk_error *err)
{
  return grep (ctx, regex, path, COMPRESSED, ret_list, err);
}

int
gk_fileops_zgrepi (struct gk_ctx *ctx, const char *regex, const char *path, char ***ret_list,
                   struct gk_error *err)
{
  return grep (ctx, regex, path, INSENSITIVE | COMPRESSED, ret_list, err);
}
