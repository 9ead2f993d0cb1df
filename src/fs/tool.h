/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a tool says when it fails, as an error. */
#ifndef GK_FS_TOOL_H
#define GK_FS_TOOL_H

#include <stddef.h>

struct gk_error;

/* "TOOL: what it said"; without "ERROR: " before the lines, and with the caller's
 * name in place of path (or NULL), by which the tool knew what it worked on.  -1. */
int gk_fs_tool_failed (const char *tool, int status, const char *text, size_t size,
                       const char *path, const char *name, struct gk_error *err);

#endif
