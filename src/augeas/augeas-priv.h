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

#include <augeas.h>

#include "exec/library.h"
#include "exec/service.h"

#define GK_AUGEAS_FUNCTIONS(X)                                                                     \
  X (aug_defnode)                                                                                  \
  X (aug_defvar)                                                                                   \
  X (aug_error)                                                                                    \
  X (aug_error_details)                                                                            \
  X (aug_error_message)                                                                            \
  X (aug_error_minor_message)                                                                      \
  X (aug_get)                                                                                      \
  X (aug_init)                                                                                     \
  X (aug_insert)                                                                                   \
  X (aug_label)                                                                                    \
  X (aug_load)                                                                                     \
  X (aug_match)                                                                                    \
  X (aug_mv)                                                                                       \
  X (aug_rm)                                                                                       \
  X (aug_save)                                                                                     \
  X (aug_set)                                                                                      \
  X (aug_setm)                                                                                     \
  X (aug_transform)

/* What the child begins with, and keeps. */
struct gk_augeas {
  const char *root;
  unsigned flags;
  augeas *handle;
  struct {
    GK_AUGEAS_FUNCTIONS (GK_LIBRARY_MEMBER)
  } lib;
};

/* child.c; opaque is a struct gk_augeas. */
extern const struct gk_service_kind gk_augeas_service;

#endif
