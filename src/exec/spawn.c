/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Making a child that executes a tool.
 *
 * clone with CLONE_VM | CLONE_VFORK, as posix_spawn does it: no page tables
 * are copied, which for a large program takes longer than the tool.  The child
 * borrows this process's memory, so until execve it runs on its own stack,
 * with all signals blocked, and calls only what is async-signal-safe.
 * posix_spawn itself can neither chroot nor set PR_SET_PDEATHSIG.
 *
 * Failures come back over a pipe that execve closes, not through the shared
 * memory: valgrind turns the clone into a fork.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec-priv.h"
#include "exec/exec.h"

#define STACK_SIZE ((size_t)64 << 10)
#define GUARD_SIZE ((size_t)4 << 10)

/* ASan would complain of the foreign stack when the child leaves it. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ON_OWN_STACK __attribute__ ((no_sanitize ("address")))
#endif
#endif
#if !defined ON_OWN_STACK && defined __SANITIZE_ADDRESS__
#define ON_OWN_STACK __attribute__ ((no_sanitize ("address")))
#endif
#ifndef ON_OWN_STACK
#define ON_OWN_STACK
#endif

static const char *const search_path[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

static const char *const default_env[] = {
  "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
  /* Plain C, not C.UTF-8, in which tools quote with characters outside ASCII. */
  "LC_ALL=C",
  "HOME=/",
  /* Tools that ask libblkid would keep what they see in /run/blkid of the host. */
  "BLKID_FILE=/dev/null",
};

#define N_DIRS (sizeof search_path / sizeof search_path[0])
#define N_ENV (sizeof default_env / sizeof default_env[0])

struct plan {
  char *const *argv;
  char *const *envp;
  int stdio[3];
  int *keep; /* pass_fds ascending, and room for one */
  size_t n_keep;
  const struct gk_exec *x;
  int status_fd;
  pid_t parent;
};

struct status {
  int errnum;
  char step[60];
};

static ON_OWN_STACK int
try_exec (const struct plan *p)
{
  const char *name = p->argv[0];
  char path[PATH_MAX];
  size_t n = strlen (name), dir;
  int errnum = ENOENT;

  if (memchr (name, '/', n)) {
    execve (name, p->argv, p->envp);
    return -1;
  }
  if (n == 0 || n > NAME_MAX) {
    errno = n ? ENAMETOOLONG : ENOENT;
    return -1;
  }
  for (size_t i = 0; i < N_DIRS; i++) {
    dir = strlen (search_path[i]);
    memcpy (path, search_path[i], dir);
    path[dir] = '/';
    memcpy (path + dir + 1, name, n + 1);
    execve (path, p->argv, p->envp);
    if (errno != ENOENT && errno != ENOTDIR) {
      errnum = errno;
      if (errno != EACCES)
        break;
    }
  }
  errno = errnum;
  return -1;
}

static ON_OWN_STACK int
limit (int what, uint64_t value)
{
  const struct rlimit rl = { value, value };

  return value ? setrlimit (what, &rl) : 0;
}

/* Changing the user takes the death signal back, and that the parent is alive
 * shows only on the pipe that it reads. */
static const char *
enter_inside (const struct plan *p)
{
  struct pollfd alive = { .fd = p->status_fd, .events = 0 };
  const char *step = p->x->inside->enter (p->x->inside->opaque);

  if (step)
    return step;
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) == -1)
    return "death signal";
  return poll (&alive, 1, 0) == 0 ? NULL : "parent";
}

/* The steps up to execve; returns the name of the one that failed. */
static ON_OWN_STACK const char *
prepare (struct plan *p)
{
  int above = p->n_keep ? p->keep[p->n_keep - 1] + 1 : 3;
  int fd;

  /* First, so that the others can be reported.  Above all that is kept: the
   * list stays in order. */
  fd = fcntl (p->status_fd, F_DUPFD_CLOEXEC, above);
  if (fd == -1)
    return "dup";
  p->status_fd = fd;
  /* From a pid namespace no parent is seen. */
  bool own_pids = p->x->inside && p->x->inside->clone_flags & CLONE_NEWPID;
  if (gk_inside_detach (own_pids ? 0 : p->parent) == -1)
    return "detach";
  if (p->x->serves_disk && gk_inside_serve () == -1)
    return "unshare";
  /* No number may be overwritten that is still to be copied. */
  for (int i = 0; i < 3; i++) {
    p->stdio[i] = fcntl (p->stdio[i], F_DUPFD_CLOEXEC, above);
    if (p->stdio[i] == -1)
      return "dup";
  }
  for (int i = 0; i < 3; i++)
    if (dup2 (p->stdio[i], i) == -1)
      return "dup2";
  for (size_t i = 0; i < p->n_keep; i++)
    if (fcntl (p->keep[i], F_SETFD, 0) == -1)
      return "pass";
  if (p->x->chroot_fd >= 0 && (fchdir (p->x->chroot_fd) == -1 || chroot (".") == -1))
    return "chroot";
  if (chdir ("/") == -1)
    return "chdir";
  umask (022);
  /* Before enter, which may want one to be ignored. */
  if (gk_inside_reset_signals () == -1)
    return "sigaction";
  if (p->x->inside) {
    const char *step = enter_inside (p);
    if (step)
      return step;
  }
  p->keep[p->n_keep] = p->status_fd;
  if (gk_inside_close_fds (p->keep, p->n_keep + 1) == -1)
    return "close_range";
  if (limit (RLIMIT_AS, p->x->max_memory) == -1 || limit (RLIMIT_CPU, p->x->max_cpu_s) == -1)
    return "setrlimit";
  return NULL;
}

