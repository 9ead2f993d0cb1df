/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The journal: a living session's is left alone, a dead one's is undone, a dying
 * one's is waited for; and nothing else than what it names is ever taken away. */
/* rooms: worker uml sandbox archive fileops luks lvm md mount fs part nbd image */
/* rooms: rpc api exec op base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "exec/seccomp.h"
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

/* A journal as a dead session left it. */
static void
leave_journal (const char *path, const char *text)
{
  assert_true (mkdir ("/run/guestkit", 0700) == 0 || errno == EEXIST);
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  assert_true (fd >= 0);
  assert_int_equal (write (fd, text, strlen (text)), strlen (text));
  close (fd);
}

/* A writer that was killed in the middle of a line meant a longer name: what is
 * there of it may be a folder of somebody else. */
static void
test_cut_off_line (void **state)
{
  assert_int_equal (mkdir ("/run/guestkit-1", 0700), 0);
  assert_int_equal (mkdir ("/run/guestkit-2", 0700), 0);
  leave_journal ("/run/guestkit/1-1.journal", "dir /run/guestkit-2\ndir /run/guestkit-1");
  assert_int_equal (gk_journal_collect (0, &err), 1);
  assert_true (is_there ("/run/guestkit-1"));
  assert_false (is_there ("/run/guestkit-2"));
  assert_int_equal (rmdir ("/run/guestkit-1"), 0);
}

/* Only what a session made can have been meant. */
static void
test_foreign_folder (void **state)
{
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;

  assert_int_equal (mkdir ("/run/precious", 0700), 0);
  leave_journal ("/run/guestkit/1-2.journal", "dir /run/precious\n");
  assert_int_equal (gk_journal_collect (0, &why), -1);
  assert_non_null (strstr (why.msg, "/run/precious"));
  assert_true (is_there ("/run/precious"));
  assert_int_equal (rmdir ("/run/precious"), 0);
  assert_int_equal (unlink ("/run/guestkit/1-2.journal"), 0);
}

/* Of a line that could not be written whole nothing stays, and the next one is
 * one of its own.  Beyond the limit a write is cut off as on a full disk. */
static void
test_failed_note (void **state)
{
  const struct rlimit small = { 30, RLIM_INFINITY }, all = { RLIM_INFINITY, RLIM_INFINITY };
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
  struct gk_journal journal = GK_JOURNAL_INIT;
  struct stat st;

  assert_int_equal (gk_journal_create (&journal, &err), 0);
  signal (SIGXFSZ, SIG_IGN);
  assert_int_equal (setrlimit (RLIMIT_FSIZE, &small), 0);
  assert_int_equal (gk_journal_note (&journal, "dir", "/run/guestkit-3", &err), 0);
  assert_int_equal (gk_journal_note (&journal, "dir", "/run/guestkit-4", &why), -1);
  assert_int_equal (setrlimit (RLIMIT_FSIZE, &all), 0);
  signal (SIGXFSZ, SIG_DFL);
  assert_int_equal (fstat (journal.fd, &st), 0);
  assert_int_equal (st.st_size, strlen ("dir /run/guestkit-3\n"));
  assert_int_equal (gk_journal_finish (&journal, &err), 0);
}

/* Does the process have the file open? */
static bool
has_open (pid_t pid, const char *path)
{
  char dir_path[64], target[256];
  const struct dirent *entry;
  bool r = false;

  snprintf (dir_path, sizeof dir_path, "/proc/%d/fd", (int)pid);
  DIR *dir = opendir (dir_path);
  while (!r && dir && (entry = readdir (dir)) != NULL) {
    ssize_t n = readlinkat (dirfd (dir), entry->d_name, target, sizeof target - 1);
    target[n > 0 ? n : 0] = '\0';
    r = strcmp (target, path) == 0;
  }
  if (dir)
    closedir (dir);
  return r;
}

/* Who waited for the lock of somebody that undid it all meanwhile has nothing to
 * do any more: the names in it may have been given anew. */
static void
test_collected_meanwhile (void **state)
{
  static const char path[] = "/run/guestkit/1-3.journal", dir[] = "/run/guestkit-5";
  int status;

  leave_journal (path, "dir /run/guestkit-5\n");
  int fd = open (path, O_RDWR | O_CLOEXEC);
  assert_int_equal (flock (fd, LOCK_EX | LOCK_NB), 0);
  pid_t gone = fork (); /* whose session it was */
  assert_true (gone >= 0);
  if (gone == 0)
    _exit (0);
  char named[80];
  struct stat ns;
  assert_int_equal (stat ("/proc/self/ns/pid", &ns), 0);
  snprintf (named, sizeof named, "/run/guestkit/%d.%llu-3.journal", (int)gone,
            (unsigned long long)ns.st_ino);
  assert_int_equal (rename (path, named), 0);
  assert_int_equal (waitpid (gone, NULL, 0), gone);

  pid_t pid = fork ();
  assert_true (pid >= 0);
  if (pid == 0) {
    close (fd);
    _exit (gk_journal_collect (60000, NULL) == 0 ? 0 : 1);
  }
  while (!has_open (pid, named)) {
    assert_int_equal (waitpid (pid, &status, WNOHANG), 0);
    sched_yield ();
  }
  assert_int_equal (unlink (named), 0);
  assert_int_equal (mkdir (dir, 0700), 0);
  close (fd);
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_int_equal (status, 0);
  assert_true (is_there (dir));
  assert_int_equal (rmdir (dir), 0);
}

