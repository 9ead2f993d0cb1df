/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Libraries that only a child needs.
 *
 * One that few sessions use, and that brings many others with it, is not linked: the
 * child that needs it loads it before its walls go up, so every other worker starts
 * without.  The functions are members of a struct, with the types of the library's
 * headers:
 *
 *   #define FUNCTIONS(X) X (yr_initialize) X (yr_finalize)
 *   struct yara { FUNCTIONS (GK_LIBRARY_MEMBER) };
 *   struct yara y;
 *   #define SYMBOL(fn) { #fn, &y.fn },
 *   const struct gk_symbol symbols[] = { FUNCTIONS (SYMBOL) };
 */
#ifndef GK_EXEC_LIBRARY_H
#define GK_EXEC_LIBRARY_H

#include <stddef.h>

struct gk_error;

struct gk_symbol {
  const char *name;
  void *pointer; /* where the function's address goes */
};

#define GK_LIBRARY_MEMBER(fn) __typeof__ (fn) *fn;

/* For the rest of this process's life. */
int gk_library_load (const char *soname, const struct gk_symbol *symbols, size_t n,
                     struct gk_error *err);

#endif
