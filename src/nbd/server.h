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

/* Where it serves. */
struct gk_server_place {
  /* NBD on a socket that it makes, for so many connections; the export's name is "disk". */
  const char *socket;
  unsigned connections;
  /* Or, when that is NULL: listening sockets, one for vhost-user, and one for a connection
   * of NBD that only reads, to ask where there is data. */
  int vhost_fd, nbd_fd;
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
                     const struct gk_server_place *place, struct gk_server *ret,
                     struct gk_error *err);

/* Flush, stop, let go of the image.  -1 when it did not end well.  Always
 * leaves an empty server. */
int gk_server_stop (struct gk_server *server, struct gk_error *err);

/* The arguments alone, for the tests.  secret_object may be NULL. */
char **gk_server_argv (const struct gk_disk *disk, const struct gk_server_place *place,
                       const char *secret_object, int monitor_fd);

#endif
