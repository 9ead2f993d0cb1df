/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The attacher that needs nothing of the kernel but FUSE and loop: the image
 * server shows the disk as a file, and a loop device makes it a disk.
 *
 * The loop device must not use direct I/O.  With it several writes are under
 * way at once, and qemu-storage-daemon (seen with 7.2) reads the next request
 * into the buffer of the one that it is still writing: a mkfs and some copied
 * files were enough to ruin every image, with each of its ways to do I/O.
 * Buffered, the kernel sends one write of a file at a time, and what else may
 * come between is too short to reach the data.  It costs half of the reading
 * speed (640 against 1300 MB/s of a fresh qcow2) and none of the writing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "nbd/attach.h"
#include "nbd/loop-dev.h"
#include "nbd/server.h"

struct fuse_disk {
  int loop_fd;
  char *file; /* what the server mounts over */
  struct gk_server server;
};

static int
available (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_error *why_not)
{
  _cleanup_free_ char *tool = gk_exec_find ("qemu-storage-daemon");

  if (tool == NULL)
    return gk_error_set (why_not, ENOENT, "qemu-storage-daemon is not installed");
  if (access ("/sys/class/misc/fuse", F_OK) == -1)
    return gk_error_set (why_not, ENOTSUP, "the kernel has no FUSE");
  return gk_loop_available (why_not);
}

/* Take everything down in the order in which the data must flow: what the
 * kernel has goes to the server, what the server has goes to the image. */
static int
take_down (struct fuse_disk *f, const char *kernel_name, struct gk_error *err)
{
  _cleanup_error_ struct gk_error stopped = GK_ERROR_INIT;
  int r = 0;

  if (f->loop_fd != -1)
    r = gk_loop_release (gk_steal_fd (&f->loop_fd), kernel_name, err);
  /* Before the server goes, for it would do it by running fusermount.  When it
   * died, the mount is still there. */
  if (f->file != NULL && umount2 (f->file, UMOUNT_NOFOLLOW) == -1 && errno == EBUSY)
    umount2 (f->file, UMOUNT_NOFOLLOW | MNT_DETACH);
  if (gk_server_stop (&f->server, &stopped) == -1) {
    if (r == 0)
      gk_error_move (err, &stopped);
    r = -1;
  }
  if (f->file != NULL)
    unlink (f->file);
  free (f->file);
  free (f);
  return r;
}

static int
make_file (const struct gk_attach_env *env, struct fuse_disk *f, struct gk_error *err)
{
  int fd;

  f->file = gk_asprintf ("%s/drive%u.disk", env->tmpdir, env->index);
  if (f->file == NULL)
    return gk_error_oom (err);
  fd = open (f->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd == -1) {
    gk_error_sys (err, errno, "%s", f->file);
    free (gk_steal_ptr (f->file)); /* not ours to remove */
    return -1;
  }
  close (fd);
  return 0;
}

static int
bind_loop (const struct gk_attach_env *env, const struct gk_disk *disk, struct fuse_disk *f,
           struct gk_attachment *ret, struct gk_error *err)
{
  _cleanup_close_ int fd = open (f->file, O_RDWR | O_CLOEXEC);
  const char *name = disk->layers[0].path;
  struct stat st;

  if (fd == -1 || fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", f->file);
  if ((uint64_t) st.st_size != disk->size)
    return gk_error_set (err, EIO, "%s: the image server shows %lld bytes instead of %llu",
                         f->file, (long long) st.st_size, (unsigned long long) disk->size);
  return gk_loop_bind (env, fd, name != NULL ? name : f->file, disk->blocksize, false, ret,
                       &f->loop_fd, err);
}

static int
attach (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_attachment *ret,
        struct gk_error *err)
{
  struct fuse_disk *f = calloc (1, sizeof *f);

  if (f == NULL)
    return gk_error_oom (err);
  f->loop_fd = -1;
  f->server = (struct gk_server) GK_SERVER_INIT;
  if (make_file (env, f, err) == -1 ||
      gk_server_start (env, disk, GK_SERVER_FUSE, f->file, 1, &f->server, err) == -1 ||
      bind_loop (env, disk, f, ret, err) == -1) {
    take_down (f, ret->kernel_name, NULL);
    return -1;
  }
  ret->priv = f;
  return 0;
}

static int
detach (struct gk_attachment *a, struct gk_error *err)
{
  return take_down (a->priv, a->kernel_name, err);
}

const struct gk_attacher gk_attacher_fuse = {
  .name = "fuse",
  .available = available,
  .attach = attach,
  .detach = detach,
};
