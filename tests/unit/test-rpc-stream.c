/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Streams of chunks in both directions, and every way in which they end.
 * After each of them the connection must carry the next call. */
/* rooms: rpc op base */
#include "rpc-help.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define MIB (1u << 20)

/* What the worker does with a call is the first byte of its body. */
enum job {
  TAKE_ALL,  /* read all of the upload, reply the sum */
  TAKE_SOME, /* 100000 bytes of it, then fail */
  TAKE_NONE,
  GIVE,      /* send what was asked for */
  GIVE_FAIL, /* half of it, then fail */
  NOTHING,
};

static int
give (struct gk_conn *conn, const struct gk_frame *f, uint64_t size, bool fail)
{
  struct gk_error err = GK_ERROR_INIT;
  struct gk_rpc_sink sink;
  static uint8_t buf[100000];
  int r = 0;

  gk_rpc_sink_init (&sink, conn, f->serial, -1);
  for (uint64_t at = 0; at < size && r == 0;) {
    size_t n = size - at < sizeof buf ? size - at : sizeof buf;

    for (size_t i = 0; i < n; i++)
      buf[i] = pattern (f->serial, at + i);
    r = gk_sink_write (&sink.sink, buf, n, &err);
    at += n;
    if (fail && at > size / 2) {
      gk_error_set (&err, EIO, "the disk is broken");
      r = -1;
    }
  }
  if (gk_rpc_sink_finish (&sink, r == -1 ? &err : NULL, NULL) == -1)
    return -1;
  if (r == 0 && sink.stopped) {
    gk_error_set (&err, ECANCELED, "stopped");
    r = -1;
  }
  if (r == -1)
    r = gk_conn_send_error (conn, GK_FRAME_ERROR, f->serial, &err, NULL);
  else
    r = gk_conn_send (conn, GK_FRAME_REPLY, 0, f->serial, NULL, 0, NULL, 0, NULL);
  gk_error_clear (&err);
  return r;
}

static int
take (struct gk_conn *conn, const struct gk_frame *f, uint64_t most)
{
  struct gk_error err = GK_ERROR_INIT;
  struct gk_rpc_source src;
  static uint8_t buf[70000];
  uint64_t at = 0;
  ssize_t n = 0;
  int r;

  gk_rpc_source_init (&src, conn, f->serial, -1);
  while (at < most && (n = gk_source_read (&src.source, buf, sizeof buf, &err)) > 0)
    for (ssize_t i = 0; i < n; i++, at++)
      if (buf[i] != pattern (f->serial, at))
        return -1;
  if (n >= 0 && at >= most) {
    gk_error_set (&err, ENOSPC, "the disk is full");
    n = -1;
  }
  if (gk_rpc_source_finish (&src, NULL) == -1)
    return -1;
  if (n == -1)
    r = gk_conn_send_error (conn, GK_FRAME_ERROR, f->serial, &err, NULL);
  else
    r = gk_conn_send (conn, GK_FRAME_REPLY, 0, f->serial, &at, sizeof at, NULL, 0, NULL);
  gk_error_clear (&err);
  return r;
}

static void
worker (struct gk_conn *conn)
{
  struct gk_frame f;
  int r;

  while ((r = gk_conn_recv_call (conn, &f, -1, NULL)) == 1) {
    uint64_t size = 0;

    if (f.len == 9)
      memcpy (&size, f.body + 1, 8);
    switch (f.body[0]) {
    case TAKE_ALL:
      r = take (conn, &f, UINT64_MAX);
      break;
    case TAKE_SOME:
      r = take (conn, &f, 100000);
      break;
    case TAKE_NONE:
      r = take (conn, &f, 0);
      break;
    case GIVE:
    case GIVE_FAIL:
      r = give (conn, &f, size, f.body[0] == GIVE_FAIL);
      break;
    default:
      r = gk_conn_send (conn, GK_FRAME_REPLY, 0, f.serial, NULL, 0, NULL, 0, NULL);
    }
    if (r == -1)
      leave (2);
  }
  leave (r == 0 ? 0 : 1);
}

struct fixture {
  struct gk_conn *conn;
  pid_t pid;
  int file, wake;
  uint32_t serial;
};

