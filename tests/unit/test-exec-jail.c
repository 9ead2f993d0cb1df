/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: exec op base */
/* What runs in the jail sees the tree and nothing else, however it is asked,
 * and its errors, crashes and delays reach the caller. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/strv.h"
#include "exec/jail.h"
#include "op/task.h"

/* Its shadow alone is larger than any limit. */
#ifdef __SANITIZE_ADDRESS__
#define ASAN 1
#else
#define ASAN 0
#endif

static char base[32];
static char path[100];
static int root = -1;
static struct gk_error err;

static const char *
in_root (const char *name)
{
  snprintf (path, sizeof path, "%s/root/%s", base, name);
  return path;
}

static int
setup (void **state)
{
  if (unshare (CLONE_NEWNS) == -1 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == -1)
    return -1;
  strcpy (base, "/tmp/gk-jail-XXXXXX");
  assert_non_null (mkdtemp (base));
  snprintf (path, sizeof path, "%s/root", base);
  assert_return_code (mkdir (path, 0755), errno);
  root = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  assert_return_code (mkdir (in_root ("sub"), 0755), errno);
  assert_return_code (mount ("tmpfs", in_root ("sub"), "tmpfs", 0, "size=1M"), errno);
  assert_return_code (mknod (in_root ("null"), S_IFCHR | 0666, makedev (1, 3)), errno);
  assert_return_code (symlink ("/etc/passwd", in_root ("passwd")), errno);
  signal (SIGPIPE, SIG_IGN);
  return 0;
}

static int
rm (const char *p, const struct stat *st, int type, struct FTW *ftw)
{
  return remove (p);
}

