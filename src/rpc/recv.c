/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Frames out of the read buffer: small ones are acted on as they come, a
 * frame that fits is given out where it lies, a large one is collected. */
#include "rpc/rpc-priv.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

static void
act (struct gk_conn *conn, const struct head *head, const uint8_t *body)
{
  switch (head->type) {
  case GK_FRAME_CANCEL:
    /* One of an earlier serial crossed the end of its call. */
    if (head->serial == conn->serial)
      conn->cancelled = true;
    break;
  case GK_FRAME_STOP:
    if (head->serial == conn->serial)
      conn->stopped = true;
    break;
  case GK_FRAME_LOG:
    if (conn->events.log)
      conn->events.log (conn->events.opaque, (const char *)body, head->len);
    break;
  case GK_FRAME_PROGRESS:
    gk_quiet_told (&conn->quiet, gk_get_u64 (body), gk_get_u64 (body + 8));
    if (conn->events.progress)
      conn->events.progress (conn->events.opaque, head->serial, gk_get_u64 (body),
                             gk_get_u64 (body + 8));
    break;
  case GK_FRAME_ACK:
    gk_flow_acked (conn, gk_get_u32 (body), gk_get_u32 (body + 4));
    break;
  case GK_FRAME_MORE:
    gk_bulk_more (conn, gk_get_u32 (body));
    break;
  default:
    break;
  }
}

enum front
gk_conn_front (struct gk_conn *conn, struct head *ret_head, struct gk_error *err)
{
  enum gk_role peer = conn->role == GK_ROLE_CLIENT ? GK_ROLE_WORKER : GK_ROLE_CLIENT;

  while (conn->end - conn->start >= HEAD_SIZE) {
    const uint8_t *p = conn->buf + conn->start;
    struct head head;
    const char *wrong = gk_head_unpack (p, peer, &head);

    if (wrong) {
      gk_conn_fail (conn, EPROTO, wrong, err);
      return FRONT_DEAD;
    }
    if (head.shared && conn->shared == NULL) {
      gk_conn_fail (conn, EPROTO, "a body in memory that is not shared", err);
      return FRONT_DEAD;
    }
    if (!is_small (head.type)) {
      *ret_head = head;
      return FRONT_HEAD;
    }
    if (conn->end - conn->start < HEAD_SIZE + head.len)
      return FRONT_MORE;
    conn->start += HEAD_SIZE + head.len;
    act (conn, &head, p + HEAD_SIZE);
    if (conn->dead) {
      gk_conn_dead_error (conn, err);
      return FRONT_DEAD;
    }
  }
  return FRONT_MORE;
}

int
gk_conn_pump (struct gk_conn *conn, struct gk_error *err)
{
  for (int round = 0; round < 2; round++) {
    struct head head;
    enum front front;

    if (conn->dead)
      return gk_conn_dead_error (conn, err);
    if (conn->chunk_left > 0 || conn->in_big)
      return 1;
    front = gk_conn_front (conn, &head, err);
    if (front == FRONT_DEAD)
      return -1;
    if (front == FRONT_HEAD)
      return 1;
    if (round == 1 || conn->eof)
      break;
    switch (gk_conn_fill (conn, NULL, 0, false, err)) {
    case -1:
      return -1;
    case FILL_AGAIN:
      return 0;
    }
  }
  return 0;
}

/* Take the descriptors that the frame says it has. */
static int
claim_fds (struct gk_conn *conn, int nfds, struct gk_error *err)
{
  if (nfds > conn->nqueue)
    return gk_conn_fail (conn, EPROTO, "a frame without its descriptors", err);
  memcpy (conn->frame_fds, conn->queue, (size_t)nfds * sizeof (int));
  conn->nframe_fds = nfds;
  conn->nqueue -= nfds;
  memmove (conn->queue, conn->queue + nfds, (size_t)conn->nqueue * sizeof (int));
  return 0;
}

static int
deliver (struct gk_conn *conn, const struct head *head, const uint8_t *body,
         struct gk_frame *ret_frame, struct gk_error *err)
{
  if (claim_fds (conn, head->nfds, err) == -1)
    return -1;
  if (head->type == GK_FRAME_CALL) {
    conn->serial = head->serial;
    conn->cancelled = conn->stopped = conn->asked = false;
    conn->in_stream = head->flags & GK_FLAG_CHUNKS_IN;
  }
  *ret_frame = (struct gk_frame){
    .type = head->type,
    .flags = head->flags,
    .serial = head->serial,
    .len = head->len,
    .body = body,
    .fds = conn->frame_fds,
    .nfds = head->nfds,
  };
  return GK_CONN_FRAME;
}

/* A frame that is whole in the buffer: to the beginning with it, and pinned. */
static int
deliver_inline (struct gk_conn *conn, const struct head *head, struct gk_frame *ret_frame,
                struct gk_error *err)
{
  size_t total = HEAD_SIZE + head->len;

  if (conn->start != 0)
    memmove (conn->buf, conn->buf + conn->start, total);
  conn->start += total;
  conn->pin = total;
  conn->body_shared = false;
  return deliver (conn, head, conn->buf + HEAD_SIZE, ret_frame, err);
}

