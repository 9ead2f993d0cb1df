/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The bridge's process: how it begins, waits and ends. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/error.h"
#include "nbd/bridge-priv.h"

/* After so long without a request the buffers go. */
#define IDLE_MS 1000

int
gk_bridge_prepare (void *opaque, struct gk_error *err)
{
  struct gk_bridge_process *b = opaque;
  sigset_t term;

  sigemptyset (&term);
  sigaddset (&term, SIGTERM);
  if (sigprocmask (SIG_BLOCK, &term, NULL) == -1)
    return gk_error_sys (err, errno, "sigprocmask");
  b->signal_fd = signalfd (-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
  if (b->signal_fd == -1)
    return gk_error_sys (err, errno, "signalfd");
  return gk_bridge_connect (b, err);
}

int
gk_bridge_run (void *opaque)
{
  struct gk_bridge_process *b = opaque;
  struct pollfd p[2 + GK_BRIDGE_MAX_CONNECTIONS];

  while (!b->stopping || b->n_requests > 0) {
    bool take = !b->stopping && b->n_requests < GK_BRIDGE_MAX_REQUESTS;
    int n;

    p[0] = (struct pollfd){ .fd = b->stopping ? -1 : b->signal_fd, .events = POLLIN };
    p[1] = (struct pollfd){ .fd = take ? fuse_session_fd (b->session) : -1, .events = POLLIN };
    gk_bridge_poll_fds (b, p + 2);
    n = poll (p, 2 + b->n_connections, b->buffers.n > 0 && b->n_requests == 0 ? IDLE_MS : -1);
    if (n == -1 && errno != EINTR)
      return 1;
    if (n == 0)
      gk_bridge_forget_buffers (b);
    if (n <= 0)
      continue;
    gk_bridge_polled (b, p + 2);
    if (p[1].revents != 0)
      gk_bridge_take (b);
    if (p[0].revents != 0)
      b->stopping = true;
  }
  gk_bridge_disconnect (b);
  fuse_session_destroy (b->session);
  return 0;
}
