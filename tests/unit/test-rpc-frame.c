/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Frames: whole, in pieces, large, wrong, cut off, late. */
/* rooms: rpc op base */
#include "rpc-help.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>

static void
a_frame_arrives (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_frame f;

  assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, 0x42 | GK_FLAG_CHUNKS_IN, 7, "hello", 5, NULL,
                           0, &err));
  assert_ok (gk_conn_recv (p.worker, &f, 1000, -1, &err));
  assert_int_equal (f.type, GK_FRAME_CALL);
  assert_int_equal (f.flags, 0x42 | GK_FLAG_CHUNKS_IN);
  assert_int_equal (f.serial, 7);
  assert_int_equal (f.len, 5);
  assert_int_equal (f.nfds, 0);
  assert_memory_equal (f.body, "hello", 5);
  assert_ok (gk_conn_send (p.worker, GK_FRAME_REPLY, 0, 7, NULL, 0, NULL, 0, &err));
  assert_ok (gk_conn_recv_reply (p.client, 7, &f, -1, &err));
  assert_int_equal (f.len, 0);
  pair_free (&p);
}

/* Two frames, the second one large when it says so, cut at every place. */
static void
cut_everywhere (void **state)
{
  uint8_t wire[16 + 9 + 16 + 3 + 16];
  size_t n = 0;

  raw_head (wire, GK_FRAME_CALL, 0, 1, 9);
  memcpy (wire + 16, "ninebytes", 9);
  n = 25;
  raw_head (wire + n, GK_FRAME_CANCEL, 0, 1, 0);
  n += 16;
  raw_head (wire + n, GK_FRAME_CALL, 0, 2, 3);
  memcpy (wire + n + 16, "abc", 3);
  n += 19;
  assert_int_equal (n, sizeof wire);

  for (size_t a = 0; a <= n; a++)
    for (size_t b = a; b <= n; b++) {
      _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
      struct gk_conn *conn;
      size_t from[4] = { 0, a, b, n };
      struct gk_frame f;
      int sv[2], got = 0;

      pair_fds (sv);
      conn = gk_conn_new (sv[1], GK_ROLE_WORKER, &err);
      for (int i = 0; i < 3; i++) {
        if (from[i + 1] == from[i])
          continue;
        assert_int_equal (send (sv[0], wire + from[i], from[i + 1] - from[i], 0),
                          from[i + 1] - from[i]);
        for (;;) {
          int r = gk_conn_recv (conn, &f, 0, -1, &err);

          if (r == -1) {
            assert_int_equal (err.errnum, ETIMEDOUT);
            gk_error_clear (&err);
            break;
          }
          got++;
          assert_int_equal (f.serial, got);
          assert_int_equal (f.len, got == 1 ? 9 : 3);
          assert_memory_equal (f.body, got == 1 ? "ninebytes" : "abc", f.len);
        }
      }
      assert_int_equal (got, 2);
      close (sv[0]);
      assert_int_equal (gk_conn_recv (conn, &f, 0, -1, &err), GK_CONN_EOF);
      gk_conn_free (conn);
    }
}

/* EOF at every place: fine between frames, an error inside of one. */
static void
eof_everywhere (void **state)
{
  uint8_t wire[16 + 20];

  raw_head (wire, GK_FRAME_CALL, 0, 1, 20);
  memset (wire + 16, 'x', 20);
  for (size_t a = 0; a <= sizeof wire; a++) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    struct gk_conn *conn;
    struct gk_frame f;
    int sv[2], r;

    pair_fds (sv);
    conn = gk_conn_new (sv[1], GK_ROLE_WORKER, &err);
    assert_int_equal (send (sv[0], wire, a, 0), a);
    close (sv[0]);
    r = gk_conn_recv (conn, &f, 1000, -1, &err);
    if (a == 0)
      assert_int_equal (r, GK_CONN_EOF);
    else if (a == sizeof wire) {
      assert_int_equal (r, GK_CONN_FRAME);
      assert_int_equal (gk_conn_recv (conn, &f, -1, -1, &err), GK_CONN_EOF);
      assert_int_equal (gk_conn_recv (conn, &f, -1, -1, &err), GK_CONN_EOF);
    } else {
      assert_fails (r, ECONNRESET);
      assert_true (gk_conn_is_dead (conn));
      assert_fails (gk_conn_recv (conn, &f, -1, -1, &err), ECONNRESET);
      assert_fails (gk_conn_send (conn, GK_FRAME_STOP, 0, 1, NULL, 0, NULL, 0, &err), ECONNRESET);
    }
    gk_conn_free (conn);
  }
}

