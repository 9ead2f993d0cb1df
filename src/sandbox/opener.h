/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The opener: gives a program in the sandbox, which sees no file of this
 * machine and has no right to any, the few files that it is to work on.
 *
 * The program opens them by their names as usual; the kernel asks the opener
 * (seccomp user notification), and when the name is exactly one of the list it
 * puts an open file into the program.  All other opens go their usual way, with
 * the program's own rights.  So neither root's rights, nor a change of owner or
 * mode, nor a view of the folder is needed, and a program that was taken over
 * can open what it could anyway.
 */
#ifndef GK_SANDBOX_OPENER_H
#define GK_SANDBOX_OPENER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct gk_error;

struct gk_opener_file {
  const char *name; /* as the program asks for it */
  bool write;
};

struct gk_opener {
  pid_t pid;
  int pidfd;
  int alive_fd; /* closed when this process dies, before it could arm its signal */
};
#define GK_OPENER_INIT                                                                             \
  {                                                                                                \
    0, -1, -1                                                                                      \
  }

/* Start one, a process that ends by itself when the program has.  The files
 * are found now; what their names lead to later does not matter.
 * *ret_opens_fd is for struct gk_sandbox; the caller closes it once the program
 * was started. */
int gk_opener_start (const struct gk_opener_file *files, size_t n, struct gk_opener *ret,
                     int *ret_opens_fd, struct gk_error *err);
/* The program has ended, or is of no interest any more. */
void gk_opener_stop (struct gk_opener *opener);

#endif
