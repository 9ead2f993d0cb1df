/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: uml exec op base */
/* The kernel's command line, and what is kept of its console. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "uml/uml.h"

static void
test_argv (void **state)
{
  const int lines[] = { 8, 9 };
  const struct gk_uml_config config = { .memsize = 300,
                                        .conn_fd = 7,
                                        .n_drives = 2,
                                        .line_fds = lines,
                                        .rescue_fd = -1,
                                        .rescued_fd = -1 };
  _cleanup_strv_ char **argv = gk_uml_argv (&config);

  assert_non_null (argv);
  assert_string_equal (argv[0], "linux.uml");
  assert_true (gk_strv_contains (argv, "mem=300M"));
  assert_true (gk_strv_contains (argv, "ssl1=fd:7,fd:7"));
  assert_true (gk_strv_contains (argv, "ssl4=fd:8,fd:8"));
  assert_true (gk_strv_contains (argv, "ssl5=fd:9,fd:9"));
  size_t n = gk_strv_length (argv);
  assert_string_equal (argv[n - 4], "virtio_uml.device=/s/drive0:2");
  assert_string_equal (argv[n - 3], "virtio_uml.device=/s/drive1:2");
  assert_string_equal (argv[n - 2], "--");
  assert_string_equal (argv[n - 1], "--uml-init");
  assert_false (gk_strv_contains (argv, "--uml-rescue"));
  for (size_t i = 0; i < n; i++)
    assert_true (strncmp (argv[i], "ssl2=", 5) != 0 && strncmp (argv[i], "ssl3=", 5) != 0);
}

static void
test_argv_rescue (void **state)
{
  const struct gk_uml_config config = {
    .memsize = 300, .conn_fd = 7, .rescue_fd = 8, .rescued_fd = 9
  };
  _cleanup_strv_ char **argv = gk_uml_argv (&config);

  assert_non_null (argv);
  assert_true (gk_strv_contains (argv, "ssl2=fd:8,fd:8"));
  assert_true (gk_strv_contains (argv, "ssl3=fd:9,fd:9"));
  size_t n = gk_strv_length (argv);
  assert_string_equal (argv[n - 2], "--uml-rescue");
  assert_string_equal (argv[n - 1], "--uml-init");
}

static void
add (struct gk_uml_console *c, const char *text)
{
  gk_uml_console_add (c, text, strlen (text));
}

static void
check (const struct gk_uml_console *c, unsigned lines, const char *expected)
{
  _cleanup_free_ char *last = gk_uml_console_last (c, lines);

  assert_non_null (last);
  assert_string_equal (last, expected);
}

static void
test_console_lines (void **state)
{
  struct gk_uml_console c = { .len = 0 };

  check (&c, 3, "");
  add (&c, "one\ntwo\nthr");
  add (&c, "ee\n\nfour");
  check (&c, 1, "four");
  check (&c, 3, "three; four");
  check (&c, 9, "one; two; three; four");
  add (&c, "\x1b[2J\n");
  check (&c, 1, "four\\x1b[2J");
}

static void
test_console_overflow (void **state)
{
  struct gk_uml_console c = { .len = 0 };
  static char much[3 * sizeof c.text];

  memset (much, 'x', sizeof much);
  gk_uml_console_add (&c, much, sizeof much);
  assert_int_equal (c.len, sizeof c.text);
  for (int i = 0; i < 5000; i++)
    add (&c, "line\n");
  add (&c, "end\n");
  assert_int_equal (c.len, sizeof c.text);
  check (&c, 2, "line; end");
}

static void
test_console_panic (void **state)
{
  struct gk_uml_console c = { .len = 0 };

  add (&c, "before\nKernel panic - not syncing: why\nCPU: 0\nCall Trace:\n");
  check (&c, 2, "Kernel panic - not syncing: why");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_argv),          cmocka_unit_test (test_argv_rescue),
    cmocka_unit_test (test_console_lines), cmocka_unit_test (test_console_overflow),
    cmocka_unit_test (test_console_panic),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
