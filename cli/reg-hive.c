/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From the name of a key to a hive of the guest and a node in it. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/reg.h"

#define LM "HKEY_LOCAL_MACHINE"
#define USERS "HKEY_USERS"
#define PROFILES LM "\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\"

/* Names that stand for others.  The longer ones come first. */
static const struct {
  const char *name, *is;
} aliases[] = {
  { "HKEY_CLASSES_ROOT", LM "\\SOFTWARE\\Classes" },
  { "HKCR", LM "\\SOFTWARE\\Classes" },
  { "HKLM", LM },
  { "HKU", USERS },
};

/* Where hives are: %s is the folder of Windows. */
static const struct hive_place {
  const char *name, *path;
} places[] = {
  { LM "\\SAM", "%s/System32/config/SAM" },
  { LM "\\SECURITY", "%s/System32/config/SECURITY" },
  { LM "\\SOFTWARE", "%s/System32/config/SOFTWARE" },
  { LM "\\SYSTEM", "%s/System32/config/SYSTEM" },
  { LM "\\BCD00000000", "/Boot/BCD" },
  { USERS "\\.DEFAULT", "%s/System32/config/DEFAULT" },
  { USERS "\\S-1-5-18", "%s/System32/config/DEFAULT" },
  { USERS "\\S-1-5-19", "%s/ServiceProfiles/LocalService/NTUSER.DAT" },
  { USERS "\\S-1-5-20", "%s/ServiceProfiles/NetworkService/NTUSER.DAT" },
};

/* The rest behind a name and its backslash, or at its end; else NULL. */
static const char *
behind (const char *key, const char *name)
{
  size_t n = strlen (name);

  if (strncasecmp (key, name, n) != 0 || (key[n] != '\\' && key[n] != '\0'))
    return NULL;
  return key[n] ? key + n + 1 : key + n;
}

int
reg_find_system (struct reg_hive *h)
{
  _cleanup_strv_ char **roots = guestfs_inspect_get_roots (h->g);

  for (size_t i = 0; roots && roots[i]; i++) {
    _cleanup_free_ char *type = guestfs_inspect_get_type (h->g, roots[i]);
    if (type && gk_streq (type, "windows")) {
      h->root = gk_steal_ptr (roots[i]);
      return 0;
    }
  }
  cli_error ("no Windows was found in the image");
  return -1;
}

/* --- paths --------------------------------------------------------------------------------- */

/* The path as the guest spells it, when there is a file.  Malloced, or NULL. */
static char *
existing (guestfs_h *g, const char *path)
{
  _cleanup_free_ char *real = guestfs_case_sensitive_path (g, path);

  if (real == NULL ||
      guestfs_is_file_opts (g, real, GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS, 1, -1) != 1)
    return NULL;
  return gk_steal_ptr (real);
}

static char *
path_of_place (struct reg_hive *h, const struct hive_place *place)
{
  _cleanup_free_ char *windows = guestfs_inspect_get_windows_systemroot (h->g, h->root);
  const char *rest = gk_after_prefix (place->path, "%s");
  _cleanup_free_ char *path = rest == NULL ? strdup (place->path)
                              : windows    ? gk_asprintf ("%s%s", windows, rest)
                                           : NULL;

  return path ? existing (h->g, path) : NULL;
}

static char *
hive_of_user (guestfs_h *g, const char *folder)
{
  static const char *const homes[] = { "/Users", "/Documents and Settings" };

  for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
    _cleanup_free_ char *path = gk_asprintf ("%s/%s/NTUSER.DAT", homes[i], folder);
    char *real = path ? existing (g, path) : NULL;
    if (real)
      return real;
  }
  return NULL;
}

