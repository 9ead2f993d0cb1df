/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The three options and the one command of NBD that tell where a disk has data: see
 * extents-line.h.  libnbd wants a socket; this is a terminal.  The server is the session's
 * own, outside of its kernel: what it sends is believed as far as memory goes. */
#include "nbd/extents-line.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "nbd/loop-dev.h"

#define TTY_MAJOR 4
#define FIRST_SERIAL 64
/* A server that looks for holes in a large file on a busy disk. */
#define ANSWER_MS 30000
/* Of what is read and not of interest. */
#define SKIP_MAX ((uint32_t)1 << 20)

#define EXPORT "disk"
#define CONTEXT "base:allocation"

#define MAGIC_SERVER UINT64_C (0x4e42444d41474943)
#define MAGIC_OPTION UINT64_C (0x49484156454f5054)
#define MAGIC_OPTION_REPLY UINT64_C (0x0003e889045565a9)
#define MAGIC_REQUEST 0x25609513u
#define MAGIC_CHUNK 0x668e33efu

enum { FIXED_NEWSTYLE = 1, NO_ZEROES = 2 };
enum { OPTION_GO = 7, OPTION_STRUCTURED_REPLY = 8, OPTION_SET_META_CONTEXT = 10 };
enum { REPLY_ACK = 1, REPLY_META_CONTEXT = 4 };
enum { COMMAND_BLOCK_STATUS = 7 };
enum { CHUNK_DONE = 1, CHUNK_NONE = 0, CHUNK_BLOCK_STATUS = 5 };
#define REPLY_ERROR (UINT32_C (1) << 31)

/* --- bytes --------------------------------------------------------------------------- */

static bool
ready (int fd, short events)
{
  struct pollfd p = { .fd = fd, .events = events };
  int r;

  do
    r = poll (&p, 1, ANSWER_MS);
  while (r == -1 && errno == EINTR);
  return r == 1;
}

static bool
put (int fd, const void *data, size_t size)
{
  for (const char *p = data; size > 0;) {
    ssize_t n = ready (fd, POLLOUT) ? write (fd, p, size) : -1;
    if (n <= 0)
      return false;
    p += n;
    size -= (size_t)n;
  }
  return true;
}

static bool
get (int fd, void *data, size_t size)
{
  for (char *p = data; size > 0;) {
    ssize_t n = ready (fd, POLLIN) ? read (fd, p, size) : -1;
    if (n <= 0)
      return false;
    p += n;
    size -= (size_t)n;
  }
  return true;
}

static bool
skip (int fd, uint32_t size)
{
  char buf[512];

  if (size > SKIP_MAX)
    return false;
  for (uint32_t n; size > 0; size -= n) {
    n = size < sizeof buf ? size : (uint32_t)sizeof buf;
    if (!get (fd, buf, n))
      return false;
  }
  return true;
}

/* --- the beginning --------------------------------------------------------------------- */

/* Until it is acknowledged; a context's number is kept. */
static bool
option (struct gk_extents_line *line, uint32_t which, const void *data, uint32_t size)
{
  const struct {
    uint64_t magic;
    uint32_t option, length;
  } __attribute__ ((packed)) ask = { htobe64 (MAGIC_OPTION), htobe32 (which), htobe32 (size) };

  if (!put (line->fd, &ask, sizeof ask) || !put (line->fd, data, size))
    return false;
  for (;;) {
    struct {
      uint64_t magic;
      uint32_t option, type, length;
    } __attribute__ ((packed)) r;
    uint32_t id;

    if (!get (line->fd, &r, sizeof r) || be64toh (r.magic) != MAGIC_OPTION_REPLY ||
        be32toh (r.option) != which || be32toh (r.type) & REPLY_ERROR)
      return false;
    uint32_t type = be32toh (r.type), length = be32toh (r.length);
    if (type == REPLY_META_CONTEXT && length >= sizeof id) {
      if (!get (line->fd, &id, sizeof id))
        return false;
      line->context = be32toh (id);
      length -= (uint32_t)sizeof id;
    }
    if (!skip (line->fd, length))
      return false;
    if (type == REPLY_ACK)
      return true;
  }
}

