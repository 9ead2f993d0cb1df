/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A process that takes a FUSE mount away when this one is killed. */
#ifndef GK_LAUNCH_WATCH_H
#define GK_LAUNCH_WATCH_H

#include <sys/types.h>

struct gk_watch {
  int fd; /* closed by our end, which is what the process waits for */
  pid_t pid;
};

#define GK_WATCH_INIT                                                                              \
  (struct gk_watch)                                                                                \
  {                                                                                                \
    -1, 0                                                                                          \
  }

/* dir: absolute, without symbolic links.  0, or -1 with errno. */
int gk_launch_watch (const char *dir, struct gk_watch *ret_watch);

/* Once it is unmounted. */
void gk_launch_unwatch (struct gk_watch *watch);

#endif
