/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Mounting for a command: what -m says, or what the guest's fstab says.
 *
 * The guest's root is the file system that has /etc/fstab or an os-release
 * file, and folders that a root has.  A file system that stands alone in its
 * image is mounted as it is, whatever is on it.
 */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"

#define BTRFSVOL "btrfsvol:"

/* --- -m DEV[:DIR[:OPTIONS[:TYPE]]] ---------------------------------------------- */

static int
mount_one (guestfs_h *g, const char *device, const char *dir, const char *options, const char *type,
           bool ro)
{
  _cleanup_free_ char *all =
      gk_asprintf ("%s%s%s", ro ? "ro" : "", ro && *options ? "," : "", options);

  if (all == NULL)
    return -1;
  if (type)
    return guestfs_mount_vfs (g, all, type, device, dir);
  return guestfs_mount_options (g, all, device, dir);
}

int
cli_mount_options (guestfs_h *g, const struct cli_list *mounts, bool ro)
{
  for (size_t i = 0; i < mounts->n; ++i) {
    _cleanup_free_ char *copy = strdup (mounts->v[i]);
    char *part[4] = { copy, NULL, NULL, NULL };
    for (size_t k = 1; k < 4 && part[k - 1]; ++k) {
      const char *vol = k == 1 ? gk_after_prefix (copy, BTRFSVOL) : NULL;
      part[k] = strchr (vol ? vol : part[k - 1], ':');
      if (part[k])
        *part[k]++ = '\0';
    }
    if (mount_one (g, part[0], part[1] && *part[1] ? part[1] : "/", part[2] ? part[2] : "",
                   part[3] && *part[3] ? part[3] : NULL, ro) == -1) {
      cli_guestfs_error (g);
      return -1;
    }
  }
  return 0;
}

/* --- the guest's fstab ------------------------------------------------------------ */

struct entry {
  char *device, *dir;
};
struct table {
  struct entry *v;
  size_t n;
};

static void
table_clear (struct table *t)
{
  for (size_t i = 0; i < t->n; ++i) {
    free (t->v[i].device);
    free (t->v[i].dir);
  }
  free (t->v);
}

/* The name that a list has for a device, of the names that an fstab has. */
static char *
canonical (guestfs_h *g, const char *spec)
{
  char *name = NULL;

  if (gk_after_prefix (spec, "/dev/mapper/")) {
    guestfs_push_error_handler (g, NULL, NULL);
    name = guestfs_lvm_canonical_lv_name (g, spec);
    guestfs_pop_error_handler (g);
  }
  return name ? name : guestfs_canonical_device_name (g, spec);
}

static bool
matches (guestfs_h *g, const char *device, const char *spec)
{
  const char *uuid = gk_after_prefix (spec, "UUID="), *label = gk_after_prefix (spec, "LABEL=");
  _cleanup_free_ char *value = uuid    ? guestfs_vfs_uuid (g, device)
                               : label ? guestfs_vfs_label (g, device)
                                       : canonical (g, spec);
  const char *wanted = uuid ? uuid : label ? label : device;

  return value && gk_streq (value, wanted);
}

/* The value of subvol= among the options, without the slash that it may begin
 * with; malloced, NULL when there is none. */
static char *
subvolume (const char *options)
{
  static const char name[] = "subvol=";

  while (options && strncmp (options, name, strlen (name)) != 0) {
    options = strchr (options, ',');
    options = options ? options + 1 : NULL;
  }
  if (options == NULL)
    return NULL;
  options += strlen (name);
  options += strspn (options, "/");
  return strndup (options, strcspn (options, ","));
}

static const char *
find_device (guestfs_h *g, char **filesystems, const char *spec)
{
  for (size_t i = 0; filesystems[i]; i += 2)
    if (matches (g, filesystems[i], spec))
      return filesystems[i];
  return NULL;
}

static int
table_add (struct table *t, const char *device, const char *dir)
{
  struct entry *v = realloc (t->v, (t->n + 1) * sizeof *v);

  if (v == NULL)
    return -1;
  t->v = v;
  v[t->n].device = strdup (device);
  v[t->n].dir = strdup (dir);
  if (v[t->n].device == NULL || v[t->n].dir == NULL) {
    free (v[t->n].device);
    free (v[t->n].dir);
    return -1;
  }
  t->n++;
  return 0;
}

/* "SPEC DIR TYPE ..." of devices that are in the image; others (network
 * mounts, pseudo file systems, a second disk that was not given) are left. */
