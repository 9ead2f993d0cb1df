/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The NBD handshake.
 *
 * Only what our own image servers speak on their Unix sockets: fixed newstyle, the export
 * asked for with NBD_OPT_GO, simple replies, no TLS.  libnbd knows more, and every session
 * would load GnuTLS, libxml2 and ICU with it, which take longer than all the rest of the
 * worker's start.  Sizes of blocks are not asked for: who asks must keep to them, else the
 * server takes care.
 *
 * A server reads what a guest wrote, so nothing that it says is believed: lengths are
 * capped, and no answer is waited for without an end.
 */
#include "nbd/nbd-handshake.h"

#include <endian.h>
#include <errno.h>
#include <linux/nbd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

/* The server opens the disk before it answers, which may be far away. */
#define TIMEOUT_S 120

#define HELLO UINT64_C (0x4e42444d41474943)        /* "NBDMAGIC" */
#define OPTION_MAGIC UINT64_C (0x49484156454f5054) /* "IHAVEOPT" */
#define REPLY_MAGIC UINT64_C (0x3e889045565a9)
#define FIXED_NEWSTYLE 1
#define NO_ZEROES 2
#define OPT_GO 7
#define NAME_MAX_SIZE 4096
#define REP_ACK 1
#define REP_INFO 3
#define REP_ERROR (UINT32_C (1) << 31)
#define INFO_EXPORT 0
/* Of the answer to an option: texts are short, and there are few. */
#define REPLY_MAX 65536
#define REPLIES_MAX 64

struct hello {
  uint64_t magic, option_magic;
  uint16_t flags;
} __attribute__ ((packed));

struct option {
  uint32_t client_flags; /* once, before the first option */
  uint64_t magic;
  uint32_t option, size;
} __attribute__ ((packed));

struct reply {
  uint64_t magic;
  uint32_t option, type, size;
} __attribute__ ((packed));

/* --- bytes ----------------------------------------------------------------------- */

static int
put (int fd, const void *data, size_t n, struct gk_error *err)
{
  for (const char *p = data; n > 0;) {
    ssize_t sent = send (fd, p, n, MSG_NOSIGNAL);

    if (sent == -1 && errno == EINTR)
      continue;
    if (sent == -1)
      return gk_error_sys (err, errno == EAGAIN ? ETIMEDOUT : errno, "nbd: send");
    p += sent;
    n -= (size_t)sent;
  }
  return 0;
}

static int
take (int fd, void *data, size_t n, struct gk_error *err)
{
  for (char *p = data; n > 0;) {
    ssize_t got = recv (fd, p, n, 0);

    if (got == -1 && errno == EINTR)
      continue;
    if (got == -1)
      return gk_error_sys (err, errno == EAGAIN ? ETIMEDOUT : errno, "nbd: receive");
    if (got == 0)
      return gk_error_set (err, ECONNRESET, "nbd: the server has closed the connection");
    p += got;
    n -= (size_t)got;
  }
  return 0;
}

static int
nonsense (const char *what, struct gk_error *err)
{
  return gk_error_set (err, EPROTO, "nbd: the server does not speak the protocol: %s", what);
}

/* --- the handshake --------------------------------------------------------------- */

static int
open_socket (const char *path, struct gk_error *err)
{
  const struct timeval limit = { .tv_sec = TIMEOUT_S };
  struct sockaddr_un addr = { .sun_family = AF_UNIX };

  if (strlen (path) >= sizeof addr.sun_path)
    return gk_error_sys (err, ENAMETOOLONG, "nbd: %s", path);
  strcpy (addr.sun_path, path);
  _cleanup_close_ int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd == -1)
    return gk_error_sys (err, errno, "nbd: socket");
  if (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == -1 ||
      setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == -1)
    return gk_error_sys (err, errno, "nbd: setsockopt");
  if (connect (fd, (struct sockaddr *)&addr, sizeof addr) == -1)
    return gk_error_sys (err, errno == EAGAIN ? ETIMEDOUT : errno, "nbd: connect: %s", path);
  return gk_steal_fd (&fd);
}

/* Requests may take as long as they take. */
static int
lift_limit (int fd, struct gk_error *err)
{
  const struct timeval none = { 0 };

  if (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none) == -1 ||
      setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof none) == -1)
    return gk_error_sys (err, errno, "nbd: setsockopt");
  return 0;
}

static int
greet (int fd, uint32_t *ret_flags, struct gk_error *err)
{
  struct hello hello;

  if (take (fd, &hello, sizeof hello, err) == -1)
    return -1;
  if (be64toh (hello.magic) != HELLO || be64toh (hello.option_magic) != OPTION_MAGIC ||
      (be16toh (hello.flags) & FIXED_NEWSTYLE) == 0)
    return nonsense ("its greeting", err);
  *ret_flags = be16toh (hello.flags) & (FIXED_NEWSTYLE | NO_ZEROES);
  return 0;
}

static int
ask (int fd, uint32_t client_flags, const char *export_name, struct gk_error *err)
{
  size_t n = strlen (export_name);
  unsigned char data[sizeof (struct option) + 4 + NAME_MAX_SIZE + 2];
  const uint32_t length = htobe32 ((uint32_t)n);
  const struct option option = {
    .client_flags = htobe32 (client_flags),
    .magic = htobe64 (OPTION_MAGIC),
    .option = htobe32 (OPT_GO),
    .size = htobe32 ((uint32_t)n + 6),
  };

  if (n > NAME_MAX_SIZE)
    return gk_error_sys (err, ENAMETOOLONG, "nbd: export name");
  memcpy (data, &option, sizeof option);
  memcpy (data + sizeof option, &length, 4);
  memcpy (data + sizeof option + 4, export_name, n);
  memset (data + sizeof option + 4 + n, 0, 2); /* nothing else is asked for */
  return put (fd, data, sizeof option + 6 + n, err);
}

