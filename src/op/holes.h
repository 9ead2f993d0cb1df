/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files with holes: where they are, and how they come into another file. */
#ifndef GK_OP_HOLES_H
#define GK_OP_HOLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gk_error;
struct gk_task;

/* A regular file that takes less room than its size says. */
bool gk_fd_has_holes (int fd);

/* What is ahead of the file's offset, which stays: ret_hole bytes of nothing, then
 * ret_data bytes of data.  Both are 0 at the end.  0, or -1 with errno where the
 * filesystem does not say; it may say that holes are data. */
int gk_fd_ahead (int fd, uint64_t *ret_hole, uint64_t *ret_data);

/* Need zeros not be written there?  Not in a pipe, and not where all goes to the end. */
bool gk_fd_takes_holes (int fd);

/* n bytes that read as zeros at the file's offset, which goes on behind them: what
 * is there loses its room if the filesystem can do that, else it is overwritten;
 * and the file becomes longer if it ends before.  Errors read "write: WHY". */
int gk_put_hole (int fd, uint64_t n, struct gk_task *task, struct gk_error *err);

/* Zero bytes for those that have to write them. */
#define GK_ZEROS ((size_t)64 << 10)
extern const char gk_zeros[GK_ZEROS];

#endif
