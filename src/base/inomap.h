/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which inodes were met before, and under which name: how hard links are
 * recognized. */
#ifndef GK_BASE_INOMAP_H
#define GK_BASE_INOMAP_H

#include <stddef.h>
#include <sys/types.h>

struct gk_inomap {
  struct gk_inomap_slot *slots;
  size_t used, size;
  unsigned long long seed;
};
#define GK_INOMAP_INIT                                                                             \
  {                                                                                                \
    NULL, 0, 0, 0                                                                                  \
  }

/* 0: it is new and was added with a copy of name (NULL is fine); 1: it was
 * met before, *ret_name (borrowed) is the name of then; -1 with ENOMEM. */
int gk_inomap_meet (struct gk_inomap *m, dev_t dev, ino_t ino, const char *name,
                    const char **ret_name);
void gk_inomap_clear (struct gk_inomap *m);
#define _cleanup_gk_inomap_ __attribute__ ((cleanup (gk_inomap_clear)))

#endif
