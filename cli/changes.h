/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What differs between two trees: those of two sessions, from / on.
 *
 * changes.c walks both and says for each path what is not the same;
 * changes-content.c compares what is in files; changes-print.c shows it, as
 * text or as JSON.  Names and contents are a guest's: bytes, and hostile.
 */
#ifndef CLI_CHANGES_H
#define CLI_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "guestfs.h"

struct json_object;

struct cli_changes_options {
  /* A file with the same inode, size and times is the same file.  True of two
   * states between which only a kernel wrote; false: contents are read. */
  bool quick;
  bool times; /* also tell of files of which only the time of change differs */
  bool brief; /* no differences of text */
  bool json;
};

/* One side of a path. */
struct cli_side {
  guestfs_h *g;
  const struct guestfs_statns *st; /* NULL: is not there */
  char *target;                    /* of a symlink, or NULL */
  char *sha256;                    /* of a file whose content differs, or NULL */
  struct guestfs_xattr_list *xattrs;
};

enum cli_what {
  CLI_ADDED = 1,
  CLI_REMOVED = 2,
  CLI_TYPE = 4,
  CLI_CONTENT = 8, /* also the target of a link, the numbers of a device */
  CLI_MODE = 16,
  CLI_OWNER = 32,
  CLI_XATTRS = 64,
  CLI_TIMES = 128,
};

struct cli_change {
  const char *path;
  unsigned what;
  struct cli_side old, new;
  char *diff; /* of text, or NULL */
  size_t diff_size;
};

struct cli_changes {
  const struct cli_changes_options *o;
  char *dir;                /* of the host, for contents that are compared */
  struct json_object *list; /* with json */
  char *summary;            /* without: the lines that come after the differences */
  size_t summary_size;
  void *summary_fp;
  size_t n;       /* changes */
  size_t skipped; /* what could not be read: said on stderr */
};

/* Compare and show.  0, or -1 after it was said what is wrong; ret_n is the
 * number of changes.  With json, *ret_json is a list. */
int cli_changes_show (guestfs_h *old, guestfs_h *new, const struct cli_changes_options *o,
                      size_t *ret_n, struct json_object **ret_json);

/* changes-content.c: do the contents differ?  0, 1 (and hashes or a difference
 * are set), -1 when that cannot be found out.  One side may be missing. */
int cli_changes_content (struct cli_changes *c, struct cli_change *change);

/* changes-print.c: 0 or -1, said. */
int cli_changes_begin (struct cli_changes *c);
int cli_changes_add (struct cli_changes *c, const struct cli_change *change);
int cli_changes_end (struct cli_changes *c, struct json_object **ret_json);

#endif
