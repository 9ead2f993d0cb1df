/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Looking after a kernel nbd device whose image server dies.
 *
 * The kernel sees that the connections have ended, but not what was asked on
 * them before: that waits for its time-out, a minute and more, and with it
 * everybody who writes.  When the server's process ends the device is therefore
 * disconnected at once, which ends all that waits with an error.
 */
#ifndef GK_NBD_NBD_WATCH_H
#define GK_NBD_NBD_WATCH_H

#include <stdint.h>

struct gk_error;
struct gk_nbd_watch;

/* Until stop, or until the process behind pidfd ends.  A thread, because this
 * process itself may be one of those who wait.  NULL: err is set. */
struct gk_nbd_watch *gk_nbd_watch_start (int pidfd, uint32_t index, struct gk_error *err);
/* Before the server is ended on purpose.  NULL is nothing. */
void gk_nbd_watch_stop (struct gk_nbd_watch *watch);

#endif
