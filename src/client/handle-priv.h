/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The handle: what one guestfs_h holds, and the helpers that every call the
 * library carries out by itself uses.
 *
 * Locks, in the order in which they are taken:
 *   list_lock (create.c)  the list of open handles; held for list surgery only
 *   g->lock               recursive; held by the generated wrapper during a
 *                         call, so also while callbacks run
 *   g->error_lock         the list of per-thread error states; a leaf
 * guestfs_user_cancel takes none of them: it may run in a signal handler.
 */
#ifndef GK_CLIENT_HANDLE_PRIV_H
#define GK_CLIENT_HANDLE_PRIV_H

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#ifndef GUESTFS_PRIVATE
#define GUESTFS_PRIVATE 1
#endif
#ifndef GUESTFS_NO_WARN_DEPRECATED
#define GUESTFS_NO_WARN_DEPRECATED 1
#endif
#include "guestfs.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strv.h"
#include "client/invoke.h"
#include "op/drive.h"

/* The numbers are what guestfs_get_state returns. */
enum gk_state {
  GK_STATE_CONFIG = 0,
  GK_STATE_LAUNCHING = 1,
  GK_STATE_READY = 2,
  GK_STATE_CLOSED = 3, /* guestfs_close has begun */
};

struct gk_error_handler {
  guestfs_error_handler_cb cb; /* NULL: silent */
  void *opaque;
};

/* What guestfs_last_error & co answer: one per thread that used the handle. */
struct gk_error_state {
  struct gk_error_state *next; /* in g->error_states */
  char *last_error;
  int last_errno;
  struct gk_error_handler handler;
  struct gk_error_handler *stack; /* pushed handlers */
  size_t stack_len;
};

/* One registration; its index is the event handle.  Indexes are not reused,
 * so that deleting twice is harmless; a deleted one has an empty mask. */
struct gk_event {
  uint64_t mask;
  guestfs_event_callback cb;
  void *opaque;
  void (*legacy) (void); /* old-style callback that cb forwards to, or NULL */
};

struct gk_private {
  char *key;
  void *data;
};

/* As many as libvirt knows. */
#define GK_CREDENTIAL_TYPES 9

struct guestfs_h {
  guestfs_h *next;      /* in the list of handles to close at exit */
  pthread_mutex_t lock; /* recursive */
  _Atomic int state;    /* enum gk_state; written under lock */
  unsigned create_flags;
  char session_id[33]; /* random, hex */

  /* Properties (properties.c, tmpdirs.c, backend.c).  Strings are owned. */
  bool verbose, trace, autosync, network, selinux, pgroup, direct_mode, recovery_proc;
  int memsize, smp;
  char *path, *hv, *append, *program, *identifier;
  char *backend; /* "auto", "local", "uml", "direct", ... as it was set */
  struct gk_strv backend_settings;
  struct gk_strv config_params; /* guestfs_config: kept to be reported, not used */
  char *env_tmpdir;             /* $TMPDIR */
  char *env_runtimedir;         /* $XDG_RUNTIME_DIR */
  char *user_tmpdir;            /* guestfs_set_tmpdir */
  char *user_cachedir;          /* guestfs_set_cachedir */
  char *session_tmpdir;         /* made by gk_client_tmpdir; removed by close */

  /* Drives (drives.c).  Entries are never NULL. */
  struct gk_drive *drives;
  size_t ndrives;
  unsigned disk_count; /* numbers the disks made in session_tmpdir */

  /* Credentials (libvirt-auth.c): those that the program can ask for, and what
   * libvirt wants while the event is sent. */
  int credential_types[GK_CREDENTIAL_TYPES];
  unsigned n_credential_types;
  struct _virConnectCredential *wanted;
  unsigned n_wanted;
  const char *wanted_by; /* the connection's URI */

  /* Errors (errors.c). */
  pthread_key_t error_key;
  pthread_mutex_t error_lock;
  struct gk_error_state *error_states;
  guestfs_abort_cb oom_handler;

  /* Events (events.c). */
  struct gk_event *events;
  size_t nevents;

  /* Private data (private.c). */
  struct gk_private *privates;
  size_t nprivates, private_iter;

  /* Cancel (cancel.c).  The descriptor becomes readable when the flag is set. */
  _Atomic bool cancelled;
  enum gk_cancel_scope cancel_scope;
  int cancel_fd;