static int
setup (void **state)
{
  struct fixture *x = calloc (1, sizeof *x);
  int sv[2];

  pair_fds (sv);
  x->pid = fork ();
  if (x->pid == 0) {
    alarm (60);
    close (sv[0]);
    worker (gk_conn_new (sv[1], GK_ROLE_WORKER, NULL));
  }
  close (sv[1]);
  x->conn = gk_conn_new (sv[0], GK_ROLE_CLIENT, NULL);
  x->file = open ("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  x->wake = eventfd (0, EFD_CLOEXEC);
  *state = x;
  alarm (60);
  return 0;
}

/* The worker must have seen nothing wrong. */
static int
teardown (void **state)
{
  struct fixture *x = *state;
  int status;

  gk_conn_free (x->conn);
  waitpid (x->pid, &status, 0);
  close (x->file);
  close (x->wake);
  free (x);
  return status == 0 ? 0 : -1;
}

static void
call (struct fixture *x, enum job job, unsigned flags, uint64_t size)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  uint8_t body[9] = { job };

  memcpy (body + 1, &size, 8);
  x->serial++;
  assert_ok (gk_conn_send (x->conn, GK_FRAME_CALL, flags, x->serial, body, 9, NULL, 0, &err));
}

static void
reply_is (struct fixture *x, int errnum)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_frame f;

  assert_ok (gk_conn_recv_reply (x->conn, x->serial, &f, -1, &err));
  if (errnum)
    assert_fails (gk_frame_error (&f, &err), errnum);
  else
    assert_int_equal (f.type, GK_FRAME_REPLY);
}

static void
still_works (struct fixture *x)
{
  call (x, NOTHING, 0, 0);
  reply_is (x, 0);
}

static void
fill_file (struct fixture *x, uint64_t seed, uint64_t size)
{
  uint8_t *buf = malloc (size);

  for (uint64_t i = 0; i < size; i++)
    buf[i] = pattern (seed, i);
  assert_int_equal (ftruncate (x->file, 0), 0);
  assert_int_equal (pwrite (x->file, buf, size, 0), size);
  assert_int_equal (lseek (x->file, 0, SEEK_SET), 0);
  free (buf);
}

static void
check_file (struct fixture *x, uint64_t size)
{
  uint8_t *buf = malloc (size + 1);

  assert_int_equal (pread (x->file, buf, size + 1, 0), size);
  for (uint64_t i = 0; i < size; i++)
    if (buf[i] != pattern (x->serial, i))
      fail_msg ("byte %llu differs", (unsigned long long)i);
  free (buf);
}

static void
upload (void **state)
{
  struct fixture *x = *state;
  static const uint64_t sizes[] = { 0, 1, 262143, 262144, 262145, 5 * MIB + 17 };

  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    struct gk_frame f;
    uint64_t got;

    call (x, TAKE_ALL, GK_FLAG_CHUNKS_IN, 0);
    fill_file (x, x->serial, sizes[i]);
    assert_int_equal (gk_conn_send_file (x->conn, x->serial, x->file, x->wake, &err), GK_XFER_DONE);
    assert_ok (gk_conn_recv_reply (x->conn, x->serial, &f, x->wake, &err));
    assert_int_equal (f.len, 8);
    memcpy (&got, f.body, 8);
    assert_int_equal (got, sizes[i]);
  }
}

static void
download (void **state)
{
  struct fixture *x = *state;
  static const uint64_t sizes[] = { 0, 1, 99999, 262144, 5 * MIB + 17 };

  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

    call (x, GIVE, GK_FLAG_CHUNKS_OUT, sizes[i]);
    assert_int_equal (ftruncate (x->file, 0), 0);
    assert_int_equal (lseek (x->file, 0, SEEK_SET), 0);
    assert_int_equal (gk_conn_recv_file (x->conn, x->serial, x->file, x->wake, &err), GK_XFER_DONE);
    reply_is (x, 0);
    check_file (x, sizes[i]);
  }
}

static void
worker_wants_no_more (void **state)
{
  struct fixture *x = *state;

  for (int none = 0; none < 2; none++) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

    call (x, none ? TAKE_NONE : TAKE_SOME, GK_FLAG_CHUNKS_IN, 0);
    fill_file (x, x->serial, 8 * MIB);
    assert_int_equal (gk_conn_send_file (x->conn, x->serial, x->file, x->wake, &err),
                      GK_XFER_STOPPED);
    reply_is (x, ENOSPC);
    assert_true (lseek (x->file, 0, SEEK_CUR) < 4 * MIB); /* it did not go on for long */
    still_works (x);
  }
}

/* A source that never ends by itself: only STOP can end it. */
static void
endless_upload (void **state)
{
  struct fixture *x = *state;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int zero = open ("/dev/zero", O_RDONLY | O_CLOEXEC);

  call (x, TAKE_NONE, GK_FLAG_CHUNKS_IN, 0);
  assert_int_equal (gk_conn_send_file (x->conn, x->serial, zero, x->wake, &err), GK_XFER_STOPPED);
  reply_is (x, ENOSPC);
  close (zero);
}

