/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Thousands of calls on one connection, in which both sides fail, cancel, stop
 * and talk at random places, over a socket with small buffers, over a serial
 * line and through shared memory.  Whatever happens: nobody hangs, bytes that
 * arrive are right, what was called complete is complete, and every call gets
 * its own reply.  GUESTKIT_TEST_SEED=n repeats a run. */
/* rooms: rpc op base */
#include "rpc-help.h"

#include <pty.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

struct rng {
  uint64_t x;
};

static uint64_t
next (struct rng *r)
{
  r->x ^= r->x << 13;
  r->x ^= r->x >> 7;
  r->x ^= r->x << 17;
  return r->x;
}

static uint64_t
below (struct rng *r, uint64_t n)
{
  return (next (r) >> 11) % n;
}

static bool
chance (struct rng *r, unsigned percent)
{
  return below (r, 100) < percent;
}

/* Mostly small, sometimes much more than all buffers. */
static uint64_t
some_size (struct rng *r)
{
  switch (below (r, 4)) {
  case 0:
    return below (r, 20);
  case 1:
    return below (r, 5000);
  case 2:
    return below (r, 100000);
  default:
    return below (r, 900000);
  }
}

static void
dawdle (struct rng *r)
{
  if (chance (r, 3))
    usleep ((useconds_t)below (r, 2000));
}

/* The worker's reply: what it thinks happened. */
struct result {
  uint64_t moved;
  uint8_t complete;
};

static void
chatter (struct rng *r, struct gk_rpc_task *task)
{
  if (chance (r, 10))
    gk_task_log (&task->task, "call %u and %.*s", (unsigned)task->serial, (int)below (r, 3000),
                 "a long text that may be cut anywhere");
  if (chance (r, 10)) {
    task->started_ns = task->last_ns = 1;
    gk_task_progress (&task->task, below (r, 100), 100);
  }
}

static struct result
worker_takes (struct rng *r, struct gk_conn *conn, struct gk_rpc_task *task)
{
  struct gk_error err = GK_ERROR_INIT;
  struct gk_rpc_source src;
  struct result res = { 0 };
  static uint8_t buf[300000];
  uint64_t most = chance (r, 30) ? some_size (r) : UINT64_MAX;
  ssize_t n = 1;

  gk_rpc_source_init (&src, conn, task->serial, -1);
  while (n > 0 && res.moved < most) {
    n = gk_source_read (&src.source, buf, 1 + below (r, chance (r, 50) ? 100 : sizeof buf - 1),
                        &err);
    for (ssize_t i = 0; i < n; i++, res.moved++)
      if (buf[i] != pattern (task->serial, res.moved))
        leave (10);
    dawdle (r);
    chatter (r, task);
    if (chance (r, 5) && gk_task_cancelled (&task->task))
      break;
  }
  res.complete = n == 0;
  gk_error_clear (&err);
  if (gk_rpc_source_finish (&src, NULL) == -1)
    leave (11);
  return res;
}

static struct result
worker_gives (struct rng *r, struct gk_conn *conn, struct gk_rpc_task *task)
{
  struct gk_error err = GK_ERROR_INIT;
  struct gk_rpc_sink sink;
  struct result res = { 0 };
  static uint8_t buf[300000];
  uint64_t size = some_size (r), fail = chance (r, 30) ? below (r, size + 1) : UINT64_MAX;

  gk_rpc_sink_init (&sink, conn, task->serial, -1);
  while (res.moved < size) {
    size_t n = 1 + below (r, chance (r, 50) ? 100 : sizeof buf - 1);

    if (n > size - res.moved)
      n = size - res.moved;
    for (size_t i = 0; i < n; i++)
      buf[i] = pattern (task->serial, res.moved + i);
    /* Of a write that the other side stops, a part may have arrived. */
    res.moved += n;
    if (gk_sink_write (&sink.sink, buf, n, &err) == -1)
      break;
    dawdle (r);
    chatter (r, task);
    if (res.moved >= fail || (chance (r, 5) && gk_task_cancelled (&task->task))) {
      gk_error_set (&err, EIO, "failed after %llu", (unsigned long long)res.moved);
      break;
    }
  }
  if (gk_rpc_sink_finish (&sink, err.msg ? &err : NULL, NULL) == -1)
    leave (12);
  res.complete = err.msg == NULL && !sink.stopped;
  gk_error_clear (&err);
  return res;
}

