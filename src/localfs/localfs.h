/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The guest's tree for a client that shows it by FUSE (api/localfs.h). */
#ifndef GK_LOCALFS_LOCALFS_H
#define GK_LOCALFS_LOCALFS_H

#include <stddef.h>

#include "base/strv.h"

struct gk_localfs;
struct gk_error;

/* Carry out one request; the process's umask is 0.  *fs is made by START and is NULL after STOP.
 * reply is overwritten; what the operation fails of is in it.  -1: the request makes no sense, or
 * there is no memory. */
int gk_localfs_serve (struct gk_localfs **fs, int root_fd, const void *body, size_t size,
                      struct gk_buf *reply, struct gk_error *err);

/* Close all that is open in the tree, which is busy as long as there is any. */
void gk_localfs_free (struct gk_localfs *fs);

#endif
