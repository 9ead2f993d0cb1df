/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The table of nodes: see localfs-priv.h. */

#include <errno.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "localfs/localfs-priv.h"

#define MAX_OPEN 2048
#define MAX_DEVICES 4096
/* Inode numbers of other filesystems than the first must not meet its own. */
#define INO_BITS 48

bool
gk_lfs_is_name (const char *name)
{
  return *name && strchr (name, '/') == NULL && !gk_streq (name, ".") && !gk_streq (name, "..");
}

/* --- the order of use --------------------------------------------------------- */

static void
unchain (struct gk_localfs *fs, uint32_t i)
{
  struct node *n = &fs->nodes[i];

  if (!n->older && !n->newer && fs->oldest != i)
    return;
  *(n->older ? &fs->nodes[n->older].newer : &fs->oldest) = n->newer;
  *(n->newer ? &fs->nodes[n->newer].older : &fs->newest) = n->older;
  n->older = n->newer = 0;
  fs->n_open--;
}

static void
chain (struct gk_localfs *fs, uint32_t i)
{
  fs->nodes[i].older = fs->newest;
  *(fs->newest ? &fs->nodes[fs->newest].newer : &fs->oldest) = i;
  fs->newest = i;
  fs->n_open++;
}

/* Open it stays the longer the more often it is used. */
static void
used (struct gk_localfs *fs, uint32_t i)
{
  if (fs->nodes[i].handle == NULL)
    return;
  unchain (fs, i);
  chain (fs, i);
  while (fs->n_open > MAX_OPEN) {
    uint32_t old = fs->oldest;
    unchain (fs, old);
    gk_cleanup_close (&fs->nodes[old].fd);
    fs->nodes[old].fd = -1;
  }
}

/* --- hash --------------------------------------------------------------------- */

static uint32_t *
bucket (struct gk_localfs *fs, uint32_t device, ino_t ino)
{
  uint64_t x = ((uint64_t)ino ^ (uint64_t)device << 40) * 0x9e3779b97f4a7c15u;

  return &fs->hash[(x >> 32) & (fs->hash_size - 1)];
}

static int
grow_hash (struct gk_localfs *fs)
{
  uint32_t size = fs->hash_size ? fs->hash_size * 2 : 1024;
  uint32_t *hash = calloc (size, sizeof *hash);

  if (hash == NULL)
    return -1;
  free (fs->hash);
  fs->hash = hash;
  fs->hash_size = size;
  for (uint32_t i = 1; i < fs->n_nodes; ++i)
    if (fs->nodes[i].lookups) {
      uint32_t *b = bucket (fs, fs->nodes[i].device, fs->nodes[i].ino);
      fs->nodes[i].hash_next = *b;
      *b = i;
    }
  return 0;
}

static void
unhash (struct gk_localfs *fs, uint32_t i)
{
  for (uint32_t *p = bucket (fs, fs->nodes[i].device, fs->nodes[i].ino); *p;
       p = &fs->nodes[*p].hash_next)
    if (*p == i) {
      *p = fs->nodes[i].hash_next;
      return;
    }
}

/* --- places ------------------------------------------------------------------- */

static int
grow_nodes (struct gk_localfs *fs)
{
  uint32_t n = fs->n_nodes ? fs->n_nodes * 2 : 1024;
  struct node *nodes = n > fs->n_nodes ? realloc (fs->nodes, n * sizeof *nodes) : NULL;

  if (nodes == NULL) {
    errno = ENOMEM;
    return -1;
  }
  fs->nodes = nodes;
  for (uint32_t i = n; i-- > (fs->n_nodes ? fs->n_nodes : 1);) {
    nodes[i] = (struct node){ .fd = -1, .hash_next = fs->free_node };
    fs->free_node = i;
  }
  fs->n_nodes = n;
  return 0;
}

