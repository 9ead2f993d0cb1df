/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Scrubbing: everything on a filesystem is read and compared with its checksums.
 *
 * btrfs(8) does it, and keeps the counts in /var/lib/btrfs, which would be the
 * host's: it runs where a folder of the session is in place of /var/lib.  What
 * goes on in the background is a child that this room keeps; the kernel's
 * request ends by another request, never by a signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "btrfs/btrfs-priv.h"
#include "exec/exec.h"
#include "op/ctx.h"
#include "op/task.h"

/* Between two looks at whether the kernel has begun. */
#define LOOK_MS 10
#define LOOKS 3000
/* The tool's statuses: nothing to resume; faults that could not be corrected. */
#define NOTHING 2
#define UNCORRECTED 3

struct scrub {
  uint8_t fsid[BTRFS_FSID_SIZE];
  struct gk_child child;
};

struct gk_scrubs {
  char *home; /* stands for /var/lib */
  struct gk_exec_inside inside;
  struct scrub *v;
  size_t n;
};

/* --- the session's own /var/lib ------------------------------------------------------------ */

static const char *
enter (const void *opaque)
{
  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
    return "making the mounts private";
  return mount (opaque, "/var/lib", NULL, MS_BIND, NULL) == -1 ? "mounting /var/lib" : NULL;
}

static struct gk_scrubs *
scrubs_of (struct gk_ctx *ctx, struct gk_error *err)
{
  if (ctx->scrubs)
    return ctx->scrubs;
  struct gk_scrubs *s = calloc (1, sizeof *s);
  _cleanup_free_ char *folder = gk_asprintf ("%s/var-lib/btrfs", ctx->tmpdir);
  if (s)
    s->home = gk_asprintf ("%s/var-lib", ctx->tmpdir);
  if (s == NULL || s->home == NULL || folder == NULL) {
    gk_error_oom (err);
  } else if ((mkdir (s->home, 0700) == -1 && errno != EEXIST) ||
             (mkdir (folder, 0700) == -1 && errno != EEXIST)) {
    gk_error_sys (err, errno, "%s", folder);
  } else {
    s->inside = (struct gk_exec_inside){ CLONE_NEWNS, enter, s->home };
    return ctx->scrubs = s;
  }
  if (s)
    free (s->home);
  free (s);
  return NULL;
}

/* Open path, for tools that are to run in there. */
static struct gk_scrubs *
open_for (struct gk_ctx *ctx, const char *path, struct gk_btrfs_at *ret, struct gk_error *err)
{
  struct gk_scrubs *s = scrubs_of (ctx, err);

  if (s == NULL || gk_btrfs_open (ctx, path, O_RDONLY | O_DIRECTORY, ret, err) == -1)
    return NULL;
  ret->inside = &s->inside;
  return s;
}

/* --- what runs ----------------------------------------------------------------------------- */

static void
stop_scrub (int fd)
{
  ioctl (fd, BTRFS_IOC_SCRUB_CANCEL);
}

/* Does the kernel scrub any device of it? */
static bool
is_scrubbing (int fd)
{
  struct btrfs_ioctl_fs_info_args info = { .max_id = 0 };
  bool busy = false;

  if (ioctl (fd, BTRFS_IOC_FS_INFO, &info) == -1)
    return false;
  for (uint64_t id = 1; id <= info.max_id && id < 1024 && !busy; id++) {
    struct btrfs_ioctl_scrub_args args = { .devid = id };
    busy = ioctl (fd, BTRFS_IOC_SCRUB_PROGRESS, &args) == 0;
  }
  return busy;
}

static void
drop (struct gk_scrubs *s, size_t i)
{
  gk_child_stop (&s->v[i].child, 0);
  s->v[i] = s->v[--s->n];
}

/* The one of this filesystem, or NULL; those that have ended are forgotten. */
static struct scrub *
find (struct gk_scrubs *s, const uint8_t *fsid)
{
  for (size_t i = s->n; i > 0; i--)
    if (!gk_child_alive (&s->v[i - 1].child))
      drop (s, i - 1);
  for (size_t i = 0; i < s->n; i++)
    if (memcmp (s->v[i].fsid, fsid, BTRFS_FSID_SIZE) == 0)
      return &s->v[i];
  return NULL;
}

static int
read_fsid (const struct gk_btrfs_at *at, uint8_t *fsid, struct gk_error *err)
{
  struct btrfs_ioctl_fs_info_args info = { .max_id = 0 };

  if (ioctl (at->fd, BTRFS_IOC_FS_INFO, &info) == -1)
    return gk_error_sys (err, errno, "%s", at->name);
  memcpy (fsid, info.fsid, BTRFS_FSID_SIZE);
  return 0;
}

static int
wait_end (struct gk_ctx *ctx, struct gk_child *child, int ms, struct gk_error *err)
{
  struct pollfd p = { .fd = child->pidfd, .events = POLLIN };

  return gk_task_poll (ctx->task, &p, 1, ms, err) == -1 ? -1 : 0;
}

