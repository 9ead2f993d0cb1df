/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The bridge: a process of ours that shows what an NBD server has as one file.
 *
 * Programs that do the same exist, but with several requests under way at once
 * each of those at hand fails: the FUSE export of qemu-storage-daemon 7.2 reads
 * a request into the buffer of a write that it has not finished, so that data
 * is lost; nbdfuse 1.14 at times ends with an assertion.
 *
 * Here every request has a buffer of its own until it is answered.  When the
 * server is gone every request fails with EIO, those that wait too; when the
 * bridge is gone, the kernel fails them.
 */
#ifndef GK_NBD_BRIDGE_H
#define GK_NBD_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "exec/exec.h"

struct gk_attach_env;
struct gk_error;

struct gk_bridge_server {
  const char *socket;
  const char *export_name;
  unsigned connections; /* at most, as long as the server says that it can have several */
  uint64_t size;        /* what its export must have */
  bool punch;           /* a hole may be punched: zeros cost the image next to nothing */
};

struct gk_bridge {
  struct gk_child child;
  char *file; /* mounted over, or NULL */
};
#define GK_BRIDGE_INIT                                                                             \
  {                                                                                                \
    GK_CHILD_INIT, NULL                                                                            \
  }

/* Mount over file, an existing regular one, and wait until it can be used. */
int gk_bridge_start (const struct gk_attach_env *env, const struct gk_bridge_server *server,
                     const char *file, struct gk_bridge *ret, struct gk_error *err);

/* Unmount; the bridge ends when all requests are answered.  -1 when it did not
 * end well.  Always leaves an empty bridge. */
int gk_bridge_stop (struct gk_bridge *bridge, struct gk_error *err);

#endif
