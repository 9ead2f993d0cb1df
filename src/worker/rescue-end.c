/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The end of all that a rescue shell has started: the descendants of the
 * process that looks after it, which is the one that orphans come to.  Process
 * groups and sessions are the shell's to change.
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
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "worker/rescue.h"

/* Servers of filesystems unmount theirs when they are told to end. */
#define GENTLE_MS 3000
#define FIRM_MS 3000
#define FIRM_STEP_MS 20
#define PROCESSES_MAX 32768

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

void
gk_rescue_end_children (int signal_fd)
{
  signal_all (SIGHUP);
  signal_all (SIGTERM);
  signal_all (SIGCONT);
  if (wait_for_all (signal_fd, GENTLE_MS))
    return;
  /* Who forks faster than it is found gets the next one; the kernel ends before long. */
  for (int i = 0; i < FIRM_MS / FIRM_STEP_MS; i++) {
    signal_all (SIGKILL);
    if (wait_for_all (signal_fd, FIRM_STEP_MS))
      return;
  }
}
