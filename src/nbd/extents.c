/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Data and holes of a disk: see extents.h. */
#include "nbd/extents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "nbd/extents-line.h"
#include "nbd/library.h"

/* A server may look at every cluster of what it is asked for. */
#define ASK (UINT64_C (1) << 30)
/* What it says at once; there may be less to a question. */
#define ENTRIES 2048

struct gk_extents {
  int fd; /* or -1 */
  char *socket;
  struct gk_nbd_library lib;
  struct nbd_handle *nbd;
  struct gk_extents_line line; /* without a node_dir there is none */
  bool failed;                 /* not asked again */
};

static struct gk_extents *
new_extents (void)
{
  struct gk_extents *e = calloc (1, sizeof *e);

  if (e)
    e->fd = e->line.fd = -1;
  return e;
}

struct gk_extents *
gk_extents_of_fd (int fd)
{
  struct gk_extents *e = new_extents ();

  if (e == NULL)
    return NULL;
  e->fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  e->failed = e->fd == -1;
  return e;
}

struct gk_extents *
gk_extents_of_server (const char *socket)
{
  struct gk_extents *e = new_extents ();

  if (e == NULL)
    return NULL;
  e->socket = strdup (socket);
  e->failed = e->socket == NULL;
  return e;
}

struct gk_extents *
gk_extents_of_line (const char *node_dir, unsigned number)
{
  struct gk_extents *e = new_extents ();

  if (e == NULL)
    return NULL;
  e->line.node_dir = strdup (node_dir);
  e->line.number = number;
  e->failed = e->line.node_dir == NULL;
  return e;
}

void
gk_extents_free (struct gk_extents *e)
{
  if (e == NULL)
    return;
  if (e->fd != -1)
    close (e->fd);
  if (e->nbd)
    e->lib.nbd_close (e->nbd);
  gk_extents_line_close (&e->line);
  free (e->line.node_dir);
  free (e->socket);
  free (e);
}

static int
next_of_file (struct gk_extents *e, uint64_t at, uint64_t size, uint64_t *ret_start,
              uint64_t *ret_end)
{
  off_t start = lseek (e->fd, (off_t)at, SEEK_DATA), end;

  if (start == -1 && errno == ENXIO) {
    *ret_start = *ret_end = size;
    return 0;
  }
  end = start == -1 ? -1 : lseek (e->fd, start, SEEK_HOLE);
  if (end == -1)
    return -1;
  *ret_start = (uint64_t)start < size ? (uint64_t)start : size;
  *ret_end = (uint64_t)end < size ? (uint64_t)end : size;
  return 0;
}

static bool
connect_server (struct gk_extents *e)
{
  if (e->nbd)
    return true;
  if (gk_nbd_library_load (&e->lib, NULL) == -1)
    return false;
  e->nbd = e->lib.nbd_create ();
  return e->nbd && e->lib.nbd_set_export_name (e->nbd, "disk") == 0 &&
         e->lib.nbd_add_meta_context (e->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) == 0 &&
         e->lib.nbd_connect_unix (e->nbd, e->socket) == 0 &&
         e->lib.nbd_can_meta_context (e->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) == 1;
}

struct found {
  uint64_t at, start, end;
  bool has; /* data from start */
};

/* Pairs of a length and flags, from where it was asked. */
static int
take (void *opaque, const char *context, uint64_t offset, uint32_t *entries, size_t n, int *error)
{
  struct found *f = opaque;
  bool over = false;

  if (strcmp (context, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0)
    return 0;
  f->at = offset;
  for (size_t i = 0; i + 1 < n && !over; i += 2) {
    bool zero = (entries[i + 1] & LIBNBD_STATE_ZERO) != 0;
    if (zero)
      over = f->has;
    else if (!f->has)
      f->start = f->at;
    f->has = f->has || !zero;
    if (!over)
      f->at += entries[i];
  }
  f->end = f->at;
  return 0;
}

static int
ask (struct gk_extents *e, uint64_t at, uint64_t size, struct found *f)
{
  const nbd_extent_callback callback = { .callback = take, .user_data = f };
  uint32_t entries[ENTRIES];
  size_t n = ENTRIES;

  if (e->line.node_dir == NULL)
    return connect_server (e) ? e->lib.nbd_block_status (e->nbd, size, at, callback, 0) : -1;
  if (gk_extents_line_ask (&e->line, at, (uint32_t)size, entries, &n) == -1)
    return -1;
  return take (f, LIBNBD_CONTEXT_BASE_ALLOCATION, at, entries, n, NULL);
}

static int
next_of_server (struct gk_extents *e, uint64_t at, uint64_t size, uint64_t *ret_start,
                uint64_t *ret_end)
{
  while (at < size) {
    struct found f = { .at = at };

    if (ask (e, at, size - at < ASK ? size - at : ASK, &f) == -1 || f.at <= at)
      return -1;
    if (f.has) {
      *ret_start = f.start;
      *ret_end = f.end < size ? f.end : size;
      return 0;
    }
    at = f.at;
  }
  *ret_start = *ret_end = size;
  return 0;
}

int
gk_extents_next (struct gk_extents *e, uint64_t at, uint64_t size, uint64_t *ret_start,
                 uint64_t *ret_end)
{
  if (e == NULL || e->failed)
    return -1;
  if ((e->fd != -1 ? next_of_file : next_of_server) (e, at, size, ret_start, ret_end) == 0)
    return 0;
  e->failed = true;
  return -1;
}