static void
send_pattern (int fd, uint64_t seed, size_t n)
{
  uint8_t part[8192];

  for (size_t at = 0; at < n;) {
    size_t k = n - at < sizeof part ? n - at : sizeof part;

    for (size_t i = 0; i < k; i++)
      part[i] = pattern (seed, at + i);
    if (send (fd, part, k, MSG_NOSIGNAL) != (ssize_t)k)
      leave (1);
    at += k;
  }
}

/* Sizes around every limit of the read buffer, back to back. */
static void
large_frames (void **state)
{
  static const uint32_t sizes[] = { 0,      1,       49119,   49120,   49121,  49122,
                                    65519,  65520,   65521,   65536,   262143, 262144,
                                    262145, 1048576, 5,       3000000, 100000, 100000,
                                    4,      60000,   7000001, 16,      0 };
  const int n = sizeof sizes / sizeof sizes[0];
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_conn *conn;
  struct gk_frame f;
  int sv[2], status;
  pid_t pid;

  pair_fds (sv);
  pid = fork ();
  if (pid == 0) {
    for (int i = 0; i < n; i++) {
      uint8_t h[16];

      raw_head (h, GK_FRAME_CALL, 0, (uint32_t)i, sizes[i]);
      if (send (sv[0], h, 16, 0) != 16)
        leave (1);
      send_pattern (sv[0], (uint64_t)i, sizes[i]);
    }
    leave (0);
  }
  close (sv[0]);
  conn = gk_conn_new (sv[1], GK_ROLE_WORKER, &err);
  for (int i = 0; i < n; i++) {
    /* Every second one with timeouts so short that they strike inside. */
    while (gk_conn_recv (conn, &f, i % 2 ? 0 : -1, -1, &err) == -1) {
      assert_int_equal (err.errnum, ETIMEDOUT);
      gk_error_clear (&err);
    }
    assert_int_equal (f.serial, i);
    assert_int_equal (f.len, sizes[i]);
    for (uint32_t k = 0; k < f.len; k++)
      if (f.body[k] != pattern ((uint64_t)i, k))
        fail_msg ("frame %d differs at %u", i, k);
  }
  assert_int_equal (gk_conn_recv (conn, &f, -1, -1, &err), GK_CONN_EOF);
  gk_conn_free (conn);
  waitpid (pid, &status, 0);
  assert_int_equal (status, 0);
}

