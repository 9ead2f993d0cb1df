/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See library.h. */
#include "nbd/library.h"

#include "base/error.h"

int
gk_nbd_library_load (struct gk_nbd_library *ret, struct gk_error *err)
{
#define SYMBOL(fn) { #fn, &ret->fn },
  const struct gk_symbol symbols[] = { GK_NBD_FUNCTIONS (SYMBOL) };

  return gk_library_load ("libnbd.so.0", "libnbd0", symbols, sizeof symbols / sizeof *symbols, err);
}

int
gk_nbd_library_failed (const struct gk_nbd_library *lib, const char *what, struct gk_error *err)
{
  return gk_error_set (err, lib->nbd_get_errno (), "%s%s", what, lib->nbd_get_error ());
}
