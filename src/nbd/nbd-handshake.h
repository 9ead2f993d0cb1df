/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The NBD handshake, before requests go through the sockets: the kernel's, or the
 * bridge's. */
#ifndef GK_NBD_NBD_HANDSHAKE_H
#define GK_NBD_NBD_HANDSHAKE_H

#include <stddef.h>
#include <stdint.h>

struct gk_error;

/* What the server says of an export: NBD_FLAG_* of <linux/nbd.h>, and these. */
#define GK_NBD_WRITE_ZEROES (1u << 6)
#define GK_NBD_FAST_ZERO (1u << 11)
struct gk_nbd_export {
  uint64_t size;
  uint16_t flags;
};

/* One connection to a server's socket.  It has simple replies, blocks, and the caller
 * closes it. */
int gk_nbd_connect (const char *socket_path, const char *export_name, int *ret_fd,
                    struct gk_nbd_export *ret, struct gk_error *err);

#define GK_NBD_MAX_SOCKETS 8

struct gk_nbd_session {
  int sockets[GK_NBD_MAX_SOCKETS];
  size_t n_sockets;
  uint64_t size;
  uint64_t flags; /* NBD_FLAG_* for the kernel */
};

/* Connect to a server's socket, up to n times when the server can do that. */
int gk_nbd_handshake (const char *socket_path, const char *export_name, size_t n,
                      struct gk_nbd_session *ret, struct gk_error *err);
void gk_nbd_session_close (struct gk_nbd_session *s);

#endif
