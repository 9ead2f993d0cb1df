/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which launcher is asked for, and the settings for it.
 *
 * guestkit's own names are "auto", "local" and "uml".  Those of libguestfs
 * ("direct", "libvirt", "libvirt:URI", "appliance") are accepted since programs
 * and environments set them; they leave the choice to guestkit, as "auto" does.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"

static bool
is_known (const char *backend)
{
  static const char *const names[] = { "auto", "local", "uml", "direct", "libvirt" };

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (gk_streq (backend, names[i]))
      return true;
  return gk_after_prefix (backend, "libvirt:") != NULL;
}

int
gk_client_set_backend (guestfs_h *g, const char *backend)
{
  /* What "direct" was called before there was another. */
  if (gk_streq (backend, "appliance"))
    backend = "direct";
  if (!is_known (backend))
    return gk_client_error (g, 0, "invalid backend: %s", backend);
  char *copy = strdup (backend);
  if (!copy)
    return gk_client_oom (g);
  free (g->backend);
  g->backend = copy;
  return 0;
}

char *
gk_client_get_backend (guestfs_h *g)
{
  char *copy = strdup (g->backend);

  if (!copy)
    gk_client_oom (g);
  return copy;
}

int
gk_client_set_attach_method (guestfs_h *g, const char *backend)
{
  return guestfs_set_backend (g, backend);
}

/* Old programs compare with this name. */
char *
gk_client_get_attach_method (guestfs_h *g)
{
  char *copy = strdup (gk_streq (g->backend, "direct") ? "appliance" : g->backend);

  if (!copy)
    gk_client_oom (g);
  return copy;
}

/* --- settings: a list of "NAME" and "NAME=VALUE" -------------------------------- */

/* The value of a setting with this name, or NULL when it has another name. */
static const char *
value_of (const char *setting, const char *name)
{
  const char *rest = gk_after_prefix (setting, name);

  if (!rest)
    return NULL;
  if (*rest == '=')
    return rest + 1;
  return *rest == '\0' ? "1" : NULL;
}

const char *
gk_client_backend_setting (guestfs_h *g, const char *name)
{
  for (size_t i = 0; i < g->backend_settings.len; i++) {
    const char *value = value_of (g->backend_settings.v[i], name);
    if (value)
      return value;
  }
  return NULL;
}

int
gk_client_set_backend_settings (guestfs_h *g, char *const *settings)
{
  _cleanup_gk_strv_ struct gk_strv copy = GK_STRV_INIT;

  for (size_t i = 0; settings[i]; i++)
    if (gk_strv_push (&copy, settings[i]) == -1)
      return gk_client_oom (g);
  gk_strv_clear (&g->backend_settings);
  g->backend_settings = copy;
  copy = (struct gk_strv)GK_STRV_INIT;
  return 0;
}

char **
gk_client_get_backend_settings (guestfs_h *g)
{
  struct gk_strv copy = GK_STRV_INIT;
  char **list = NULL;
  size_t i;

  for (i = 0; i < g->backend_settings.len; i++)
    if (gk_strv_push (&copy, g->backend_settings.v[i]) == -1)
      break;
  if (i == g->backend_settings.len)
    list = gk_strv_finish (&copy);
  if (!list) {
    gk_strv_clear (&copy);
    gk_client_oom (g);
  }
  return list;
}

char *
gk_client_get_backend_setting (guestfs_h *g, const char *name)
{
  const char *value = gk_client_backend_setting (g, name);
  if (!value) {
    gk_client_error (g, 0, "setting not found");
    return NULL;
  }
  char *copy = strdup (value);
  if (!copy)
    gk_client_oom (g);
  return copy;
}

/* How many were removed. */
int
gk_client_clear_backend_setting (guestfs_h *g, const char *name)
{
  struct gk_strv *s = &g->backend_settings;
  size_t kept = 0;
  int removed = 0;

  for (size_t i = 0; i < s->len; i++) {
    if (value_of (s->v[i], name)) {
      free (s->v[i]);
      removed++;
    } else
      s->v[kept++] = s->v[i];
  }
  if (s->v)
    s->v[kept] = NULL;
  s->len = kept;
  return removed;
}

int
gk_client_set_backend_setting (guestfs_h *g, const char *name, const char *val)
{
  gk_client_clear_backend_setting (g, name);
  if (gk_strv_pushf (&g->backend_settings, "%s=%s", name, val) == -1)
    return gk_client_oom (g);
  return 0;
}
