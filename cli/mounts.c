/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Mounting for a command: what -m says, or what inspection finds. */

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

/* --- what inspection says ------------------------------------------------------- */

static int
by_depth (const void *a, const void *b)
{
  const char *const *x = a, *const *y = b;
  size_t m = strlen (x[0]), n = strlen (y[0]);

  return m < n ? -1 : m > n;
}

/* pairs: mount point and device.  Only the root must be there: what is asked for
 * may well be elsewhere. */
static int
mount_pairs (guestfs_h *g, char **pairs, bool ro)
{
  size_t n = gk_strv_length (pairs) / 2;

  qsort (pairs, n, 2 * sizeof *pairs, by_depth);
  for (size_t i = 0; i < n; ++i)
    if (mount_one (g, pairs[2 * i + 1], pairs[2 * i], "", NULL, ro) == -1) {
      cli_guestfs_error (g);
      if (gk_streq (pairs[2 * i], "/"))
        return -1;
    }
  return 0;
}

int
cli_mount_root (guestfs_h *g, const char *root, bool ro)
{
  _cleanup_strv_ char **pairs = guestfs_inspect_get_mountpoints (g, root);

  if (pairs == NULL) {
    cli_guestfs_error (g);
    return -1;
  }
  return mount_pairs (g, pairs, ro);
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

/* No system: a file system that stands alone in its image is mounted as it is,
 * whatever is on it. */
static int
mount_only (guestfs_h *g, bool ro)
{
  _cleanup_strv_ char **filesystems = guestfs_list_filesystems (g);
  const char *only = NULL;
  size_t candidates = 0;

  if (filesystems == NULL) {
    cli_guestfs_error (g);
    return -1;
  }
  for (size_t i = 0; filesystems[i]; i += 2)
    if (can_be_mounted (filesystems[i + 1]) && !(only && is_subvolume_of (filesystems[i], only))) {
      candidates++;
      only = filesystems[i];
    }
  if (candidates != 1) {
    cli_error ("%s; say with -m which device to mount ('guestkit filesystems IMAGE' lists them)",
               candidates ? "no file system of the image looks like the root of a guest"
                          : "the image has no file system that can be mounted");
    return -1;
  }
  if (mount_one (g, only, "/", "", NULL, ro) == -1) {
    cli_guestfs_error (g);
    return -1;
  }
  return 0;
}

int
cli_mount_guest (guestfs_h *g, bool ro, char **ret_root)
{
  _cleanup_strv_ char **roots = guestfs_inspect_os (g);

  if (roots == NULL) {
    cli_guestfs_error (g);
    return -1;
  }
  switch (gk_strv_length (roots)) {
  case 0:
    return mount_only (g, ro);
  case 1:
    if (cli_mount_root (g, roots[0], ro) == -1)
      return -1;
    if (ret_root)
      *ret_root = gk_steal_ptr (roots[0]);
    return 0;
  default:
    cli_error ("the image has more than one operating system (on %s, %s%s); say with -m which "
               "device to mount",
               roots[0], roots[1], roots[2] ? " ..." : "");
    return -1;
  }
}