static int
teardown (void **state)
{
  close (root);
  umount2 (in_root ("sub"), MNT_DETACH);
  return nftw (base, rm, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int
clear (void **state)
{
  gk_error_clear (&err);
  return 0;
}

static struct gk_jail
jail (void)
{
  return (struct gk_jail){ .root_fd = root, .caps = GK_JAIL_CAPS_FILES };
}

/* In the jail: an error that names the line. */
#define NEED(cond)                                                                                 \
  do                                                                                               \
    if (!(cond))                                                                                   \
      return gk_error_set (e, errno, "line %d: %s (%s)", __LINE__, #cond, strerror (errno));       \
  while (0)
#define REFUSED(call)                                                                              \
  do {                                                                                             \
    errno = 0;                                                                                     \
    if ((call) != -1 || errno != EPERM)                                                            \
      return gk_error_set (e, errno, "line %d: %s allowed", __LINE__, #call);                      \
  } while (0)

static void
good (const struct gk_jail *j, int (*fn) (void *, struct gk_error *), void *opaque)
{
  if (gk_jail_run (j, fn, opaque, &err) == -1)
    fail_msg ("%s", gk_error_msg (&err));
}

/* --- results ------------------------------------------------------------------ */

static int
return_opaque (void *opaque, struct gk_error *e)
{
  return *(int *)opaque;
}

static int
fail_enoent (void *opaque, struct gk_error *e)
{
  gk_error_sys (e, ENOENT, "open: /x");
  return gk_error_wrap (e, "tar");
}

static int
fail_silently (void *opaque, struct gk_error *e)
{
  return -1;
}

static int
fail_long (void *opaque, struct gk_error *e)
{
  return gk_error_set (e, EIO, "%0100000d", 1);
}

static int
crash (void *opaque, struct gk_error *e)
{
  signal (SIGSEGV, SIG_DFL);
  raise (SIGSEGV);
  return 0;
}

static int
leave (void *opaque, struct gk_error *e)
{
  _exit (0);
}

static void
results (void **state)
{
  struct gk_jail j = jail ();
  int n = 42;

  assert_int_equal (gk_jail_run (&j, return_opaque, &n, &err), 42);
  n = 0;
  assert_int_equal (gk_jail_run (&j, return_opaque, &n, &err), 0);
  assert_null (err.msg);
  static const struct {
    int (*fn) (void *, struct gk_error *);
    int errnum;
    const char *msg;
  } rows[] = {
    { fail_enoent, ENOENT, "tar: open: /x: No such file or directory" },
    { fail_silently, 0, "jail: failed without a reason" },
    { crash, 0, "jail: killed by signal 11" },
    { leave, 0, "jail: ended without a report" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_int_equal (gk_jail_run (&j, rows[i].fn, NULL, &err), -1);
    assert_string_equal (gk_error_msg (&err), rows[i].msg);
    assert_int_equal (err.errnum, rows[i].errnum);
    gk_error_clear (&err);
  }
  assert_int_equal (gk_jail_run (&j, fail_long, NULL, &err), -1);
  assert_int_equal (err.errnum, EIO);
  assert_int_equal (strlen (err.msg), 16384);
  /* Nobody is left to be waited for. */
  assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
}

/* --- walls --------------------------------------------------------------------- */

static int
look_around (void *opaque, struct gk_error *e)
{
  char cwd[PATH_MAX];
  struct stat st, up;
  int fd;

  NEED (getcwd (cwd, sizeof cwd) && strcmp (cwd, "/") == 0);
  NEED (stat ("/", &st) == 0 && stat ("/../..", &up) == 0 && st.st_ino == up.st_ino);
  NEED (access ("/etc", F_OK) == -1 && access ("/passwd", F_OK) == -1 &&
        access ("/tmp", F_OK) == -1);
  NEED (access ("/proc", F_OK) == -1);
  /* Files can be made, also on what is mounted below. */
  fd = open ("/made", O_RDWR | O_CREAT | O_EXCL, 0644);
  NEED (fd >= 0 && gk_write_full (fd, "x", 1) == 0);
  NEED (fchown (fd, 1234, 5678) == 0 && fchmod (fd, 04755) == 0);
  /* Programs, and libraries of the guest, cannot be mapped to run. */
  NEED (mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED &&
        errno == EPERM);
  fd = open ("/sub/made", O_RDWR | O_CREAT | O_EXCL, 0644);
  NEED (fd >= 0);
  /* Device nodes can be made, but not opened. */
  NEED (mknod ("/zero", S_IFCHR | 0666, makedev (1, 5)) == 0);
  NEED (open ("/zero", O_RDONLY) == -1 && errno == EACCES);
  NEED (open ("/null", O_WRONLY) == -1 && errno == EACCES);
  NEED (mknod ("/sub/zero", S_IFCHR | 0666, makedev (1, 5)) == 0);
  NEED (open ("/sub/zero", O_RDONLY) == -1 && errno == EACCES);
  return 0;
}

static void
sees_the_tree_only (void **state)
{
  struct gk_jail j = jail ();
  struct stat st;

  good (&j, look_around, NULL);
  assert_return_code (stat (in_root ("made"), &st), errno);
  assert_int_equal (st.st_uid, 1234);
  assert_int_equal (st.st_mode & 07777, 04755);
  assert_return_code (stat (in_root ("sub/made"), &st), errno);
  /* The caller's own view is as it was. */
  _cleanup_close_ int fd = open (in_root ("null"), O_WRONLY | O_CLOEXEC);
  assert_return_code (fd, errno);
}

static int
try_syscalls (void *opaque, struct gk_error *e)
{
  static char *const argv[] = { (char *)"/made", NULL };
  pid_t parent = getppid ();

  REFUSED (execve ("/made", argv, NULL));
  REFUSED (kill (parent, 0));
  REFUSED (kill (1, 0));
  REFUSED (kill (-1, 0));
  REFUSED ((int)syscall (SYS_tgkill, parent, parent, 0));
  REFUSED ((int)syscall (SYS_tkill, parent, 0));
  REFUSED ((int)syscall (SYS_pidfd_open, parent, 0));
  REFUSED ((int)syscall (SYS_ptrace, 16, parent, 0, 0));
  REFUSED (mount ("none", "/", "tmpfs", 0, NULL));
  REFUSED (umount2 ("/sub", MNT_DETACH));
  REFUSED (chroot ("/sub"));
  REFUSED (unshare (CLONE_NEWUSER));
  REFUSED (socket (AF_UNIX, SOCK_STREAM, 0));
  REFUSED (socket (AF_INET, SOCK_STREAM, 0));
  REFUSED ((int)syscall (SYS_setns, 0, 0));
  REFUSED ((int)syscall (SYS_bpf, 0, NULL, 0));
  REFUSED ((int)syscall (SYS_io_uring_setup, 1, NULL));
  REFUSED ((int)syscall (SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
  REFUSED (sethostname ("x", 1));
  /* Its own, all the same. */
  struct rlimit rl;
  NEED (getrlimit (RLIMIT_CORE, &rl) == 0 && rl.rlim_cur == 0 && rl.rlim_max == 0);
  NEED (syscall (SYS_tgkill, getpid (), syscall (SYS_gettid), 0) == 0);
  NEED (getsid (0) == getpid ());
  NEED (prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
  pid_t pid = fork ();
  if (pid == 0)
    _exit (3);
  int status;
  NEED (pid > 0 && waitpid (pid, &status, 0) == pid && WEXITSTATUS (status) == 3);
  return 0;
}

static int
abort_it (void *opaque, struct gk_error *e)
{
  abort ();
}

static void
system_calls (void **state)
{
  struct gk_jail j = jail ();

  good (&j, try_syscalls, NULL);
  assert_int_equal (gk_jail_run (&j, abort_it, NULL, &err), -1);
  assert_string_equal (err.msg, "jail: killed by signal 6");
}

static uint64_t
effective (void)
{
  struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2];

  if (syscall (SYS_capget, &head, data) == -1)
    return UINT64_MAX;
  if (data[0].effective != data[0].permitted || data[0].inheritable || data[1].inheritable)
    return UINT64_MAX;
  return data[0].effective | (uint64_t)data[1].effective << 32;
}

static int
check_caps (void *opaque, struct gk_error *e)
{
  uint64_t want = *(uint64_t *)opaque;

  NEED (effective () == want);
  for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
    NEED (prctl (PR_CAPBSET_READ, cap, 0, 0, 0) == (int)(want >> cap & 1));
  /* Back as another user and root again: nothing returns. */
  NEED (prctl (PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1);
  if (want & GK_CAP (SYS_ADMIN)) {
    NEED (setxattr ("/made2", "trusted.x", "y", 1, 0) == 0);
    NEED (getxattr ("/made2", "trusted.x", NULL, 0) == 1);
  } else
    NEED (setxattr ("/made2", "trusted.x", "y", 1, 0) == -1 && errno == EPERM);
  return 0;
}

static void
capabilities (void **state)
{
  static const uint64_t sets[] = { 0, GK_JAIL_CAPS_FILES, GK_JAIL_CAPS_XATTRS };

  int fd = open (in_root ("made2"), O_CREAT | O_WRONLY, 0666);
  close (fd);
  for (size_t i = 0; i < 3; i++) {
    struct gk_jail j = jail ();

    j.caps = sets[i];
    good (&j, check_caps, (void *)&sets[i]);
  }
}

static int
check_fds (void *opaque, struct gk_error *e)
{
  const int *given = opaque;
  int open_fds = 0;
  char c;

  for (int fd = 3; fd < 500; fd++)
    open_fds += fcntl (fd, F_GETFD) != -1;
  NEED (open_fds == 4); /* the two, the report, and the tree's own */
  NEED (read (given[0], &c, 1) == 1 && c == 'm');
  NEED (write (given[1], "out", 3) == 3);
  return 0;
}

static void
descriptors (void **state)
{
  struct gk_jail j = jail ();
  int mem = memfd_create ("x", 0), given[2], leak = open ("/etc", O_RDONLY | O_DIRECTORY);
  char buf[4] = "";

  assert_int_equal (write (mem, "mem", 3), 3);
  lseek (mem, 0, SEEK_SET);
  given[0] = fcntl (mem, F_DUPFD_CLOEXEC, 300);
  given[1] = memfd_create ("out", MFD_CLOEXEC);
  j.pass_fds = given;
  j.n_pass_fds = 2;
  good (&j, check_fds, given);
  assert_int_equal (pread (given[1], buf, 3, 0), 3);
  assert_string_equal (buf, "out");
  given[1] = 1;
  assert_int_equal (gk_jail_run (&j, check_fds, given, &err), -1);
  assert_int_equal (err.errnum, EINVAL);
  close (given[0]);
  close (mem);
  close (leak);
}

static int
touch (void *opaque, struct gk_error *e)
{
  close (open ("/was-run", O_CREAT | O_WRONLY, 0644));
  return 0;
}

/* A wall that cannot be put up: the function is not run. */
static void
no_wall_no_run (void **state)
{
  struct gk_jail j = jail ();
  _cleanup_close_ int file = open ("/etc/passwd", O_PATH | O_CLOEXEC);

  j.root_fd = -1;
  assert_int_equal (gk_jail_run (&j, touch, NULL, &err), -1);
  assert_int_equal (err.errnum, EBADF);
  assert_string_equal (err.msg, "jail: open_tree: Bad file descriptor");
  gk_error_clear (&err);
  j.root_fd = file;
  assert_int_equal (gk_jail_run (&j, touch, NULL, &err), -1);
  assert_int_equal (err.errnum, ENOTDIR);
  gk_error_clear (&err);
  pid_t pid = fork ();
  if (pid == 0) {
    j = jail ();
    if (setresuid (65534, 65534, 65534) == -1)
      _exit (3);
    _exit (gk_jail_run (&j, touch, NULL, &err) == -1 && err.errnum == EPERM ? 0 : 1);
  }
  int status;
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_int_equal (status, 0);
  assert_int_equal (access (in_root ("was-run"), F_OK), -1);
}

/* --- time and cancel ------------------------------------------------------------ */

static double
now (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int
sleep_long (void *opaque, struct gk_error *e)
{
  signal (SIGALRM, SIG_IGN);
  sleep (100);
  return 0;
}

static int
allocate (void *opaque, struct gk_error *e)
{
  void *volatile p = malloc (*(size_t *)opaque);

  return p ? 0 : gk_error_oom (e);
}

struct fake {
  struct gk_task task;
  volatile bool cancel;
};

static bool
fake_cancelled (struct gk_task *t)
{
  return ((struct fake *)t)->cancel;
}

static const struct gk_task_ops fake_ops = { .cancelled = fake_cancelled };

static void *
cancel_soon (void *opaque)
{
  usleep (100000);
  ((struct fake *)opaque)->cancel = true;
  return NULL;
}

static void
ends_in_time (void **state)
{
  struct gk_jail j = jail ();
  struct fake f = { { &fake_ops }, false };
  size_t n = 1 << 30;
  double begun = now ();
  pthread_t t;

  j.timeout_ms = 200;
  assert_int_equal (gk_jail_run (&j, sleep_long, NULL, &err), -1);
  assert_int_equal (err.errnum, ETIMEDOUT);
  assert_string_equal (err.msg, "jail: did not end within 200 ms");
  gk_error_clear (&err);

  j.timeout_ms = 0;
  j.task = &f.task;
  pthread_create (&t, NULL, cancel_soon, &f);
  assert_int_equal (gk_jail_run (&j, sleep_long, NULL, &err), -1);
  assert_int_equal (err.errnum, ECANCELED);
  gk_error_clear (&err);
  pthread_join (t, NULL);
  assert_int_equal (gk_jail_run (&j, touch, NULL, &err), -1);
  assert_int_equal (err.errnum, ECANCELED);
  gk_error_clear (&err);
  assert_true (now () - begun < 50);
  assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);

  if (!ASAN) {
    j.task = NULL;
    j.max_memory = 512 << 20;
    assert_int_equal (gk_jail_run (&j, allocate, &n, &err), -1);
    assert_int_equal (err.errnum, ENOMEM);
  }
}

/* --- the pump --------------------------------------------------------------------- */

struct flow {
  int child_fd, our_fd;
  size_t n;     /* what the child reads or writes */
  size_t moved; /* what the pump wrote or read */
  bool child_fails;
  int pump_fails; /* errno */
};

static int
child_reads (void *opaque, struct gk_error *e)
{
  struct flow *f = opaque;
  char buf[4096];
  size_t got = 0;
  ssize_t r;

  while (got < f->n) {
    r = read (f->child_fd, buf, sizeof buf);
    NEED (r >= 0);
    if (r == 0)
      break;
    got += r;
  }
  if (f->child_fails)
    return gk_error_set (e, EILSEQ, "bad archive");
  return (int)got;
}

static int
pump_writes (void *opaque, struct gk_error *e)
{
  struct flow *f = opaque;
  static char buf[65536];
  int r = 0;

  close (f->child_fd);
  while (r == 0 && f->moved < 1 << 20) {
    if (f->pump_fails && f->moved > 300000)
      r = gk_error_sys (e, f->pump_fails, "source");
    else if (gk_write_full (f->our_fd, buf, sizeof buf) == -1)
      r = gk_error_sys (e, errno, "write");
    else
      f->moved += sizeof buf;
  }
  close (f->our_fd);
  return r;
}

/* To the child, whose end is passed. */
static void
give_pipe (struct gk_jail *j, struct flow *f)
{
  int fds[2];

  assert_return_code (pipe2 (fds, O_CLOEXEC), errno);
  f->child_fd = fds[0];
  f->our_fd = fds[1];
  j->pass_fds = &f->child_fd;
  j->n_pass_fds = 1;
  j->pump_opaque = f;
}

static int
run_flow (struct gk_jail *j, struct flow *f)
{
  give_pipe (j, f);
  j->pump = pump_writes;
  gk_error_clear (&err);
  return gk_jail_run (j, child_reads, f, &err);
}

static void
pump (void **state)
{
  struct gk_jail j = jail ();
  struct flow f = { .n = 10 << 20 };

  assert_int_equal (run_flow (&j, &f), 1 << 20); /* it heard the end */
  /* The child stops early, with success: only where that is allowed. */
  f = (struct flow){ .n = 100 };
  assert_int_equal (run_flow (&j, &f), -1);
  assert_int_equal (err.errnum, EPIPE);
  f = (struct flow){ .n = 100 };
  j.early_end = true;
  assert_int_equal (run_flow (&j, &f), 4096);
  /* With an error: that is the cause. */
  f = (struct flow){ .n = 100, .child_fails = true };
  assert_int_equal (run_flow (&j, &f), -1);
  assert_string_equal (err.msg, "bad archive");
  assert_int_equal (err.errnum, EILSEQ);
  /* The source fails: the child goes. */
  f = (struct flow){ .n = 10 << 20, .pump_fails = ECANCELED };
  assert_int_equal (run_flow (&j, &f), -1);
  assert_int_equal (err.errnum, ECANCELED);
  assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
}

/* --- the tick ------------------------------------------------------------------------- */

static void
let_it_end (void *opaque)
{
  struct flow *f = opaque;

  f->moved++;
  assert_int_equal (write (f->our_fd, "x", 1), 1);
}

static int
wait_for_three (void *opaque, struct gk_error *e)
{
  struct flow *f = opaque;
  char buf[3];

  return (int)gk_read_full (f->child_fd, buf, sizeof buf);
}

/* Also while the child says nothing: it ends only when it has heard three. */
static void
tick (void **state)
{
  static const struct gk_task_ops ops = { .cancelled = NULL };
  struct gk_task task = { .ops = &ops };
  struct gk_jail j = jail ();
  struct flow f = { .n = 0 };

  give_pipe (&j, &f);
  j.task = &task;
  j.tick = let_it_end;
  gk_error_clear (&err);
  assert_int_equal (gk_jail_run (&j, wait_for_three, &f, &err), 3);
  assert_true (f.moved >= 3);
  close (f.child_fd);
  close (f.our_fd);
}

/* The child stands still while the pump waits for it. */
static int
stand_still (void *opaque, struct gk_error *e)
{
  sleep (100);
  return 0;
}

static void
stuck_child_with_pump (void **state)
{
  struct gk_jail j = jail ();
  struct flow f = { 0 };

  give_pipe (&j, &f);
  j.pump = pump_writes;
  j.timeout_ms = 300;
  assert_int_equal (gk_jail_run (&j, stand_still, NULL, &err), -1);
  assert_int_equal (err.errnum, ETIMEDOUT);
}

/* The parent is killed: so is the child, capabilities dropped and all. */
static int
hold (void *opaque, struct gk_error *e)
{
  NEED (write (*(int *)opaque, "r", 1) == 1);
  return sleep_long (NULL, e);
}

static void
parent_dies (void **state)
{
  struct gk_jail j = jail ();
  struct pollfd p = { .events = POLLIN };
  int fds[2];
  char c;

  assert_return_code (pipe2 (fds, O_CLOEXEC), errno);
  pid_t pid = fork ();
  if (pid == 0) {
    j.pass_fds = &fds[1];
    j.n_pass_fds = 1;
    gk_jail_run (&j, hold, &fds[1], NULL);
    _exit (0);
  }
  close (fds[1]);
  p.fd = fds[0];
  assert_int_equal (read (fds[0], &c, 1), 1); /* it is in there */
  kill (pid, SIGKILL);
  assert_int_equal (waitpid (pid, NULL, 0), pid);
  assert_int_equal (poll (&p, 1, 60000), 1);
  assert_int_equal (read (fds[0], &c, 1), 0);
  close (fds[0]);
}

int
main (void)
{
#define T(f) cmocka_unit_test_teardown (f, clear)
  const struct CMUnitTest tests[] = {
    T (results),     T (sees_the_tree_only),    T (system_calls), T (capabilities),
    T (descriptors), T (no_wall_no_run),        T (ends_in_time), T (pump),
    T (tick),        T (stuck_child_with_pump), T (parent_dies),
  };
  const char *why = NULL;

  if (geteuid () != 0)
    why = "not root";
  else if (syscall (SYS_open_tree, -1, "", 0) == -1 && errno == ENOSYS)
    why = "no open_tree (valgrind up to 3.19 does not know it)";
  if (why && !getenv ("GUESTKIT_MUST_WORK")) {
    printf ("skipped: %s\n", why);
    return 0;
  }
  return cmocka_run_group_tests (tests, setup, teardown);
}
