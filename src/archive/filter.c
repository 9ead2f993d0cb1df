/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The compressions by name, as the calls name them. */
#include <archive.h>
#include <errno.h>

#include "archive/archive-priv.h"

static const struct {
  const char *name;
  int code;
  int (*read) (struct archive *);
  int (*write) (struct archive *);
} filters[] = {
  { "compress", ARCHIVE_FILTER_COMPRESS, archive_read_support_filter_compress,
    archive_write_add_filter_compress },
  { "gzip", ARCHIVE_FILTER_GZIP, archive_read_support_filter_gzip, archive_write_add_filter_gzip },
  { "bzip2", ARCHIVE_FILTER_BZIP2, archive_read_support_filter_bzip2,
    archive_write_add_filter_bzip2 },
  { "xz", ARCHIVE_FILTER_XZ, archive_read_support_filter_xz, archive_write_add_filter_xz },
  { "lzma", ARCHIVE_FILTER_LZMA, archive_read_support_filter_lzma, archive_write_add_filter_lzma },
  { "zstd", ARCHIVE_FILTER_ZSTD, archive_read_support_filter_zstd, archive_write_add_filter_zstd },
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
gk_ar_read_filter (struct archive *a, const char *name)
{
  if (!name || gk_ar_is_lzop (name))
    return 0;
  return filters[find (name)].read (a) >= ARCHIVE_WARN ? 0 : -1;
}

/* libarchive takes a filter that it is allowed for an offer; here it is what
 * the caller says the bytes are.  (Forcing it with archive_read_append_filter
 * crashes in 3.6 for some of them.) */
bool
gk_ar_filter_is (struct archive *a, const char *name)
{
  return !name || gk_ar_is_lzop (name) || archive_filter_code (a, 0) == filters[find (name)].code;
}

int
gk_ar_write_filter (struct archive *a, const char *name)
{
  if (!name || gk_ar_is_lzop (name))
    return 0;
  if (filters[find (name)].write (a) < ARCHIVE_WARN)
    return -1;
  /* The same tree gives the same bytes. */
  if (gk_streq (name, "gzip") &&
      archive_write_set_filter_option (a, "gzip", "timestamp", NULL) != ARCHIVE_OK)
    return -1;
  return 0;
}
