/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The bridge's side that faces the NBD server.
 *
 * Several connections are one disk only when the server says so (multi-conn):
 * then a flush on any of them covers what was answered on all of them before.
 * Which request goes where is free: those that are under way at the same time
 * have no order, neither here nor in the kernel.
 *
 * Nothing here waits: what a socket does not take now is sent when poll says that
 * it would.  An answer to what was not asked, or any other that does not follow the
 * protocol, ends the connection, and with it the disk.
 */
#include <endian.h>
#include <errno.h>
#include <linux/nbd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/error.h"
#include "nbd/bridge-priv.h"
#include "nbd/nbd-handshake.h"

/* A request's length has 32 bits; and so many bytes do not take too long. */
#define MAX_ZERO (UINT64_C (1) << 30)

#define REQUEST_MAGIC 0x25609513
#define ANSWER_MAGIC 0x67446698
enum { CMD_READ = 0, CMD_WRITE = 1, CMD_DISCONNECT = 2, CMD_FLUSH = 3, CMD_ZERO = 6 };
#define FLAG_NO_HOLE (1u << 1)
#define FLAG_FAST_ZERO (1u << 4)

struct head {
  uint32_t magic;
  uint16_t flags, type;
  uint64_t id, at;
  uint32_t size;
} __attribute__ ((packed));

struct answer_head {
  uint32_t magic, error;
  uint64_t id;
} __attribute__ ((packed));

/* What one request of the server's protocol carries. */
struct gk_bridge_part {
  struct gk_bridge_part *next;
  struct gk_bridge_request *request;
  struct gk_bridge_connection *connection;
  struct head head;
  size_t sent;     /* of the head and what follows it */
  const void *out; /* what follows it, or NULL */
  size_t out_size;
  char *in; /* where the answer's data goes, or NULL */
  size_t in_size;
};

/* --- connections --------------------------------------------------------------- */

/* Room for a whole request: by default there is less, and for each one this
 * process and the server would wake each other several times. */
