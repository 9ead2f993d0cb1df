/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the hivex room shows beside its calls. */
#ifndef GK_HIVEX_HIVEX_H
#define GK_HIVEX_HIVEX_H

#include <stdint.h>

struct gk_ctx;
struct gk_error;

/* Remove a value of a node of the open hive.  That there is none is no error. */
int gk_hivex_delete_value (struct gk_ctx *ctx, int64_t nodeh, const char *key,
                           struct gk_error *err);

#endif
