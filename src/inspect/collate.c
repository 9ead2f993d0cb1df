/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What belongs to one system is put together: a /usr on a filesystem of its own
 * knows more of the system than its root, a BSD root may be seen twice, and
 * snapshots of a system are no systems. */
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "inspect/inspect-priv.h"

static bool
has (struct json_object *finding, const char *key, const char *value)
{
  const char *v = gk_json_str (finding, key);
  return v && gk_streq (v, value);
}

static struct json_object *
at (struct json_object *found, size_t i)
{
  return json_object_array_get_idx (found, i);
}

/* What root does not know itself. */
static void
merge (struct json_object *root, struct json_object *usr)
{
  static const char *const keys[] = { "distro",          "product_name",
                                      "product_variant", "major",
                                      "minor",           "arch",
                                      "package_format",  "package_management" };

  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    struct json_object *v;
    if (!json_object_object_get_ex (root, keys[i], NULL) &&
        json_object_object_get_ex (usr, keys[i], &v))
      json_object_object_add (root, keys[i], json_object_get (v));
  }
}

/* The root of a Container Linux has no fstab to say it. */
static void
mount_as_usr (struct json_object *root, struct json_object *usr)
{
  struct json_object *points, *filesystems;
  const char *mountable = gk_json_str (usr, "mountable");

  if (mountable == NULL || !json_object_object_get_ex (root, "mountpoints", &points) ||
      json_object_object_get_ex (points, "/usr", NULL) ||
      !json_object_object_get_ex (root, "filesystems", &filesystems))
    return;
  gk_json_add_str (points, "/usr", mountable);
  json_object_array_add (filesystems, json_object_new_string (mountable));
}

static bool
mounts_as_usr (struct json_object *root, struct json_object *usr)
{
  struct json_object *points;
  const char *mountable = gk_json_str (usr, "mountable");

  if (has (root, "distro", "coreos")) /* has no fstab */
    return has (usr, "distro", "coreos");
  return mountable && json_object_object_get_ex (root, "mountpoints", &points) &&
         has (points, "/usr", mountable);
}

static bool
is_bsd (struct json_object *finding)
{
  return has (finding, "type", "freebsd") || has (finding, "type", "netbsd") ||
         has (finding, "type", "openbsd");
}

static bool
is_btrfs_volume_of (const char *mountable, const char *other)
{
  const char *a = gk_after_prefix (mountable, "btrfsvol:"),
             *b = gk_after_prefix (other, "btrfsvol:");

  if (a == NULL && b == NULL)
    return false;
  a = a ? a : mountable;
  b = b ? b : other;
  size_t n = strcspn (a + strlen ("/dev/"), "/"), m = strcspn (b + strlen ("/dev/"), "/");
  return n == m && strncmp (a, b, n + strlen ("/dev/")) == 0;
}

/* Its own fstab says that another of the roots is the one that boots. */
static bool
is_shadow (struct json_object *finding, struct json_object *found)
{
  const char *mountable = gk_json_str (finding, "mountable"),
             *meant = gk_json_str (finding, "fstab_root");

  if (mountable == NULL || meant == NULL || gk_streq (mountable, meant) ||
      !(is_bsd (finding) || is_btrfs_volume_of (mountable, meant)))
    return false;
  for (size_t i = 0; i < json_object_array_length (found); i++)
    if (has (at (found, i), "mountable", meant) && has (at (found, i), "role", "root"))
      return true;
  return false;
}

int
gk_inspect_collate (struct json_object *found, struct gk_error *err)
{
  size_t n = json_object_array_length (found);

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; has (at (found, i), "role", "root") && j < n; j++)
      if (has (at (found, j), "role", "usr") && mounts_as_usr (at (found, i), at (found, j))) {
        merge (at (found, i), at (found, j));
        mount_as_usr (at (found, i), at (found, j));
      }
  /* A shadow stays a root until all were asked: two may mean each other. */
  for (size_t i = n; i-- > 0;)
    if (has (at (found, i), "role", "root") && is_shadow (at (found, i), found)) {
      gk_json_add_str (at (found, i), "snapshot_of", gk_json_str (at (found, i), "fstab_root"));
      gk_json_add_str (at (found, i), "role", "snapshot");
    }
  return 0;
}
