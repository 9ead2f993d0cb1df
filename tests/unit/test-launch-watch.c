/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The process that minds a FUSE mount, when it has gone before. */
/* rooms: launch rpc api exec op base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "launch/watch.h"

/* Somebody else has reaped it: there is nothing to wait for. */
static void
gone_before (void **state)
{
  int ends[2];

  assert_int_equal (pipe (ends), 0);
  close (ends[0]);
  pid_t pid = fork ();
  if (pid == 0)
    _exit (0);
  assert_int_equal (waitpid (pid, NULL, 0), pid);
  struct gk_watch watch = { ends[1], pid };
  alarm (3);
  gk_launch_unwatch (&watch);
  alarm (0);
  assert_int_equal (watch.pid, 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (gone_before),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
