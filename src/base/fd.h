/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* File descriptors: whole reads and writes that survive EINTR. */
#ifndef GK_BASE_FD_H
#define GK_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct gk_buf;

ssize_t gk_read_full (int fd, void *buf, size_t n);    /* short only at EOF */
int gk_write_full (int fd, const void *buf, size_t n); /* 0 or -1 */
ssize_t gk_pread_full (int fd, void *buf, size_t n, off_t at);
int gk_pwrite_full (int fd, const void *buf, size_t n, off_t at);
int gk_close_keep_errno (int fd);

/* All of fd, at most max bytes (EFBIG beyond).  For host files such as those
 * in /proc and /sys and for guest files that were opened through pathroot. */
int gk_read_all (int fd, size_t max, struct gk_buf *buf);
int gk_read_file (const char *host_path, size_t max, struct gk_buf *buf);

/* Is fd a block device that the kernel will not write to?  It can be opened for
 * writing all the same, and writes fail with a misleading EPERM. */
bool gk_fd_is_readonly_device (int fd);

#endif
