/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reports of lvm, canned ones: what is usual, what is odd, and what a broken or
 * hostile one does. */
/* rooms: lvm mount part fs api exec op base */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/struct.h"
#include "base/error.h"
#include "gk-structs.h"
#include "lvm/lvm-priv.h"

static struct gk_error err = GK_ERROR_INIT;

static struct json_object *
parse (const char *text, const char *kind)
{
  gk_error_clear (&err);
  return gk_lvm_parse (text, strlen (text), kind, &err);
}

static void
test_rows (void **state)
{
  struct json_object *rows = parse ("{\"report\":[{\"vg\":[{\"vg_name\":\"a\",\"n\":7,\"l\":[1],"
                                    "\"z\":null},{\"vg_name\":\"vg-with--dashes\"}]}]}",
                                    "vg");
  assert_non_null (rows);
  assert_int_equal (json_object_array_length (rows), 2);
  struct json_object *row = json_object_array_get_idx (rows, 0);
  assert_string_equal (gk_lvm_field (row, "vg_name"), "a");
  assert_string_equal (gk_lvm_field (row, "n"), "7");
  assert_string_equal (gk_lvm_field (row, "l"), "");
  assert_string_equal (gk_lvm_field (row, "z"), "");
  assert_string_equal (gk_lvm_field (row, "missing"), "");
  row = json_object_array_get_idx (rows, 1);
  assert_string_equal (gk_lvm_field (row, "vg_name"), "vg-with--dashes");
  json_object_put (rows);

  rows = parse ("{\"report\":[{\"lv\":[]}]}", "lv");
  assert_non_null (rows);
  assert_int_equal (json_object_array_length (rows), 0);
  json_object_put (rows);
}

/* lvm says to stdout that it looks once more, when metadata are damaged. */
static void
test_words_between (void **state)
{
  struct json_object *rows = parse ("  {\n      \"report\": [\n  Retrying metadata scan.\n"
                                    "          {\n              \"vg\": [\n"
                                    "                  {\"vg_name\":\"a\"}\n              ]\n"
                                    "          }\n      ]\n  }\n",
                                    "vg");
  assert_non_null (rows);
  assert_int_equal (json_object_array_length (rows), 1);
  json_object_put (rows);
}

static void
test_no_reports (void **state)
{
  static const char *const bad[] = {
    "",
    "{",
    "[]",
    "null",
    "7",
    "{\"report\":7}",
    "{\"report\":[]}",
    "{\"report\":[7]}",
    "{\"report\":[null]}",
    "{\"report\":[{\"pv\":[]}]}",
    "{\"report\":[{\"vg\":{}}]}",
    "{\"report\":[{\"vg\":[7]}]}",
    "{\"report\":[{\"vg\":[null]}]}",
    "{\"report\":[{\"vg\":[{\"vg_name\":\"a\"}]}",
    "{\"report\":[{\"vg\":[[[[[[[[[[[[[]]]]]]]]]]]]]}]}",
  };

  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_null (parse (bad[i], "vg"));
    assert_int_equal (err.errnum, EPROTO);
  }
  gk_error_clear (&err);
  assert_null (gk_lvm_parse (NULL, 0, "vg", &err));
  gk_error_clear (&err);
}

/* One volume group with these members more; 0 or -1. */
static int
fill_vg (const char *members, struct guestfs_lvm_vg *ret)
{
  char text[2048];

  snprintf (text, sizeof text, "{\"report\":[{\"vg\":[{%s}]}]}", members);
  struct json_object *rows = parse (text, "vg");
  assert_non_null (rows);
  memset (ret, 0, sizeof *ret);
  int r = gk_lvm_fill (json_object_array_get_idx (rows, 0), &gk_struct_lvm_vg, ret, &err);
  json_object_put (rows);
  return r;
}

