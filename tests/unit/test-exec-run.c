/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: exec op base */
/* A tool gets what it is given and nothing else, and is gone when it is too
 * slow, says too much, is not wanted any more, or loses its parent. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "exec/exec.h"
#include "op/task.h"

static struct gk_exec_result result;
static struct gk_error err;

static int
teardown (void **state)
{
  gk_exec_result_clear (&result);
  gk_error_clear (&err);
  return 0;
}

#define SH(script)                                                                                 \
  (const char *const[])                                                                            \
  {                                                                                                \
    "sh", "-c", script, NULL                                                                       \
  }
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
#define EXEC(...)                                                                                  \
  (struct gk_exec)                                                                                 \
  {                                                                                                \
    .stdin_fd = -1, .stdout_fd = -1, .chroot_fd = -1, __VA_ARGS__                                  \
  }

static void
run (const struct gk_exec *x, int status, const char *out)
{
  if (gk_exec_run (x, &result, &err) == -1)
    fail_msg ("%s", gk_error_msg (&err));
  if (out)
    assert_string_equal (result.out.data ? result.out.data : "", out);
  assert_int_equal (result.status, status);
}

static double
now (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void
status_and_output (void **state)
{
  run (&EXEC (.argv = SH ("echo out; echo err >&2; exit 3")), 3, "out\n");
  assert_string_equal (result.err.data, "err\n");
  run (&EXEC (.argv = SH ("kill -9 $$")), 128 + 9, "");
  run (&EXEC (.argv = SH (":")), 0, "");
  assert_int_equal (result.err.size, 0);
  /* Children that others made are not ours to wait for. */
  pid_t pid = fork ();
  if (pid == 0)
    _exit (7);
  run (&EXEC (.argv = SH (":")), 0, "");
  int st;
  assert_int_equal (waitpid (pid, &st, 0), pid);
}

static void
environment (void **state)
{
  static const char *const extra[] = { "TMPDIR=/tmp/x", "LC_ALL=C.UTF-8", NULL };

  setenv ("SECRET", "x", 1);
  setenv ("LD_PRELOAD_NOT", "x", 1);
  run (&EXEC (.argv = (const char *const[]){ "env", NULL }), 0,
       "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\nHOME=/\nBLKID_FILE=/dev/null\n");
  run (&EXEC (.argv = (const char *const[]){ "env", NULL }, .env = extra), 0,
       "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/\nBLKID_FILE=/dev/null\nTMPDIR=/tmp/x\n"
       "LC_ALL=C.UTF-8\n");
}

static void
surroundings (void **state)
{
  struct sigaction ign = { .sa_handler = SIG_IGN }, old;
  sigset_t block;
  mode_t mask = umask (077);

  /* What this process ignores and blocks is its own business. */
  sigemptyset (&block);
  sigaddset (&block, SIGTERM);
  sigaddset (&block, SIGUSR1);
  sigprocmask (SIG_BLOCK, &block, NULL);
  sigaction (SIGPIPE, &ign, &old);
  sigaction (SIGUSR2, &ign, NULL);
  run (&EXEC (.argv = SH (
                  "while read l; do case $l in SigBlk*|SigIgn*) echo $l;; esac; done "
                  "</proc/$$/status; umask; pwd; "
                  "ulimit -c; cut -d' ' -f 6 < /proc/$$/stat | grep -qx $$ && echo own session")),
       0, NULL);
  sigprocmask (SIG_UNBLOCK, &block, NULL);
  sigaction (SIGPIPE, &old, NULL);
  signal (SIGUSR2, SIG_DFL);
  umask (mask);
  assert_string_equal (result.out.data, "SigBlk: 0000000000000000\nSigIgn: 0000000000000000\n"
                                        "0022\n/\n0\nown session\n");
}

