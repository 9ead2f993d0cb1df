/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: a Windows system.  Its registry tells nearly all.
 *
 * What the keys mean is from Microsoft's documentation of the registry; the
 * form of MountedDevices (12 bytes: the disk's MBR id and the byte at which the
 * partition begins; 24 bytes: "DMIO:ID:" and the partition's GUID) is not
 * documented there, but the same since Windows 2000 and Vista. */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "inspect/hive.h"
#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/read.h"

#define CURRENT_VERSION "Microsoft\\Windows NT\\CurrentVersion"

/* The directory below root by a name with any capitals; NULL if it is none. */
static char *
below (const char *root, const char *name, bool (*is) (const char *path))
{
  _cleanup_free_ char *path = gk_asprintf ("%s/%s", root, name);
  _cleanup_free_ char *spelled = path ? gk_look_nocase (path) : NULL;

  return spelled && is (spelled) ? gk_steal_ptr (spelled) : NULL;
}

static bool
is_systemroot (const char *path)
{
  _cleanup_free_ char *config = below (path, "system32/config", gk_look_is_dir);
  _cleanup_free_ char *cmd = below (path, "system32/cmd.exe", gk_look_is_file);

  return config && cmd;
}

/* Systems before Vista say in boot.ini where they are, in case it is unusual:
 * multi(0)disk(0)rdisk(0)partition(1)\NAME="..." */
static char *
systemroot_of_boot_ini (void)
{
  _cleanup_free_ char *path = gk_look_nocase ("/boot.ini");
  _cleanup_free_ char *text = path ? gk_look_text (path, GK_LOOK_TEXT_MAX) : NULL;
  char *rest = text, *line;

  while ((line = gk_look_next (&rest)) != NULL) {
    char *name = strstr (line, ")\\");
    if (name == NULL || gk_after_prefix (line, "multi(") == NULL)
      continue;
    name += 2;
    name[strcspn (name, "=")] = '\0';
    for (char *p = name; *p; p++)
      if (*p == '\\')
        *p = '/';
    char *root = below ("", name, gk_look_is_dir);
    if (root && is_systemroot (root))
      return root;
    free (root);
  }
  return NULL;
}

static char *
find_systemroot (void)
{
  static const char *const usual[] = { "windows", "winnt", "win32", "win", "reactos" };

  for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
    char *path = below ("", usual[i], gk_look_is_dir);
    if (path && is_systemroot (path))
      return path;
    free (path);
  }
  return systemroot_of_boot_ini ();
}

bool
gk_look_is_windows (void)
{
  _cleanup_free_ char *root = find_systemroot ();
  return root != NULL;
}

/* --- SOFTWARE ----------------------------------------------------------------------- */

static void
look_version (struct json_object *report, hive_h *h, hive_node_h node)
{
  _cleanup_free_ char *text = gk_hive_string (h, node, "CurrentVersion");
  int32_t major, minor;

  /* CurrentVersion has said 6.3 ever since Windows 8.1. */
  if (gk_hive_dword (h, node, "CurrentMajorVersionNumber", &major) &&
      gk_hive_dword (h, node, "CurrentMinorVersionNumber", &minor)) {
    json_object_object_add (report, "major", json_object_new_int (major));
    json_object_object_add (report, "minor", json_object_new_int (minor));
  } else if (text)
    gk_look_version (report, text);
}

static void
add_string (struct json_object *to, const char *name, hive_h *h, hive_node_h node, const char *key)
{
  _cleanup_free_ char *value = gk_hive_string (h, node, key);
  gk_json_add_str (to, name, value);
}

/* A policy that came from a domain: its link is of a site, a domain or an
 * organizational unit, which are 2 and above; 1 is the machine itself. */
static bool
has_group_policy (hive_h *h)
{
  hive_node_h history =
      gk_hive_node (h, "Microsoft\\Windows\\CurrentVersion\\Group Policy\\History");
  hive_node_h *extensions = history ? hivex_node_children (h, history) : NULL;
  bool found = false;

  for (hive_node_h *e = extensions; e && *e && !found; e++) {
    hive_node_h *policies = hivex_node_children (h, *e);
    for (hive_node_h *p = policies; p && *p && !found; p++) {
      int32_t link;
      found = gk_hive_dword (h, *p, "GPOLink", &link) && link > 1;
    }
    free (policies);
  }
  free (extensions);
  return found;
}

