/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Who looks after the rescue shell: starts it, reaps what it leaves behind,
 * tells its status to the worker and its end to the keeper, and ends everything
 * when the worker says so.
 */

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

#include "base/fd.h"
#include "worker/rescue.h"

/* So often it is looked whether all output was sent: nobody tells. */
#define DRAIN_MS 20
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

/* output: of a command, or -1. */
static _Noreturn void
be_shell (const struct gk_rescue_shell *s, int output)
{
  static const char *const shells[] = { "/bin/bash", "/bin/sh" };
  sigset_t none;
  int null = open ("/dev/null", O_RDONLY);

  setsid ();
  /* The first terminal that the leader of a session opens becomes the session's.  By its name
   * in this world, in which programs look for it. */
  int fd = s->command ? output : open ("/dev/console", O_RDWR);
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

/* --- the output of a command -------------------------------------------------------------- */

/* Through a pipe: to a terminal programs write in colours, and line by line. */
struct output {
  int from;    /* non-blocking; -1: there is none (any more) */
  size_t left; /* of what is read of it */
  size_t at, n;
  char data[16384];
};

static int
open_output (struct output *o, int tty_fd, int *ret_to)
{
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) == -1)
    return -1;
  o->from = fds[0];
  *ret_to = fds[1];
  /* Who does not read it is not to keep us from all else. */
  if (fcntl (o->from, F_SETFL, O_NONBLOCK) == -1 || fcntl (tty_fd, F_SETFL, O_NONBLOCK) == -1)
    return -1;
  return 0;
}

/* A piece of it.  False when there is none now. */
static bool
move_output (struct output *o, int tty_fd)
{
  ssize_t n;

  if (o->at == o->n) {
    size_t most = o->left < sizeof o->data ? o->left : sizeof o->data;
    n = o->from == -1 || most == 0 ? 0 : read (o->from, o->data, most);
    if (n <= 0) {
      if (n == 0 && o->from != -1) {
        close (o->from);
        o->from = -1;
      }
      return false;
    }
    o->at = 0;
    o->n = (size_t)n;
    o->left -= (size_t)n;
  }
  n = write (tty_fd, o->data + o->at, o->n - o->at);
  if (n == -1 && errno != EAGAIN && errno != EINTR)
    o->at = o->n; /* nobody is there to see it */
  else if (n > 0)
    o->at += (size_t)n;
  return n != -1;
}

/* --- all of it --------------------------------------------------------------------------- */

/* The shell has ended; what it has left behind may go on and write without an end. */
static void
end_output (struct output *o)
{
  int n = 0;

  if (o->from != -1 && ioctl (o->from, FIONREAD, &n) == -1)
    n = 0;
  o->left = (size_t)n;
}

static bool
is_drained (const struct gk_rescue_shell *s, struct output *o)
{
  int n = 0;

  while (move_output (o, s->tty_fd))
    ;
  return o->at == o->n &&
         (ioctl (s->tty_fd, TIOCOUTQ, &n) == -1 || n == 0); /* EIO: the client has closed it */
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
  struct output output = { .from = -1, .left = SIZE_MAX };
  int status = 0, to = -1;

  if (keep_own (s) == -1)
    _exit (1);
  prctl (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  sigemptyset (&children);
  sigaddset (&children, SIGCHLD);
  sigprocmask (SIG_SETMASK, &children, NULL);
  int partitions_fd = gk_rescue_watch_partitions ();
  int signal_fd = signalfd (-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  if (s->command == NULL)
    gk_write_full (s->tty_fd, welcome, sizeof welcome - 1);
  else if (open_output (&output, s->tty_fd, &to) == -1)
    _exit (1);
  pid_t shell = fork ();
  if (shell == 0)
    be_shell (s, to);
  if (to != -1)
    close (to);
  if (shell == -1 || signal_fd == -1) {
    status = 126 << 8;
    state = ENDED;
  }
  for (;;) {
    struct pollfd p[] = { { .fd = s->worker_fd, .events = POLLIN },
                          { .fd = signal_fd, .events = POLLIN },
                          { .fd = -1, .events = POLLIN },
                          { .fd = partitions_fd, .events = POLLIN } };
    if (output.at < output.n)
      p[2] = (struct pollfd){ .fd = s->tty_fd, .events = POLLOUT };
    else
      p[2].fd = output.from;
    if (state == ENDED && is_drained (s, &output)) {
      tell_end (s, status);
      state = TOLD;
    }
    if (poll (p, 4, state == ENDED ? DRAIN_MS : -1) == -1 && errno != EINTR)
      break;
    if (p[0].revents != 0)
      break; /* the worker says nothing: it has closed it */
    if (p[3].revents != 0)
      gk_rescue_take_partitions (partitions_fd);
    if (p[2].revents != 0)
      move_output (&output, s->tty_fd);
    while (read (signal_fd, &si, sizeof si) == sizeof si)
      ;
    if (reap (shell, &status) && state == RUNS) {
      state = ENDED;
      end_output (&output);
    }
  }
  gk_rescue_end_children (signal_fd);
  _exit (0);
}
