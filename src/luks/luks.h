/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Encrypted devices: what goes beyond the calls. */
#ifndef GK_LUKS_LUKS_H
#define GK_LUKS_LUKS_H

#include <stdint.h>

struct gk_ctx;
struct gk_error;

/* An opened device gets so many bytes, 0: as many as the device below has for it.  Nothing is
 * written: a header says where the content begins, and it goes to the end. */
int gk_luks_resize (struct gk_ctx *ctx, const char *device, int64_t bytes, struct gk_error *err);

#endif
