/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Loop devices: bound to an open file, held by a descriptor, freed by the
 * kernel at the last close, whoever dies how. */
#ifndef GK_NBD_LOOP_DEV_H
#define GK_NBD_LOOP_DEV_H

#include <stdbool.h>
#include <stdint.h>

struct gk_attach_env;
struct gk_attachment;
struct gk_error;

/* 0 when this system has loop devices, or -1 with the reason. */
int gk_loop_available (struct gk_error *why_not);

/* Bind a free loop device to backing_fd and fill in the attachment's numbers.
 * name is for people who list the loop devices.  ret_fd holds the device. */
int gk_loop_bind (const struct gk_attach_env *env, int backing_fd, const char *name, int blocksize,
                  struct gk_attachment *ret, int *ret_fd, struct gk_error *err);

/* Flush, unbind and close.  The device is free afterwards even when the flush
 * failed, which is what -1 says. */
int gk_loop_release (int fd, const char *kernel_name, struct gk_error *err);

/* Open a device by its number: /dev may not have a node for it. */
int gk_open_device (const char *node_dir, bool is_block, unsigned major, unsigned minor, int flags);

#endif
