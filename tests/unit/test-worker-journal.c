/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The journal: of the living it is left alone, of the dead it is undone, and of
 * the dying it is waited for. */
/* rooms: worker uml sandbox archive fileops luks lvm md mount fs part nbd image */
/* rooms: rpc api exec op base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "worker/journal.h"

static struct gk_error err = GK_ERROR_INIT;

/* A /run of our own, so that no other session's journal is met. */
static int
own_run (void **state)
{
  if (unshare (CLONE_NEWNS) == -1 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
    return -1;
  return mount ("tmpfs", "/run", "tmpfs", 0, "mode=0755");
}

/* A session in a process of its own: it makes a folder, writes its path and
 * waits.  With an heir, a child keeps the lock for heir_ms after its death. */
static pid_t
start_session (char path[static 64], int heir_ms)
{
  int report[2];

  assert_int_equal (pipe (report), 0);
  pid_t pid = fork ();
  assert_true (pid >= 0);
  if (pid == 0) {
    struct gk_journal journal = GK_JOURNAL_INIT;
    char *dir = NULL;
    if (gk_journal_create (&journal, &err) == -1 ||
        gk_journal_make_dir (&journal, "/run", &dir, &err) == -1)
      _exit (1);
    pid_t self = getpid ();
    if (heir_ms > 0 && fork () == 0) {
      while (getppid () == self)
        usleep (1000);
      usleep ((unsigned)heir_ms * 1000);
      _exit (0);
    }
    if (write (report[1], dir, strlen (dir)) == -1)
      _exit (1);
    pause ();
    _exit (0);
  }
  close (report[1]);
  ssize_t n = read (report[0], path, 63);
  assert_true (n > 0);
  path[n] = '\0';
  close (report[0]);
  return pid;
}

static void
end_session (pid_t pid)
{
  assert_int_equal (kill (pid, SIGKILL), 0);
  assert_int_equal (waitpid (pid, NULL, 0), pid);
}

static bool
is_there (const char *path)
{
  return access (path, F_OK) == 0;
}

static void
test_living_and_dead (void **state)
{
  char path[64];
  pid_t pid = start_session (path, 0);

  assert_int_equal (gk_journal_collect (1000, &err), 0);
  assert_true (is_there (path));
  end_session (pid);
  assert_int_equal (gk_journal_collect (0, &err), 1);
  assert_false (is_there (path));
  assert_int_equal (gk_journal_collect (0, &err), 0);
}

static void
test_dying (void **state)
{
  char path[64];

  end_session (start_session (path, 300));
  assert_int_equal (gk_journal_collect (0, &err), 0);
  assert_true (is_there (path));
  assert_int_equal (gk_journal_collect (20000, &err), 1);
  assert_false (is_there (path));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_living_and_dead),
    cmocka_unit_test (test_dying),
  };
  return cmocka_run_group_tests (tests, own_run, NULL);
}
