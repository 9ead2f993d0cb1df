/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* libnbd, which brings GnuTLS, libxml2, ICU and the C++ library: loaded by whoever talks
 * to an image server, the bridge in its own process (exec/library.h). */
#ifndef GK_NBD_LIBRARY_H
#define GK_NBD_LIBRARY_H

#include <libnbd.h>

#include "exec/library.h"

struct gk_error;

#define GK_NBD_FUNCTIONS(X)                                                                        \
  X (nbd_add_meta_context)                                                                         \
  X (nbd_aio_disconnect)                                                                           \
  X (nbd_aio_flush)                                                                                \
  X (nbd_aio_get_direction)                                                                        \
  X (nbd_aio_get_fd)                                                                               \
  X (nbd_aio_is_closed)                                                                            \
  X (nbd_aio_is_dead)                                                                              \
  X (nbd_aio_notify_read)                                                                          \
  X (nbd_aio_notify_write)                                                                         \
  X (nbd_aio_pread)                                                                                \
  X (nbd_aio_pwrite)                                                                               \
  X (nbd_aio_zero)                                                                                 \
  X (nbd_block_status)                                                                             \
  X (nbd_can_fast_zero)                                                                            \
  X (nbd_can_meta_context)                                                                         \
  X (nbd_can_flush)                                                                                \
  X (nbd_can_fua)                                                                                  \
  X (nbd_can_multi_conn)                                                                           \
  X (nbd_can_trim)                                                                                 \
  X (nbd_can_zero)                                                                                 \
  X (nbd_close)                                                                                    \
  X (nbd_connect_unix)                                                                             \
  X (nbd_create)                                                                                   \
  X (nbd_get_errno)                                                                                \
  X (nbd_get_error)                                                                                \
  X (nbd_get_size)                                                                                 \
  X (nbd_is_read_only)                                                                             \
  X (nbd_set_export_name)                                                                          \
  X (nbd_set_pread_initialize)                                                                     \
  X (nbd_set_request_structured_replies)

struct gk_nbd_library {
  GK_NBD_FUNCTIONS (GK_LIBRARY_MEMBER)
};

int gk_nbd_library_load (struct gk_nbd_library *ret, struct gk_error *err);

/* The error of the call of the library that failed last. */
int gk_nbd_library_failed (const struct gk_nbd_library *lib, const char *what,
                           struct gk_error *err);

#endif
