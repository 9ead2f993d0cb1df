/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Subvolumes: made, copied and removed through the descriptor of the folder that
 * they are in, which btrfs(8) has no form for; it walks paths. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "btrfs/btrfs-priv.h"
#include "fs/btrfs-tree.h"
#include "mount/hidden.h"
#include "op/ctx.h"

/* The folder that a subvolume is in, or will be in. */
struct place {
  int dir;
  char name[NAME_MAX + 1];
};

static void
place_clear (struct place *p)
{
  if (p->dir != -1)
    close (p->dir);
}
#define _cleanup_place_ __attribute__ ((cleanup (place_clear)))

static int
find_place (struct gk_ctx *ctx, const char *path, struct place *ret, struct gk_error *err)
{
  struct statfs fs;

  _cleanup_close_ int at = gk_root_parent (ctx->root_fd, path, ret->name);
  _cleanup_close_ int dir = at == -1 ? -1 : openat (at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir == -1 || fstatfs (dir, &fs) == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (fs.f_type != BTRFS_SUPER_MAGIC)
    return gk_error_set (err, EINVAL, "%s: is not on a btrfs filesystem", path);
  ret->dir = gk_steal_fd (&dir);
  return 0;
}

/* --- quota groups of what is new -------------------------------------------------------- */

int
gk_btrfs_parse_qgroup (const char *text, uint64_t *ret_id, struct gk_error *err)
{
  const char *slash = strchr (text, '/');
  _cleanup_free_ char *head = strndup (text, slash ? (size_t)(slash - text) : 0);
  uint64_t level = 0, id;

  if (head == NULL)
    return gk_error_oom (err);
  if ((slash && gk_parse_u64 (head, UINT16_MAX, &level) == -1) ||
      gk_parse_u64 (slash ? slash + 1 : text, (UINT64_C (1) << 48) - 1, &id) == -1)
    return gk_error_set (err, EINVAL, "%s: is not a quota group: LEVEL/ID is expected", text);
  *ret_id = level << 48 | id;
  return 0;
}

/* Room for one group behind the head. */
union inherit {
  struct btrfs_qgroup_inherit head;
  uint64_t words[sizeof (struct btrfs_qgroup_inherit) / sizeof (uint64_t) + 1];
};

/* qgroupid NULL: none. */
static int
set_inherit (const char *qgroupid, union inherit *inherit, struct btrfs_ioctl_vol_args_v2 *args,
             struct gk_error *err)
{
  if (qgroupid == NULL)
    return 0;
  uint64_t group;
  if (gk_btrfs_parse_qgroup (qgroupid, &group, err) == -1)
    return -1;
  inherit->head.num_qgroups = 1;
  inherit->head.qgroups[0] = group;
  args->flags |= BTRFS_SUBVOL_QGROUP_INHERIT;
  args->size = sizeof *inherit;
  args->qgroup_inherit = &inherit->head;
  return 0;
}

/* --- making and removing ------------------------------------------------------------------ */

#define HAS(opt, NAME) ((opt) && (opt)->bitmask & NAME)

int
gk_btrfs_btrfs_subvolume_create (struct gk_ctx *ctx, const char *dest,
                                 const struct guestfs_btrfs_subvolume_create_opts_argv *opt,
                                 struct gk_error *err)
{
  _cleanup_place_ struct place place = { .dir = -1 };
  struct btrfs_ioctl_vol_args_v2 args = { .flags = 0 };
  union inherit inherit = { .words = { 0 } };
  const char *group =
      HAS (opt, GUESTFS_BTRFS_SUBVOLUME_CREATE_OPTS_QGROUPID_BITMASK) ? opt->qgroupid : NULL;

  if (set_inherit (group, &inherit, &args, err) == -1 || find_place (ctx, dest, &place, err) == -1)
    return -1;
  strcpy (args.name, place.name);
  if (ioctl (place.dir, BTRFS_IOC_SUBVOL_CREATE_V2, &args) == -1)
    return gk_error_sys (err, errno, "%s", dest);
  return 0;
}

int
gk_btrfs_btrfs_subvolume_delete (struct gk_ctx *ctx, const char *subvolume, struct gk_error *err)
{
  _cleanup_place_ struct place place = { .dir = -1 };
  struct btrfs_ioctl_vol_args_v2 args = { .flags = 0 };
  struct stat st;

  if (find_place (ctx, subvolume, &place, err) == -1)
    return -1;
  if (fstatat (place.dir, place.name, &st, AT_SYMLINK_NOFOLLOW) == -1)
    return gk_error_sys (err, errno, "%s", subvolume);
  if (!S_ISDIR (st.st_mode) || st.st_ino != BTRFS_FIRST_FREE_OBJECTID || gk_streq (place.name, "."))
    return gk_error_set (err, EINVAL, "%s: is not a btrfs subvolume that can be removed",
                         subvolume);
  strcpy (args.name, place.name);
  if (ioctl (place.dir, BTRFS_IOC_SNAP_DESTROY_V2, &args) == 0)
    return 0;
  if (errno == ENOTEMPTY)
    return gk_error_set (err, errno, "%s: has other subvolumes in it", subvolume);
  return gk_error_sys (err, errno, "%s", subvolume);
}

/* A destination that is a folder gets the snapshot in it, under the source's name. */
static int
find_destination (struct gk_ctx *ctx, const char *source, const char *dest, struct place *ret,
                  struct gk_error *err)
{
  char name[NAME_MAX + 1];
  struct stat st;

  if (gk_root_stat (ctx->root_fd, dest, &st) == -1 || !S_ISDIR (st.st_mode))
    return find_place (ctx, dest, ret, err);
  _cleanup_close_ int above = gk_root_parent (ctx->root_fd, source, name);
  if (above == -1)
    return gk_error_sys (err, errno, "%s", source);
  if (gk_streq (name, "."))
    return gk_error_set (err, EEXIST, "%s: File exists", dest);
  _cleanup_free_ char *path = gk_asprintf ("%s/%s", dest, name);
  return path ? find_place (ctx, path, ret, err) : gk_error_oom (err);
}

int
gk_btrfs_btrfs_subvolume_snapshot (struct gk_ctx *ctx, const char *source, const char *dest,
                                   const struct guestfs_btrfs_subvolume_snapshot_opts_argv *opt,
                                   struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at from = GK_BTRFS_AT_INIT;
  _cleanup_place_ struct place place = { .dir = -1 };
  struct btrfs_ioctl_vol_args_v2 args = { .flags = 0 };
  union inherit inherit = { .words = { 0 } };
  const char *group =
      HAS (opt, GUESTFS_BTRFS_SUBVOLUME_SNAPSHOT_OPTS_QGROUPID_BITMASK) ? opt->qgroupid : NULL;

  if (HAS (opt, GUESTFS_BTRFS_SUBVOLUME_SNAPSHOT_OPTS_RO_BITMASK) && opt->ro)
    args.flags |= BTRFS_SUBVOL_RDONLY;
  if (set_inherit (group, &inherit, &args, err) == -1 ||
      gk_btrfs_open_subvolume (ctx, source, &from, err) == -1 ||
      find_destination (ctx, source, dest, &place, err) == -1)
    return -1;
  args.fd = from.fd;
  strcpy (args.name, place.name);
  if (ioctl (place.dir, BTRFS_IOC_SNAP_CREATE_V2, &args) == -1)
    return gk_error_sys (err, errno, "%s to %s", source, dest);
  return 0;
}

/* --- which there are ------------------------------------------------------------------------ */

static int
read_all (struct gk_ctx *ctx, const char *fs, struct gk_btrfs_subvolumes *ret, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  struct gk_hidden hidden = GK_HIDDEN_INIT;
  bool is_path = fs[0] == '/' && gk_after_prefix (fs, "/dev/") == NULL;

  if (is_path ? gk_btrfs_open (ctx, fs, O_RDONLY, &at, err) == -1
              : gk_hidden_mount (ctx, fs, "btrfs", false, &hidden, err) == -1)
    return -1;
  int r = gk_btrfs_read_subvolumes (is_path ? at.fd : hidden.fd, ret);
  if (r == -1)
    gk_error_sys (err, errno, "%s: reading its subvolumes", fs);
  gk_hidden_close (ctx, &hidden);
  return r;
}

int
gk_btrfs_btrfs_subvolume_list (struct gk_ctx *ctx, const char *fs,
                               struct guestfs_btrfssubvolume_list *ret_list, struct gk_error *err)
{
  _cleanup_btrfs_subvolumes_ struct gk_btrfs_subvolumes all = GK_BTRFS_SUBVOLUMES_INIT;
  struct guestfs_btrfssubvolume_list list = { 0, NULL };

  if (read_all (ctx, fs, &all, err) == -1)
    return -1;
  list.val = calloc (all.n ? all.n : 1, sizeof *list.val);
  if (list.val == NULL)
    return gk_error_oom (err);
  for (size_t i = 0; i < all.n; i++)
    if (all.v[i].path)
      list.val[list.len++] = (struct guestfs_btrfssubvolume){ all.v[i].id, all.v[i].parent,
                                                              gk_steal_ptr (all.v[i].path) };
  *ret_list = list;
  return 0;
}

int
gk_btrfs_btrfs_subvolume_get_default (struct gk_ctx *ctx, const char *fs, int64_t *ret_value,
                                      struct gk_error *err)
{
  _cleanup_btrfs_subvolumes_ struct gk_btrfs_subvolumes all = GK_BTRFS_SUBVOLUMES_INIT;

  if (read_all (ctx, fs, &all, err) == -1)
    return -1;
  *ret_value = (int64_t)(all.shown ? all.shown : BTRFS_FS_TREE_OBJECTID);
  return 0;
}

int
gk_btrfs_btrfs_subvolume_set_default (struct gk_ctx *ctx, int64_t id, const char *fs,
                                      struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  uint64_t number = (uint64_t)id;

  if (id < 0)
    return gk_error_set (err, EINVAL, "id is negative");
  if (gk_btrfs_open (ctx, fs, O_RDONLY, &at, err) == -1)
    return -1;
  if (ioctl (at.fd, BTRFS_IOC_DEFAULT_SUBVOL, &number) == -1)
    return gk_error_sys (err, errno, "%s: subvolume %lld", fs, (long long)id);
  return 0;
}
