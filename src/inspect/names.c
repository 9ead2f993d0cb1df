/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which of the session's devices a guest means by the names in its files.
 *
 * A guest calls its disks by the bus that it saw them on; in the session they
 * have other names, and another hypervisor gave them yet others.  UUIDs and
 * labels are looked up on the disks, names of disks are counted through. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "gk-ops-md.h"
#include "gk-ops-mount.h"
#include "inspect/inspect-priv.h"
#include "mount/devices.h"
#include "mount/dm.h"
#include "op/ctx.h"
#include "part/part.h"

struct name {
  char *device;
  struct gk_fs_probe probe;
  char partuuid[37];
  char *partlabel; /* or NULL */
  char *md_uuid;   /* or NULL */
  char *luks_uuid; /* of what it was opened from, 32 digits; or NULL */
  int disk, part;  /* from 0 and from 1; -1: not of a disk */
  bool nested;     /* in a BSD disk label */
  uint64_t start;  /* of a partition, in bytes */
};

struct gk_inspect_names {
  const struct gk_devices *devices;
  struct name *v;
  size_t n;
};

static void
clear_name (struct name *name)
{
  free (name->device);
  free (name->partlabel);
  free (name->md_uuid);
  free (name->luks_uuid);
  gk_fs_probe_clear (&name->probe);
}

void
gk_inspect_names_free (struct gk_inspect_names *names)
{
  if (names == NULL)
    return;
  for (size_t i = 0; i < names->n; i++)
    clear_name (&names->v[i]);
  free (names->v);
  free (names);
}

static struct name *
add_name (struct gk_inspect_names *names, const char *device, struct gk_error *err)
{
  _cleanup_error_ struct gk_error ignored = GK_ERROR_INIT;
  struct name name = { .device = strdup (device), .disk = -1, .part = -1 };
  void *v = reallocarray (names->v, names->n + 1, sizeof *names->v);

  if (v == NULL || name.device == NULL) {
    free (name.device);
    if (v)
      names->v = v;
    gk_error_oom (err);
    return NULL;
  }
  names->v = v;
  /* What cannot be read has no UUID and no label. */
  gk_fs_probe_device (device, &name.probe, &ignored);
  names->v[names->n] = name;
  return &names->v[names->n++];
}

static int
add_partitions (struct gk_inspect_names *names, const char *disk, int index, char *const *parts,
                struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table table = GK_PART_TABLE_INIT;
  _cleanup_error_ struct gk_error ignored = GK_ERROR_INIT;
  _cleanup_close_ int fd = open (disk, O_RDONLY | O_CLOEXEC);
  size_t disk_len = strlen (disk);

  if (fd >= 0)
    gk_part_read (fd, &table, &ignored);
  for (; *parts; parts++) {
    int num;
    if (gk_part_split_name (*parts, &num) != disk_len || strncmp (*parts, disk, disk_len) != 0)
      continue;
    struct name *name = add_name (names, *parts, err);
    if (name == NULL)
      return -1;
    name->disk = index;
    name->part = num;
    const struct gk_part *p = gk_part_find (&table, num);
    if (p) {
      memcpy (name->partuuid, p->uuid, sizeof name->partuuid);
      name->partlabel = p->name ? strdup (p->name) : NULL;
      name->nested = p->nested;
      name->start = p->start;
    }
  }
  return 0;
}

/* Device-mapper's uuid is "CRYPT-LUKS2-" and the header's, without dashes, and a
 * name. */
static char *
luks_uuid_of (const struct gk_ctx *ctx, const char *device)
{
  dev_t devno;
  _cleanup_free_ char *uuid =
      gk_devices_number (ctx->devices, device, &devno) == 0 ? gk_dm_uuid (devno) : NULL;
  const char *digits = uuid ? gk_after_prefix (uuid, "CRYPT-LUKS") : NULL;

  digits = digits ? strchr (digits, '-') : NULL;
  return digits ? strndup (digits + 1, strspn (digits + 1, "0123456789abcdefABCDEF")) : NULL;
}