static bool
greet (struct gk_extents_line *line)
{
  struct {
    uint64_t magic, option;
    uint16_t flags;
  } __attribute__ ((packed)) hello;
  const uint32_t answer = htobe32 (FIXED_NEWSTYLE | NO_ZEROES);
  const struct {
    uint32_t length;
    char name[sizeof EXPORT - 1];
    uint32_t n, context_length;
    char context[sizeof CONTEXT - 1];
  } __attribute__ ((packed)) meta = { htobe32 (sizeof EXPORT - 1), EXPORT, htobe32 (1),
                                      htobe32 (sizeof CONTEXT - 1), CONTEXT };
  const struct {
    uint32_t length;
    char name[sizeof EXPORT - 1];
    uint16_t n;
  } __attribute__ ((packed)) go = { htobe32 (sizeof EXPORT - 1), EXPORT, 0 };

  return get (line->fd, &hello, sizeof hello) && be64toh (hello.magic) == MAGIC_SERVER &&
         be64toh (hello.option) == MAGIC_OPTION && be16toh (hello.flags) & FIXED_NEWSTYLE &&
         put (line->fd, &answer, sizeof answer) &&
         option (line, OPTION_STRUCTURED_REPLY, NULL, 0) &&
         option (line, OPTION_SET_META_CONTEXT, &meta, sizeof meta) &&
         option (line, OPTION_GO, &go, sizeof go);
}

static bool
open_line (struct gk_extents_line *line)
{
  struct termios t;

  line->fd = gk_open_device (line->node_dir, false, TTY_MAJOR, FIRST_SERIAL + line->number,
                             O_RDWR | O_NOCTTY);
  if (line->fd == -1 || tcgetattr (line->fd, &t) == -1)
    return false;
  cfmakeraw (&t);
  return tcsetattr (line->fd, TCSANOW, &t) == 0 && greet (line);
}

void
gk_extents_line_close (struct gk_extents_line *line)
{
  if (line->fd != -1)
    close (line->fd);
  line->fd = -1;
}

/* --- a question --------------------------------------------------------------------------- */

/* The numbers behind the context's; what there is no room for is of places further on. */
static bool
take (struct gk_extents_line *line, uint32_t length, uint32_t *entries, size_t room, size_t *ret_n)
{
  uint32_t id;
  size_t n;

  if (length < sizeof id || !get (line->fd, &id, sizeof id))
    return false;
  length -= (uint32_t)sizeof id;
  if (be32toh (id) != line->context)
    return skip (line->fd, length);
  n = length / sizeof *entries / 2 * 2;
  if (n > room)
    n = room / 2 * 2;
  if (!get (line->fd, entries, n * sizeof *entries) ||
      !skip (line->fd, length - (uint32_t)(n * sizeof *entries)))
    return false;
  for (size_t i = 0; i < n; i++)
    entries[i] = be32toh (entries[i]);
  *ret_n = n;
  return true;
}

int
gk_extents_line_ask (struct gk_extents_line *line, uint64_t at, uint32_t size, uint32_t *entries,
                     size_t *n)
{
  const struct {
    uint32_t magic;
    uint16_t flags, command;
    uint64_t cookie, at;
    uint32_t size;
  } __attribute__ ((packed)) ask = { htobe32 (MAGIC_REQUEST),
                                     0,
                                     htobe16 (COMMAND_BLOCK_STATUS),
                                     htobe64 (line->cookie + 1),
                                     htobe64 (at),
                                     htobe32 (size) };
  size_t found = 0;

  line->cookie++;
  if ((line->fd == -1 && !open_line (line)) || !put (line->fd, &ask, sizeof ask))
    return -1;
  for (;;) {
    struct {
      uint32_t magic;
      uint16_t flags, type;
      uint64_t cookie;
      uint32_t length;
    } __attribute__ ((packed)) r;

    if (!get (line->fd, &r, sizeof r) || be32toh (r.magic) != MAGIC_CHUNK || r.cookie != ask.cookie)
      return -1;
    uint16_t type = be16toh (r.type);
    uint32_t length = be32toh (r.length);
    bool ok = type == CHUNK_BLOCK_STATUS ? take (line, length, entries, *n, &found)
                                         : type == CHUNK_NONE && length == 0;
    if (!ok)
      return -1;
    if (be16toh (r.flags) & CHUNK_DONE)
      break;
  }
  *n = found;
  return 0;
}