static void
wrong_frames (void **state)
{
  static const struct {
    enum gk_role at;
    unsigned type, flags;
    uint32_t len;
  } wrong[] = {
    { GK_ROLE_WORKER, 0, 0, 0 },
    { GK_ROLE_WORKER, 15, 0, 0 },
    { GK_ROLE_WORKER, 0xffff, 0, 0 },
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0, (1u << 30) + 1 },
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0, 0xffffffff },
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0x0300, 0 },
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0x0400, 0 },
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0x8000, 0 },
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0x5000, 0 },
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0x1000, 0 }, /* has no descriptor */
    { GK_ROLE_WORKER, GK_FRAME_REPLY, 0, 0 },
    { GK_ROLE_WORKER, GK_FRAME_CHUNK, 0, 0 },
    { GK_ROLE_WORKER, GK_FRAME_CHUNK, 0, (1u << 20) + 1 },
    { GK_ROLE_WORKER, GK_FRAME_END, 0, 1 },
    { GK_ROLE_WORKER, GK_FRAME_ABORT, 0, 3 },
    { GK_ROLE_WORKER, GK_FRAME_ABORT, 0, (1u << 14) + 1 },
    { GK_ROLE_WORKER, GK_FRAME_CANCEL, 1, 0 },
    { GK_ROLE_WORKER, GK_FRAME_STOP, 0, 0 },
    { GK_ROLE_WORKER, GK_FRAME_HELLO, 0, 15 },
    { GK_ROLE_WORKER, GK_FRAME_ACK, 0, 8 },
    { GK_ROLE_CLIENT, GK_FRAME_ACK, 0, 7 },
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0x0800, 600 }, /* no memory is shared */
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0x0c00, 600 },
    { GK_ROLE_WORKER, GK_FRAME_CALL, 0x0400, 600 }, /* whole, but not there */
    { GK_ROLE_WORKER, GK_FRAME_MORE, 0, 4 },
    { GK_ROLE_WORKER, GK_FRAME_END, 0x0800, 0 },
    { GK_ROLE_WORKER, GK_FRAME_HOLE, 0, 7 },
    { GK_ROLE_CLIENT, GK_FRAME_TOTAL, 0, 8 },
    { GK_ROLE_CLIENT, GK_FRAME_CALL, 0, 0 },
    { GK_ROLE_CLIENT, GK_FRAME_BYE, 0, 0 },
    { GK_ROLE_CLIENT, GK_FRAME_CANCEL, 0, 0 },
    { GK_ROLE_CLIENT, GK_FRAME_PROGRESS, 0, 15 },
    { GK_ROLE_CLIENT, GK_FRAME_LOG, 0, (1u << 14) + 1 },
    { GK_ROLE_CLIENT, GK_FRAME_ERROR, 0x1000, 4 },
  };

  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    struct gk_conn *conn;
    struct gk_frame f;
    uint8_t h[16];
    int sv[2];

    pair_fds (sv);
    conn = gk_conn_new (sv[1], wrong[i].at, &err);
    raw_head (h, wrong[i].type, wrong[i].flags, 1, wrong[i].len);
    assert_int_equal (send (sv[0], h, 16, 0), 16);
    if (wrong[i].len <= 8)
      assert_int_equal (send (sv[0], "\1\0\0\0\0\0\0", wrong[i].len, 0), wrong[i].len);
    assert_fails (gk_conn_recv (conn, &f, 1000, -1, &err), EPROTO);
    /* From then on it is dead, whatever else comes. */
    raw_send (sv[0], GK_FRAME_HELLO, 0, 0, "1234567890123456", 16);
    assert_fails (gk_conn_recv (conn, &f, 1000, -1, &err), EPROTO);
    assert_true (gk_conn_is_dead (conn));
    gk_conn_free (conn);
    close (sv[0]);
  }
}

