/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The uml launcher: the worker is the first program of a User-Mode Linux
 * kernel, which is a process without rights in a sandbox.
 *
 * Needs no root, no KVM and no setuid helper.  guestkitd --uml (the keeper,
 * worker/keeper.h) does what there is to do on this side; the launcher tells
 * it the drives and gets the memory that client and worker share.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "api/control.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "exec/exec.h"
#include "launch/launch-priv.h"
#include "rpc/rpc.h"

/* The keeper is a program like any other; opening an image may take longer,
 * and has its own limits. */
#define HELLO_MS 10000

static int
uml_available (const struct gk_launch_env *env, struct gk_error *err)
{
  static const struct {
    const char *tool, *package;
  } tools[] = {
    { "linux.uml", "user-mode-linux" },
    { "qemu-storage-daemon", "qemu-system-common" },
  };

  for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
    _cleanup_free_ char *path = gk_exec_find (tools[i].tool);
    if (path == NULL)
      return gk_error_set (err, ENOENT, "%s is not installed (Debian: the package %s)",
                           tools[i].tool, tools[i].package);
  }
  if (env->worker == NULL)
    return gk_error_set (err, ENOENT, "the worker program guestkitd was not found");
  return 0;
}

/* --- requests to the keeper -------------------------------------------------------- */

/* 0 with the frame; 1 when it is an error, which is then in err; -1. */
static int
request (struct gk_conn *control, enum gk_request kind, const msgpack_sbuffer *body,
         struct gk_frame *frame, struct gk_error *err)
{
  uint32_t serial = kind; /* each is asked once at most */

  if (gk_conn_send (control, GK_FRAME_CALL, kind, serial, body ? body->data : NULL,
                    body ? body->size : 0, NULL, 0, err) == -1 ||
      gk_conn_recv_reply (control, serial, frame, -1, err) == -1)
    return -1;
  if (frame->type != GK_FRAME_ERROR)
    return 0;
  gk_frame_error (frame, err);
  return 1;
}

static int
map_shared (struct gk_launched *l, int fd, struct gk_error *err)
{
  struct stat st;

  if (fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "shared memory");
  void *p = mmap (NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (p == MAP_FAILED)
    return gk_error_sys (err, errno, "shared memory");
  l->shared = p;
  l->shared_size = (uint32_t)st.st_size;
  return 0;
}

static int
tell_drives (const struct gk_launch_env *env, struct gk_launched *l, struct gk_error *err)
{
  msgpack_sbuffer body;
  struct gk_frame frame;

  if (gk_conn_hello (l->control, gk_api_digest, HELLO_MS, err) == -1)
    return -1;
  msgpack_sbuffer_init (&body);
  int r = gk_encode_launch (&body, env->params, err);
  if (r == 0)
    r = request (l->control, GK_REQUEST_LAUNCH, &body, &frame, err) == 0 ? 0 : -1;
  if (body.data)
    explicit_bzero (body.data, body.size); /* keys of remote drives */
  msgpack_sbuffer_destroy (&body);
  if (r == -1)
    return -1;
  if (frame.nfds != (env->params->rescue ? 2 : 1))
    return gk_error_set (err, EPROTO, "the uml launcher's process sent no memory");
  if (env->params->rescue)
    l->console_fd = gk_steal_fd (&frame.fds[1]);
  return map_shared (l, frame.fds[0], err);
}

/* --- the launcher --------------------------------------------------------------------- */

static int
uml_start (const struct gk_launch_env *env, struct gk_launched *ret, struct gk_error *err)
{
  /* For tests, which look there for what a kernel says of its own faults. */
  const char *console_dir = secure_getenv ("GUESTKIT_CONSOLE_DIR");
  char *const argv[] = { (char *)"guestkitd",
                         (char *)"--uml",
                         (char *)"--cachedir",
                         (char *)env->cachedir,
                         console_dir && *console_dir ? (char *)"--console-dir" : NULL,
                         (char *)console_dir,
                         NULL };
  struct gk_launched l = GK_LAUNCHED_INIT;
  int control[2], conn[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) == -1)
    return gk_error_sys (err, errno, "socketpair");
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, conn) == -1) {
    gk_error_sys (err, errno, "socketpair");
    close (control[0]);
    close (control[1]);
    return -1;
  }
  /* Ours as well: see keeper.h. */
  const int theirs[] = { control[1], conn[1], conn[0] };
  int r = gk_launch_spawn (env, argv, theirs, 3, &l.pid);
  close (control[1]);
  close (conn[1]);
  _cleanup_close_ int conn_fd = conn[0];
  l.control = gk_conn_new (control[0], GK_ROLE_CLIENT, err);
  if (r != 0) {
    l.pid = 0;
    gk_error_sys (err, r, "starting %s", env->worker);
  } else {
    l.launcher = &gk_launcher_uml;
    l.pidfd = pidfd_open (l.pid, 0);
    r = l.control ? tell_drives (env, &l, err) : -1;
  }
  if (r != 0) {
    gk_launched_reap (&l, HELLO_MS);
    return -1;
  }
  l.fd = gk_steal_fd (&conn_fd);
  *ret = l;
  return 0;
}

/* Its disks are there; where they come from, and the keys for that, do not
 * concern what is inside. */
static struct gk_drive *
uml_worker_drives (const struct gk_launch_params *from)
{
  static const char none[] = "", file[] = "file";
  size_t n = from->ndrives;
  char (*names)[32];

  /* One piece, so that free is enough. */
  struct gk_drive *drives = calloc (1, n * (sizeof *drives + sizeof *names) + 1);
  if (drives == NULL)
    return NULL;
  names = (void *)(drives + n);
  for (size_t i = 0; i < n; i++) {
    snprintf (names[i], sizeof names[i], "virtio%zu", i);
    drives[i] = from->drives[i];
    drives[i].device = names[i];
    drives[i].filename = (char *)none;
    drives[i].protocol = (char *)file;
    drives[i].server = NULL;
    drives[i].username = drives[i].secret = NULL;
  }
  return drives;
}

static int
uml_begun (struct gk_launched *l, struct gk_error *err)
{
  struct gk_frame frame;

  return request (l->control, GK_REQUEST_BEGUN, NULL, &frame, err) == 0 ? 0 : -1;
}

static void
uml_explain (struct gk_launched *l, struct gk_error *err)
{
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
  struct gk_frame frame;

  if (l->control == NULL || request (l->control, GK_REQUEST_WHY, NULL, &frame, &why) != 1)
    return;
  gk_error_clear (err);
  gk_error_move (err, &why);
}

const struct gk_launcher gk_launcher_uml = {
  .name = "uml",
  .available = uml_available,
  .start = uml_start,
  .worker_drives = uml_worker_drives,
  .begun = uml_begun,
  .explain = uml_explain,
};
