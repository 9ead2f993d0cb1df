/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Libraries that few sessions need.
 *
 * One that brings many others with it is not linked: who needs it loads it, a child before
 * its walls go up, so every other worker starts without.  The functions are members of a
 * struct, with the types of the library's headers:
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

/* For the rest of this process's life; again is cheap.  package is Debian's, for the message.
 * Never from behind a chroot into a guest: it would be the guest's library. */
int gk_library_load (const char *soname, const char *package, const struct gk_symbol *symbols,
                     size_t n, struct gk_error *err);

/* Where it is, malloced; NULL when it cannot be loaded.  It is loaded, to see that. */
char *gk_library_find (const char *soname);

#endif
