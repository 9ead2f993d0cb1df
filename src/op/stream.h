/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where a FileIn's bytes come from and a FileOut's bytes go.
 *
 * Two kinds stand behind it: a descriptor that the client passed (then fd >= 0
 * and the kernel may move the bytes), or chunks on the wire (fd == -1, only
 * read/write work).  An operation whose child reads the source gives the child
 * one end of a pipe and moves the bytes into the other with gk_source_to_fd,
 * for instance as the pump of exec/jail.h.
 *
 * Writing to a pipe or socket that nobody reads any more is EPIPE only where
 * the process ignores SIGPIPE, which is for the program to decide.
 */
#ifndef GK_OP_STREAM_H
#define GK_OP_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct gk_error;
struct gk_task;
struct gk_source;
struct gk_sink;

struct gk_source_ops {
  /* Up to n bytes; 0 at the end; -1 with err (ECANCELED when the sender
   * cancelled: what was made from the bytes so far must not be kept). */
  ssize_t (*read) (struct gk_source *src, void *buf, size_t n, struct gk_error *err);
  /* The same, but where the sender has said that zeros come, 0 with *ret_hole, at most
   * max of them; NULL: it cannot say so. */
  ssize_t (*read_or_hole) (struct gk_source *src, void *buf, size_t n, uint64_t max,
                           uint64_t *ret_hole, struct gk_error *err);
};
struct gk_source {
  const struct gk_source_ops *ops;
  int fd;               /* or -1.  Read from its current offset. */
  uint64_t total;       /* bytes expected, for progress; 0 when unknown (as yet) */
  struct gk_task *task; /* of a descriptor: read stops waiting when this is cancelled; or NULL */
};

struct gk_sink_ops {
  int (*write) (struct gk_sink *sink, const void *buf, size_t n,
                struct gk_error *err); /* all, or -1 */
  /* n zeros, without writing them; NULL: they have to be written. */
  int (*hole) (struct gk_sink *sink, uint64_t n, struct gk_error *err);
};
struct gk_sink {
  const struct gk_sink_ops *ops;
  int fd;
  struct gk_task *task; /* of a descriptor: write stops waiting when this is cancelled; or NULL */
};

ssize_t gk_source_read (struct gk_source *src, void *buf, size_t n, struct gk_error *err);
int gk_sink_write (struct gk_sink *sink, const void *buf, size_t n, struct gk_error *err);
/* As read_or_hole, for every kind of source. */
ssize_t gk_source_read_or_hole (struct gk_source *src, void *buf, size_t n, uint64_t max,
                                uint64_t *ret_hole, struct gk_error *err);

/* Make one from a descriptor (borrowed), without a task. */
void gk_source_from_fd (struct gk_source *src, int fd);
void gk_sink_to_fd (struct gk_sink *sink, int fd);

/* Move everything into / out of an open file, from its current offset, by the
 * fastest way the kernel has (copy_file_range, sendfile, splice, then
 * read/write), checking for cancel and reporting progress between blocks.
 * size: how many bytes at most, UINT64_MAX for all.  Holes of a regular file become
 * holes of a regular file; the bytes that are there read as zeros afterwards.
 * On success ret_moved (may be NULL) has the number of bytes. */
int gk_source_to_fd (struct gk_source *src, int to_fd, uint64_t size, struct gk_task *task,
                     uint64_t *ret_moved, struct gk_error *err);
int gk_sink_from_fd (struct gk_sink *sink, int from_fd, uint64_t size, struct gk_task *task,
                     uint64_t *ret_moved, struct gk_error *err);

#endif
