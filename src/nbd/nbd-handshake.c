/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The NBD handshake, done by libnbd.  Afterwards the socket is taken out of
 * libnbd's hands and the handle dropped without a goodbye to the server. */
#include "nbd/nbd-handshake.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nbd.h>
#include <unistd.h>

#include "base/error.h"
#include "nbd/library.h"

/* Not in every version of the header; the kernel ignores what it cannot do. */
#define FLAG_WRITE_ZEROES (1 << 6)

static int
failed (const struct gk_nbd_library *lib, struct gk_error *err)
{
  return gk_nbd_library_failed (lib, "nbd: ", err);
}

static int
read_flags (const struct gk_nbd_library *lib, struct nbd_handle *nbd, uint64_t *ret_flags,
            struct gk_error *err)
{
  const struct {
    int (*can) (struct nbd_handle *);
    uint64_t flag;
  } table[] = {
    { lib->nbd_is_read_only, NBD_FLAG_READ_ONLY },
    { lib->nbd_can_flush, NBD_FLAG_SEND_FLUSH },
    { lib->nbd_can_fua, NBD_FLAG_SEND_FUA },
    { lib->nbd_can_trim, NBD_FLAG_SEND_TRIM },
    { lib->nbd_can_zero, FLAG_WRITE_ZEROES },
    { lib->nbd_can_multi_conn, NBD_FLAG_CAN_MULTI_CONN },
  };
  uint64_t flags = NBD_FLAG_HAS_FLAGS;

  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    int r = table[i].can (nbd);
    if (r == -1)
      return failed (lib, err);
    if (r == 1)
      flags |= table[i].flag;
  }
  *ret_flags = flags;
  return 0;
}

/* One connection more, whose socket is kept when nbd is closed. */
static int
add_connection (const struct gk_nbd_library *lib, struct nbd_handle *nbd, const char *socket_path,
                const char *export_name, struct gk_nbd_session *s, struct gk_error *err)
{
  /* The kernel's client knows only simple replies. */
  if (lib->nbd_set_request_structured_replies (nbd, false) == -1 ||
      lib->nbd_set_export_name (nbd, export_name) == -1 ||
      lib->nbd_connect_unix (nbd, socket_path) == -1)
    return failed (lib, err);
  int64_t size = lib->nbd_get_size (nbd);
  if (size == -1)
    return failed (lib, err);
  if (s->n_sockets > 0 && (uint64_t)size != s->size)
    return gk_error_set (err, EPROTO, "nbd: connections to one export differ in size");
  s->size = size;
  if (s->n_sockets == 0 && read_flags (lib, nbd, &s->flags, err) == -1)
    return -1;
  int fd = lib->nbd_aio_get_fd (nbd);
  fd = fd == -1 ? -1 : fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (fd == -1)
    return gk_error_sys (err, errno, "nbd: socket");
  /* libnbd made it non-blocking, which the kernel's client is not used to. */
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);
  s->sockets[s->n_sockets++] = fd;
  return 0;
}

static int
connect_one (const struct gk_nbd_library *lib, const char *socket_path, const char *export_name,
             struct gk_nbd_session *s, struct gk_error *err)
{
  struct nbd_handle *nbd = lib->nbd_create ();

  if (nbd == NULL)
    return failed (lib, err);
  int r = add_connection (lib, nbd, socket_path, export_name, s, err);
  lib->nbd_close (nbd);
  return r;
}

int
gk_nbd_handshake (const char *socket_path, const char *export_name, size_t n,
                  struct gk_nbd_session *ret, struct gk_error *err)
{
  struct gk_nbd_session s = { .n_sockets = 0 };
  struct gk_nbd_library lib;

  if (gk_nbd_library_load (&lib, err) == -1)
    return -1;
  if (n > GK_NBD_MAX_SOCKETS)
    n = GK_NBD_MAX_SOCKETS;
  do {
    if (connect_one (&lib, socket_path, export_name, &s, err) == -1) {
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
