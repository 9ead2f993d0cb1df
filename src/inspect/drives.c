/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The drive letters of a Windows system, with the session's names for them. */
#include "base/error.h"
#include "inspect/inspect-priv.h"

static const char *
device_of (const struct gk_inspect_names *names, struct json_object *drive)
{
  const char *guid = gk_json_str (drive, "guid");
  struct json_object *disk_id, *start;

  if (guid)
    return gk_inspect_names_by_guid (names, guid);
  if (!json_object_object_get_ex (drive, "disk_id", &disk_id) ||
      !json_object_object_get_ex (drive, "start", &start))
    return NULL;
  return gk_inspect_names_by_place (names, (uint32_t)json_object_get_int64 (disk_id),
                                    json_object_get_uint64 (start));
}

int
gk_inspect_drives (const struct gk_inspect_names *names, struct json_object *finding,
                   struct gk_error *err)
{
  struct json_object *windows, *drives, *mappings;

  if (!json_object_object_get_ex (finding, "windows", &windows) ||
      !json_object_object_get_ex (windows, "drives", &drives) ||
      !json_object_is_type (drives, json_type_object))
    return 0;
  mappings = json_object_new_object ();
  if (mappings == NULL)
    return gk_error_oom (err);
  json_object_object_foreach (drives, letter, drive)
      gk_json_add_str (mappings, letter, device_of (names, drive));
  json_object_object_add (finding, "drive_mappings", mappings);
  return 0;
}
