/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The mount table: what the kernel says is mounted at or under the session's
 * sysroot.  The kernel is asked each time, in our private namespace it alone
 * knows; a list of our own could only disagree with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"

int
gk_mount_id (int fd, uint64_t *ret_id, bool *ret_is_root)
{
  struct statx sx;
  if (statx (fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_MNT_ID, &sx) == -1)
    return -1;
  if (!(sx.stx_mask & STATX_MNT_ID)) {
    errno = ENOSYS;
    return -1;
  }
  *ret_id = sx.stx_mnt_id;
  if (ret_is_root)
    *ret_is_root = (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return 0;
}

int
gk_mounts_open_root (const struct gk_mounts *mounts)
{
  return open (mounts->sysroot, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void
gk_mount_list_clear (struct gk_mount_list *list)
{
  for (size_t i = 0; i < list->n; i++) {
    free (list->v[i].point);
    free (list->v[i].source);
    free (list->v[i].type);
  }
  free (list->v);
  *list = (struct gk_mount_list)GK_MOUNT_LIST_INIT;
}

void
gk_proc_unescape (char *s)
{
  char *to = s;
  while (*s) {
    if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
        s[3] <= '7') {
      *to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
      s += 4;
    } else
      *to++ = *s++;
  }
  *to = '\0';
}

/* One line of mountinfo: id parent major:minor root point options [tags] -
 * type source options.  1 taken, 0 not ours, -1 out of memory. */
static int
take_line (char *line, const struct gk_mounts *mounts, struct gk_mount *m)
{
  char *save = NULL, *field[5] = { NULL };
  for (int i = 0; i < 5; i++) {
    field[i] = strtok_r (i == 0 ? line : NULL, " ", &save);
    if (field[i] == NULL)
      return 0;
  }
  gk_proc_unescape (field[4]);
  const char *rest = gk_after_prefix (field[4], mounts->sysroot);
  int id = atoi (field[0]);
  if (rest == NULL || (*rest != '\0' && *rest != '/') || (uint64_t)id == mounts->base_mnt_id)
    return 0;

  char *word;
  do
    word = strtok_r (NULL, " ", &save);
  while (word && !gk_streq (word, "-"));
  char *type = strtok_r (NULL, " ", &save);
  char *source = strtok_r (NULL, " ", &save);
  if (word == NULL || type == NULL || source == NULL)
    return 0;
  gk_proc_unescape (type);
  gk_proc_unescape (source);
  *m = (struct gk_mount){ id, strdup (*rest ? rest : "/"), strdup (source), strdup (type) };
  return m->point && m->source && m->type ? 1 : -1;
}

int
gk_mounts_read (struct gk_ctx *ctx, struct gk_mount_list *ret, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  if (gk_read_file ("/proc/self/mountinfo", 64 << 20, &text) == -1)
    return gk_error_sys (err, errno, "/proc/self/mountinfo");
  _cleanup_mount_list_ struct gk_mount_list list = GK_MOUNT_LIST_INIT;
  char *save = NULL;
  for (char *line = text.data ? strtok_r (text.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save)) {
    struct gk_mount m = { 0 };
    int r = take_line (line, ctx->mounts, &m);
    if (r == 0)
      continue;
    struct gk_mount *v = reallocarray (list.v, list.n + 1, sizeof *v);
    if (v == NULL) {
      free (m.point);
      free (m.source);
      free (m.type);
      return gk_error_oom (err);
    }
    list.v = v;
    list.v[list.n++] = m;
    if (r == -1)
      return gk_error_oom (err);
  }
  *ret = list;
  list = (struct gk_mount_list)GK_MOUNT_LIST_INIT;
  return 0;
}

void
gk_mounts_drop_root (struct gk_ctx *ctx)
{
  if (ctx->root_fd != -1)
    close (ctx->root_fd);
  ctx->root_fd = -1;
}

int
gk_mounts_take_root (struct gk_ctx *ctx, struct gk_error *err)
{
  gk_mounts_drop_root (ctx);
  _cleanup_mount_list_ struct gk_mount_list list = GK_MOUNT_LIST_INIT;
  if (gk_mounts_read (ctx, &list, err) == -1)
    return -1;
  /* A mount anywhere under the sysroot counts, as it does for libguestfs:
   * that is how mkmountpoint is used without a root filesystem. */
  if (list.n == 0)
    return 0;
  ctx->root_fd = gk_mounts_open_root (ctx->mounts);
  if (ctx->root_fd == -1)
    return gk_error_sys (err, errno, "opening the guest tree");
  return 0;
}

static int
table_changed (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return gk_devices_sync (ctx->devices, device, err);
}

static void
mounts_free (struct gk_mounts *m)
{
  if (m != NULL)
    free (m->sysroot);
  free (m);
}

static void
cleanup_mounts (struct gk_mounts **m)
{
  mounts_free (*m);
}

static struct gk_mounts *
mounts_new (const char *tmpdir, struct gk_error *err)
{
  __attribute__ ((cleanup (cleanup_mounts))) struct gk_mounts *m = calloc (1, sizeof *m);
  /* mountinfo knows canonical paths only. */
  _cleanup_free_ char *dir = realpath (tmpdir, NULL);
  if (dir == NULL)
    gk_error_sys (err, errno, "%s", tmpdir);
  if (m != NULL && dir != NULL)
    m->sysroot = gk_asprintf ("%s/sysroot", dir);
  if (m == NULL || m->sysroot == NULL) {
    gk_error_oom (err); /* no effect when realpath failed: the first error stays */
    return NULL;
  }
  if ((mkdir (m->sysroot, 0755) == -1 && errno != EEXIST) ||
      mount ("guestkit-root", m->sysroot, "tmpfs", MS_NOSUID | MS_NODEV,
             "mode=0755,size=1m,nr_inodes=4096") == -1) {
    gk_error_sys (err, errno, "mount: %s", m->sysroot);
    return NULL;
  }
  _cleanup_close_ int fd = gk_mounts_open_root (m);
  if (fd == -1 || gk_mount_id (fd, &m->base_mnt_id, NULL) == -1) {
    gk_error_sys (err, errno, "%s", m->sysroot);
    umount2 (m->sysroot, MNT_DETACH);
    return NULL;
  }
  return gk_steal_ptr (m);
}

static dev_t
shown_dev (struct gk_ctx *ctx, dev_t dev)
{
  return gk_devices_shown_number (ctx->devices, dev);
}

int
gk_mounts_attach (struct gk_ctx *ctx, const char *dev_dir, struct gk_error *err)
{
  struct gk_devices *devices = gk_devices_new (dev_dir, err);
  if (devices == NULL)
    return -1;
  struct gk_mounts *mounts = mounts_new (ctx->tmpdir, err);
  if (mounts == NULL) {
    gk_devices_free (devices);
    return -1;
  }
  ctx->devices = devices;
  ctx->mounts = mounts;
  ctx->root_fd = -1;
  ctx->table_changed = table_changed;
  ctx->shown_dev = shown_dev;
  return 0;
}

int
gk_mounts_teardown (struct gk_ctx *ctx, struct gk_error *err)
{
  if (ctx->mounts == NULL)
    return 0;
  int r = 0;
  gk_mounts_drop_root (ctx);
  gk_swap_end (ctx);
  _cleanup_mount_list_ struct gk_mount_list list = GK_MOUNT_LIST_INIT;
  if (gk_mounts_read (ctx, &list, err) == -1)
    r = -1;
  for (size_t i = list.n; i > 0; i--) {
    if (gk_mounts_unmount (ctx, &list.v[i - 1], 0, 2000, err) == -1) {
      r = -1;
      struct gk_error ignored = GK_ERROR_INIT;
      gk_mounts_unmount (ctx, &list.v[i - 1], MNT_DETACH, 0, &ignored);
      gk_error_clear (&ignored);
    }
  }
  if (gk_devices_flush (ctx->devices, err) == -1)
    r = -1;
  umount2 (ctx->mounts->sysroot, MNT_DETACH);
  rmdir (ctx->mounts->sysroot);
  mounts_free (ctx->mounts);
  ctx->mounts = NULL;
  return r;
}

int
gk_mounts_export_tree (struct gk_ctx *ctx, struct gk_error *err)
{
  if (ctx->root_fd == -1)
    return gk_error_set (err, EINVAL, "nothing is mounted");
  int fd = open_tree (AT_FDCWD, ctx->mounts->sysroot,
                      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (fd == -1)
    return gk_error_sys (err, errno, "open_tree: the guest tree");
  return fd;
}
