/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Settings from environment variables: libguestfs's, and GUESTKIT_LAUNCHER
 * (also called GUESTKIT_BACKEND) and GUESTKIT_BACKEND_SETTINGS, which win over theirs since a
 * machine's setup may name a backend of libguestfs for all programs.
 *
 * The public setters are called, so that each appears in the trace.  Trace and
 * verbose come first for the same reason.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"

/* Variables come from the process (list == NULL) or from "NAME=VALUE"s. */
static const char *
look_up (char *const *list, const char *name)
{
  if (!list)
    return getenv (name);
  for (size_t i = 0; list[i]; i++) {
    const char *rest = gk_after_prefix (list[i], name);
    if (rest && *rest == '=')
      return rest + 1;
  }
  return NULL;
}

/* 1 or 0 for the words that people write; -1 for others. */
static int
parse_bool (const char *s)
{
  static const char *const yes[] = { "1", "true", "t", "yes", "y", "on" };
  static const char *const no[] = { "0", "false", "f", "no", "n", "off" };

  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
    if (strcasecmp (s, yes[i]) == 0)
      return 1;
    if (strcasecmp (s, no[i]) == 0)
      return 0;
  }
  return -1;
}

static int
set_bool (guestfs_h *g, char *const *list, const char *name, int (*set) (guestfs_h *, int))
{
  const char *value = look_up (list, name);

  if (!value)
    return 0;
  int b = parse_bool (value);
  if (b == -1)
    return gk_client_error (g, 0, "%s=%s: non-boolean value", name, value);
  return set (g, b);
}

static int
set_memsize (guestfs_h *g, const char *value)
{
  char *end;

  errno = 0;
  long n = strtol (value, &end, 10);
  if (end == value || errno || n > INT_MAX || n < INT_MIN)
    return gk_client_error (g, 0, "non-numeric value for LIBGUESTFS_MEMSIZE");
  return guestfs_set_memsize (g, (int)n);
}

static int
set_settings (guestfs_h *g, const char *value)
{
  _cleanup_gk_strv_ struct gk_strv settings = GK_STRV_INIT;
  _cleanup_free_ char *copy = strdup (value);
  char *rest = copy, *word;

  if (!copy)
    return gk_client_oom (g);
  while ((word = strsep (&rest, ":")) != NULL)
    if (gk_strv_push (&settings, word) == -1)
      return gk_client_oom (g);
  return guestfs_set_backend_settings (g, settings.v);
}

static int
set_env_dir (guestfs_h *g, char *const *list, const char *name, char **where)
{
  const char *value = look_up (list, name);

  return value ? gk_client_set_dir (g, where, name, value) : 0;
}

static int
parse (guestfs_h *g, char *const *list)
{
  static const struct {
    const char *name;
    int (*set) (guestfs_h *g, const char *value);
    bool may_be_empty; /* elsewhere an empty value is as good as none */
  } strings[] = {
    { "LIBGUESTFS_TMPDIR", guestfs_set_tmpdir, false },
    { "LIBGUESTFS_CACHEDIR", guestfs_set_cachedir, false },
    { "LIBGUESTFS_PATH", guestfs_set_path, false },
    { "LIBGUESTFS_QEMU", guestfs_set_hv, false },
    { "LIBGUESTFS_HV", guestfs_set_hv, false },
    { "LIBGUESTFS_APPEND", guestfs_set_append, true },
    { "LIBGUESTFS_MEMSIZE", set_memsize, false },
    { "LIBGUESTFS_ATTACH_METHOD", guestfs_set_backend, false },
    { "LIBGUESTFS_BACKEND", guestfs_set_backend, false },
    { "LIBGUESTFS_BACKEND_SETTINGS", set_settings, false },
    { "GUESTKIT_BACKEND", guestfs_set_backend, false },
    { "GUESTKIT_LAUNCHER", guestfs_set_backend, false },
    { "GUESTKIT_BACKEND_SETTINGS", set_settings, false },
  };

  if (set_bool (g, list, "LIBGUESTFS_TRACE", guestfs_set_trace) == -1 ||
      set_bool (g, list, "LIBGUESTFS_DEBUG", guestfs_set_verbose) == -1 ||
      set_env_dir (g, list, "TMPDIR", &g->env_tmpdir) == -1 ||
      set_env_dir (g, list, "XDG_RUNTIME_DIR", &g->env_runtimedir) == -1)
    return -1;

  for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
    const char *value = look_up (list, strings[i].name);
    if (value && (*value || strings[i].may_be_empty) && strings[i].set (g, value) == -1)
      return -1;
  }
  return 0;
}

int
gk_client_parse_environment (guestfs_h *g)
{
  return parse (g, NULL);
}

int
gk_client_parse_environment_list (guestfs_h *g, char *const *environment)
{
  return parse (g, environment);
}
