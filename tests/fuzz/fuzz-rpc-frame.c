/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Fuzz: any bytes as what the peer sends.  The first byte says who we are and
 * what we do with it, the second where the bytes are cut, so that frames in
 * pieces are found too. */
/* rooms: rpc op base */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "rpc/rpc-priv.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static volatile uint8_t seen;

/* Every byte that is handed out must be readable. */
static void
touch (const uint8_t *p, size_t n)
{
  for (size_t i = 0; i < n; i++)
    seen ^= p[i];
}

static void
on_log (void *opaque, const char *text, size_t len)
{
  touch ((const uint8_t *)text, len);
}

static void
on_progress (void *opaque, uint32_t serial, uint64_t position, uint64_t total)
{
  seen ^= (uint8_t)(position ^ total);
}

static void
as_frames (struct gk_conn *conn)
{
  struct gk_frame f;

  while (gk_conn_recv (conn, &f, 0, -1, NULL) == GK_CONN_FRAME) {
    struct gk_error err = GK_ERROR_INIT;
    struct gk_rpc_task task;

    touch (f.body, f.len);
    if (f.type == GK_FRAME_ERROR || f.type == GK_FRAME_ABORT)
      gk_frame_error (&f, &err);
    gk_error_clear (&err);
    gk_rpc_task_init (&task, conn, f.serial);
    gk_task_cancelled (&task.task);
    gk_task_cancel_fd (&task.task);
  }
}

static void
as_stream (struct gk_conn *conn, bool read_it)
{
  struct gk_rpc_source src;
  struct gk_error err = GK_ERROR_INIT;
  uint8_t buf[1000];
  ssize_t n;

  gk_rpc_source_init (&src, conn, 1, -1);
  while (read_it && (n = gk_source_read (&src.source, buf, sizeof buf, &err)) > 0)
    touch (buf, (size_t)n);
  gk_error_clear (&err);
  gk_rpc_source_finish (&src, NULL);
  as_frames (conn);
}

static void
while_sending (struct gk_conn *conn)
{
  struct gk_rpc_sink sink;
  struct gk_error err = GK_ERROR_INIT;
  uint8_t buf[5000] = { 0 };
  int r = 0;

  gk_rpc_sink_init (&sink, conn, 1, -1);
  for (int i = 0; i < 10 && r == 0; i++)
    r = gk_sink_write (&sink.sink, buf, sizeof buf, &err);
  gk_rpc_sink_finish (&sink, r == -1 ? &err : NULL, NULL);
  gk_error_clear (&err);
  as_frames (conn);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct gk_conn_events events = { on_log, on_progress, NULL };
  static uint8_t shared[4096];
  struct gk_conn *conn;
  struct gk_frame f;
  unsigned what;
  size_t cut;
  int sv[2];

  /* More than the socket holds would block us: nobody reads meanwhile. */
  if (size < 2 || size > 60000 || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == -1)
    return 0;
  what = data[0];
  cut = data[1];
  data += 2;
  size -= 2;
  cut = cut < size ? cut : size;
  conn = gk_conn_new (sv[1], what & 1 ? GK_ROLE_CLIENT : GK_ROLE_WORKER, NULL);
  if (conn == NULL)
    abort ();
  gk_conn_set_events (conn, &events);
  if (what & 16) { /* as if hello had agreed on it */
    gk_conn_share (conn, shared, sizeof shared);
    conn->shared = shared;
  }
  if (what & 32)
    conn->granted = TTY_WINDOW;
  if (send (sv[0], data, cut, MSG_NOSIGNAL) == -1)
    abort ();
  while (gk_conn_recv (conn, &f, 0, -1, NULL) == GK_CONN_FRAME && what & 2)
    touch (f.body, f.len);
  if (size > cut && send (sv[0], data + cut, size - cut, MSG_NOSIGNAL) == -1)
    abort ();
  shutdown (sv[0], SHUT_WR);
  switch (what >> 2 & 3) {
  case 0:
    as_frames (conn);
    break;
  case 1:
    as_stream (conn, true);
    break;
  case 2:
    as_stream (conn, false);
    break;
  default:
    while_sending (conn);
  }
  gk_conn_free (conn);
  close (sv[0]);
  return 0;
}
