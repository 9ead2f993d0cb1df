/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Large bodies from the client through shared memory.
 *
 * The serial line of User-Mode Linux takes one system call for every byte
 * that goes into the guest (2 MB/s; out of it 570 MB/s), but a file can be
 * mapped at both ends.  It is used as a ring: the header of such a frame goes
 * over the line with a flag and without its body, the body's bytes go to the
 * ring, MORE says up to where, and ACK what has been read.  On the line there
 * are whole frames only, so small frames may come while a body is under way.
 * A call's body that fits is put there before its header, which says so: then
 * the header is all that goes over the line.
 */
#include "rpc/rpc-priv.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

/* Tell the worker often enough that both sides copy at the same time. */
#define PIECES 4u

static size_t
room (const struct gk_conn *conn)
{
  return conn->shared_size - (conn->bulk_in - conn->bulk_out);
}

/* How much of n bytes from position at on lies before the ring's end. */
static size_t
before_end (const struct gk_conn *conn, uint32_t at, size_t n)
{
  size_t first = conn->shared_size - (at & (conn->shared_size - 1));

  return first < n ? first : n;
}

static uint8_t *
place (const struct gk_conn *conn, uint32_t at)
{
  return conn->shared + (at & (conn->shared_size - 1));
}

/* Up to n bytes, as there is room. */
static size_t
put (struct gk_conn *conn, const uint8_t *body, size_t n)
{
  if (n > room (conn))
    n = room (conn);
  size_t first = before_end (conn, conn->bulk_in, n);
  memcpy (place (conn, conn->bulk_in), body, first);
  memcpy (conn->shared, body + first, n - first);
  conn->bulk_in += (uint32_t)n;
  __atomic_thread_fence (__ATOMIC_SEQ_CST);
  return n;
}

bool
gk_bulk_fits (const struct gk_conn *conn, size_t len)
{
  return len <= conn->shared_size / PIECES && len <= room (conn);
}

void
gk_bulk_put (struct gk_conn *conn, const uint8_t *body, size_t len)
{
  put (conn, body, len);
}

int
gk_bulk_send (struct gk_conn *conn, const uint8_t *body, size_t len, struct gk_error *err)
{
  while (len > 0) {
    uint8_t count[4];
    size_t n = len < conn->shared_size / PIECES ? len : conn->shared_size / PIECES;

    if (gk_flow_wait (conn, room, err) == -1)
      return -1;
    n = put (conn, body, n);
    body += n;
    len -= n;
    gk_put_u32 (count, conn->bulk_in);
    if (gk_conn_send (conn, GK_FRAME_MORE, 0, 0, count, sizeof count, NULL, 0, err) == -1)
      return -1;
  }
  return 0;
}

/* The ring never holds more than its size, and nothing is taken back. */
void
gk_bulk_more (struct gk_conn *conn, uint32_t count)
{
  if (conn->shared == NULL || count - conn->bulk_out > conn->shared_size ||
      count - conn->bulk_out < conn->bulk_in - conn->bulk_out)
    gk_conn_fail (conn, EPROTO, "a wrong count of shared bytes", NULL);
  else
    conn->bulk_in = count;
}

size_t
gk_bulk_take (struct gk_conn *conn, uint8_t *buf, size_t n)
{
  size_t avail = conn->bulk_in - conn->bulk_out;

  if (n > avail)
    n = avail;
  __atomic_thread_fence (__ATOMIC_SEQ_CST);
  if (buf && n > 0) {
    size_t first = before_end (conn, conn->bulk_out, n);

    memcpy (buf, place (conn, conn->bulk_out), first);
    memcpy (buf + first, conn->shared, n - first);
  }
  conn->bulk_out += (uint32_t)n;
  return n;
}

void
gk_bulk_wipe (struct gk_conn *conn, size_t n)
{
  uint32_t from = conn->bulk_out - (uint32_t)n;
  size_t first;

  if (n > conn->shared_size)
    n = conn->shared_size;
  first = before_end (conn, from, n);
  explicit_bzero (place (conn, from), first);
  explicit_bzero (conn->shared, n - first);
}
