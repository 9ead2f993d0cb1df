/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See tree.h. */

#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "client/tree.h"
#include "exec/exec.h"

#define RETRY_MS 100

static struct libmnt_table *
read_table (void)
{
  return mnt_new_table_from_file ("/proc/self/mountinfo");
}

struct points {
  uint64_t *ids;
  size_t n;
  struct gk_strv targets;
};

static bool
has (const struct points *p, uint64_t id)
{
  for (size_t i = 0; i < p->n; i++)
    if (p->ids[i] == id)
      return true;
  return false;
}

static int
add (struct points *p, struct libmnt_fs *fs)
{
  const char *target = mnt_fs_get_target (fs);
  uint64_t *grown = reallocarray (p->ids, p->n + 1, sizeof *grown);

  if (grown == NULL)
    return -1;
  p->ids = grown;
  p->ids[p->n++] = (uint64_t)mnt_fs_get_id (fs);
  return gk_strv_push (&p->targets, target ? target : "");
}

/* The mount and those in it, each behind the one that it is mounted in. */
static int
points_of (uint64_t id, struct points *ret)
{
  struct libmnt_table *table = read_table ();
  struct libmnt_iter *it = mnt_new_iter (MNT_ITER_FORWARD);
  struct libmnt_fs *fs;
  int r = table && it ? 0 : -1;

  for (size_t before = SIZE_MAX; r == 0 && ret->n != before;) {
    before = ret->n;
    mnt_reset_iter (it, MNT_ITER_FORWARD);
    while (r == 0 && mnt_table_next_fs (table, it, &fs) == 0) {
      uint64_t this = (uint64_t)mnt_fs_get_id (fs);
      if (!has (ret, this) && (this == id || has (ret, (uint64_t)mnt_fs_get_parent_id (fs))))
        r = add (ret, fs);
    }
  }
  mnt_free_iter (it);
  mnt_unref_table (table);
  return r;
}

/* Its message is all that it tells of the reason. */
static int
fusermount (const char *dir)
{
  const char *const argv[] = { "fusermount3", "-u", dir, NULL };
  struct gk_exec x = GK_EXEC_INIT;
  _cleanup_exec_result_ struct gk_exec_result r = GK_EXEC_RESULT_INIT;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  x.argv = argv;
  x.timeout_ms = -1; /* what is to be written takes as long as it takes */
  if (gk_exec_run (&x, &r, &err) == -1) {
    errno = EPERM;
    return -1;
  }
  if (r.status == 0)
    return 0;
  errno = r.err.data && strstr (r.err.data, strerrordesc_np (EBUSY)) ? EBUSY : EPERM;
  return -1;
}

static int
unmount_one (const char *point)
{
  if (umount2 (point, UMOUNT_NOFOLLOW) == 0 || errno == EINVAL || errno == ENOENT)
    return 0;
  return errno == EPERM ? fusermount (point) : -1;
}

static int
unmount_all (uint64_t id)
{
  struct points points = { NULL, 0, GK_STRV_INIT };
  int r = points_of (id, &points);

  for (size_t i = points.n; r == 0 && i-- > 0;)
    r = unmount_one (points.targets.v[i]);
  int errnum = errno;
  free (points.ids);
  gk_strv_clear (&points.targets);
  errno = errnum;
  return r;
}

int
gk_tree_unmount (uint64_t id, int tries)
{
  const struct timespec pause = { 0, RETRY_MS * 1000000L };

  while (unmount_all (id) == -1) {
    if (errno != EBUSY || --tries <= 0)
      return -1;
    nanosleep (&pause, NULL);
  }
  return 0;
}

int
gk_tree_at (const char *dir, uint64_t *ret_id)
{
  struct statx st;

  /* Nothing that a server of the filesystem would have to be asked for. */
  if (statx (AT_FDCWD, dir, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, 0, &st) == -1)
    return -1;
  if ((st.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0)
    return 0;
  *ret_id = st.stx_mnt_id;
  return 1;
}

int
gk_tree_is_there (uint64_t id)
{
  struct libmnt_table *table = read_table ();
  struct libmnt_iter *it = mnt_new_iter (MNT_ITER_FORWARD);
  struct libmnt_fs *fs;
  int r = table && it ? 0 : -1;

  while (r == 0 && mnt_table_next_fs (table, it, &fs) == 0)
    r = (uint64_t)mnt_fs_get_id (fs) == id;
  mnt_free_iter (it);
  mnt_unref_table (table);
  return r;
}

int
gk_tree_attach (int fd, const char *dir, unsigned attributes, uint64_t *ret_id)
{
  struct mount_attr attr = {
    .attr_set = (attributes & GK_TREE_READONLY ? MOUNT_ATTR_RDONLY : 0) |
                (attributes & GK_TREE_NOEXEC ? MOUNT_ATTR_NOEXEC : 0) |
                (attributes & GK_TREE_NOATIME ? MOUNT_ATTR_NOATIME : 0),
    .attr_clr = attributes & GK_TREE_NOATIME ? MOUNT_ATTR__ATIME : 0,
  };
  struct statx st;

  if (attributes &&
      syscall (SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) == -1)
    return -1;
  if (statx (fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) == -1 ||
      syscall (SYS_move_mount, fd, "", AT_FDCWD, dir, MOVE_MOUNT_F_EMPTY_PATH) == -1)
    return -1;
  *ret_id = st.stx_mnt_id;
  return 0;
}
