/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls about what a table says of one partition: bootable flag, MBR type
 * byte, GPT type and name; and the calls about names of partitions. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "gk-ops-part.h"
#include "op/ctx.h"
#include "part/edit.h"

#define GUID_ESP "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
#define GUID_LINUX "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
#define GUID_BASIC_DATA "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"

/* The GPT type that says the same as an MBR's type byte. */
static const struct {
  int byte;
  const char *guid;
} equivalents[] = {
  { 0x01, GUID_BASIC_DATA },
  { 0x04, GUID_BASIC_DATA },
  { 0x06, GUID_BASIC_DATA },
  { 0x07, GUID_BASIC_DATA },
  { 0x0b, GUID_BASIC_DATA },
  { 0x0c, GUID_BASIC_DATA },
  { 0x0e, GUID_BASIC_DATA },
  { 0x11, GUID_BASIC_DATA },
  { 0x14, GUID_BASIC_DATA },
  { 0x16, GUID_BASIC_DATA },
  { 0x17, GUID_BASIC_DATA },
  { 0x1b, GUID_BASIC_DATA },
  { 0x1c, GUID_BASIC_DATA },
  { 0x1e, GUID_BASIC_DATA },
  { 0x27, "DE94BBA4-06D1-4D40-A16A-BFD50179D6AC" }, /* Windows recovery */
  { 0x42, "AF9B60A0-1431-4F62-BC68-3311714A69AD" }, /* dynamic disk */
  { 0x82, "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F" }, /* Linux swap */
  { 0x83, GUID_LINUX },
  { 0x8e, "E6D6D379-F507-44C2-A23C-238F2A3DF928" }, /* Linux LVM */
  { 0xa5, "516E7CB4-6ECF-11D6-8FF8-00022D09712B" }, /* FreeBSD label */
  { 0xa6, "824CC7A0-36A8-11E3-890A-952519AD3F61" }, /* OpenBSD */
  { 0xa8, "55465300-0000-11AA-AA11-00306543ECAC" }, /* Apple UFS */
  { 0xab, "426F6F74-0000-11AA-AA11-00306543ECAC" }, /* Apple boot */
  { 0xaf, "48465300-0000-11AA-AA11-00306543ECAC" }, /* HFS, HFS+ */
  { 0xef, GUID_ESP },
  { 0xfd, "A19D880F-05FC-4D3B-A006-743F0F84911E" }, /* Linux RAID */
};

/* The table and one row of it. */
static int
find (struct gk_ctx *ctx, const char *device, int partnum, struct gk_part_table *t,
      const struct gk_part **ret, struct gk_error *err)
{
  if (gk_part_check_number (partnum, err) == -1 || gk_part_read_any (ctx, device, t, err) == -1)
    return -1;
  *ret = gk_part_find (t, partnum);
  if (*ret == NULL || (*ret)->nested)
    return gk_error_set (err, ENOENT, "partition number %d not found", partnum);
  return 0;
}

static int
give (const char *s, char **ret_string, struct gk_error *err)
{
  char *copy = strdup (s);
  if (copy == NULL)
    return gk_error_oom (err);
  *ret_string = copy;
  return 0;
}

int
gk_part_part_get_bootable (struct gk_ctx *ctx, const char *device, int partnum, bool *ret_value,
                           struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  const struct gk_part *p;
  if (find (ctx, device, partnum, &t, &p, err) == -1)
    return -1;
  /* On a GPT parted's boot flag is the type of the EFI system partition. */
  *ret_value = gk_streq (t.type, "gpt") ? gk_streq (p->gpt_type, GUID_ESP) : p->bootable;
  return 0;
}

