/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: package databases that are text.
 *
 * dpkg's status file is described in deb-control(5), apk's in its wiki,
 * pacman's desc files and portage's are seen on such systems. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "inspect/apps.h"
#include "inspect/inspect-priv.h"
#include "inspect/read.h"

/* Larger than that of any system we know by an order. */
#define DATABASE_MAX (100u << 20)
#define MAX_APPS 200000

void
gk_apps_add_version (struct json_object *app, const char *version)
{
  const char *colon = strchr (version, ':'), *dash;
  uint64_t epoch = 0;

  if (colon) {
    _cleanup_free_ char *digits = strndup (version, (size_t)(colon - version));
    if (digits && gk_parse_u64 (digits, INT32_MAX, &epoch) == 0)
      version = colon + 1;
  }
  json_object_object_add (app, "epoch", json_object_new_int ((int32_t)epoch));
  dash = strrchr (version, '-');
  _cleanup_free_ char *upstream = dash ? strndup (version, (size_t)(dash - version)) : NULL;
  gk_json_add_str (app, "version", upstream ? upstream : version);
  gk_json_add_str (app, "release", dash ? dash + 1 : NULL);
}

static bool
is_full (struct json_object *apps)
{
  return json_object_array_length (apps) >= MAX_APPS;
}

/* --- dpkg --------------------------------------------------------------------------- */

static const struct {
  const char *field, *key;
} deb_fields[] = {
  { "Package: ", "name" },          { "Architecture: ", "arch" },   { "Homepage: ", "url" },
  { "Source: ", "source_package" }, { "Description: ", "summary" },
};

static void
take_deb_field (struct json_object *app, const char *line, bool *installed)
{
  const char *value;

  for (size_t i = 0; i < sizeof deb_fields / sizeof deb_fields[0]; i++)
    if ((value = gk_after_prefix (line, deb_fields[i].field)) != NULL)
      gk_json_add_str (app, deb_fields[i].key, value);
  /* "Source: e2fsprogs (1.47.0-2)" when the versions are not the same. */
  if ((value = gk_after_prefix (line, "Source: ")) != NULL) {
    _cleanup_free_ char *name = strndup (value, strcspn (value, " "));
    gk_json_add_str (app, "source_package", name);
  }
  if ((value = gk_after_prefix (line, "Version: ")) != NULL)
    gk_apps_add_version (app, value);
  if ((value = gk_after_prefix (line, "Status: ")) != NULL)
    *installed = strstr (value, " installed") != NULL;
}

/* A paragraph that has a name, or nothing. */
static void
finish (struct json_object *apps, struct json_object *app, bool installed)
{
  if (app && installed && gk_json_str (app, "name"))
    json_object_array_add (apps, app);
  else
    json_object_put (app);
}

struct paragraph {
  struct json_object *app; /* or NULL */
  bool installed;
  bool in_description;
  struct gk_buf description;
};

static int
take_deb_line (struct paragraph *p, const char *line)
{
  if (*line == ' ' && p->in_description)
    return gk_buf_appendf (&p->description, "%s%s", p->description.size ? "\n" : "", line + 1);
  if (*line == ' ')
    return 0;
  if (p->app == NULL && (p->app = json_object_new_object ()) == NULL)
    return -1;
  p->in_description = gk_after_prefix (line, "Description: ") != NULL;
  take_deb_field (p->app, line, &p->installed);
  return 0;
}

static void
end_paragraph (struct json_object *apps, struct paragraph *p)
{
  if (p->app && p->description.size)
    gk_json_add_str (p->app, "description", p->description.data);
  finish (apps, p->app, p->installed);
  gk_buf_clear (&p->description);
  *p = (struct paragraph){ .description = GK_BUF_INIT };
}

int
gk_apps_deb (struct json_object *apps, struct gk_error *err)
{
  _cleanup_free_ char *text = gk_look_text ("/var/lib/dpkg/status", DATABASE_MAX);
  struct paragraph p = { .description = GK_BUF_INIT };
  int r = 0;

  for (char *line = text, *end; r == 0 && line && *line && !is_full (apps); line = end) {
    end = line + strcspn (line, "\n");
    if (*end)
      *end++ = '\0';
    if (*line)
      r = take_deb_line (&p, line);
    else
      end_paragraph (apps, &p);
  }
  end_paragraph (apps, &p);
  return r == 0 ? 0 : gk_error_oom (err);
}

/* --- apk ------------------------------------------------------------------------------ */