/* A pipe that nobody writes to: STOP must be seen while waiting for it. */
static void
silent_pipe (void **state)
{
  struct fixture *x = *state;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int p[2];

  assert_int_equal (pipe2 (p, O_CLOEXEC), 0);
  call (x, TAKE_NONE, GK_FLAG_CHUNKS_IN, 0);
  assert_int_equal (gk_conn_send_file (x->conn, x->serial, p[0], x->wake, &err), GK_XFER_STOPPED);
  reply_is (x, ENOSPC);
  /* And the user's cancel. */
  assert_int_equal (eventfd_write (x->wake, 1), 0);
  call (x, TAKE_ALL, GK_FLAG_CHUNKS_IN, 0);
  assert_fails (gk_conn_send_file (x->conn, x->serial, p[0], x->wake, &err), ECANCELED);
  reply_is (x, ECANCELED);
  still_works (x);
  close (p[0]);
  close (p[1]);
}

static void
worker_aborts (void **state)
{
  struct fixture *x = *state;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  call (x, GIVE_FAIL, GK_FLAG_CHUNKS_OUT, 6 * MIB);
  assert_int_equal (gk_conn_recv_file (x->conn, x->serial, x->file, x->wake, &err),
                    GK_XFER_STOPPED);
  assert_null (err.msg);
  reply_is (x, EIO);
  still_works (x);
}

static void
client_cannot_read (void **state)
{
  struct fixture *x = *state;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int dir = open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  call (x, TAKE_ALL, GK_FLAG_CHUNKS_IN, 0);
  assert_fails (gk_conn_send_file (x->conn, x->serial, dir, x->wake, &err), EISDIR);
  reply_is (x, EISDIR);
  still_works (x);
  close (dir);
}

static void
client_cannot_write (void **state)
{
  struct fixture *x = *state;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int full = open ("/dev/full", O_WRONLY | O_CLOEXEC);

  call (x, GIVE, GK_FLAG_CHUNKS_OUT, UINT64_C (1) << 50);
  assert_fails (gk_conn_recv_file (x->conn, x->serial, full, x->wake, &err), ENOSPC);
  reply_is (x, ECANCELED);
  still_works (x);
  close (full);
}

static void
user_cancels (void **state)
{
  struct fixture *x = *state;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int null = open ("/dev/null", O_WRONLY | O_CLOEXEC),
      zero = open ("/dev/zero", O_RDONLY | O_CLOEXEC), p[2];
  eventfd_t v;

  for (int round = 0; round < 3; round++) {
    pid_t pid = fork ();

    if (pid == 0) {
      usleep (round == 0 ? 0 : 30000);
      eventfd_write (x->wake, 1);
      leave (0);
    }
    call (x, GIVE, GK_FLAG_CHUNKS_OUT, UINT64_C (1) << 50);
    assert_fails (gk_conn_recv_file (x->conn, x->serial, null, x->wake, &err), ECANCELED);
    reply_is (x, ECANCELED);
    waitpid (pid, NULL, 0);
    call (x, TAKE_ALL, GK_FLAG_CHUNKS_IN, 0);
    assert_fails (gk_conn_send_file (x->conn, x->serial, zero, x->wake, &err), ECANCELED);
    gk_conn_recv_reply (x->conn, x->serial, &(struct gk_frame){ 0 }, x->wake, &err);
    assert_int_equal (eventfd_read (x->wake, &v), 0);
    still_works (x);
  }
  /* A pipe that nobody reads from. */
  assert_int_equal (pipe2 (p, O_CLOEXEC), 0);
  call (x, GIVE, GK_FLAG_CHUNKS_OUT, UINT64_C (1) << 50);
  if (fork () == 0) {
    usleep (30000);
    eventfd_write (x->wake, 1);
    leave (0);
  }
  assert_fails (gk_conn_recv_file (x->conn, x->serial, p[1], x->wake, &err), ECANCELED);
  reply_is (x, ECANCELED);
  wait (NULL);
  still_works (x);
  close (p[0]);
  close (p[1]);
  close (null);
  close (zero);
}

/* The two ends meet: the worker fails in the middle of the stream, the client
 * says CANCEL somewhere near. */
static void
both_at_once (void **state)
{
  struct fixture *x = *state;

  for (unsigned i = 0; i < 200; i++) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    struct gk_rpc_source src;
    static uint8_t buf[4096];
    size_t most = i * 4000;
    ssize_t n = 1;

    call (x, GIVE_FAIL, GK_FLAG_CHUNKS_OUT, 800000);
    gk_rpc_source_init (&src, x->conn, x->serial, -1);
    for (size_t at = 0; at < most && n > 0; at += (size_t)n)
      n = gk_source_read (&src.source, buf, sizeof buf, &err);
    assert_ok (gk_rpc_source_finish (&src, NULL));
    gk_conn_recv_reply (x->conn, x->serial, &(struct gk_frame){ 0 }, -1, NULL);
    still_works (x);
  }
}

