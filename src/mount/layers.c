/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How many layers a device stands on, as the kernel has it. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "mount/devices.h"

#define LAYERS_MAX 64 /* more is as good as this */

/* Those below one, which is a folder in /sys; a partition stands on what its disk
 * stands on. */
static int
add_below (struct gk_strv *names, const char *device)
{
  const struct dirent *entry;
  _cleanup_free_ char *part = gk_asprintf ("%s/partition", device);
  bool is_part = part && access (part, F_OK) == 0;
  _cleanup_free_ char *path = gk_asprintf ("%s/%sslaves", device, is_part ? "../" : "");

  _cleanup_closedir_ DIR *dir = path ? opendir (path) : NULL;
  while (dir && (entry = readdir (dir)) != NULL) {
    if (entry->d_name[0] == '.')
      continue;
    _cleanup_free_ char *below = gk_asprintf ("/sys/class/block/%s", entry->d_name);
    bool known = below && names->len > 0 && gk_strv_contains (names->v, below);
    if (!known && (below == NULL || gk_strv_push (names, below) == -1))
      return -1;
  }
  return 0;
}

/* Layer by layer: a walk of every way down could take for ever. */
unsigned
gk_devices_layers_below (dev_t devno)
{
  _cleanup_gk_strv_ struct gk_strv layer = GK_STRV_INIT;
  char path[64];
  unsigned n = 0;

  snprintf (path, sizeof path, "/sys/dev/block/%u:%u", major (devno), minor (devno));
  if (gk_strv_push (&layer, path) == -1)
    return LAYERS_MAX;
  for (; n < LAYERS_MAX; n++) {
    struct gk_strv below = GK_STRV_INIT;
    int r = 0;
    for (size_t i = 0; r == 0 && i < layer.len; i++)
      r = add_below (&below, layer.v[i]);
    gk_strv_clear (&layer);
    layer = below;
    if (r == -1)
      return LAYERS_MAX;
    if (layer.len == 0)
      break;
  }
  return n;
}
