/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: exec op base */
/* A library is loaded with its functions, and what is missing is named. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "exec/library.h"

/* Of the C library's own, since every machine has it. */
#define THERE "libm.so.6"

static void
loads (void **state)
{
  struct {
    GK_LIBRARY_MEMBER (ilogb)
  } lib = { NULL };
  const struct gk_symbol symbols[] = { { "ilogb", &lib.ilogb } };

  for (int i = 0; i < 2; i++) /* again is no harm */
    assert_int_equal (gk_library_load (THERE, "libc6", symbols, 1, NULL), 0);
  assert_int_equal (lib.ilogb (8), 3);
}

static void
lacks (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT, no_function = GK_ERROR_INIT;
  void *pointer = NULL;
  const struct gk_symbol symbols[] = { { "no_such_function", &pointer } };

  assert_int_equal (gk_library_load ("libnowhere.so.7", "libnowhere7", symbols, 1, &err), -1);
  assert_int_equal (err.errnum, ENOTSUP);
  assert_non_null (strstr (gk_error_msg (&err), "libnowhere.so.7 is needed"));
  assert_non_null (strstr (gk_error_msg (&err), "package libnowhere7)"));
  assert_int_equal (gk_library_load (THERE, "libc6", symbols, 1, &no_function), -1);
  assert_string_equal (gk_error_msg (&no_function), THERE " has no function no_such_function");
  assert_null (pointer);
}

static void
is_found (void **state)
{
  _cleanup_free_ char *path = gk_library_find (THERE);

  assert_non_null (path);
  assert_int_equal (path[0], '/');
  assert_null (gk_library_find ("libnowhere.so.7"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (loads),
    cmocka_unit_test (lacks),
    cmocka_unit_test (is_found),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
