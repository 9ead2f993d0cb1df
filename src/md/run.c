/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mdadm, its configuration, and the nodes of what it makes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "exec/exec.h"
#include "gk-ops-mount.h"
#include "md/md-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"
#include "op/task.h"

#define DEPTH_MAX 8

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

static int
add_devices (struct gk_buf *text, char *const *devices)
{
  for (size_t i = 0; devices[i]; i++)
    if (gk_buf_appendf (text, "DEVICE %s\n", devices[i]) == -1)
      return -1;
  return 0;
}

/* The host's own file tells of the host's sets, and partitions.  Names of sets
 * do not depend on which machine made them. */
static char *
write_config (struct gk_ctx *ctx, char *const *devices, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_strv_ char **disks = NULL, **parts = NULL;

  if (devices == NULL && (gk_mount_list_devices (ctx, &disks, err) == -1 ||
                          gk_mount_list_partitions (ctx, &parts, err) == -1))
    return NULL;
  _cleanup_free_ char *path = gk_asprintf ("%s/mdadm.conf", ctx->tmpdir);
  if (path == NULL || (devices && add_devices (&text, devices) == -1) ||
      (disks && add_devices (&text, disks) == -1) || (parts && add_devices (&text, parts) == -1) ||
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
  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
    return "making the mounts private";
  if (mount ("guestkit-run", "/run", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") == -1)
    return "mounting /run";
  return NULL;
}

int
gk_md_run_on (struct gk_ctx *ctx, const struct gk_strv *args, char *const *devices,
              struct gk_buf *ret_out, struct gk_error *err)
{
  /* Without udev it makes the nodes; sets of the Intel kind need no such board. */
  static const char *const env[] = { "MDADM_NO_UDEV=1", "IMSM_NO_PLATFORM=1", NULL };
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  _cleanup_free_ char *config = write_config (ctx, devices, err);
  if (config == NULL)
    return -1;
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
gk_md_run (struct gk_ctx *ctx, const struct gk_strv *args, struct gk_buf *ret_out,
           struct gk_error *err)
{
  return gk_md_run_on (ctx, args, NULL, ret_out, err);
}

/* --- nodes ----------------------------------------------------------------------------- */

/* Does the block device stand on one of the session's? */
static bool
is_ours (struct gk_ctx *ctx, const char *name, unsigned depth)
{
  const struct dirent *entry;
  bool ours = false;

  _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s/slaves", name);
  _cleanup_closedir_ DIR *dir = path && depth < DEPTH_MAX ? opendir (path) : NULL;
  while (!ours && dir && (entry = readdir (dir)) != NULL) {
    _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
    unsigned major_no, minor_no;
    if (entry->d_name[0] == '.')
      continue;
    _cleanup_free_ char *number = gk_asprintf ("/sys/class/block/%s/dev", entry->d_name);
    ours = number && gk_read_file (number, 64, &text) == 0 && text.data &&
           sscanf (text.data, "%u:%u", &major_no, &minor_no) == 2 &&
           gk_devices_name (ctx->devices, makedev (major_no, minor_no)) != NULL;
    ours = ours || is_ours (ctx, entry->d_name, depth + 1);
  }
  return ours;
}

/* The link in /dev/md that mdadm made for the set's own name, or NULL. */
static char *
find_alias (dev_t devno)
{
  const struct dirent *entry;
  _cleanup_closedir_ DIR *dir = opendir ("/dev/md");

  while (dir && (entry = readdir (dir)) != NULL) {
    struct stat st;
    if (entry->d_name[0] != '.' && fstatat (dirfd (dir), entry->d_name, &st, 0) == 0 &&
        S_ISBLK (st.st_mode) && st.st_rdev == devno)
      return gk_asprintf ("/dev/md/%s", entry->d_name);
  }
  return NULL;
}

static int
add_set (struct gk_devices_nodes *nodes, const char *name, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  unsigned major_no, minor_no;

  _cleanup_free_ char *number = gk_asprintf ("/sys/class/block/%s/dev", name);
  if (number == NULL)
    return gk_error_oom (err);
  if (gk_read_file (number, 64, &text) == -1 || text.data == NULL ||
      sscanf (text.data, "%u:%u", &major_no, &minor_no) != 2)
    return 0; /* has gone */
  struct gk_devices_node *v = reallocarray (nodes->v, nodes->n + 1, sizeof *v);
  if (v == NULL)
    return gk_error_oom (err);
  nodes->v = v;
  v[nodes->n].devno = makedev (major_no, minor_no);
  v[nodes->n].path = gk_asprintf ("/dev/%s", name);
  v[nodes->n].alias = find_alias (v[nodes->n].devno);
  return v[nodes->n++].path ? 0 : gk_error_oom (err);
}

int
gk_md_sync (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_devices_nodes_ struct gk_devices_nodes nodes = { NULL, 0 };
  const struct dirent *entry;

  _cleanup_closedir_ DIR *dir = opendir ("/sys/class/block");
  while (dir && (entry = readdir (dir)) != NULL) {
    _cleanup_free_ char *md = gk_asprintf ("/sys/class/block/%s/md", entry->d_name);
    if (md == NULL)
      return gk_error_oom (err);
    if (access (md, F_OK) == 0 && is_ours (ctx, entry->d_name, 0) &&
        add_set (&nodes, entry->d_name, err) == -1)
      return -1;
  }
  gk_devices_nodes_sort (&nodes);
  if (gk_devices_set_nodes (ctx->devices, GK_KIND_MD, nodes.v, nodes.n, err) == -1)
    return -1;
  return gk_devices_sync_md_parts (ctx->devices, err);
}