static void
descriptors (void **state)
{
  int leak = open ("/etc/hostname", O_RDONLY), far, given[2]; /* not close-on-exec */
  struct stat st;

  assert_true (leak >= 3);
  far = fcntl (leak, F_DUPFD, 300);
  given[0] = fcntl (leak, F_DUPFD_CLOEXEC, 200);
  given[1] = fcntl (leak, F_DUPFD_CLOEXEC, 20);
  /* 3 is the folder that ls reads. */
  static const char *const list[] = { "ls", "-v", "/proc/self/fd", NULL };
  run (&EXEC (.argv = list), 0, "0\n1\n2\n3\n");
  run (&EXEC (.argv = list, .pass_fds = given, .n_pass_fds = 2), 0, "0\n1\n2\n3\n20\n200\n");
  run (&EXEC (.argv = SH ("cat /proc/self/fd/20 >/dev/null"), .pass_fds = given, .n_pass_fds = 2),
       0, "");
  /* Still ours, and still close-on-exec here. */
  assert_int_equal (fcntl (given[0], F_GETFD), FD_CLOEXEC);
  assert_return_code (fstat (given[1], &st), errno);
  given[1] = 2;
  assert_int_equal (
      gk_exec_run (&EXEC (.argv = SH (":"), .pass_fds = given, .n_pass_fds = 2), &result, &err),
      -1);
  assert_int_equal (err.errnum, EINVAL);
  gk_error_clear (&err);
  given[1] = 4444;
  assert_int_equal (
      gk_exec_run (&EXEC (.argv = SH (":"), .pass_fds = given, .n_pass_fds = 2), &result, &err),
      -1);
  assert_int_equal (err.errnum, EBADF);
  assert_string_equal (err.msg, "sh: pass: Bad file descriptor");
  gk_error_clear (&err);
  close (leak);
  close (far);
  close (given[0]);
  /* The test's own table must not have grown. */
  int probe = dup (0);
  assert_true (probe <= leak);
  close (probe);
}

/* A daemon may have closed its standard descriptors: pipes then get their
 * numbers. */
static void
without_stdio (void **state)
{
  pid_t pid = fork ();
  int status;

  if (pid == 0) {
    struct gk_exec x = EXEC (.argv = SH ("cat; echo e >&2"), .stdin_data = "in", .stdin_size = 2);
    struct gk_exec_result r = GK_EXEC_RESULT_INIT;

    close (0);
    close (1);
    close (2);
    int ok = gk_exec_run (&x, &r, NULL) == 0 && r.status == 0 && r.out.size == 2 && r.err.size == 2;
    _exit (ok ? 0 : 1);
  }
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_int_equal (status, 0);
}

static void
input (void **state)
{
  size_t n = 5 << 20;
  _cleanup_free_ char *big = malloc (n);
  int fd;

  run (&EXEC (.argv = SH ("cat")), 0, "");
  run (&EXEC (.argv = SH ("cat"), .stdin_data = "key", .stdin_size = 3), 0, "key");
  run (&EXEC (.argv = SH ("cat"), .stdin_data = "", .stdin_size = 0), 0, "");
  for (size_t i = 0; i < n; i++)
    big[i] = (char)(i * 31 >> 3);
  run (&EXEC (.argv = SH ("cat"), .stdin_data = big, .stdin_size = n), 0, NULL);
  assert_int_equal (result.out.size, n);
  assert_memory_equal (result.out.data, big, n);
  /* Not read, or closed at once: no SIGPIPE here, no hang. */
  run (&EXEC (.argv = SH (":"), .stdin_data = big, .stdin_size = n), 0, "");
  run (&EXEC (.argv = SH ("exec <&-; sleep 0.2; echo x"), .stdin_data = big, .stdin_size = n), 0,
       "x\n");
  fd = memfd_create ("x", MFD_CLOEXEC);
  assert_int_equal (write (fd, "abc", 3), 3);
  lseek (fd, 1, SEEK_SET);
  run (&EXEC (.argv = SH ("cat"), .stdin_fd = fd), 0, "bc");
  ftruncate (fd, 0);
  lseek (fd, 0, SEEK_SET);
  run (&EXEC (.argv = SH ("echo to file; echo e >&2"), .stdout_fd = fd), 0, "");
  assert_string_equal (result.err.data, "e\n");
  char buf[10];
  assert_int_equal (pread (fd, buf, sizeof buf, 0), 8);
  close (fd);
}

static void
fails (const struct gk_exec *x, int errnum, const char *msg)
{
  assert_int_equal (gk_exec_run (x, &result, &err), -1);
  assert_int_equal (err.errnum, errnum);
  if (msg)
    assert_string_equal (err.msg, msg);
  gk_error_clear (&err);
}

