/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Bytes and descriptors off the wire, with few system calls: one read fills
 * the rest of a body where it is wanted and the buffer behind it.
 *
 * Descriptors come with the first byte of the frame that they belong to and
 * wait in a queue until its header is read; the header says how many it has.
 * When all bytes are consumed and the queue is not empty, no frame wants them.
 */
#include "rpc/rpc-priv.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

#define SPIN_NS 30000

static void
close_surplus (struct gk_conn *conn)
{
  if (conn->start != conn->end || conn->chunk_left > 0 || conn->in_big)
    return;
  for (int i = 0; i < conn->nqueue; i++)
    close (conn->queue[i]);
  conn->nqueue = 0;
}

void
gk_conn_unpin (struct gk_conn *conn)
{
  for (int i = 0; i < conn->nframe_fds; i++)
    if (conn->frame_fds[i] >= 0)
      close (conn->frame_fds[i]);
  conn->nframe_fds = 0;
  close_surplus (conn);
  conn->pin = 0;
  if (!conn->in_big && conn->big_alloc > BIG_KEEP) {
    free (conn->big);
    conn->big = NULL;
    conn->big_alloc = 0;
  }
}

static void
take_fds (struct gk_conn *conn, struct msghdr *msg)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR (msg); c != NULL; c = CMSG_NXTHDR (msg, c)) {
    size_t n;

    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
      continue;
    n = (c->cmsg_len - CMSG_LEN (0)) / sizeof (int);
    for (size_t i = 0; i < n; i++) {
      int fd;

      memcpy (&fd, CMSG_DATA (c) + i * sizeof fd, sizeof fd);
      if (conn->nqueue < QUEUE_FDS)
        conn->queue[conn->nqueue++] = fd;
      else
        close (fd);
    }
  }
}

/* Room behind the unread bytes for whatever must fit there (see INLINE_MAX). */
static void
make_room (struct gk_conn *conn)
{
  if (conn->start == conn->end)
    conn->start = conn->end = conn->pin;
  else if (conn->start > conn->pin && conn->end > BUF_SIZE / 2) {
    memmove (conn->buf + conn->pin, conn->buf + conn->start, conn->end - conn->start);
    conn->end -= conn->start - conn->pin;
    conn->start = conn->pin;
  }
}

static ssize_t
read_once (struct gk_conn *conn, struct iovec *iov, int niov, bool block)
{
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE (QUEUE_FDS * sizeof (int))];
  } control;
  struct msghdr msg = {
    .msg_iov = iov,
    .msg_iovlen = (size_t)niov,
    .msg_control = &control,
    .msg_controllen = sizeof control,
  };
  ssize_t n;

  if (!conn->is_socket)
    return readv (conn->fd, iov, niov);
  n = recvmsg (conn->fd, &msg, MSG_CMSG_CLOEXEC | (block ? 0 : MSG_DONTWAIT));
  if (n >= 0 && msg.msg_controllen > 0)
    take_fds (conn, &msg);
  return n;
}

ssize_t
gk_conn_fill (struct gk_conn *conn, void *user, size_t user_len, bool block, struct gk_error *err)
{
  struct iovec iov[2];
  int niov = 0;
  ssize_t n;

  make_room (conn);
  close_surplus (conn);
  if (user_len > 0)
    iov[niov++] = (struct iovec){ user, user_len };
  iov[niov++] = (struct iovec){ conn->buf + conn->end, BUF_SIZE - conn->end };
  if (user_len == 0 && conn->end == BUF_SIZE) /* reading nothing looks like eof */
    return gk_conn_fail (conn, EPROTO, "a small frame is too large", err);

  do
    n = read_once (conn, iov, niov, block);
  while (n == -1 && errno == EINTR);
  if (n == -1) {
    if (errno == EAGAIN)
      return FILL_AGAIN;
    /* The other end was closed with our bytes unread, or the line hung up. */
    if (errno == ECONNRESET || errno == EIO)
      n = 0;
    else
      return gk_conn_fail (conn, errno, "reading failed", err);
  }
  if (n == 0) {
    conn->eof = true;
    return 0;
  }
  conn->received += (uint32_t)n;
  if ((size_t)n > user_len) {
    conn->end += (size_t)n - user_len;
    n = (ssize_t)user_len;
  }
  gk_flow_ack (conn); /* may read more: only when all else is in order */
  return n;
}

int
gk_conn_wait_in (struct gk_conn *conn, uint64_t deadline_ns, int wake_fd, struct gk_error *err)
{
  for (;;) {
    struct pollfd p[] = {
      { .fd = conn->fd, .events = POLLIN },
      { .fd = wake_fd, .events = POLLIN },
      PEER_POLLFD (conn),
    };
    int timeout = -1, r;

    if (deadline_ns != 0) {
      uint64_t now = gk_clock_ns ();

      /* Round up, or the last millisecond is a busy loop. */
      timeout = now >= deadline_ns ? 0 : (int)((deadline_ns - now + 999999) / 1000000);
    }
    r = poll (p, 3, timeout); /* negative descriptors are passed over */
    if (r == -1 && errno != EINTR)
      return gk_conn_fail (conn, errno, "waiting failed", err);
    if (r == 0)
      return 0;
    if (r > 0) {
      gk_conn_peer_polled (conn, p[2].revents);
      return p[1].revents != 0 ? GK_CONN_WOKEN : 1;
    }
  }
}

/* Ask again and again for a moment: small calls are answered sooner than a
 * processor that was put to sleep wakes up. */
static ssize_t
fill_soon (struct gk_conn *conn, void *user, size_t user_len, struct gk_error *err)
{
  uint64_t end = gk_clock_ns () + SPIN_NS;
  ssize_t n;

  while ((n = gk_conn_fill (conn, user, user_len, false, err)) == FILL_AGAIN &&
         gk_clock_ns () < end)
    sched_yield (); /* the other end may be waiting for this processor */
  return n;
}

ssize_t
gk_conn_fill_wait (struct gk_conn *conn, void *user, size_t user_len, uint64_t deadline_ns,
                   int wake_fd, struct gk_error *err)
{
  bool block = deadline_ns == 0 && wake_fd == -1 && conn->is_socket && conn->peer_fd == -1;

  if (conn->is_socket) {
    ssize_t n = fill_soon (conn, user, user_len, err);
    if (n != FILL_AGAIN)
      return n;
  }
  for (;;) {
    ssize_t n;

    if (!block) {
      int r = gk_conn_wait_in (conn, deadline_ns, wake_fd, err);

      if (r == -1)
        return -1;
      if (r != 1)
        return r == 0 ? WAIT_TIMEOUT : WAIT_WOKEN;
    }
    n = gk_conn_fill (conn, user, user_len, block, err);
    if (n != FILL_AGAIN)
      return n;
    block = false; /* a socket that somebody made non-blocking */
  }
}
