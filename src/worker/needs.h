/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the session's drives need of a kernel, against what this one has.
 *
 * The devices are looked at with libblkid, volume groups with lvm, sets with mdadm;
 * nothing is mounted, loaded or activated for it.  What lies inside of encrypted
 * disks, sets and volumes is not seen: behind encryption and sets there may be any
 * of the usual kinds of volumes, so that GK_NEEDS_ALL wants those of the kernel. */
#ifndef GK_WORKER_NEEDS_H
#define GK_WORKER_NEEDS_H

#include "api/control.h"

struct gk_ctx;
struct gk_error;

/* 0, or -1 with ENOTSUP and what is missing for which device. */
int gk_needs_check (struct gk_ctx *ctx, enum gk_needs needs, struct gk_error *err);

#endif
