/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* All by which a device's content is recognized: every filesystem, container and
 * partition table that libblkid finds, also where they contradict each other. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "fs/fs.h"
#include "fs/prober.h"

/* A hostile device has as many as it likes. */
#define MOST 64

void
gk_fs_signatures_clear (struct gk_fs_signatures *s)
{
  for (size_t i = 0; i < s->n; i++) {
    free (s->v[i].type);
    free (s->v[i].label);
    free (s->v[i].uuid);
  }
  free (s->v);
  *s = (struct gk_fs_signatures)GK_FS_SIGNATURES_INIT;
}

static const char *
value (blkid_probe pr, const char *name)
{
  const char *data;

  return blkid_probe_lookup_value (pr, name, &data, NULL) == 0 ? data : NULL;
}

static int
add (struct gk_fs_signatures *s, const struct gk_fs_signature *found)
{
  struct gk_fs_signature *v = reallocarray (s->v, s->n + 1, sizeof *v);

  if (v == NULL)
    return -1;
  s->v = v;
  struct gk_fs_signature *at = &v[s->n++];
  *at = *found;
  at->type = strdup (found->type);
  at->label = strdup (found->label ? found->label : "");
  at->uuid = strdup (found->uuid ? found->uuid : "");
  return at->type && at->label && at->uuid ? 0 : -1;
}

static int
take (blkid_probe pr, struct gk_fs_signatures *s)
{
  const char *table = value (pr, "PTTYPE"), *type = value (pr, "TYPE");
  const char *offset = value (pr, table ? "PTMAGIC_OFFSET" : "SBMAGIC_OFFSET");
  const struct gk_fs_signature found = { .type = (char *)(uintptr_t)(table ? table : type),
                                         .label = (char *)(uintptr_t)value (pr, "LABEL"),
                                         .uuid = (char *)(uintptr_t)value (pr, table ? "PTUUID"
                                                                                     : "UUID"),
                                         .offset = offset ? strtoull (offset, NULL, 10) : 0,
                                         .table = table != NULL };

  return found.type ? add (s, &found) : 0;
}

int
gk_fs_find_signatures (const char *device, struct gk_fs_signatures *ret, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  _cleanup_prober_ blkid_probe pr = NULL;
  _cleanup_fs_signatures_ struct gk_fs_signatures s = GK_FS_SIGNATURES_INIT;
  int r = 1;

  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  pr = gk_fs_prober (fd, device, err);
  if (pr == NULL)
    return -1;
  blkid_probe_enable_superblocks (pr, 1);
  blkid_probe_set_superblocks_flags (pr, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL |
                                             BLKID_SUBLKS_UUID | BLKID_SUBLKS_MAGIC);
  blkid_probe_enable_partitions (pr, 1);
  blkid_probe_set_partitions_flags (pr, BLKID_PARTS_MAGIC);
  errno = 0;
  for (int i = 0; i < MOST && (r = blkid_do_probe (pr)) == 0; i++)
    if (take (pr, &s) == -1)
      return gk_error_oom (err);
  if (r == -1)
    return gk_error_sys (err, errno ? errno : EIO, "%s", device);
  *ret = s;
  s = (struct gk_fs_signatures)GK_FS_SIGNATURES_INIT;
  return 0;
}