static void
look_software (struct json_object *report, struct json_object *windows, const char *path)
{
  _cleanup_hive_ hive_h *h = gk_hive_open (path);
  hive_node_h node = h ? gk_hive_node (h, CURRENT_VERSION) : 0;

  if (node == 0)
    return;
  add_string (report, "product_name", h, node, "ProductName");
  add_string (report, "product_variant", h, node, "InstallationType");
  add_string (report, "build_id", h, node, "CurrentBuild");
  look_version (report, h, node);
  json_object_object_add (windows, "group_policy", json_object_new_boolean (has_group_policy (h)));
}

/* --- SYSTEM --------------------------------------------------------------------------- */

static struct json_object *
drive_of (const unsigned char *blob, size_t len)
{
  struct json_object *drive = json_object_new_object ();
  uint32_t id;
  uint64_t start;
  char guid[37];

  if (len == 12) {
    memcpy (&id, blob, 4);
    memcpy (&start, blob + 4, 8);
    json_object_object_add (drive, "disk_id", json_object_new_int64 (le32toh (id)));
    json_object_object_add (drive, "start", json_object_new_uint64 (le64toh (start)));
  } else if (len == 24 && memcmp (blob, "DMIO:ID:", 8) == 0) {
    const unsigned char *g = blob + 8;
    snprintf (guid, sizeof guid,
              "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", g[3], g[2],
              g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14],
              g[15]);
    gk_json_add_str (drive, "guid", guid);
  } else {
    json_object_put (drive);
    return NULL;
  }
  return drive;
}

static void
look_drives (struct json_object *windows, hive_h *h)
{
  hive_node_h node = gk_hive_node (h, "MountedDevices");
  hive_value_h *values = node ? hivex_node_values (h, node) : NULL;
  struct json_object *drives = json_object_new_object ();

  for (hive_value_h *v = values; v && *v && drives; v++) {
    _cleanup_free_ char *key = hivex_value_key (h, *v), *blob = NULL;
    const char *letter = key ? gk_after_prefix (key, "\\DosDevices\\") : NULL;
    hive_type type;
    size_t len;
    if (letter == NULL || strlen (letter) != 2 || letter[1] != ':' ||
        (blob = hivex_value_value (h, *v, &type, &len)) == NULL)
      continue;
    struct json_object *drive = drive_of ((unsigned char *)blob, len);
    if (drive)
      json_object_object_add (drives, (char[]){ letter[0], '\0' }, drive);
  }
  free (values);
  if (drives)
    json_object_object_add (windows, "drives", drives);
}

static void
look_system (struct json_object *report, struct json_object *windows, const char *path)
{
  _cleanup_hive_ hive_h *h = gk_hive_open (path);
  char control_set[32], parameters[96];
  int32_t current;

  if (h == NULL)
    return;
  look_drives (windows, h);
  if (!gk_hive_dword (h, gk_hive_node (h, "Select"), "Current", &current) || current < 0 ||
      current > 999)
    return;
  snprintf (control_set, sizeof control_set, "ControlSet%03d", (int)current);
  gk_json_add_str (windows, "current_control_set", control_set);
  snprintf (parameters, sizeof parameters, "%s\\Services\\Tcpip\\Parameters", control_set);
  hive_node_h node = gk_hive_node (h, parameters);
  add_string (report, "hostname", h, node, "NV Hostname");
  add_string (report, "hostname", h, node, "Hostname");
}

void
gk_look_windows (struct json_object *report)
{
  struct json_object *windows = json_object_new_object ();
  _cleanup_free_ char *root = find_systemroot ();
  _cleanup_free_ char *software =
      root ? below (root, "system32/config/software", gk_look_is_file) : NULL;
  _cleanup_free_ char *system =
      root ? below (root, "system32/config/system", gk_look_is_file) : NULL;
  _cleanup_free_ char *cmd = root ? below (root, "system32/cmd.exe", gk_look_is_file) : NULL;

  if (windows == NULL || root == NULL) {
    json_object_put (windows);
    return;
  }
  gk_json_add_str (report, "type", "windows");
  gk_json_add_str (report, "distro", "windows");
  gk_json_add_str (windows, "systemroot", root);
  gk_json_add_str (windows, "software_hive", software);
  gk_json_add_str (windows, "system_hive", system);
  if (cmd)
    gk_json_add_str (report, "arch", gk_look_file_arch (cmd));
  if (software)
    look_software (report, windows, software);
  if (system)
    look_system (report, windows, system);
  json_object_object_add (report, "windows", windows);
}