  /* The session (launch.c), set while state is LAUNCHING or READY.
   * end_session stops the worker, and is called with lock held by shutdown
   * and close; 0 or -1 with the error set. */
  int (*end_session) (guestfs_h *g);
  struct gk_session *session;
  char *passed_over;      /* "NAME: WHY": the launcher that auto did not take; or NULL */
  struct gk_local *local; /* mount_local, or NULL */
  char *tree_dir;         /* where guestkit_mount_tree shows the tree, or NULL */
  uint64_t tree_id;       /* the mount's number there */
  FILE *test_output;      /* where internal_test writes (bindtests.c); NULL: stdout */
  pid_t worker_pid;       /* what guestfs_get_pid returns; 0: none */
};

/* --- errors.c: every one sets last_error and last_errno of this thread and
 * calls its error handler.  They return -1 so that `return gk_client_error
 * (...)` reads well in a call that returns int.  errnum 0: no errno. */
int gk_client_error (guestfs_h *g, int errnum, const char *fmt, ...)
    __attribute__ ((format (printf, 3, 4)));
int gk_client_verror (guestfs_h *g, int errnum, const char *fmt, va_list args)
    __attribute__ ((format (printf, 3, 0)));
int gk_client_perror (guestfs_h *g, const char *fmt, ...) /* ": strerror (errno)" */
    __attribute__ ((format (printf, 2, 3)));
int gk_client_oom (guestfs_h *g); /* ENOMEM, or the handler the program set */
int gk_client_error_take (guestfs_h *g, struct gk_error *err); /* and clears err */
void gk_errors_free (guestfs_h *g);
int gk_errors_init (guestfs_h *g); /* 0 or an errno value */

/* --- events.c: without a callback, text events go to stderr as libguestfs
 * prints them (LIBRARY and APPLIANCE only when verbose). */
bool gk_client_has_event (guestfs_h *g, uint64_t event);
void gk_client_event (guestfs_h *g, uint64_t event);
void gk_client_event_text (guestfs_h *g, uint64_t event, const char *buf, size_t len);
void gk_client_event_array (guestfs_h *g, uint64_t event, const uint64_t *array, size_t len);
void gk_client_debug (guestfs_h *g, const char *fmt, ...) /* EVENT_LIBRARY, when verbose */
    __attribute__ ((format (printf, 2, 3)));
void gk_client_warning (guestfs_h *g, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));

/* --- tmpdirs.c: the session's own directory (mode 0700) on the host, made on
 * first use.  NULL with the error set. */
const char *gk_client_tmpdir (guestfs_h *g);
void gk_client_remove_tmpdir (guestfs_h *g);
/* Make *where the absolute form of dir (NULL: unset); said_by names the
 * setting in errors. */
int gk_client_set_dir (guestfs_h *g, char **where, const char *said_by, const char *dir);

/* --- cancel.c */
int gk_cancel_init (guestfs_h *g); /* 0 or -1 with errno */
void gk_cancel_free (guestfs_h *g);
void gk_cancel_reset (guestfs_h *g);
/* At the begin of a call; false: it was cancelled already.  Then what is readable when it is. */
bool gk_cancel_begin (guestfs_h *g, bool transfer);
int gk_cancel_wake_fd (guestfs_h *g, bool transfer);

/* --- private.c */
void gk_private_free (guestfs_h *g);

/* --- drives.c */
void gk_client_free_drives (guestfs_h *g);
void gk_client_drop_drives (guestfs_h *g, size_t from); /* those that were added last */

/* --- libvirt-auth.c: how a connection asks for credentials.  What is returned
 * is used until auth_done, or NULL: libvirt's own way, the terminal. */
struct _virConnectAuth;
struct _virConnectAuth *gk_client_libvirt_auth (guestfs_h *g, const char *uri,
                                                struct _virConnectAuth *auth);
void gk_client_libvirt_auth_done (guestfs_h *g);

/* --- protocols.c: what a protocol demands of a drive's server, path, user name
 * and secret.  Sets drive->server, each in the form "unix:PATH",
 * "tcp:HOST:PORT" or "HOST", from servers (may be NULL); filename is checked
 * as the program gave it. */
int gk_client_parse_servers (guestfs_h *g, char *const *servers, struct gk_drive *drive);
int gk_client_check_protocol (guestfs_h *g, const struct gk_drive *drive, const char *filename);

/* --- backend.c: the value of the setting "NAME=VALUE" ("1" for a bare NAME),
 * or NULL.  Owned by the handle. */
const char *gk_client_backend_setting (guestfs_h *g, const char *name);

#endif
