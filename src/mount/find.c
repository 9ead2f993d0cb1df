/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Devices by number and by what is on them: device_name, findfs_*, blkid.
 *
 * Only the session's devices are looked at, each anew: there is no cache that
 * could know of the host's. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "gk-ops-mount.h"
#include "mount/devices-priv.h"
#include "op/ctx.h"
#include "op/task.h"
#include "part/part.h"

int
gk_mount_device_name (struct gk_ctx *ctx, int index, char **ret_string, struct gk_error *err)
{
  if (index < 0 || (size_t)index >= ctx->devices->n_disks)
    return gk_error_set (err, EINVAL, "%d: there is no disk with that number", index);
  char *s = strdup (ctx->devices->disks[index].whole.path);
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

/* --- by filesystem ----------------------------------------------------------------- */

static int
not_found (const char *tag, const char *value, struct gk_error *err)
{
  return gk_error_set (err, 0, "findfs: unable to resolve '%s=%s'", tag, value);
}

static bool
probe_has (const struct gk_fs_probe *p, bool by_uuid, const char *value)
{
  /* UUIDs of vfat and ntfs are printed in capitals, and people write either. */
  return by_uuid ? strcasecmp (p->uuid, value) == 0 : gk_streq (p->label, value);
}

static int
find_fs (struct gk_ctx *ctx, bool by_uuid, const char *value, char **ret_string,
         struct gk_error *err)
{
  _cleanup_strv_ char **all = NULL;

  if (gk_devices_list_all (ctx->devices, &all) == -1)
    return gk_error_oom (err);
  for (size_t i = 0; *value && all[i]; i++) {
    _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    /* A device that cannot be read is not the one. */
    if (gk_fs_probe_device (all[i], &p, NULL) == -1 || !probe_has (&p, by_uuid, value))
      continue;
    *ret_string = strdup (all[i]);
    return *ret_string ? 0 : gk_error_oom (err);
  }
  return not_found (by_uuid ? "UUID" : "LABEL", value, err);
}

int
gk_mount_findfs_label (struct gk_ctx *ctx, const char *label, char **ret_string,
                       struct gk_error *err)
{
  return find_fs (ctx, false, label, ret_string, err);
}

int
gk_mount_findfs_uuid (struct gk_ctx *ctx, const char *uuid, char **ret_string, struct gk_error *err)
{
  return find_fs (ctx, true, uuid, ret_string, err);
}

/* --- by partition ------------------------------------------------------------------- */

static const struct gk_part *
match_part (const struct gk_part_table *t, bool by_uuid, const char *value)
{
  for (size_t i = 0; i < t->n; i++) {
    const struct gk_part *p = &t->parts[i];
    if (by_uuid ? strcasecmp (p->uuid, value) == 0 : p->name && gk_streq (p->name, value))
      return p;
  }
  return NULL;
}

static int
find_part (struct gk_ctx *ctx, bool by_uuid, const char *value, char **ret_string,
           struct gk_error *err)
{
  for (size_t i = 0; *value && i < ctx->devices->n_disks; i++) {
    const struct gk_disk *disk = &ctx->devices->disks[i];
    _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
    _cleanup_close_ int fd = open (disk->whole.path, O_RDONLY | O_CLOEXEC);
    const struct gk_part *p = NULL;

    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    if (fd >= 0 && gk_part_read (fd, &t, NULL) == 0)
      p = match_part (&t, by_uuid, value);
    for (size_t k = 0; p && k < disk->n_parts; k++)
      if (disk->parts[k].partnum == p->num) {
        *ret_string = strdup (disk->parts[k].path);
        return *ret_string ? 0 : gk_error_oom (err);
      }
  }
  return not_found (by_uuid ? "PARTUUID" : "PARTLABEL", value, err);
}

int
gk_mount_findfs_partuuid (struct gk_ctx *ctx, const char *uuid, char **ret_string,
                          struct gk_error *err)
{
  return find_part (ctx, true, uuid, ret_string, err);
}

int
gk_mount_findfs_partlabel (struct gk_ctx *ctx, const char *label, char **ret_string,
                           struct gk_error *err)
{
  return find_part (ctx, false, label, ret_string, err);
}

/* --- by link ------------------------------------------------------------------------ */

/* What udev writes for other characters in the name of a link: \xNN. */
static void
unescape (char *s)
{
  char *to = s;
  unsigned byte;

  for (; *s; s++, to++)
    if (s[0] == '\\' && s[1] == 'x' && sscanf (s + 2, "%2x", &byte) == 1 && s[3]) {
      *to = (char)byte;
      s += 3;
    } else
      *to = *s;
  *to = '\0';
}

char *
gk_devices_by_link (const struct gk_devices *d, const char *name)
{
  static const struct {
    const char *folder;
    int (*find) (struct gk_ctx *ctx, bool by_uuid, const char *value, char **ret_string,
                 struct gk_error *err);
    bool by_uuid;
  } links[] = {
    { "/dev/disk/by-label/", find_fs, false },
    { "/dev/disk/by-uuid/", find_fs, true },
    { "/dev/disk/by-partlabel/", find_part, false },
    { "/dev/disk/by-partuuid/", find_part, true },
  };
  struct gk_ctx ctx = { .root_fd = -1, .devices = (struct gk_devices *)d };

  for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
    const char *value = gk_after_prefix (name, links[i].folder);
    _cleanup_free_ char *plain = value ? strdup (value) : NULL;
    char *found;

    if (plain == NULL)
      continue;
    unescape (plain);
    return links[i].find (&ctx, links[i].by_uuid, plain, &found, NULL) == 0 ? found : NULL;
  }
  return NULL;
}

