/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Running a tool: argv, no shell, C locale, scrubbed environment, capped
 * output, a time limit, killed when the task is cancelled or this process
 * dies (PR_SET_PDEATHSIG).  Children get no descriptor but 0, 1, 2 and those
 * that are asked for, a session of their own, the directory / and the umask
 * 022: arguments that are paths must be absolute.
 *
 * The kernel means the thread, not the process, that made the child: one that
 * starts a child and ends takes the child with it.
 */
#ifndef GK_EXEC_EXEC_H
#define GK_EXEC_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strv.h"

struct gk_error;
struct gk_task;

/* Namespaces that the child is made in, and what it does there before anything
 * is closed and executed: NULL, or the step that failed, with errno.  The
 * program is looked up in what it has made.  For processes with one thread. */
struct gk_exec_inside {
  int clone_flags;
  const char *(*enter) (const void *opaque);
  const void *opaque;
};

struct gk_exec {
  const char *const *argv; /* argv[0] is looked up in the fixed search path */
  const char *const *env;  /* NAME=VALUE, or NULL, beside (or instead of) the fixed
                              PATH, LC_ALL=C, HOME=/ and BLKID_FILE */
  const char *stdin_data;  /* fed to stdin (keys come this way), or NULL: /dev/null */
  size_t stdin_size;
  int stdin_fd;      /* -1, or used as stdin */
  int stdout_fd;     /* -1: captured (gk_child_start: goes where stderr goes) */
  size_t max_output; /* 0: 16 MiB; beyond it the child is killed, E2BIG */
  size_t max_stderr; /* 0: as max_output; else what is beyond it is dropped */
  /* NULL, or: stdout goes there, piece by piece and without a limit.  -1 kills the child. */
  int (*take_output) (void *opaque, const void *data, size_t size, struct gk_error *err);
  void *take_opaque;
  int timeout_ms;      /* 0: 10 minutes; -1: none */
  uint64_t max_memory; /* address space in bytes, 0: no limit */
  unsigned max_cpu_s;  /* CPU seconds, 0: no limit */
  const int *pass_fds; /* inherited under their own numbers */
  size_t n_pass_fds;
  int chroot_fd;                       /* -1, or directory to chroot into */
  bool serves_disk;                    /* it serves a disk that we mount: see gk_inside_serve */
  const struct gk_exec_inside *inside; /* NULL, or a world of its own */
  struct gk_task *task;
};
#define GK_EXEC_INIT                                                                               \
  {                                                                                                \
    .stdin_fd = -1, .stdout_fd = -1, .chroot_fd = -1                                               \
  }

struct gk_exec_result {
  int status; /* exit status, or 128 + signal */
  struct gk_buf out, err;
};
#define GK_EXEC_RESULT_INIT                                                                        \
  {                                                                                                \
    0, GK_BUF_INIT, GK_BUF_INIT                                                                    \
  }
void gk_exec_result_clear (struct gk_exec_result *r);
#define _cleanup_exec_result_ __attribute__ ((cleanup (gk_exec_result_clear)))

/* Run and wait.  0 when the tool ran, whatever its status; -1 when it could
 * not (ENOENT names the tool), timed out (ETIMEDOUT) or was cancelled. */
int gk_exec_run (const struct gk_exec *x, struct gk_exec_result *result, struct gk_error *err);

/* The same, and a non-zero status is an error too: "TOOL: last line(s) of stderr",
 * or the one that speaks of a medium's failure, with its errno (base/error.h).  ret_out may be
 * NULL; else it is overwritten. */
int gk_exec_check (const struct gk_exec *x, struct gk_buf *ret_out, struct gk_error *err);

/* For tools that read a guest's bytes from stdin and need nothing else: as
 * user nobody, without capabilities (nobody.c). */
extern const struct gk_exec_inside gk_exec_nobody;
/* The child sees no mounts in the tables of mounts: for what acts on a device of which
 * the caller knows that it is not mounted (unseen.c). */
extern const struct gk_exec_inside gk_exec_mounts_unseen;

/* For enter: keep of this process's capabilities only those in caps, also for the
 * programs that root executes later, and let none of them give more.
 * 0, or -1 with errno. */
int gk_exec_limit_caps (uint64_t caps);

/* For enter, with CLONE_NEWNS: a /run of its own, empty but for what the host's
 * resolver of names has there, if names are asked for.  NULL, or what failed. */
const char *gk_exec_enter_own_run (bool names);

/* Is the tool there?  Its absolute path (malloced) or NULL. */
char *gk_exec_find (const char *tool);

/* A child that stays: an image server.  timeout_ms and max_output mean nothing
 * for it; stdin_data is at most 64 KiB. */
struct gk_child {
  pid_t pid; /* 0: none */
  int pidfd;
  int err_fd; /* its stderr, non-blocking, or -1 */
};
#define GK_CHILD_INIT                                                                              \
  {                                                                                                \
    0, -1, -1                                                                                      \
  }
int gk_child_start (const struct gk_exec *x, struct gk_child *child, struct gk_error *err);

/* A child that stays and runs a function of this program: nothing is executed.
 * prepare runs with all of this process's rights; then the walls of the jail go
 * up (capabilities other than caps, system calls: see jail.h) and gk_child_fork
 * returns.  Around it is an empty root, as for one that serves a disk, or the
 * tree at root_fd (service.h).  run's value is the exit
 * status.  No descriptors but those to pass, /dev/null and stderr as above,
 * and what prepare opens; own session; SIGINT and SIGPIPE are ignored. */
struct gk_fork {
  const char *name; /* for messages */
  int (*prepare) (void *opaque, struct gk_error *err);
  int (*run) (void *opaque);
  void *opaque;
  uint64_t caps;
  const int *pass_fds; /* kept under their own numbers, from 3 on */
  size_t n_pass_fds;
  bool in_tree;
  int root_fd;          /* with in_tree; not kept */
  struct gk_task *task; /* for waiting until it is prepared */
};
int gk_child_fork (const struct gk_fork *f, struct gk_child *child, struct gk_error *err);

bool gk_child_alive (const struct gk_child *child);
/* SIGTERM, wait up to grace_ms, SIGKILL; reaps.  Returns the exit status as
 * above, or -1 when there was none. */
int gk_child_stop (struct gk_child *child, int grace_ms);
/* The last line that it wrote to stderr since this was asked last, for error
 * messages.  Malloced; NULL when there is none. */
char *gk_child_last_words (struct gk_child *child);

#endif
