/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of the rpc room share: the connection's state.
 *
 * The read buffer holds, from its beginning:
 *
 *     pinned (the frame given out last) | consumed | unread (start, end) | free
 *
 * A pinned frame stays where it is while streams run and replies are sent, so
 * that decoded arguments may point into it.  It is never so large that no
 * control frame fits behind it; larger frames get a buffer of their own.
 */
#ifndef GK_RPC_PRIV_H
#define GK_RPC_PRIV_H

#include "base/clock.h"
#include "rpc/rpc.h"

#include <sys/uio.h>

#define HEAD_SIZE 16u
#define BUF_SIZE (64u << 10)
#define INLINE_MAX (BUF_SIZE - GK_FRAME_CONTROL_MAX - HEAD_SIZE) /* header included */
#define CHUNK_SIZE (256u << 10) /* what we send; measured, see bench */
#define BIG_KEEP (1u << 20)     /* a larger body buffer is given back at once */
#define QUEUE_FDS (2 * GK_FRAME_FDS_MAX)
#define PROTOCOL_VERSION 3u
#define CAP_FDS 1u

struct head {
  enum gk_frame_type type;
  uint16_t flags; /* nfds, shared and whole taken out */
  bool shared;    /* the body is in shared memory */
  bool whole;     /* and all of it was there before the header was sent */
  int nfds;
  uint32_t serial, len;
};

struct gk_conn {
  int fd;
  enum gk_role role;
  bool is_socket, pass_fds;
  int peer_fd;          /* a pidfd or -1: gk_conn_set_peer */
  bool eof;             /* nothing more will come */
  int dead;             /* errno, or 0 */
  const char *dead_why; /* constant */

  uint8_t *buf;
  size_t pin, start, end;

  bool in_big; /* big_head's body is being collected in big */
  struct head big_head;
  uint8_t *big;
  size_t big_alloc, big_got;

  bool in_stream;      /* worker: this call's chunks have not ended */
  uint32_t chunk_left; /* bytes of a CHUNK's body still to be read */

  int frame_fds[GK_FRAME_FDS_MAX];
  int nframe_fds;
  int queue[QUEUE_FDS]; /* received, not yet claimed by a frame */
  int nqueue;

  uint32_t serial;         /* of the last CALL sent or received */
  bool cancelled, stopped; /* the peer asked for it, for serial */
  bool asked;              /* we sent STOP or CANCEL for serial */

  struct gk_conn_events events;
  struct quiet {
    uint64_t told_ns; /* the last progress */
    bool knows, ended, pulsed;
  } quiet; /* of the call that serial is: call.c */

  /* flow.c; counts of bytes, modulo 2^32 */
  uint32_t window; /* how much the peer wants on the way; 0: any */
  uint32_t sent, acked;
  uint32_t granted; /* what we told the peer */
  uint32_t received, reported;
  bool sending; /* a frame is partly sent */

  /* bulk.c; likewise */
  uint8_t *shared; /* NULL until hello agreed on it */
  void *offered;
  uint32_t shared_size; /* of what we offer; 0: nothing */
  uint32_t bulk_in;     /* written to it, as far as we know */
  uint32_t bulk_out;    /* read from it, likewise */
  uint32_t bulk_reported;
  bool body_shared; /* of the frame in big, or of the chunk */
};

/* frame.c */
void gk_head_pack (uint8_t out[HEAD_SIZE], const struct head *head);
/* Both: NULL, or what is wrong with it (a constant). */
const char *gk_head_check (const struct head *head, enum gk_role from);
const char *gk_head_unpack (const uint8_t in[HEAD_SIZE], enum gk_role from, struct head *ret_head);
void gk_put_u32 (uint8_t *p, uint32_t v);
void gk_put_u64 (uint8_t *p, uint64_t v);
uint32_t gk_get_u32 (const uint8_t *p);
uint64_t gk_get_u64 (const uint8_t *p);
static inline bool
is_small (enum gk_frame_type type)
{
  return type >= GK_FRAME_STOP && type <= GK_FRAME_MORE;
}
static inline bool
is_of_stream (enum gk_frame_type type)
{
  return (type >= GK_FRAME_CHUNK && type <= GK_FRAME_ABORT) || type == GK_FRAME_HOLE ||
         type == GK_FRAME_TOTAL;
}

