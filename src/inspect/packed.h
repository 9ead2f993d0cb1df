/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: for which processor the program in a packed file was made.  libarchive is
 * loaded for it, before the walls go up (exec/library.h). */
#ifndef GK_INSPECT_PACKED_H
#define GK_INSPECT_PACKED_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>

#include "exec/library.h"

#define GK_LOOK_PACKED_FUNCTIONS(X)                                                                \
  X (archive_read_data)                                                                            \
  X (archive_read_free)                                                                            \
  X (archive_read_new)                                                                             \
  X (archive_read_next_header)                                                                     \
  X (archive_read_open_fd)                                                                         \
  X (archive_read_support_filter_all)                                                              \
  X (archive_read_support_format_cpio)                                                             \
  X (archive_read_support_format_raw)

struct gk_look_packed {
  GK_LOOK_PACKED_FUNCTIONS (GK_LIBRARY_MEMBER)
};

int gk_look_packed_load (struct gk_look_packed *ret, struct gk_error *err);

/* By how it begins: compressed, or an archive. */
bool gk_look_is_packed (const char *path);
/* A constant, or NULL. */
const char *gk_look_packed_arch (const struct gk_look_packed *la, const char *path);

#endif
