/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef GK_WORKER_KEEPER_PRIV_H
#define GK_WORKER_KEEPER_PRIV_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/control.h"
#include "exec/exec.h"
#include "nbd/server.h"
#include "op/disk.h"
#include "sandbox/opener.h"
#include "uml/uml.h"
#include "worker/journal.h"

struct gk_error;

/* --- keeper-drive.c: one drive's image server ------------------------------------ */

struct gk_kept_drive {
  int listen_fd;     /* where the kernel will connect */
  int nbd_listen_fd; /* and where line_fd is connected to, already */
  int line_fd;       /* one of the kernel's serial lines, until it has it */
  struct gk_disk disk;
  struct gk_server server;
  struct gk_opener opener;
};

#define GK_KEPT_DRIVE_INIT                                                                         \
  {                                                                                                \
    -1, -1, -1, GK_DISK_INIT, GK_SERVER_INIT, GK_OPENER_INIT                                       \
  }
/* Make the sockets: driveINDEX in the folder sockets_dir, and one without a name. */
int gk_kept_drive_listen (struct gk_kept_drive *kept, const char *sockets_dir, unsigned index,
                          struct gk_error *err);
/* Look at the image and serve it. */
int gk_kept_drive_start (struct gk_kept_drive *kept, const struct gk_drive *drive, const char *dir,
                         unsigned index, struct gk_error *err);
/* Stop it and let go of the image.  -1 when what was written may not be all in
 * the image. */
int gk_kept_drive_stop (struct gk_kept_drive *kept, struct gk_error *err);

/* --- keeper-kernel.c ----------------------------------------------------------------- */

/* The kernel's ends: of the client's connection, and, for a session with a rescue shell, of its
 * console and of the line that tells of the shell's end; these are -1 otherwise.  And the
 * drives, whose lines it gets. */
struct gk_kernel_ends {
  int conn, rescue, rescued;
  const struct gk_kept_drive *drives;
};

/* Start it.  ret_shared_fd: the memory that it shares with the client. */
int gk_keeper_start_kernel (const struct gk_launch_params *params, const char *dir,
                            const struct gk_kernel_ends *ends, struct gk_child *ret,
                            int *ret_shared_fd, struct gk_error *err);

/* --- keeper-processor.c: all processes of the kernel on one processor ------------------- */

struct gk_processor {
  bool active;       /* there are several, and the kernel can be looked after */
  cpu_set_t allowed; /* where this process may run */
  pid_t first;       /* the first process of the sandbox, of which the others descend */
  bool everywhere;   /* for a moment */
  int64_t next_ms;   /* when to look (gk_clock_ms) */
  int pause_ms;
  uint64_t ran, waited; /* ns, when it was looked at last */
};
/* Between the two the caller is kept where it runs now, and who is started inherits that. */
void gk_processor_enter (struct gk_processor *p);
void gk_processor_leave (struct gk_processor *p, pid_t first);
/* For poll (2): -1, or how long to wait before the next look. */
int gk_processor_wait_ms (const struct gk_processor *p);
/* Move them when it is crowded there; does nothing before it is time. */
void gk_processor_look (struct gk_processor *p);

#endif