/* conn.c */
int gk_conn_fail (struct gk_conn *conn, int errnum, const char *why, struct gk_error *err); /* -1 */
void gk_quiet_told (struct quiet *q, uint64_t position, uint64_t total);
int gk_conn_dead_error (const struct gk_conn *conn, struct gk_error *err); /* -1 */
int gk_conn_gone (struct gk_conn *conn, struct gk_error *err);             /* -1 */

/* fill.c: bytes from the descriptor. */
#define FILL_AGAIN (-2)
/* Read once into user (when user_len > 0: the buffer must be empty) and then
 * the buffer.  The number of bytes that went to user, or 0 when all went to
 * the buffer or eof was found, FILL_AGAIN, -1 (dead). */
ssize_t gk_conn_fill (struct gk_conn *conn, void *user, size_t user_len, bool block,
                      struct gk_error *err);
void gk_conn_unpin (struct gk_conn *conn);
/* Wait until the descriptor is readable: 1, 0 timeout, GK_CONN_WOKEN.
 * deadline_ns 0: none. */
int gk_conn_wait_in (struct gk_conn *conn, uint64_t deadline_ns, int wake_fd, struct gk_error *err);
/* Both of the above, with the fewest system calls: as gk_conn_fill, but
 * WAIT_WOKEN or WAIT_TIMEOUT in place of FILL_AGAIN. */
#define WAIT_WOKEN (-3)
#define WAIT_TIMEOUT (-4)
ssize_t gk_conn_fill_wait (struct gk_conn *conn, void *user, size_t user_len, uint64_t deadline_ns,
                           int wake_fd, struct gk_error *err);

/* For poll, after which it is told: the end of the peer becomes the end of the
 * connection, behind what it has sent. */
#define PEER_POLLFD(CONN)                                                                          \
  {                                                                                                \
    .fd = (CONN)->peer_fd, .events = POLLIN                                                        \
  }
void gk_conn_peer_polled (struct gk_conn *conn, short revents);

/* recv.c */
enum front {
  FRONT_DEAD = -1,
  FRONT_MORE = 0, /* not a whole header, or a small frame that is not whole */
  FRONT_HEAD = 1, /* a frame that is not small: ret_head says which */
};
/* Act on small frames at the front of the buffer.  Not inside of a body. */
enum front gk_conn_front (struct gk_conn *conn, struct head *ret_head, struct gk_error *err);
/* Read and act on small frames without blocking.  1 when something else is at
 * the front, 0, or -1 (dead). */
int gk_conn_pump (struct gk_conn *conn, struct gk_error *err);
void gk_conn_unpack_error (const uint8_t *body, size_t len, struct gk_error *err);

/* flow.c */
#define TTY_WINDOW 3072u
size_t gk_flow_credit (const struct gk_conn *conn); /* bytes that may be sent now */
/* Until room (conn) > 0, reading meanwhile. */
int gk_flow_wait (struct gk_conn *conn, size_t (*room) (const struct gk_conn *),
                  struct gk_error *err);
void gk_flow_acked (struct gk_conn *conn, uint32_t line, uint32_t bulk); /* the peer's report */
void gk_flow_ack (struct gk_conn *conn);                                 /* ours, when it is due */

/* bulk.c */
#define BULK_MIN 512u /* smaller bodies are faster on the line, if MORE must follow */
#define WHOLE_MIN 24u /* likewise, if nothing must */
/* Client: is there room for all of a body of this size? */
bool gk_bulk_fits (const struct gk_conn *conn, size_t len);
/* Client: put it there, before the header. */
void gk_bulk_put (struct gk_conn *conn, const uint8_t *body, size_t len);
/* Client: the body of a frame whose header was sent. */
int gk_bulk_send (struct gk_conn *conn, const uint8_t *body, size_t len, struct gk_error *err);
/* Worker: count is what MORE says; up to n bytes to buf (NULL: away). */
void gk_bulk_more (struct gk_conn *conn, uint32_t count);
size_t gk_bulk_take (struct gk_conn *conn, uint8_t *buf, size_t n);
/* Worker: nobody else sees the n bytes any more that were taken last. */
void gk_bulk_wipe (struct gk_conn *conn, size_t n);

/* send.c: a frame whose body is one number. */
int gk_conn_send_u64 (struct gk_conn *conn, enum gk_frame_type type, uint32_t serial, uint64_t n,
                      struct gk_error *err);

/* send.c: STOP or CANCEL, as the role has it, unless it was sent. */
int gk_conn_ask_stop (struct gk_conn *conn, uint32_t serial, struct gk_error *err);

#endif
