/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The NBD handshake, before the sockets go to the kernel. */
#ifndef GK_NBD_NBD_HANDSHAKE_H
#define GK_NBD_NBD_HANDSHAKE_H

#include <stddef.h>
#include <stdint.h>

struct gk_error;

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
