/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The Sleuth Kit's library in a child of the jail, and what a call asks of it. */
#ifndef GK_FORENSICS_TSK_PRIV_H
#define GK_FORENSICS_TSK_PRIV_H

#include <stdbool.h>
#include <stdint.h>

struct gk_ctx;
struct gk_error;
struct gk_tsk_library; /* tsk-child.c */

struct gk_tsk_job {
  int fd; /* of the device, for reading */
  uint64_t size;
  int64_t inode; /* -1: all */
  int64_t start, stop;
  bool unallocated;
  struct gk_tsk_library *library; /* the child's own */
};

/* For the jail: loads the library.  opaque is the job here and below. */
int gk_tsk_prepare (void *opaque, struct gk_error *err);

/* Entries as words (exec/service.h): inode, kind, size, name, flags, four times as seconds and
 * nanoseconds (atime, mtime, ctime, crtime), links, target. */
int gk_tsk_walk (void *opaque, int out_fd, struct gk_error *err);
#define GK_TSK_NUMBERS 9 /* the times and links */
/* Bytes of one inode, or of blocks. */
int gk_tsk_inode (void *opaque, int out_fd, struct gk_error *err);
int gk_tsk_blocks (void *opaque, int out_fd, struct gk_error *err);

#endif
