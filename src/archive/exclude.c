/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Exclude patterns as tar's -X takes them: wildcards match slashes too, and a
 * pattern may match from any component on. */
#include <fnmatch.h>

#include "archive/archive-priv.h"

static bool
matches (const char *pattern, const char *name)
{
  /* Without FNM_LEADING_DIR: what is in an excluded directory is not even
   * looked at. */
  if (fnmatch (pattern, name, 0) == 0)
    return true;
  for (; *name; name++)
    if (name[0] == '/' && name[1] != '/' && name[1] && fnmatch (pattern, name + 1, 0) == 0)
      return true;
  return false;
}

bool
gk_ar_excluded (char *const *patterns, const char *name)
{
  for (; patterns && *patterns; patterns++)
    if (matches (*patterns, name))
      return true;
  return false;
}
