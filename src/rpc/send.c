/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Frames onto the wire: header and body with one system call, and ears open
 * while the descriptor takes no more. */
#include "rpc/rpc-priv.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/error.h"

#define NOW 1 /* a deadline that has passed */

static ssize_t
write_once (struct gk_conn *conn, struct iovec *iov, int niov, const int *fds, int nfds)
{
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE (GK_FRAME_FDS_MAX * sizeof (int))];
  } control;
  struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)niov };

  if (!conn->is_socket)
    return writev (conn->fd, iov, niov);
  if (nfds > 0) {
    struct cmsghdr *c;

    memset (&control, 0, sizeof control);
    msg.msg_control = &control;
    msg.msg_controllen = CMSG_SPACE ((size_t)nfds * sizeof (int));
    c = CMSG_FIRSTHDR (&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN ((size_t)nfds * sizeof (int));
    memcpy (CMSG_DATA (c), fds, (size_t)nfds * sizeof (int));
  }
  return sendmsg (conn->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Until it can be written to (or was, or failed: the next write tells). */
static int
wait_out (struct gk_conn *conn, bool chunks, struct gk_error *err)
{
  for (;;) {
    /* What cannot be acted on now stays in the socket. */
    int held = gk_conn_pump (conn, err);
    struct pollfd p[] = { { .fd = conn->fd, .events = POLLOUT }, PEER_POLLFD (conn) };

    if (held == -1)
      return -1;
    /* Nobody may start anything while the other side sends chunks, and if
     * both sides waited for the other to read, they would wait forever. */
    if (held && chunks)
      return gk_conn_fail (conn, EPROTO, "a frame while it was sent chunks", err);
    if (!held && !conn->eof)
      p[0].events |= POLLIN;
    if (poll (p, 2, -1) == -1 && errno != EINTR)
      return gk_conn_fail (conn, errno, "waiting failed", err);
    gk_conn_peer_polled (conn, p[1].revents);
    if (p[0].revents & (POLLOUT | POLLERR | POLLHUP | POLLNVAL))
      return 0;
  }
}

/* The part of iov that may be sent now. */
static int
within (struct iovec part[2], const struct iovec *iov, int niov, size_t credit)
{
  int n = 0;

  for (; n < niov && credit > 0; n++) {
    part[n] = iov[n];
    if (part[n].iov_len > credit)
      part[n].iov_len = credit;
    credit -= part[n].iov_len;
  }
  return n;
}

static void
advance (struct iovec **iov, int *niov, size_t n)
{
  while (*niov > 0 && n >= (*iov)->iov_len) {
    n -= (*iov)->iov_len;
    (*iov)++;
    (*niov)--;
  }
  if (*niov > 0) {
    (*iov)->iov_base = (char *)(*iov)->iov_base + n;
    (*iov)->iov_len -= n;
  }
}

/* The peer closed.  What it said before (a log) is still delivered, but its end is
 * not waited for: a serial line that takes nothing any more may not have heard it. */
static int
write_failed (struct gk_conn *conn, int errnum, struct gk_error *err)
{
  if (errnum != EPIPE && errnum != ECONNRESET && errnum != EIO)
    return gk_conn_fail (conn, errnum, "writing failed", err);
  while (!conn->eof && gk_conn_wait_in (conn, NOW, -1, NULL) == 1 && gk_conn_pump (conn, NULL) == 0)
    ;
  return gk_conn_gone (conn, err);
}

static int
send_all (struct gk_conn *conn, struct iovec *iov, int niov, bool chunks, const int *fds, int nfds,
          struct gk_error *err)
{
  while (niov > 0) {
    struct iovec part[2];
    ssize_t n;

    if (gk_flow_wait (conn, gk_flow_credit, err) == -1)
      return -1;
    n = write_once (conn, part, within (part, iov, niov, gk_flow_credit (conn)), fds, nfds);
    if (n >= 0) {
      nfds = 0; /* they went with the first byte */
      conn->sent += (uint32_t)n;
      advance (&iov, &niov, (size_t)n);
    } else if (errno == EAGAIN) {
      if (wait_out (conn, chunks, err) == -1)
        return -1;
    } else if (errno != EINTR)
      return write_failed (conn, errno, err);
  }
  return 0;
}

int
gk_conn_send (struct gk_conn *conn, enum gk_frame_type type, unsigned flags, uint32_t serial,
              const void *body, size_t len, const int *fds, int nfds, struct gk_error *err)
{
  bool chunks = is_of_stream (type);
  struct head head = {
    .type = type,
    .flags = (uint16_t)flags,
    .nfds = nfds,
    .serial = serial,
    .len = (uint32_t)len,
  };
  uint8_t bytes[HEAD_SIZE];
  struct iovec parts[2] = { { bytes, HEAD_SIZE }, { (void *)body, len } };
  int r;

  if (conn->dead)
    return gk_conn_dead_error (conn, err);
  if (len > GK_FRAME_BODY_MAX)
    return gk_error_set (err, EMSGSIZE, "message is too long");
  if (flags > 0xffff || (nfds > 0 && !conn->is_socket) || gk_head_check (&head, conn->role) != NULL)
    return gk_error_set (err, EINVAL, "frame of type %d cannot be sent", (int)type);
  if (type == GK_FRAME_CALL) {
    conn->serial = serial;
    conn->cancelled = conn->stopped = conn->asked = false;
    conn->quiet = (struct quiet){ .told_ns = 0 };
  }
  if (conn->shared && conn->role == GK_ROLE_CLIENT) {
    head.whole = type == GK_FRAME_CALL && len >= WHOLE_MIN && gk_bulk_fits (conn, len);
    head.shared =
        head.whole || (len >= BULK_MIN && (type == GK_FRAME_CALL || type == GK_FRAME_CHUNK));
  }
  if (head.whole)
    gk_bulk_put (conn, body, len);
  gk_head_pack (bytes, &head);
  conn->sending = true;
  r = send_all (conn, parts, len > 0 && !head.shared ? 2 : 1, chunks, fds, nfds, err);
  conn->sending = false;
  if (r == 0 && head.shared && !head.whole)
    r = gk_bulk_send (conn, body, len, err);
  gk_flow_ack (conn);
  return r;
}

int
gk_conn_send_error (struct gk_conn *conn, enum gk_frame_type type, uint32_t serial,
                    const struct gk_error *what, struct gk_error *err)
{
  const char *msg = gk_error_msg (what);
  size_t n = strnlen (msg, GK_FRAME_CONTROL_MAX - 4);
  _cleanup_free_ uint8_t *body = malloc (4 + n);

  if (body == NULL) /* the peer must still learn that it failed */
    n = 0;
  else
    memcpy (body + 4, msg, n);
  {
    uint8_t alone[4];
    uint8_t *p = body ? body : alone;

    gk_put_u32 (p, (uint32_t)what->errnum);
    return gk_conn_send (conn, type, 0, serial, p, 4 + n, NULL, 0, err);
  }
}

int
gk_conn_send_u64 (struct gk_conn *conn, enum gk_frame_type type, uint32_t serial, uint64_t n,
                  struct gk_error *err)
{
  uint8_t body[8];

  gk_put_u64 (body, n);
  return gk_conn_send (conn, type, 0, serial, body, sizeof body, NULL, 0, err);
}

int
gk_conn_ask_stop (struct gk_conn *conn, uint32_t serial, struct gk_error *err)
{
  if (conn->asked)
    return 0;
  conn->asked = true;
  return gk_conn_send (conn, conn->role == GK_ROLE_CLIENT ? GK_FRAME_CANCEL : GK_FRAME_STOP, 0,
                       serial, NULL, 0, NULL, 0, err);
}