/* A session whose number is 2 in a pid namespace of its own, in which outside nobody is or
 * somebody else.  Killed, the process that is returned takes it along. */
static pid_t
start_elsewhere (char path[static 64])
{
  int report[2];

  assert_int_equal (pipe (report), 0);
  pid_t outside = fork ();
  assert_true (outside >= 0);
  if (outside > 0) {
    close (report[1]);
    ssize_t n = read (report[0], path, 63);
    assert_true (n > 0);
    path[n] = '\0';
    close (report[0]);
    return outside;
  }
  if (unshare (CLONE_NEWPID) == -1)
    _exit (1);
  pid_t first = fork ();
  prctl (PR_SET_PDEATHSIG, first == 0 ? SIGKILL : 0);
  if (first != 0 || fork () != 0) {
    pause ();
    _exit (1);
  }
  struct gk_journal journal = GK_JOURNAL_INIT;
  char *dir = NULL;
  if (gk_journal_create (&journal, &err) == -1 ||
      gk_journal_make_dir (&journal, "/run", &dir, &err) == -1 ||
      write (report[1], dir, strlen (dir)) == -1)
    _exit (1);
  pause ();
  _exit (0);
}

/* What its number means here says nothing of it: it is not taken for a dying one. */
static void
test_other_namespace (void **state)
{
  char path[64];
  pid_t pid = start_elsewhere (path);

  /* Who takes it for a dying one waits for its end. */
  assert_int_equal (gk_journal_collect (INT_MAX, &err), 0);
  assert_true (is_there (path));
  end_session (pid);
  while (gk_journal_collect (0, &err) == 0)
    sched_yield ();
  assert_false (is_there (path));
}

/* A journal that is just being made may be taken for a dead session's, but then it is made
 * once more. */
static void
test_created_while_collected (void **state)
{
  pid_t pid = fork ();

  assert_true (pid >= 0);
  while (pid == 0)
    gk_journal_collect (0, NULL);
  for (int i = 0; i < 500; i++) {
    struct gk_journal journal = GK_JOURNAL_INIT;
    assert_int_equal (gk_journal_create (&journal, &err), 0);
    assert_true (is_there (journal.path));
    assert_int_equal (gk_journal_finish (&journal, &err), 0);
  }
  end_session (pid);
}

/* From now on this process has no unnamed files, as on a kernel whose overlayfs knows none. */
static int
without_unnamed_files (void)
{
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, ARG (2)),
    BPF_STMT (BPF_ALU | BPF_AND | BPF_K, O_TMPFILE),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, O_TMPFILE, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog prog = { sizeof code / sizeof code[0], code };

  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1
             ? -1
             : prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

static void
test_without_unnamed_files (void **state)
{
  int status;

  pid_t pid = fork ();
  assert_true (pid >= 0);
  if (pid == 0) {
    struct gk_journal journal = GK_JOURNAL_INIT;
    char *dir = NULL;
    if (without_unnamed_files () == -1 ||
        open ("/run", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) != -1 || errno != EOPNOTSUPP)
      _exit (1);
    if (gk_journal_create (&journal, &err) == -1 ||
        gk_journal_make_dir (&journal, "/run", &dir, &err) == -1)
      _exit (2);
    _exit (is_there (journal.path) && gk_journal_finish (&journal, &err) == 0 && !is_there (dir)
               ? 0
               : 3);
  }
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_int_equal (status, 0);
  assert_int_equal (rmdir ("/run/guestkit"), 0); /* nothing stays beside it */
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_living_and_dead),
    cmocka_unit_test (test_dying),
    cmocka_unit_test (test_cut_off_line),
    cmocka_unit_test (test_foreign_folder),
    cmocka_unit_test (test_failed_note),
    cmocka_unit_test (test_collected_meanwhile),
    cmocka_unit_test (test_other_namespace),
    cmocka_unit_test (test_without_unnamed_files),
    cmocka_unit_test (test_created_while_collected),
  };
  return cmocka_run_group_tests (tests, own_run, NULL);
}