static int
read_fstab (guestfs_h *g, char **filesystems, struct table *t)
{
  guestfs_push_error_handler (g, NULL, NULL);
  _cleanup_strv_ char **lines = guestfs_read_lines (g, "/etc/fstab");
  guestfs_pop_error_handler (g);

  for (size_t i = 0; lines && lines[i]; ++i) {
    char *save, *spec = strtok_r (lines[i], " \t", &save);
    const char *dir = spec ? strtok_r (NULL, " \t", &save) : NULL;
    if (spec == NULL || spec[0] == '#' || dir == NULL || dir[0] != '/' || gk_streq (dir, "/"))
      continue;
    const char *type = strtok_r (NULL, " \t", &save), *options = strtok_r (NULL, " \t", &save);
    const char *device = find_device (g, filesystems, spec);
    if (device == NULL)
      continue;
    _cleanup_free_ char *subvol = type && gk_streq (type, "btrfs") ? subvolume (options) : NULL;
    _cleanup_free_ char *mountable =
        subvol && *subvol ? gk_asprintf (BTRFSVOL "%s/%s", device, subvol) : strdup (device);
    if (mountable == NULL || table_add (t, mountable, dir) == -1)
      return -1;
  }
  return 0;
}

static int
by_depth (const void *a, const void *b)
{
  const struct entry *x = a, *y = b;
  size_t m = strlen (x->dir), n = strlen (y->dir);

  return m < n ? -1 : m > n;
}

static bool
looks_like_root (guestfs_h *g)
{
  return (guestfs_is_file_opts (g, "/etc/fstab", GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS, 1, -1) == 1 ||
          guestfs_is_file_opts (g, "/etc/os-release", GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS, 1, -1) ==
              1) &&
         (guestfs_is_dir_opts (g, "/usr", GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS, 1, -1) == 1 ||
          guestfs_is_dir_opts (g, "/bin", GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS, 1, -1) == 1);
}

static bool
can_be_mounted (const char *type)
{
  static const char *const no[] = { "swap", "unknown", "crypto_LUKS", "" };

  for (size_t i = 0; i < sizeof no / sizeof no[0]; ++i)
    if (gk_streq (type, no[i]))
      return false;
  return true;
}

static bool
is_subvolume_of (const char *mountable, const char *device)
{
  const char *rest = gk_after_prefix (mountable, BTRFSVOL);

  rest = rest ? gk_after_prefix (rest, device) : NULL;
  return rest && *rest == '/';
}

/* The device of the root, or NULL after it was said why there is none. */
static const char *
find_root (guestfs_h *g, char **filesystems)
{
  const char *root = NULL, *only = NULL;
  size_t candidates = 0, roots = 0;
  bool snapshots = true; /* all others are subvolumes of the device that was the first */

  for (size_t i = 0; filesystems[i]; i += 2) {
    if (!can_be_mounted (filesystems[i + 1]))
      continue;
    candidates++;
    only = filesystems[i];
    if (guestfs_mount_ro (g, filesystems[i], "/") == -1)
      continue;
    if (looks_like_root (g)) {
      snapshots = snapshots && (roots == 0 || is_subvolume_of (filesystems[i], root));
      root = roots++ == 0 ? filesystems[i] : root;
    }
    if (guestfs_umount (g, "/") == -1) {
      cli_guestfs_error (g);
      return NULL;
    }
  }
  if (roots == 1 || (roots > 1 && snapshots))
    return root;
  if (roots == 0 && candidates == 1)
    return only;
  cli_error ("%s; say with -m which device to mount ('guestkit filesystems IMAGE' lists them)",
             roots > 1    ? "the image has more than one operating system"
             : candidates ? "no file system of the image looks like the root of a guest"
                          : "the image has no file system that can be mounted");
  return NULL;
}

static int
mount_table (guestfs_h *g, const char *root, char **filesystems, bool ro)
{
  struct table t = { NULL, 0 };
  int r = -1;

  if (mount_one (g, root, "/", "", NULL, ro) == -1)
    cli_guestfs_error (g);
  else if (read_fstab (g, filesystems, &t) == -1)
    cli_error ("out of memory");
  else
    r = 0;
  if (t.n > 0)
    qsort (t.v, t.n, sizeof *t.v, by_depth);
  for (size_t i = 0; r == 0 && i < t.n; ++i)
    if (!gk_streq (t.v[i].device, root) &&
        mount_one (g, t.v[i].device, t.v[i].dir, "", NULL, ro) == -1) {
      /* What is asked for may well be elsewhere: guestfish -i warns, too. */
      cli_guestfs_error (g);
    }
  table_clear (&t);
  return r;
}

int
cli_mount_guest (guestfs_h *g, bool ro)
{
  _cleanup_strv_ char **filesystems = guestfs_list_filesystems (g);

  if (filesystems == NULL) {
    cli_guestfs_error (g);
    return -1;
  }
  const char *root = find_root (g, filesystems);
  return root ? mount_table (g, root, filesystems, ro) : -1;
}
