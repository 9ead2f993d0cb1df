/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The partitions of RAID sets, /dev/md0p1: a set may have a table like a disk. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "mount/devices-priv.h"
#include "part/part.h"

/* A table that cannot be read, or that the kernel does not take, is none. */
static int
list_kernel (const struct gk_device *set, struct gk_kernel_part **ret_parts)
{
  struct gk_error ignored = GK_ERROR_INIT;
  char name[32];
  int n = 0;

  _cleanup_close_ int fd = open (set->path, O_RDONLY | O_CLOEXEC);
  if (fd != -1 && gk_part_sysfs_name (set->devno, name, &ignored) == 0 &&
      gk_part_kernel_sync (fd, name, NULL, &ignored) == 0)
    n = gk_part_kernel_list (name, ret_parts, &ignored);
  gk_error_clear (&ignored);
  return n > 0 ? n : 0;
}

static int
add_parts (struct gk_devices_nodes *nodes, const struct gk_device *set)
{
  _cleanup_free_ struct gk_kernel_part *parts = NULL;
  int n = list_kernel (set, &parts);

  struct gk_devices_node *v = reallocarray (nodes->v, nodes->n + (size_t)n + 1, sizeof *v);
  if (v == NULL)
    return -1;
  nodes->v = v;
  for (int i = 0; i < n; i++) {
    char *path = gk_asprintf ("%sp%d", set->path, parts[i].num);
    if (path == NULL)
      return -1;
    v[nodes->n++] = (struct gk_devices_node){ .path = path, .devno = parts[i].devno };
  }
  return 0;
}

int
gk_devices_sync_md_parts (struct gk_devices *d, struct gk_error *err)
{
  _cleanup_devices_nodes_ struct gk_devices_nodes nodes = { NULL, 0 };

  for (size_t i = 0; i < d->n_made; i++)
    if (gk_streq (d->made[i].kind, GK_KIND_MD) && add_parts (&nodes, &d->made[i].node) == -1)
      return gk_error_oom (err);
  return gk_devices_set_nodes (d, GK_KIND_MD_PART, nodes.v, nodes.n, err);
}

bool
gk_devices_has_md_parts (const struct gk_devices *d, const char *set)
{
  _cleanup_free_ char *prefix = gk_asprintf ("%sp", set);

  for (size_t i = 0; prefix && i < d->n_made; i++)
    if (gk_streq (d->made[i].kind, GK_KIND_MD_PART) &&
        gk_after_prefix (d->made[i].node.path, prefix))
      return true;
  return false;
}