static bool
has_name (const struct gk_inspect_names *names, const char *device)
{
  for (size_t i = 0; i < names->n; i++)
    if (gk_streq (names->v[i].device, device))
      return true;
  return false;
}

static void
look_at_made (struct gk_ctx *ctx, struct name *name)
{
  _cleanup_error_ struct gk_error ignored = GK_ERROR_INIT;
  _cleanup_strv_ char **detail = NULL;

  name->luks_uuid = luks_uuid_of (ctx, name->device);
  if (!gk_devices_is_made (ctx->devices, GK_KIND_MD, name->device) ||
      gk_md_md_detail (ctx, name->device, &detail, &ignored) == -1)
    return;
  for (size_t i = 0; detail[i] && detail[i + 1]; i += 2)
    if (gk_streq (detail[i], "uuid") && name->md_uuid == NULL)
      name->md_uuid = strdup (detail[i + 1]);
}

/* Volumes, sets and their partitions, opened encrypted devices. */
static int
add_made (struct gk_ctx *ctx, struct gk_inspect_names *names, struct gk_error *err)
{
  _cleanup_strv_ char **list = NULL;

  if (gk_devices_list_all (ctx->devices, &list) == -1)
    return gk_error_oom (err);
  for (char **device = list; *device; device++) {
    if (has_name (names, *device))
      continue;
    struct name *name = add_name (names, *device, err);
    if (name == NULL)
      return -1;
    look_at_made (ctx, name);
  }
  return 0;
}

int
gk_inspect_names_read (struct gk_ctx *ctx, struct gk_inspect_names **ret, struct gk_error *err)
{
  _cleanup_strv_ char **disks = NULL, **parts = NULL;
  struct gk_inspect_names *names = calloc (1, sizeof *names);

  if (names == NULL)
    return gk_error_oom (err);
  names->devices = ctx->devices;
  if (gk_mount_list_devices (ctx, &disks, err) == -1 ||
      gk_mount_list_partitions (ctx, &parts, err) == -1)
    goto failed;
  for (int i = 0; disks[i]; i++) {
    struct name *name = add_name (names, disks[i], err);
    if (name == NULL)
      goto failed;
    name->disk = i;
    name->part = 0;
    if (add_partitions (names, disks[i], i, parts, err) == -1)
      goto failed;
  }
  if (add_made (ctx, names, err) == -1)
    goto failed;
  *ret = names;
  return 0;

failed:
  gk_inspect_names_free (names);
  return -1;
}

/* --- by what is on them --------------------------------------------------------- */

enum tag { UUID, LABEL, PARTUUID, PARTLABEL };

static bool
has_tag (const struct name *name, enum tag tag, const char *value)
{
  switch (tag) {
  case UUID:
    return name->probe.uuid && strcasecmp (name->probe.uuid, value) == 0;
  case LABEL:
    return name->probe.label && gk_streq (name->probe.label, value);
  case PARTUUID:
    return strcasecmp (name->partuuid, value) == 0;
  case PARTLABEL:
    return name->partlabel && gk_streq (name->partlabel, value);
  }
  return false;
}

static bool
is_member (const struct name *name)
{
  const char *type = name->probe.type ? name->probe.type : "";
  size_t n = strlen (type);

  return gk_streq (type, "crypto_LUKS") || (n >= 7 && gk_streq (type + n - 7, "_member"));
}

static const char *
by_tag (const struct gk_inspect_names *names, enum tag tag, const char *value)
{
  if (*value == '\0')
    return NULL;
  for (size_t i = 0; i < names->n; i++)
    if (has_tag (&names->v[i], tag, value) && (tag > LABEL || !is_member (&names->v[i])))
      return names->v[i].device;
  return NULL;
}

/* --- by the guest's name of a disk ------------------------------------------------ */

static const char *
by_number (const struct gk_inspect_names *names, int disk, int part)
{
  for (size_t i = 0; i < names->n; i++)
    if (names->v[i].disk == disk && names->v[i].part == part)
      return names->v[i].device;
  return NULL;
}