/* --- blkid -------------------------------------------------------------------------- */

static int
push_entry (struct gk_strv *tags, const char *scheme, const struct gk_part *p, dev_t disk)
{
  char type[40];

  if (*p->gpt_type)
    for (size_t i = 0; i == 0 || type[i - 1]; i++)
      type[i] = (char)tolower ((unsigned char)p->gpt_type[i]);
  else
    snprintf (type, sizeof type, "0x%x", (unsigned)p->mbr_type);
  if (gk_strv_push (tags, "PART_ENTRY_SCHEME") == -1 || gk_strv_push (tags, scheme) == -1)
    return -1;
  if (p->name && *p->name &&
      (gk_strv_push (tags, "PART_ENTRY_NAME") == -1 || gk_strv_push (tags, p->name) == -1))
    return -1;
  if (*p->uuid &&
      (gk_strv_push (tags, "PART_ENTRY_UUID") == -1 || gk_strv_push (tags, p->uuid) == -1))
    return -1;
  if (gk_strv_push (tags, "PART_ENTRY_TYPE") == -1 || gk_strv_push (tags, type) == -1)
    return -1;
  if (p->bootable &&
      (gk_strv_push (tags, "PART_ENTRY_FLAGS") == -1 || gk_strv_push (tags, "0x80") == -1))
    return -1;
  /* Sectors of 512 bytes, whatever the disk's are. */
  if (gk_strv_push (tags, "PART_ENTRY_NUMBER") == -1 || gk_strv_pushf (tags, "%d", p->num) == -1 ||
      gk_strv_push (tags, "PART_ENTRY_OFFSET") == -1 ||
      gk_strv_pushf (tags, "%llu", (unsigned long long)p->start / 512) == -1 ||
      gk_strv_push (tags, "PART_ENTRY_SIZE") == -1 ||
      gk_strv_pushf (tags, "%llu", (unsigned long long)p->size / 512) == -1 ||
      gk_strv_push (tags, "PART_ENTRY_DISK") == -1)
    return -1;
  return gk_strv_pushf (tags, "%u:%u", major (disk), minor (disk));
}

/* What the table says of a partition.  libblkid would look for the disk under
 * its kernel name, which the private /dev does not have. */
static int
push_partition (struct gk_ctx *ctx, const char *device, struct gk_strv *tags, struct gk_error *err)
{
  for (size_t i = 0; i < ctx->devices->n_disks; i++) {
    const struct gk_disk *disk = &ctx->devices->disks[i];
    for (size_t k = 0; k < disk->n_parts; k++) {
      if (!gk_streq (disk->parts[k].path, device))
        continue;
      _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
      _cleanup_close_ int fd = open (disk->whole.path, O_RDONLY | O_CLOEXEC);
      if (fd == -1)
        return gk_error_sys (err, errno, "%s", disk->whole.path);
      if (gk_part_read (fd, &t, err) == -1)
        return -1;
      const struct gk_part *p = gk_part_find (&t, disk->parts[k].partnum);
      if (p && push_entry (tags, gk_streq (t.type, "msdos") ? "dos" : t.type, p,
                           disk->whole.devno) == -1)
        return gk_error_oom (err);
      return 0;
    }
  }
  return 0;
}

int
gk_mount_blkid (struct gk_ctx *ctx, const char *device, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv tags = GK_STRV_INIT;

  if (gk_strv_push (&tags, "DEVNAME") == -1 || gk_strv_push (&tags, device) == -1)
    return gk_error_oom (err);
  if (gk_fs_probe_tags (device, &tags, err) == -1 || push_partition (ctx, device, &tags, err) == -1)
    return -1;
  *ret_list = gk_strv_finish (&tags);
  return *ret_list ? 0 : gk_error_oom (err);
}
