/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* All processes of a kernel in user mode are on one processor, and not on one that
 * somebody else has while another is idle. */
/* rooms: worker uml sandbox archive fileops luks lvm md mount fs part nbd image */
/* rooms: rpc api exec op base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "worker/keeper-priv.h"

#define PATIENCE_MS 60000
#define NAP_US 1000

static int
count (pid_t pid)
{
  cpu_set_t set;

  assert_return_code (sched_getaffinity (pid, sizeof set, &set), 0);
  return CPU_COUNT (&set);
}

static void
die_with_parent (void)
{
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) == -1)
    _exit (1);
}

static _Noreturn void
spin (void)
{
  for (;;)
    ;
}

/* Three generations; each says who it is when it will die with its parent. */
static _Noreturn void
be_family (int out, bool busy)
{
  int depth = 0;

  die_with_parent ();
  while (depth < 2 && fork () == 0) {
    die_with_parent ();
    depth++;
  }
  const pid_t me = getpid ();
  if (pwrite (out, &me, sizeof me, depth * (off_t)sizeof me) != sizeof me)
    _exit (1);
  if (depth == 1 && busy)
    spin ();
  for (;;)
    pause ();
}

/* As in a sandbox: a first process that waits, its only child, which works, and a child of
 * that one. */
static pid_t
start_family (pid_t family[3], bool busy)
{
  int fd = memfd_create ("family", MFD_CLOEXEC);
  pid_t first;

  assert_return_code (fd, 0);
  memset (family, 0, 3 * sizeof *family);
  if ((first = fork ()) == 0)
    be_family (fd, busy);
  while (family[0] == 0 || family[1] == 0 || family[2] == 0) {
    usleep (NAP_US);
    assert_return_code (pread (fd, family, 3 * sizeof *family, 0), 0);
  }
  close (fd);
  return first;
}

static void
end (pid_t pid)
{
  kill (pid, SIGKILL);
  assert_int_equal (waitpid (pid, NULL, 0), pid);
}

static bool
several (void)
{
  if (count (0) > 1)
    return true;
  print_message ("skipped: there is one processor\n");
  return false;
}

static void
test_all_on_one (void **state)
{
  struct gk_processor p;
  pid_t family[3];
  int before = count (0);

  gk_processor_enter (&p);
  assert_int_equal (p.active, before > 1);
  assert_int_equal (count (0), 1);
  pid_t first = start_family (family, false);
  gk_processor_leave (&p, first);
  assert_int_equal (count (0), before);
  for (int i = 0; i < 3; i++)
    assert_int_equal (count (family[i]), 1);
  assert_int_equal (gk_processor_wait_ms (&p) >= 0, p.active);
  end (first);
  /* Nobody is left to be looked after. */
  p.next_ms = 0;
  gk_processor_look (&p);
}

static void
test_only_one_is_allowed (void **state)
{
  struct gk_processor p;
  cpu_set_t all, one;

  assert_return_code (sched_getaffinity (0, sizeof all, &all), 0);
  CPU_ZERO (&one);
  CPU_SET (sched_getcpu (), &one);
  assert_return_code (sched_setaffinity (0, sizeof one, &one), 0);
  gk_processor_enter (&p);
  gk_processor_leave (&p, 1);
  assert_false (p.active);
  assert_int_equal (gk_processor_wait_ms (&p), -1);
  gk_processor_look (&p);
  assert_return_code (sched_setaffinity (0, sizeof all, &all), 0);
}

/* Looks until what is asked for holds of all three. */
static void
look_until (struct gk_processor *p, const pid_t *family, bool everywhere)
{
  int64_t deadline = gk_clock_ms () + PATIENCE_MS;

  while (gk_clock_ms () < deadline) {
    gk_processor_look (p);
    int n = 0;
    for (int i = 0; i < 3; i++)
      n += (count (family[i]) > 1) == everywhere;
    if (n == 3)
      return;
    usleep (NAP_US);
  }
  fail_msg ("they are not %s", everywhere ? "let go" : "kept again");
}

static void
test_crowded (void **state)
{
  struct gk_processor p;
  pid_t family[3], others[3];

  if (!several ())
    skip ();
  gk_processor_enter (&p);
  pid_t first = start_family (family, true);
  /* They share its processor, whatever else is idle. */
  for (int i = 0; i < 3; i++)
    if ((others[i] = fork ()) == 0) {
      die_with_parent ();
      spin ();
    }
  gk_processor_leave (&p, first);
  look_until (&p, family, true);
  look_until (&p, family, false);
  for (int i = 0; i < 3; i++)
    end (others[i]);
  end (first);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_all_on_one),
    cmocka_unit_test (test_only_one_is_allowed),
    cmocka_unit_test (test_crowded),
  };
  return cmocka_run_group_tests_name ("worker-processor", tests, NULL, NULL);
}
