/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How the choice of a launcher went, for those who explain it. */
#ifndef GK_CLIENT_CHOSEN_H
#define GK_CLIENT_CHOSEN_H

#include "guestfs.h"

/* The launcher of the session; NULL when there is none. */
const char *gk_client_launcher (guestfs_h *g);
/* "NAME: WHY" of the one that the last launch has passed over, or NULL.  Valid until
 * the next launch. */
const char *gk_client_passed_over (guestfs_h *g);

#endif
