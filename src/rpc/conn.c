/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A connection: made, greeted, dead, freed. */
#include "rpc/rpc-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

#define HELLO_FIXED 16u /* version, capabilities, window, shared memory */

/* A serial line must not echo, translate or wait for line ends, and what came
 * before it was raw is thrown away. */
static int
make_raw (int fd)
{
  struct termios t;

  if (tcgetattr (fd, &t) == -1)
    return -1;
  cfmakeraw (&t);
  t.c_cflag |= CLOCAL | CREAD;
  t.c_cflag &= ~(tcflag_t)(CRTSCTS | HUPCL);
  t.c_cc[VMIN] = 1;
  t.c_cc[VTIME] = 0;
  return tcsetattr (fd, TCSAFLUSH, &t);
}

static int
prepare_fd (struct gk_conn *conn, struct gk_error *err)
{
  int type, flags;
  socklen_t len = sizeof type;

  if (getsockopt (conn->fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0) {
    if (type != SOCK_STREAM)
      return gk_error_set (err, EINVAL, "connection: not a stream socket");
    conn->is_socket = true;
    return 0;
  }
  if (isatty (conn->fd)) {
    if (make_raw (conn->fd) == -1)
      return gk_error_sys (err, errno, "connection: serial line");
    if (conn->role == GK_ROLE_WORKER)
      conn->granted = TTY_WINDOW;
  }
  flags = fcntl (conn->fd, F_GETFL);
  if (flags == -1 || fcntl (conn->fd, F_SETFL, flags | O_NONBLOCK) == -1)
    return gk_error_sys (err, errno, "connection");
  return 0;
}

struct gk_conn *
gk_conn_new (int fd, enum gk_role role, struct gk_error *err)
{
  _cleanup_conn_ struct gk_conn *conn = calloc (1, sizeof *conn);

  if (conn == NULL) {
    close (fd);
    gk_error_oom (err);
    return NULL;
  }
  conn->fd = fd;
  conn->peer_fd = -1;
  conn->role = role;
  conn->buf = malloc (BUF_SIZE);
  if (conn->buf == NULL) {
    gk_error_oom (err);
    return NULL;
  }
  if (prepare_fd (conn, err) == -1)
    return NULL;
  return gk_steal_ptr (conn);
}

void
gk_conn_free (struct gk_conn *conn)
{
  if (conn == NULL)
    return;
  gk_conn_unpin (conn);
  for (int i = 0; i < conn->nqueue; i++)
    close (conn->queue[i]);
  if (conn->fd >= 0)
    close (conn->fd);
  free (conn->big);
  free (conn->buf);
  free (conn);
}

void
gk_conn_wipe (struct gk_conn *conn)
{
  /* All but the unread bytes: a frame that was moved to the beginning has left
   * a copy where it was. */
  explicit_bzero (conn->buf, conn->start);
  explicit_bzero (conn->buf + conn->end, BUF_SIZE - conn->end);
  if (conn->big && !conn->in_big)
    explicit_bzero (conn->big, conn->big_alloc);
  /* While chunks come, the client may have written there again. */
  if (conn->shared && conn->role == GK_ROLE_WORKER && conn->body_shared && !conn->in_big &&
      !conn->in_stream)
    gk_bulk_wipe (conn, conn->big_head.len);
}

void
gk_cleanup_conn (struct gk_conn **conn)
{
  gk_conn_free (*conn);
}

int
gk_conn_fd (const struct gk_conn *conn)
{
  return conn->fd;
}

void
gk_conn_share (struct gk_conn *conn, void *mem, uint32_t size)
{
  conn->offered = mem;
  conn->shared_size = size;
}

void
gk_conn_set_peer (struct gk_conn *conn, int pidfd)
{
  conn->peer_fd = conn->is_socket ? pidfd : -1;
}

void
gk_conn_peer_polled (struct gk_conn *conn, short revents)
{
  if (revents == 0)
    return;
  conn->peer_fd = -1;
  shutdown (conn->fd, SHUT_RDWR);
}

bool
gk_conn_can_pass_fds (const struct gk_conn *conn)
{
  return conn->pass_fds;
}

bool
gk_conn_is_dead (const struct gk_conn *conn)
{
  return conn->dead != 0 || conn->eof;
}

void
gk_conn_set_events (struct gk_conn *conn, const struct gk_conn_events *events)
{
  conn->events = *events;
}

int
gk_conn_dead_error (const struct gk_conn *conn, struct gk_error *err)
{
  return gk_error_set (err, conn->dead, "connection to the %s: %s",
                       conn->role == GK_ROLE_CLIENT ? "worker" : "client", conn->dead_why);
}

int
gk_conn_fail (struct gk_conn *conn, int errnum, const char *why, struct gk_error *err)
{
  if (conn->dead == 0) {
    conn->dead = errnum;
    conn->dead_why = why;
  }
  return gk_conn_dead_error (conn, err);
}

int
gk_conn_gone (struct gk_conn *conn, struct gk_error *err)
{
  return gk_conn_fail (conn, ECONNRESET, "it has gone", err);
}

static int
send_hello (struct gk_conn *conn, const char *identity, struct gk_error *err)
{
  size_t n = strlen (identity);
  _cleanup_free_ uint8_t *body = malloc (HELLO_FIXED + n);

  if (body == NULL)
    return gk_error_oom (err);
  gk_put_u32 (body, PROTOCOL_VERSION);
  gk_put_u32 (body + 4, conn->is_socket ? CAP_FDS : 0);
  gk_put_u32 (body + 8, conn->granted);
  gk_put_u32 (body + 12, conn->shared_size);
  memcpy (body + HELLO_FIXED, identity, n);
  return gk_conn_send (conn, GK_FRAME_HELLO, 0, 0, body, HELLO_FIXED + n, NULL, 0, err);
}

static int
recv_hello (struct gk_conn *conn, const char *identity, int timeout_ms, struct gk_error *err)
{
  struct gk_frame frame;
  size_t n = strlen (identity);
  int r = gk_conn_recv (conn, &frame, timeout_ms, -1, err);

  if (r == -1)
    return -1;
  if (r == GK_CONN_EOF)
    return gk_conn_gone (conn, err);
  if (frame.type != GK_FRAME_HELLO)
    return gk_conn_fail (conn, EPROTO, "it did not say hello", err);
  if (gk_get_u32 (frame.body) != PROTOCOL_VERSION || frame.len - HELLO_FIXED != n ||
      memcmp (frame.body + HELLO_FIXED, identity, n) != 0)
    return gk_conn_fail (conn, EPROTO, "it is of another version of guestkit", err);
  /* A socket here may be a serial line there: both must agree. */
  conn->window = gk_get_u32 (frame.body + 8);
  if (conn->shared_size != 0 && gk_get_u32 (frame.body + 12) == conn->shared_size)
    conn->shared = conn->offered;
  conn->pass_fds = conn->is_socket && gk_get_u32 (frame.body + 4) & CAP_FDS;
  return 0;
}

int
gk_conn_hello (struct gk_conn *conn, const char *identity, int timeout_ms, struct gk_error *err)
{
  if (conn->role == GK_ROLE_WORKER) {
    if (send_hello (conn, identity, err) == -1)
      return -1;
    return recv_hello (conn, identity, timeout_ms, err);
  }
  if (recv_hello (conn, identity, timeout_ms, err) == -1)
    return -1;
  return send_hello (conn, identity, err);
}