static int
set_type (struct gk_part_edit *e, int partnum, const char *code, struct gk_error *err)
{
  struct fdisk_parttype *type = fdisk_label_parse_parttype (fdisk_get_label (e->cxt, NULL), code);
  if (type == NULL)
    return gk_error_set (err, EINVAL, "%s: %s is not a partition type", e->device, code);
  int r = fdisk_set_partition_type (e->cxt, (size_t)partnum - 1, type);
  fdisk_unref_parttype (type);
  return r == 0 ? 0 : gk_part_edit_error (e, r, "setting the partition type", err);
}

/* Only one partition of an MBR has the flag, as parted sees to. */
static int
set_active (struct gk_part_edit *e, const struct gk_part_table *t, int partnum, bool bootable,
            struct gk_error *err)
{
  for (size_t i = 0; i < t->n; i++) {
    const struct gk_part *p = &t->parts[i];
    bool wanted = p->num == partnum ? bootable : p->bootable && !bootable;
    if (p->nested || p->bootable == wanted)
      continue;
    int r = fdisk_toggle_partition_flag (e->cxt, (size_t)p->num - 1, DOS_FLAG_ACTIVE);
    if (r != 0)
      return gk_part_edit_error (e, r, "setting the bootable flag", err);
  }
  return 0;
}

