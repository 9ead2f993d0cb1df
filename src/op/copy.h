/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Moving bytes between two descriptors of any kind, by the fastest way the
 * kernel has for the pair. */
#ifndef GK_OP_COPY_H
#define GK_OP_COPY_H

#include <stddef.h>
#include <stdint.h>

struct gk_error;
struct gk_task;

/* From the current offset of one to that of the other, at most size bytes
 * (UINT64_MAX: until the end).  total is for progress; 0: unknown.  Waiting
 * for a pipe, socket or terminal ends when the task is cancelled.  ret_moved
 * may be NULL.  Errors read "read: WHY" or "write: WHY". */
int gk_copy_fd (int from, int to, uint64_t size, uint64_t total, struct gk_task *task,
                uint64_t *ret_moved, struct gk_error *err);

/* How many bytes are ahead of the current offset; 0 when nobody can know. */
uint64_t gk_fd_remaining (int fd);

/* All n bytes, waiting as gk_copy_fd does. */
struct gk_copy_to {
  int fd;
  int kind; /* copy.c's own */
};
struct gk_copy_to gk_copy_to_fd (int fd);
int gk_copy_write (const struct gk_copy_to *to, const void *buf, size_t n, struct gk_task *task,
                   struct gk_error *err);

#endif
