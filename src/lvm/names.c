/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The names of groups and volumes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "lvm/lvm-priv.h"

/* LVM's NAME_LEN. */
#define NAME_MAX_LEN 127

int
gk_lvm_check_name (const char *what, const char *name, struct gk_error *err)
{
  static const char allowed[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+_.-";

  if (*name == '\0')
    return gk_error_set (err, EINVAL, "the name of the %s is empty", what);
  if (strlen (name) > NAME_MAX_LEN)
    return gk_error_set (err, EINVAL, "the name of the %s is longer than %d characters", what,
                         NAME_MAX_LEN);
  if (name[0] == '-' || name[strspn (name, allowed)] != '\0' || gk_streq (name, ".") ||
      gk_streq (name, "..")) {
    _cleanup_free_ char *shown = gk_escape (name, strlen (name), NAME_MAX_LEN);
    return gk_error_set (err, EINVAL, "%s: cannot be the name of a %s", shown ? shown : "", what);
  }
  return 0;
}

/* A dash of a name is doubled, one stands between them. */
static char *
append_doubled (char *to, const char *name)
{
  for (; *name; name++) {
    if (*name == '-')
      *to++ = '-';
    *to++ = *name;
  }
  return to;
}

char *
gk_lvm_dm_name (const char *vg, const char *lv)
{
  char *name = malloc (2 * (strlen (vg) + strlen (lv)) + 2);

  if (name == NULL)
    return NULL;
  char *p = append_doubled (name, vg);
  *p++ = '-';
  *append_doubled (p, lv) = '\0';
  return name;
}
