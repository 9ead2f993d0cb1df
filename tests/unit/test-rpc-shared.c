/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Bodies of calls in memory that both ends see. */
/* rooms: rpc op base */
#include "rpc-help.h"

#include <pthread.h>
#include <sys/ioctl.h>

#define SIZE 65536u
#define HEAD 16

struct both {
  struct pair p;
  uint8_t *mem;
  int line; /* the worker's end */
};

static void *
greet (void *opaque)
{
  struct both *b = opaque;

  return gk_conn_hello (b->p.worker, "shared", 5000, NULL) == 0 ? b : NULL;
}

static struct both
both_new (void)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct both b = { .mem = calloc (1, SIZE) };
  pthread_t thread;
  void *greeted;
  int sv[2];

  pair_fds (sv);
  b.line = sv[1];
  b.p.client = gk_conn_new (sv[0], GK_ROLE_CLIENT, NULL);
  b.p.worker = gk_conn_new (sv[1], GK_ROLE_WORKER, NULL);
  gk_conn_share (b.p.client, b.mem, SIZE);
  gk_conn_share (b.p.worker, b.mem, SIZE);
  assert_int_equal (pthread_create (&thread, NULL, greet, &b), 0);
  assert_ok (gk_conn_hello (b.p.client, "shared", 5000, &err));
  pthread_join (thread, &greeted);
  assert_non_null (greeted);
  return b;
}

static void
both_free (struct both *b)
{
  pair_free (&b->p);
  free (b->mem);
}

static int
on_the_line (const struct both *b)
{
  int n;

  assert_int_equal (ioctl (b->line, FIONREAD, &n), 0);
  return n;
}

/* Around the ring several times, so that bodies lie across its end, too. */
static void
only_the_header_is_on_the_line (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct both b = both_new ();
  uint8_t body[1000];
  struct gk_frame f;

  for (uint32_t i = 1; i < 300; ++i) {
    memset (body, (int)i, sizeof body);
    assert_ok (gk_conn_send (b.p.client, GK_FRAME_CALL, 0, i, body, sizeof body, NULL, 0, &err));
    assert_int_equal (on_the_line (&b), HEAD);
    assert_int_equal (gk_conn_recv (b.p.worker, &f, 5000, -1, &err), GK_CONN_FRAME);
    assert_int_equal (f.len, sizeof body);
    assert_memory_equal (f.body, body, sizeof body);
    assert_ok (gk_conn_send (b.p.worker, GK_FRAME_REPLY, 0, i, NULL, 0, NULL, 0, &err));
    assert_ok (gk_conn_recv_reply (b.p.client, i, &f, -1, &err));
  }
  both_free (&b);
}

/* What is said to be there cannot be. */
static void
more_than_there_is_room_for (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct both b = both_new ();
  uint8_t head[HEAD];
  struct gk_frame f;

  raw_head (head, GK_FRAME_CALL, 0x0c00, 1, SIZE + 1);
  assert_int_equal (write (gk_conn_fd (b.p.client), head, HEAD), HEAD);
  assert_fails (gk_conn_recv (b.p.worker, &f, 5000, -1, &err), EPROTO);
  both_free (&b);
}

static void
a_key_is_wiped (void **state)
{
  static const char key[] = "a key that is long enough for the memory";
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct both b = both_new ();
  struct gk_frame f;

  assert_ok (gk_conn_send (b.p.client, GK_FRAME_CALL, 0, 1, key, sizeof key, NULL, 0, &err));
  assert_int_equal (gk_conn_recv (b.p.worker, &f, 5000, -1, &err), GK_CONN_FRAME);
  assert_non_null (memmem (b.mem, SIZE, key, sizeof key));
  gk_conn_wipe (b.p.worker);
  assert_null (memmem (b.mem, SIZE, key, sizeof key));
  both_free (&b);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (only_the_header_is_on_the_line),
    cmocka_unit_test (more_than_there_is_room_for),
    cmocka_unit_test (a_key_is_wiped),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