static void
garbage (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_conn *conn;
  struct gk_frame f;
  int sv[2];

  pair_fds (sv);
  conn = gk_conn_new (sv[1], GK_ROLE_WORKER, &err);
  assert_int_equal (send (sv[0], "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
  assert_fails (gk_conn_recv (conn, &f, 1000, -1, &err), EPROTO);
  gk_conn_free (conn);
  close (sv[0]);
}

static void
what_may_not_be_sent (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  static char big[(1u << 20) + 1];
  struct gk_frame f;

  assert_fails (gk_conn_send (p.client, GK_FRAME_REPLY, 0, 1, NULL, 0, NULL, 0, &err), EINVAL);
  assert_fails (gk_conn_send (p.client, GK_FRAME_CALL, 0x1000, 1, NULL, 0, NULL, 0, &err), EINVAL);
  assert_fails (gk_conn_send (p.client, GK_FRAME_CHUNK, 0, 1, big, sizeof big, NULL, 0, &err),
                EINVAL);
  assert_fails (gk_conn_send (p.client, GK_FRAME_CALL, 0, 1, big, (size_t)1 << 31, NULL, 0, &err),
                EMSGSIZE);
  /* None of this was sent and the connection still works. */
  assert_ok (gk_conn_send (p.client, GK_FRAME_BYE, 0, 0, NULL, 0, NULL, 0, &err));
  assert_int_equal (gk_conn_recv_call (p.worker, &f, -1, &err), GK_CONN_EOF);
  pair_free (&p);
}

static void
timeout_and_wake (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct timespec a, b;
  struct gk_frame f;
  long ms;

  clock_gettime (CLOCK_MONOTONIC, &a);
  assert_fails (gk_conn_recv (p.worker, &f, 50, wake, &err), ETIMEDOUT);
  clock_gettime (CLOCK_MONOTONIC, &b);
  ms = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
  assert_in_range (ms, 49, 5000);
  assert_int_equal (eventfd_write (wake, 1), 0);
  assert_int_equal (gk_conn_recv (p.worker, &f, -1, wake, &err), GK_CONN_WOKEN);
  assert_int_equal (gk_conn_recv_call (p.worker, &f, wake, &err), GK_CONN_WOKEN);
  assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, 0, 3, "x", 1, NULL, 0, &err));
  assert_int_equal (gk_conn_recv_call (p.worker, &f, -1, &err), GK_CONN_FRAME);
  close (wake);
  pair_free (&p);
}

/* A waiting client that is woken sends CANCEL once and gets its reply. */
static void
wake_cancels_a_call (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int wake = eventfd (1, EFD_CLOEXEC | EFD_NONBLOCK), status;
  struct gk_rpc_task task;
  struct gk_frame f;
  pid_t pid;

  assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, 0, 3, "x", 1, NULL, 0, &err));
  pid = fork ();
  if (pid == 0) {
    struct gk_error cancelled = { ECANCELED, (char *)"as you wish" };

    if (gk_conn_recv_call (p.worker, &f, -1, NULL) != 1)
      leave (1);
    gk_rpc_task_init (&task, p.worker, f.serial);
    while (!gk_task_cancelled (&task.task))
      poll (&(struct pollfd){ .fd = gk_task_cancel_fd (&task.task), .events = POLLIN }, 1, -1);
    if (gk_conn_send_error (p.worker, GK_FRAME_ERROR, 3, &cancelled, NULL) == -1)
      leave (2);
    if (gk_conn_recv_call (p.worker, &f, -1, NULL) != 1 || f.serial != 4)
      leave (3);
    gk_rpc_task_init (&task, p.worker, f.serial);
    if (gk_task_cancelled (&task.task))
      leave (4);
    leave (gk_conn_send (p.worker, GK_FRAME_REPLY, 0, 4, NULL, 0, NULL, 0, NULL));
  }
  assert_ok (gk_conn_recv_reply (p.client, 3, &f, wake, &err));
  assert_int_equal (f.type, GK_FRAME_ERROR);
  assert_fails (gk_frame_error (&f, &err), ECANCELED);
  assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, 0, 4, NULL, 0, NULL, 0, &err));
  assert_ok (gk_conn_recv_reply (p.client, 4, &f, -1, &err));
  waitpid (pid, &status, 0);
  assert_int_equal (status, 0);
  close (wake);
  pair_free (&p);
}

/* A CANCEL that crosses the reply does nothing to the next call. */
static void
late_cancel (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_rpc_task task;
  struct gk_frame f;

  assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, 0, 1, NULL, 0, NULL, 0, &err));
  assert_int_equal (gk_conn_recv_call (p.worker, &f, -1, &err), 1);
  assert_ok (gk_conn_send (p.worker, GK_FRAME_REPLY, 0, 1, NULL, 0, NULL, 0, &err));
  assert_ok (gk_conn_send (p.client, GK_FRAME_CANCEL, 0, 1, NULL, 0, NULL, 0, &err));
  assert_ok (gk_conn_recv_reply (p.client, 1, &f, -1, &err));
  assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, 0, 2, NULL, 0, NULL, 0, &err));
  assert_int_equal (gk_conn_recv_call (p.worker, &f, -1, &err), 1);
  assert_int_equal (f.serial, 2);
  gk_rpc_task_init (&task, p.worker, 2);
  assert_false (gk_task_cancelled (&task.task));
  assert_ok (gk_conn_send (p.client, GK_FRAME_CANCEL, 0, 2, NULL, 0, NULL, 0, &err));
  assert_true (gk_task_cancelled (&task.task));
  pair_free (&p);
}

