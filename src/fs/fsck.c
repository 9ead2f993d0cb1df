/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Checking and repairing, as the row of a filesystem says.
 *
 * What the exit status of a tool that repairs means differs too much to be
 * believed: all but e2fsck say the same of a filesystem that was whole and of one
 * that they have repaired, and some of one that they gave up.  So the verdict is
 * that of a check, before and after. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "fs/fs-priv.h"
#include "fs/fsck.h"
#include "op/ctx.h"

/* A broken filesystem has much to tell; the rest of it is the same again. */
#define OUTPUT_MAX ((size_t)64 << 10)

static const struct gk_fs_check *
find_check (const char *type)
{
  const struct gk_fs *fs = gk_fs_find (type);

  return fs ? fs->check : NULL;
}

void
gk_fs_checked_clear (struct gk_fs_checked *c)
{
  free (c->type);
  free (c->output);
  *c = (struct gk_fs_checked)GK_FS_CHECKED_INIT;
}

/* --- a tool ----------------------------------------------------------------------------------- */

/* Its status; what it says is kept, the last of it when it is much. */
static int
run (struct gk_ctx *ctx, const char *const *words, const char *device, char **ret_output,
     struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  struct gk_exec x = GK_EXEC_INIT;

  for (; *words; words++)
    if (gk_strv_push (&argv, *words) == -1)
      return gk_error_oom (err);
  if (gk_strv_push (&argv, device) == -1)
    return gk_error_oom (err);
  x.argv = (const char *const *)argv.v;
  x.timeout_ms = -1; /* of a large filesystem it takes its time, and can be cancelled */
  x.max_output = (size_t)256 << 20;
  x.task = ctx->task;
  x.inside = &gk_exec_mounts_unseen;
  if (gk_exec_run (&x, &result, err) == -1)
    return -1;
  const struct gk_buf *parts[] = { &result.out, &result.err };
  for (size_t i = 0; i < 2; i++) {
    size_t n = parts[i]->size < OUTPUT_MAX ? parts[i]->size : OUTPUT_MAX;
    if (n && gk_buf_append (&text, parts[i]->data + parts[i]->size - n, n) == -1)
      return gk_error_oom (err);
  }
  char *output = text.size ? gk_buf_finish (&text) : strdup ("");
  if (output == NULL)
    return gk_error_oom (err);
  free (*ret_output);
  *ret_output = output;
  return result.status;
}

static int
check_once (struct gk_ctx *ctx, const struct gk_fs_check *kind, const char *device,
            struct gk_fs_checked *c, struct gk_error *err)
{
  int status = run (ctx, kind->check, device, &c->output, err);

  if (status == -1)
    return -1;
  /* Where it is a sum of bits, 8 may stand beside 4: faults, after which the tool
   * could not go on. */
  bool faults =
      status <= kind->answers || (kind->answers == GK_FS_CHECK_BITS && status <= 15 && status & 4);
  if (status == 0 && kind->fault_words && strstr (c->output, kind->fault_words))
    status = kind->answers;
  c->verdict = status == 0 ? GK_FS_CLEAN : faults ? GK_FS_FAULTS : GK_FS_NOT_CHECKED;
  c->log = kind->log_words && strstr (c->output, kind->log_words) != NULL;
  return 0;
}

/* --- the whole --------------------------------------------------------------------- */

static int
not_checked (struct gk_fs_checked *c, char *why, struct gk_error *err)
{
  c->verdict = GK_FS_NOT_CHECKED;
  c->output = why;
  return why ? 0 : gk_error_oom (err);
}

static int
check_and_repair (struct gk_ctx *ctx, const struct gk_fs_check *kind, const char *device,
                  bool repair, struct gk_fs_checked *c, struct gk_error *err)
{
  _cleanup_free_ char *said = NULL;

  if (check_once (ctx, kind, device, c, err) == -1)
    return -1;
  /* A journal that was not replayed belongs to what is repaired. */
  if (!repair || kind->repair == NULL || (c->verdict == GK_FS_CLEAN && !c->log))
    return 0;
  if (run (ctx, kind->repair, device, &said, err) == -1)
    return -1;
  if (check_once (ctx, kind, device, c, err) == -1)
    return -1;
  if (c->verdict == GK_FS_CLEAN)
    c->verdict = GK_FS_REPAIRED;
  /* What was done is of more interest than that all is well now. */
  free (c->output);
  c->output = gk_steal_ptr (said);
  return 0;
}

int
gk_fs_check (struct gk_ctx *ctx, const char *device, const char *type, bool repair,
             struct gk_fs_checked *ret, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
  _cleanup_fs_checked_ struct gk_fs_checked c = GK_FS_CHECKED_INIT;

  if (gk_fs_check_free (device, err) == -1)
    return -1;
  if (gk_fs_probe_device (device, &probe, err) == -1)
    return -1;
  c.type = strdup (type ? type : probe.type);
  if (c.type == NULL)
    return gk_error_oom (err);
  const struct gk_fs_check *kind = find_check (c.type);
  _cleanup_free_ char *tool = kind ? gk_exec_find (kind->check[0]) : NULL;
  int r;
  if (c.type[0] == '\0')
    r = not_checked (&c, strdup ("no filesystem is recognized on it"), err);
  else if (kind == NULL)
    r = not_checked (&c, gk_asprintf ("there is no check for '%s'", c.type), err);
  else if (tool == NULL)
    r = not_checked (
        &c, gk_asprintf ("%s is not installed (package %s)", kind->check[0], kind->package), err);
  else
    r = check_and_repair (ctx, kind, device, repair, &c, err);
  if (r == -1)
    return -1;
  c.tool = kind ? kind->check[0] : NULL;
  *ret = c;
  c = (struct gk_fs_checked)GK_FS_CHECKED_INIT;
  return 0;
}