static void
test_structs (void **state)
{
  struct guestfs_lvm_vg vg;

  assert_int_equal (fill_vg ("\"vg_name\":\"vg-with--dashes\","
                             "\"vg_uuid\":\"6uU7MO-Dmpi-IYfP-fwfm-clis-P4dJ-cpUSa5\","
                             "\"vg_size\":\"18446744073709551615\",\"vg_free\":12,"
                             "\"vg_extent_count\":\"98\",\"max_lv\":\"-1\"",
                             &vg),
                    0);
  assert_string_equal (vg.vg_name, "vg-with--dashes");
  assert_memory_equal (vg.vg_uuid, "6uU7MODmpiIYfPfwfmclisP4dJcpUSa5", 32);
  assert_true (vg.vg_size == UINT64_MAX);
  assert_int_equal (vg.vg_free, 12);
  assert_int_equal (vg.vg_extent_count, 98);
  assert_int_equal (vg.max_lv, -1);
  /* What is missing is empty, nothing, or unset. */
  assert_string_equal (vg.vg_tags, "");
  assert_int_equal (vg.vg_extent_size, 0);
  assert_int_equal (vg.pv_count, -1);
  gk_struct_clear (&gk_struct_lvm_vg, &vg);

  static const char *const bad[] = {
    "\"vg_size\":\"18446744073709551616\"",
    "\"vg_size\":\"-1\"",
    "\"vg_size\":\"4.00m\"",
    "\"vg_size\":\"many\\u0007\"",
    "\"vg_extent_count\":\"9223372036854775808\"",
    "\"vg_extent_count\":\"1x\"",
    "\"vg_uuid\":\"short\"",
    "\"vg_uuid\":\"6uU7MO-Dmpi-IYfP-fwfm-clis-P4dJ-cpUSa5-and-on-and-on\"",
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal (fill_vg (bad[i], &vg), -1);
    assert_int_equal (err.errnum, EPROTO);
    assert_null (strchr (err.msg, '\007'));
    gk_struct_clear (&gk_struct_lvm_vg, &vg);
  }
  gk_error_clear (&err);
}

static void
test_percent (void **state)
{
  static const struct {
    const char *text;
    int r;
    float value;
  } cases[] = {
    { "", 0, -1 }, { "12.5", 0, 12.5f }, { "100.00", 0, 100 }, { "x", -1, 0 }, { "nan", -1, 0 },
  };

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct guestfs_lvm_lv lv;
    char text[128];
    memset (&lv, 0, sizeof lv);
    snprintf (text, sizeof text, "{\"report\":[{\"lv\":[{\"snap_percent\":\"%s\"}]}]}",
              cases[i].text);
    struct json_object *rows = parse (text, "lv");
    assert_non_null (rows);
    assert_int_equal (
        gk_lvm_fill (json_object_array_get_idx (rows, 0), &gk_struct_lvm_lv, &lv, &err),
        cases[i].r);
    if (cases[i].r == 0)
      assert_true (lv.snap_percent == cases[i].value);
    json_object_put (rows);
    gk_struct_clear (&gk_struct_lvm_lv, &lv);
  }
  gk_error_clear (&err);
}

static void
test_names (void **state)
{
  static const char *const cases[][3] = {
    { "vg", "lv", "vg-lv" },
    { "vg-with--dashes", "lv_with-dash", "vg--with----dashes-lv_with--dash" },
    { "a-", "-b", "a-----b" },
    { "a", "", "a-" },
  };

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *name = gk_lvm_dm_name (cases[i][0], cases[i][1]);
    assert_string_equal (name, cases[i][2]);
    free (name);
  }

  char longest[129];
  memset (longest, 'x', 128);
  longest[128] = '\0';
  assert_int_equal (gk_lvm_check_name ("volume group", longest, NULL), -1);
  longest[127] = '\0';
  assert_int_equal (gk_lvm_check_name ("volume group", longest, NULL), 0);
  static const char *const bad[] = { "", ".", "..", "-n", "a/b", "../x", "a b", "a\n", "\303\244" };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal (gk_lvm_check_name ("volume group", bad[i], &err), -1);
    assert_int_equal (err.errnum, EINVAL);
    gk_error_clear (&err);
  }
  assert_int_equal (gk_lvm_check_name ("volume group", "vg-with--dashes+1.x_", NULL), 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_rows),       cmocka_unit_test (test_words_between),
    cmocka_unit_test (test_no_reports), cmocka_unit_test (test_structs),
    cmocka_unit_test (test_percent),    cmocka_unit_test (test_names),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
