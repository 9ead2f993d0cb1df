/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* An image server at the other end of a serial line, which is asked where its disk has
 * data: a kernel of the session's own has its disks over vhost-user, which has no word
 * for that. */
#ifndef GK_NBD_EXTENTS_LINE_H
#define GK_NBD_EXTENTS_LINE_H

#include <stddef.h>
#include <stdint.h>

/* What an open line is in the middle of; opened with its first question. */
struct gk_extents_line {
  char *node_dir; /* where its device can be made and opened */
  unsigned number;
  int fd;
  uint32_t context;
  uint64_t cookie;
};

/* Pairs of a length and flags for what is behind at, as libnbd hands them over: into
 * entries, of which there is room for *n and then are *n.  -1 when it cannot be known;
 * what was on its way then is not waited for, and the line is not asked again. */
int gk_extents_line_ask (struct gk_extents_line *line, uint64_t at, uint32_t size,
                         uint32_t *entries, size_t *n);
void gk_extents_line_close (struct gk_extents_line *line);

#endif