int
gk_part_part_set_bootable (struct gk_ctx *ctx, const char *device, int partnum, bool bootable,
                           struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  const struct gk_part *p;
  if (find (ctx, device, partnum, &t, &p, err) == -1)
    return -1;
  if (!gk_part_is_native (t.type)) {
    char number[16];
    snprintf (number, sizeof number, "%d", partnum);
    const char *const command[] = { "set", number, "boot", bootable ? "on" : "off", NULL };
    return gk_parted (ctx, device, command, err);
  }
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  if (gk_part_edit_begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  int r = 0;
  if (gk_streq (t.type, "msdos"))
    r = set_active (&e, &t, partnum, bootable, err);
  else if (gk_streq (p->gpt_type, GUID_ESP) != bootable)
    r = set_type (&e, partnum, bootable ? GUID_ESP : GUID_LINUX, err);
  return r == -1 ? -1 : gk_part_edit_commit (&e, err);
}

int
gk_part_part_get_mbr_id (struct gk_ctx *ctx, const char *device, int partnum, int *ret_value,
                         struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  const struct gk_part *p;
  if (find (ctx, device, partnum, &t, &p, err) == -1)
    return -1;
  if (!gk_streq (t.type, "msdos"))
    return gk_error_set (err, EINVAL, "%s: only MBR partitions have a type byte", device);
  *ret_value = p->mbr_type;
  return 0;
}

int
gk_part_part_set_mbr_id (struct gk_ctx *ctx, const char *device, int partnum, int idbyte,
                         struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  const struct gk_part *p;
  if (find (ctx, device, partnum, &t, &p, err) == -1)
    return -1;
  if (!gk_streq (t.type, "msdos"))
    return gk_error_set (err, EINVAL, "%s: only MBR partitions have a type byte", device);
  if (idbyte < 0 || idbyte > 0xff)
    return gk_error_set (err, EINVAL, "%d: not a byte", idbyte);
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  if (gk_part_edit_begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  char code[16];
  snprintf (code, sizeof code, "%x", (unsigned)idbyte);
  if (set_type (&e, partnum, code, err) == -1)
    return -1;
  return gk_part_edit_commit (&e, err);
}

int
gk_part_part_get_mbr_part_type (struct gk_ctx *ctx, const char *device, int partnum,
                                char **ret_string, struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  const struct gk_part *p;
  if (find (ctx, device, partnum, &t, &p, err) == -1)
    return -1;
  return give (p->extended ? "extended" : p->logical ? "logical" : "primary", ret_string, err);
}

static int
need_gpt (const struct gk_part_table *t, const char *call, struct gk_error *err)
{
  if (gk_streq (t->type, "gpt"))
    return 0;
  return gk_error_set (err, EINVAL, "%s can only be used on GUID Partition Tables", call);
}

int
gk_part_part_get_name (struct gk_ctx *ctx, const char *device, int partnum, char **ret_string,
                       struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  if (gk_part_read_any (ctx, device, &t, err) == -1 || need_gpt (&t, "part-get-name", err) == -1 ||
      gk_part_check_number (partnum, err) == -1)
    return -1;
  const struct gk_part *p = gk_part_find (&t, partnum);
  if (p == NULL)
    return gk_error_set (err, ENOENT, "cannot find the partition %d", partnum);
  return give (p->name ? p->name : "", ret_string, err);
}

int
gk_part_part_set_name (struct gk_ctx *ctx, const char *device, int partnum, const char *name,
                       struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  const struct gk_part *p;
  if (find (ctx, device, partnum, &t, &p, err) == -1)
    return -1;
  if (gk_streq (t.type, "msdos"))
    return gk_error_set (err, EINVAL, "%s: msdos disk labels do not support partition name",
                         device);
  if (gk_streq (t.type, "gpt") && gk_utf16_units (name) > GK_PART_NAME_MAX)
    return gk_error_set (err, EINVAL, "%s: names of partitions are limited to %d characters", name,
                         GK_PART_NAME_MAX);
  if (!gk_part_is_native (t.type)) {
    char number[16];
    snprintf (number, sizeof number, "%d", partnum);
    const char *const command[] = { "name", number, name, NULL };
    return gk_parted (ctx, device, command, err);
  }
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  if (gk_part_edit_begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  struct fdisk_partition *pa = fdisk_new_partition ();
  if (pa == NULL)
    return gk_error_oom (err);
  int r = fdisk_partition_set_name (pa, name);
  if (r == 0)
    r = fdisk_set_partition (e.cxt, (size_t)partnum - 1, pa);
  fdisk_unref_partition (pa);
  if (r != 0)
    return gk_part_edit_error (&e, r, "setting the partition's name", err);
  return gk_part_edit_commit (&e, err);
}

int
gk_part_part_get_gpt_type (struct gk_ctx *ctx, const char *device, int partnum, char **ret_string,
                           struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  const struct gk_part *p;
  if (find (ctx, device, partnum, &t, &p, err) == -1)
    return -1;
  if (gk_streq (t.type, "gpt"))
    return give (p->gpt_type, ret_string, err);
  if (!gk_streq (t.type, "msdos") || p->extended)
    return gk_error_set (err, EINVAL, "%s: partition %d has no GPT type", device, partnum);
  for (size_t i = 0; i < sizeof equivalents / sizeof equivalents[0]; i++)
    if (equivalents[i].byte == p->mbr_type)
      return give (equivalents[i].guid, ret_string, err);
  return give (GUID_LINUX, ret_string, err); /* sgdisk's answer to what it does not know */
}

int
gk_part_part_set_gpt_type (struct gk_ctx *ctx, const char *device, int partnum, const char *guid,
                           struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  const struct gk_part *p;
  if (find (ctx, device, partnum, &t, &p, err) == -1)
    return -1;
  if (need_gpt (&t, "part-set-gpt-type", err) == -1)
    return -1;
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  if (gk_part_edit_begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  if (set_type (&e, partnum, guid, err) == -1)
    return -1;
  return gk_part_edit_commit (&e, err);
}

int
gk_part_part_to_dev (struct gk_ctx *ctx, const char *partition, char **ret_string,
                     struct gk_error *err)
{
  int num;
  size_t len = gk_part_split_name (partition, &num);
  if (num == 0)
    return gk_error_set (err, EINVAL, "device name is not a partition");
  char *s = strndup (partition, len);
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

int
gk_part_part_to_partnum (struct gk_ctx *ctx, const char *partition, int *ret_value,
                         struct gk_error *err)
{
  int num;
  gk_part_split_name (partition, &num);
  if (num == 0)
    return gk_error_set (err, EINVAL, "device name is not a partition");
  *ret_value = num;
  return 0;
}
