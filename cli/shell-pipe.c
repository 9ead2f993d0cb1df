/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* "command | command of the host". */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "cli/shell-pipe.h"
#include "cli/shell.h"

static int
start (const char *command, struct shell_pipe *p)
{
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) == -1)
    return -1;
  p->pid = fork ();
  if (p->pid == 0) {
    if (dup2 (fds[0], STDIN_FILENO) != -1)
      execl ("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit (127);
  }
  int r = p->pid == -1 ? -1 : dup2 (fds[1], STDOUT_FILENO);
  close (fds[0]);
  gk_close_keep_errno (fds[1]);
  return r == -1 ? -1 : 0;
}

int
shell_pipe_open (struct shell *sh, const char *command, struct shell_pipe *p)
{
  fflush (stdout);
  p->old_stdout = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (p->old_stdout == -1)
    return shell_error (sh, "| %s: %s", command, strerror (errno));
  if (start (command, p) == -1) {
    shell_error (sh, "| %s: %s", command, strerror (errno));
    dup2 (p->old_stdout, STDOUT_FILENO);
    close (p->old_stdout);
    return -1;
  }
  /* Only now: the command itself shall die of a broken pipe. */
  struct sigaction ignore = { .sa_handler = SIG_IGN };
  sigaction (SIGPIPE, &ignore, &p->old_sigpipe);
  return 0;
}

void
shell_pipe_close (struct shell_pipe *p)
{
  dup2 (p->old_stdout, STDOUT_FILENO);
  close (p->old_stdout);
  sigaction (SIGPIPE, &p->old_sigpipe, NULL);
  while (waitpid (p->pid, NULL, 0) == -1 && errno == EINTR)
    ;
}
