/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: base */
/* The error object keeps the first cause and its errno on every way up. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"

static void
set_and_wrap (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  assert_string_equal (gk_error_msg (&err), "no error");
  errno = 0;
  assert_int_equal (gk_error_sys (&err, ENOENT, "open: %s", "/x"), -1);
  assert_int_equal (errno, ENOENT);
  assert_string_equal (err.msg, "open: /x: No such file or directory");
  errno = 0;
  assert_int_equal (gk_error_wrap (&err, "mount %d", 1), -1);
  assert_int_equal (errno, ENOENT);
  assert_string_equal (err.msg, "mount 1: open: /x: No such file or directory");
}

static void
first_cause_wins (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  gk_error_set (&err, EIO, "first");
  assert_int_equal (gk_error_set (&err, EPERM, "second"), -1);
  assert_int_equal (errno, EIO);
  gk_error_sys (&err, EPERM, "third");
  gk_error_oom (&err);
  assert_int_equal (err.errnum, EIO);
  assert_string_equal (err.msg, "first");
}

static void
no_errno (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  gk_error_set (&err, 0, "mkfs: bad label");
  assert_int_equal (errno, 0);
  gk_error_wrap (&err, "part");
  assert_int_equal (err.errnum, 0);
  assert_string_equal (err.msg, "part: mkfs: bad label");
}

static void
nobody_listens (void **state)
{
  assert_int_equal (gk_error_set (NULL, EIO, "x"), -1);
  assert_int_equal (errno, EIO);
  assert_int_equal (gk_error_sys (NULL, EPERM, "x"), -1);
  assert_int_equal (errno, EPERM);
  assert_int_equal (gk_error_wrap (NULL, "x"), -1);
  assert_int_equal (gk_error_oom (NULL), -1);
  assert_int_equal (errno, ENOMEM);
}

static void
out_of_memory (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  gk_error_oom (&err);
  assert_null (err.msg);
  assert_int_equal (err.errnum, ENOMEM);
  assert_string_equal (gk_error_msg (&err), "Cannot allocate memory");
  gk_error_wrap (&err, "reading");
  assert_string_equal (gk_error_msg (&err), "reading: Cannot allocate memory");
}

static void
move_and_clear (void **state)
{
  _cleanup_error_ struct gk_error a = GK_ERROR_INIT, b = GK_ERROR_INIT;

  gk_error_set (&a, EIO, "one");
  gk_error_move (&b, &a);
  assert_null (a.msg);
  assert_string_equal (b.msg, "one");
  gk_error_set (&a, EPERM, "two");
  gk_error_move (&b, &a); /* b keeps its own */
  assert_null (a.msg);
  assert_int_equal (a.errnum, 0);
  assert_string_equal (b.msg, "one");
  gk_error_set (&a, EPERM, "three");
  gk_error_move (NULL, &a);
  assert_null (a.msg);
  errno = EBUSY;
  gk_error_clear (&b);
  assert_int_equal (errno, EBUSY);
  assert_null (b.msg);
}

static void
errno_names (void **state)
{
  assert_string_equal (gk_errno_name (ENOENT), "ENOENT");
  assert_int_equal (gk_errno_number ("ENOENT"), ENOENT);
  assert_int_equal (gk_errno_number ("EWOULDBLOCK"), EAGAIN);
  assert_int_equal (gk_errno_number ("ENOTSUP"), ENOTSUP);
  assert_int_equal (gk_errno_number ("EOPNOTSUPP"), EOPNOTSUPP);
  assert_int_equal (gk_errno_number ("EHWPOISON"), EHWPOISON);
  assert_int_equal (gk_errno_number ("ENONSENSE"), 0);
  assert_int_equal (gk_errno_number (""), 0);
  assert_null (gk_errno_name (0));
  assert_null (gk_errno_name (-1));
  assert_null (gk_errno_name (9999));
  for (int i = 1; i < 134; i++)
    if (gk_errno_name (i))
      assert_int_equal (gk_errno_number (gk_errno_name (i)), i);
}

static int
fail_with_owned (void)
{
  _cleanup_free_ char *s = strdup ("x");
  _cleanup_close_ int fd = -1;
  char *gone;

  fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  assert_return_code (fd, errno);
  gone = gk_steal_ptr (s);
  free (gone);
  errno = ENOTDIR;
  return -1;
}

static void
cleanups_keep_errno (void **state)
{
  assert_int_equal (fail_with_owned (), -1);
  assert_int_equal (errno, ENOTDIR);
}

static void
words_of_a_medium (void **state)
{
  static const char two[] = "a tool\nsync of x: Input/output error\nNo space left on device";
  const char *line = NULL;
  size_t len = 0;

  assert_int_equal (gk_errno_of_medium (two, strlen (two), &line, &len), EIO);
  assert_int_equal (len, strlen ("sync of x: Input/output error"));
  assert_memory_equal (line, "sync of x: Input/output error", len);
  /* Not behind what was given. */
  assert_int_equal (gk_errno_of_medium (two, 12, &line, &len), 0);
  assert_int_equal (gk_errno_of_medium ("Read-only file system", 21, NULL, NULL), EROFS);
  assert_int_equal (gk_errno_of_medium ("No such file or directory", 25, NULL, NULL), 0);
  assert_int_equal (gk_errno_of_medium (NULL, 0, NULL, NULL), 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (set_and_wrap),      cmocka_unit_test (first_cause_wins),
    cmocka_unit_test (no_errno),          cmocka_unit_test (nobody_listens),
    cmocka_unit_test (out_of_memory),     cmocka_unit_test (move_and_clear),
    cmocka_unit_test (errno_names),       cmocka_unit_test (cleanups_keep_errno),
    cmocka_unit_test (words_of_a_medium),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
