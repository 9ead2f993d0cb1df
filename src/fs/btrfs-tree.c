/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The subvolumes of a btrfs filesystem, read from its tree of roots.
 *
 * Every tree has a reference back to the folder that shows it: the tree above,
 * the folder's inode in there, and a name.
 */
#include "fs/btrfs-tree.h"

#include <endian.h>
#include <errno.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/cleanup.h"
#include "base/str.h"

/* More than anybody has; a hostile filesystem may have any number. */
#define SUBVOLUMES_MAX 20000
#define DEPTH_MAX 100

/* --- items ------------------------------------------------------------------------ */

int
gk_btrfs_each_item (int fd, uint64_t tree, uint32_t type, uint64_t first, uint64_t last,
                    int (*take) (void *opaque, const struct gk_btrfs_item *item), void *opaque)
{
  struct btrfs_ioctl_search_args args = { .key = { .tree_id = tree,
                                                   .min_objectid = first,
                                                   .max_objectid = last,
                                                   .min_type = type,
                                                   .max_type = type,
                                                   .max_offset = UINT64_MAX,
                                                   .max_transid = UINT64_MAX } };
  for (;;) {
    struct btrfs_ioctl_search_header h = { .objectid = 0 };
    size_t at = 0;

    args.key.nr_items = 4096;
    if (ioctl (fd, BTRFS_IOC_TREE_SEARCH, &args) == -1)
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
      const struct gk_btrfs_item item = { h.objectid, h.offset, h.len, args.buf + at };
      int r = h.type == type ? take (opaque, &item) : 0;
      if (r != 0)
        return r;
      at += h.len;
    }
    /* On behind the last one. */
    args.key.min_objectid = h.objectid;
    args.key.min_type = h.type;
    args.key.min_offset = h.offset + 1;
    if (args.key.min_offset == 0 && ++args.key.min_objectid == 0)
      return 0;
  }
}

/* --- subvolumes ------------------------------------------------------------------- */

struct found {
  int fd;
  struct gk_btrfs_subvolumes s;
};

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

static int
take_reference (void *opaque, const struct gk_btrfs_item *item)
{
  struct found *f = opaque;
  char folder[BTRFS_INO_LOOKUP_PATH_MAX];
  struct btrfs_root_ref ref;

  if (f->s.n >= SUBVOLUMES_MAX)
    return 1;
  if (item->len < sizeof ref)
    return 0;
  memcpy (&ref, item->data, sizeof ref);
  size_t len = le16toh (ref.name_len);
  const char *name = item->data + sizeof ref;
  if (len == 0 || len > item->len - sizeof ref || memchr (name, '\0', len) ||
      memchr (name, '/', len) ||
      folder_path (f->fd, item->offset, le64toh (ref.dirid), folder) == -1)
    return 0;
  struct gk_btrfs_subvolume *v = reallocarray (f->s.v, f->s.n + 1, sizeof *v);
  if (v == NULL)
    return -1;
  f->s.v = v;
  char *path = gk_asprintf ("%s%.*s", folder, (int)len, name);
  if (path == NULL)
    return -1;
  v[f->s.n++] = (struct gk_btrfs_subvolume){ item->objectid, item->offset, path };
  return 0;
}

static int
take_default (void *opaque, const struct gk_btrfs_item *item)
{
  static const char name[] = "default";
  struct found *f = opaque;
  struct btrfs_dir_item dir;

  if (item->len < sizeof dir)
    return 0;
  memcpy (&dir, item->data, sizeof dir);
  if (le16toh (dir.name_len) == strlen (name) && item->len - sizeof dir >= strlen (name) &&
      memcmp (item->data + sizeof dir, name, strlen (name)) == 0)
    f->s.shown = le64toh (dir.location.objectid);
  return 0;
}

/* --- paths --------------------------------------------------------------------------- */

static const struct gk_btrfs_subvolume *
find (const struct gk_btrfs_subvolumes *s, uint64_t id)
{
  for (size_t i = 0; i < s->n; i++)
    if (s->v[i].id == id)
      return &s->v[i];
  return NULL;
}

/* 0 with NULL for one that is connected to nothing. */
static int
full_path (const struct gk_btrfs_subvolumes *all, const struct gk_btrfs_subvolume *s,
           char **ret_path)
{
  _cleanup_free_ char *path = strdup (s->path);

  for (unsigned depth = 0; path && s->parent != BTRFS_FS_TREE_OBJECTID; depth++) {
    s = find (all, s->parent);
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

/* From what each has below its parent. */
static int
make_paths (struct gk_btrfs_subvolumes *s)
{
  char **paths = calloc (s->n ? s->n : 1, sizeof *paths);
  int r = paths ? 0 : -1;

  for (size_t i = 0; r == 0 && i < s->n; i++)
    r = full_path (s, &s->v[i], &paths[i]);
  for (size_t i = 0; paths && i < s->n; i++) {
    if (r == 0) {
      free (s->v[i].path);
      s->v[i].path = paths[i];
    } else {
      free (paths[i]);
    }
  }
  free (paths);
  return r;
}

int
gk_btrfs_read_subvolumes (int fd, struct gk_btrfs_subvolumes *ret)
{
  struct found f = { .fd = fd, .s = GK_BTRFS_SUBVOLUMES_INIT };

  if (gk_btrfs_each_item (fd, BTRFS_ROOT_TREE_OBJECTID, BTRFS_DIR_ITEM_KEY,
                          BTRFS_ROOT_TREE_DIR_OBJECTID, BTRFS_ROOT_TREE_DIR_OBJECTID, take_default,
                          &f) == -1 ||
      gk_btrfs_each_item (fd, BTRFS_ROOT_TREE_OBJECTID, BTRFS_ROOT_BACKREF_KEY,
                          BTRFS_FIRST_FREE_OBJECTID, BTRFS_LAST_FREE_OBJECTID, take_reference,
                          &f) == -1 ||
      make_paths (&f.s) == -1) {
    gk_btrfs_subvolumes_clear (&f.s);
    return -1;
  }
  *ret = f.s;
  return 0;
}

void
gk_btrfs_subvolumes_clear (struct gk_btrfs_subvolumes *s)
{
  for (size_t i = 0; i < s->n; i++)
    free (s->v[i].path);
  free (s->v);
  *s = (struct gk_btrfs_subvolumes)GK_BTRFS_SUBVOLUMES_INIT;
}