int
gk_apps_apk (struct json_object *apps, struct gk_error *err)
{
  static const struct {
    char field;
    const char *key;
  } fields[] = {
    { 'P', "name" }, { 'A', "arch" }, { 'U', "url" }, { 'T', "summary" }, { 'o', "source_package" }
  };
  _cleanup_free_ char *text = gk_look_text ("/lib/apk/db/installed", DATABASE_MAX);
  struct json_object *app = NULL;
  char *rest = text, *line;

  while ((line = gk_look_next (&rest)) != NULL && !is_full (apps)) {
    if (*line == '\0') {
      finish (apps, app, true);
      app = NULL;
      continue;
    }
    if (line[1] != ':')
      continue;
    if (app == NULL && (app = json_object_new_object ()) == NULL)
      return gk_error_oom (err);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
      if (fields[i].field == line[0])
        gk_json_add_str (app, fields[i].key, line + 2);
    if (line[0] == 'V')
      gk_apps_add_version (app, line + 2);
  }
  finish (apps, app, true);
  return 0;
}

/* --- pacman --------------------------------------------------------------------------- */

static struct json_object *
read_desc (const char *path)
{
  static const struct {
    const char *section, *key;
  } fields[] = { { "%NAME%", "name" },
                 { "%ARCH%", "arch" },
                 { "%URL%", "url" },
                 { "%DESC%", "summary" },
                 { "%BASE%", "source_package" } };
  _cleanup_free_ char *text = gk_look_text (path, GK_LOOK_TEXT_MAX);
  struct json_object *app = json_object_new_object ();
  char *rest = text, *line;

  while (app && (line = gk_look_next (&rest)) != NULL) {
    const char *value = *line == '%' ? gk_look_next (&rest) : NULL;
    if (value == NULL)
      continue;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
      if (gk_streq (line, fields[i].section))
        gk_json_add_str (app, fields[i].key, value);
    if (gk_streq (line, "%VERSION%"))
      gk_apps_add_version (app, value);
  }
  return app;
}

int
gk_apps_pacman (struct json_object *apps, struct gk_error *err)
{
  static const char local[] = "/var/lib/pacman/local";
  const struct dirent *entry;
  _cleanup_closedir_ DIR *dir = opendir (local);

  while (dir && (entry = readdir (dir)) != NULL && !is_full (apps)) {
    _cleanup_free_ char *path = gk_asprintf ("%s/%s/desc", local, entry->d_name);
    if (path == NULL)
      return gk_error_oom (err);
    if (entry->d_name[0] != '.' && gk_look_is_file (path))
      finish (apps, read_desc (path), true);
  }
  return 0;
}

/* --- portage: /var/db/pkg/CATEGORY/NAME-VERSION/ -------------------------------------- */

/* Where the version begins: a digit after the last dash that a digit follows,
 * not counting the revision ("-r1"). */
static char *
version_in (char *name)
{
  char *found = NULL;

  for (char *p = name; (p = strchr (p, '-')) != NULL; p++)
    if (p[1] >= '0' && p[1] <= '9')
      found = p;
  return found;
}

static void
add_ebuild (struct json_object *apps, const char *category_path, char *name)
{
  struct json_object *app = json_object_new_object ();
  _cleanup_free_ char *path = gk_asprintf ("%s/%s/DESCRIPTION", category_path, name);
  _cleanup_free_ char *summary = path ? gk_look_line (path) : NULL;
  char *version = version_in (name);

  if (app == NULL || version == NULL) {
    json_object_put (app);
    return;
  }
  *version++ = '\0';
  char *revision = strstr (version, "-r");
  if (revision)
    *revision++ = '\0';
  gk_json_add_str (app, "name", name);
  gk_json_add_str (app, "version", version);
  gk_json_add_str (app, "release", revision);
  gk_json_add_str (app, "summary", summary);
  finish (apps, app, true);
}

int
gk_apps_portage (struct json_object *apps, struct gk_error *err)
{
  static const char db[] = "/var/db/pkg";
  const struct dirent *category;
  _cleanup_closedir_ DIR *dir = opendir (db);

  while (dir && (category = readdir (dir)) != NULL) {
    _cleanup_free_ char *path = gk_asprintf ("%s/%s", db, category->d_name);
    struct dirent *entry;
    if (path == NULL)
      return gk_error_oom (err);
    _cleanup_closedir_ DIR *below = category->d_name[0] == '.' ? NULL : opendir (path);
    while (below && (entry = readdir (below)) != NULL && !is_full (apps))
      if (entry->d_name[0] != '.' && entry->d_name[0] != '-')
        add_ebuild (apps, path, entry->d_name);
  }
  return 0;
}
