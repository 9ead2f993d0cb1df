/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls for ext2, ext3 and ext4 alone, by e2fsprogs: checking, resizing,
 * parameters. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

#define PACKAGE "e2fsprogs"
/* e2fsck's: 1 errors corrected; 2 also, and the machine should be booted anew. */
#define CORRECTED 2

static int
run (struct gk_ctx *ctx, const char *const *argv, int max_status, struct gk_error *err)
{
  return gk_fs_run (ctx, argv, PACKAGE, max_status, NULL, err) == -1 ? -1 : 0;
}

/* --- checking -------------------------------------------------------------------------- */

int
gk_fs_e2fsck (struct gk_ctx *ctx, const char *device, const struct guestfs_e2fsck_argv *opt,
              struct gk_error *err)
{
  bool correct = opt && opt->bitmask & GUESTFS_E2FSCK_CORRECT_BITMASK && opt->correct;
  bool forceall = opt && opt->bitmask & GUESTFS_E2FSCK_FORCEALL_BITMASK && opt->forceall;

  if (correct && forceall)
    return gk_error_set (err, EINVAL,
                         "only one of the options 'correct', 'forceall' may be specified");
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  return run (ctx, GK_LIST ("e2fsck", "-f", forceall ? "-y" : "-p", device), CORRECTED, err);
}

int
gk_fs_e2fsck_f (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return gk_fs_e2fsck (ctx, device, NULL, err);
}

/* --- resizing -------------------------------------------------------------------------- */

/* resize2fs insists on a check of what is not mounted. */
static int
check_first (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  _cleanup_error_ struct gk_error busy = GK_ERROR_INIT;

  if (gk_fs_check_free (device, &busy) == -1 && busy.errnum == EBUSY)
    return 0;
  return run (ctx, GK_LIST ("e2fsck", "-f", "-y", device), CORRECTED, err);
}

int
gk_fs_resize2fs (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (check_first (ctx, device, err) == -1)
    return -1;
  return run (ctx, GK_LIST ("resize2fs", device), 0, err);
}

int
gk_fs_resize2fs_M (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (check_first (ctx, device, err) == -1)
    return -1;
  return run (ctx, GK_LIST ("resize2fs", "-M", device), 0, err);
}

int
gk_fs_resize2fs_size (struct gk_ctx *ctx, const char *device, int64_t size, struct gk_error *err)
{
  if (size <= 0 || size % 1024)
    return gk_error_set (err, EINVAL, "%lld: size must be a multiple of 1024", (long long)size);
  _cleanup_free_ char *text = gk_asprintf ("%lldK", (long long)(size / 1024));
  if (text == NULL)
    return gk_error_oom (err);
  if (check_first (ctx, device, err) == -1)
    return -1;
  return run (ctx, GK_LIST ("resize2fs", device, text), 0, err);
}

/* --- parameters ------------------------------------------------------------------------ */

/* "Filesystem UUID:          0123..." */
static int
push_field (struct gk_strv *list, char *line)
{
  char *colon = strchr (line, ':'), *value;

  if (colon == NULL)
    return 0;
  *colon = '\0';
  value = colon + 1 + strspn (colon + 1, " \t");
  if (gk_streq (value, "<none>") || gk_streq (value, "<not available>"))
    value += strlen (value);
  return gk_strv_push (list, line) == -1 || gk_strv_push (list, value) == -1 ? -1 : 0;
}

int
gk_fs_tune2fs_l (struct gk_ctx *ctx, const char *device, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;
  char *line, *save = NULL;

  if (gk_fs_run (ctx, GK_LIST ("tune2fs", "-l", device), PACKAGE, 0, &out, err) == -1)
    return -1;
  /* The first line names the program. */
  line = out.data ? strtok_r (out.data, "\n", &save) : NULL;
  while (line && (line = strtok_r (NULL, "\n", &save)) != NULL)
    if (push_field (&list, line) == -1)
      return gk_error_oom (err);
  *ret_list = gk_strv_finish (&list);
  return *ret_list ? 0 : gk_error_oom (err);
}

#define HAS(NAME) (opt && opt->bitmask & GUESTFS_TUNE2FS_##NAME##_BITMASK)

