/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of the exec room share: making a child, killing and reaping
 * it, and the steps that every child takes before it is on its own. */
#ifndef GK_EXEC_EXEC_PRIV_H
#define GK_EXEC_EXEC_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"

struct gk_error;
struct gk_exec;

/* Start x with stdio as its 0, 1 and 2.  What x says of stdin, stdout and time
 * is not looked at. */
int gk_exec_spawn (const struct gk_exec *x, const int stdio[3], pid_t *ret_pid, int *ret_pidfd,
                   struct gk_error *err);

/* Pipe with both ends at 3 or above, whatever the program closed; close on
 * exec.  The end that stays here (0: read, 1: write, -1: none) is
 * non-blocking. */
int gk_exec_pipe (int fds[2], int here, struct gk_error *err);

/* Signal the child, and with SIGKILL all of its session.  False when it was
 * reaped already. */
bool gk_exec_kill (pid_t pid, int pidfd, int sig);

/* Wait for the end at most timeout_ms (-1: for ever) and reap.  Exit status,
 * or 128 + signal; -1 with errno ETIMEDOUT or ECHILD (the program ignores
 * SIGCHLD or reaped the child itself). */
int gk_exec_reap (int pidfd, int timeout_ms);

/* The end of what a tool wrote, a few lines, escaped, without its own name at
 * the beginning of lines.  Malloced, "" when it wrote nothing; NULL: ENOMEM. */
char *gk_exec_last_words (const char *tool, const char *text, size_t size);

/* Milliseconds until the deadline (-1: none) as poll wants them. */
int gk_exec_until (int64_t deadline);

/* fork whose child is entered with all signals blocked: a handler of this
 * program must not run in it. */
pid_t gk_inside_fork (void);

/* --- in the child: async-signal-safe; 0 or -1 with errno ------------------- */

/* Own session, dies with the thread that made it, no core files. */
int gk_inside_detach (pid_t parent);
/* Of addresses, for a child that stays this program. */
int gk_inside_limit_memory (uint64_t bytes);
/* For a child that the disk of a mounted file system comes from, and which must
 * never wait for that.
 * - The last process of a mount namespace unmounts what is there while it ends,
 *   when its descriptors are not closed yet.  So it has a namespace of its own,
 *   with the mounts of now and nothing passed on to it or from it.
 * - To get memory a process may have to wait for dirty pages.  PR_SET_IO_FLUSHER
 *   is for that, but only with CAP_SYS_RESOURCE.
 * Needs root; in a namespace without privilege there is nothing to mount. */
int gk_inside_serve (void);
/* Likewise, with an empty root instead of the mounts of now. */
int gk_inside_serve_alone (void);
/* All dispositions default, nothing blocked. */
int gk_inside_reset_signals (void);
/* Close all descriptors from 3 on but those in keep (ascending, from 3 on). */
int gk_inside_close_fds (const int *keep, size_t n);

/* A sorted copy of fds with room for extra more.  EINVAL when one is below 3
 * or named twice. */
int *gk_exec_sorted_fds (const int *fds, size_t n, size_t extra);

#endif