static void
hello (void **state)
{
  for (int same = 0; same < 2; same++) {
    struct pair p = pair_new ();
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    int status;
    pid_t pid = fork ();

    if (pid == 0) {
      gk_conn_free (p.client);
      if (gk_conn_hello (p.worker, "tables 1", 5000, NULL) == -1)
        leave (1);
      leave (gk_conn_can_pass_fds (p.worker) ? 0 : 2);
    }
    if (same) {
      assert_ok (gk_conn_hello (p.client, "tables 1", 5000, &err));
      assert_true (gk_conn_can_pass_fds (p.client));
    } else {
      assert_false (gk_conn_can_pass_fds (p.client));
      assert_fails (gk_conn_hello (p.client, "tables 2", 5000, &err), EPROTO);
    }
    pair_free (&p);
    waitpid (pid, &status, 0);
    assert_int_equal (WEXITSTATUS (status), same ? 0 : 1);
  }
}

static void
silent_worker (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  assert_fails (gk_conn_hello (p.client, "", 20, &err), ETIMEDOUT);
  gk_conn_free (p.worker);
  p.worker = NULL;
  assert_fails (gk_conn_hello (p.client, "", 20, &err), ECONNRESET);
  assert_string_equal ("", "");
  pair_free (&p);
}

struct log {
  char text[100];
  uint64_t position, total;
  int n;
};

static void
on_log (void *opaque, const char *text, size_t len)
{
  struct log *l = opaque;

  strncat (l->text, text, len);
}

static void
on_progress (void *opaque, uint32_t serial, uint64_t position, uint64_t total)
{
  struct log *l = opaque;

  l->n++;
  l->position = position;
  l->total = total;
}

/* What a worker said before it went is heard, also by a client that is
 * sending. */
static void
last_words (void **state)
{
  for (int sending = 0; sending < 2; sending++) {
    struct pair p = pair_new ();
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    struct gk_rpc_task task;
    struct log l = { .n = 0 };
    struct gk_frame f;

    gk_conn_set_events (p.client, &(struct gk_conn_events){ on_log, on_progress, &l });
    gk_rpc_task_init (&task, p.worker, 1);
    gk_task_log (&task.task, "I am %s", "dying");
    gk_conn_free (p.worker);
    p.worker = NULL;
    if (sending)
      assert_fails (gk_conn_send (p.client, GK_FRAME_CALL, 0, 1, NULL, 0, NULL, 0, &err),
                    ECONNRESET);
    else
      assert_fails (gk_conn_recv_reply (p.client, 1, &f, -1, &err), ECONNRESET);
    assert_string_equal (l.text, "I am dying\n");
    pair_free (&p);
  }
}

static void
progress_is_limited (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_rpc_task task;
  struct log l = { .n = 0 };
  struct gk_frame f;

  gk_conn_set_events (p.client, &(struct gk_conn_events){ on_log, on_progress, &l });
  gk_rpc_task_init (&task, p.worker, 1);
  gk_task_progress (&task.task, 1, 100);
  gk_task_progress (&task.task, 100, 100); /* the first 2 s: not even the last */
  assert_fails (gk_conn_recv (p.client, &f, 0, -1, &err), ETIMEDOUT);
  assert_int_equal (l.n, 0);
  task.started_ns -= UINT64_C (2100000000);
  for (int i = 0; i < 50; i++)
    gk_task_progress (&task.task, 50, 100);
  assert_fails (gk_conn_recv (p.client, &f, 0, -1, &err), ETIMEDOUT);
  assert_int_equal (l.n, 1);
  task.last_ns -= 340000000;
  gk_task_progress (&task.task, 51, 100);
  gk_task_progress (&task.task, 100, 100);
  assert_fails (gk_conn_recv (p.client, &f, 0, -1, &err), ETIMEDOUT);
  assert_int_equal (l.n, 3);
  assert_int_equal (l.position, 100);
  assert_int_equal (l.total, 100);
  pair_free (&p);
}

