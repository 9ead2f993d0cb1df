/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The wire between a client and its worker: frames on one stream descriptor.
 *
 * A frame is 16 bytes of header, little endian, and a body:
 *
 *     u32 magic "gkF1" | u16 type | u16 flags | u32 serial | u32 length
 *
 * Bodies of CALL and REPLY belong to the layers above and may have up to
 * 1 GiB, a CHUNK up to 1 MiB, all others up to 16 KiB.
 *
 * The order of a session, C for client and W for worker:
 *
 *     W HELLO   C HELLO        (the worker is first: only it knows when its
 *                               serial line has become raw)
 *     then any number of calls, one at a time:
 *       C CALL                 a new serial; may carry descriptors
 *       C (CHUNK | HOLE | TOTAL)* END | ABORT
 *                              exactly when CALL has GK_FLAG_CHUNKS_IN
 *       W (CHUNK | HOLE)* END | ABORT
 *                              exactly when CALL has GK_FLAG_CHUNKS_OUT
 *       W REPLY | ERROR        always the last frame of a call
 *     C BYE, or end of file.
 *
 * Between CALL and REPLY, at any place: W PROGRESS, W LOG; W STOP ("I need no
 * more of your chunks", once); C CANCEL ("stop this call and the chunks that
 * it sends", once).  STOP and CANCEL ask; what was asked still ends its
 * stream with END or ABORT, so the two sides never disagree about where the
 * next frame begins.  One that crosses the end of its stream or its call is
 * dropped by its serial.  A call has chunks in one direction only.
 *
 * No deadlock: at any time only one side sends bulk, and a side that waits
 * until it can write reads the small frames of the other meanwhile.
 *
 * A worker on a serial line limits what may be on the way to it, and large
 * bodies may go through shared memory: see flow.c, bulk.c (ACK, MORE).
 *
 * A peer that breaks these rules gives EPROTO, and the connection is dead:
 * every later use fails.  A connection belongs to one thread at a time.
 */
#ifndef GK_RPC_RPC_H
#define GK_RPC_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "op/stream.h"
#include "op/task.h"

struct gk_error;
struct gk_conn;

#define GK_FRAME_BODY_MAX (1u << 30)
#define GK_FRAME_CHUNK_MAX (1u << 20)
#define GK_FRAME_CONTROL_MAX (1u << 14)
#define GK_FRAME_FDS_MAX 4

enum gk_frame_type {
  GK_FRAME_HELLO = 1,     /* u32 version, u32 capabilities, u32 window,
                             u32 size of shared memory, identity */
  GK_FRAME_CALL = 2,      /* client: body of the layer above */
  GK_FRAME_REPLY = 3,     /* worker: likewise */
  GK_FRAME_ERROR = 4,     /* worker: in place of REPLY; u32 errnum, message */
  GK_FRAME_CHUNK = 5,     /* some bytes of a stream, at least one */
  GK_FRAME_END = 6,       /* the stream is complete */
  GK_FRAME_ABORT = 7,     /* the stream is not; u32 errnum, message */
  GK_FRAME_STOP = 8,      /* worker: send no more chunks */
  GK_FRAME_CANCEL = 9,    /* client: stop the call */
  GK_FRAME_PROGRESS = 10, /* worker: u64 position, u64 total */
  GK_FRAME_LOG = 11,      /* worker: text */
  GK_FRAME_ACK = 12,      /* worker: u32 bytes read from the line, u32 from shared memory */
  GK_FRAME_MORE = 13,     /* client: u32 bytes written to shared memory */
  GK_FRAME_BYE = 14,      /* client: no more calls */
  GK_FRAME_HOLE = 15,     /* u64: so many zero bytes of a stream, at least one */
  GK_FRAME_TOTAL = 16,    /* client: u64 bytes that the stream will have, for progress only */
};

/* Flags of a frame.  The low byte is for the layers above. */
#define GK_FLAG_CHUNKS_IN 0x0100u  /* CALL: the caller's chunks follow */
#define GK_FLAG_CHUNKS_OUT 0x0200u /* CALL: the caller expects chunks */

struct gk_frame {
  enum gk_frame_type type;
  uint16_t flags; /* without the count of descriptors */
  uint32_t serial;
  uint32_t len;
  const uint8_t *body; /* valid until the next gk_conn_recv* (sending and
                          streams leave it alone) */
  int *fds;            /* likewise; close-on-exec.  Take one by setting it to
                          -1, the rest are closed by the next gk_conn_recv* */
  int nfds;
};

enum gk_role { GK_ROLE_CLIENT, GK_ROLE_WORKER };

/* --- connection ------------------------------------------------------------ */

/* fd is owned from here on, also when this fails: a stream socket, or a tty
 * (made raw) or another descriptor that can be polled (made non-blocking; a
 * closed one may raise SIGPIPE, which a socket never does).  NULL: err set. */
struct gk_conn *gk_conn_new (int fd, enum gk_role role, struct gk_error *err);
void gk_conn_free (struct gk_conn *conn);
void gk_cleanup_conn (struct gk_conn **conn);
#define _cleanup_conn_ __attribute__ ((cleanup (gk_cleanup_conn)))

int gk_conn_fd (const struct gk_conn *conn);

/* Before hello, at both ends: memory that both see (size is a power of two,
 * mem stays the caller's and outlives the connection).  The client's large
 * bodies then go through it and not over the line.  The client only writes to
 * it, so that a worker that is not trusted gains nothing by changing it. */
void gk_conn_share (struct gk_conn *conn, void *mem, uint32_t size);

/* Without the process behind this pidfd, which stays the caller's, nobody will
 * answer any more, even if the other end is still open: one that was killed may
 * wait for a disk, and keeps what it had open.  Sockets only; -1: no process. */
void gk_conn_set_peer (struct gk_conn *conn, int pidfd);

/* Exchange HELLO.  Both sides call it with an identity (such as a digest of
 * the call tables), which must be the same on both.  timeout_ms -1: none. */
int gk_conn_hello (struct gk_conn *conn, const char *identity, int timeout_ms,
                   struct gk_error *err);

/* After hello: can both ends pass descriptors? */
bool gk_conn_can_pass_fds (const struct gk_conn *conn);

/* True once the peer has gone or has broken the rules. */
bool gk_conn_is_dead (const struct gk_conn *conn);

/* Forget the bytes of the frame that was given out last, which held a key, and
 * every copy of them in the connection's buffers.  Worker only, for its client's
 * memory too. */
void gk_conn_wipe (struct gk_conn *conn);

/* Who is told about LOG and PROGRESS, which may come while anything is sent
 * or received.  The callbacks must not use the connection.  text is not
 * terminated.  Client only. */
struct gk_conn_events {
  void (*log) (void *opaque, const char *text, size_t len);
  void (*progress) (void *opaque, uint32_t serial, uint64_t position, uint64_t total);
  void *opaque;
};
void gk_conn_set_events (struct gk_conn *conn, const struct gk_conn_events *events);

/* --- frames ------------------------------------------------------------------ */

/* Send a whole frame, with copies of the descriptors (they stay the
 * caller's).  0 or -1. */
int gk_conn_send (struct gk_conn *conn, enum gk_frame_type type, unsigned flags, uint32_t serial,
                  const void *body, size_t len, const int *fds, int nfds, struct gk_error *err);

/* The next frame.  STOP, CANCEL, PROGRESS, LOG, ACK and MORE are acted on here and never
 * returned.  Nothing is lost by ETIMEDOUT or GK_CONN_WOKEN: the next receive
 * goes on where this stopped. */
#define GK_CONN_FRAME 1
#define GK_CONN_EOF 0   /* the peer closed between two frames */
#define GK_CONN_WOKEN 2 /* wake_fd is readable; it is not read here */
int gk_conn_recv (struct gk_conn *conn, struct gk_frame *ret_frame, int timeout_ms, int wake_fd,
                  struct gk_error *err);

/* ERROR and ABORT: errnum and message. */
int gk_conn_send_error (struct gk_conn *conn, enum gk_frame_type type, uint32_t serial,
                        const struct gk_error *what, struct gk_error *err);
/* Set err to what the frame says.  Always -1. */
int gk_frame_error (const struct gk_frame *frame, struct gk_error *err);

/* --- worker ------------------------------------------------------------------ */

/* The next CALL; late CANCELs are dropped.  1, 0 at BYE or end of file, -1.
 * wake_fd (or -1) gives GK_CONN_WOKEN. */
int gk_conn_recv_call (struct gk_conn *conn, struct gk_frame *ret_frame, int wake_fd,
                       struct gk_error *err);

/* The task of the call that was received last, for op/task.h.  Cancelled when
 * the client sent CANCEL or has gone. */
struct gk_rpc_task {
  struct gk_task task; /* first: this is what operations get */
  struct gk_conn *conn;
  uint32_t serial;
  uint64_t started_ns, last_ns; /* last_ns 0: no progress was sent yet */
  bool pulses; /* to be set: it shows that it lives, while nobody says how far it is */
  bool knows;  /* somebody does */
};
void gk_rpc_task_init (struct gk_rpc_task *task, struct gk_conn *conn, uint32_t serial);
/* When the call has succeeded: the last progress, if there was any. */
void gk_rpc_task_done (struct gk_rpc_task *task);

/* --- client ------------------------------------------------------------------ */

/* Wait for the REPLY or ERROR of serial.  When wake_fd (or -1) becomes
 * readable CANCEL is sent, once, and the wait goes on: a call always ends
 * with a reply.  0, or -1: the connection is lost (a worker that has gone is
 * ECONNRESET). */
int gk_conn_recv_reply (struct gk_conn *conn, uint32_t serial, struct gk_frame *ret_frame,
                        int wake_fd, struct gk_error *err);

/* Send all of from_fd as chunks / write all chunks to to_fd.  Unless the
 * connection is dead, the stream is ended properly whatever happens and the
 * reply must be received next.  Local descriptors may be slow (pipes).
 *   GK_XFER_DONE     all of it
 *   GK_XFER_STOPPED  the worker wanted no more, or aborted: its reply says why
 *   -1               failed here: err is the reason, the reply is of no
 *                    interest.  ECANCELED when wake_fd became readable. */
#define GK_XFER_DONE 0
#define GK_XFER_STOPPED 1
int gk_conn_send_file (struct gk_conn *conn, uint32_t serial, int from_fd, int wake_fd,
                       struct gk_error *err);
int gk_conn_recv_file (struct gk_conn *conn, uint32_t serial, int to_fd, int wake_fd,
                       struct gk_error *err);

/* --- streams, both sides -------------------------------------------------------- */

/* Chunks of the peer as a source.  Always finish it before the reply is sent
 * (worker) or awaited (client): finish drains what was not read, after it told
 * the peer to stop. */
struct gk_rpc_source {
  struct gk_source source; /* first: this is what operations get; fd is -1 */
  struct gk_conn *conn;
  uint32_t serial;
  int wake_fd;  /* -1, or: read fails with ECANCELED once readable */
  bool open;    /* END or ABORT is still to come */
  bool aborted; /* it was ABORT */
  uint64_t hole_left;
};
void gk_rpc_source_init (struct gk_rpc_source *src, struct gk_conn *conn, uint32_t serial,
                         int wake_fd);
int gk_rpc_source_finish (struct gk_rpc_source *src,
                          struct gk_error *err); /* -1: connection dead */

/* A sink whose bytes go to the peer as chunks.  Small writes are collected.
 * write fails with ECANCELED once the peer sent STOP or CANCEL, or wake_fd is
 * readable.  finish sends END when failure is NULL (after the collected
 * bytes) and ABORT otherwise; it is always called exactly once.  When it is
 * asked for END after the peer said stop, it sends ABORT and `stopped` tells. */
struct gk_rpc_sink {
  struct gk_sink sink; /* first; fd is -1 */
  struct gk_conn *conn;
  uint32_t serial;
  int wake_fd;
  bool open;
  bool stopped; /* the peer asked for it */
  uint8_t *buf; /* owned until finish */
  size_t used;
};
void gk_rpc_sink_init (struct gk_rpc_sink *sink, struct gk_conn *conn, uint32_t serial,
                       int wake_fd);
int gk_rpc_sink_finish (struct gk_rpc_sink *sink, const struct gk_error *failure,
                        struct gk_error *err);

#endif