/* ProfileImagePath of the user's number: "C:\Users\Ann". */
static char *
folder_of_sid (struct reg_hive *h, const char *sid)
{
  struct reg_hive look = { .g = h->g, .root = h->root };
  _cleanup_free_ char *key = gk_asprintf (PROFILES "%s", sid), *rest = NULL, *text = NULL;
  int64_t node = 0, value = 0;
  size_t size;

  /* A session has one hive open. */
  if (key == NULL || reg_close_hive (h) == -1 || reg_open_hive (&look, key, &rest) == -1)
    return NULL;
  if (reg_find_node (&look, rest, 0, &node) == 0 && node > 0)
    value = guestfs_hivex_node_get_value (h->g, node, "ProfileImagePath");
  if (value > 0) {
    _cleanup_free_ char *data = guestfs_hivex_value_value (h->g, value, &size);
    text = data ? reg_string (data, size) : NULL;
  }
  reg_close_hive (&look);
  const char *last = text ? strrchr (text, '\\') : NULL;
  return last && last[1] ? strdup (last + 1) : NULL;
}

static char *
path_of_user (struct reg_hive *h, const char *user)
{
  if (strchr (user, '/') || gk_streq (user, ".") || gk_streq (user, ".."))
    return NULL;
  char *path = hive_of_user (h->g, user);
  if (path || strncasecmp (user, "S-1-5-", 6) != 0)
    return path;
  _cleanup_free_ char *folder = folder_of_sid (h, user);
  return folder && strchr (folder, '/') == NULL ? hive_of_user (h->g, folder) : NULL;
}

/* --- names --------------------------------------------------------------------------------- */

/* The key without its aliases.  Malloced. */
static char *
canonical (struct reg_hive *h, const char *key)
{
  _cleanup_free_ char *full = NULL;
  const char *rest = NULL;

  for (size_t i = 0; i < sizeof aliases / sizeof aliases[0] && full == NULL; i++)
    if ((rest = behind (key, aliases[i].name)) != NULL)
      full = gk_asprintf ("%s%s%s", aliases[i].is, *rest ? "\\" : "", rest);
  if (full == NULL)
    full = strdup (key);
  rest = full ? behind (full, LM "\\SYSTEM\\CurrentControlSet") : NULL;
  if (rest == NULL)
    return gk_steal_ptr (full);
  _cleanup_free_ char *set = guestfs_inspect_get_windows_current_control_set (h->g, h->root);
  return set ? gk_asprintf (LM "\\SYSTEM\\%s%s%s", set, *rest ? "\\" : "", rest) : NULL;
}

/* The hive's file, name and the rest of a canonical key. */
static int
locate (struct reg_hive *h, const char *key, char **ret_path, char **ret_name, char **ret_rest)
{
  const char *rest = NULL;

  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    if ((rest = behind (key, places[i].name)) != NULL) {
      *ret_path = path_of_place (h, &places[i]);
      break;
    }
  const char *user = rest ? NULL : behind (key, USERS);
  if (user && *user) {
    _cleanup_free_ char *name = strndup (user, strcspn (user, "\\"));
    rest = user + strcspn (user, "\\");
    rest += *rest == '\\';
    *ret_path = name ? path_of_user (h, name) : NULL;
  }
  if (*ret_path == NULL) {
    _cleanup_free_ char *shown = gk_escape (key, strlen (key), 4096);
    cli_error ("%s: the guest has no hive with this key", shown ? shown : "");
    return -1;
  }
  size_t n = (size_t)(rest - key);
  *ret_name = strndup (key, n > 0 && key[n - 1] == '\\' ? n - 1 : n);
  *ret_rest = strdup (rest);
  return *ret_name && *ret_rest ? 0 : (cli_error ("out of memory"), -1);
}

/* --- opening ------------------------------------------------------------------------------- */

/* Two numbers in the head differ when Windows was not shut down: what is missing
 * is in a log, which hivex does not read, and Windows would put it over what is
 * written now. */
