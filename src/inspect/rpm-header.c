/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: the header of a package, as rpm's file format defines it: two
 * counts, an index of entries with tag, type, offset and count, and the store
 * that the offsets are of.  All numbers have the big end first. */
#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "inspect/inspect-priv.h"
#include "inspect/rpm-db.h"

#define ENTRY_SIZE 16
#define MAX_ENTRIES 65536

enum type { INT32 = 4, STRING = 6, I18N = 9 };
enum { TAG_EPOCH = 1003, TAG_SOURCE = 1044 };

static const struct {
  uint32_t tag;
  const char *key;
} strings[] = {
  { 1000, "name" },    { 1001, "version" },     { 1002, "release" },
  { 1004, "summary" }, { 1005, "description" }, { 1011, "publisher" },
  { 1020, "url" },     { 1022, "arch" },        { TAG_SOURCE, "source_package" },
};

static uint32_t
get (const unsigned char *p)
{
  uint32_t v;

  memcpy (&v, p, sizeof v);
  return be32toh (v);
}

/* "name-version-release.src.rpm" without what is behind the name. */
static void
add_source (struct json_object *app, const char *file)
{
  _cleanup_free_ char *name = strdup (file);

  for (int i = 0; name && i < 2; i++) {
    char *dash = strrchr (name, '-');
    if (dash == NULL)
      return;
    *dash = '\0';
  }
  gk_json_add_str (app, "source_package", name);
}

static int
take (struct json_object *app, const unsigned char *entry, const unsigned char *store,
      size_t store_size, struct gk_error *err)
{
  uint32_t tag = get (entry), type = get (entry + 4), at = get (entry + 8);

  for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
    if (strings[i].tag != tag || (type != STRING && type != I18N))
      continue;
    /* Of one that is translated the first is not. */
    if (at >= store_size || memchr (store + at, '\0', store_size - at) == NULL)
      return gk_error_set (err, 0, "a string of its header is not in it");
    const char *value = (const char *)store + at;
    if (tag == TAG_SOURCE)
      add_source (app, value);
    else
      gk_json_add_str (app, strings[i].key, value);
  }
  if (tag == TAG_EPOCH && type == INT32) {
    if (store_size < 4 || at > store_size - 4)
      return gk_error_set (err, 0, "a number of its header is not in it");
    json_object_object_add (app, "epoch", json_object_new_int ((int32_t)get (store + at)));
  }
  return 0;
}

int
gk_rpm_header (const void *blob, size_t size, struct json_object *app, struct gk_error *err)
{
  const unsigned char *p = blob;

  if (size < 8)
    return gk_error_set (err, 0, "its header is too short");
  uint32_t n = get (p), store_size = get (p + 4);
  if (n > MAX_ENTRIES || store_size > size || 8 + (uint64_t)n * ENTRY_SIZE + store_size > size)
    return gk_error_set (err, 0, "its header is longer than its record");
  for (uint32_t i = 0; i < n; i++)
    if (take (app, p + 8 + i * ENTRY_SIZE, p + 8 + n * ENTRY_SIZE, store_size, err) == -1)
      return -1;
  if (gk_json_str (app, "name") == NULL)
    return gk_error_set (err, 0, "its header has no name");
  return 0;
}
