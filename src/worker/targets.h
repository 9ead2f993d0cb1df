/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What this kernel can put together: device-mapper's targets and md's levels, that
 * it has or loads by itself when they are asked for.  Nothing is loaded here. */
#ifndef GK_WORKER_TARGETS_H
#define GK_WORKER_TARGETS_H

#include <stdbool.h>

bool gk_targets_has_dm (void);
bool gk_targets_has_md (void);
/* "crypt", "thin-pool", "raid" ...; false without device-mapper. */
bool gk_targets_has_dm_target (const char *name);
/* "raid1", "linear" ... as mdadm calls them; false without md. */
bool gk_targets_has_md_level (const char *level);

#endif
