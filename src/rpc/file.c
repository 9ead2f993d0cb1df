/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The client's files through the connection, in both directions, when their
 * descriptors cannot be passed.  A file may be a pipe that is slow, so every
 * wait is also a wait for the user's cancel and for the worker. */
#include "rpc/rpc-priv.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "op/copy.h"
#include "op/holes.h"

static int
cancelled_here (struct gk_error *err)
{
  return gk_error_set (err, ECANCELED, "operation cancelled");
}

/* Until from_fd has something.  0, GK_XFER_STOPPED, -1. */
static int
wait_file (struct gk_conn *conn, int from_fd, int wake_fd, struct gk_error *err)
{
  for (;;) {
    struct pollfd p[] = {
      { .fd = from_fd, .events = POLLIN },
      { .fd = conn->fd, .events = POLLIN },
      { .fd = wake_fd, .events = POLLIN },
      PEER_POLLFD (conn),
    };
    int held = 0;

    if (poll (p, 4, -1) == -1) {
      if (errno == EINTR)
        continue;
      return gk_error_sys (err, errno, "poll");
    }
    gk_conn_peer_polled (conn, p[3].revents);
    if (p[1].revents != 0)
      held = gk_conn_pump (conn, err);
    if (held == -1)
      return -1;
    if (held)
      return gk_conn_fail (conn, EPROTO, "a frame while it was sent chunks", err);
    if (conn->eof)
      return gk_conn_gone (conn, err);
    if (conn->stopped)
      return GK_XFER_STOPPED;
    if (p[2].revents != 0)
      return cancelled_here (err);
    if (p[0].revents != 0)
      return 0;
  }
}

/* At the end of the data that was found last: a hole that is ahead is said to the
 * peer, and *data_left is what comes behind it. */
static int
send_hole (struct gk_conn *conn, uint32_t serial, int from_fd, uint64_t *data_left,
           struct gk_error *err)
{
  uint64_t hole;

  if (gk_fd_ahead (from_fd, &hole, data_left) == -1 || (hole == 0 && *data_left == 0)) {
    *data_left = UINT64_MAX; /* the rest is read until its end */
    return 0;
  }
  if (hole == 0)
    return 0;
  if (lseek (from_fd, (off_t)hole, SEEK_CUR) == -1)
    return gk_error_sys (err, errno, "read");
  return gk_conn_send_u64 (conn, GK_FRAME_HOLE, serial, hole, err);
}

static int
send_all (struct gk_conn *conn, uint32_t serial, int from_fd, int wake_fd, struct gk_error *err)
{
  uint64_t data_left = gk_fd_has_holes (from_fd) ? 0 : UINT64_MAX;
  uint64_t total = gk_fd_remaining (from_fd);
  _cleanup_free_ uint8_t *buf = malloc (CHUNK_SIZE);

  if (buf == NULL)
    return gk_error_oom (err);
  if (total > 0 && gk_conn_send_u64 (conn, GK_FRAME_TOTAL, serial, total, err) == -1)
    return -1;
  for (;;) {
    int r = wait_file (conn, from_fd, wake_fd, err);
    ssize_t n;

    if (r != 0)
      return r;
    if (data_left == 0) {
      if (send_hole (conn, serial, from_fd, &data_left, err) == -1)
        return -1;
      continue;
    }
    n = read (from_fd, buf, data_left < CHUNK_SIZE ? (size_t)data_left : CHUNK_SIZE);
    if (n == 0)
      return GK_XFER_DONE;
    if (n == -1) {
      if (errno == EINTR || errno == EAGAIN)
        continue;
      return gk_error_sys (err, errno, "read");
    }
    if (gk_conn_send (conn, GK_FRAME_CHUNK, 0, serial, buf, (size_t)n, NULL, 0, err) == -1)
      return -1;
    if (data_left != UINT64_MAX)
      data_left -= (uint64_t)n;
  }
}

int
gk_conn_send_file (struct gk_conn *conn, uint32_t serial, int from_fd, int wake_fd,
                   struct gk_error *err)
{
  static const struct gk_error stopped = { ECANCELED, (char *)"stopped" };
  _cleanup_error_ struct gk_error failure = GK_ERROR_INIT;
  int r = send_all (conn, serial, from_fd, wake_fd, &failure), e;

