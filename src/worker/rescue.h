/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The rescue shell: a shell of the user's in the world of the worker, at a
 * terminal that leads to the client.
 *
 * Only inside of User-Mode Linux, where this world is nobody else's: there the
 * shell can do what the worker can, and nothing more.  It sees the session's
 * devices in /dev, the guest's tree at /sysroot, and the programs of the machine
 * outside, which it cannot change.
 *
 * A process of ours (rescue-shell.c) starts it, is the parent of all that it
 * leaves behind, and says when it has ended; calls of the client go on all the
 * while.
 */
#ifndef GK_WORKER_RESCUE_H
#define GK_WORKER_RESCUE_H

#include <stddef.h>
#include <sys/types.h>

struct gk_ctx;
struct gk_error;
struct gk_task;

struct gk_rescue {
  int tty_fd, ended_fd; /* see uml.h; -1: there is no shell in this session */
  pid_t pid;            /* of the process that looks after it; 0: not started */
  int watcher_fd;       /* to that process; what it says is the shell's status */
  int status;           /* or -1: it has not ended yet */
  int *mounts;          /* ids of those that were there before it */
  size_t n_mounts;
};
#define GK_RESCUE_INIT                                                                             \
  {                                                                                                \
    .tty_fd = -1, .ended_fd = -1, .watcher_fd = -1, .status = -1                                   \
  }

/* what: "TERM\nCOMMAND"; without a command the shell is an interactive one.  Once in a session. */
int gk_rescue_start (struct gk_rescue *rescue, struct gk_ctx *ctx, const char *what, int rows,
                     int columns, struct gk_error *err);
int gk_rescue_window (struct gk_rescue *rescue, int rows, int columns, struct gk_error *err);
/* Wait for its end. */
int gk_rescue_status (struct gk_rescue *rescue, struct gk_task *task, int *ret_status,
                      struct gk_error *err);

/* End the shell and all that came of it.  Harmless when there is none. */
void gk_rescue_end (struct gk_rescue *rescue);
/* After that, and after the worker's own mounts: those that the shell made, and its swap. */
int gk_rescue_unmount (struct gk_rescue *rescue, struct gk_error *err);

/* rescue-shell.c: the process that looks after the shell.  Does not return. */
struct gk_rescue_shell {
  int tty_fd, ended_fd, worker_fd;
  const char *command;    /* or NULL */
  const char *const *env; /* NULL-terminated */
};
_Noreturn void gk_rescue_look_after (struct gk_rescue_shell *shell);

/* rescue-end.c: end all processes below this one.  signal_fd tells of SIGCHLD. */
void gk_rescue_end_children (int signal_fd);

/* rescue-nodes.c: a descriptor that tells of partitions, or -1; and make or remove the nodes of
 * those that it has told of. */
int gk_rescue_watch_partitions (void);
void gk_rescue_take_partitions (int fd);

/* rescue-mounts.c: ids of the mounts that there are.  *ret is malloced. */
int gk_rescue_note_mounts (int **ret, size_t *ret_n, struct gk_error *err);

#endif
