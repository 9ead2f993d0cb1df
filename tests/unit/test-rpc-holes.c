/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: rpc base op */
/* Holes cross the wire in both directions, and are zeros for who does not know them. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "op/holes.h"
#include "mem-help.h"
#include "rpc-help.h"

#define HUGE ((off_t)5 << 30)
enum what { TO_FILE, READ, GIVE };

static int
huge_file (void)
{
  int fd = memfile ();

  assert_return_code (ftruncate (fd, HUGE), errno);
  assert_int_equal (pwrite (fd, "begin", 5, 0), 5);
  assert_int_equal (pwrite (fd, "middle", 6, HUGE / 2), 6);
  return fd;
}

static void
check_huge (int fd)
{
  struct stat st;
  char buf[8];

  assert_return_code (fstat (fd, &st), errno);
  assert_int_equal (st.st_size, HUGE);
  assert_true (st.st_blocks < 8192);
  assert_int_equal (pread (fd, buf, 8, 0), 8);
  assert_memory_equal (buf, "begin\0\0\0", 8);
  assert_int_equal (pread (fd, buf, 8, HUGE / 2 - 1), 8);
  assert_memory_equal (buf, "\0middle\0", 8);
}

/* The other end: one call. */
static void
worker (struct gk_conn *conn, int fd)
{
  static char buf[300000];
  struct gk_frame f;
  uint64_t moved = 0, total = 0;
  ssize_t n;

  if (gk_conn_recv_call (conn, &f, -1, NULL) != 1)
    leave (1);
  if (f.body[0] == GIVE) {
    struct gk_rpc_sink sink;

    gk_rpc_sink_init (&sink, conn, f.serial, -1);
    if (gk_sink_from_fd (&sink.sink, fd, UINT64_MAX, NULL, &moved, NULL) == -1 ||
        gk_rpc_sink_finish (&sink, NULL, NULL) == -1)
      leave (2);
  } else {
    struct gk_rpc_source src;

    gk_rpc_source_init (&src, conn, f.serial, -1);
    if (f.body[0] == TO_FILE) {
      if (gk_source_to_fd (&src.source, fd, UINT64_MAX, NULL, &moved, NULL) == -1)
        leave (3);
    } else {
      /* 100000 bytes, most of them zeros. */
      while (moved < 100000 &&
             (n = gk_source_read (&src.source, buf, moved ? sizeof buf : 100, NULL)) > 0) {
        if (moved == 0 && memcmp (buf, "begin\0", 6) != 0)
          leave (4);
        moved += (uint64_t)n;
      }
    }
    total = src.source.total;
    if (gk_rpc_source_finish (&src, NULL) == -1)
      leave (5);
  }
  uint64_t reply[2] = { moved, total };
  if (gk_conn_send (conn, GK_FRAME_REPLY, 0, f.serial, reply, sizeof reply, NULL, 0, NULL) == -1)
    leave (6);
  leave (0);
}

static void
one (enum what what, int here, int there, uint64_t reply[2])
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  char body[1] = { (char)what };
  struct gk_conn *conn;
  struct gk_frame f;
  int sv[2], status, r;

  pair_fds (sv);
  pid_t pid = fork ();
  if (pid == 0) {
    alarm (60);
    close (sv[0]);
    worker (gk_conn_new (sv[1], GK_ROLE_WORKER, NULL), there);
  }
  close (sv[1]);
  conn = gk_conn_new (sv[0], GK_ROLE_CLIENT, NULL);
  assert_ok (gk_conn_send (conn, GK_FRAME_CALL,
                           what == GIVE ? GK_FLAG_CHUNKS_OUT : GK_FLAG_CHUNKS_IN, 1, body, 1, NULL,
                           0, &err));
  r = what == GIVE ? gk_conn_recv_file (conn, 1, here, -1, &err)
                   : gk_conn_send_file (conn, 1, here, -1, &err);
  if (what == READ)
    assert_in_range (r, GK_XFER_DONE, GK_XFER_STOPPED);
  else
    assert_int_equal (r, GK_XFER_DONE);
  assert_ok (gk_conn_recv_reply (conn, 1, &f, -1, &err));
  assert_int_equal (f.type, GK_FRAME_REPLY);
  memcpy (reply, f.body, 16);
  gk_conn_free (conn);
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_int_equal (status, 0);
}

static void
up (void **state)
{
  int from = huge_file (), to = memfile ();
  uint64_t reply[2];

  /* Old bytes where holes come. */
  assert_int_equal (pwrite (to, "old bytes", 9, 4096), 9);
  one (TO_FILE, from, to, reply);
  assert_int_equal (reply[0], HUGE);
  assert_int_equal (reply[1], HUGE);
  check_huge (to);
  close (from);
  close (to);
}

static void
down (void **state)
{
  int from = huge_file (), to = memfile ();
  uint64_t reply[2];

  assert_int_equal (pwrite (to, "old bytes", 9, 4096), 9);
  one (GIVE, to, from, reply);
  assert_int_equal (reply[0], HUGE);
  check_huge (to);
  close (from);
  close (to);
}

static void
as_zeros (void **state)
{
  int from = huge_file ();
  uint64_t reply[2];

  one (READ, from, -1, reply);
  assert_true (reply[0] >= 100000);
  close (from);
}

/* A pipe gets the zeros. */
static void
down_to_a_pipe (void **state)
{
  int from = memfile (), p[2];
  uint64_t reply[2];
  char buf[20001];

  assert_return_code (ftruncate (from, 20000), errno);
  assert_int_equal (pwrite (from, "begin", 5, 0), 5);
  assert_return_code (pipe2 (p, O_CLOEXEC), errno);
  one (GIVE, p[1], from, reply);
  close (p[1]);
  size_t got = 0;
  for (ssize_t n; (n = read (p[0], buf + got, sizeof buf - got)) > 0;)
    got += (size_t)n;
  assert_int_equal (got, 20000);
  assert_memory_equal (buf, "begin", 5);
  for (size_t i = 5; i < got; i++)
    assert_int_equal (buf[i], 0);
  close (p[0]);
  close (from);
}

/* Sizes that no file has end the connection. */
static void
impossible (void **state)
{
  static const struct {
    unsigned type;
    uint64_t n;
  } wrong[] = {
    { GK_FRAME_HOLE, 0 },
    { GK_FRAME_HOLE, UINT64_MAX },
    { GK_FRAME_TOTAL, UINT64_C (1) << 63 },
  };

  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    struct gk_rpc_source src;
    struct gk_conn *conn;
    struct gk_frame f;
    uint8_t body[8];
    char buf[10];
    int sv[2];

    pair_fds (sv);
    conn = gk_conn_new (sv[1], GK_ROLE_WORKER, &err);
    raw_send (sv[0], GK_FRAME_CALL, GK_FLAG_CHUNKS_IN, 1, NULL, 0);
    for (int k = 0; k < 8; k++)
      body[k] = (uint8_t)(wrong[i].n >> (8 * k));
    raw_send (sv[0], wrong[i].type, 0, 1, body, 8);
    assert_int_equal (gk_conn_recv_call (conn, &f, -1, &err), 1);
    gk_rpc_source_init (&src, conn, 1, -1);
    assert_fails (gk_source_read (&src.source, buf, sizeof buf, &err), EPROTO);
    assert_true (gk_conn_is_dead (conn));
    assert_fails (gk_rpc_source_finish (&src, &err), EPROTO);
    gk_conn_free (conn);
    close (sv[0]);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (up),         cmocka_unit_test (down),
    cmocka_unit_test (as_zeros),   cmocka_unit_test (down_to_a_pipe),
    cmocka_unit_test (impossible),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
