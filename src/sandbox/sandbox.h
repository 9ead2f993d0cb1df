/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The sandbox: what a program gets that works for hostile data, so that taking
 * it over gains nothing of this machine.
 *
 * - A user without rights.  When root starts it, an id that owns nothing here
 *   and that no other session has; else the caller's own.  No capability, and
 *   no way to one.
 * - Namespaces of its own: user, mount, pid, IPC, host name, and network
 *   unless it is asked for.  It sees no process and no network device.
 * - A file tree of its own: views of what is named here, a /tmp in memory of a
 *   bounded size, and nothing else; the old tree is gone.  The views are locked
 *   by a second user namespace: even with all capabilities of the sandbox
 *   nobody makes a read-only one writable.
 * - A filter that refuses what is left of the kernel's wide doors: mounts,
 *   namespaces, keys, modules, io_uring, bpf, and sockets other than local.
 *
 * gk_exec starts a program in it (exec.h).  If a step fails the program is not
 * run.  Needs user namespaces, and Linux 5.12.
 */
#ifndef GK_SANDBOX_SANDBOX_H
#define GK_SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct gk_error;

enum gk_sandbox_kind {
  GK_SANDBOX_SHOW,  /* from: file or folder of this machine, to: where it appears */
  GK_SANDBOX_SHARE, /* the same, and what is there can be written to */
  GK_SANDBOX_NODE,  /* a device node */
  GK_SANDBOX_LINK,  /* from: what the symbolic link says */
  GK_SANDBOX_DIR,   /* an empty folder */
};

struct gk_sandbox_item {
  enum gk_sandbox_kind kind;
  char *from, *to; /* owned; absolute.  from may be NULL */
};

struct gk_sandbox {
  struct gk_sandbox_item *items;
  size_t n_items, alloc;
  uint64_t tmp_size; /* bytes; 0: there is no /tmp */
  bool network;      /* the caller's network; IP sockets are not refused */
  bool traces;       /* it traces its own children: ptrace is not refused */
  bool proc;         /* there is a /proc */
  bool init;         /* a process of ours is the first one in there, and the program its
                      * child: the first one is immune to signals of its own, so that
                      * abort (3) may never end */
  bool nudges;       /* with init: the program is sent SIGIO now and then, which it ignores
                      * until it catches it.  For one that sleeps until SIGIO says that a
                      * descriptor is ready: see be_init */
  uid_t uid;         /* whom root becomes, from gk_sandbox_uid */
  /* A socket on which a descriptor is sent that hears of every open (2), see
   * opener.h; or -1. */
  int opens_fd;

  /* gk_sandbox_inside: what the child cannot ask any more. */
  bool in_user_ns;
  uid_t outer_uid;
  gid_t outer_gid;
};
#define GK_SANDBOX_INIT                                                                            \
  {                                                                                                \
    .opens_fd = -1                                                                                 \
  }

/* Items are made in order, folders above them as needed.  What is to be shown
 * and does not exist on this machine is left out. */
int gk_sandbox_add (struct gk_sandbox *sb, enum gk_sandbox_kind kind, const char *from,
                    const char *to, struct gk_error *err);
/* The system's programs and libraries, and the few devices that every program
 * expects. */
int gk_sandbox_add_system (struct gk_sandbox *sb, struct gk_error *err);
void gk_sandbox_clear (struct gk_sandbox *sb);
#define _cleanup_sandbox_ __attribute__ ((cleanup (gk_sandbox_clear)))

/* A user id that nobody has. */
int gk_sandbox_uid (uid_t *ret_uid, struct gk_error *err);

/* 0, or -1 with the reason why there can be none here. */
int gk_sandbox_available (struct gk_error *err);

struct gk_exec_inside;
/* For struct gk_exec; sb must live until the program is started. */
void gk_sandbox_inside (struct gk_sandbox *sb, struct gk_exec_inside *ret);

#endif
