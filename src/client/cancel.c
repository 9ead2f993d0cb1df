/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestfs_user_cancel: may be called from any thread and from a signal handler
 * while a call runs, so it takes no lock and allocates nothing.  It sets a flag
 * and makes a descriptor readable, for loops that check and loops that poll. */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client/handle-priv.h"
#include "client/invoke.h"
#include "gk-client-calls.h"

_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "the flag is set in a signal handler");

int
gk_cancel_init (guestfs_h *g)
{
  g->cancel_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  return g->cancel_fd == -1 ? -1 : 0;
}

int
gk_client_user_cancel (guestfs_h *g)
{
  int saved = errno;
  const uint64_t one = 1;

  g->cancelled = true;
  /* EAGAIN: the counter is full, so it is readable. */
  ssize_t r = write (g->cancel_fd, &one, sizeof one);
  (void)r;
  errno = saved;
  return 0;
}

void
gk_cancel_reset (guestfs_h *g)
{
  uint64_t count;

  g->cancelled = false;
  ssize_t r = read (g->cancel_fd, &count, sizeof count);
  (void)r;
}

void
gk_client_cancel_scope (guestfs_h *g, enum gk_cancel_scope scope)
{
  gk_cancel_reset (g);
  g->cancel_scope = scope;
}

bool
gk_cancel_begin (guestfs_h *g, bool transfer)
{
  if (g->cancel_scope == GK_CANCEL_ALL)
    return !g->cancelled;
  if (transfer || g->cancel_scope == GK_CANCEL_CALL)
    gk_cancel_reset (g);
  return true;
}

int
gk_cancel_wake_fd (guestfs_h *g, bool transfer)
{
  return transfer || g->cancel_scope != GK_CANCEL_TRANSFER ? g->cancel_fd : -1;
}

void
gk_cancel_free (guestfs_h *g)
{
  if (g->cancel_fd != -1)
    close (g->cancel_fd);
}
