/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where on an attached disk there is data: the rest reads as zeros.  The kernel's
 * block devices do not tell; the file below one does, and so does an image server. */
#ifndef GK_NBD_EXTENTS_H
#define GK_NBD_EXTENTS_H

#include <stdint.h>

struct gk_extents;

/* Of an open file, of which a duplicate is kept; of a server's export "disk", which is
 * asked by a connection of its own, made when it is first needed.  NULL: no memory. */
struct gk_extents *gk_extents_of_fd (int fd);
struct gk_extents *gk_extents_of_server (const char *socket);
/* Of a server at the other end of a serial line, by its number; that of the first drive
 * of a kernel of the session's own (GK_UML_DRIVE_LINE, uml/uml.h) is */
#define GK_VHOST_FIRST_LINE 4
struct gk_extents *gk_extents_of_line (const char *node_dir, unsigned number);
void gk_extents_free (struct gk_extents *e);

/* The first data at or behind at and before size: from *ret_start to before *ret_end,
 * which may be less than there is; *ret_start is size when there is none.  -1: it cannot
 * be known, and all is to be read.  What the kernel has not written yet is not seen. */
int gk_extents_next (struct gk_extents *e, uint64_t at, uint64_t size, uint64_t *ret_start,
                     uint64_t *ret_end);

#endif
