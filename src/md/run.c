/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mdadm and its configuration. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "exec/exec.h"
#include "md/md-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"
#include "op/task.h"

int
gk_md_need (struct gk_ctx *ctx, struct gk_error *err)
{
  if (access ("/proc/mdstat", F_OK) == -1 && ctx->load_module &&
      ctx->load_module ("md_mod", err) == -1)
    return -1;
  if (access ("/proc/mdstat", F_OK) == -1)
    return gk_error_set (err, ENOTSUP,
                         "this kernel has no md, which Linux RAID needs; the uml launcher brings "
                         "a kernel that has it");
  _cleanup_free_ char *path = gk_exec_find ("mdadm");
  if (path == NULL)
    return gk_error_set (err, ENOTSUP, "mdadm is not installed (Debian: the package mdadm)");
  return 0;
}

/* --- the tool -------------------------------------------------------------------------- */

/* The configuration splits words, and takes them for patterns. */
static bool
is_plain (const char *device)
{
  static const char good[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.+:@%=-";

  return device[strspn (device, good)] == '\0';
}

/* What it calls a device: a node of that name is there while it runs when the
 * device's own name is none that it could read. */
static char *
name_for_tool (struct gk_ctx *ctx, const char *device)
{
  dev_t devno;

  if (is_plain (device))
    return strdup (device);
  if (gk_devices_number (ctx->devices, device, &devno) == -1)
    return NULL;
  return gk_asprintf ("/dev/guestkit-member-%u-%u", major (devno), minor (devno));
}

static int
add_devices (struct gk_ctx *ctx, struct gk_buf *text, char *const *devices)
{
  for (size_t i = 0; devices[i]; i++) {
    dev_t devno;
    _cleanup_free_ char *name = name_for_tool (ctx, devices[i]);
    if (name == NULL || gk_buf_appendf (text, "DEVICE %s\n", name) == -1)
      return -1;
    if (!gk_streq (name, devices[i]) && gk_devices_number (ctx->devices, devices[i], &devno) == 0 &&
        mknod (name, S_IFBLK | 0600, devno) == -1 && errno != EEXIST)
      return -1;
  }
  return 0;
}

/* It gets these devices, or all. */
static int
choose_devices (struct gk_ctx *ctx, char *const *devices, char ***ret_list, struct gk_error *err)
{
  char **list = NULL;

  if (devices ? (list = gk_strv_copy (devices)) == NULL
              : gk_devices_list_all (ctx->devices, &list) == -1)
    return gk_error_oom (err);
  *ret_list = list;
  return 0;
}

static void
remove_names (struct gk_ctx *ctx, char *const *devices)
{
  for (size_t i = 0; devices[i]; i++) {
    _cleanup_free_ char *name = name_for_tool (ctx, devices[i]);
    if (name && !gk_streq (name, devices[i]))
      unlink (name);
  }
}

/* The host's own file tells of the host's sets, and partitions.  Names of sets
 * do not depend on which machine made them. */
static char *
write_config (struct gk_ctx *ctx, char *const *devices, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  _cleanup_free_ char *path = gk_asprintf ("%s/mdadm.conf", ctx->tmpdir);
  if (path == NULL || add_devices (ctx, &text, devices) == -1 ||
      gk_buf_appends (&text, "HOMEHOST <ignore>\nAUTO +1.x +0.90 +imsm +ddf -all\n") == -1) {
    gk_error_oom (err);
    return NULL;
  }
  _cleanup_close_ int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd == -1 || gk_write_full (fd, text.data, text.size) == -1) {
    gk_error_sys (err, errno, "%s", path);
    return NULL;
  }
  return gk_steal_ptr (path);
}

/* It keeps a map of the sets in /run, which is the host's: the child has a /run
 * of its own, and the map is made anew each time. */
static const char *
hide_run (const void *opaque)
{
  return gk_exec_enter_own_run (false);
}

static int
run_with (struct gk_ctx *ctx, const struct gk_strv *args, const char *config,
          struct gk_buf *ret_out, struct gk_error *err)
{
  /* Without udev it makes the nodes; sets of the Intel kind need no such board. */
  static const char *const env[] = { "MDADM_NO_UDEV=1", "IMSM_NO_PLATFORM=1", NULL };
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  _cleanup_close_ int fd = open (config, O_RDONLY | O_CLOEXEC);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", config);
  if (gk_strv_push (&argv, "mdadm") == -1)
    return gk_error_oom (err);
  for (size_t i = 0; i < args->len; i++)
    if (gk_strv_push (&argv, args->v[i]) == -1 ||
        (i == 0 && gk_strv_pushf (&argv, "--config=/proc/self/fd/%d", fd) == -1))
      return gk_error_oom (err);
  struct gk_exec x = GK_EXEC_INIT;
  static const struct gk_exec_inside own_run = { .clone_flags = CLONE_NEWNS, .enter = hide_run };
  x.argv = (const char *const *)argv.v;
  x.env = env;
  x.pass_fds = &fd; /* its folder may be below /run */
  x.n_pass_fds = 1;
  x.task = ctx->task;
  if (ctx->note) /* the kernel, and this /run, are not the session's own */
    x.inside = &own_run;
  return gk_exec_check (&x, ret_out, err);
}

int
gk_md_run_on (struct gk_ctx *ctx, const struct gk_strv *args, char *const *devices,
              struct gk_buf *ret_out, struct gk_error *err)
{
  _cleanup_strv_ char **list = NULL;
  int r = -1;

  if (choose_devices (ctx, devices, &list, err) == -1)
    return -1;
  _cleanup_free_ char *config = write_config (ctx, list, err);
  if (config)
    r = run_with (ctx, args, config, ret_out, err);
  remove_names (ctx, list);
  return r;
}

int
gk_md_run (struct gk_ctx *ctx, const struct gk_strv *args, struct gk_buf *ret_out,
           struct gk_error *err)
{
  return gk_md_run_on (ctx, args, NULL, ret_out, err);
}
