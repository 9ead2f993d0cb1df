/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef CLI_SHELL_PIPE_H
#define CLI_SHELL_PIPE_H

#include <signal.h>
#include <sys/types.h>

struct shell;

/* While it is open, file descriptor 1 leads into a command of the host: what
 * the shell prints and what calls write to "-". */
struct shell_pipe {
  pid_t pid;
  int old_stdout;
  struct sigaction old_sigpipe;
};
int shell_pipe_open (struct shell *sh, const char *command, struct shell_pipe *p);
/* stdout must be flushed.  Waits for the command; its status does not matter. */
void shell_pipe_close (struct shell_pipe *p);

#endif
