/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: api op base */
/* The wire form of calls: what goes in comes out, and nothing but the form
 * that the descriptor asks for is taken. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GUESTFS_PRIVATE 1
#include "api/codec.h"
#include "api/control.h"
#include "base/error.h"
#include "gk-calls.h"
#include "gk-structs.h"
#include "guestfs.h"

#define CALL(name) (&gk_calls[GK_CALL_ID_##name])

static void
round_trip (const struct gk_call *call, const union gk_arg *args, const void *opts,
            struct gk_decoder *d, union gk_arg *ret_args, void **ret_opts)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  const struct gk_call *decoded = NULL;
  msgpack_sbuffer body;

  msgpack_sbuffer_init (&body);
  assert_int_equal (gk_encode_call (&body, call, args, opts, &err), 0);
  assert_int_equal (gk_decode_call (d, body.data, body.size, &decoded, ret_args, ret_opts, &err),
                    0);
  assert_ptr_equal (decoded, call);
  /* What was decoded must not point into the body. */
  memset (body.data, 0xee, body.size);
  msgpack_sbuffer_destroy (&body);
}

static void
arguments_of_every_kind (void **state)
{
  char *const list[] = { (char *)"a b", (char *)"", (char *)"\xff\x01", NULL };
  const union gk_arg args[] = { { .str = "x\n\"" },
                                { .str = NULL },
                                { .list = list },
                                { .i = 1 },
                                { .i = -2147483647 - 1 },
                                { .i64 = INT64_MIN },
                                { .str = "/dev/null" },
                                { .str = "/dev/null" },
                                { .buf = { "\0\1\xff", 3 } } };
  _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
  union gk_arg got[GK_MAX_ARGS];
  void *opts = NULL;

  round_trip (CALL (internal_test), args, NULL, &d, got, &opts);
  assert_string_equal (got[0].str, "x\n\"");
  assert_null (got[1].str);
  assert_string_equal (got[2].list[0], "a b");
  assert_string_equal (got[2].list[1], "");
  assert_string_equal (got[2].list[2], "\xff\x01");
  assert_null (got[2].list[3]);
  assert_int_equal (got[3].i, 1);
  assert_int_equal (got[4].i, -2147483647 - 1);
  assert_true (got[5].i64 == INT64_MIN);
  assert_int_equal (got[8].buf.size, 3);
  assert_memory_equal (got[8].buf.data, "\0\1\xff", 3);
}

static void
optional_arguments (void **state)
{
  const struct guestfs_mkfs_opts_argv o = { .bitmask = GUESTFS_MKFS_OPTS_BLOCKSIZE_BITMASK |
                                                       GUESTFS_MKFS_OPTS_LABEL_BITMASK,
                                            .blocksize = 4096,
                                            .label = "root" };
  const union gk_arg args[] = { { .str = "ext4" }, { .str = "/dev/sda1" } };
  _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
  union gk_arg got[GK_MAX_ARGS];
  void *opts = NULL;

  round_trip (CALL (mkfs), args, &o, &d, got, &opts);
  const struct guestfs_mkfs_opts_argv *p = opts;
  assert_true (p->bitmask == o.bitmask);
  assert_int_equal (p->blocksize, 4096);
  assert_string_equal (p->label, "root");
  assert_null (p->features);

  /* Not one given: the struct is there all the same. */
  round_trip (CALL (mkfs), args, NULL, &d, got, &opts);
  assert_non_null (opts);
  assert_true (((struct guestfs_mkfs_opts_argv *)opts)->bitmask == 0);
}