static void
worker (struct gk_conn *conn, uint64_t seed)
{
  struct rng r = { seed * 77 + 1 };
  struct gk_frame f;
  int n;

  while ((n = gk_conn_recv_call (conn, &f, -1, NULL)) == 1) {
    struct result res = { 0 };
    struct gk_rpc_task task;

    gk_rpc_task_init (&task, conn, f.serial);
    chatter (&r, &task);
    if (f.flags & GK_FLAG_CHUNKS_IN)
      res = worker_takes (&r, conn, &task);
    else if (f.flags & GK_FLAG_CHUNKS_OUT)
      res = worker_gives (&r, conn, &task);
    else
      gk_task_cancelled (&task.task);
    dawdle (&r);
    chatter (&r, &task);
    if (f.len > 0 && f.body[0] != (uint8_t)f.serial)
      leave (13);
    if (gk_conn_send (conn, GK_FRAME_REPLY, res.complete, f.serial, &res.moved, 8, NULL, 0, NULL) ==
        -1)
      leave (14);
  }
  leave (n == 0 ? 0 : 15);
}

/* Whoever sets wake: now, soon, or nobody. */
static pid_t
maybe_wake (struct rng *r, int wake)
{
  pid_t pid;

  if (chance (r, 10))
    eventfd_write (wake, 1);
  if (!chance (r, 3))
    return 0;
  pid = fork ();
  if (pid == 0) {
    usleep ((useconds_t)below (r, 3000));
    eventfd_write (wake, 1);
    leave (0);
  }
  return pid;
}

struct counts {
  int up, down, cancelled, stopped, complete;
};

static void
client_sends (struct rng *r, struct gk_conn *conn, uint32_t serial, int wake, struct counts *c)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT, failure = GK_ERROR_INIT;
  uint64_t size = some_size (r), fail = chance (r, 20) ? below (r, size + 1) : UINT64_MAX,
           moved = 0;
  static uint8_t buf[300000];
  struct gk_rpc_sink sink;
  struct gk_frame f;
  uint64_t worker_moved;

  gk_rpc_sink_init (&sink, conn, serial, wake);
  while (moved < size) {
    size_t n = 1 + below (r, chance (r, 50) ? 100 : sizeof buf - 1);

    if (n > size - moved)
      n = size - moved;
    for (size_t i = 0; i < n; i++)
      buf[i] = pattern (serial, moved + i);
    if (gk_sink_write (&sink.sink, buf, n, &failure) == -1)
      break;
    moved += n;
    dawdle (r);
    if (moved >= fail) {
      gk_error_set (&failure, EIO, "local failure");
      break;
    }
  }
  assert_ok (gk_rpc_sink_finish (&sink, failure.msg ? &failure : NULL, &err));
  assert_ok (gk_conn_recv_reply (conn, serial, &f, wake, &err));
  assert_int_equal (f.len, 8);
  memcpy (&worker_moved, f.body, 8);
  assert_true (worker_moved <= moved);
  /* Only what was ended as complete may look complete to the worker. */
  if (f.flags) {
    assert_null (failure.msg);
    assert_int_equal (worker_moved, size);
    c->complete++;
  }
  c->cancelled += failure.errnum == ECANCELED && !sink.stopped;
  c->stopped += sink.stopped;
  c->up++;
}

static void
client_receives (struct rng *r, struct gk_conn *conn, uint32_t serial, int wake, struct counts *c)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT, failure = GK_ERROR_INIT;
  uint64_t most = chance (r, 20) ? some_size (r) : UINT64_MAX, moved = 0, worker_moved;
  static uint8_t buf[300000];
  struct gk_rpc_source src;
  struct gk_frame f;
  ssize_t n = 1;

  gk_rpc_source_init (&src, conn, serial, wake);
  while (n > 0 && moved < most) {
    n = gk_source_read (&src.source, buf, 1 + below (r, chance (r, 50) ? 100 : sizeof buf - 1),
                        &failure);
    for (ssize_t i = 0; i < n; i++, moved++)
      if (buf[i] != pattern (serial, moved))
        fail_msg ("call %u: byte %llu is wrong", (unsigned)serial, (unsigned long long)moved);
    dawdle (r);
  }
  assert_ok (gk_rpc_source_finish (&src, &err));
  assert_ok (gk_conn_recv_reply (conn, serial, &f, wake, &err));
  memcpy (&worker_moved, f.body, 8);
  assert_true (moved <= worker_moved);
  if (n == 0) {
    assert_int_equal (f.flags, 1);
    assert_int_equal (moved, worker_moved);
    c->complete++;
  }
  c->cancelled += failure.errnum == ECANCELED;
  c->stopped += src.aborted;
  c->down++;
}