/* It returns once the kernel has begun, or it is over already. */
static int
start (struct gk_ctx *ctx, const char *path, const char *verb, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  struct scrub new = { .child = GK_CHILD_INIT };
  struct gk_scrubs *s = open_for (ctx, path, &at, err);
  int r = 0;

  if (s == NULL || read_fsid (&at, new.fsid, err) == -1)
    return -1;
  if (is_scrubbing (at.fd))
    return gk_error_set (err, EINPROGRESS, "%s: a scrub of it is running", path);
  struct scrub *old = find (s, new.fsid);
  if (old && wait_end (ctx, &old->child, -1, err) == -1) /* it writes its counts down */
    return -1;
  struct scrub *v = reallocarray (s->v, s->n + 1, sizeof *v);
  if (v == NULL)
    return gk_error_oom (err);
  s->v = v;
  const char *const *argv = GK_LIST ("btrfs", "scrub", verb, "-B", at.path);
  if (gk_btrfs_start (&at, argv, &new.child, err) == -1)
    return -1;
  for (unsigned i = 0; r == 0 && i < LOOKS && gk_child_alive (&new.child); i++) {
    if (is_scrubbing (at.fd)) {
      v[s->n++] = new;
      return 0;
    }
    r = wait_end (ctx, &new.child, LOOK_MS, err);
  }
  if (r == 0 && !gk_child_alive (&new.child)) {
    int status = gk_btrfs_end (&at, argv, UNCORRECTED, &new.child, err);
    if (status == NOTHING)
      return gk_error_set (err, 0, "%s: there is no scrub that was cancelled", path);
    return status == -1  ? -1
           : status == 1 ? gk_error_set (err, 0, "%s: the scrub failed", path)
                         : 0;
  }
  stop_scrub (at.fd);
  gk_child_stop (&new.child, LOOK_MS * LOOKS);
  return r == -1 ? -1 : gk_error_set (err, ETIMEDOUT, "%s: the scrub did not begin", path);
}

/* --- the calls ----------------------------------------------------------------------------- */

int
gk_btrfs_btrfs_scrub_start (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return start (ctx, path, "start", err);
}

int
gk_btrfs_btrfs_scrub_resume (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return start (ctx, path, "resume", err);
}

int
gk_btrfs_btrfs_scrub_cancel (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  struct gk_scrubs *s = open_for (ctx, path, &at, err);
  uint8_t fsid[BTRFS_FSID_SIZE];

  if (s == NULL || read_fsid (&at, fsid, err) == -1)
    return -1;
  if (ioctl (at.fd, BTRFS_IOC_SCRUB_CANCEL) == -1) {
    if (errno == ENOTCONN)
      return gk_error_set (err, errno, "%s: no scrub is running", path);
    return gk_error_sys (err, errno, "%s", path);
  }
  /* It has written down where it was when it ends. */
  struct scrub *mine = find (s, fsid);
  return mine ? wait_end (ctx, &mine->child, -1, err) : 0;
}

int
gk_btrfs_btrfs_scrub_full (struct gk_ctx *ctx, const char *path,
                           const struct guestfs_btrfs_scrub_full_argv *opt, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  bool ro = opt && opt->bitmask & GUESTFS_BTRFS_SCRUB_FULL_READONLY_BITMASK && opt->readonly;

  if (open_for (ctx, path, &at, err) == NULL)
    return -1;
  const char *const *argv = ro ? GK_LIST ("btrfs", "scrub", "start", "-B", "-r", at.path)
                               : GK_LIST ("btrfs", "scrub", "start", "-B", at.path);
  return gk_btrfs_run_long (ctx, &at, argv, stop_scrub, err);
}

/* --- how far it is --------------------------------------------------------------------------- */

static const struct {
  const char *name;
  size_t at;
} counts[] = {
#define COUNT(name)                                                                                \
  {                                                                                                \
#name, offsetof(struct guestfs_btrfsscrub, btrfsscrub_##name)                                  \
  }
  COUNT (data_extents_scrubbed), COUNT (tree_extents_scrubbed),
  COUNT (data_bytes_scrubbed),   COUNT (tree_bytes_scrubbed),
  COUNT (read_errors),           COUNT (csum_errors),
  COUNT (verify_errors),         COUNT (no_csum),
  COUNT (csum_discards),         COUNT (super_errors),
  COUNT (malloc_errors),         COUNT (uncorrectable_errors),
  COUNT (unverified_errors),     COUNT (corrected_errors),
  COUNT (last_physical),
};

/* "\tdata_extents_scrubbed: 480"; before the first scrub there are none. */
static void
parse_counts (char *text, struct guestfs_btrfsscrub *ret)
{
  char *save = NULL;

  for (char *line = strtok_r (text, "\n", &save); line; line = strtok_r (NULL, "\n", &save)) {
    line += strspn (line, " \t");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
      const char *rest = gk_after_prefix (line, counts[i].name);
      if (rest && *rest == ':') {
        uint64_t n = strtoull (rest + 1, NULL, 10);
        memcpy ((char *)ret + counts[i].at, &n, sizeof n);
      }
    }
  }
}

int
gk_btrfs_btrfs_scrub_status (struct gk_ctx *ctx, const char *path,
                             struct guestfs_btrfsscrub *ret_struct, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  struct guestfs_btrfsscrub counted = { .btrfsscrub_no_csum = 0 };

  if (open_for (ctx, path, &at, err) == NULL ||
      gk_btrfs_run (ctx, &at, GK_LIST ("btrfs", "scrub", "status", "-R", at.path), 0, &out, err) ==
          -1)
    return -1;
  if (out.data)
    parse_counts (out.data, &counted);
  *ret_struct = counted;
  return 0;
}

void
gk_btrfs_end_scrubs (struct gk_ctx *ctx)
{
  struct gk_scrubs *s = gk_steal_ptr (ctx->scrubs);

  if (s == NULL)
    return;
  while (s->n > 0)
    drop (s, s->n - 1);
  free (s->v);
  free (s->home);
  free (s);
}
