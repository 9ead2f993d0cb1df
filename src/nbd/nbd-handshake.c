/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The NBD handshake, done by libnbd.  Afterwards the socket is taken out of
 * libnbd's hands and the handle dropped without a goodbye to the server. */
#include "nbd/nbd-handshake.h"

#include <errno.h>
#include <fcntl.h>
#include <libnbd.h>
#include <linux/nbd.h>
#include <unistd.h>

#include "base/error.h"

/* Not in every version of the header; the kernel ignores what it cannot do. */
#define FLAG_WRITE_ZEROES (1 << 6)

static void
close_handle (struct nbd_handle **nbd)
{
  if (*nbd != NULL)
    nbd_close (*nbd);
}

static int
failed (struct gk_error *err)
{
  return gk_error_set (err, nbd_get_errno (), "nbd: %s", nbd_get_error ());
}

static int
read_flags (struct nbd_handle *nbd, uint64_t *ret_flags, struct gk_error *err)
{
  static const struct {
    int (*can) (struct nbd_handle *);
    uint64_t flag;
  } table[] = {
    { nbd_is_read_only, NBD_FLAG_READ_ONLY }, { nbd_can_flush, NBD_FLAG_SEND_FLUSH },
    { nbd_can_fua, NBD_FLAG_SEND_FUA },       { nbd_can_trim, NBD_FLAG_SEND_TRIM },
    { nbd_can_zero, FLAG_WRITE_ZEROES },      { nbd_can_multi_conn, NBD_FLAG_CAN_MULTI_CONN },
  };
  uint64_t flags = NBD_FLAG_HAS_FLAGS;

  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    int r = table[i].can (nbd);
    if (r == -1)
      return failed (err);
    if (r == 1)
      flags |= table[i].flag;
  }
  *ret_flags = flags;
  return 0;
}

/* One connection more. */
static int
connect_one (const char *socket_path, const char *export_name, struct gk_nbd_session *s,
             struct gk_error *err)
{
  __attribute__ ((cleanup (close_handle))) struct nbd_handle *nbd = nbd_create ();
  int64_t size;
  int fd;

  if (nbd == NULL)
    return failed (err);
  /* The kernel's client knows only simple replies. */
  if (nbd_set_request_structured_replies (nbd, false) == -1 ||
      nbd_set_export_name (nbd, export_name) == -1 || nbd_connect_unix (nbd, socket_path) == -1)
    return failed (err);
  size = nbd_get_size (nbd);
  if (size == -1)
    return failed (err);
  if (s->n_sockets > 0 && (uint64_t)size != s->size)
    return gk_error_set (err, EPROTO, "nbd: connections to one export differ in size");
  s->size = size;
  if (s->n_sockets == 0 && read_flags (nbd, &s->flags, err) == -1)
    return -1;
  fd = nbd_aio_get_fd (nbd);
  fd = fd == -1 ? -1 : fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (fd == -1)
    return gk_error_sys (err, errno, "nbd: socket");
  /* libnbd made it non-blocking, which the kernel's client is not used to. */
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);
  s->sockets[s->n_sockets++] = fd;
  return 0;
}

int
gk_nbd_handshake (const char *socket_path, const char *export_name, size_t n,
                  struct gk_nbd_session *ret, struct gk_error *err)
{
  struct gk_nbd_session s = { .n_sockets = 0 };

  if (n > GK_NBD_MAX_SOCKETS)
    n = GK_NBD_MAX_SOCKETS;
  do {
    if (connect_one (socket_path, export_name, &s, err) == -1) {
      gk_nbd_session_close (&s);
      return -1;
    }
  } while (s.n_sockets < n && (s.flags & NBD_FLAG_CAN_MULTI_CONN) != 0);
  *ret = s;
  return 0;
}

void
gk_nbd_session_close (struct gk_nbd_session *s)
{
  for (size_t i = 0; i < s->n_sockets; i++)
    close (s->sockets[i]);
  s->n_sockets = 0;
}
