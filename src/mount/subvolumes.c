/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The subvolumes of a btrfs filesystem, read from its tree of roots.
 *
 * Every tree has a reference back to the folder that shows it: the tree above,
 * the folder's inode in there, and a name.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"

/* More than anybody has; a hostile filesystem may have any number. */
#define SUBVOLUMES_MAX 20000
#define DEPTH_MAX 100

struct subvolume {
  uint64_t id, parent;
  char *path; /* below its parent */
};

struct found {
  int fd;
  struct subvolume *v;
  size_t n;
  uint64_t shown; /* the id of the default subvolume */
};

static void
found_clear (struct found *f)
{
  for (size_t i = 0; i < f->n; i++)
    free (f->v[i].path);
  free (f->v);
}

/* --- items ------------------------------------------------------------------------ */

/* Where the folder is in its tree, "" or "a/b/". */
static int
folder_path (int fd, uint64_t tree, uint64_t inode, char ret[BTRFS_INO_LOOKUP_PATH_MAX])
{
  struct btrfs_ioctl_ino_lookup_args args = { .treeid = tree, .objectid = inode };

  if (ioctl (fd, BTRFS_IOC_INO_LOOKUP, &args) == -1)
    return -1;
  args.name[sizeof args.name - 1] = '\0';
  memcpy (ret, args.name, sizeof args.name);
  return 0;
}

/* -1 with errno. */
static int
take_reference (struct found *f, const struct btrfs_ioctl_search_header *h, const char *item)
{
  char folder[BTRFS_INO_LOOKUP_PATH_MAX];
  struct btrfs_root_ref ref;

  if (h->len < sizeof ref || f->n >= SUBVOLUMES_MAX)
    return 0;
  memcpy (&ref, item, sizeof ref);
  size_t len = le16toh (ref.name_len);
  const char *name = item + sizeof ref;
  if (len == 0 || len > h->len - sizeof ref || memchr (name, '\0', len) ||
      memchr (name, '/', len) || folder_path (f->fd, h->offset, le64toh (ref.dirid), folder) == -1)
    return 0;
  struct subvolume *v = reallocarray (f->v, f->n + 1, sizeof *v);
  if (v == NULL)
    return -1;
  f->v = v;
  char *path = gk_asprintf ("%s%.*s", folder, (int)len, name);
  if (path == NULL)
    return -1;
  v[f->n++] = (struct subvolume){ h->objectid, h->offset, path };
  return 0;
}

static int
take_default (struct found *f, const struct btrfs_ioctl_search_header *h, const char *item)
{
  static const char name[] = "default";
  struct btrfs_dir_item dir;

  if (h->len < sizeof dir)
    return 0;
  memcpy (&dir, item, sizeof dir);
  if (le16toh (dir.name_len) == strlen (name) && h->len - sizeof dir >= strlen (name) &&
      memcmp (item + sizeof dir, name, strlen (name)) == 0)
    f->shown = le64toh (dir.location.objectid);
  return 0;
}

/* All items of one type, of the objects from first to last. */
static int
each_item (struct found *f, uint32_t type, uint64_t first, uint64_t last,
           int (*take) (struct found *f, const struct btrfs_ioctl_search_header *h,
                        const char *item))
{
  struct btrfs_ioctl_search_args args = { .key = { .tree_id = BTRFS_ROOT_TREE_OBJECTID,
                                                   .min_objectid = first,
                                                   .max_objectid = last,
                                                   .min_type = type,
                                                   .max_type = type,
                                                   .max_offset = UINT64_MAX,
                                                   .max_transid = UINT64_MAX } };
  for (;;) {
    struct btrfs_ioctl_search_header h;
    size_t at = 0;

    args.key.nr_items = 4096;
    if (ioctl (f->fd, BTRFS_IOC_TREE_SEARCH, &args) == -1)
      return -1;
    if (args.key.nr_items == 0)
      return 0;
    for (uint32_t i = 0; i < args.key.nr_items; i++) {
      if (at + sizeof h > sizeof args.buf)
        break;
      memcpy (&h, args.buf + at, sizeof h);
      at += sizeof h;
      if (h.len > sizeof args.buf - at)
        break;
      if (h.type == type && take (f, &h, args.buf + at) == -1)
        return -1;
      at += h.len;
    }
    /* On behind the last one. */
    args.key.min_objectid = h.objectid;
    args.key.min_type = h.type;
    args.key.min_offset = h.offset + 1;
    if (args.key.min_offset == 0 && ++args.key.min_objectid == 0)
      return 0;
    if (f->n >= SUBVOLUMES_MAX)
      return 0;
  }
}

/* --- paths --------------------------------------------------------------------------- */

static const struct subvolume *
find (const struct found *f, uint64_t id)
{
  for (size_t i = 0; i < f->n; i++)
    if (f->v[i].id == id)
      return &f->v[i];
  return NULL;
}

/* 0 with NULL for one that is connected to nothing. */
static int
full_path (const struct found *f, const struct subvolume *s, char **ret_path)
{
  _cleanup_free_ char *path = strdup (s->path);

  for (unsigned depth = 0; path && s->parent != BTRFS_FS_TREE_OBJECTID; depth++) {
    s = find (f, s->parent);
    if (s == NULL || depth > DEPTH_MAX) {
      *ret_path = NULL;
      return 0;
    }
    char *longer = gk_asprintf ("%s/%s", s->path, path);
    free (path);
    path = longer;
  }
  *ret_path = gk_steal_ptr (path);
  return *ret_path ? 0 : -1;
}

static int
push_paths (const struct found *f, struct gk_strv *sv)
{
  for (size_t i = 0; i < f->n; i++) {
    char *path = NULL;
    if (f->v[i].id == f->shown)
      continue;
    if (full_path (f, &f->v[i], &path) == -1 || (path && gk_strv_push_take (sv, path) == -1))
      return -1;
  }
  return 0;
}

int
gk_btrfs_subvolumes (struct gk_ctx *ctx, const char *device, char ***ret_paths,
                     struct gk_error *err)
{
  __attribute__ ((cleanup (found_clear))) struct found f = { .fd = -1 };
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  const struct gk_fs *fs = gk_fs_find ("btrfs");
  int r = -1;

  gk_btrfs_gather (ctx, device);
  int mnt = fs ? gk_kernel_mount_hidden (device, fs, "btrfs") : -1;
  if (mnt != -1)
    f.fd = openat (mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (f.fd != -1)
    r = each_item (&f, BTRFS_DIR_ITEM_KEY, BTRFS_ROOT_TREE_DIR_OBJECTID,
                   BTRFS_ROOT_TREE_DIR_OBJECTID, take_default);
  if (r == 0)
    r = each_item (&f, BTRFS_ROOT_BACKREF_KEY, BTRFS_FIRST_FREE_OBJECTID, BTRFS_LAST_FREE_OBJECTID,
                   take_reference);
  if (r == -1)
    gk_error_sys (err, errno, "%s: reading its subvolumes", device);
  else if (push_paths (&f, &sv) == -1)
    r = gk_error_oom (err);
  if (f.fd != -1)
    close (f.fd);
  if (mnt != -1)
    close (mnt);
  gk_btrfs_forget (ctx, device);
  char **v = r == 0 ? gk_strv_finish (&sv) : NULL;
  if (v == NULL)
    return r == 0 ? gk_error_oom (err) : -1;
  *ret_paths = v;
  return 0;
}
