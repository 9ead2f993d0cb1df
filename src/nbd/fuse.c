/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The attacher that needs nothing of the kernel but FUSE and loop: the image
 * server speaks NBD, the bridge shows that as a file, and a loop device makes
 * it a disk.
 *
 * Measured with 1 GiB of a qcow2 image on ext4, two processors, the best of some
 * runs; writing is with a flush at the end, into a fresh image and again, reading
 * from the disk and from the host's cache; the rest are random blocks of 4 KiB a
 * second, past all caches of the device.
 *
 *                             write     again   read  cached  1 reader  8 readers
 *   bridge, direct loop     700 MB/s     880     810    2100    11000      35000
 *   bridge, buffered loop   460          600     400    1000     8000       9000
 *   nbdfuse, direct loop    500          700     740    1600     8500      21000
 *   qemu's FUSE, direct     730         1600    1100    1900    24000      37000
 *   qemu's FUSE, buffered   560         1100     390     750    22000      20000
 *
 * The fourth loses data (see bridge.h).  One connection instead of four reads
 * half as fast from the cache; structured replies gain nothing; files that are
 * not opened for direct I/O lose a third of writing and reading; a larger
 * readahead changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "nbd/attach.h"
#include "nbd/bridge.h"
#include "nbd/extents.h"
#include "nbd/loop-dev.h"
#include "nbd/server.h"

/* One more asks for extents. */
#define CONNECTIONS 4

struct fuse_disk {
  int loop_fd;
  char *file; /* what the bridge mounts over */
  struct gk_server server;
  char *socket; /* the server's */
  struct gk_bridge bridge;
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
 * kernel has goes to the server, what the server has goes to the image.  The
 * server's end tells most, then the flush. */
static int
take_down (struct fuse_disk *f, const char *kernel_name, struct gk_error *err)
{
  _cleanup_error_ struct gk_error flush = GK_ERROR_INIT, bridge = GK_ERROR_INIT;
  int r = 0;

  if (f->loop_fd != -1 && gk_loop_release (gk_steal_fd (&f->loop_fd), kernel_name, &flush) == -1)
    r = -1;
  if (gk_bridge_stop (&f->bridge, &bridge) == -1)
    r = -1;
  if (gk_server_stop (&f->server, err) == -1)
    r = -1;
  else if (r == -1)
    gk_error_move (err, bridge.msg != NULL ? &bridge : &flush);
  if (f->file != NULL)
    unlink (f->file);
  if (f->socket != NULL)
    unlink (f->socket);
  free (f->file);
  free (f->socket);
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
start_server (const struct gk_attach_env *env, const struct gk_disk *disk, struct fuse_disk *f,
              struct gk_error *err)
{
  f->socket = gk_asprintf ("%s/drive%u.nbd", env->tmpdir, env->index);
  if (f->socket == NULL)
    return gk_error_oom (err);
  const struct gk_server_place place = { .socket = f->socket, .connections = CONNECTIONS + 1 };
  return gk_server_start (env, disk, &place, &f->server, err);
}

/* Without "discard" the file may still have holes where the image marks zeros
 * instead of storing them: that keeps it small. */
static int
start_bridge (const struct gk_attach_env *env, const struct gk_disk *disk, struct fuse_disk *f,
              struct gk_error *err)
{
  const char *format = disk->overlay != NULL ? "qcow2" : disk->layers[0].format;
  const struct gk_bridge_server server = {
    .socket = f->socket,
    .export_name = "disk",
    .connections = CONNECTIONS,
    .size = disk->size,
    .punch = gk_streq (format, "qcow2") || (gk_streq (format, "raw") && disk->discard),
  };

  return gk_bridge_start (env, &server, f->file, &f->bridge, err);
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
  if ((uint64_t)st.st_size != disk->size)
    return gk_error_set (err, EIO, "%s: the bridge shows %lld bytes instead of %llu", f->file,
                         (long long)st.st_size, (unsigned long long)disk->size);
  return gk_loop_bind (env, fd, name != NULL ? name : f->file, disk->blocksize, ret, &f->loop_fd,
                       err);
}

static int
attach (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_attachment *ret,
        struct gk_error *err)
{
  struct fuse_disk *f = calloc (1, sizeof *f);

  if (f == NULL)
    return gk_error_oom (err);
  f->loop_fd = -1;
  f->bridge = (struct gk_bridge)GK_BRIDGE_INIT;
  f->server = (struct gk_server)GK_SERVER_INIT;
  if (make_file (env, f, err) == -1 || start_server (env, disk, f, err) == -1 ||
      start_bridge (env, disk, f, err) == -1 || bind_loop (env, disk, f, ret, err) == -1) {
    take_down (f, ret->kernel_name, NULL);
    return -1;
  }
  ret->priv = f;
  ret->extents = gk_extents_of_server (f->socket);
  return 0;
}

static int
detach (struct gk_attachment *a, struct gk_error *err)
{
  return take_down (a->priv, a->kernel_name, err);
}

const struct gk_attacher gk_attacher_fuse = {
  .name = "fuse",
  .modules = { "fuse", "loop" },
  .available = available,
  .attach = attach,
  .detach = detach,
};
