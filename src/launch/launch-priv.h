/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef GK_LAUNCH_LAUNCH_PRIV_H
#define GK_LAUNCH_LAUNCH_PRIV_H

#include "launch/launch.h"

extern const struct gk_launcher gk_launcher_local;

/* The worker finds its connection here. */
#define GK_WORKER_FD 3

#endif
