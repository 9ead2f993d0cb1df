/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The client's end of a launched session. */
#ifndef GK_CLIENT_SESSION_PRIV_H
#define GK_CLIENT_SESSION_PRIV_H

#include "api/api.h"
#include "api/control.h"
#include "client/handle-priv.h"
#include "launch/launch.h"
#include "rpc/rpc.h"

struct gk_session {
  struct gk_conn *conn;
  struct gk_launched process;
  uint32_t serial;  /* of the last request */
  bool rescued;     /* the rescue shell was started */
  bool late;        /* whose reply has not been waited for yet */
  unsigned proc_nr; /* call that is running, for progress events */
  bool silent;      /* it has none: who is served by it has the terminal */
};

/* A worker that was told to end, or whose client has gone, has so long to flush
 * and unmount before it is killed; all of it is bounded by what the image's
 * storage can write. */
#define GK_END_GRACE_MS 120000

/* start.c: find a launcher, start the worker, and tell it the drives.  -1: what
 * was started is for gk_session_free. */
int gk_session_start (guestfs_h *g, struct gk_error *err);
/* Harmless when there is none. */
void gk_session_free (guestfs_h *g, int grace_ms);

/* Send a request and wait for its reply.  0 with *ret_frame (valid until the
 * next use of the connection), 1 when the worker answered with an error, which
 * is then in err; -1 when the worker is lost: then err is set and the handle
 * is back in the config state. */
int gk_session_request (guestfs_h *g, enum gk_request kind, const void *body, size_t size,
                        struct gk_frame *ret_frame, struct gk_error *err);

/* The two halves of gk_session_request: send it, and take its reply later.  Whoever uses the
 * connection in between first takes the reply that is due (gk_local_collect).  They return what
 * gk_session_request does. */
int gk_session_send (guestfs_h *g, enum gk_request kind, const void *body, size_t size,
                     struct gk_error *err);
int gk_session_collect (guestfs_h *g, struct gk_frame *ret_frame, struct gk_error *err);

/* The worker has gone: reap it, say so to the program's callbacks, and put the
 * handle back into the config state. */
void gk_session_lost (guestfs_h *g);

/* rescue.c: was a session with a console for a rescue shell asked for? */
bool gk_client_wants_rescue (const guestfs_h *g);

/* extensions.c: show the tree at dir, as a kernel mount.  attributes: GK_TREE_*. */
int gk_client_mount_tree (guestfs_h *g, const char *what, const char *dir, unsigned attributes,
                          uint64_t *ret_id);
/* It has been unmounted. */
void gk_client_tree_gone (guestfs_h *g);

/* local.c: before the session ends, and once it has; what mount_local shows goes. */
void gk_local_before_end (guestfs_h *g);
void gk_local_session_gone (guestfs_h *g);
/* A request whose reply was not waited for comes to its end. */
void gk_local_collect (guestfs_h *g);
/* A call is about to be carried out, which shall see what was written, and may
 * change anything. */
void gk_local_before_call (guestfs_h *g);

/* transfer.c: the host file of a FileIn or FileOut.  A file that did not exist
 * or is replaced is written under a temporary name and appears only when all
 * of it is there; pipes, devices and "-" are written directly. */
struct gk_host_file {
  int fd;
  char *path;      /* the name that it has at the end; NULL: the caller's own descriptor */
  char *temp_path; /* until then, or NULL when it is written in place */
};
#define GK_HOST_FILE_INIT                                                                          \
  {                                                                                                \
    -1, NULL, NULL                                                                                 \
  }
int gk_host_file_open_in (guestfs_h *g, const char *name, struct gk_host_file *f);
int gk_host_file_open_out (guestfs_h *g, const char *name, struct gk_host_file *f);
/* Close; on success the temporary file gets its name, else it goes away.
 * -1 with the error set when writing back failed. */
int gk_host_file_finish (guestfs_h *g, struct gk_host_file *f, bool success);

#endif
