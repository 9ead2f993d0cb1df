/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls about what only a GPT has: GUIDs of the disk and of partitions,
 * attributes, a second copy at the disk's end. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/uuid.h"
#include "gk-ops-part.h"
#include "op/ctx.h"
#include "part/edit.h"

static int
begin (struct gk_part_edit *e, struct gk_ctx *ctx, const char *device, enum gk_edit_mode mode,
       struct gk_error *err)
{
  if (gk_part_edit_begin (e, ctx, device, mode, err) == -1)
    return -1;
  if (!fdisk_is_label (e->cxt, GPT))
    return gk_error_set (err, EINVAL, "%s: its table is not a GUID Partition Table", device);
  return 0;
}

/* The same, and the partition must be there. */
static int
begin_part (struct gk_part_edit *e, struct gk_ctx *ctx, const char *device, int partnum,
            enum gk_edit_mode mode, struct gk_error *err)
{
  struct fdisk_partition *pa;

  if (gk_part_check_number (partnum, err) == -1 || begin (e, ctx, device, mode, err) == -1 ||
      gk_part_edit_find (e, partnum, &pa, err) == -1)
    return -1;
  fdisk_unref_partition (pa);
  return 0;
}

/* In upper case, as sgdisk prints them. */
static int
give_guid (const char *guid, char **ret_string, struct gk_error *err)
{
  char *s = strdup (guid ? guid : "");

  if (s == NULL)
    return gk_error_oom (err);
  for (char *p = s; *p; p++)
    *p = (char)toupper ((unsigned char)*p);
  *ret_string = s;
  return 0;
}

/* --- of the disk -------------------------------------------------------------------- */

int
gk_part_part_get_disk_guid (struct gk_ctx *ctx, const char *device, char **ret_string,
                            struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  char *id = NULL;

  if (begin (&e, ctx, device, GK_EDIT_READ, err) == -1)
    return -1;
  int r = fdisk_get_disklabel_id (e.cxt, &id);
  if (r != 0)
    return gk_part_edit_error (&e, r, "reading its GUID", err);
  r = give_guid (id, ret_string, err);
  free (id);
  return r;
}

int
gk_part_part_set_disk_guid (struct gk_ctx *ctx, const char *device, const char *guid,
                            struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;

  if (begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  int r = fdisk_set_disklabel_id_from_string (e.cxt, guid);
  if (r != 0)
    return gk_part_edit_error (&e, r, "setting its GUID", err);
  return gk_part_edit_commit (&e, err);
}

int
gk_part_part_set_disk_guid_random (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  char guid[GK_UUID_TEXT];

  if (gk_uuid_random (guid) == -1)
    return gk_error_sys (err, errno, "making a GUID");
  return gk_part_part_set_disk_guid (ctx, device, guid, err);
}

/* Writing the table puts the second copy where the disk now ends. */
int
gk_part_part_expand_gpt (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;

  if (begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  return gk_part_edit_commit (&e, err);
}

/* --- of a partition ------------------------------------------------------------------- */

int
gk_part_part_get_gpt_guid (struct gk_ctx *ctx, const char *device, int partnum, char **ret_string,
                           struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  struct fdisk_partition *pa;

  if (begin_part (&e, ctx, device, partnum, GK_EDIT_READ, err) == -1 ||
      gk_part_edit_find (&e, partnum, &pa, err) == -1)
    return -1;
  int r = give_guid (fdisk_partition_get_uuid (pa), ret_string, err);
  fdisk_unref_partition (pa);
  return r;
}

int
gk_part_part_set_gpt_guid (struct gk_ctx *ctx, const char *device, int partnum, const char *guid,
                           struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;

  if (begin_part (&e, ctx, device, partnum, GK_EDIT_CHANGE, err) == -1)
    return -1;
  struct fdisk_partition *pa = fdisk_new_partition ();
  if (pa == NULL)
    return gk_error_oom (err);
  int r = fdisk_partition_set_uuid (pa, guid);
  if (r == 0)
    r = fdisk_set_partition (e.cxt, (size_t)partnum - 1, pa);
  fdisk_unref_partition (pa);
  if (r != 0)
    return gk_part_edit_error (&e, r, "setting the partition's GUID", err);
  return gk_part_edit_commit (&e, err);
}

int
gk_part_part_get_gpt_attributes (struct gk_ctx *ctx, const char *device, int partnum,
                                 int64_t *ret_value, struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  uint64_t bits = 0;

  if (begin_part (&e, ctx, device, partnum, GK_EDIT_READ, err) == -1)
    return -1;
  int r = fdisk_gpt_get_partition_attrs (e.cxt, (size_t)partnum - 1, &bits);
  if (r != 0)
    return gk_part_edit_error (&e, r, "reading the attributes", err);
  *ret_value = (int64_t)bits;
  return 0;
}

int
gk_part_part_set_gpt_attributes (struct gk_ctx *ctx, const char *device, int partnum,
                                 int64_t attributes, struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;

  if (begin_part (&e, ctx, device, partnum, GK_EDIT_CHANGE, err) == -1)
    return -1;
  int r = fdisk_gpt_set_partition_attrs (e.cxt, (size_t)partnum - 1, (uint64_t)attributes);
  if (r != 0)
    return gk_part_edit_error (&e, r, "setting the attributes", err);
  return gk_part_edit_commit (&e, err);
}
