/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Running the tool of a filesystem on a device of the session. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "fs/fs-priv.h"
#include "op/ctx.h"

/* Checks of a large filesystem take their time, and can be cancelled. */
#define NO_TIMEOUT (-1)

int
gk_fs_run (struct gk_ctx *ctx, const char *const *argv, const char *package, int max_status,
           struct gk_buf *ret_out, struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  struct gk_exec x = GK_EXEC_INIT;
  _cleanup_free_ char *tool = gk_exec_find (argv[0]);

  if (tool == NULL)
    return gk_error_set (err, EOPNOTSUPP, "%s is not installed (package %s)", argv[0], package);
  x.argv = argv;
  x.timeout_ms = NO_TIMEOUT;
  x.task = ctx->task;
  if (gk_exec_run (&x, &result, err) == -1)
    return -1;
  if (result.status < 0 || result.status > max_status) {
    /* Some say why on stderr, some on stdout. */
    struct gk_buf *why = result.err.size ? &result.err : &result.out;
    while (why->size > 0 && why->data[why->size - 1] == '\n')
      why->data[--why->size] = '\0';
    if (why->size == 0)
      return gk_error_set (err, 0, "%s exited with status %d", argv[0], result.status);
    return gk_error_set (err, 0, "%s: %s", argv[0], why->data);
  }
  if (ret_out) {
    gk_buf_clear (ret_out);
    *ret_out = result.out;
    result.out = (struct gk_buf)GK_BUF_INIT;
  }
  return result.status;
}