/* Takes handle and fd. */
static uint32_t
add (struct gk_localfs *fs, uint32_t device, const struct stat *st, struct file_handle *handle,
     int fd)
{
  if ((fs->free_node == 0 && grow_nodes (fs) == -1) ||
      (fs->n_used + 1 > fs->hash_size && grow_hash (fs) == -1)) {
    free (handle);
    if (fd != -1)
      close (fd);
    errno = ENOMEM;
    return 0;
  }
  uint32_t i = fs->free_node;
  struct node *n = &fs->nodes[i];
  uint32_t *b = bucket (fs, device, st->st_ino);

  fs->free_node = n->hash_next;
  *n = (struct node){ .generation = n->generation,
                      .device = device,
                      .ino = st->st_ino,
                      .type = st->st_mode & S_IFMT,
                      .lookups = 1,
                      .handle = handle,
                      .fd = fd,
                      .hash_next = *b };
  *b = i;
  fs->n_used++;
  if (fd != -1)
    used (fs, i);
  return i;
}

static void
drop (struct gk_localfs *fs, uint32_t i)
{
  struct node *n = &fs->nodes[i];

  unhash (fs, i);
  unchain (fs, i);
  gk_cleanup_close (&n->fd);
  free (n->handle);
  *n = (struct node){ .generation = n->generation + 1, .fd = -1, .hash_next = fs->free_node };
  fs->free_node = i;
  fs->n_used--;
}

static struct node *
find (struct gk_localfs *fs, uint64_t node)
{
  uint32_t i = GK_LFS_PLACE (node);

  if (i == 0 || i >= fs->n_nodes || fs->nodes[i].lookups == 0 ||
      fs->nodes[i].generation != node >> 32) {
    errno = ESTALE;
    return NULL;
  }
  return &fs->nodes[i];
}

void
gk_lfs_forget (struct gk_localfs *fs, uint64_t node, uint64_t lookups)
{
  struct node *n = find (fs, node);

  if (n == NULL || node == GK_LFS_ROOT)
    return;
  if (n->lookups > lookups)
    n->lookups -= lookups;
  else
    drop (fs, GK_LFS_PLACE (node));
}

int
gk_lfs_fd (struct gk_localfs *fs, uint64_t node, mode_t *ret_type)
{
  struct node *n = find (fs, node);

  if (n == NULL)
    return -1;
  if (n->fd == -1) {
    n->fd = open_by_handle_at (fs->devices[n->device].fd, n->handle, O_PATH | O_CLOEXEC);
    if (n->fd == -1)
      return -1;
  }
  if (ret_type)
    *ret_type = n->type;
  used (fs, GK_LFS_PLACE (node));
  return n->fd;
}

/* --- looking up --------------------------------------------------------------- */

/* The device's index, or -1.  A filesystem that is met for the first time by
 * what is no folder gets no descriptor to open handles with. */