/* Partition c of a BSD disk label is the whole of it and is not counted. */
static const char *
by_letter (const struct gk_inspect_names *names, int disk, char letter)
{
  int left = letter - 'a' - (letter > 'c');

  for (size_t i = 0; i < names->n; i++)
    if (names->v[i].disk == disk && names->v[i].nested && left-- == 0)
      return names->v[i].device;
  return NULL;
}

static const char *
by_md (const struct gk_inspect_names *names, struct json_object *finding, const char *spec)
{
  struct json_object *md;
  const char *uuid = json_object_object_get_ex (finding, "md", &md) ? gk_json_str (md, spec) : NULL;

  for (size_t i = 0; uuid && i < names->n; i++)
    if (names->v[i].md_uuid && strcasecmp (names->v[i].md_uuid, uuid) == 0)
      return names->v[i].device;
  return NULL;
}

/* Does the guest's name mean this device of the session? */
static bool
is_named (const struct gk_inspect_names *names, const struct name *name, const char *spec)
{
  _cleanup_error_ struct gk_error ignored = GK_ERROR_INIT;
  _cleanup_free_ char *device = NULL;

  return gk_after_prefix (spec, "/dev/") &&
         gk_devices_resolve (names->devices, spec, &device, &ignored) == 0 &&
         gk_streq (device, name->device);
}

static bool
is_same_uuid (const char *digits, const char *uuid)
{
  for (; *uuid; uuid++)
    if (*uuid != '-' && tolower ((unsigned char)*uuid) != tolower ((unsigned char)*digits++))
      return false;
  return *digits == '\0';
}

/* "/dev/mapper/name" when the session has opened, under a name of its own, what
 * the guest opens under this one. */
static const char *
by_crypttab (const struct gk_inspect_names *names, struct json_object *finding, const char *spec)
{
  const char *name = gk_after_prefix (spec, "/dev/mapper/"), *from, *uuid;
  struct json_object *crypttab;

  if (name == NULL || !json_object_object_get_ex (finding, "crypttab", &crypttab) ||
      (from = gk_json_str (crypttab, name)) == NULL)
    return NULL;
  uuid = gk_after_prefix (from, "UUID=");
  if (uuid == NULL)
    uuid = gk_after_prefix (from, "/dev/disk/by-uuid/");
  for (size_t i = 0; uuid == NULL && i < names->n; i++) {
    const char *partuuid = gk_after_prefix (from, "PARTUUID=");
    if (partuuid ? has_tag (&names->v[i], PARTUUID, partuuid)
                 : is_named (names, &names->v[i], from))
      uuid = names->v[i].probe.uuid ? names->v[i].probe.uuid : "";
  }
  for (size_t i = 0; uuid && *uuid && i < names->n; i++)
    if (names->v[i].luks_uuid && is_same_uuid (names->v[i].luks_uuid, uuid))
      return names->v[i].device;
  return NULL;
}

/* In a pattern, # stands for a number that is kept, * for one that is not, and
 * @ for a small letter. */
struct match {
  int numbers[2]; /* disk and partition; -1: not in the pattern */
  char letter;    /* or NUL */
};

static bool
match (const char *pattern, const char *spec, struct match *m)
{
  size_t n_numbers = 0;

  *m = (struct match){ .numbers = { -1, -1 } };
  for (; *pattern; pattern++) {
    if (*pattern == '#' || *pattern == '*') {
      size_t n = strspn (spec, "0123456789");
      if (n == 0 || n > 4)
        return false;
      if (*pattern == '#')
        m->numbers[n_numbers++] = atoi (spec);
      spec += n;
    } else if (*pattern == '@') {
      if (!islower ((unsigned char)*spec))
        return false;
      m->letter = *spec++;
    } else if (*pattern != *spec++)
      return false;
  }
  return *spec == '\0';
}

