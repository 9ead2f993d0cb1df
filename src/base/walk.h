/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Walking a tree that nobody can be trusted to leave alone.
 *
 * Every step is one openat (O_NOFOLLOW) from the directory above, so a
 * directory that is swapped for a symlink leads nowhere.  Only the innermost
 * directories are held open; an outer one that was closed is found again
 * through ".." and must be the same inode.  Entries are read in blocks and come
 * in the file system's order.  So neither a million names nor ten thousand
 * levels cost more than a fixed number of descriptors and a little memory per
 * level.
 *
 *   gk_walk_start (&w, fd)            fd stays the caller's
 *   while ((r = gk_walk_next (&w)) > 0)
 *     switch (r) {
 *     case GK_WALK_ENTRY: ... gk_walk_enter (&w) to go into a directory
 *     case GK_WALK_LEAVE: all of the directory w.name was seen
 *     }
 *   gk_walk_clear (&w)
 */
#ifndef GK_BASE_WALK_H
#define GK_BASE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/strv.h"

/* A chain of nested directories, innermost last, of which only some are open. */
struct gk_dirs {
  struct gk_dirs_level *v;
  size_t n, alloc;
};
#define GK_DIRS_INIT                                                                               \
  {                                                                                                \
    NULL, 0, 0                                                                                     \
  }
int gk_dirs_push (struct gk_dirs *d, int fd); /* takes fd, also on failure */
int gk_dirs_top (const struct gk_dirs *d);    /* borrowed; -1 when there is none */
/* Close the innermost and see that the one above is open.  ESTALE: it is not
 * where it was; then it stays closed. */
int gk_dirs_pop (struct gk_dirs *d);
void gk_dirs_clear (struct gk_dirs *d);
#define _cleanup_gk_dirs_ __attribute__ ((cleanup (gk_dirs_clear)))

enum { GK_WALK_END = 0, GK_WALK_ENTRY = 1, GK_WALK_LEAVE = 2 };

struct gk_walk {
  /* What gk_walk_next has found; valid until the next call of it. */
  int dir_fd;       /* the directory that holds it */
  const char *name; /* its name there */
  const char *path; /* from the start, without a slash in front */
  size_t path_len;
  unsigned char type; /* DT_REG ...; DT_UNKNOWN where the file system does not say */
  size_t depth;       /* 0 in the starting directory */

  /* Its own. */
  struct gk_walk_level *levels;
  size_t n_levels, alloc_levels;
  bool read_failed;
  struct gk_dirs dirs;
  struct gk_buf path_buf;
};
#define GK_WALK_INIT                                                                               \
  {                                                                                                \
    .dir_fd = -1                                                                                   \
  }

/* All return -1 with errno. */

/* Walk the directory fd (opened for reading, not O_PATH). */
int gk_walk_start (struct gk_walk *w, int fd);

/* GK_WALK_ENTRY, GK_WALK_LEAVE or GK_WALK_END.  After a failure the walk may
 * go on with what can still be reached: a directory that could not be read is
 * left, and when the way up is lost (ESTALE) the walk is at its end. */
int gk_walk_next (struct gk_walk *w);

/* Go into the entry (or, after GK_WALK_LEAVE, once more into the directory):
 * the next entries are its own.  ELOOP or ENOTDIR when it is none (any more). */
int gk_walk_enter (struct gk_walk *w);

/* The entry is a file that will be read, and so are those that follow: have the
 * kernel read some of them, if they are not in memory. */
void gk_walk_read_ahead (struct gk_walk *w);

/* The directory entered last, borrowed. */
int gk_walk_entered_fd (const struct gk_walk *w);

void gk_walk_clear (struct gk_walk *w);
#define _cleanup_gk_walk_ __attribute__ ((cleanup (gk_walk_clear)))

#endif
