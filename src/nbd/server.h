/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The image server: a qemu-storage-daemon that has one disk open and shows it
 * over NBD or as a vhost-user device. */
#ifndef GK_NBD_SERVER_H
#define GK_NBD_SERVER_H

#include <stddef.h>

#include "exec/exec.h"
#include "op/disk.h"

struct gk_attach_env;
struct gk_error;

enum gk_server_export {
  GK_SERVER_NBD,   /* path: of the socket; the export's name is "disk" */
  GK_SERVER_VHOST, /* path: the number of a listening socket's descriptor */
};

struct gk_server {
  struct gk_child child;
  int monitor_fd; /* its QMP monitor, which only tells us that it is ready */
  int *holds;     /* files that we keep others from */
  size_t n_holds;
};
#define GK_SERVER_INIT                                                                             \
  {                                                                                                \
    GK_CHILD_INIT, -1, NULL, 0                                                                     \
  }

/* Start one and wait until the disk can be used. */
int gk_server_start (const struct gk_attach_env *env, const struct gk_disk *disk,
                     enum gk_server_export kind, const char *path, unsigned connections,
                     struct gk_server *ret, struct gk_error *err);

/* Flush, stop, let go of the image.  -1 when it did not end well.  Always
 * leaves an empty server. */
int gk_server_stop (struct gk_server *server, struct gk_error *err);

/* The arguments alone, for the tests.  secret_object may be NULL. */
char **gk_server_argv (const struct gk_disk *disk, enum gk_server_export kind, const char *path,
                       unsigned connections, const char *secret_object, int monitor_fd);

#endif
