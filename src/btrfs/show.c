/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* btrfs_subvolume_show: what `btrfs subvolume show` prints, without taking it apart
 * again: a subvolume's name may have lines that look like further fields. */
#include <endian.h>
#include <errno.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "btrfs/btrfs-priv.h"
#include "fs/btrfs-tree.h"

static int
push (struct gk_strv *list, const char *name, const char *value)
{
  return gk_strv_push (list, name) == -1 ? -1 : gk_strv_push (list, value);
}

static int
push_number (struct gk_strv *list, const char *name, uint64_t n)
{
  return gk_strv_push (list, name) == -1 ? -1 : gk_strv_pushf (list, "%llu", (unsigned long long)n);
}

static int
push_uuid (struct gk_strv *list, const char *name, const uint8_t *b)
{
  static const uint8_t none[BTRFS_UUID_SIZE];

  if (memcmp (b, none, sizeof none) == 0)
    return push (list, name, "-");
  return gk_strv_push (list, name) == -1
             ? -1
             : gk_strv_pushf (list,
                              "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x"
                              "%02x",
                              b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
                              b[11], b[12], b[13], b[14], b[15]);
}

static int
push_time (struct gk_strv *list, const char *name, const struct btrfs_ioctl_timespec *t)
{
  char text[40] = "-";
  time_t seconds = (time_t)t->sec;
  struct tm tm;

  if (seconds && gmtime_r (&seconds, &tm))
    strftime (text, sizeof text, "%Y-%m-%d %H:%M:%S +0000", &tm);
  return push (list, name, text);
}

/* --- its snapshots ------------------------------------------------------------------------ */

struct search {
  const uint8_t *uuid;
  const struct gk_btrfs_subvolumes *all;
  struct gk_buf names;
};

static int
take_root (void *opaque, const struct gk_btrfs_item *item)
{
  struct search *s = opaque;
  const size_t at = offsetof (struct btrfs_root_item, parent_uuid);

  if (item->len < at + BTRFS_UUID_SIZE || memcmp (item->data + at, s->uuid, BTRFS_UUID_SIZE) != 0)
    return 0;
  for (size_t i = 0; i < s->all->n; i++)
    if (s->all->v[i].id == item->objectid && s->all->v[i].path &&
        gk_buf_appendf (&s->names, "%s%s", s->names.size ? "," : "", s->all->v[i].path) == -1)
      return -1;
  return 0;
}

/* "a,b/c": libguestfs's form. */
static int
push_snapshots (struct gk_strv *list, int fd, const uint8_t *uuid)
{
  static const uint8_t none[BTRFS_UUID_SIZE];
  _cleanup_btrfs_subvolumes_ struct gk_btrfs_subvolumes all = GK_BTRFS_SUBVOLUMES_INIT;
  struct search s = { uuid, &all, GK_BUF_INIT };
  int r = 0;

  if (memcmp (uuid, none, sizeof none) != 0)
    r = gk_btrfs_read_subvolumes (fd, &all);
  if (r == 0 && all.n > 0)
    r = gk_btrfs_each_item (fd, BTRFS_ROOT_TREE_OBJECTID, BTRFS_ROOT_ITEM_KEY,
                            BTRFS_FIRST_FREE_OBJECTID, BTRFS_LAST_FREE_OBJECTID, take_root, &s);
  if (r == 0)
    r = push (list, "Snapshot(s)", s.names.data ? s.names.data : "");
  gk_buf_clear (&s.names);
  return r;
}

/* --- the call ------------------------------------------------------------------------------ */

static int
push_all (struct gk_strv *list, int fd, const struct btrfs_ioctl_get_subvol_info_args *i)
{
  const char *name = i->treeid == BTRFS_FS_TREE_OBJECTID ? "<FS_TREE>" : i->name;
  bool ro = i->flags & BTRFS_ROOT_SUBVOL_RDONLY;

  return push (list, "Name", name) == -1 || push_uuid (list, "UUID", i->uuid) == -1 ||
                 push_uuid (list, "Parent UUID", i->parent_uuid) == -1 ||
                 push_uuid (list, "Received UUID", i->received_uuid) == -1 ||
                 push_time (list, "Creation time", &i->otime) == -1 ||
                 push_number (list, "Subvolume ID", i->treeid) == -1 ||
                 push_number (list, "Generation", i->generation) == -1 ||
                 push_number (list, "Gen at creation", i->otransid) == -1 ||
                 push_number (list, "Parent ID", i->parent_id) == -1 ||
                 push_number (list, "Top level ID", i->parent_id) == -1 ||
                 push (list, "Flags", ro ? "readonly" : "-") == -1 ||
                 push_number (list, "Send transid", i->stransid) == -1 ||
                 push_time (list, "Send time", &i->stime) == -1 ||
                 push_number (list, "Receive transid", i->rtransid) == -1 ||
                 push_time (list, "Receive time", &i->rtime) == -1 ||
                 push_snapshots (list, fd, i->uuid) == -1
             ? -1
             : 0;
}

int
gk_btrfs_btrfs_subvolume_show (struct gk_ctx *ctx, const char *subvolume, char ***ret_list,
                               struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;
  struct btrfs_ioctl_get_subvol_info_args info = { .treeid = 0 };

  if (gk_btrfs_open_subvolume (ctx, subvolume, &at, err) == -1)
    return -1;
  if (ioctl (at.fd, BTRFS_IOC_GET_SUBVOL_INFO, &info) == -1 || push_all (&list, at.fd, &info) == -1)
    return gk_error_sys (err, errno, "%s", subvolume);
  *ret_list = gk_strv_finish (&list);
  return *ret_list ? 0 : gk_error_oom (err);
}