/* Decoded arguments point into the CALL while its stream is read. */
static void
call_stays_while_streaming (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  static const size_t sizes[] = { 10, 49000, 49120, 200000 };

  for (uint32_t i = 0; i < 4; i++) {
    char *body = calloc (1, sizes[i] + 1);
    static uint8_t buf[1000];
    struct gk_rpc_source src;
    struct gk_frame f;
    pid_t pid;
    ssize_t n;

    memset (body, 'a' + (int)i, sizes[i]);
    pid = fork ();
    if (pid == 0) {
      static uint8_t chunk[70000];

      gk_conn_send (p.client, GK_FRAME_CALL, GK_FLAG_CHUNKS_IN, i, body, sizes[i], NULL, 0, NULL);
      for (int k = 0; k < 20; k++)
        gk_conn_send (p.client, GK_FRAME_CHUNK, 0, i, chunk, k % 2 ? sizeof chunk : 30, NULL, 0,
                      NULL);
      gk_conn_send_error (p.client, GK_FRAME_ABORT, i, &(struct gk_error){ EIO, body }, NULL);
      leave (0);
    }
    assert_int_equal (gk_conn_recv_call (p.worker, &f, -1, &err), 1);
    gk_rpc_source_init (&src, p.worker, i, -1);
    while ((n = gk_source_read (&src.source, buf, sizeof buf, &err)) > 0)
      ;
    assert_int_equal (n, -1);
    assert_int_equal (err.errnum, EIO);
    assert_true (src.aborted);
    assert_int_equal (f.len, sizes[i]);
    assert_memory_equal (f.body, body, sizes[i]);
    assert_ok (gk_rpc_source_finish (&src, NULL));
    waitpid (pid, NULL, 0);
    free (body);
  }
  pair_free (&p);
}

/* Both ends break the rule that one of them sends at a time: an error, and
 * not two processes that wait for each other. */
static void
both_send (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  static uint8_t chunk[1 << 20];
  int status, r = 0;
  pid_t pid = fork ();

  if (pid == 0) {
    for (int i = 0; i < 20 && r == 0; i++)
      r = gk_conn_send (p.worker, GK_FRAME_CHUNK, 0, 1, chunk, sizeof chunk, NULL, 0, NULL);
    leave (r == -1 ? 0 : 1);
  }
  gk_conn_free (p.worker);
  p.worker = NULL;
  for (int i = 0; i < 20 && r == 0; i++)
    r = gk_conn_send (p.client, GK_FRAME_CHUNK, 0, 1, chunk, sizeof chunk, NULL, 0, &err);
  assert_int_equal (r, -1);
  assert_true (gk_conn_is_dead (p.client));
  pair_free (&p);
  waitpid (pid, &status, 0);
  assert_int_equal (status, 0);
}

/* The peer goes in the middle of a stream. */
static void
peer_goes (void **state)
{
  for (int up = 0; up < 2; up++) {
    struct pair p = pair_new ();
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    int fd = open (up ? "/dev/zero" : "/dev/null", O_RDWR | O_CLOEXEC);
    pid_t pid = fork ();

    if (pid == 0) {
      gk_conn_free (p.client);
      usleep (10000);
      if (!up)
        gk_conn_send (p.worker, GK_FRAME_CHUNK, 0, 1, "abc", 3, NULL, 0, NULL);
      leave (0);
    }
    gk_conn_free (p.worker);
    p.worker = NULL;
    if (up)
      assert_fails (gk_conn_send_file (p.client, 1, fd, -1, &err), ECONNRESET);
    else
      assert_fails (gk_conn_recv_file (p.client, 1, fd, -1, &err), ECONNRESET);
    waitpid (pid, NULL, 0);
    close (fd);
    pair_free (&p);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (upload, setup, teardown),
    cmocka_unit_test_setup_teardown (download, setup, teardown),
    cmocka_unit_test_setup_teardown (worker_wants_no_more, setup, teardown),
    cmocka_unit_test_setup_teardown (endless_upload, setup, teardown),
    cmocka_unit_test_setup_teardown (silent_pipe, setup, teardown),
    cmocka_unit_test_setup_teardown (worker_aborts, setup, teardown),
    cmocka_unit_test_setup_teardown (client_cannot_read, setup, teardown),
    cmocka_unit_test_setup_teardown (client_cannot_write, setup, teardown),
    cmocka_unit_test_setup_teardown (user_cancels, setup, teardown),
    cmocka_unit_test_setup_teardown (both_at_once, setup, teardown),
    cmocka_unit_test (call_stays_while_streaming),
    cmocka_unit_test (both_send),
    cmocka_unit_test (peer_goes),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