/* A client that has gone cancels, with unread chunks in front too. */
static void
gone_is_cancelled (void **state)
{
  for (int chunks = 0; chunks < 2; chunks++) {
    struct pair p = pair_new ();
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    struct gk_rpc_task task;
    struct gk_frame f;

    assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, chunks ? GK_FLAG_CHUNKS_IN : 0, 1, NULL, 0,
                             NULL, 0, &err));
    assert_int_equal (gk_conn_recv_call (p.worker, &f, -1, &err), 1);
    gk_rpc_task_init (&task, p.worker, 1);
    if (chunks)
      assert_ok (gk_conn_send (p.client, GK_FRAME_CHUNK, 0, 1, "x", 1, NULL, 0, &err));
    assert_false (gk_task_cancelled (&task.task));
    assert_int_equal (gk_task_cancel_fd (&task.task), chunks ? -1 : gk_conn_fd (p.worker));
    gk_conn_free (p.client);
    p.client = NULL;
    assert_true (gk_task_cancelled (&task.task));
    pair_free (&p);
  }
}

static void
error_bodies (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT, what = GK_ERROR_INIT;
  char *text = malloc (100000);
  struct gk_frame f;

  memset (text, 'e', 99999);
  text[99999] = 0;
  gk_error_set (&what, ENOSPC, "%s", text);
  free (text);
  assert_ok (gk_conn_send_error (p.worker, GK_FRAME_ERROR, 1, &what, &err));
  assert_ok (gk_conn_recv_reply (p.client, 1, &f, -1, &err));
  assert_fails (gk_frame_error (&f, &err), ENOSPC);
  pair_free (&p);
}

/* One side's end of a socketpair given to a serial line must not be used for
 * descriptors; a datagram socket is no stream. */
static void
not_a_stream (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int sv[2], before = count_fds ();

  assert_int_equal (socketpair (AF_UNIX, SOCK_DGRAM, 0, sv), 0);
  assert_null (gk_conn_new (sv[0], GK_ROLE_CLIENT, &err));
  assert_int_equal (err.errnum, EINVAL);
  close (sv[1]);
  assert_int_equal (count_fds (), before);
}

/* A line that takes nothing any more and has nothing to read either: who writes
 * is told, and does not ask for ever whether the end has come. */
static void
writing_fails_before_the_end (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct pair p = pair_new ();

  assert_int_equal (shutdown (gk_conn_fd (p.worker), SHUT_WR), 0);
  alarm (20);
  assert_fails (gk_conn_send (p.worker, GK_FRAME_LOG, 0, 0, "x", 1, NULL, 0, &err), ECONNRESET);
  alarm (0);
  pair_free (&p);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_frame_arrives),
    cmocka_unit_test (cut_everywhere),
    cmocka_unit_test (eof_everywhere),
    cmocka_unit_test (large_frames),
    cmocka_unit_test (wrong_frames),
    cmocka_unit_test (garbage),
    cmocka_unit_test (what_may_not_be_sent),
    cmocka_unit_test (timeout_and_wake),
    cmocka_unit_test (wake_cancels_a_call),
    cmocka_unit_test (late_cancel),
    cmocka_unit_test (hello),
    cmocka_unit_test (silent_worker),
    cmocka_unit_test (last_words),
    cmocka_unit_test (progress_is_limited),
    cmocka_unit_test (gone_is_cancelled),
    cmocka_unit_test (error_bodies),
    cmocka_unit_test (not_a_stream),
    cmocka_unit_test (writing_fails_before_the_end),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
