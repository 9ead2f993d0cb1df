/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Who looks after the rescue shell: starts it, reaps what it leaves behind,
 * tells its status to the worker and its end to the keeper, and ends everything
 * when the worker says so.
 *
 * What the shell has started is found as the descendants of this process, which
 * is the one that orphans come to: process groups and sessions are the shell's
 * to change.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "worker/rescue.h"

/* Servers of filesystems unmount theirs when they are told to end. */
#define GENTLE_MS 3000
#define FIRM_MS 3000
/* So often it is looked whether all output was sent: nobody tells. */
#define DRAIN_MS 20
#define PROCESSES_MAX 32768
#define FIRST_FD 3

static const char welcome[] =
    "\r\n"
    "The rescue shell of guestkit.\r\n"
    "\r\n"
    "The disks are in /dev.  /sysroot is the guest's tree, or the place to mount it.\r\n"
    "Programs are those of the machine outside, read-only; /mnt, /root and /tmp are\r\n"
    "in memory.  \"exit\" ends the session.\r\n"
    "\r\n";

/* --- the shell ------------------------------------------------------------------------ */

static _Noreturn void
be_shell (const struct gk_rescue_shell *s)
{
  static const char *const shells[] = { "/bin/bash", "/bin/sh" };
  sigset_t none;
  int null = open ("/dev/null", O_RDONLY);

  setsid ();
  /* The first terminal that the leader of a session opens becomes the session's.  By its name
   * in this world, in which programs look for it. */
  int fd = s->command ? s->tty_fd : open ("/dev/console", O_RDWR);
  for (int sig = 1; sig < NSIG; sig++)
    signal (sig, SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  if (null == -1 || chdir ("/") == -1 || fd == -1 || dup2 (s->command ? null : fd, 0) == -1 ||
      dup2 (fd, 1) == -1 || dup2 (fd, 2) == -1 || close_range (3, ~0U, 0) == -1)
    _exit (126);
  for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
    char *const script[] = { (char *)shells[i], (char *)"-c", (char *)s->command, NULL };
    char *const bash[] = { (char *)shells[i], (char *)"--norc", (char *)"-i", NULL };
    char *const sh[] = { (char *)shells[i], (char *)"-i", NULL };
    execve (shells[i], s->command ? script : i == 0 ? bash : sh, (char *const *)s->env);
  }
  static const char sorry[] = "guestkit: this machine has neither bash nor sh\r\n";
  gk_write_full (2, sorry, sizeof sorry - 1);
  _exit (127);
}

/* --- its descendants ------------------------------------------------------------------- */

struct process {
  pid_t pid, parent;
  bool below;
};