static void
run (int client_fd, int worker_fd, uint32_t shared, uint64_t seed, int calls)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct rng r = { seed * 31 + 7 };
  struct counts c = { 0 };
  struct gk_conn *conn;
  int wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK), status;
  void *mem = shared
                  ? mmap (NULL, shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
                  : NULL;
  pid_t pid = fork ();

  if (pid == 0) {
    alarm (120);
    close (client_fd);
    conn = gk_conn_new (worker_fd, GK_ROLE_WORKER, NULL);
    gk_conn_share (conn, mem, shared);
    if (gk_conn_hello (conn, "random", 5000, NULL) == -1)
      leave (9);
    worker (conn, seed);
  }
  alarm (120);
  close (worker_fd);
  conn = gk_conn_new (client_fd, GK_ROLE_CLIENT, &err);
  assert_non_null (conn);
  gk_conn_share (conn, mem, shared);
  assert_ok (gk_conn_hello (conn, "random", 5000, &err));
  for (uint32_t serial = 1; serial <= (uint32_t)calls; serial++) {
    static uint8_t body[200000];
    size_t len = some_size (&r) % sizeof body;
    unsigned kind = (unsigned)below (&r, 5);
    eventfd_t v;
    pid_t waker = maybe_wake (&r, wake);

    memset (body, (uint8_t)serial, len);
    assert_ok (gk_conn_send (conn, GK_FRAME_CALL,
                             kind == 0   ? 0
                             : kind <= 2 ? GK_FLAG_CHUNKS_IN
                                         : GK_FLAG_CHUNKS_OUT,
                             serial, body, len, NULL, 0, &err));
    if (kind == 0) {
      struct gk_frame f;

      assert_ok (gk_conn_recv_reply (conn, serial, &f, wake, &err));
    } else if (kind <= 2)
      client_sends (&r, conn, serial, wake, &c);
    else
      client_receives (&r, conn, serial, wake, &c);
    if (waker)
      waitpid (waker, NULL, 0);
    eventfd_read (wake, &v);
  }
  gk_conn_free (conn);
  waitpid (pid, &status, 0);
  if (status != 0)
    fail_msg ("worker: status %#x", (unsigned)status);
  close (wake);
  print_message ("# %d calls: %d up, %d down, %d complete, %d cancelled, %d stopped or aborted\n",
                 calls, c.up, c.down, c.complete, c.cancelled, c.stopped);
}

static uint64_t
seed (void)
{
  const char *s = getenv ("GUESTKIT_TEST_SEED");
  uint64_t n = s ? strtoull (s, NULL, 0) : 20240229;

  print_message ("# GUESTKIT_TEST_SEED=%llu\n", (unsigned long long)n);
  return n;
}

static void
over_a_socket (void **state)
{
  int sv[2];

  pair_fds (sv);
  run (sv[0], sv[1], 0, seed (), 1500);
}

static void
over_a_narrow_socket (void **state)
{
  int sv[2], size = 1;

  pair_fds (sv);
  for (int i = 0; i < 2; i++)
    assert_int_equal (setsockopt (sv[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
  run (sv[0], sv[1], 0, seed () + 1, 700);
}

static void
over_a_serial_line (void **state)
{
  int master, slave;

  if (openpty (&master, &slave, NULL, NULL, NULL) == -1)
    skip ();
  run (master, slave, 0, seed () + 2, 200);
}

static void
through_shared_memory (void **state)
{
  static const uint32_t sizes[] = { 4096, 65536, 4u << 20 };

  for (uint64_t i = 0; i < 3; i++) {
    int sv[2], size = 1;

    pair_fds (sv);
    assert_int_equal (setsockopt (sv[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    run (sv[0], sv[1], sizes[i], seed () + 3 + i, 400);
  }
}

static void
serial_line_and_shared_memory (void **state)
{
  int master, slave;

  if (openpty (&master, &slave, NULL, NULL, NULL) == -1)
    skip ();
  run (master, slave, 1u << 20, seed () + 9, 200);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (over_a_socket),
    cmocka_unit_test (over_a_narrow_socket),
    cmocka_unit_test (over_a_serial_line),
    cmocka_unit_test (through_shared_memory),
    cmocka_unit_test (serial_line_and_shared_memory),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
