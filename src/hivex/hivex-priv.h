/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Both sides of the hivex service (exec/service.h): hivex reads a hive that a
 * guest wrote and writes it back by path, chrooted into the guest.
 *
 * A request is the name of a call without "hivex_", and its arguments. */
#ifndef GK_HIVEX_HIVEX_PRIV_H
#define GK_HIVEX_HIVEX_PRIV_H

#include <hivex.h>

#include "exec/converters.h"
#include "exec/service.h"

/* What the child keeps. */
struct gk_hivex {
  hive_h *handle;
  struct gk_converters converters;
};

/* child.c; opaque is a struct gk_hivex. */
extern const struct gk_service_kind gk_hivex_service;

#endif
