/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Descriptors that travel with frames: they reach the frame that they belong
 * to, and none is leaked. */
/* rooms: rpc op base */
#include "rpc-help.h"

#include <sys/stat.h>

static int
numbered (int n)
{
  char text[16];
  int fd = open ("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  assert_true (fd >= 0);
  snprintf (text, sizeof text, "%d", n);
  assert_int_equal (pwrite (fd, text, strlen (text) + 1, 0), (ssize_t)strlen (text) + 1);
  return fd;
}

static int
number_of (int fd)
{
  char text[16];

  assert_true (pread (fd, text, sizeof text, 0) > 0);
  return atoi (text);
}

static void
with_their_frames (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  static const int counts[] = { 0, 1, 4, 0, 0, 2, 1, 3, 0 };
  const int n = sizeof counts / sizeof counts[0];
  int before = count_fds (), taken = -1, sent = 0, got = 0;
  struct gk_frame f;

  /* All are under way at once, also behind small frames and large bodies. */
  for (int i = 0; i < n; i++) {
    static const char body[60000];
    int fds[4];

    for (int k = 0; k < counts[i]; k++)
      fds[k] = numbered (sent++);
    assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, 0, (uint32_t)i, body,
                             i == 2 ? 60000 : (size_t)i, fds, counts[i], &err));
    for (int k = 0; k < counts[i]; k++)
      close (fds[k]);
    if (i % 2)
      assert_ok (gk_conn_send (p.client, GK_FRAME_CANCEL, 0, 99, NULL, 0, NULL, 0, &err));
  }
  for (int i = 0; i < n; i++) {
    assert_int_equal (gk_conn_recv_call (p.worker, &f, -1, &err), 1);
    assert_int_equal (f.serial, i);
    assert_int_equal (f.nfds, counts[i]);
    for (int k = 0; k < f.nfds; k++) {
      assert_int_equal (number_of (f.fds[k]), got++);
      assert_true (fcntl (f.fds[k], F_GETFD) & FD_CLOEXEC);
    }
    if (i == 5) {
      taken = f.fds[1];
      f.fds[1] = -1;
    }
  }
  assert_fails (gk_conn_recv (p.worker, &f, 0, -1, &err), ETIMEDOUT);
  assert_int_equal (count_fds (), before + 1);
  assert_int_equal (number_of (taken), 6);
  close (taken);
  pair_free (&p);
}

static void
send_with_fds (int sock, const void *data, size_t len, int nfds)
{
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE (64 * sizeof (int))];
  } control = { .space = { 0 } };
  struct iovec iov = { (void *)data, len };
  struct msghdr msg = {
    .msg_iov = &iov,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = CMSG_SPACE ((size_t)nfds * sizeof (int)),
  };
  struct cmsghdr *c = CMSG_FIRSTHDR (&msg);

  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN ((size_t)nfds * sizeof (int));
  for (int i = 0; i < nfds; i++)
    memcpy (CMSG_DATA (c) + (size_t)i * sizeof (int), &sock, sizeof (int));
  assert_int_equal (sendmsg (sock, &msg, 0), len);
}

/* A peer that stuffs descriptors where none belong only loses them. */
static void
surplus_is_closed (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_conn *conn;
  struct gk_frame f;
  int sv[2], before;
  uint8_t h[16];

  pair_fds (sv);
  conn = gk_conn_new (sv[1], GK_ROLE_WORKER, &err);
  before = count_fds ();
  for (uint32_t i = 0; i < 100; i++) {
    raw_head (h, GK_FRAME_CALL, i % 3 == 1 ? 0x1000 : 0, i, 0);
    send_with_fds (sv[0], h, 16, 1 + (int)i % 60);
    assert_int_equal (gk_conn_recv_call (conn, &f, -1, &err), 1);
    assert_int_equal (f.nfds, i % 3 == 1);
    assert_in_range (count_fds (), before, before + 2 * 2 * GK_FRAME_FDS_MAX);
  }
  assert_fails (gk_conn_recv (conn, &f, 0, -1, &err), ETIMEDOUT);
  assert_int_equal (count_fds (), before);
  /* One that says it has two and has one. */
  raw_head (h, GK_FRAME_CALL, 0x2000, 7, 0);
  send_with_fds (sv[0], h, 16, 1);
  assert_fails (gk_conn_recv (conn, &f, 0, -1, &err), EPROTO);
  gk_conn_free (conn);
  assert_int_equal (count_fds (), before - 1);
  close (sv[0]);
}

static void
freed_with_the_connection (void **state)
{
  struct pair p = pair_new ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int before = count_fds ();
  struct gk_frame f;

  assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, 0, 1, NULL, 0, (int[]){ 0, 0, 0, 0 }, 4, &err));
  assert_ok (gk_conn_send (p.client, GK_FRAME_CALL, 0, 2, NULL, 0, (int[]){ 0, 0, 0, 0 }, 4, &err));
  assert_int_equal (gk_conn_recv_call (p.worker, &f, -1, &err), 1);
  pair_free (&p);
  assert_int_equal (count_fds (), before - 2);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (with_their_frames),
    cmocka_unit_test (surplus_is_closed),
    cmocka_unit_test (freed_with_the_connection),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
