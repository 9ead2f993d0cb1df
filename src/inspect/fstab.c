/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: what the system mounts, in its own words, and what its RAIDs are
 * called.  The worker finds out which of the session's devices are meant. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/read.h"

/* Nobody mounts more; a hostile file shall not fill the worker's memory. */
#define MAX_ENTRIES 1000
#define UNITS "/etc/systemd/system"
#define MAX_UNITS 10000
#define UNIT_MAX (64u << 10)

/* The next word of a line, with fstab's octal escapes taken out in place. */
static char *
next_word (char **line)
{
  char *word = *line + strspn (*line, " \t"), *to = word, *from = word;

  if (*word == '\0')
    return NULL;
  while (*from && *from != ' ' && *from != '\t') {
    unsigned char c = (unsigned char)*from++;
    if (c == '\\' && from[0] >= '0' && from[0] <= '3' && from[1] >= '0' && from[1] <= '7' &&
        from[2] >= '0' && from[2] <= '7') {
      c = (unsigned char)((from[0] - '0') << 6 | (from[1] - '0') << 3 | (from[2] - '0'));
      from += 3;
    }
    *to++ = (char)c;
  }
  *line = *from ? from + 1 : from;
  *to = '\0';
  return word;
}

static void
add_entry (struct json_object *entries, char *line)
{
  const char *spec = next_word (&line), *file = next_word (&line), *type = next_word (&line),
             *options = next_word (&line);
  struct json_object *entry;

  if (spec == NULL || file == NULL || (entry = json_object_new_object ()) == NULL)
    return;
  gk_json_add_str (entry, "spec", spec);
  gk_json_add_str (entry, "file", file);
  gk_json_add_str (entry, "type", type);
  gk_json_add_str (entry, "options", options);
  json_object_array_add (entries, entry);
}

static bool
has_file (struct json_object *entries, const char *file)
{
  for (size_t i = 0; i < json_object_array_length (entries); i++) {
    const char *v = gk_json_str (json_object_array_get_idx (entries, i), "file");
    if (v && gk_streq (v, file))
      return true;
  }
  return false;
}

/* systemd.mount(5): what the administrator wrote instead of a line of fstab.
 * Masked ones are links to a device and no files. */
static void
add_mount_unit (struct json_object *entries, const char *path)
{
  static const struct {
    const char *setting, *key;
  } settings[] = {
    { "What", "spec" }, { "Where", "file" }, { "Type", "type" }, { "Options", "options" }
  };
  _cleanup_free_ char *text = gk_look_text (path, UNIT_MAX);
  _cleanup_json_ struct json_object *entry = json_object_new_object ();
  char *rest = text, *line, *value;

  while (entry && (line = gk_look_next (&rest)) != NULL)
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
      if ((value = gk_look_value (line, settings[i].setting)) != NULL)
        gk_json_add_str (entry, settings[i].key, value);
  const char *file = gk_json_str (entry, "file");
  if (file && gk_json_str (entry, "spec") && !has_file (entries, file))
    json_object_array_add (entries, gk_steal_ptr (entry));
}

static void
look_mount_units (struct json_object *entries)
{
  _cleanup_closedir_ DIR *dir = opendir (UNITS);
  const struct dirent *d;

  for (int i = 0; dir && i < MAX_UNITS && (d = readdir (dir)) != NULL; i++) {
    size_t n = strlen (d->d_name);
    if (n <= strlen (".mount") || !gk_streq (d->d_name + n - strlen (".mount"), ".mount") ||
        json_object_array_length (entries) >= MAX_ENTRIES)
      continue;
    _cleanup_free_ char *path = gk_asprintf (UNITS "/%s", d->d_name);
    if (path)
      add_mount_unit (entries, path);
  }
}

/* "ARRAY /dev/md0 level=raid1 UUID=..." */
static void
add_array (struct json_object *md, char *line)
{
  const char *keyword = next_word (&line), *device, *word;

  if (keyword == NULL || !gk_streq (keyword, "ARRAY") || (device = next_word (&line)) == NULL)
    return;
  while ((word = next_word (&line)) != NULL) {
    const char *uuid = gk_after_prefix (word, "UUID=");
    if (uuid == NULL)
      uuid = gk_after_prefix (word, "uuid=");
    if (uuid)
      gk_json_add_str (md, device, uuid);
  }
}

static void
look_mdadm_conf (struct json_object *report, const char *path)
{
  _cleanup_free_ char *text = gk_look_text (path, GK_LOOK_TEXT_MAX);
  struct json_object *md = json_object_new_object ();
  char *rest = text, *line;

  for (int i = 0; i < MAX_ENTRIES && (line = gk_look_next (&rest)) != NULL; i++)
    add_array (md, line);
  if (md && json_object_object_length (md) > 0)
    json_object_object_add (report, "md", md);
  else
    json_object_put (md);
}

/* "name device keyfile options": crypttab(5). */
static void
look_crypttab (struct json_object *report)
{
  _cleanup_free_ char *text = gk_look_text ("/etc/crypttab", GK_LOOK_TEXT_MAX);
  struct json_object *crypttab = json_object_new_object ();
  char *rest = text, *line;

  for (int i = 0; crypttab && i < MAX_ENTRIES && (line = gk_look_next (&rest)) != NULL; i++) {
    const char *name = *line == '#' ? NULL : next_word (&line);
    const char *spec = name ? next_word (&line) : NULL;
    if (spec)
      gk_json_add_str (crypttab, name, spec);
  }
  if (crypttab && json_object_object_length (crypttab) > 0)
    json_object_object_add (report, "crypttab", crypttab);
  else
    json_object_put (crypttab);
}

void
gk_look_fstab (struct json_object *report)
{
  _cleanup_free_ char *text = gk_look_text ("/etc/fstab", GK_LOOK_TEXT_MAX);
  struct json_object *entries = json_object_new_array ();
  char *rest = text, *line;

  if (entries == NULL)
    return;
  while (json_object_array_length (entries) < MAX_ENTRIES && (line = gk_look_next (&rest)) != NULL)
    if (*line && *line != '#')
      add_entry (entries, line);
  look_mount_units (entries);
  json_object_object_add (report, "fstab", entries);
  look_crypttab (report);
  look_mdadm_conf (report, "/etc/mdadm.conf");
  look_mdadm_conf (report, "/etc/mdadm/mdadm.conf");
}