  if (r == GK_XFER_DONE)
    e = gk_conn_send (conn, GK_FRAME_END, 0, serial, NULL, 0, NULL, 0, err);
  else if (conn->dead)
    e = gk_conn_dead_error (conn, err);
  else
    e = gk_conn_send_error (conn, GK_FRAME_ABORT, serial, r == -1 ? &failure : &stopped, err);
  if (e == -1)
    return -1;
  if (r == -1)
    gk_error_move (err, &failure);
  return r;
}

/* All of buf to to_fd.  careful: it may block, so only when it says that it
 * takes some, and only as much as a pipe then has room for. */
static int
write_file (int to_fd, const uint8_t *buf, size_t n, bool careful, int wake_fd,
            struct gk_error *err)
{
  while (n > 0) {
    ssize_t w;

    if (careful) {
      struct pollfd p[2] = {
        { .fd = to_fd, .events = POLLOUT },
        { .fd = wake_fd, .events = POLLIN },
      };

      if (poll (p, wake_fd >= 0 ? 2 : 1, -1) == -1 && errno != EINTR)
        return gk_error_sys (err, errno, "poll");
      if (p[1].revents != 0)
        return cancelled_here (err);
      if (p[0].revents == 0)
        continue;
    }
    w = write (to_fd, buf, careful && n > PIPE_BUF ? PIPE_BUF : n);
    if (w == -1) {
      if (errno == EINTR)
        continue;
      if (errno == EAGAIN) {
        careful = true;
        continue;
      }
      return gk_error_sys (err, errno, "write");
    }
    buf += w;
    n -= (size_t)w;
  }
  return 0;
}

/* n zeros.  A hostile worker may say any number: it costs no more than its chunks would. */
static int
write_hole (int to_fd, uint64_t n, bool takes_holes, bool careful, int wake_fd,
            struct gk_error *err)
{
  if (takes_holes)
    return gk_put_hole (to_fd, n, NULL, err);
  while (n > 0) {
    struct pollfd p = { .fd = wake_fd, .events = POLLIN };
    size_t part = n < GK_ZEROS ? (size_t)n : GK_ZEROS;

    if (wake_fd >= 0 && poll (&p, 1, 0) == 1)
      return cancelled_here (err);
    if (write_file (to_fd, (const uint8_t *)gk_zeros, part, careful, wake_fd, err) == -1)
      return -1;
    n -= part;
  }
  return 0;
}

static int
recv_all (struct gk_rpc_source *src, int to_fd, struct gk_error *err)
{
  _cleanup_free_ uint8_t *buf = malloc (CHUNK_SIZE);
  bool careful, takes_holes = gk_fd_takes_holes (to_fd);
  struct stat st;

  if (buf == NULL)
    return gk_error_oom (err);
  if (fstat (to_fd, &st) == -1)
    return gk_error_sys (err, errno, "write");
  careful = src->wake_fd >= 0 && (S_ISFIFO (st.st_mode) || S_ISSOCK (st.st_mode) ||
                                  (S_ISCHR (st.st_mode) && isatty (to_fd)));
  for (;;) {
    uint64_t hole;
    ssize_t n = gk_source_read_or_hole (&src->source, buf, CHUNK_SIZE, UINT64_MAX, &hole, err);

    if (n == 0 && hole == 0)
      return GK_XFER_DONE;
    if (n == -1 || write_file (to_fd, buf, (size_t)n, careful, src->wake_fd, err) == -1)
      return -1;
    if (hole && write_hole (to_fd, hole, takes_holes, careful, src->wake_fd, err) == -1)
      return -1;
  }
}

int
gk_conn_recv_file (struct gk_conn *conn, uint32_t serial, int to_fd, int wake_fd,
                   struct gk_error *err)
{
  _cleanup_error_ struct gk_error failure = GK_ERROR_INIT;
  struct gk_rpc_source src;
  bool remote;
  int r;

  gk_rpc_source_init (&src, conn, serial, wake_fd);
  r = recv_all (&src, to_fd, &failure);
  remote = src.aborted;
  if (gk_rpc_source_finish (&src, err) == -1)
    return -1;
  if (remote)
    return GK_XFER_STOPPED;
  if (r == -1)
    gk_error_move (err, &failure);
  return r;
}
