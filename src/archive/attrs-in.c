/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which of the attributes that an archive brings are restored. */
#include <stdlib.h>

#include "archive/archive-priv.h"
#include "archive/library.h"

#define LABEL "security.selinux"

/* A label is stored with its NUL, and comes without. */
static int
add_label (const struct gk_ar_library *la, struct archive_entry *e, const void *value, size_t len)
{
  _cleanup_free_ char *s = strndup (value, len);

  if (!s)
    return -1;
  la->archive_entry_xattr_add_entry (e, LABEL, s, strlen (s) + 1);
  return 0;
}

int
gk_ar_filter_attrs (const struct gk_ar_library *la, struct archive_entry *e,
                    const struct gk_ar_keep *keep)
{
  struct archive_entry *all;
  const char *name;
  const void *value;
  size_t len;
  int r = 0;

  if (!keep->acls)
    la->archive_entry_acl_clear (e);
  if (la->archive_entry_xattr_count (e) == 0)
    return 0;
  all = la->archive_entry_clone (e);
  la->archive_entry_xattr_clear (e);
  if (!all)
    return -1;
  la->archive_entry_xattr_reset (all);
  while (la->archive_entry_xattr_next (all, &name, &value, &len) == ARCHIVE_OK) {
    if (gk_streq (name, LABEL)) {
      if (keep->selinux)
        r |= add_label (la, e, value, len);
    } else if (keep->xattrs)
      la->archive_entry_xattr_add_entry (e, name, value, len);
  }
  la->archive_entry_free (all);
  return r;
}
