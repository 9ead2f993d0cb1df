/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of the command room share: the world of a guest's program.
 *
 * The first process in it (first.c) is ours and stays: it makes the world
 * (world.c), starts the program behind capabilities and filter, and then keeps
 * watch.  When it ends, because the program did or because it took too much,
 * the kernel ends all that is left in the pid namespace before anyone is told.
 */
#ifndef GK_COMMAND_COMMAND_PRIV_H
#define GK_COMMAND_COMMAND_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct gk_command_world {
  int root_fd;
  int report_fd;      /* the first process tells there how it ended */
  bool network;       /* the caller's, and its resolv.conf */
  const char *resolv; /* text of resolv.conf, or NULL */
  mode_t umask;
  uint64_t max_memory; /* bytes, of all processes together */
  unsigned max_tasks;
};

/* How it ended, when not by itself. */
enum gk_command_end { GK_COMMAND_ENDED, GK_COMMAND_TASKS, GK_COMMAND_MEMORY };

struct gk_command_report {
  int end;    /* enum gk_command_end */
  int status; /* of waitpid */
};

/* first.c: for struct gk_exec_inside; opaque is a struct gk_command_world. */
const char *gk_command_enter (const void *opaque);

/* world.c, in the first process: leave the worker's tree for the guest's.  NULL
 * and a descriptor of the new /proc, or the step that failed, with errno. */
const char *gk_command_enter_tree (const struct gk_command_world *w, int *ret_proc);

/* dev.c: a /dev of its own, not attached anywhere yet.  -1 with errno. */
int gk_command_make_dev (void);

/* filter.c: refuse what a container's programs must not ask of the kernel.
 * 0, or -1 with errno. */
int gk_command_filter (bool network);

/* foreign.c: the processor that a program of the guest is for, when it is an
 * ELF file; "" when it is something else, NULL when it cannot be read. */
const char *gk_command_machine (int root_fd, const char *path);

#endif
