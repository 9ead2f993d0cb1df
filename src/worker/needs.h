/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the session's drives need of a kernel, against what this one has.
 *
 * The devices are looked at with libblkid; nothing is mounted, loaded or
 * activated for it.  What lies inside of encrypted disks and logical volumes is
 * not seen. */
#ifndef GK_WORKER_NEEDS_H
#define GK_WORKER_NEEDS_H

#include "api/control.h"

struct gk_ctx;
struct gk_error;

/* 0, or -1 with ENOTSUP and what is missing for which device. */
int gk_needs_check (struct gk_ctx *ctx, enum gk_needs needs, struct gk_error *err);

#endif
