/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From a decoded call to the operation of a room: the table that the generator
 * writes (gk-dispatch.c). */
#ifndef GK_WORKER_DISPATCH_H
#define GK_WORKER_DISPATCH_H

#include "api/api.h"

struct gk_ctx;
struct gk_error;
struct gk_sink;
struct gk_source;

/* The bytes of a FileIn and a FileOut. */
struct gk_io {
  struct gk_source *source;
  struct gk_sink *sink;
};

typedef int (*gk_dispatch_fn) (struct gk_ctx *ctx, const union gk_arg *args, const void *opts,
                               const struct gk_io *io, union gk_ret *ret, struct gk_error *err);

/* By number; NULL where no room has the call. */
extern const gk_dispatch_fn gk_dispatch[];

#endif
