/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See library.h. */
#include "archive/library.h"

int
gk_ar_library_load (struct gk_ar_library *ret, struct gk_error *err)
{
#define SYMBOL(fn) { #fn, &ret->fn },
  const struct gk_symbol symbols[] = { GK_AR_FUNCTIONS (SYMBOL) };

  return gk_library_load ("libarchive.so.13", "libarchive13", symbols,
                          sizeof symbols / sizeof *symbols, err);
}