static const char *
by_pattern (const struct gk_inspect_names *names, const char *spec)
{
  static const char *const patterns[] = {
    "/dev/cciss/c*d#p#", "/dev/cciss/c*d#", "/dev/mmcblk#p#", "/dev/mmcblk#", "/dev/nvme#n*p#",
    "/dev/nvme#n*",      "/dev/ada#p#",     "/dev/da#p#",     "/dev/vtbd#p#", "/dev/ad#p#",
    "/dev/hd#s#",        "/dev/wd#s#",      "/dev/ada#s*@",   "/dev/da#s*@",  "/dev/ad#s*@",
    "/dev/vtbd#s*@",     "/dev/wd#@",       "/dev/sd#@",      "/dev/ld#@",
  };
  struct match m;

  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    if (!match (patterns[i], spec, &m))
      continue;
    return m.letter ? by_letter (names, m.numbers[0], m.letter)
                    : by_number (names, m.numbers[0], m.numbers[1] == -1 ? 0 : m.numbers[1]);
  }
  return NULL;
}

/* "/dev/disk/by-id/anything-part2": when only one disk has such a partition. */
static const char *
by_id (const struct gk_inspect_names *names, const char *id)
{
  const char *part = strstr (id, "-part"), *found = NULL;
  uint64_t num;

  if (part == NULL || gk_parse_u64 (part + 5, GK_PART_MAX, &num) == -1)
    return NULL;
  for (size_t i = 0; i < names->n; i++)
    if (names->v[i].disk >= 0 && names->v[i].part == (int)num) {
      if (found)
        return NULL;
      found = names->v[i].device;
    }
  return found;
}

static const struct {
  const char *prefix;
  enum tag tag;
} tagged[] = {
  { "UUID=", UUID },
  { "LABEL=", LABEL },
  { "PARTUUID=", PARTUUID },
  { "PARTLABEL=", PARTLABEL },
  { "/dev/disk/by-uuid/", UUID },
  { "/dev/disk/by-label/", LABEL },
  { "/dev/disk/by-partuuid/", PARTUUID },
  { "/dev/disk/by-partlabel/", PARTLABEL },
};

static char *
unquoted (const char *s)
{
  size_t n = strlen (s);

  if (n >= 2 && (*s == '"' || *s == '\'') && s[n - 1] == *s)
    return strndup (s + 1, n - 2);
  return strdup (s);
}

char *
gk_inspect_names_find (const struct gk_inspect_names *names, struct json_object *finding,
                       const char *spec)
{
  _cleanup_error_ struct gk_error ignored = GK_ERROR_INIT;
  const char *found = NULL, *rest;
  char *device;

  for (size_t i = 0; i < sizeof tagged / sizeof tagged[0]; i++)
    if ((rest = gk_after_prefix (spec, tagged[i].prefix)) != NULL) {
      _cleanup_free_ char *value = unquoted (rest);
      found = value ? by_tag (names, tagged[i].tag, value) : NULL;
      return found ? strdup (found) : NULL;
    }
  if (gk_after_prefix (spec, "/dev/") == NULL)
    return NULL;
  if ((rest = gk_after_prefix (spec, "/dev/disk/by-id/")) != NULL)
    found = by_id (names, rest);
  if (found == NULL && gk_after_prefix (spec, "/dev/md"))
    found = by_md (names, finding, spec);
  if (found == NULL)
    found = by_crypttab (names, finding, spec);
  if (found == NULL)
    found = by_pattern (names, spec);
  if (found)
    return strdup (found);
  if (gk_devices_resolve (names->devices, spec, &device, &ignored) == 0)
    return device;
  return strdup (spec); /* what was unplugged, or is still encrypted, keeps its name */
}

/* --- by what Windows notes of a volume --------------------------------------------- */

const char *
gk_inspect_names_by_guid (const struct gk_inspect_names *names, const char *guid)
{
  return by_tag (names, PARTUUID, guid);
}

const char *
gk_inspect_names_by_place (const struct gk_inspect_names *names, uint32_t disk_id, uint64_t start)
{
  for (size_t i = 0; i < names->n; i++) {
    const struct name *name = &names->v[i];
    /* libblkid makes the UUID of an MBR's partition of the disk's id. */
    if (name->part > 0 && name->start == start && strlen (name->partuuid) > 9 &&
        name->partuuid[8] == '-' && strtoul (name->partuuid, NULL, 16) == disk_id)
      return name->device;
  }
  return NULL;
}
