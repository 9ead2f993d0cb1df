/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Launchers: how a worker is started.  Each is one const struct, listed in
 * launch.c; what it hands back is one connected descriptor. */
#ifndef GK_LAUNCH_LAUNCH_H
#define GK_LAUNCH_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct gk_conn;
struct gk_error;
struct gk_launch_params;

struct gk_launch_env {
  const char *worker;   /* path of guestkitd, or NULL: look for it */
  const char *cachedir; /* where the session may put large temporary files */
  bool verbose;         /* the worker's stderr is the caller's */
  bool ends_with_us; /* with this process, although a child of fork may have the connection, too */
  const struct gk_launch_params *params; /* what the session is made of; for start */
};

struct gk_launched {
  const struct gk_launcher *launcher;
  int fd;    /* to the worker; the caller owns it */
  pid_t pid; /* of the process that was started; a child of this one */
  int pidfd;
  struct gk_conn *control; /* the launcher's own connection to that process, or NULL */
  void *shared;            /* memory shared with the worker (gk_conn_share), or NULL */
  uint32_t shared_size;
  int console_fd; /* of a rescue shell (params.rescue), or -1 */
};
#define GK_LAUNCHED_INIT                                                                           \
  {                                                                                                \
    .fd = -1, .pidfd = -1, .console_fd = -1                                                        \
  }

struct gk_launcher {
  const char *name;
  bool shares_kernel; /* the worker runs on this machine's own */
  /* 0, or -1 with err saying what is missing on this machine. */
  int (*available) (const struct gk_launch_env *env, struct gk_error *err);
  int (*start) (const struct gk_launch_env *env, struct gk_launched *ret, struct gk_error *err);
  /* The drives as the worker is to see them; no function: as they are.  Strings are
   * those of from; free is enough.  NULL: out of memory. */
  struct gk_drive *(*worker_drives) (const struct gk_launch_params *from);
  /* Optional, as gk_launched_begun. */
  int (*begun) (struct gk_launched *launched, struct gk_error *err);
  /* Sets err to why the worker does not answer, when the launcher knows. */
  void (*explain) (struct gk_launched *launched, struct gk_error *err);
};

/* NULL-terminated, in the order in which "auto" tries them. */
extern const struct gk_launcher *const gk_launchers[];

/* Is it a name that leaves the choice to us? */
bool gk_launcher_is_choice (const char *name);

/* By name; "auto" and the names that existing programs ask libguestfs for
 * ("direct", "libvirt") take the first that is available, of those that come
 * behind one that was tried (NULL: of all).  NULL: err is set. */
const struct gk_launcher *gk_launcher_choose (const char *name, const struct gk_launcher *tried,
                                              const struct gk_launch_env *env,
                                              struct gk_error *err);

/* The worker has said hello. */
int gk_launched_begun (struct gk_launched *launched, struct gk_error *err);

/* Instead of what is in err (the worker is silent, or gone) what the launcher
 * knows about it, if anything. */
void gk_launched_explain (struct gk_launched *launched, struct gk_error *err);

/* Wait until the process has ended, at most grace_ms, then kill it.  The
 * caller has closed the connection, at which a worker ends by itself.  What one
 * that was killed leaves on this machine is removed. */
void gk_launched_reap (struct gk_launched *launched, int grace_ms);

/* Where guestkitd is: $GUESTKIT_WORKER, beside the library (a build folder),
 * or where it was installed.  Malloced; NULL when there is none. */
char *gk_find_worker (void);

#endif