static int
refused (uint32_t type, const char *export_name, struct gk_error *err)
{
  static const int numbers[] = { [1] = ENOTSUP, [2] = EPERM,  [3] = EINVAL,    [4] = ENOTSUP,
                                 [5] = ENOTSUP, [6] = ENOENT, [7] = ESHUTDOWN, [8] = EINVAL };
  uint32_t i = type & ~REP_ERROR;
  int errnum = i < sizeof numbers / sizeof *numbers && numbers[i] ? numbers[i] : EPROTO;

  return gk_error_sys (err, errnum, "nbd: the server refuses the export %s", export_name);
}

/* "export": 16 bits that say so, 64 for the size, 16 of flags. */
static bool
read_info (const unsigned char *data, size_t n, struct gk_nbd_export *e)
{
  uint16_t type;

  if (n < 2)
    return false;
  memcpy (&type, data, sizeof type);
  if (be16toh (type) != INFO_EXPORT || n != 12)
    return false;
  memcpy (&e->size, data + 2, sizeof e->size);
  memcpy (&e->flags, data + 10, sizeof e->flags);
  e->size = be64toh (e->size);
  e->flags = be16toh (e->flags);
  return true;
}

static int
listen_to (int fd, const char *export_name, struct gk_nbd_export *ret, struct gk_error *err)
{
  bool told = false;

  for (int i = 0; i < REPLIES_MAX; i++) {
    unsigned char data[64];
    struct reply reply;

    if (take (fd, &reply, sizeof reply, err) == -1)
      return -1;
    uint32_t type = be32toh (reply.type), size = be32toh (reply.size);
    if (be64toh (reply.magic) != REPLY_MAGIC || be32toh (reply.option) != OPT_GO ||
        size > REPLY_MAX)
      return nonsense ("its answer", err);
    if ((type & REP_ERROR) != 0)
      return refused (type, export_name, err);
    if (type == REP_ACK && size > 0)
      return nonsense ("its acknowledgement", err);
    if (type == REP_ACK)
      return told ? 0 : nonsense ("it does not say how large the export is", err);
    size_t n = size < sizeof data ? size : sizeof data;
    if (take (fd, data, n, err) == -1)
      return -1;
    if (type == REP_INFO && read_info (data, n, ret))
      told = true;
    for (size_t left = size - n; left > 0; left -= n) { /* not meant for us */
      n = left < sizeof data ? left : sizeof data;
      if (take (fd, data, n, err) == -1)
        return -1;
    }
  }
  return nonsense ("it has no end of answers", err);
}

int
gk_nbd_connect (const char *socket_path, const char *export_name, int *ret_fd,
                struct gk_nbd_export *ret, struct gk_error *err)
{
  struct gk_nbd_export e = { 0, 0 };
  uint32_t flags = 0;

  _cleanup_close_ int fd = open_socket (socket_path, err);
  if (fd == -1 || greet (fd, &flags, err) == -1 || ask (fd, flags, export_name, err) == -1 ||
      listen_to (fd, export_name, &e, err) == -1 || lift_limit (fd, err) == -1)
    return -1;
  if ((e.flags & NBD_FLAG_HAS_FLAGS) == 0 || e.size > INT64_MAX)
    return nonsense ("what it says of the export", err);
  *ret = e;
  *ret_fd = gk_steal_fd (&fd);
  return 0;
}

/* --- for the kernel's client ------------------------------------------------------- */

/* What it knows. */
#define KERNEL_FLAGS                                                                               \
  (NBD_FLAG_HAS_FLAGS | NBD_FLAG_READ_ONLY | NBD_FLAG_SEND_FLUSH | NBD_FLAG_SEND_FUA |             \
   NBD_FLAG_SEND_TRIM | GK_NBD_WRITE_ZEROES | NBD_FLAG_CAN_MULTI_CONN)

int
gk_nbd_handshake (const char *socket_path, const char *export_name, size_t n,
                  struct gk_nbd_session *ret, struct gk_error *err)
{
  struct gk_nbd_session s = { .n_sockets = 0 };
  int r = 0;

  if (n > GK_NBD_MAX_SOCKETS)
    n = GK_NBD_MAX_SOCKETS;
  do {
    struct gk_nbd_export e = { 0, 0 };
    r = gk_nbd_connect (socket_path, export_name, &s.sockets[s.n_sockets], &e, err);
    if (r == -1)
      break;
    s.n_sockets++;
    if (s.n_sockets > 1 && e.size != s.size) {
      r = gk_error_set (err, EPROTO, "nbd: connections to one export differ in size");
      break;
    }
    s.size = e.size;
    if (s.n_sockets == 1)
      s.flags = e.flags & KERNEL_FLAGS;
  } while (s.n_sockets < n && (s.flags & NBD_FLAG_CAN_MULTI_CONN) != 0);
  if (r == -1) {
    gk_nbd_session_close (&s);
    return -1;
  }
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
