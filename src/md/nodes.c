/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The kernel's sets that are the session's, and their nodes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
#include "md/md-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"

#define DEPTH_MAX 8

/* Does the block device stand on one of the session's? */
static bool
is_ours (struct gk_ctx *ctx, const char *name, unsigned depth)
{
  const struct dirent *entry;
  bool ours = false;

  _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s/slaves", name);
  _cleanup_closedir_ DIR *dir = path && depth < DEPTH_MAX ? opendir (path) : NULL;
  while (!ours && dir && (entry = readdir (dir)) != NULL) {
    dev_t devno;
    if (entry->d_name[0] == '.')
      continue;
    ours = gk_sysfs_number (entry->d_name, &devno) == 0 && gk_devices_name (ctx->devices, devno);
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
  dev_t devno;

  if (gk_sysfs_number (name, &devno) == -1)
    return 0; /* has gone */
  struct gk_devices_node *v = reallocarray (nodes->v, nodes->n + 1, sizeof *v);
  if (v == NULL)
    return gk_error_oom (err);
  nodes->v = v;
  v[nodes->n].devno = devno;
  v[nodes->n].path = gk_asprintf ("/dev/%s", name);
  v[nodes->n].alias = find_alias (v[nodes->n].devno);
  return v[nodes->n++].path ? 0 : gk_error_oom (err);
}

/* The first line of a file of the set, or NULL. */
static char *
attribute (const char *set, const char *name)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s/md/%s", set, name);

  if (path == NULL || gk_read_file (path, 4096, &text) == -1 || text.data == NULL)
    return NULL;
  return strndup (text.data, strcspn (text.data, "\n"));
}

/* What holds several sets of the BIOS's kind never runs itself. */
static bool
is_waiting (const char *set)
{
  _cleanup_free_ char *state = attribute (set, "array_state");
  _cleanup_free_ char *metadata = attribute (set, "metadata_version");

  return state && metadata && gk_streq (state, "inactive") &&
         gk_after_prefix (metadata, "external:") == NULL;
}

/* What mdadm has made in /dev goes with the set, or mdadm takes its number for used. */
static int
stop_waiting (const char *name, struct gk_error *err)
{
  _cleanup_free_ char *state = gk_asprintf ("/sys/class/block/%s/md/array_state", name);
  _cleanup_free_ char *node = gk_asprintf ("/dev/%s", name);
  dev_t devno;
  _cleanup_free_ char *alias = gk_sysfs_number (name, &devno) == 0 ? find_alias (devno) : NULL;
  _cleanup_close_ int fd = state ? open (state, O_WRONLY | O_CLOEXEC) : -1;

  if (fd == -1 || gk_write_full (fd, "clear", 5) == -1)
    return gk_error_sys (err, errno, "stopping the RAID %s", name);
  if (alias)
    unlink (alias);
  if (node)
    unlink (node);
  return 0;
}

int
gk_md_stop_waiting (struct gk_ctx *ctx, struct gk_error *err)
{
  const struct dirent *entry;
  int r = 0;

  _cleanup_closedir_ DIR *dir = opendir ("/sys/class/block");
  while (dir && (entry = readdir (dir)) != NULL)
    if (is_waiting (entry->d_name) && is_ours (ctx, entry->d_name, 0) &&
        stop_waiting (entry->d_name, err) == -1)
      r = -1;
  return r;
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
