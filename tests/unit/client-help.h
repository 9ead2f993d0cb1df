/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A handle for tests that need no worker: no environment, silent. */
#ifndef GK_TEST_CLIENT_HELP_H
#define GK_TEST_CLIENT_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GUESTFS_NO_WARN_DEPRECATED 1
#include "guestfs.h"

static inline guestfs_h *
quiet_handle (void)
{
  guestfs_h *g = guestfs_create_flags (GUESTFS_CREATE_NO_ENVIRONMENT);

  assert_non_null (g);
  guestfs_set_error_handler (g, NULL, NULL);
  return g;
}

/* The call failed, with this text and errno. */
#define assert_fails(g, call, errnum, text)                                                        \
  do {                                                                                             \
    assert_int_equal ((call), -1);                                                                 \
    assert_string_equal (guestfs_last_error (g), text);                                            \
    assert_int_equal (guestfs_last_errno (g), errnum);                                             \
  } while (0)

/* A malloced string has this value. */
#define assert_gives(call, text)                                                                   \
  do {                                                                                             \
    char *given_ = (call);                                                                         \
    assert_non_null (given_);                                                                      \
    assert_string_equal (given_, text);                                                            \
    free (given_);                                                                                 \
  } while (0)

#endif
