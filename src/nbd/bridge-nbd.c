/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The bridge's side that faces the NBD server.
 *
 * Several connections are one disk only when the server says so (multi-conn):
 * then a flush on any of them covers what was answered on all of them before.
 * Which request goes where is free: those that are under way at the same time
 * have no order, neither here nor in the kernel.
 *
 * Callbacks run while libnbd holds the handle, so nothing is sent in them.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/error.h"
#include "nbd/bridge-priv.h"

/* A request's length has 32 bits; and so many bytes do not take too long. */
#define MAX_ZERO (UINT64_C (1) << 30)

static int
failed (const struct gk_bridge_process *b, struct gk_error *err)
{
  return gk_nbd_library_failed (&b->lib, "", err);
}

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
connect_one (struct gk_bridge_process *b, struct gk_error *err)
{
  struct nbd_handle *nbd = b->lib.nbd_create ();
  int64_t size;

  if (nbd == NULL)
    return failed (b, err);
  b->connections[b->n_connections++].nbd = nbd;
  /* Simple replies: the server would look for holes before each read.  Buffers
   * that were not filled are not shown. */
  if (b->lib.nbd_set_request_structured_replies (nbd, false) == -1 ||
      b->lib.nbd_set_pread_initialize (nbd, false) == -1 ||
      b->lib.nbd_set_export_name (nbd, b->server->export_name) == -1 ||
      b->lib.nbd_connect_unix (nbd, b->server->socket) == -1)
    return failed (b, err);
  size = b->lib.nbd_get_size (nbd);
  if (size == -1)
    return failed (b, err);
  if ((uint64_t)size != b->server->size)
    return gk_error_set (err, EIO, "the image server has %lld bytes instead of %llu",
                         (long long)size, (unsigned long long)b->server->size);
  widen (b->lib.nbd_aio_get_fd (nbd));
  return 0;
}

int
gk_bridge_connect (struct gk_bridge_process *b, struct gk_error *err)
{
  unsigned wanted = b->server->connections;
  struct nbd_handle *first;
  int multi, flush, zero, fast_zero;

  if (wanted > GK_BRIDGE_MAX_CONNECTIONS)
    wanted = GK_BRIDGE_MAX_CONNECTIONS;
  if (gk_nbd_library_load (&b->lib, err) == -1 || connect_one (b, err) == -1)
    return -1;
  first = b->connections[0].nbd;
  multi = b->lib.nbd_can_multi_conn (first);
  flush = b->lib.nbd_can_flush (first);
  zero = b->lib.nbd_can_zero (first);
  fast_zero = b->lib.nbd_can_fast_zero (first);
  if (multi == -1 || flush == -1 || zero == -1 || fast_zero == -1)
    return failed (b, err);
  b->can_flush = flush;
  b->can_zero = zero;
  b->can_fast_zero = fast_zero;
  while (multi && b->n_connections < wanted)
    if (connect_one (b, err) == -1)
      return -1;
  return 0;
}

void
gk_bridge_disconnect (struct gk_bridge_process *b)
{
  for (unsigned i = 0; i < b->n_connections; i++) {
    b->lib.nbd_aio_disconnect (b->connections[i].nbd, 0);
    b->lib.nbd_close (b->connections[i].nbd);
  }
  b->n_connections = 0;
}

static bool
is_gone (const struct gk_nbd_library *lib, struct nbd_handle *nbd)
{
  return lib->nbd_aio_is_dead (nbd) != 0 || lib->nbd_aio_is_closed (nbd) != 0;
}

/* With one connection all are lost, so that what waits on the others fails
 * now. */
static void
check (struct gk_bridge_process *b, struct gk_bridge_connection *c)
{
  if (b->dead || !is_gone (&b->lib, c->nbd))
    return;
  b->dead = true;
  for (unsigned i = 0; i < b->n_connections; i++)
    if (!is_gone (&b->lib, b->connections[i].nbd))
      shutdown (b->lib.nbd_aio_get_fd (b->connections[i].nbd), SHUT_RDWR);
}

void
gk_bridge_poll_fds (struct gk_bridge_process *b, struct pollfd *p)
{
  for (unsigned i = 0; i < b->n_connections; i++) {
    struct nbd_handle *nbd = b->connections[i].nbd;
    unsigned direction = 0;

    p[i].fd = is_gone (&b->lib, nbd) ? -1 : b->lib.nbd_aio_get_fd (nbd);
    if (p[i].fd != -1)
      direction = b->lib.nbd_aio_get_direction (nbd);
    p[i].events = (direction & LIBNBD_AIO_DIRECTION_READ ? POLLIN : 0) |
                  (direction & LIBNBD_AIO_DIRECTION_WRITE ? POLLOUT : 0);
  }
}

