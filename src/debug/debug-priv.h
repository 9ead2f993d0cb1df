/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The folder that debug_upload fills and debug shows. */
#ifndef GK_DEBUG_DEBUG_PRIV_H
#define GK_DEBUG_DEBUG_PRIV_H

struct gk_ctx;
struct gk_error;

/* folder.c: it is below the session's own and goes with that. */
int gk_debug_make_folder (struct gk_ctx *ctx, struct gk_error *err);

/* What a path that debug may show is here: /dev, /tmp and below.  Malloced. */
int gk_debug_own_path (struct gk_ctx *ctx, const char *path, char **ret_path, struct gk_error *err);

#endif
