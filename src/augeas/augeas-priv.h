/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Both sides of the augeas service.
 *
 * libaugeas parses what a guest wrote and writes to its files by path, so it
 * does that in a service (exec/service.h), chrooted into the guest.  The lenses
 * are this machine's: they are read and compiled before the walls go up.
 *
 * A request is the name of a call without "aug_", and its arguments. */
#ifndef GK_AUGEAS_AUGEAS_PRIV_H
#define GK_AUGEAS_AUGEAS_PRIV_H

#include "exec/service.h"

/* What the child begins with, and keeps. */
struct gk_augeas {
  const char *root;
  unsigned flags;
  struct augeas *handle;
};

/* child.c; opaque is a struct gk_augeas. */
extern const struct gk_service_kind gk_augeas_service;

#endif
