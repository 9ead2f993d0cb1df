/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a walk keeps of each directory. */
#ifndef GK_BASE_WALK_PRIV_H
#define GK_BASE_WALK_PRIV_H

#include "base/walk.h"

struct gk_walk_level {
  char *block; /* NULL: none */
  size_t at, end;
  size_t ahead;    /* up to here read_ahead has looked */
  off_t next;      /* offset in the directory of the name at `at` */
  size_t path_len; /* of the directory's own path */
};

#endif
