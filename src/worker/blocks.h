/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit's own requests about devices. */
#ifndef GK_WORKER_BLOCKS_H
#define GK_WORKER_BLOCKS_H

#include "api/control.h"
#include "op/ctx.h"

/* body: the device, a newline, the rest; what: enum gk_blocks and flags. */
int gk_blocks_serve (struct gk_ctx *ctx, const char *body, int what, char **ret_json,
                     struct gk_error *err);

#endif
