/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: api rpc op base */
/* Keys on the wire are not left in memory, at either end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "api/codec.h"
#include "base/error.h"
#include "gk-calls.h"
#include "rpc/rpc-priv.h"

#define CALL(name) (&gk_calls[GK_CALL_ID_##name])
#define KEY "open sesame"

static const union gk_arg open_args[] = { { .str = "/dev/sda1" },
                                          { .str = KEY },
                                          { .str = "name" } };

static bool
has (const void *memory, size_t size)
{
  return memmem (memory, size, KEY, strlen (KEY)) != NULL;
}

static void
which_calls (void **state)
{
  assert_true (gk_call_has_key (CALL (luks_open)));
  assert_true (gk_call_has_key (CALL (luks_add_key)));
  assert_false (gk_call_has_key (CALL (luks_uuid)));
}

static void
packed (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  msgpack_sbuffer body;

  msgpack_sbuffer_init (&body);
  assert_int_equal (gk_encode_call (&body, CALL (luks_open), open_args, NULL, &err), 0);
  assert_true (has (body.data, body.size));
  gk_wipe_packed (CALL (luks_open), &body);
  assert_false (has (body.data, body.size));
  msgpack_sbuffer_destroy (&body);
}

/* A long one would make the buffer grow, and stay behind where it was. */
static void
long_key (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  char *key = malloc (200001);
  const union gk_arg args[] = { { .str = "/dev/sda1" }, { .str = key }, { .str = "name" } };
  msgpack_sbuffer body;

  memset (key, 'k', 200000);
  key[200000] = '\0';
  msgpack_sbuffer_init (&body);
  assert_int_equal (gk_encode_call (&body, CALL (luks_open), args, NULL, &err), 0);
  assert_in_range (body.alloc, 200000, 200000 + (1 << 16) + 4);
  msgpack_sbuffer_destroy (&body);
  free (key);
}

static void
received (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
  const struct gk_call *call = NULL;
  union gk_arg args[GK_MAX_ARGS];
  struct gk_frame frame;
  void *opts = NULL;
  msgpack_sbuffer body;
  int sv[2];

  assert_int_equal (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv), 0);
  struct gk_conn *client = gk_conn_new (sv[0], GK_ROLE_CLIENT, NULL);
  struct gk_conn *worker = gk_conn_new (sv[1], GK_ROLE_WORKER, NULL);
  msgpack_sbuffer_init (&body);
  assert_int_equal (gk_encode_call (&body, CALL (luks_open), open_args, NULL, &err), 0);
  /* The second lies behind the first, and is moved to the beginning. */
  for (uint32_t serial = 1; serial <= 2; serial++)
    assert_int_equal (
        gk_conn_send (client, GK_FRAME_CALL, 0, serial, body.data, body.size, NULL, 0, &err), 0);
  for (int i = 0; i < 2; i++) {
    assert_int_equal (gk_conn_recv (worker, &frame, -1, -1, &err), GK_CONN_FRAME);
    assert_int_equal (gk_decode_call (&d, frame.body, frame.len, &call, args, &opts, &err), 0);
    assert_true (has (worker->buf, worker->end));
    gk_conn_wipe (worker);
    assert_false (has (worker->buf, worker->start));
    assert_string_equal (args[1].str, KEY);
    gk_lock_keys (call, args);
    gk_wipe_keys (call, args);
    assert_false (has (args[1].str, strlen (KEY)));
    assert_string_equal (args[2].str, "name");
  }
  assert_false (has (worker->buf, BUF_SIZE));
  msgpack_sbuffer_destroy (&body);
  gk_conn_free (client);
  gk_conn_free (worker);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (which_calls),
    cmocka_unit_test (packed),
    cmocka_unit_test (long_key),
    cmocka_unit_test (received),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