void
gk_bridge_polled (struct gk_bridge_process *b, const struct pollfd *p)
{
  for (unsigned i = 0; i < b->n_connections; i++) {
    struct gk_bridge_connection *c = &b->connections[i];

    if (p[i].fd == -1 || p[i].revents == 0)
      continue;
    /* Answers first; that may change what the connection waits for. */
    if ((p[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
      b->lib.nbd_aio_notify_read (c->nbd);
    if ((p[i].revents & POLLOUT) != 0 &&
        (b->lib.nbd_aio_get_direction (c->nbd) & LIBNBD_AIO_DIRECTION_WRITE) != 0)
      b->lib.nbd_aio_notify_write (c->nbd);
    check (b, c);
  }
}

/* --- requests ----------------------------------------------------------------- */

struct part {
  struct gk_bridge_request *request;
  struct gk_bridge_connection *connection;
};

static int
completed (void *opaque, int *error)
{
  struct part *part = opaque;
  struct gk_bridge_request *r = part->request;
  int errnum = *error;

  part->connection->in_flight--;
  free (part);
  /* What libnbd says for a lost connection, and a server that is about to end. */
  if (errnum == ENOTCONN || errnum == ESHUTDOWN)
    errnum = EIO;
  gk_bridge_answer (r, errnum);
  return 1; /* nobody asks for it later */
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
static struct part *
new_part (struct gk_bridge_request *r)
{
  struct part *part;

  r->parts++;
  if (r->b->dead) {
    gk_bridge_answer (r, EIO);
    return NULL;
  }
  part = malloc (sizeof *part);
  if (part == NULL) {
    gk_bridge_answer (r, ENOMEM);
    return NULL;
  }
  part->request = r;
  part->connection = least_busy (r->b);
  part->connection->in_flight++;
  return part;
}

/* cookie is what libnbd said of it.  Unless that is -1, the part may be gone. */
static void
sent (struct gk_bridge_process *b, struct gk_bridge_connection *c, struct part *part,
      int64_t cookie)
{
  if (cookie == -1) {
    int errnum = is_gone (&b->lib, c->nbd) ? EIO : b->lib.nbd_get_errno ();
    completed (part, &errnum);
  }
  check (b, c);
}

#define CALLBACK(part) ((nbd_completion_callback){ .callback = completed, .user_data = (part) })

void
gk_bridge_pread (struct gk_bridge_request *r, void *data, size_t size, uint64_t at)
{
  struct gk_bridge_process *b = r->b;
  struct part *part = new_part (r);

  if (part != NULL) {
    struct gk_bridge_connection *c = part->connection;
    sent (b, c, part, b->lib.nbd_aio_pread (c->nbd, data, size, at, CALLBACK (part), 0));
  }
}

void
gk_bridge_pwrite (struct gk_bridge_request *r, const void *data, size_t size, uint64_t at)
{
  struct gk_bridge_process *b = r->b;
  struct part *part = new_part (r);

  if (part != NULL) {
    struct gk_bridge_connection *c = part->connection;
    sent (b, c, part, b->lib.nbd_aio_pwrite (c->nbd, data, size, at, CALLBACK (part), 0));
  }
}

void
gk_bridge_flush (struct gk_bridge_request *r)
{
  struct gk_bridge_process *b = r->b;
  struct part *part = new_part (r);

  if (part != NULL) {
    struct gk_bridge_connection *c = part->connection;
    sent (b, c, part, b->lib.nbd_aio_flush (c->nbd, CALLBACK (part), 0));
  }
}

void
gk_bridge_zero (struct gk_bridge_request *r, uint64_t size, uint64_t at, enum gk_bridge_zero how)
{
  struct gk_bridge_process *b = r->b;
  uint32_t flags = how == GK_BRIDGE_ZERO_KEEP ? LIBNBD_CMD_FLAG_NO_HOLE : 0;

  if (how == GK_BRIDGE_ZERO_FAST_HOLE && b->can_fast_zero)
    flags |= LIBNBD_CMD_FLAG_FAST_ZERO;
  while (size > 0) {
    uint64_t n = size < MAX_ZERO ? size : MAX_ZERO;
    struct part *part = new_part (r);

    if (part != NULL) {
      struct gk_bridge_connection *c = part->connection;
      sent (b, c, part, b->lib.nbd_aio_zero (c->nbd, n, at, CALLBACK (part), flags));
    }
    size -= n;
    at += n;
  }
}