static void
missing_tool (void **state)
{
  int fd = open ("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);

  fails (&EXEC (.argv = (const char *const[]){ "no-such-tool", NULL }), ENOENT,
         "no-such-tool: No such file or directory");
  fails (&EXEC (.argv = (const char *const[]){ "/no/such", NULL }), ENOENT, NULL);
  fails (&EXEC (.argv = (const char *const[]){ "", NULL }), ENOENT, NULL);
  fails (&EXEC (.argv = (const char *const[]){ "/proc/self/status", NULL }), EACCES, NULL);
  fails (&EXEC (.argv = (const char *const[]){ "/etc", NULL }), EACCES, NULL);
  fails (&EXEC (.argv = SH (":"), .chroot_fd = fd), ENOENT, NULL);
  close (fd);
  fails (&EXEC (.argv = SH (":"), .chroot_fd = 4444), EBADF, "sh: chroot: Bad file descriptor");
  /* Nobody is left to be waited for. */
  assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
  assert_int_equal (errno, ECHILD);
}

static void
time_limit (void **state)
{
  double begun = now ();

  fails (&EXEC (.argv = SH ("sleep 100"), .timeout_ms = 200), ETIMEDOUT,
         "sh: did not end within 200 ms");
  /* Deaf to what can be ignored. */
  fails (
      &EXEC (.argv = SH ("trap '' TERM INT HUP; while :; do sleep 0.05; done"), .timeout_ms = 200),
      ETIMEDOUT, NULL);
  assert_true (now () - begun < 50);
  assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
}

static void
output_cap (void **state)
{
  double begun = now ();

  fails (&EXEC (.argv = (const char *const[]){ "yes", NULL }, .max_output = 100000), E2BIG,
         "yes: wrote more than 100000 bytes");
  fails (&EXEC (.argv = SH ("yes >&2"), .max_output = 10), E2BIG, NULL);
  assert_true (now () - begun < 50);
  run (&EXEC (.argv = SH ("printf 0123456789"), .max_output = 10), 0, "0123456789");
  fails (&EXEC (.argv = SH ("printf 0123456789"), .max_output = 9), E2BIG, NULL);
}

static void
limits (void **state)
{
  run (&EXEC (.argv = SH ("ulimit -v; ulimit -t"), .max_memory = 1 << 30, .max_cpu_s = 7), 0,
       "1048576\n7\n");
  run (&EXEC (.argv = SH ("while :; do :; done"), .max_cpu_s = 1), 128 + SIGKILL, "");
}

/* The whole session dies, not the tool alone. */
static void
killed_group (void **state)
{
  char path[] = "/tmp/gk-exec-XXXXXX", script[200];
  int fd = mkstemp (path);
  pid_t pid = 0;
  char buf[20] = "";

  snprintf (script, sizeof script, "sleep 100 & echo $! > %s; wait", path);
  fails (&EXEC (.argv = SH (script), .timeout_ms = 300), ETIMEDOUT, NULL);
  assert_true (read (fd, buf, sizeof buf - 1) > 0);
  pid = atoi (buf);
  assert_true (pid > 1);
  for (int i = 0; i < 3000 && kill (pid, 0) == 0; i++) {
    snprintf (script, sizeof script, "/proc/%d/stat", pid);
    _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
    if (gk_read_file (script, 4096, &b) == 0 && strstr (b.data, ") Z"))
      break; /* dead, for init to collect */
    usleep (20000);
    assert_true (i < 2999);
  }
  close (fd);
  unlink (path);
}

/* A daemon that keeps the pipes open does not hold us up. */
static void
daemon_left_behind (void **state)
{
  double begun = now ();

  run (&EXEC (.argv = SH ("sleep 100 & echo $!")), 0, NULL);
  assert_true (now () - begun < 50);
  kill (atoi (result.out.data), SIGKILL);
}

struct fake {
  struct gk_task task;
  volatile bool cancel;
  int fd;
  char log[200];
};

static bool
fake_cancelled (struct gk_task *t)
{
  return ((struct fake *)t)->cancel;
}

static int
fake_fd (struct gk_task *t)
{
  return ((struct fake *)t)->fd;
}

static void
fake_log (struct gk_task *t, const char *text)
{
  snprintf (((struct fake *)t)->log, 200, "%s", text);
}

static const struct gk_task_ops fake_ops = { fake_cancelled, fake_fd, NULL, fake_log };

static void *
cancel_soon (void *opaque)
{
  struct fake *f = opaque;
  uint64_t one = 1;

  usleep (100000);
  f->cancel = true;
  if (f->fd >= 0)
    assert_int_equal (write (f->fd, &one, 8), 8);
  return NULL;
}

static void
cancel (void **state)
{
  struct fake f = { .task = { &fake_ops }, .fd = -1 };
  double begun = now ();
  pthread_t t;

  run (&EXEC (.argv = (const char *const[]){ "echo", "a\nb", NULL }, .task = &f.task), 0, "a\nb\n");
  assert_string_equal (f.log, "exec: echo a\\x0ab = 0\n");
  for (int i = 0; i < 2; i++) {
    if (i)
      f.fd = eventfd (0, EFD_CLOEXEC);
    f.cancel = false;
    pthread_create (&t, NULL, cancel_soon, &f);
    fails (&EXEC (.argv = SH ("sleep 100"), .task = &f.task), ECANCELED, NULL);
    pthread_join (t, NULL);
  }
  fails (&EXEC (.argv = SH (":"), .task = &f.task), ECANCELED, NULL);
  assert_true (now () - begun < 50);
  close (f.fd);
}

static void
check (void **state)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  static const struct {
    const char *script, *msg;
  } rows[] = {
    { "echo >&2 'sh: bad label'; exit 1", "sh: bad label" },
    { "echo >&2 first; echo >&2 'sh: second'; exit 1", "sh: first\nsecond" },
    { "printf >&2 'bell\\007\\n\\n'; exit 1", "sh: bell\\x07" },
    { "echo not an error; exit 42", "sh: exited with status 42" },
    { "kill -6 $$", "sh: killed by signal 6" },
    { "i=0; while [ $i -lt 99 ]; do echo $i >&2; i=$((i+1)); done; exit 1",
      "sh: 89\n90\n91\n92\n93\n94\n95\n96\n97\n98" },
  };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_int_equal (gk_exec_check (&EXEC (.argv = SH (rows[i].script)), &out, &err), -1);
    assert_int_equal (err.errnum, 0);
    assert_string_equal (err.msg, rows[i].msg);
    assert_null (out.data);
    gk_error_clear (&err);
  }
  assert_int_equal (
      gk_exec_check (&EXEC (.argv = (const char *const[]){ "/bin/sh", "-c", "echo; exit 0", NULL }),
                     &out, &err),
      0);
  assert_string_equal (out.data, "\n");
  assert_int_equal (
      gk_exec_check (&EXEC (.argv = SH ("yes >&2 | head -c 100; exit 0")), NULL, &err), -1);
}

