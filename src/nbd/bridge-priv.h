/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of the bridge share.  All of it is in the bridge's process,
 * which has one thread. */
#ifndef GK_NBD_BRIDGE_PRIV_H
#define GK_NBD_BRIDGE_PRIV_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUSE_USE_VERSION 35
#include <fuse_lowlevel.h>

#include "nbd/bridge.h"
#include "nbd/library.h"

/* The largest request that FUSE knows how to make. */
#define GK_BRIDGE_MAX_IO ((size_t)1 << 20)
/* Requests under way, each with a buffer: what the kernel has beyond waits
 * there.  Of these, so many may be asynchronous. */
#define GK_BRIDGE_MAX_REQUESTS 48
#define GK_BRIDGE_MAX_BACKGROUND 32
#define GK_BRIDGE_MAX_CONNECTIONS 4

struct gk_bridge_connection {
  struct nbd_handle *nbd;
  unsigned in_flight;
};

/* Buffers are the C library's, each large enough for any request.  What was
 * used last is used next. */
struct gk_bridge_buffers {
  void *v[GK_BRIDGE_MAX_REQUESTS];
  unsigned n;
};

struct gk_bridge_process {
  const struct gk_bridge_server *server;
  struct fuse_session *session;
  int signal_fd;
  struct gk_nbd_library lib; /* from gk_bridge_connect on */
  struct gk_bridge_connection connections[GK_BRIDGE_MAX_CONNECTIONS];
  unsigned n_connections;
  bool can_flush, can_zero, can_fast_zero;
  bool dead;     /* a connection is: the server lost requests, nothing is safe any more */
  bool stopping; /* no more requests are taken */
  unsigned n_requests;
  struct gk_bridge_buffers buffers;
  struct fuse_buf receive; /* the request that is being taken */
  bool begun;              /* it is the one that settles how long requests are */
};

/* One FUSE request while the server has it, in one or more parts. */
struct gk_bridge_request {
  struct gk_bridge_process *b;
  fuse_req_t fuse;
  void *buffer; /* its own, or NULL */
  size_t size;
  bool is_read, is_write;
  unsigned parts; /* that are not answered */
  int errnum;     /* of the first that failed */
};

/* --- bridge-fuse.c ----------------------------------------------------------- */

extern const struct fuse_lowlevel_ops gk_bridge_fuse_ops;
/* Take what requests the kernel has. */
void gk_bridge_take (struct gk_bridge_process *b);
/* A part was answered; with the last one the kernel is, and r is freed. */
void gk_bridge_answer (struct gk_bridge_request *r, int errnum);
void gk_bridge_forget_buffers (struct gk_bridge_process *b);

/* --- bridge-nbd.c ------------------------------------------------------------ */

int gk_bridge_connect (struct gk_bridge_process *b, struct gk_error *err);
/* How to poll; fills in n_connections of p. */
void gk_bridge_poll_fds (struct gk_bridge_process *b, struct pollfd *p);
void gk_bridge_polled (struct gk_bridge_process *b, const struct pollfd *p);
void gk_bridge_disconnect (struct gk_bridge_process *b);

/* Each adds a part to r, which gk_bridge_answer gets back, at once when it
 * fails. */
void gk_bridge_pread (struct gk_bridge_request *r, void *data, size_t size, uint64_t at);
void gk_bridge_pwrite (struct gk_bridge_request *r, const void *data, size_t size, uint64_t at);
void gk_bridge_flush (struct gk_bridge_request *r);
enum gk_bridge_zero {
  GK_BRIDGE_ZERO_HOLE,      /* space may be freed, it may take long */
  GK_BRIDGE_ZERO_FAST_HOLE, /* likewise, or EOPNOTSUPP when it would take long */
  GK_BRIDGE_ZERO_KEEP,      /* space stays allocated */
};
void gk_bridge_zero (struct gk_bridge_request *r, uint64_t size, uint64_t at,
                     enum gk_bridge_zero how);

/* --- bridge-loop.c ------------------------------------------------------------- */

/* For gk_child_fork; opaque is the process. */
int gk_bridge_prepare (void *opaque, struct gk_error *err);
int gk_bridge_run (void *opaque);

#endif
