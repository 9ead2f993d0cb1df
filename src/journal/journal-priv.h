/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Both sides of the journal service.
 *
 * libsystemd maps what a guest wrote into memory and follows offsets in it, so it
 * does that in a service (exec/service.h), chrooted into the guest.
 *
 * A request is the name of a call without "journal_", and its argument. */
#ifndef GK_JOURNAL_JOURNAL_PRIV_H
#define GK_JOURNAL_JOURNAL_PRIV_H

#include "exec/service.h"

extern const struct gk_service_kind gk_journal_service;

/* What the service begins with and keeps: NULL.  Malloced; NULL: ENOMEM. */
struct gk_journal_state *gk_journal_state_new (void);

#endif