static int
check_clean (struct reg_hive *h, const char *path)
{
  uint32_t numbers[2];
  size_t size = 0;
  _cleanup_free_ char *head = guestfs_pread (h->g, path, 8, 4, &size);

  if (head == NULL || size != sizeof numbers)
    return 0; /* hivex says what is wrong with it */
  memcpy (numbers, head, sizeof numbers);
  if (numbers[0] == numbers[1])
    return 0;
  cli_error ("%s: Windows has not finished writing this hive; %s", path,
             h->write ? "start Windows and shut it down, then try again"
                      : "what is shown may not be all");
  return h->write ? -1 : 0;
}

int
reg_open_hive (struct reg_hive *h, const char *key, char **ret_rest)
{
  _cleanup_free_ char *full = canonical (h, key), *path = NULL, *name = NULL, *rest = NULL;

  if (full == NULL) {
    cli_error ("%s: %s", key, guestfs_last_error (h->g));
    return -1;
  }
  if (locate (h, full, &path, &name, &rest) == -1)
    return -1;
  if (h->path == NULL || !gk_streq (h->path, path)) {
    if (reg_close_hive (h) == -1 || check_clean (h, path) == -1)
      return -1;
    if (guestfs_hivex_open (h->g, path, GUESTFS_HIVEX_OPEN_WRITE, h->write, -1) == -1)
      return cli_guestfs_error (h->g), -1;
    h->path = gk_steal_ptr (path);
  }
  free (h->name);
  h->name = gk_steal_ptr (name);
  *ret_rest = gk_steal_ptr (rest);
  return 0;
}

int
reg_close_hive (struct reg_hive *h)
{
  int r = 0;

  if (h->path &&
      ((h->dirty && guestfs_hivex_commit (h->g, NULL) == -1) || guestfs_hivex_close (h->g) == -1))
    r = (cli_error ("%s: %s", h->path, guestfs_last_error (h->g)), -1);
  free (gk_steal_ptr (h->path));
  free (gk_steal_ptr (h->name));
  h->dirty = 0;
  return r;
}

int
reg_find_node (struct reg_hive *h, const char *rest, int make, int64_t *ret_node)
{
  int64_t node = guestfs_hivex_root (h->g);

  while (node > 0 && *rest) {
    size_t n = strcspn (rest, "\\");
    _cleanup_free_ char *name = strndup (rest, n);
    if (name == NULL)
      return cli_error ("out of memory"), -1;
    int64_t child = guestfs_hivex_node_get_child (h->g, node, name);
    if (child == 0 && make) {
      child = guestfs_hivex_node_add_child (h->g, node, name);
      h->dirty = 1;
    }
    node = child;
    rest += n + (rest[n] == '\\');
  }
  if (node == -1)
    return cli_guestfs_error (h->g), -1;
  *ret_node = node;
  return 0;
}

/* --- all of them --------------------------------------------------------------------------- */

static int
list_users (struct reg_hive *h, const char *home, struct gk_strv *names)
{
  _cleanup_strv_ char **users = NULL;

  if (guestfs_is_dir_opts (h->g, home, GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS, 1, -1) != 1 ||
      (users = guestfs_ls (h->g, home)) == NULL)
    return 0;
  for (size_t i = 0; users[i]; i++) {
    _cleanup_free_ char *path = gk_asprintf ("%s/%s/NTUSER.DAT", home, users[i]);
    _cleanup_free_ char *real = path ? existing (h->g, path) : NULL;
    if (real && gk_strv_pushf (names, USERS "\\%s", users[i]) == -1)
      return -1;
  }
  return 0;
}

int
reg_list_hives (struct reg_hive *h, struct gk_strv *names)
{
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    _cleanup_free_ char *path = path_of_place (h, &places[i]);
    if (path && gk_strv_push (names, places[i].name) == -1)
      return cli_error ("out of memory"), -1;
  }
  if (list_users (h, "/Users", names) == -1 ||
      list_users (h, "/Documents and Settings", names) == -1)
    return cli_error ("out of memory"), -1;
  return 0;
}
