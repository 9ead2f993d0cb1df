/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See library.h. */
#include "exec/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"

int
gk_library_load (const char *soname, const struct gk_symbol *symbols, size_t n,
                 struct gk_error *err)
{
  void *library = dlopen (soname, RTLD_NOW | RTLD_LOCAL);

  if (library == NULL)
    return gk_error_set (err, ENOTSUP, "%s is needed and cannot be used: %s", soname, dlerror ());
  for (size_t i = 0; i < n; i++) {
    void *function = dlsym (library, symbols[i].name);

    if (function == NULL)
      return gk_error_set (err, ENOTSUP, "%s has no function %s", soname, symbols[i].name);
    /* The language has no conversion between the two kinds of pointers; POSIX has. */
    memcpy (symbols[i].pointer, &function, sizeof function);
  }
  return 0;
}
