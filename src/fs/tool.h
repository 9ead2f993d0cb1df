/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a tool says when it fails, as an error. */
#ifndef GK_FS_TOOL_H
#define GK_FS_TOOL_H

#include <stddef.h>

struct gk_error;

/* "TOOL: what it said"; without "ERROR: " before the lines, and with the caller's
 * name in place of path (or NULL), by which the tool knew what it worked on.  When
 * it is the device that fails or is full, that line alone, with its errno.  -1. */
int gk_fs_tool_failed (const char *tool, int status, const char *text, size_t size,
                       const char *path, const char *name, struct gk_error *err);

/* What a tool writes to devices may fail when the tool has gone, and not every tool
 * says why it has failed: the kernel knows, and tells those who had the devices open.
 * end takes over the tool's result r with its error: the medium's error, if it has
 * none of its own and there was one.  No cleanup in between; end comes always. */
struct gk_fs_writing {
  int *fds;
  size_t n;
};
int gk_fs_writing_begin (struct gk_fs_writing *w, char *const *devices, struct gk_error *err);
int gk_fs_writing_end (struct gk_fs_writing *w, const char *tool, int r, struct gk_error *why,
                       struct gk_error *err);

#endif