static void
in_a_chroot (void **state)
{
  int fd = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (geteuid () != 0)
    skip ();
  run (&EXEC (.argv = SH ("pwd; ls /proc/self/fd"), .chroot_fd = fd), 0, "/\n0\n1\n2\n3\n");
  close (fd);
}

static void
find (void **state)
{
  _cleanup_free_ char *sh = gk_exec_find ("sh"), *abs = gk_exec_find ("/bin/sh");

  assert_string_equal (sh, "/usr/bin/sh");
  assert_string_equal (abs, "/bin/sh");
  assert_null (gk_exec_find ("no-such-tool"));
  assert_null (gk_exec_find (""));
  assert_null (gk_exec_find ("/etc"));
  assert_null (gk_exec_find ("."));
}

/* Until that is what it said last. */
static void
await_words (struct gk_child *child, const char *last)
{
  for (int i = 0; i < 6000; i++) {
    _cleanup_free_ char *words = gk_child_last_words (child);
    if (words && gk_streq (words, last))
      return;
    usleep (10000);
  }
  fail_msg ("it did not say %s", last);
}

static void
child_stays (void **state)
{
  struct gk_child child = GK_CHILD_INIT;

  assert_false (gk_child_alive (&child));
  assert_int_equal (gk_child_stop (&child, 10), -1);
  assert_int_equal (
      gk_child_start (&EXEC (.argv = (const char *const[]){ "no-such-tool", NULL }), &child, &err),
      -1);
  assert_int_equal (child.pid, 0);
  gk_error_clear (&err);

  assert_int_equal (
      gk_child_start (&EXEC (.argv = SH ("cat >&2; echo; echo last >&2; exec sleep 100"),
                             .stdin_data = "words\n", .stdin_size = 6),
                      &child, &err),
      0);
  assert_true (gk_child_alive (&child));
  await_words (&child, "last");
  assert_null (gk_child_last_words (&child));
  assert_int_equal (gk_child_stop (&child, 1000), 128 + SIGTERM);
  assert_int_equal (child.pid, 0);
  assert_false (gk_child_alive (&child));

  /* It ends by itself. */
  assert_int_equal (gk_child_start (&EXEC (.argv = SH ("exit 5")), &child, &err), 0);
  for (int i = 0; i < 6000 && gk_child_alive (&child); i++)
    usleep (10000);
  assert_false (gk_child_alive (&child));
  assert_int_equal (gk_child_stop (&child, 1000), 5);
  /* It will not listen. */
  double begun = now ();
  assert_int_equal (
      gk_child_start (
          &EXEC (.argv = SH ("trap '' TERM; echo deaf >&2; while :; do sleep 0.05; done")), &child,
          &err),
      0);
  await_words (&child, "deaf");
  assert_int_equal (gk_child_stop (&child, 200), 128 + SIGKILL);
  assert_true (now () - begun < 50);
  /* It says more than a pipe holds, and goes on. */
  char path[] = "/tmp/gk-exec-XXXXXX", script[100];
  int fd = mkstemp (path);
  snprintf (script, sizeof script, "head -c 300000 /dev/zero >&2; echo done > %s; exec sleep 100",
            path);
  assert_int_equal (gk_child_start (&EXEC (.argv = SH (script)), &child, &err), 0);
  char c = 0;
  for (int i = 0; i < 6000 && pread (fd, &c, 1, 0) != 1; i++)
    usleep (10000);
  assert_int_equal (c, 'd');
  close (fd);
  unlink (path);
  gk_child_stop (&child, 0);
}

