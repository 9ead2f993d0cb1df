/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A filesystem of the session, mounted where nobody sees it: for what can only be
 * asked of a mounted one. */
#ifndef GK_MOUNT_HIDDEN_H
#define GK_MOUNT_HIDDEN_H

#include <stdbool.h>

struct gk_ctx;
struct gk_error;

struct gk_hidden {
  int fd, mount_fd; /* its root, open for reading; the mount */
  char *device;
};
#define GK_HIDDEN_INIT                                                                             \
  {                                                                                                \
    -1, -1, NULL                                                                                   \
  }

/* What is on a mountable, which must be of this type.  Not writable: what is on
 * the device stays as it is, be it a dirty journal. */
int gk_hidden_mount (struct gk_ctx *ctx, const char *mountable, const char *type, bool writable,
                     struct gk_hidden *ret, struct gk_error *err);
void gk_hidden_close (struct gk_ctx *ctx, struct gk_hidden *h);

#endif
