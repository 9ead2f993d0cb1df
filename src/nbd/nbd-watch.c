/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The thread does nothing but wait, and allocates nothing before the server has
 * died, so that a fork of the process finds no lock of malloc held by it. */
#include "nbd/nbd-watch.h"

#include <errno.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "nbd/nbd-netlink.h"

struct gk_nbd_watch {
  pthread_t thread;
  int pidfd, stop_fd;
  uint32_t index;
  struct nl_sock *sock;
  int family;
};

static void *
run (void *opaque)
{
  struct gk_nbd_watch *w = opaque;
  struct pollfd p[] = { { w->stop_fd, POLLIN, 0 }, { w->pidfd, POLLIN, 0 } };
  int r;

  do
    r = poll (p, 2, -1);
  while (r == -1 && errno == EINTR);
  if (r > 0 && p[0].revents == 0 && p[1].revents != 0)
    gk_nbd_netlink_send (w->sock, gk_nbd_disconnect_msg (w->family, w->index), NULL, NULL);
  return NULL;
}

static void
free_watch (struct gk_nbd_watch *w)
{
  nl_socket_free (w->sock);
  gk_cleanup_close (&w->stop_fd);
  free (w);
}

/* It inherits the signals that are blocked: all, for they are for others. */
static int
start_thread (struct gk_nbd_watch *w)
{
  sigset_t all, before;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  int r = pthread_create (&w->thread, NULL, run, w);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return r;
}

struct gk_nbd_watch *
gk_nbd_watch_start (int pidfd, uint32_t index, struct gk_error *err)
{
  struct gk_nbd_watch *w = calloc (1, sizeof *w);
  int r;

  if (w == NULL) {
    gk_error_oom (err);
    return NULL;
  }
  w->pidfd = pidfd;
  w->index = index;
  w->stop_fd = eventfd (0, EFD_CLOEXEC);
  if (w->stop_fd == -1)
    gk_error_sys (err, errno, "eventfd");
  /* Now, because later there may be no memory for it but what waits for us. */
  w->family = w->stop_fd == -1 ? -1 : gk_nbd_netlink_open (&w->sock, err);
  if (w->family != -1) {
    r = start_thread (w);
    if (r == 0)
      return w;
    gk_error_sys (err, r, "thread");
  }
  free_watch (w);
  return NULL;
}

void
gk_nbd_watch_stop (struct gk_nbd_watch *w)
{
  if (w == NULL)
    return;
  eventfd_write (w->stop_fd, 1);
  pthread_join (w->thread, NULL);
  free_watch (w);
}
