/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The compressions by name, as the calls name them. */
#include <errno.h>

#include "archive/archive-priv.h"
#include "archive/library.h"

static const struct {
  const char *name;
  int code;
} filters[] = {
  { "compress", ARCHIVE_FILTER_COMPRESS }, { "gzip", ARCHIVE_FILTER_GZIP },
  { "bzip2", ARCHIVE_FILTER_BZIP2 },       { "xz", ARCHIVE_FILTER_XZ },
  { "lzma", ARCHIVE_FILTER_LZMA },         { "zstd", ARCHIVE_FILTER_ZSTD },
};
#define N_FILTERS (sizeof filters / sizeof *filters)

static size_t
find (const char *name)
{
  size_t i;

  for (i = 0; i < N_FILTERS && !gk_streq (filters[i].name, name); i++)
    ;
  return i;
}

bool
gk_ar_is_lzop (const char *name)
{
  return name && gk_streq (name, "lzop");
}

int
gk_ar_check_compression (const char *name, struct gk_error *err)
{
  if (!name || gk_ar_is_lzop (name) || find (name) < N_FILTERS)
    return 0;
  return gk_error_set (err, EINVAL, "unknown compression type: %s", name);
}

int
gk_ar_read_filter (const struct gk_ar_library *la, struct archive *a, const char *name)
{
  if (!name || gk_ar_is_lzop (name))
    return 0;
  return la->archive_read_support_filter_by_code (a, filters[find (name)].code) >= ARCHIVE_WARN
             ? 0
             : -1;
}

/* libarchive takes a filter that it is allowed for an offer; here it is what
 * the caller says the bytes are.  (Forcing it with archive_read_append_filter
 * crashes in 3.6 for some of them.) */
bool
gk_ar_filter_is (const struct gk_ar_library *la, struct archive *a, const char *name)
{
  return !name || gk_ar_is_lzop (name) ||
         la->archive_filter_code (a, 0) == filters[find (name)].code;
}

int
gk_ar_write_filter (const struct gk_ar_library *la, struct archive *a, const char *name)
{
  if (!name || gk_ar_is_lzop (name))
    return 0;
  if (la->archive_write_add_filter_by_name (a, name) < ARCHIVE_WARN)
    return -1;
  /* The same tree gives the same bytes. */
  if (gk_streq (name, "gzip") &&
      la->archive_write_set_filter_option (a, "gzip", "timestamp", NULL) != ARCHIVE_OK)
    return -1;
  return 0;
}
