/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a system mounts, with the session's names for it. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "inspect/inspect-priv.h"

static bool
is_or_below (const char *path, const char *folder)
{
  const char *rest = gk_after_prefix (path, folder);
  return rest && (*rest == '\0' || *rest == '/');
}

/* Not of the system's tree: the kernel's own, and what is plugged in and out. */
static bool
is_ignored (const char *spec, const char *file)
{
  static const char *const folders[] = { "/dev", "/media", "/proc", "/selinux", "/sys" };

  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
    if (is_or_below (file, folders[i]))
      return true;
  return gk_after_prefix (spec, "/dev/fd") || gk_after_prefix (spec, "/dev/cd") ||
         gk_after_prefix (spec, "/dev/floppy") || gk_after_prefix (spec, "/dev/iso9660/") ||
         gk_after_prefix (spec, "/dev/sr") || gk_after_prefix (spec, "/dev/scd");
}

/* The value of subvol= in mount options, without slashes around it; NULL: none. */
static char *
subvol_of (const char *options)
{
  for (; options && *options; options += strspn (options, ",")) {
    size_t n = strcspn (options, ",");
    const char *value = gk_after_prefix (options, "subvol=");
    if (value) {
      n -= strlen ("subvol=");
      while (n > 0 && *value == '/')
        value++, n--;
      while (n > 0 && value[n - 1] == '/')
        n--;
      return n > 0 ? strndup (value, n) : NULL;
    }
    options += n;
  }
  return NULL;
}

static char *
mountable_of (const struct gk_inspect_names *names, struct json_object *finding,
              struct json_object *entry)
{
  const char *type = gk_json_str (entry, "type");
  char *device = gk_inspect_names_find (names, finding, gk_json_str (entry, "spec"));

  if (device == NULL || type == NULL || !gk_streq (type, "btrfs"))
    return device;
  _cleanup_free_ char *subvol = subvol_of (gk_json_str (entry, "options"));
  if (subvol == NULL)
    return device;
  char *mountable = gk_asprintf ("btrfsvol:%s/%s", device, subvol);
  free (device);
  return mountable;
}

static void
add_once (struct json_object *list, const char *s)
{
  for (size_t i = 0; i < json_object_array_length (list); i++)
    if (gk_streq (json_object_get_string (json_object_array_get_idx (list, i)), s))
      return;
  json_object_array_add (list, json_object_new_string (s));
}

static void
add_entry (const struct gk_inspect_names *names, struct json_object *finding,
           struct json_object *entry, struct json_object *points, struct json_object *filesystems)
{
  const char *spec = gk_json_str (entry, "spec"), *file = gk_json_str (entry, "file");

  if (spec == NULL || file == NULL || is_ignored (spec, file))
    return;
  _cleanup_free_ char *mountable = mountable_of (names, finding, entry);
  if (gk_streq (file, "/")) {
    /* The filesystem that this very fstab was read from is the root, whatever
     * name it goes by there.  (Which one was meant tells snapshots apart.) */
    gk_json_add_str (finding, "fstab_root", mountable);
    return;
  }
  if (mountable == NULL)
    return;
  if (*file == '/')
    gk_json_add_str (points, file, mountable);
  add_once (filesystems, mountable);
}

int
gk_inspect_mountpoints (const struct gk_inspect_names *names, struct json_object *finding,
                        struct gk_error *err)
{
  const char *mountable = gk_json_str (finding, "mountable");
  struct json_object *points = json_object_new_object ();
  struct json_object *filesystems = json_object_new_array (), *fstab;

  if (points == NULL || filesystems == NULL) {
    json_object_put (points);
    json_object_put (filesystems);
    return gk_error_oom (err);
  }
  gk_json_add_str (points, "/", mountable);
  add_once (filesystems, mountable);
  if (json_object_object_get_ex (finding, "fstab", &fstab) &&
      json_object_is_type (fstab, json_type_array))
    for (size_t i = 0; i < json_object_array_length (fstab); i++)
      add_entry (names, finding, json_object_array_get_idx (fstab, i), points, filesystems);
  json_object_object_add (finding, "mountpoints", points);
  json_object_object_add (finding, "filesystems", filesystems);
  return gk_inspect_drives (names, finding, err);
}
