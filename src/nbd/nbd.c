/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The attacher for kernels with nbd: the image server speaks NBD on a Unix
 * socket, and the kernel is its client. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "nbd/attach.h"
#include "nbd/extents.h"
#include "nbd/loop-dev.h"
#include "nbd/nbd-handshake.h"
#include "nbd/nbd-netlink.h"
#include "nbd/nbd-watch.h"
#include "nbd/server.h"
#include "op/task.h"

/* As many requests can be copied at once; more connections than processors
 * gain nothing. */
/* One more asks for extents. */
#define CONNECTIONS 4
#define READY_MS 10000

struct nbd_disk {
  int fd; /* the device; the kernel disconnects it at its last close */
  int index;
  char *socket;
  struct gk_server server;
  struct gk_nbd_watch *watch;
};

static void
free_sock (struct nl_sock **sock)
{
  nl_socket_free (*sock);
}
#define _cleanup_sock_ __attribute__ ((cleanup (free_sock)))

static int
available (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_error *why_not)
{
  _cleanup_free_ char *tool = gk_exec_find ("qemu-storage-daemon");
  _cleanup_sock_ struct nl_sock *sock = NULL;

  if (tool == NULL)
    return gk_error_set (why_not, ENOENT, "qemu-storage-daemon is not installed");
  if (gk_nbd_netlink_open (&sock, why_not) == -1)
    return -1;
  /* Last: EPERM says that nothing but root is missing. */
  if (geteuid () != 0)
    return gk_error_set (why_not, EPERM, "nbd devices need root");
  return 0;
}

/* --- the device ------------------------------------------------------------------ */

static int
read_devno (const char *kernel_name, dev_t *ret_devno)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  char path[64];
  unsigned maj, min;

  snprintf (path, sizeof path, "/sys/block/%s/dev", kernel_name);
  if (gk_read_file (path, 64, &b) == -1 || sscanf (b.data, "%u:%u", &maj, &min) != 2)
    return -1;
  *ret_devno = makedev (maj, min);
  return 0;
}

/* The kernel's answer comes before the device has its size. */
static int
open_device (const struct gk_attach_env *env, const struct gk_nbd_session *s, struct nbd_disk *d,
             struct gk_attachment *ret, struct gk_error *err)
{
  uint64_t size = 0;

  snprintf (ret->kernel_name, sizeof ret->kernel_name, "nbd%d", d->index);
  if (read_devno (ret->kernel_name, &ret->devno) == -1)
    return gk_error_set (err, EIO, "%s: no such device in /sys", ret->kernel_name);
  d->fd = gk_open_device (env->node_dir, true, major (ret->devno), minor (ret->devno), O_RDWR);
  if (d->fd == -1)
    return gk_error_sys (err, errno, "%s", ret->kernel_name);
  for (int i = 0; i < READY_MS; i++) {
    if (ioctl (d->fd, BLKGETSIZE64, &size) == -1)
      return gk_error_sys (err, errno, "%s: size", ret->kernel_name);
    if (size == s->size)
      break;
    nanosleep (&(struct timespec){ .tv_nsec = 1000000 }, NULL);
  }
  if (size != s->size)
    return gk_error_set (err, ETIMEDOUT, "%s: has %llu bytes instead of %llu", ret->kernel_name,
                         (unsigned long long)size, (unsigned long long)s->size);
  ret->size = size;
  return 0;
}

static int
connect_kernel (const struct gk_attach_env *env, const struct gk_disk *disk,
                const struct gk_nbd_session *s, struct nbd_disk *d, struct gk_error *err)
{
  _cleanup_sock_ struct nl_sock *sock = NULL;
  int family = gk_nbd_netlink_open (&sock, err);
  const struct gk_nbd_connect c = {
    .size = s->size,
    .block_size = disk->blocksize,
    .server_flags = s->flags,
    .backend = d->socket,
    .sockets = s->sockets,
    .n_sockets = s->n_sockets,
  };

  if (family == -1 || (env->note && env->note (env->note_opaque, "nbd", d->socket, err) == -1))
    return -1;
  return gk_nbd_netlink_send (sock, gk_nbd_connect_msg (family, &c), &d->index, err);
}

/* It disconnects when nobody has the device open any more, with which it is
 * free when our close returns.  Where somebody else has it (udev) the server
 * must not go while the kernel counts on it. */
