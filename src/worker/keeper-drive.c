/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One drive of a kept session: its image server in a sandbox that shows it no
 * file; those of the image come from an opener, by name. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "image/image.h"
#include "nbd/attach.h"
#include "sandbox/sandbox.h"
#include "worker/keeper-priv.h"

/* --- the socket ------------------------------------------------------------------- */

static int
listen_at (int dir, const char *name, struct sockaddr_un *addr, int *ret_fd)
{
  _cleanup_close_ int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  _cleanup_free_ char *path = gk_asprintf ("/proc/self/fd/%d/%s", dir, name);

  if (path == NULL)
    return -1;
  /* Through the descriptor, for an address has room for 107 bytes only.  Any
   * user may connect: the folder above is what keeps others out. */
  *addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
  strcpy (addr->sun_path, path);
  if (fd == -1 || bind (fd, (struct sockaddr *)addr, sizeof *addr) == -1 ||
      chmod (path, 0666) == -1 || listen (fd, 1) == -1)
    return -1;
  *ret_fd = gk_steal_fd (&fd);
  return 0;
}

/* Connected before anybody listens to it, and before anybody else could. */
static int
connect_line (struct gk_kept_drive *kept, int dir)
{
  static const char name[] = "line";
  struct sockaddr_un addr;

  if (listen_at (dir, name, &addr, &kept->nbd_listen_fd) == -1)
    return -1;
  kept->line_fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int r = kept->line_fd == -1 ? -1 : connect (kept->line_fd, (struct sockaddr *)&addr, sizeof addr);
  int errnum = errno;
  unlinkat (dir, name, 0);
  errno = errnum;
  return r;
}

int
gk_kept_drive_listen (struct gk_kept_drive *kept, const char *sockets_dir, unsigned index,
                      struct gk_error *err)
{
  _cleanup_close_ int dir = open (sockets_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct sockaddr_un addr;
  char name[24];

  snprintf (name, sizeof name, "drive%u", index);
  if (dir == -1 || listen_at (dir, name, &addr, &kept->listen_fd) == -1 ||
      connect_line (kept, dir) == -1)
    return gk_error_sys (err, errno, "%s: socket", sockets_dir);
  return 0;
}

/* --- its files --------------------------------------------------------------------- */

struct files {
  struct gk_opener_file *v;
  size_t n;
};

static void
add (struct files *f, const char *name, bool write)
{
  if (name != NULL)
    f->v[f->n++] = (struct gk_opener_file){ name, write };
}

/* Every file that the server opens.  What is below a read-only drive's overlay
 * is opened read-only, here and there. */
static int
list_files (const struct gk_disk *disk, struct files *f, struct gk_error *err)
{
  size_t n = 1;

  for (size_t i = 0; i < disk->n_layers; i++)
    n += 2 + gk_strv_length (disk->layers[i].extents);
  f->v = calloc (n, sizeof *f->v);
  if (f->v == NULL)
    return gk_error_oom (err);
  for (size_t i = 0; i < disk->n_layers; i++) {
    const struct gk_disk_layer *layer = &disk->layers[i];
    bool write = i == 0 && disk->overlay == NULL;
    add (f, layer->path, write);
    add (f, layer->data_path, write);
    for (size_t j = 0; layer->extents != NULL && layer->extents[j] != NULL; j++)
      add (f, layer->extents[j], write);
  }
  add (f, disk->overlay, true);
  return 0;
}

/* --- its sandbox -------------------------------------------------------------------- */

/* What a client of network protocols looks at. */
static int
show_network (struct gk_sandbox *sb, struct gk_error *err)
{
  static const char *const files[] = {
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",   "/etc/services",
    "/etc/gai.conf",    "/etc/ssl",   "/etc/pki",       "/etc/ca-certificates",
  };

  sb->network = true;
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    if (gk_sandbox_add (sb, GK_SANDBOX_SHOW, files[i], files[i], err) == -1)
      return -1;
  return 0;
}

static int
show_servers (struct gk_sandbox *sb, const struct gk_drive *drive, struct gk_error *err)
{
  if (show_network (sb, err) == -1)
    return -1;
  for (size_t i = 0; drive->server != NULL && drive->server[i] != NULL; i++) {
    const char *path = gk_after_prefix (drive->server[i], "unix:");
    if (path != NULL && path[0] == '/' &&
        gk_sandbox_add (sb, GK_SANDBOX_SHARE, path, path, err) == -1)
      return -1;
  }
  return 0;
}

static int
hold (const char *path, bool write, int *ret_fd, struct gk_error *err)
{
  return gk_image_open (path, write ? GK_IMAGE_WRITE : GK_IMAGE_READ_STABLE, ret_fd, err);
}

static int
start_server (struct gk_kept_drive *kept, const struct gk_drive *drive, struct gk_error *err)
{
  _cleanup_sandbox_ struct gk_sandbox sb = GK_SANDBOX_INIT;
  _cleanup_free_ struct gk_opener_file *list = NULL;
  _cleanup_close_ int opens_fd = -1;
  struct gk_exec_inside inside;
  const struct gk_attach_env env = { .inside = &inside, .hold = hold };
  struct files files = { NULL, 0 };
  const struct gk_server_place place = { .vhost_fd = kept->listen_fd,
                                         .nbd_fd = kept->nbd_listen_fd };

  if (gk_sandbox_uid (&sb.uid, err) == -1 || gk_sandbox_add_system (&sb, err) == -1 ||
      (!gk_streq (drive->protocol, "file") && show_servers (&sb, drive, err) == -1))
    return -1;
  sb.proc = kept->disk.secret != NULL; /* it comes as /proc/self/fd/N */
  int r = list_files (&kept->disk, &files, err);
  list = files.v;
  if (r == -1 || gk_opener_start (list, files.n, &kept->opener, &opens_fd, err) == -1)
    return -1;
  sb.opens_fd = opens_fd;
  gk_sandbox_inside (&sb, &inside);
  return gk_server_start (&env, &kept->disk, &place, &kept->server, err);
}

static void
close_fds (struct gk_kept_drive *kept)
{
  int *const fds[] = { &kept->listen_fd, &kept->nbd_listen_fd, &kept->line_fd };

  for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
    gk_cleanup_close (fds[i]);
    *fds[i] = -1;
  }
}

/* --- up and down ---------------------------------------------------------------------- */

int
gk_kept_drive_start (struct gk_kept_drive *kept, const struct gk_drive *drive, const char *dir,
                     unsigned index, struct gk_error *err)
{
  if (gk_image_prepare (drive, dir, index, NULL, &kept->disk, err) == -1)
    return -1;
  int r = start_server (kept, drive, err);
  if (kept->disk.overlay != NULL)
    unlink (kept->disk.overlay);
  close_fds (kept);
  return r;
}

int
gk_kept_drive_stop (struct gk_kept_drive *kept, struct gk_error *err)
{
  int r = gk_server_stop (&kept->server, err);

  gk_opener_stop (&kept->opener);
  close_fds (kept);
  gk_disk_clear (&kept->disk);
  return r;
}
