/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Filesystems that no kernel driver mounts here, but a program by FUSE: NTFS by
 * ntfs-3g, exFAT by exfat-fuse.
 *
 * The program mounts, so it has the right to, and it reads what a guest wrote:
 * this is done only on a kernel that is the session's own.  It mounts on a folder
 * of the session, from where the mount is moved to its place in the guest's tree,
 * so that the program is given no path of the guest.  It goes on in the background;
 * unmounting waits until it has written everything, and it ends with that. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "exec/exec.h"
#include "fs/fs.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"

/* A large volume whose log is replayed. */
#define PATIENCE_MS 120000

bool
gk_mount_is_served (struct gk_ctx *ctx, const struct gk_fs *fs)
{
  if (fs->server == NULL || ctx->load_module == NULL)
    return false;
  _cleanup_free_ char *tool = gk_exec_find (fs->server);
  return tool != NULL;
}

static char *
join_options (const struct gk_mount_options *o)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  if (gk_buf_appends (&text, o->ro ? "ro,nosuid,nodev" : "nosuid,nodev") == -1)
    return NULL;
  for (size_t i = 0; i < o->sb.len; i++)
    if (gk_buf_appendf (&text, ",%s", o->sb.v[i]) == -1)
      return NULL;
  return gk_buf_finish (&text);
}

/* From the session's folder to where it was asked for. */
static int
put_in_place (const char *dir, const struct gk_mount_request *m)
{
  struct mount_attr attr = { .attr_set = m->options->attr | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
  _cleanup_close_ int mnt = open (dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (mnt == -1 || mount_setattr (mnt, "", AT_EMPTY_PATH, &attr, sizeof attr) == -1)
    return -1;
  return move_mount (mnt, "", m->target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int
gk_served_mount (struct gk_ctx *ctx, const struct gk_mount_request *m, struct gk_error *err)
{
  _cleanup_free_ char *dir = gk_asprintf ("%s/served", ctx->tmpdir);
  _cleanup_free_ char *options = join_options (m->options);
  struct gk_exec x = GK_EXEC_INIT;

  if (dir == NULL || options == NULL)
    return gk_error_oom (err);
  if (mkdir (dir, 0700) == -1 && errno != EEXIST)
    return gk_error_sys (err, errno, "%s", dir);
  x.argv = (const char *const[]){ m->fs->server, "-o", options, m->device, dir, NULL };
  x.timeout_ms = PATIENCE_MS;
  x.task = ctx->task;
  int r = gk_exec_check (&x, NULL, err);
  if (r == 0 && put_in_place (dir, m) == -1) {
    r = gk_error_sys (err, errno, "the mount of %s", m->fs->server);
    umount2 (dir, MNT_DETACH);
  }
  rmdir (dir);
  return r;
}
