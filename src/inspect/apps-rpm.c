/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: the packages that rpm has installed. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "inspect/apps.h"
#include "inspect/inspect-priv.h"
#include "inspect/read.h"
#include "inspect/rpm-db.h"

#define MAX_APPS 200000

static int
add_app (void *opaque, const void *blob, size_t size, struct gk_error *err)
{
  struct json_object *apps = opaque, *app = json_object_new_object ();

  if (app == NULL)
    return gk_error_oom (err);
  if (gk_rpm_header (blob, size, app, err) == -1) {
    json_object_put (app);
    return gk_error_wrap (err, "package %zu", json_object_array_length (apps) + 1);
  }
  json_object_array_add (apps, app);
  if (json_object_array_length (apps) > MAX_APPS)
    return gk_error_set (err, 0, "it has too many packages");
  return 0;
}

int
gk_apps_rpm (struct json_object *apps, struct gk_error *err)
{
  /* The first is a link to the second in systems that moved.  The last is that
   * of systems that are deployed as a whole. */
  static const char *const folders[] = { "/var/lib/rpm", "/usr/lib/sysimage/rpm",
                                         "/usr/share/rpm" };
  /* A system that was upgraded may have older ones, too. */
  static const struct {
    const char *name;
    gk_rpm_db_fn *read;
  } kinds[] = {
    { "rpmdb.sqlite", gk_rpm_sqlite },
    { "Packages.db", gk_rpm_ndb },
    { "Packages", gk_rpm_bdb },
  };

  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
      _cleanup_free_ char *path = gk_asprintf ("%s/%s", folders[i], kinds[k].name);
      if (path == NULL)
        return gk_error_oom (err);
      if (!gk_look_is_file (path))
        continue;
      if (kinds[k].read (path, add_app, apps, err) == -1)
        return gk_error_wrap (err, "%s: rpm's database cannot be read", path);
      return 0;
    }
  return 0;
}