/* The peer says how long the body is; memory is taken only as it comes. */
static int
grow_big (struct gk_conn *conn, struct gk_error *err)
{
  size_t len = conn->big_head.len, want = conn->big_alloc * 2;
  uint8_t *p;

  if (conn->big_got < conn->big_alloc || conn->big_alloc >= len)
    return 0;
  if (want < 256u << 10)
    want = 256u << 10;
  if (want > len)
    want = len;
  p = realloc (conn->big, want);
  if (p == NULL) {
    gk_error_oom (err);
    return gk_conn_fail (conn, ENOMEM, "out of memory", err);
  }
  conn->big = p;
  conn->big_alloc = want;
  return 0;
}

static void
begin_big (struct gk_conn *conn, const struct head *head)
{
  conn->start += HEAD_SIZE;
  conn->in_big = true;
  conn->body_shared = head->shared;
  conn->big_head = *head;
  conn->big_got = 0;
  if (head->whole)
    gk_bulk_more (conn, conn->bulk_in + head->len);
}

/* Move what the buffer has; true when the body is complete. */
static bool
collect_big (struct gk_conn *conn)
{
  size_t n = conn->end - conn->start, want = conn->big_head.len - conn->big_got;

  if (want > conn->big_alloc - conn->big_got)
    want = conn->big_alloc - conn->big_got;
  if (conn->body_shared)
    n = gk_bulk_take (conn, conn->big + conn->big_got, want);
  else {
    if (n > want)
      n = want;
    if (n > 0)
      memcpy (conn->big + conn->big_got, conn->buf + conn->start, n);
    conn->start += n;
  }
  conn->big_got += n;
  return conn->big_got == conn->big_head.len;
}

/* One step: 1 with the frame, 0 when bytes are needed, -1. */
static int
step (struct gk_conn *conn, struct gk_frame *ret_frame, struct gk_error *err)
{
  struct head head;

  if (!conn->in_big) {
    enum front front = gk_conn_front (conn, &head, err);

    if (front != FRONT_HEAD)
      return front == FRONT_DEAD ? -1 : 0;
    if (!head.shared && HEAD_SIZE + head.len <= INLINE_MAX) {
      if (conn->end - conn->start < HEAD_SIZE + head.len)
        return 0;
      return deliver_inline (conn, &head, ret_frame, err);
    }
    begin_big (conn, &head);
    if (conn->dead)
      return gk_conn_dead_error (conn, err);
  }
  do {
    /* With the body elsewhere, what comes on the line are frames. */
    if (conn->body_shared && gk_conn_front (conn, &head, err) == FRONT_DEAD)
      return -1;
    if (grow_big (conn, err) == -1)
      return -1;
    if (collect_big (conn)) {
      conn->in_big = false;
      gk_flow_ack (conn);
      return deliver (conn, &conn->big_head, conn->big, ret_frame, err);
    }
  } while (conn->body_shared ? conn->bulk_in != conn->bulk_out : conn->start != conn->end);
  gk_flow_ack (conn);
  return 0;
}

int
gk_conn_recv (struct gk_conn *conn, struct gk_frame *ret_frame, int timeout_ms, int wake_fd,
              struct gk_error *err)
{
  uint64_t deadline = 0;

  if (conn->dead)
    return gk_conn_dead_error (conn, err);
  if (conn->chunk_left > 0)
    return gk_conn_fail (conn, EPROTO, "a chunk was left unread", err);
  if (timeout_ms >= 0)
    deadline = gk_clock_ns () + (uint64_t)timeout_ms * 1000000u;
  gk_conn_unpin (conn);

  for (;;) {
    void *user = NULL;
    size_t user_len = 0;
    ssize_t n;
    int r = step (conn, ret_frame, err);

    if (r != 0)
      return r;
    if (conn->eof) {
      if (conn->start == conn->end && !conn->in_big)
        return GK_CONN_EOF;
      return gk_conn_fail (conn, ECONNRESET, "it has gone in the middle of a frame", err);
    }
    if (conn->in_big && !conn->body_shared) {
      user = conn->big + conn->big_got;
      user_len = conn->big_alloc - conn->big_got;
      if (user_len > conn->big_head.len - conn->big_got)
        user_len = conn->big_head.len - conn->big_got;
    }
    n = gk_conn_fill_wait (conn, user, user_len, deadline, wake_fd, err);
    switch (n) {
    case -1:
      return -1;
    case WAIT_WOKEN:
      return GK_CONN_WOKEN;
    case WAIT_TIMEOUT:
      return gk_error_set (err, ETIMEDOUT, "connection to the %s: no answer in time",
                           conn->role == GK_ROLE_CLIENT ? "worker" : "client");
    }
    conn->big_got += (size_t)n;
  }
}

void
gk_conn_unpack_error (const uint8_t *body, size_t len, struct gk_error *err)
{
  uint32_t errnum = gk_get_u32 (body);
  size_t n = strnlen ((const char *)body + 4, len - 4);

  /* Anything else is no errno and may not look like one. */
  if (errnum > 4095)
    errnum = 0;
  gk_error_set (err, (int)errnum, "%.*s", (int)n, (const char *)body + 4);
}

int
gk_frame_error (const struct gk_frame *frame, struct gk_error *err)
{
  gk_conn_unpack_error (frame->body, frame->len, err);
  return -1;
}
