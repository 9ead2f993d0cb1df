/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Starting and stopping the image server. */
#include "nbd/server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "nbd/attach.h"
#include "op/task.h"

/* Opening is local and takes milliseconds, but a remote image may answer late. */
#define START_MS 60000
/* After the flush, which was before, there is next to nothing left to write. */
#define STOP_MS 20000

/* --- holds --------------------------------------------------------------------- */

static void
release_holds (struct gk_server *server)
{
  for (size_t i = 0; i < server->n_holds; i++)
    close (server->holds[i]);
  free (server->holds);
  server->holds = NULL;
  server->n_holds = 0;
}

/* Nothing is held below an overlay of a read-only drive: the server shares. */
static int
take_holds (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_server *server,
            struct gk_error *err)
{
  if (disk->overlay != NULL)
    return 0;
  server->holds = calloc (2 * disk->n_layers, sizeof *server->holds);
  if (server->holds == NULL)
    return gk_error_oom (err);
  for (size_t i = 0; i < disk->n_layers; i++) {
    const char *paths[] = { disk->layers[i].path, disk->layers[i].data_path };
    for (size_t j = 0; j < 2; j++) {
      if (paths[j] == NULL)
        continue;
      if (env->hold (paths[j], i == 0, &server->holds[server->n_holds], err) == -1)
        return -1;
      server->n_holds++;
    }
  }
  return 0;
}

/* --- start ---------------------------------------------------------------------- */

/* "qemu-storage-daemon: --blockdev ARGUMENT: WHY": the reason alone. */
static char *
reason (char *const *argv, const char *words)
{
  const char *rest = gk_after_prefix (words, "qemu-storage-daemon: ");

  if (rest == NULL)
    rest = words;
  for (size_t i = 1; argv[i] != NULL; i++) {
    const char *at = argv[i][0] == '\0' ? NULL : strstr (rest, argv[i]);
    if (at != NULL && strncmp (at + strlen (argv[i]), ": ", 2) == 0)
      rest = at + strlen (argv[i]) + 2;
  }
  return strdup (rest);
}

static int
died (struct gk_child *child, char *const *argv, struct gk_error *err)
{
  _cleanup_free_ char *words = gk_child_last_words (child);
  _cleanup_free_ char *why = reason (argv, words == NULL ? "" : words);
  int status = gk_child_stop (child, 0);

  if (why != NULL && why[0] != '\0')
    return gk_error_set (err, 0, "image server: %s", why);
  return gk_error_set (err, 0, "image server: ended with status %d", status);
}

/* The monitor greets when everything before it on the command line is done. */
static int
wait_ready (struct gk_server *server, char *const *argv, struct gk_task *task, struct gk_error *err)
{
  int cancel_fd = gk_task_cancel_fd (task);
  struct pollfd p[] = {
    { .fd = server->monitor_fd, .events = POLLIN },
    { .fd = server->child.pidfd, .events = POLLIN },
    { .fd = cancel_fd, .events = POLLIN },
  };
  char c;

  for (;;) {
    int n = poll (p, 3, START_MS);
    if (n == -1 && errno == EINTR)
      continue;
    if (n == -1)
      return gk_error_sys (err, errno, "image server: poll");
    if (n == 0)
      return gk_error_set (err, ETIMEDOUT, "image server: not ready after %d seconds",
                           START_MS / 1000);
    if (p[0].revents != 0 && recv (server->monitor_fd, &c, 1, MSG_DONTWAIT) == 1)
      return 0;
    if (p[1].revents != 0 || (p[0].revents != 0 && !gk_child_alive (&server->child)))
      return died (&server->child, argv, err);
    if (p[0].revents != 0)
      p[0].fd = -1; /* closed; now it is about to end */
    if (p[2].revents != 0) {
      if (gk_task_check (task, err) == -1)
        return -1;
      p[2].fd = -1;
    }
  }
}

static int
start (const struct gk_attach_env *env, const struct gk_disk *disk,
       const struct gk_server_place *place, struct gk_server *server, struct gk_error *err)
{
  _cleanup_close_ int theirs = -1, secret_fd = -1;
  _cleanup_free_ char *object = NULL;
  _cleanup_strv_ char **argv = NULL;
  struct gk_exec x = GK_EXEC_INIT;
  int pair[2], fds[4];

  if (disk->secret != NULL && gk_disk_secret_file (disk->secret, &secret_fd, &object, err) == -1)
    return -1;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
    return gk_error_sys (err, errno, "socketpair");
  server->monitor_fd = pair[0];
  theirs = pair[1];
  argv = gk_server_argv (disk, place, object, theirs);
  if (argv == NULL)
    return gk_error_oom (err);
  fds[x.n_pass_fds++] = theirs;
  if (secret_fd != -1)
    fds[x.n_pass_fds++] = secret_fd;
  if (place->socket == NULL) {
    fds[x.n_pass_fds++] = place->vhost_fd;
    fds[x.n_pass_fds++] = place->nbd_fd;
  }
  x.argv = (const char *const *)argv;
  x.serves_disk = env->inside == NULL && geteuid () == 0;
  x.pass_fds = fds;
  x.inside = env->inside;
  if (gk_child_start (&x, &server->child, err) == -1)
    return -1;
  close (gk_steal_fd (&theirs)); /* or the end of the server would not be seen */
  return wait_ready (server, argv, env->task, err);
}

static void
kill_server (struct gk_server *server)
{
  if (server->child.pid != 0)
    gk_child_stop (&server->child, 0);
  if (server->monitor_fd != -1)
    close (gk_steal_fd (&server->monitor_fd));
}

int
gk_server_start (const struct gk_attach_env *env, const struct gk_disk *disk,
                 const struct gk_server_place *place, struct gk_server *ret, struct gk_error *err)
{
  struct gk_server server = GK_SERVER_INIT;

  if (take_holds (env, disk, &server, err) == -1 || start (env, disk, place, &server, err) == -1) {
    kill_server (&server);
    release_holds (&server);
    return -1;
  }
  *ret = server;
  return 0;
}

/* --- stop ------------------------------------------------------------------------- */

int
gk_server_stop (struct gk_server *server, struct gk_error *err)
{
  bool alive;
  int status, r = 0;

  if (server->child.pid == 0)
    return 0;
  alive = gk_child_alive (&server->child);
  status = gk_child_stop (&server->child, STOP_MS);
  if (!alive)
    r = gk_error_set (err, EIO, "the image server ended before (status %d)", status);
  else if (status != 0)
    r = gk_error_set (err, EIO, "the image server did not end well (status %d)", status);
  kill_server (server);
  release_holds (server);
  *server = (struct gk_server)GK_SERVER_INIT;
  return r;
}
