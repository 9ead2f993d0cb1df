/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Taking away the FUSE mount of a client that died. */
#ifndef GK_WORKER_WATCH_H
#define GK_WORKER_WATCH_H

/* Waits for the end of file on fd, which is the end of the client; then
 * unmounts dir if nobody serves it any more.  An exit status. */
int gk_watch_mount (int fd, const char *dir);

#endif