static size_t
read_processes (struct process *v)
{
  DIR *dir = opendir ("/proc");
  struct dirent *d;
  size_t n = 0;

  while (dir != NULL && n < PROCESSES_MAX && (d = readdir (dir)) != NULL) {
    char path[64], text[512];
    pid_t pid = (pid_t)atoi (d->d_name);
    if (pid <= 0)
      continue;
    snprintf (path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open (path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd == -1 ? -1 : read (fd, text, sizeof text - 1);
    if (fd != -1)
      close (fd);
    if (got <= 0)
      continue;
    text[got] = '\0';
    /* "PID (NAME) STATE PARENT"; a name may have parentheses of its own. */
    const char *end = strrchr (text, ')');
    if (end != NULL && strlen (end) > 4)
      v[n++] = (struct process){ pid, (pid_t)atoi (end + 4), false };
  }
  if (dir != NULL)
    closedir (dir);
  return n;
}

static void
signal_all (int sig)
{
  _cleanup_free_ struct process *v = calloc (PROCESSES_MAX, sizeof *v);
  size_t n = v == NULL ? 0 : read_processes (v);
  bool more = n > 0;

  while (more) {
    more = false;
    for (size_t i = 0; i < n; i++) {
      bool below = v[i].parent == getpid ();
      for (size_t j = 0; j < n && !below && !v[i].below; j++)
        below = v[j].below && v[j].pid == v[i].parent;
      if (below && !v[i].below)
        v[i].below = more = true;
    }
  }
  for (size_t i = 0; i < n; i++)
    if (v[i].below)
      kill (v[i].pid, sig);
}

/* Until there is no child, or the time is up. */
static bool
wait_for_all (int signal_fd, int timeout_ms)
{
  int64_t deadline = gk_clock_ms () + timeout_ms;

  for (;;) {
    pid_t pid = waitpid (-1, NULL, WNOHANG);
    if (pid == -1 && errno == ECHILD)
      return true;
    if (pid > 0)
      continue;
    int64_t left = deadline - gk_clock_ms ();
    struct pollfd p = { .fd = signal_fd, .events = POLLIN };
    struct signalfd_siginfo si;
    if (left <= 0)
      return false;
    if (poll (&p, 1, (int)left) > 0 && read (signal_fd, &si, sizeof si) == -1)
      return false;
  }
}

static void
end_all (int signal_fd)
{
  signal_all (SIGHUP);
  signal_all (SIGTERM);
  signal_all (SIGCONT);
  if (wait_for_all (signal_fd, GENTLE_MS))
    return;
  /* Who forks faster than it is found gets the next one; the kernel ends before long. */
  for (int i = 0; i < FIRM_MS / DRAIN_MS; i++) {
    signal_all (SIGKILL);
    if (wait_for_all (signal_fd, DRAIN_MS))
      return;
  }
}

/* --- all of it --------------------------------------------------------------------------- */

static bool
is_drained (const struct gk_rescue_shell *s)
{
  int n = 0;

  return ioctl (s->tty_fd, TIOCOUTQ, &n) == -1 || n == 0; /* EIO: the client has closed it */
}

static void
tell_end (const struct gk_rescue_shell *s, int status)
{
  unsigned char byte =
      (unsigned char)(WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status));

  gk_write_full (s->worker_fd, &byte, 1);
  gk_write_full (s->ended_fd, &byte, 1);
}

/* Reap; true when the shell is among them. */
static bool
reap (pid_t shell, int *ret_status)
{
  bool found = false;
  int status;
  pid_t pid;

  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    if (pid == shell) {
      *ret_status = status;
      found = true;
    }
  return found;
}

/* Of the worker's descriptors only these are kept: the others would keep the guest's tree
 * and the connection open. */
static int
keep_own (struct gk_rescue_shell *s)
{
  int *const fds[] = { &s->tty_fd, &s->ended_fd, &s->worker_fd };
  const int n = sizeof fds / sizeof fds[0];

  for (int i = 0; i < n; i++)
    if ((*fds[i] = fcntl (*fds[i], F_DUPFD_CLOEXEC, FIRST_FD + n)) == -1)
      return -1;
  for (int i = 0; i < n; i++)
    if ((*fds[i] = dup3 (*fds[i], FIRST_FD + i, O_CLOEXEC)) == -1)
      return -1;
  return close_range (FIRST_FD + n, ~0U, 0);
}

void
gk_rescue_look_after (struct gk_rescue_shell *s)
{
  enum { RUNS, ENDED, TOLD } state = RUNS;
  struct signalfd_siginfo si;
  sigset_t children;
  int status = 0;

  if (keep_own (s) == -1)
    _exit (1);
  prctl (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  sigemptyset (&children);
  sigaddset (&children, SIGCHLD);
  sigprocmask (SIG_SETMASK, &children, NULL);
  int signal_fd = signalfd (-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  if (s->command == NULL)
    gk_write_full (s->tty_fd, welcome, sizeof welcome - 1);
  pid_t shell = fork ();
  if (shell == 0)
    be_shell (s);
  if (shell == -1 || signal_fd == -1) {
    status = 126 << 8;
    state = ENDED;
  }
  for (;;) {
    struct pollfd p[] = { { .fd = s->worker_fd, .events = POLLIN },
                          { .fd = signal_fd, .events = POLLIN } };
    if (state == ENDED && is_drained (s)) {
      tell_end (s, status);
      state = TOLD;
    }
    if (poll (p, 2, state == ENDED ? DRAIN_MS : -1) == -1 && errno != EINTR)
      break;
    if (p[0].revents != 0)
      break; /* the worker says nothing: it has closed it */
    while (read (signal_fd, &si, sizeof si) == sizeof si)
      ;
    if (reap (shell, &status) && state == RUNS)
      state = ENDED;
  }
  end_all (signal_fd);
  _exit (0);
}