static int
push_number (struct gk_strv *argv, const char *option, int64_t n, int64_t least, const char *name,
             struct gk_error *err)
{
  if (n < least)
    return gk_error_set (err, EINVAL, "%s cannot be negative", name);
  if (gk_strv_push (argv, option) == -1 || gk_strv_pushf (argv, "%lld", (long long)n) == -1)
    return gk_error_oom (err);
  return 0;
}

int
gk_fs_tune2fs (struct gk_ctx *ctx, const char *device, const struct guestfs_tune2fs_argv *opt,
               struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (gk_strv_push (&argv, "tune2fs") == -1 ||
      (HAS (FORCE) && opt->force && gk_strv_push (&argv, "-f") == -1))
    return gk_error_oom (err);
  if (HAS (ERRORBEHAVIOR) && !gk_streq (opt->errorbehavior, "continue") &&
      !gk_streq (opt->errorbehavior, "remount-ro") && !gk_streq (opt->errorbehavior, "panic"))
    return gk_error_set (err, EINVAL, "invalid errorbehavior parameter: %s", opt->errorbehavior);
  if ((HAS (MAXMOUNTCOUNT) &&
       push_number (&argv, "-c", opt->maxmountcount, -1, "maxmountcount", err) == -1) ||
      (HAS (MOUNTCOUNT) &&
       push_number (&argv, "-C", opt->mountcount, 0, "mountcount", err) == -1) ||
      (HAS (GROUP) && push_number (&argv, "-g", opt->group, 0, "group", err) == -1) ||
      (HAS (RESERVEDBLOCKSPERCENTAGE) && push_number (&argv, "-m", opt->reservedblockspercentage, 0,
                                                      "reservedblockspercentage", err) == -1) ||
      (HAS (RESERVEDBLOCKSCOUNT) &&
       push_number (&argv, "-r", opt->reservedblockscount, 0, "reservedblockscount", err) == -1) ||
      (HAS (USER) && push_number (&argv, "-u", opt->user, 0, "user", err) == -1))
    return -1;
  if (HAS (INTERVALBETWEENCHECKS)) {
    if (opt->intervalbetweenchecks < 0)
      return gk_error_set (err, EINVAL, "intervalbetweenchecks cannot be negative");
    /* Seconds; without the letter they would be days. */
    if (gk_strv_push (&argv, "-i") == -1 ||
        gk_strv_pushf (&argv, "%ds", opt->intervalbetweenchecks) == -1)
      return gk_error_oom (err);
  }
  if ((HAS (ERRORBEHAVIOR) &&
       (gk_strv_push (&argv, "-e") == -1 || gk_strv_push (&argv, opt->errorbehavior) == -1)) ||
      (HAS (LASTMOUNTEDDIRECTORY) &&
       (gk_strv_push (&argv, "-M") == -1 || gk_strv_push (&argv, opt->lastmounteddirectory) == -1)))
    return gk_error_oom (err);
  if (argv.len == 1)
    return gk_error_set (err, EINVAL, "%s: nothing to change was given", device);
  if (gk_strv_push (&argv, device) == -1)
    return gk_error_oom (err);
  return run (ctx, (const char *const *)argv.v, 0, err);
}

int
gk_fs_get_e2label (struct gk_ctx *ctx, const char *device, char **ret_string, struct gk_error *err)
{
  return gk_fs_vfs_label (ctx, device, ret_string, err);
}

int
gk_fs_get_e2uuid (struct gk_ctx *ctx, const char *device, char **ret_string, struct gk_error *err)
{
  return gk_fs_vfs_uuid (ctx, device, ret_string, err);
}

int
gk_fs_set_e2label (struct gk_ctx *ctx, const char *device, const char *label, struct gk_error *err)
{
  return gk_fs_set_label (ctx, device, label, err);
}

int
gk_fs_set_e2uuid (struct gk_ctx *ctx, const char *device, const char *uuid, struct gk_error *err)
{
  if (gk_fs_check_uuid (uuid, GK_LIST ("clear", "random", "time"), err) == -1)
    return -1;
  return run (ctx, GK_LIST ("tune2fs", "-U", uuid, device), 0, err);
}
