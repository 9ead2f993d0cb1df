/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: base */
/* The shell's language: words, lists, numbers and truth values. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/shell-words.c"

/* The words of a line, each in brackets. */
static char *
words (const char *text, struct shell_line *line)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  struct shell_line fresh = SHELL_LINE_INIT;

  *line = fresh;
  if (shell_parse_line (text, line, &err) == -1)
    gk_buf_appendf (&b, "error: %s", gk_error_msg (&err));
  for (size_t i = 0; i < line->words.len; ++i)
    gk_buf_appendf (&b, "[%s]", line->words.v[i]);
  gk_strv_clear (&line->words);
  return gk_buf_finish (&b);
}

static void
check_words (const char *text, const char *wanted)
{
  struct shell_line line;
  _cleanup_free_ char *got = words (text, &line);

  assert_string_equal (got, wanted);
}

static void
quotes (void **state)
{
  check_words ("cat /etc/fstab", "[cat][/etc/fstab]");
  check_words (" \tcat  \t /a b\t ", "[cat][/a][b]");
  check_words ("echo \"a b\" 'c \"d' e'f \"\"", "[echo][a b][c \"d][e'f][]");
  check_words ("echo \"\\a\\b\\f\\n\\r\\t\\v\\\"\\'\\\\\\?\"", "[echo][\a\b\f\n\r\t\v\"'\\?]");
  check_words ("echo \"\\x41\\101\\377\" 'a\\n' a\\n", "[echo][AA\377][a\\n][a\\n]");
  check_words ("echo a#b # c", "[echo][a#b][#][c]");
  check_words ("\"echo\" a", "[\"echo\"][a]");
}

static void
wrong_quotes (void **state)
{
  static const char *const escapes[] = { "e \"a\\q\"",  "e \"a\\x4\"",  "e \"a\\x00\"",
                                         "e \"a\\12\"", "e \"a\\400\"", "e \"a\\" };

  for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; ++i) {
    struct shell_line line;
    _cleanup_free_ char *got = words (escapes[i], &line);
    assert_non_null (
        strstr (got, "error: invalid escape sequence in string (starting at offset 1)"));
  }
  check_words ("e \"abc", "error: unterminated double quote[e]");
  check_words ("e 'abc", "error: unterminated single quote[e]");
  check_words ("e \"abc\"d", "error: command arguments not separated by whitespace[e]");
  check_words ("e 'abc'\"d\"", "error: command arguments not separated by whitespace[e]");
}

static void
kinds (void **state)
{
  struct shell_line line;

  free (words ("  # only a comment", &line));
  assert_int_equal (line.kind, SHELL_NOTHING);
  free (words ("  ", &line));
  assert_int_equal (line.kind, SHELL_NOTHING);
  free (words ("- cat /x", &line));
  assert_int_equal (line.kind, SHELL_COMMAND);
  assert_true (line.ignore);
  free (words ("! echo a | b", &line));
  assert_int_equal (line.kind, SHELL_LOCAL);
  assert_string_equal (line.host, "echo a | b");
  free (words ("-<!echo a", &line));
  assert_int_equal (line.kind, SHELL_SOURCE);
  assert_true (line.ignore);
  assert_string_equal (line.host, "echo a");
  free (words ("cat /x | sort | uniq", &line));
  assert_int_equal (line.kind, SHELL_COMMAND);
  assert_string_equal (line.host, "sort | uniq");
  free (words ("cat /x|sort \"|\"", &line));
  assert_null (line.host);
}

static void
homes (void **state)
{
  setenv ("HOME", "/home/of me", 1);
  check_words ("e ~ ~/x ~nobody-of-that-name/x \"~\" a~", "[e][/home/of me][/home/of me/x]"
                                                          "[~nobody-of-that-name/x][~][a~]");
}

static void
check_list (const char *text, const char *wanted)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  _cleanup_strv_ char **v = NULL;

  assert_int_equal (shell_split_list (text, &v, &err), 0);
  for (size_t i = 0; v[i]; ++i)
    gk_buf_appendf (&b, "[%s]", v[i]);
  assert_string_equal (b.data ? b.data : "", wanted);
}

static void
lists (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  char **v = NULL;

  check_list ("", "");
  check_list (" a\tb\n c ", "[a][b][c]");
  check_list ("a 'b c' '' d", "[a][b c][][d]");
  check_list ("'a b'c", "[a bc]");
  check_list ("a\\'b 'c\\'d' \\x", "[a'b][c'd][\\x]");
  assert_int_equal (shell_split_list ("a 'b", &v, &err), -1);
  assert_null (v);
}

static void
check_number (const char *text, int64_t wanted)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int64_t n = -77;

  assert_int_equal (shell_parse_number (text, INT64_MIN, INT64_MAX, &n, &err), 0);
  assert_int_equal (n, wanted);
}

static void
numbers (void **state)
{
  static const char *const wrong[] = { "",        "x",   "1x",    "08",  "0x",
                                       "1.5M",    "1Q",  "1KiBB", "1iB", "1 ",
                                       " 1",      "1Kb", "--1",   "9E",  "9223372036854775808",
                                       "9000000T" };

  check_number ("0", 0);
  check_number ("-1", -1);
  check_number ("+7", 7);
  check_number ("0644", 0644);
  check_number ("0x1f", 31);
  check_number ("1k", 1024);
  check_number ("1K", 1024);
  check_number ("1KB", 1000);
  check_number ("1KiB", 1024);
  check_number ("3M", 3 << 20);
  check_number ("2G", INT64_C (2) << 30);
  check_number ("-2T", -(INT64_C (2) << 40));
  check_number ("7EiB", INT64_C (7) << 60);
  check_number ("9223372036854775807", INT64_MAX);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    int64_t n = 5;
    assert_int_equal (shell_parse_number (wrong[i], INT64_MIN, INT64_MAX, &n, &err), -1);
    assert_int_equal (n, 5);
  }
}

static void
number_range (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int64_t n;

  assert_int_equal (shell_parse_number ("2G", INT32_MIN, INT32_MAX, &n, &err), -1);
  assert_string_equal (gk_error_msg (&err), "'2G' is out of range");
}

static void
truth (void **state)
{
  static const char *const yes[] = { "1", "true", "T", "Yes", "y", "ON" };
  static const char *const no[] = { "0", "FALSE", "f", "no", "N", "off" };
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int value;

  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; ++i) {
    assert_int_equal (shell_parse_bool (yes[i], &value, &err), 0);
    assert_int_equal (value, 1);
    assert_int_equal (shell_parse_bool (no[i], &value, &err), 0);
    assert_int_equal (value, 0);
  }
  assert_int_equal (shell_parse_bool ("maybe", &value, &err), -1);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (quotes),       cmocka_unit_test (wrong_quotes), cmocka_unit_test (kinds),
    cmocka_unit_test (homes),        cmocka_unit_test (lists),        cmocka_unit_test (numbers),
    cmocka_unit_test (number_range), cmocka_unit_test (truth),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