static int
find_device (struct gk_localfs *fs, int parent_fd, const char *name, const struct stat *st)
{
  for (uint32_t i = 0; i < fs->n_devices; ++i)
    if (fs->devices[i].dev == st->st_dev)
      return (int)i;
  if (fs->n_devices == MAX_DEVICES) {
    errno = EMFILE;
    return -1;
  }
  struct device *d = realloc (fs->devices, (fs->n_devices + 1) * sizeof *d);
  if (d == NULL)
    return -1;
  fs->devices = d;
  d += fs->n_devices;
  *d = (struct device){ .dev = st->st_dev, .fd = -1 };
  if (S_ISDIR (st->st_mode))
    d->fd = openat (parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct statfs what;
  if (d->fd != -1 && fstatfs (d->fd, &what) == 0) {
    d->type = what.f_type;
    if (d->type == EXT4_SUPER_MAGIC || d->type == XFS_SUPER_MAGIC || d->type == BTRFS_SUPER_MAGIC)
      d->flags = GK_LFS_KEEPS_ALL;
    /* Quotas of btrfs and xfs are root's, too. */
    if (d->type == EXT4_SUPER_MAGIC)
      d->flags |= GK_LFS_TELLS_SPACE;
  }
  return (int)fs->n_devices++;
}

static struct file_handle *
handle_of (const struct device *d, int parent_fd, const char *name)
{
  union {
    struct file_handle h;
    char space[sizeof (struct file_handle) + MAX_HANDLE_SZ];
  } u = { .h = { .handle_bytes = MAX_HANDLE_SZ } };
  int mount_id;

  if (d->fd == -1 ||
      name_to_handle_at (parent_fd, name, &u.h, &mount_id, *name ? 0 : AT_EMPTY_PATH) == -1)
    return NULL;
  size_t size = sizeof u.h + u.h.handle_bytes;
  struct file_handle *copy = malloc (size);
  if (copy)
    memcpy (copy, &u, size);
  return copy;
}

static bool
same_handle (const struct file_handle *a, const struct file_handle *b)
{
  return a && b && a->handle_type == b->handle_type && a->handle_bytes == b->handle_bytes &&
         memcmp (a->f_handle, b->f_handle, a->handle_bytes) == 0;
}

/* An inode that is not open may be another by now that has its number. */
static uint32_t
find_inode (struct gk_localfs *fs, uint32_t device, const struct stat *st, int parent_fd,
            const char *name)
{
  uint32_t i = fs->hash_size ? *bucket (fs, device, st->st_ino) : 0;

  while (i && (fs->nodes[i].device != device || fs->nodes[i].ino != st->st_ino))
    i = fs->nodes[i].hash_next;
  if (i == 0 || fs->nodes[i].fd != -1)
    return i;
  _cleanup_free_ struct file_handle *now = handle_of (&fs->devices[device], parent_fd, name);
  if (same_handle (now, fs->nodes[i].handle))
    return i;
  /* It stays until it is forgotten, but is not found any more. */
  unhash (fs, i);
  return 0;
}

static uint32_t
meet (struct gk_localfs *fs, int parent_fd, const char *name, const struct stat *st)
{
  int device = find_device (fs, parent_fd, name, st);
  if (device == -1)
    return 0;
  uint32_t i = find_inode (fs, (uint32_t)device, st, parent_fd, name);
  if (i) {
    fs->nodes[i].lookups++;
    return i;
  }
  struct file_handle *handle = handle_of (&fs->devices[device], parent_fd, name);
  int fd = -1;
  if (handle == NULL) {
    fd = openat (parent_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd == -1)
      return 0;
  }
  return add (fs, (uint32_t)device, st, handle, fd);
}

static void
fill (const struct gk_localfs *fs, uint32_t i, const struct stat *st, struct gk_lfs_entry *e)
{
  const struct node *n = &fs->nodes[i];

  *e = (struct gk_lfs_entry){ .node = (uint64_t)n->generation << 32 | i,
                              .ino = (uint64_t)n->device << INO_BITS ^ st->st_ino,
                              .size = (uint64_t)st->st_size,
                              .blocks = (uint64_t)st->st_blocks,
                              .rdev = st->st_rdev,
                              .atime_s = st->st_atim.tv_sec,
                              .mtime_s = st->st_mtim.tv_sec,
                              .ctime_s = st->st_ctim.tv_sec,
                              .atime_ns = (uint32_t)st->st_atim.tv_nsec,
                              .mtime_ns = (uint32_t)st->st_mtim.tv_nsec,
                              .ctime_ns = (uint32_t)st->st_ctim.tv_nsec,
                              .mode = st->st_mode,
                              .nlink = (uint32_t)st->st_nlink,
                              .uid = st->st_uid,
                              .gid = st->st_gid,
                              .blksize = (uint32_t)st->st_blksize,
                              .device = n->device,
                              .flags = fs->devices[n->device].flags };
}

int
gk_lfs_lookup (struct gk_localfs *fs, uint64_t parent, const char *name, struct gk_lfs_entry *entry)
{
  char link[32], path[32 + NAME_MAX + 2];
  struct stat st;

  int parent_fd = gk_lfs_fd (fs, parent, NULL);
  if (parent_fd == -1 || fstatat (parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
    return -1;
  uint32_t i = meet (fs, parent_fd, name, &st);
  if (i == 0)
    return -1;
  fill (fs, i, &st, entry);
  /* Most have none, and programs that copy ask for each: this spares them asking. */
  snprintf (path, sizeof path, "%s/%s", gk_fd_path (parent_fd, link), name);
  if (llistxattr (path, NULL, 0) == 0)
    entry->flags |= GK_LFS_NO_XATTRS;
  return 0;
}

static int
meet_open (struct gk_localfs *fs, int parent_fd, const char *name, int fd,
           struct gk_lfs_entry *entry)
{
  struct stat st;

  if (parent_fd == -1 || fstat (fd, &st) == -1)
    return -1;
  uint32_t i = meet (fs, parent_fd, name, &st);
  if (i == 0)
    return -1;
  fill (fs, i, &st, entry);
  if (flistxattr (fd, NULL, 0) == 0)
    entry->flags |= GK_LFS_NO_XATTRS;
  return 0;
}

int
gk_lfs_meet (struct gk_localfs *fs, uint64_t parent, const char *name, int fd,
             struct gk_lfs_entry *entry)
{
  return meet_open (fs, gk_lfs_fd (fs, parent, NULL), name, fd, entry);
}

int
gk_lfs_meet_nameless (struct gk_localfs *fs, int fd, struct gk_lfs_entry *entry)
{
  return meet_open (fs, fd, "", fd, entry);
}

/* Which filesystems fold names is not asked of each: these are known, the others
 * are taken to.  A folder of ext4 says it of itself. */
uint32_t
gk_lfs_folder_flags (struct gk_localfs *fs, uint64_t node)
{
  /* Whatever else there is may come down to what is made in it: a project, a key. */
  const int plain = FS_EXTENT_FL | FS_INDEX_FL;
  int at = gk_lfs_fd (fs, node, NULL);
  if (at == -1)
    return 0;
  const struct device *d = &fs->devices[fs->nodes[GK_LFS_PLACE (node)].device];
  if (d->type == BTRFS_SUPER_MAGIC)
    return GK_LFS_EXACT_NAMES;
  if (d->type != EXT4_SUPER_MAGIC)
    return 0;
  _cleanup_close_ int fd = openat (at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int flags;
  if (fd == -1 || ioctl (fd, FS_IOC_GETFLAGS, &flags) == -1)
    return 0;
  return (flags & FS_CASEFOLD_FL ? 0 : GK_LFS_EXACT_NAMES) |
         (flags & ~plain ? 0 : GK_LFS_PLAIN_FOLDER);
}

int
gk_lfs_open_to_read (struct gk_localfs *fs, uint64_t node)
{
  char path[32];
  struct node *n = find (fs, node);

  if (n == NULL)
    return -1;
  if (n->type != S_IFREG) {
    errno = EINVAL;
    return -1;
  }
  if (n->fd == -1)
    return open_by_handle_at (fs->devices[n->device].fd, n->handle, O_RDONLY | O_CLOEXEC);
  return open (gk_fd_path (n->fd, path), O_RDONLY | O_CLOEXEC);
}

int
gk_lfs_fd_attr (struct gk_localfs *fs, uint64_t node, int fd, struct gk_lfs_entry *entry)
{
  struct stat st;

  if (find (fs, node) == NULL || fstat (fd, &st) == -1)
    return -1;
  fill (fs, GK_LFS_PLACE (node), &st, entry);
  return 0;
}

int
gk_lfs_getattr (struct gk_localfs *fs, uint64_t node, struct gk_lfs_entry *entry)
{
  struct stat st;
  int fd = gk_lfs_fd (fs, node, NULL);

  if (fd == -1 || fstatat (fd, "", &st, AT_EMPTY_PATH) == -1)
    return -1;
  fill (fs, GK_LFS_PLACE (node), &st, entry);
  return 0;
}

/* --- begin and end ------------------------------------------------------------ */

int
gk_lfs_start (struct gk_localfs *fs, int root_fd)
{
  struct stat st;
  int fd = openat (root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (fd == -1 || fstat (fd, &st) == -1 || find_device (fs, fd, ".", &st) == -1) {
    gk_cleanup_close (&fd);
    return -1;
  }
  return add (fs, 0, &st, NULL, fd) == GK_LFS_ROOT ? 0 : -1;
}

void
gk_localfs_free (struct gk_localfs *fs)
{
  if (fs == NULL)
    return;
  for (uint32_t i = 1; i < fs->n_nodes; ++i) {
    gk_cleanup_close (&fs->nodes[i].fd);
    free (fs->nodes[i].handle);
  }
  for (uint32_t i = 0; i < fs->n_devices; ++i)
    gk_cleanup_close (&fs->devices[i].fd);
  for (uint32_t i = 0; i < fs->n_files; ++i)
    gk_cleanup_close (&fs->files[i]);
  free (fs->nodes);
  free (fs->hash);
  free (fs->devices);
  free (fs->files);
  free (fs);
}