/* The parent is killed: so is the child. */
static void
parent_dies (void **state)
{
  int fds[2];
  char c;

  assert_return_code (pipe2 (fds, O_CLOEXEC), errno);
  pid_t pid = fork ();
  if (pid == 0) {
    struct gk_child child = GK_CHILD_INIT;

    gk_child_start (&EXEC (.argv = SH ("exec sleep 100"), .pass_fds = &fds[1], .n_pass_fds = 1),
                    &child, NULL);
    kill (getpid (), SIGKILL);
  }
  close (fds[1]);
  assert_int_equal (waitpid (pid, NULL, 0), pid);
  struct pollfd p = { .fd = fds[0], .events = POLLIN };
  assert_int_equal (poll (&p, 1, 60000), 1); /* the child held the other end */
  assert_int_equal (read (fds[0], &c, 1), 0);
  close (fds[0]);
}

/* Handlers and other threads of the program go on meanwhile. */
static volatile int alarms;
static void
on_alarm (int sig)
{
  alarms++;
}

static void
under_signals (void **state)
{
  struct sigaction sa = { .sa_handler = on_alarm }, old;
  struct itimerspec its = { { 0, 300000 }, { 0, 300000 } };
  timer_t timer;

  sigaction (SIGALRM, &sa, &old);
  assert_return_code (timer_create (CLOCK_MONOTONIC, NULL, &timer), errno);
  timer_settime (timer, 0, &its, NULL);
  for (int i = 0; i < 100; i++)
    run (&EXEC (.argv = SH ("cat"), .stdin_data = "x", .stdin_size = 1), 0, "x");
  timer_delete (timer);
  sigaction (SIGALRM, &old, NULL);
  assert_true (alarms > 10);
}

int
main (void)
{
#define T(f) cmocka_unit_test_teardown (f, teardown)
  const struct CMUnitTest tests[] = {
    T (status_and_output),
    T (environment),
    T (surroundings),
    T (descriptors),
    T (without_stdio),
    T (input),
    T (missing_tool),
    T (time_limit),
    T (output_cap),
    T (limits),
    T (killed_group),
    T (daemon_left_behind),
    T (cancel),
    T (check),
    T (in_a_chroot),
    T (find),
    T (child_stays),
    T (parent_dies),
    T (under_signals),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