static void
disconnect_kernel (int index)
{
  _cleanup_sock_ struct nl_sock *sock = NULL;
  char path[48];
  int family;

  snprintf (path, sizeof path, "/sys/block/nbd%d/pid", index);
  if (access (path, F_OK) == -1)
    return;
  family = gk_nbd_netlink_open (&sock, NULL);
  if (family != -1)
    gk_nbd_netlink_send (sock, gk_nbd_disconnect_msg (family, index), NULL, NULL);
}

/* Does /sys say that the device has this backend?  Kernels before 5.14 do not say. */
static bool
has_backend (const char *name, const char *backend)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  _cleanup_free_ char *path = gk_asprintf ("/sys/block/%s/backend", name);

  if (path == NULL || gk_read_file (path, 4096, &b) == -1 || b.data == NULL)
    return false;
  b.data[strcspn (b.data, "\n")] = '\0';
  return gk_streq (b.data, backend);
}

int
gk_nbd_cut_off (const char *backend, struct gk_error *err)
{
  const struct dirent *entry;
  int index;

  _cleanup_closedir_ DIR *dir = opendir ("/sys/block");
  if (dir == NULL)
    return gk_error_sys (err, errno, "/sys/block");
  while ((entry = readdir (dir)) != NULL)
    if (sscanf (entry->d_name, "nbd%d", &index) == 1 && has_backend (entry->d_name, backend)) {
      _cleanup_sock_ struct nl_sock *sock = NULL;
      int family = gk_nbd_netlink_open (&sock, err);
      return family == -1
                 ? -1
                 : gk_nbd_netlink_send (sock, gk_nbd_disconnect_msg (family, index), NULL, err);
    }
  return 0;
}

/* --- up and down --------------------------------------------------------------------- */

static int
take_down (struct nbd_disk *d, struct gk_error *err)
{
  _cleanup_error_ struct gk_error stopped = GK_ERROR_INIT;
  int r = 0;

  if (d->fd != -1 && fsync (d->fd) == -1)
    r = gk_error_sys (err, errno, "flush");
  gk_nbd_watch_stop (d->watch);
  if (d->fd != -1)
    close (d->fd);
  if (d->index != -1)
    disconnect_kernel (d->index);
  if (gk_server_stop (&d->server, &stopped) == -1) {
    if (r == 0)
      gk_error_move (err, &stopped);
    r = -1;
  }
  if (d->socket != NULL)
    unlink (d->socket);
  free (d->socket);
  free (d);
  return r;
}

static int
attach (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_attachment *ret,
        struct gk_error *err)
{
  struct gk_nbd_session session = { .n_sockets = 0 };
  struct nbd_disk *d = calloc (1, sizeof *d);
  struct gk_server_place place = { .connections = CONNECTIONS + 1 };
  int r = -1;

  if (d == NULL)
    return gk_error_oom (err);
  d->fd = d->index = -1;
  d->server = (struct gk_server)GK_SERVER_INIT;
  place.socket = d->socket = gk_asprintf ("%s/drive%u.nbd", env->tmpdir, env->index);
  if (d->socket == NULL)
    gk_error_oom (err);
  else if (gk_server_start (env, disk, &place, &d->server, err) == 0 &&
           gk_nbd_handshake (d->socket, "disk", CONNECTIONS, &session, err) == 0 &&
           connect_kernel (env, disk, &session, d, err) == 0 &&
           (d->watch = gk_nbd_watch_start (d->server.child.pidfd, d->index, err)) != NULL)
    r = open_device (env, &session, d, ret, err);
  if (r == 0)
    gk_task_log (env->task, "nbd: %s, %zu connections", ret->kernel_name, session.n_sockets);
  /* The kernel has its own reference to them. */
  gk_nbd_session_close (&session);
  if (r == -1) {
    take_down (d, NULL);
    return -1;
  }
  ret->priv = d;
  ret->extents = gk_extents_of_server (d->socket);
  return 0;
}

static int
detach (struct gk_attachment *a, struct gk_error *err)
{
  return take_down (a->priv, err);
}

const struct gk_attacher gk_attacher_nbd = {
  .name = "nbd",
  .modules = { "nbd" },
  .available = available,
  .attach = attach,
  .detach = detach,
};