static void
widen (int fd)
{
  const int size = GK_BRIDGE_MAX_IO;

  if (setsockopt (fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) == -1)
    setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static int
connect_one (struct gk_bridge_process *b, uint16_t *ret_flags, struct gk_error *err)
{
  struct gk_bridge_connection *c = &b->connections[b->n_connections];
  struct gk_nbd_export e;

  if (gk_nbd_connect (b->server->socket, b->server->export_name, &c->fd, &e, err) == -1)
    return -1;
  b->n_connections++;
  if (e.size != b->server->size)
    return gk_error_set (err, EIO, "the image server has %llu bytes instead of %llu",
                         (unsigned long long)e.size, (unsigned long long)b->server->size);
  widen (c->fd);
  *ret_flags = e.flags;
  return 0;
}

int
gk_bridge_connect (struct gk_bridge_process *b, struct gk_error *err)
{
  unsigned wanted = b->server->connections;
  uint16_t flags = 0, same;

  if (wanted > GK_BRIDGE_MAX_CONNECTIONS)
    wanted = GK_BRIDGE_MAX_CONNECTIONS;
  if (connect_one (b, &flags, err) == -1)
    return -1;
  b->can_flush = (flags & NBD_FLAG_SEND_FLUSH) != 0;
  b->can_zero = (flags & GK_NBD_WRITE_ZEROES) != 0;
  b->can_fast_zero = (flags & GK_NBD_FAST_ZERO) != 0;
  while ((flags & NBD_FLAG_CAN_MULTI_CONN) != 0 && b->n_connections < wanted)
    if (connect_one (b, &same, err) == -1)
      return -1;
  return 0;
}

void
gk_bridge_disconnect (struct gk_bridge_process *b)
{
  const struct head goodbye = { .magic = htobe32 (REQUEST_MAGIC),
                                .type = htobe16 (CMD_DISCONNECT) };

  for (unsigned i = 0; i < b->n_connections; i++) {
    struct gk_bridge_connection *c = &b->connections[i];
    /* The server finds its own end when this is not heard. */
    if (!c->gone && c->to_send == NULL)
      (void)!send (c->fd, &goodbye, sizeof goodbye, MSG_NOSIGNAL | MSG_DONTWAIT);
    close (c->fd);
  }
  b->n_connections = 0;
}

/* --- answers -------------------------------------------------------------------- */

/* The protocol's numbers are Linux's; there are no others. */
static int
errno_of (uint32_t error)
{
  switch (error) {
  case 0:
  case EPERM:
  case EIO:
  case ENOMEM:
  case EINVAL:
  case ENOSPC:
  case EOVERFLOW:
  case EOPNOTSUPP:
    return (int)error;
  case ESHUTDOWN: /* a server that is about to end */
    return EIO;
  default:
    return EINVAL;
  }
}

static void
complete (struct gk_bridge_part *part, int errnum)
{
  struct gk_bridge_request *r = part->request;

  part->connection->in_flight--;
  free (part);
  gk_bridge_answer (r, errnum);
}

static void
fail_all (struct gk_bridge_part *part)
{
  while (part) {
    struct gk_bridge_part *next = part->next;
    complete (part, EIO);
    part = next;
  }
}

/* With one connection all are lost, so that what waits on the others fails now. */
static void
lose (struct gk_bridge_process *b)
{
  b->dead = true;
  for (unsigned i = 0; i < b->n_connections; i++) {
    struct gk_bridge_connection *c = &b->connections[i];
    struct gk_bridge_part *lists[] = { c->reading, c->waiting, c->to_send };

    if (c->gone)
      continue;
    c->gone = true;
    shutdown (c->fd, SHUT_RDWR);
    c->reading = c->waiting = c->to_send = NULL;
    for (size_t j = 0; j < sizeof lists / sizeof *lists; j++)
      fail_all (lists[j]);
  }
}

/* The part that this is the answer to, taken out of those that wait. */
static struct gk_bridge_part *
find (struct gk_bridge_connection *c, uint64_t id)
{
  for (struct gk_bridge_part **p = &c->waiting; *p; p = &(*p)->next)
    if ((*p)->head.id == id) {
      struct gk_bridge_part *part = *p;
      *p = part->next;
      part->next = NULL;
      return part;
    }
  return NULL;
}

/* A whole head is there.  -1: it is none. */
static int
take_head (struct gk_bridge_connection *c)
{
  struct answer_head head;
  struct gk_bridge_part *part;

  memcpy (&head, c->head, sizeof head);
  part = be32toh (head.magic) == ANSWER_MAGIC ? find (c, head.id) : NULL;
  if (part == NULL)
    return -1;
  c->got = 0;
  if (head.error == 0 && part->in)
    c->reading = part;
  else
    complete (part, errno_of (be32toh (head.error)));
  return 0;
}

/* 1: more may have come, 0: later, -1: the connection is over. */
static int
receive (struct gk_bridge_connection *c)
{
  struct gk_bridge_part *part = c->reading;
  size_t size = part ? part->in_size : sizeof c->head;
  ssize_t n =
      recv (c->fd, (part ? part->in : (char *)c->head) + c->got, size - c->got, MSG_DONTWAIT);

  if (n == -1 && (errno == EAGAIN || errno == EINTR))
    return 0;
  if (n <= 0)
    return -1;
  c->got += (size_t)n;
  if (c->got < size)
    return 1;
  if (part == NULL)
    return take_head (c) == -1 ? -1 : 1;
  c->reading = NULL;
  c->got = 0;
  complete (part, 0);
  return 1;
}

/* --- requests ----------------------------------------------------------------- */

/* The first of those to be sent.  1: all of it is, 0: later, -1: the connection is over. */
static int
transmit (struct gk_bridge_connection *c)
{
  struct gk_bridge_part *part = c->to_send;
  size_t head = part->sent < sizeof part->head ? sizeof part->head - part->sent : 0;
  size_t data = part->sent - (sizeof part->head - head);
  struct iovec v[] = {
    { (char *)&part->head + sizeof part->head - head, head },
    { part->out ? (char *)part->out + data : NULL, part->out_size - data },
  };
  const struct msghdr m = { .msg_iov = v, .msg_iovlen = part->out ? 2 : 1 };
  ssize_t n = sendmsg (c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);

  if (n == -1)
    return errno == EAGAIN || errno == EINTR ? 0 : -1;
  part->sent += (size_t)n;
  if (part->sent < sizeof part->head + part->out_size)
    return 0;
  c->to_send = part->next;
  part->next = c->waiting;
  c->waiting = part;
  return 1;
}

static void
transmit_all (struct gk_bridge_process *b, struct gk_bridge_connection *c)
{
  int r = 1;

  while (r == 1 && c->to_send)
    r = transmit (c);
  if (r == -1)
    lose (b);
}

void
gk_bridge_poll_fds (struct gk_bridge_process *b, struct pollfd *p)
{
  for (unsigned i = 0; i < b->n_connections; i++) {
    const struct gk_bridge_connection *c = &b->connections[i];

    p[i].fd = c->gone ? -1 : c->fd;
    p[i].events = POLLIN | (c->to_send ? POLLOUT : 0);
  }
}

void
gk_bridge_polled (struct gk_bridge_process *b, const struct pollfd *p)
{
  for (unsigned i = 0; i < b->n_connections; i++) {
    struct gk_bridge_connection *c = &b->connections[i];
    int r = 1;

    if (p[i].fd == -1 || p[i].revents == 0 || c->gone)
      continue;
    /* Answers first.  With none to come the end of the connection is still heard. */
    if ((p[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
      do
        r = receive (c);
      while (r == 1 && c->in_flight > 0);
    if (r == -1)
      lose (b);
    else
      transmit_all (b, c);
  }
}

static struct gk_bridge_connection *
least_busy (struct gk_bridge_process *b)
{
  struct gk_bridge_connection *c = &b->connections[0];

  for (unsigned i = 1; i < b->n_connections; i++)
    if (b->connections[i].in_flight < c->in_flight)
      c = &b->connections[i];
  return c;
}

/* A part to be sent, or NULL when it was answered already. */
static struct gk_bridge_part *
new_part (struct gk_bridge_request *r, unsigned type, unsigned flags, uint64_t size, uint64_t at)
{
  struct gk_bridge_part *part;
  struct gk_bridge_connection *c;

  r->parts++;
  if (r->b->dead) {
    gk_bridge_answer (r, EIO);
    return NULL;
  }
  part = calloc (1, sizeof *part);
  if (part == NULL) {
    gk_bridge_answer (r, ENOMEM);
    return NULL;
  }
  c = least_busy (r->b);
  part->request = r;
  part->connection = c;
  part->head = (struct head){
    .magic = htobe32 (REQUEST_MAGIC),
    .flags = htobe16 ((uint16_t)flags),
    .type = htobe16 ((uint16_t)type),
    .id = ++c->last_id, /* ours alone: the server gives it back as it is */
    .at = htobe64 (at),
    .size = htobe32 ((uint32_t)size),
  };
  c->in_flight++;
  return part;
}

/* The part may be gone afterwards. */
static void
start (struct gk_bridge_part *part)
{
  struct gk_bridge_connection *c = part->connection;
  struct gk_bridge_part **end = &c->to_send;

  while (*end)
    end = &(*end)->next;
  *end = part;
  if (c->to_send == part) /* else it is known that the socket takes nothing now */
    transmit_all (part->request->b, c);
}

void
gk_bridge_pread (struct gk_bridge_request *r, void *data, size_t size, uint64_t at)
{
  struct gk_bridge_part *part = new_part (r, CMD_READ, 0, size, at);

  if (part == NULL)
    return;
  part->in = data;
  part->in_size = size;
  start (part);
}

void
gk_bridge_pwrite (struct gk_bridge_request *r, const void *data, size_t size, uint64_t at)
{
  struct gk_bridge_part *part = new_part (r, CMD_WRITE, 0, size, at);

  if (part == NULL)
    return;
  part->out = data;
  part->out_size = size;
  start (part);
}

void
gk_bridge_flush (struct gk_bridge_request *r)
{
  struct gk_bridge_part *part = new_part (r, CMD_FLUSH, 0, 0, 0);

  if (part)
    start (part);
}

void
gk_bridge_zero (struct gk_bridge_request *r, uint64_t size, uint64_t at, enum gk_bridge_zero how)
{
  unsigned flags = how == GK_BRIDGE_ZERO_KEEP ? FLAG_NO_HOLE : 0;

  if (how == GK_BRIDGE_ZERO_FAST_HOLE && r->b->can_fast_zero)
    flags |= FLAG_FAST_ZERO;
  while (size > 0) {
    uint64_t n = size < MAX_ZERO ? size : MAX_ZERO;
    struct gk_bridge_part *part = new_part (r, CMD_ZERO, flags, n, at);

    if (part)
      start (part);
    size -= n;
    at += n;
  }
}
