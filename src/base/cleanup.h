/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Cleanup attributes: a local that owns something says so where it is
 * declared, and gives it away only through a steal helper. */
#ifndef GK_BASE_CLEANUP_H
#define GK_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

void gk_cleanup_free (void *p);  /* of a pointer to anything */
void gk_cleanup_close (int *fd); /* keeps errno; -1 is nothing */
void gk_cleanup_fclose (FILE **fp);
void gk_cleanup_closedir (DIR **dir);
void gk_cleanup_free_strv (char ***strv); /* NULL-terminated vector */

#define _cleanup_free_ __attribute__ ((cleanup (gk_cleanup_free)))
#define _cleanup_close_ __attribute__ ((cleanup (gk_cleanup_close)))
#define _cleanup_fclose_ __attribute__ ((cleanup (gk_cleanup_fclose)))
#define _cleanup_closedir_ __attribute__ ((cleanup (gk_cleanup_closedir)))
#define _cleanup_strv_ __attribute__ ((cleanup (gk_cleanup_free_strv)))

/* Take the value out of a variable that owns it. */
#define gk_steal_ptr(p)                                                                            \
  ({                                                                                               \
    __typeof__ (&(p)) steal_at_ = &(p);                                                            \
    __typeof__ (p) steal_value_ = *steal_at_;                                                      \
    *steal_at_ = NULL;                                                                             \
    steal_value_;                                                                                  \
  })

static inline int
gk_steal_fd (int *fd)
{
  int r = *fd;
  *fd = -1;
  return r;
}

#endif