static void
results_of_every_kind (void **state)
{
  struct guestfs_partition parts[] = { { 1, 2, 3, 4 }, { 5, 6, UINT64_MAX, 8 } };
  struct guestfs_partition_list list = { 2, parts };
  const union gk_ret ret = { .st = &list };
  union gk_ret got;
  msgpack_sbuffer body;

  msgpack_sbuffer_init (&body);
  assert_int_equal (gk_encode_result (&body, CALL (part_list), &ret, NULL), 0);
  assert_int_equal (gk_decode_result (body.data, body.size, CALL (part_list), &got, NULL), 0);
  assert_int_equal (guestfs_compare_partition_list (got.st, &list), 0);
  gk_ret_free (CALL (part_list), &got);

  /* Cut anywhere, it is no result. */
  for (size_t n = 0; n < body.size; ++n)
    assert_int_equal (gk_decode_result (body.data, n, CALL (part_list), &got, NULL), -1);
  /* Nor is it another call's. */
  assert_int_equal (gk_decode_result (body.data, body.size, CALL (is_file), &got, NULL), -1);
  assert_int_equal (gk_decode_result (body.data, body.size, CALL (cat), &got, NULL), -1);
  msgpack_sbuffer_destroy (&body);
}

static void
wrong_forms_are_refused (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  const union gk_arg args[] = { { .str = "/etc" } };
  const struct gk_call *call;
  union gk_arg got[GK_MAX_ARGS];
  void *opts;
  msgpack_sbuffer body;

  msgpack_sbuffer_init (&body);
  assert_int_equal (gk_encode_call (&body, CALL (mkdir), args, NULL, NULL), 0);
  for (size_t n = 0; n < body.size; ++n) {
    _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
    assert_int_equal (gk_decode_call (&d, body.data, n, &call, got, &opts, NULL), -1);
  }
  /* A string with a NUL inside, where a path is expected. */
  char *at = memchr (body.data, '/', body.size);
  assert_non_null (at);
  at[1] = '\0';
  _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
  assert_int_equal (gk_decode_call (&d, body.data, body.size, &call, got, &opts, &err), -1);
  assert_int_equal (err.errnum, EPROTO);
  msgpack_sbuffer_destroy (&body);
}

static void
launch_parameters (void **state)
{
  char *server[] = { (char *)"unix:/run/s", NULL };
  struct gk_drive drives[] = {
    { .filename = (char *)"/a", .protocol = (char *)"file", .readonly = true },
    { .filename = (char *)"/b",
      .protocol = (char *)"nbd",
      .server = server,
      .blocksize = 4096,
      .label = (char *)"data" },
  };
  const struct gk_launch_params p = {
    .verbose = true, .identifier = (char *)"id", .drives = drives, .ndrives = 2
  };
  struct gk_launch_params got;
  msgpack_sbuffer body;

  msgpack_sbuffer_init (&body);
  assert_int_equal (gk_encode_launch (&body, &p, NULL), 0);
  for (size_t n = 0; n < body.size; ++n)
    assert_int_equal (gk_decode_launch (body.data, n, &got, NULL), -1);
  assert_int_equal (gk_decode_launch (body.data, body.size, &got, NULL), 0);
  assert_true (got.verbose && !got.network);
  assert_int_equal (got.ndrives, 2);
  assert_true (got.drives[0].readonly && got.drives[0].format == NULL);
  assert_string_equal (got.drives[1].server[0], "unix:/run/s");
  assert_int_equal (got.drives[1].blocksize, 4096);
  assert_string_equal (got.drives[1].label, "data");
  gk_launch_params_clear (&got);
  msgpack_sbuffer_destroy (&body);
}

static void
calls_are_found_by_name (void **state)
{
  assert_ptr_equal (gk_call_find ("mkdir_p", false), CALL (mkdir_p));
  assert_ptr_equal (gk_call_find ("mkdir-p", false), CALL (mkdir_p));
  assert_null (gk_call_find ("mkdi", false));
  assert_null (gk_call_find ("mkdir-pp", false));
  assert_null (gk_call_find ("", true));
  assert_null (gk_call_find ("run", false));
  assert_ptr_equal (gk_call_find ("run", true), CALL (launch));
  for (unsigned i = 0; i < gk_n_calls; ++i)
    assert_ptr_equal (gk_call_find (gk_calls[i].name, false), &gk_calls[i]);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (arguments_of_every_kind), cmocka_unit_test (optional_arguments),
    cmocka_unit_test (results_of_every_kind),   cmocka_unit_test (wrong_forms_are_refused),
    cmocka_unit_test (launch_parameters),       cmocka_unit_test (calls_are_found_by_name),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
