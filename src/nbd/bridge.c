/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Starting and stopping the bridge. */
#include "nbd/bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "nbd/attach.h"
#include "nbd/bridge-priv.h"
#include "nbd/loop-dev.h"

#define FUSE_MAJOR 10
#define FUSE_MINOR 229
/* All was written before. */
#define STOP_MS 5000

/* Our own mount(2): libfuse would run a program for it that wants /dev/fuse and
 * /etc, and only root mounts here. */
static int
mount_over (const char *file, int fuse_fd, struct gk_error *err)
{
  char data[80];

  snprintf (data, sizeof data, "fd=%d,rootmode=100600,user_id=0,group_id=0", fuse_fd);
  if (mount ("guestkit", file, "fuse", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME, data) == -1)
    return gk_error_sys (err, errno, "%s: fuse mount", file);
  return 0;
}

static void
unmount (const char *file)
{
  if (umount2 (file, UMOUNT_NOFOLLOW) == -1 && errno == EBUSY)
    umount2 (file, UMOUNT_NOFOLLOW | MNT_DETACH);
}

/* The session is made here, where it can be said why it fails; the child has a
 * copy. */
static struct fuse_session *
new_session (struct gk_bridge_process *b, int fuse_fd, struct gk_error *err)
{
  char *argv[] = { (char *)"guestkit", NULL };
  struct fuse_args args = FUSE_ARGS_INIT (1, argv);
  struct fuse_session *session;
  char path[32];

  session = fuse_session_new (&args, &gk_bridge_fuse_ops, sizeof gk_bridge_fuse_ops, b);
  fuse_opt_free_args (&args);
  if (session == NULL) {
    gk_error_set (err, ENOMEM, "fuse session");
    return NULL;
  }
  snprintf (path, sizeof path, "/dev/fd/%d", fuse_fd);
  if (fuse_session_mount (session, path) == -1) {
    fuse_session_destroy (session);
    gk_error_set (err, EIO, "fuse session: %s", path);
    return NULL;
  }
  return session;
}

int
gk_bridge_start (const struct gk_attach_env *env, const struct gk_bridge_server *server,
                 const char *file, struct gk_bridge *ret, struct gk_error *err)
{
  struct gk_bridge_process b = { .server = server, .signal_fd = -1 };
  struct gk_bridge bridge = GK_BRIDGE_INIT;
  struct gk_fork f = {
    .name = "bridge",
    .prepare = gk_bridge_prepare,
    .run = gk_bridge_run,
    .opaque = &b,
    .n_pass_fds = 1,
    .task = env->task,
  };
  int fd = gk_open_device (env->node_dir, false, FUSE_MAJOR, FUSE_MINOR, O_RDWR | O_NONBLOCK);
  int r;

  if (fd == -1)
    return gk_error_sys (err, errno, "fuse device");
  b.session = new_session (&b, fd, err);
  if (b.session == NULL) {
    close (fd);
    return -1;
  }
  /* From here on the session owns the descriptor. */
  f.pass_fds = &fd;
  bridge.file = strdup (file);
  if (bridge.file == NULL)
    r = gk_error_oom (err);
  else
    r = mount_over (file, fd, err);
  if (r == 0) {
    r = gk_child_fork (&f, &bridge.child, err);
    if (r == -1)
      unmount (file);
  }
  /* The child has it; with ours open its death would not be noticed. */
  fuse_session_destroy (b.session);
  if (r == -1) {
    free (bridge.file);
    return -1;
  }
  *ret = bridge;
  return 0;
}

int
gk_bridge_stop (struct gk_bridge *bridge, struct gk_error *err)
{
  bool alive;
  int status, r = 0;

  if (bridge->child.pid == 0)
    return 0;
  alive = gk_child_alive (&bridge->child);
  unmount (bridge->file);
  status = gk_child_stop (&bridge->child, STOP_MS);
  if (!alive)
    r = gk_error_set (err, EIO, "the bridge to the image server ended before (status %d)", status);
  else if (status != 0)
    r = gk_error_set (err, EIO, "the bridge to the image server did not end well (status %d)",
                      status);
  free (bridge->file);
  *bridge = (struct gk_bridge)GK_BRIDGE_INIT;
  return r;
}