static ON_OWN_STACK int
child_main (void *opaque)
{
  struct plan *p = opaque;
  struct status status = { .step = "" };
  const char *step = prepare (p);

  if (!step)
    try_exec (p);
  status.errnum = errno;
  if (step)
    snprintf (status.step, sizeof status.step, "%s", step);
  while (write (p->status_fd, &status, sizeof status) == -1 && errno == EINTR)
    ;
  _exit (127);
}

/* env, and the defaults whose names it does not have. */
static char **
make_env (const char *const *env)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  size_t i, j, name;

  for (i = 0; i < N_ENV; i++) {
    name = strcspn (default_env[i], "=") + 1;
    for (j = 0; env && env[j]; j++)
      if (strncmp (env[j], default_env[i], name) == 0)
        break;
    if ((!env || !env[j]) && gk_strv_push (&sv, default_env[i]) == -1)
      return NULL;
  }
  for (j = 0; env && env[j]; j++)
    if (gk_strv_push (&sv, env[j]) == -1)
      return NULL;
  return gk_strv_finish (&sv);
}

static pid_t
start (struct plan *plan, int *pidfd)
{
  sigset_t all, old;
  char *stack;
  pid_t pid;
  int saved, flags;

  stack = mmap (NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK,
                -1, 0);
  if (stack == MAP_FAILED)
    return -1;
  if (mprotect (stack, GUARD_SIZE, PROT_NONE) == -1) {
    saved = errno;
    munmap (stack, STACK_SIZE);
    errno = saved;
    return -1;
  }
  /* A handler of this program must not run in the child. */
  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, &old);
  flags = CLONE_PIDFD | SIGCHLD;
  /* Many steps into namespaces are not for borrowed memory. */
  flags |= plan->x->inside ? plan->x->inside->clone_flags : CLONE_VM | CLONE_VFORK;
  pid = clone (child_main, stack + STACK_SIZE, flags, plan, pidfd);
  saved = errno;
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  munmap (stack, STACK_SIZE);
  errno = saved;
  return pid;
}

int
gk_exec_spawn (const struct gk_exec *x, const int stdio[3], pid_t *ret_pid, int *ret_pidfd,
               struct gk_error *err)
{
  _cleanup_free_ int *keep = NULL;
  _cleanup_strv_ char **envp = NULL;
  _cleanup_close_ int status_r = -1, status_w = -1, pidfd = -1;
  struct status status;
  struct plan plan;
  int fds[2];
  ssize_t n;
  pid_t pid;

  keep = gk_exec_sorted_fds (x->pass_fds, x->n_pass_fds, 1);
  if (!keep)
    return errno == ENOMEM ? gk_error_oom (err)
                           : gk_error_sys (err, errno, "%s: descriptors to pass", x->argv[0]);
  envp = make_env (x->env);
  if (!envp)
    return gk_error_oom (err);
  if (gk_exec_pipe (fds, -1, err) == -1)
    return -1;
  status_r = fds[0];
  status_w = fds[1];
  plan = (struct plan){
    .argv = (char *const *)x->argv,
    .envp = envp,
    .stdio = { stdio[0], stdio[1], stdio[2] },
    .keep = keep,
    .n_keep = x->n_pass_fds,
    .x = x,
    .status_fd = status_w,
    .parent = getpid (),
  };
  pid = start (&plan, &pidfd);
  if (pid == -1)
    return gk_error_sys (err, errno, "%s: clone", x->argv[0]);
  gk_close_keep_errno (gk_steal_fd (&status_w));
  n = gk_read_full (status_r, &status, sizeof status);
  if (n != 0) {
    gk_exec_kill (pid, pidfd, SIGKILL);
    gk_exec_reap (pidfd, -1);
    if (n != sizeof status)
      return gk_error_sys (err, EIO, "%s: clone", x->argv[0]);
    if (status.step[0])
      return gk_error_sys (err, status.errnum, "%s: %.*s", x->argv[0], (int)sizeof status.step,
                           status.step);
    return gk_error_sys (err, status.errnum, "%s", x->argv[0]);
  }
  *ret_pid = pid;
  *ret_pidfd = gk_steal_fd (&pidfd);
  return 0;
}

char *
gk_exec_find (const char *tool)
{
  struct stat st;
  char *path;

  if (strchr (tool, '/'))
    return access (tool, X_OK) == 0 && stat (tool, &st) == 0 && S_ISREG (st.st_mode) ? strdup (tool)
                                                                                     : NULL;
  for (size_t i = 0; *tool && i < N_DIRS; i++) {
    path = gk_asprintf ("%s/%s", search_path[i], tool);
    if (!path)
      return NULL;
    if (access (path, X_OK) == 0 && stat (path, &st) == 0 && S_ISREG (st.st_mode))
      return path;
    free (path);
  }
  return NULL;
}
