/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See library.h. */
#include "exec/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

int
gk_library_load (const char *soname, const char *package, const struct gk_symbol *symbols, size_t n,
                 struct gk_error *err)
{
  void *library = dlopen (soname, RTLD_NOW | RTLD_LOCAL);

  if (library == NULL)
    return gk_error_set (err, ENOTSUP,
                         "%s is needed and cannot be used (Debian: the package %s): %s", soname,
                         package, dlerror ());
  for (size_t i = 0; i < n; i++) {
    void *function = dlsym (library, symbols[i].name);

    if (function == NULL)
      return gk_error_set (err, ENOTSUP, "%s has no function %s", soname, symbols[i].name);
    /* The language has no conversion between the two kinds of pointers; POSIX has. */
    memcpy (symbols[i].pointer, &function, sizeof function);
  }
  return 0;
}

char *
gk_library_find (const char *soname)
{
  void *library = dlopen (soname, RTLD_LAZY | RTLD_LOCAL);
  struct link_map *map = NULL;
  char *path = NULL;

  if (library == NULL)
    return NULL;
  if (dlinfo (library, RTLD_DI_LINKMAP, &map) == 0)
    path = realpath (map->l_name, NULL);
  /* It stays: the C++ library, which some bring, leaves memory behind when it is unloaded. */
  return path;
}
