/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: base */
/* Vectors, buffers, escaping, numbers and whole reads. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"

static void
vector_grows (void **state)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  _cleanup_strv_ char **v = NULL, **copy = NULL;

  for (int i = 0; i < 1000; i++)
    assert_return_code (gk_strv_pushf (&sv, "%d", i), errno);
  v = gk_strv_finish (&sv);
  assert_null (sv.v);
  assert_int_equal (gk_strv_length (v), 1000);
  assert_string_equal (v[999], "999");
  assert_null (v[1000]);
  copy = gk_strv_copy (v);
  assert_int_equal (gk_strv_length (copy), 1000);
  assert_true (gk_strv_contains (copy, "500"));
  assert_false (gk_strv_contains (copy, "1000"));
}

static void
empty_vectors (void **state)
{
  struct gk_strv sv = GK_STRV_INIT;
  _cleanup_strv_ char **v = gk_strv_finish (&sv), **copy = gk_strv_copy (NULL);

  assert_non_null (v);
  assert_null (v[0]);
  assert_non_null (copy);
  assert_null (copy[0]);
  assert_int_equal (gk_strv_length (NULL), 0);
  assert_false (gk_strv_contains (NULL, ""));
  gk_strv_free (NULL);
  gk_strv_clear (&sv);
  gk_strv_sort (NULL, 0);
  assert_int_equal (gk_strv_push_take (&sv, NULL), -1);
  assert_int_equal (errno, ENOMEM);
}

static void
sorts_bytewise (void **state)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;

  gk_strv_push (&sv, "b");
  gk_strv_push (&sv, "\xc3\xa4");
  gk_strv_push (&sv, "B");
  gk_strv_push (&sv, "a");
  gk_strv_sort (sv.v, sv.len);
  assert_string_equal (sv.v[0], "B");
  assert_string_equal (sv.v[1], "a");
  assert_string_equal (sv.v[3], "\xc3\xa4");
}

static void
buffer_grows (void **state)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  _cleanup_free_ char *s = NULL, *empty = NULL;
  size_t n = 0;

  for (int i = 0; i < 500; i++) {
    assert_return_code (gk_buf_appendf (&b, "%d,", i), errno);
    assert_int_equal (b.data[b.size], '\0');
  }
  n = b.size;
  assert_return_code (gk_buf_append (&b, "\0x", 2), errno);
  assert_int_equal (b.size, n + 2);
  assert_int_equal (gk_buf_reserve (&b, SIZE_MAX - 10), -1);
  assert_int_equal (errno, ENOMEM);
  assert_return_code (gk_buf_reserve (&b, 1 << 20), errno);
  assert_true (b.alloc > n + (1 << 20));
  s = gk_buf_finish (&b);
  assert_memory_equal (s, "0,1,2,", 6);
  assert_null (b.data);
  empty = gk_buf_finish (&b);
  assert_string_equal (empty, "");
}

static void
assert_escaped (const char *in, size_t n, size_t max, const char *out)
{
  _cleanup_free_ char *s = gk_escape (in, n, max);

  assert_string_equal (s, out);
}

static void
escapes (void **state)
{
#define E(in, out) assert_escaped (in, sizeof in - 1, 1000, out)
  E ("", "");
  E ("plain", "plain");
  E ("a\nb\x1b[31m\x7f", "a\\x0ab\\x1b[31m\\x7f");
  E ("back\\slash", "back\\x5cslash");
  E ("\0z", "\\x00z");
  E ("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  E ("\xc2\x9b", "\\xc2\\x9b"); /* C1: a terminal's CSI */
  E ("\xc0\xaf", "\\xc0\\xaf"); /* overlong */
  E ("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
  E ("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* surrogate */
  E ("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* past the end */
  E ("\xe2\x82", "\\xe2\\x82");                   /* cut off */
  E ("\xff\xfe", "\\xff\\xfe");
#undef E
  assert_escaped ("abcdef", 6, 3, "abc...");
  assert_escaped ("abc", 3, 3, "abc");
  assert_escaped ("\xc3\xa4", 2, 1, "\\xc3...");
}

static void
numbers (void **state)
{
  uint64_t v = 77;

  assert_return_code (gk_parse_u64 ("0", 0, &v), errno);
  assert_int_equal (v, 0);
  assert_return_code (gk_parse_u64 ("18446744073709551615", UINT64_MAX, &v), errno);
  assert_true (v == UINT64_MAX);
  assert_return_code (gk_parse_u64 ("0010", 10, &v), errno);
  assert_int_equal (v, 10);
  v = 77;
  assert_int_equal (gk_parse_u64 ("18446744073709551616", UINT64_MAX, &v), -1);
  assert_int_equal (errno, ERANGE);
  assert_int_equal (gk_parse_u64 ("11", 10, &v), -1);
  assert_int_equal (errno, ERANGE);
  static const char *const bad[] = { "",   "-1",   "+1",  " 1",
                                     "1 ", "0x10", "1.5", "99999999999999999999x" };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal (gk_parse_u64 (bad[i], UINT64_MAX, &v), -1);
    assert_int_equal (errno, EINVAL);
  }
  assert_int_equal (v, 77);
}

static void
strings (void **state)
{
  _cleanup_free_ char *s = gk_asprintf ("%s-%d", "x", 5);

  assert_string_equal (s, "x-5");
  assert_true (gk_streq ("a", "a"));
  assert_string_equal (gk_after_prefix ("/dev/sda", "/dev/"), "sda");
  assert_null (gk_after_prefix ("/de", "/dev/"));
}

static void
read_all (void **state)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  _cleanup_close_ int fd = memfd_create ("t", MFD_CLOEXEC);
  _cleanup_free_ char *big = calloc (1, 300000);
  char c[4];

  assert_return_code (gk_write_full (fd, big, 300000), errno);
  for (int i = -1; i <= 1; i++) {
    lseek (fd, 0, SEEK_SET);
    int r = gk_read_all (fd, 300000 + i, &b);
    if (i == -1) {
      assert_int_equal (r, -1);
      assert_int_equal (errno, EFBIG);
      assert_int_equal (b.size, 0);
    } else {
      assert_return_code (r, errno);
      assert_int_equal (b.size, 300000);
      gk_buf_clear (&b);
    }
  }
  assert_return_code (gk_read_file ("/proc/self/status", 1 << 20, &b), errno);
  assert_memory_equal (b.data, "Name:", 5);
  assert_int_equal (gk_read_file ("/nonexistent", 10, &b), -1);
  assert_int_equal (errno, ENOENT);
  gk_buf_clear (&b);
  assert_return_code (gk_read_file ("/dev/null", 0, &b), errno);
  assert_int_equal (b.size, 0);
  assert_return_code (gk_pwrite_full (fd, "abc", 3, 299999), errno);
  assert_int_equal (gk_pread_full (fd, c, 4, 299999), 3);
  assert_memory_equal (c, "abc", 3);
  lseek (fd, 300000, SEEK_SET);
  assert_int_equal (gk_read_full (fd, c, 4), 2);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (vector_grows),   cmocka_unit_test (empty_vectors),
    cmocka_unit_test (sorts_bytewise), cmocka_unit_test (buffer_grows),
    cmocka_unit_test (escapes),        cmocka_unit_test (numbers),
    cmocka_unit_test (strings),        cmocka_unit_test (read_all),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
