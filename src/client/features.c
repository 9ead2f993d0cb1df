/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Optional groups of calls: which there are, and which can be used.
 *
 * A group can be used when every call in it that programs can make is written.  What else a call
 * needs (a tool, a feature of the kernel that the session runs on) is said by
 * the call itself, as the manual asks programs to expect.
 */

#include <errno.h>
#include <stdlib.h>

#include "api/api.h"
#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"

enum answer { UNKNOWN, MISSING, USABLE };

static enum answer
look_up (const char *group)
{
  enum answer a = UNKNOWN;

  for (unsigned i = 0; i < gk_n_calls; ++i) {
    const struct gk_call *c = &gk_calls[i];
    if (c->optgroup == NULL || !gk_streq (c->optgroup, group) ||
        gk_after_prefix (c->name, "internal_"))
      continue;
    if (!(c->flags & (GK_CALL_CLIENT | GK_CALL_WORKER)))
      return MISSING;
    a = USABLE;
  }
  return a;
}

/* It is asked of a session, although the answer does not depend on one yet. */
static int
need_session (guestfs_h *g, const char *call)
{
  if (g->state == GK_STATE_READY)
    return 0;
  return gk_client_error (g, 0,
                          "%s: call launch before using this function\n"
                          "(in guestfish, don't forget to use the 'run' command)",
                          call);
}

/* 1, 0, or -1 with the error set; first_missing may be NULL. */
static int
all_usable (guestfs_h *g, const char *call, char *const *groups, const char **first_missing)
{
  if (need_session (g, call) == -1)
    return -1;
  for (size_t i = 0; groups[i]; ++i)
    switch (look_up (groups[i])) {
    case UNKNOWN:
      return gk_client_error (g, EINVAL, "%s: %s: unknown group", call, groups[i]);
    case MISSING:
      *first_missing = groups[i];
      return 0;
    case USABLE:
      break;
    }
  return 1;
}

int
gk_client_available (guestfs_h *g, char *const *groups)
{
  const char *missing = NULL;
  int r = all_usable (g, "available", groups, &missing);

  if (r == 0)
    return gk_client_error (g, ENOTSUP, "available: %s: group not available", missing);
  return r == 1 ? 0 : -1;
}

int
gk_client_feature_available (guestfs_h *g, char *const *groups)
{
  const char *missing;

  return all_usable (g, "feature_available", groups, &missing);
}

char **
gk_client_available_all_groups (guestfs_h *g)
{
  _cleanup_gk_strv_ struct gk_strv groups = GK_STRV_INIT;

  if (need_session (g, "available_all_groups") == -1)
    return NULL;
  for (unsigned i = 0; i < gk_n_calls; ++i) {
    const char *group = gk_calls[i].optgroup;
    bool seen = group == NULL;
    for (size_t k = 0; k < groups.len && !seen; ++k)
      seen = gk_streq (groups.v[k], group);
    if (!seen && gk_strv_push (&groups, group) == -1) {
      gk_client_oom (g);
      return NULL;
    }
  }
  if (groups.len > 0)
    gk_strv_sort (groups.v, groups.len);
  char **list = gk_strv_finish (&groups);
  if (list == NULL)
    gk_client_oom (g);
  return list;
}
