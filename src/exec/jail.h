/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The jail: a C function that walks a guest tree by path, or parses what a
 * guest wrote, runs in a forked child that has nothing but that tree.
 *
 * The child is chrooted into root_fd, through a private view of its mounts on
 * which no device can be opened, no program or library mapped to run and no
 * setuid bit counts; has only the capabilities asked for and can gain none;
 * has no descriptors but 0-2 and those asked for (a directory among these that
 * is outside the root would be a way out: pass files and pipes); cannot
 * execute, signal other processes, mount, open sockets or enter namespaces
 * (seccomp); leaves no core file; and dies with its parent.  If a step of that
 * fails the function is not run.
 *
 * Needs CAP_SYS_ADMIN and CAP_SYS_CHROOT, Linux 5.12.  The function must not
 * rely on other threads: fork copies only the calling one.
 */
#ifndef GK_EXEC_JAIL_H
#define GK_EXEC_JAIL_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gk_buf;
struct gk_error;
struct gk_task;

#define GK_CAP(name) (UINT64_C (1) << CAP_##name)
/* To read and write files of any owner, as root does. */
#define GK_JAIL_CAPS_FILES                                                                         \
  (GK_CAP (CHOWN) | GK_CAP (DAC_OVERRIDE) | GK_CAP (FOWNER) | GK_CAP (FSETID) | GK_CAP (MKNOD) |   \
   GK_CAP (SETFCAP))
/* Also trusted.* and security.* extended attributes. */
#define GK_JAIL_CAPS_XATTRS (GK_JAIL_CAPS_FILES | GK_CAP (SYS_ADMIN))

struct gk_jail {
  int root_fd;         /* becomes /; a directory on a mount of this namespace */
  uint64_t caps;       /* those kept, of the ones this process has */
  const int *pass_fds; /* kept under their own numbers, from 3 on */
  size_t n_pass_fds;
  int timeout_ms;       /* 0: none.  A cancel is heard in any case. */
  uint64_t max_memory;  /* address space in bytes; 0: no limit */
  struct gk_task *task; /* for the waiting; the function has no use for it */
  /* NULL, or: runs in the child with the function's argument before the walls go up, with
   * this machine's files in sight.  For libraries (library.h): nothing of a guest is
   * looked at there. */
  int (*prepare) (void *opaque, struct gk_error *err);

  /* Runs here meanwhile, for instance to move the bytes of a source into a
   * pipe that the child reads.  It first closes this process's copy of the
   * child's end (so that it hears EPIPE when the child is gone), and at the
   * end its own (so that the child hears the end).  -1 kills the child, except
   * for EPIPE: then the child has the word, it knows better why it stopped. */
  int (*pump) (void *opaque, struct gk_error *err);
  /* NULL, or: is called three times a second while there is no pump, to say how far it is. */
  void (*tick) (void *opaque);
  void *pump_opaque; /* of both */
  bool early_end;    /* the child may succeed without taking all: EPIPE is no error */
};
#define GK_JAIL_INIT                                                                               \
  {                                                                                                \
    .root_fd = -1                                                                                  \
  }

/* Run fn in the jail and wait.  Returns what fn returned: 0 or more, or -1
 * with its error.  ETIMEDOUT, ECANCELED; a crash is an error without errno.
 * fn's memory is a copy: results leave through a passed descriptor. */
int gk_jail_run (const struct gk_jail *jail, int (*fn) (void *opaque, struct gk_error *err),
                 void *opaque, struct gk_error *err);

/* The same for a function that answers: what it writes to out_fd, at most max
 * bytes, becomes *ret_answer, with a NUL behind it.  how needs a time-out, and its pump is not
 * used (answer.c). */
int gk_jail_ask (const struct gk_jail *how,
                 int (*fn) (void *opaque, int out_fd, struct gk_error *err), void *opaque,
                 size_t max, struct gk_buf *ret_answer, struct gk_error *err);

#endif
