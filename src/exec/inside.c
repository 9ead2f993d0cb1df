/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The steps that every child takes: it leaves the session, the signals and the
 * descriptors of its parent behind. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec/exec-priv.h"

pid_t
gk_inside_fork (void)
{
  sigset_t all, old;

  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, &old);
  pid_t pid = fork ();
  int saved = errno;
  if (pid != 0)
    pthread_sigmask (SIG_SETMASK, &old, NULL);
  errno = saved;
  return pid;
}

int
gk_inside_detach (pid_t parent)
{
  /* Tools on hostile images crash; their memory holds keys. */
  const struct rlimit none = { 0, 0 };

  if (prctl (PR_SET_PDEATHSIG, SIGKILL) == -1)
    return -1;
  /* It may have died before that. */
  if (getppid () != parent) {
    errno = ESRCH;
    return -1;
  }
  /* A session, not just a group: no terminal to ask a password on. */
  if (setsid () == -1)
    return -1;
  return setrlimit (RLIMIT_CORE, &none);
}

int
gk_inside_limit_memory (uint64_t bytes)
{
#ifdef __SANITIZE_ADDRESS__
  (void)bytes; /* its shadow has terabytes of addresses */
  return 0;
#else
  const struct rlimit memory = { bytes, bytes };

  return setrlimit (RLIMIT_AS, &memory);
#endif
}

int
gk_inside_serve (void)
{
  prctl (PR_SET_IO_FLUSHER, 1, 0, 0, 0);
  if (unshare (CLONE_NEWNS) == -1)
    return -1;
  /* EINVAL: the root is no mount point, so nothing is shared through it. */
  return mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == -1 && errno != EINVAL ? -1 : 0;
}

int
gk_inside_serve_alone (void)
{
  if (gk_inside_serve () == -1 ||
      mount ("none", "/dev", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=500") == -1 ||
      chdir ("/dev") == -1 || syscall (SYS_pivot_root, ".", ".") == -1 ||
      umount2 (".", MNT_DETACH) == -1)
    return -1;
  return chdir ("/");
}

int
gk_inside_reset_signals (void)
{
  /* The kernel's call: the C library keeps two signals for itself, which some
   * programs' parents leave ignored.  All zero is SIG_DFL on every machine. */
  static const long zero[16];
  sigset_t none;

  for (int sig = 1; sig < NSIG; sig++)
    if (sig != SIGKILL && sig != SIGSTOP &&
        syscall (SYS_rt_sigaction, sig, zero, NULL, (size_t)_NSIG / 8) == -1)
      return -1;
  sigemptyset (&none);
  return sigprocmask (SIG_SETMASK, &none, NULL);
}

int
gk_inside_close_fds (const int *keep, size_t n)
{
  unsigned first = 3;

  for (size_t i = 0; i < n; i++) {
    if ((unsigned)keep[i] > first && close_range (first, keep[i] - 1, 0) == -1)
      return -1;
    first = (unsigned)keep[i] + 1;
  }
  return close_range (first, ~0U, 0);
}

static int
compare (const void *a, const void *b)
{
  int x = *(const int *)a, y = *(const int *)b;
  return x < y ? -1 : x > y;
}

int *
gk_exec_sorted_fds (const int *fds, size_t n, size_t extra)
{
  int *v = calloc (n + extra + 1, sizeof *v);

  if (!v)
    return NULL;
  if (n > 0) {
    memcpy (v, fds, n * sizeof *v);
    qsort (v, n, sizeof *v, compare);
  }
  for (size_t i = 0; i < n; i++)
    if (v[i] < 3 || (i > 0 && v[i] == v[i - 1])) {
      free (v);
      errno = EINVAL;
      return NULL;
    }
  return v;
}
