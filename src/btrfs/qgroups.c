/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Quotas of subvolumes, and their groups.  btrfs(8) changes them; how much they
 * take is read from the tree of quotas, as its JSON does not escape the names of
 * subvolumes, which are the guest's. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "btrfs/btrfs-priv.h"
#include "fs/btrfs-tree.h"
#include "mount/hidden.h"
#include "op/ctx.h"

/* --- changes ------------------------------------------------------------------------------ */

/* `btrfs qgroup VERB GROUP [GROUP2] PATH` */
static int
change (struct gk_ctx *ctx, const char *verb, const char *group, const char *group2,
        const char *path, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  uint64_t ignored;

  if (gk_btrfs_parse_qgroup (group, &ignored, err) == -1 ||
      (group2 && gk_btrfs_parse_qgroup (group2, &ignored, err) == -1) ||
      gk_btrfs_open (ctx, path, O_RDONLY | O_DIRECTORY, &at, err) == -1)
    return -1;
  const char *const *argv = group2 ? GK_LIST ("btrfs", "qgroup", verb, group, group2, at.path)
                                   : GK_LIST ("btrfs", "qgroup", verb, group, at.path);
  return gk_btrfs_run (ctx, &at, argv, 0, NULL, err) == -1 ? -1 : 0;
}

int
gk_btrfs_btrfs_qgroup_create (struct gk_ctx *ctx, const char *qgroupid, const char *subvolume,
                              struct gk_error *err)
{
  return change (ctx, "create", qgroupid, NULL, subvolume, err);
}

int
gk_btrfs_btrfs_qgroup_destroy (struct gk_ctx *ctx, const char *qgroupid, const char *subvolume,
                               struct gk_error *err)
{
  return change (ctx, "destroy", qgroupid, NULL, subvolume, err);
}

int
gk_btrfs_btrfs_qgroup_assign (struct gk_ctx *ctx, const char *src, const char *dst,
                              const char *path, struct gk_error *err)
{
  return change (ctx, "assign", src, dst, path, err);
}

int
gk_btrfs_btrfs_qgroup_remove (struct gk_ctx *ctx, const char *src, const char *dst,
                              const char *path, struct gk_error *err)
{
  return change (ctx, "remove", src, dst, path, err);
}

int
gk_btrfs_btrfs_qgroup_limit (struct gk_ctx *ctx, const char *subvolume, int64_t size,
                             struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;

  if (size < 0)
    return gk_error_set (err, EINVAL, "size is negative");
  _cleanup_free_ char *text = gk_asprintf ("%lld", (long long)size);
  if (text == NULL)
    return gk_error_oom (err);
  if (gk_btrfs_open_subvolume (ctx, subvolume, &at, err) == -1)
    return -1;
  return gk_btrfs_run (ctx, &at, GK_LIST ("btrfs", "qgroup", "limit", text, at.path), 0, NULL,
                       err) == -1
             ? -1
             : 0;
}

/* --- on and off ----------------------------------------------------------------------------- */

/* Of what is mounted, or of a mountable, which is mounted for it. */
static int
quota (struct gk_ctx *ctx, const char *fs, const char *verb, const char *option,
       struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  struct gk_hidden hidden = GK_HIDDEN_INIT;
  bool is_path = fs[0] == '/' && gk_after_prefix (fs, "/dev/") == NULL;

  if (is_path) {
    if (gk_btrfs_open (ctx, fs, O_RDONLY | O_DIRECTORY, &at, err) == -1)
      return -1;
  } else {
    if (gk_hidden_mount (ctx, fs, "btrfs", true, &hidden, err) == -1)
      return -1;
    gk_btrfs_at_of (gk_steal_fd (&hidden.fd), fs, &at);
  }
  const char *const *argv = option ? GK_LIST ("btrfs", "quota", verb, option, at.path)
                                   : GK_LIST ("btrfs", "quota", verb, at.path);
  int r = gk_btrfs_run (ctx, &at, argv, 0, NULL, err);
  gk_btrfs_at_clear (&at);
  gk_hidden_close (ctx, &hidden);
  return r == -1 ? -1 : 0;
}

int
gk_btrfs_btrfs_quota_enable (struct gk_ctx *ctx, const char *fs, bool enable, struct gk_error *err)
{
  return quota (ctx, fs, enable ? "enable" : "disable", NULL, err);
}

int
gk_btrfs_btrfs_quota_rescan (struct gk_ctx *ctx, const char *fs, struct gk_error *err)
{
  return quota (ctx, fs, "rescan", "-w", err);
}

/* --- how much ----------------------------------------------------------------------------- */

static int
take_group (void *opaque, const struct gk_btrfs_item *item)
{
  struct guestfs_btrfsqgroup_list *list = opaque;
  struct btrfs_qgroup_info_item info;

  if (item->len < sizeof info)
    return 0;
  memcpy (&info, item->data, sizeof info);
  struct guestfs_btrfsqgroup *v = reallocarray (list->val, list->len + 1, sizeof *v);
  if (v == NULL)
    return -1;
  list->val = v;
  char *id = gk_asprintf ("%llu/%llu", (unsigned long long)(item->offset >> 48),
                          (unsigned long long)(item->offset & ((UINT64_C (1) << 48) - 1)));
  if (id == NULL)
    return -1;
  v[list->len++] = (struct guestfs_btrfsqgroup){ id, le64toh (info.rfer), le64toh (info.excl) };
  return 0;
}

int
gk_btrfs_btrfs_qgroup_show (struct gk_ctx *ctx, const char *path,
                            struct guestfs_btrfsqgroup_list *ret_list, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  struct guestfs_btrfsqgroup_list list = { 0, NULL };

  if (gk_btrfs_open (ctx, path, O_RDONLY, &at, err) == -1)
    return -1;
  /* What was counted is in memory until it is written. */
  if (ioctl (at.fd, BTRFS_IOC_SYNC) == 0 &&
      gk_btrfs_each_item (at.fd, BTRFS_QUOTA_TREE_OBJECTID, BTRFS_QGROUP_INFO_KEY, 0, 0, take_group,
                          &list) == 0) {
    *ret_list = list;
    return 0;
  }
  int e = errno;
  for (uint32_t i = 0; i < list.len; i++)
    free (list.val[i].btrfsqgroup_id);
  free (list.val);
  if (e == ENOENT)
    return gk_error_set (err, e, "%s: quotas are not enabled on its filesystem", path);
  return gk_error_sys (err, e, "%s", path);
}
