/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the tests of the rpc room share: two connections on one socketpair,
 * raw frames made by hand, checks with the reason of a failure. */
#ifndef RPC_HELP_H
#define RPC_HELP_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "rpc/rpc.h"

#define assert_ok(call)                                                                            \
  do {                                                                                             \
    if ((call) == -1)                                                                              \
      fail_msg ("%s: %s", #call, gk_error_msg (&err));                                             \
  } while (0)

#define assert_fails(call, e)                                                                      \
  do {                                                                                             \
    assert_int_equal ((call), -1);                                                                 \
    assert_int_equal (err.errnum, (e));                                                            \
    assert_non_null (err.msg);                                                                     \
    gk_error_clear (&err);                                                                         \
  } while (0)

struct pair {
  struct gk_conn *client, *worker;
};

static inline void
pair_fds (int sv[2])
{
  assert_int_equal (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv), 0);
}

static inline struct pair
pair_new (void)
{
  struct pair p;
  int sv[2];

  pair_fds (sv);
  p.client = gk_conn_new (sv[0], GK_ROLE_CLIENT, NULL);
  p.worker = gk_conn_new (sv[1], GK_ROLE_WORKER, NULL);
  assert_non_null (p.client);
  assert_non_null (p.worker);
  return p;
}

static inline void
pair_free (struct pair *p)
{
  gk_conn_free (p->client);
  gk_conn_free (p->worker);
}

/* End a forked child without the memory checkers' report on what it shares
 * with its parent. */
static inline _Noreturn void
leave (int status)
{
  char text[16];

  snprintf (text, sizeof text, "exit %d", status);
  execl ("/bin/sh", "sh", "-c", text, (char *)NULL);
  _exit (127);
}

/* A header by hand, so that wrong ones can be made. */
static inline void
raw_head (uint8_t h[16], unsigned type, unsigned flags, uint32_t serial, uint32_t len)
{
  uint32_t w[4] = { 0x31466b67, type | flags << 16, serial, len };

  for (int i = 0; i < 16; i++)
    h[i] = (uint8_t)(w[i / 4] >> (8 * (i % 4)));
}

static inline void
raw_send (int fd, unsigned type, unsigned flags, uint32_t serial, const void *body, uint32_t len)
{
  uint8_t h[16];

  raw_head (h, type, flags, serial, len);
  assert_int_equal (send (fd, h, 16, MSG_NOSIGNAL), 16);
  if (len > 0)
    assert_int_equal (send (fd, body, len, MSG_NOSIGNAL), len);
}

/* Bytes that depend on their position, so that a shifted stream shows. */
static inline uint8_t
pattern (uint64_t seed, uint64_t at)
{
  uint64_t x = (seed + at / 8) * UINT64_C (0x9E3779B97F4A7C15);

  return (uint8_t)(x >> (8 * (at % 8)));
}

static inline int
count_fds (void)
{
  int n = 0;

  for (int fd = 0; fd < 256; fd++)
    n += fcntl (fd, F_GETFD) != -1;
  return n;
}

#endif
