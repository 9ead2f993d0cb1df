/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls about whole tables: part_init, part_disk, part_get_parttype,
 * part_list. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "gk-ops-part.h"
#include "op/ctx.h"
#include "part/edit.h"

/* part_disk's partition begins here and ends as many sectors before the end:
 * aligned to 64 KiB, and room for both copies of a GPT. */
#define MARGIN 128
#define GPT_ENTRIES_SIZE 16384

static const char *
canonical_type (const char *type)
{
  static const struct {
    const char *name, *parted;
  } known[] = {
    { "gpt", "gpt" },   { "efi", "gpt" },     { "msdos", "msdos" }, { "mbr", "msdos" },
    { "aix", "aix" },   { "amiga", "amiga" }, { "rdb", "amiga" },   { "bsd", "bsd" },
    { "dasd", "dasd" }, { "dvh", "dvh" },     { "mac", "mac" },     { "pc98", "pc98" },
    { "sun", "sun" },
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (gk_streq (known[i].name, type))
      return known[i].parted;
  return NULL;
}

static int
check_type (const char **type, struct gk_error *err)
{
  const char *canonical = canonical_type (*type);
  if (canonical == NULL)
    return gk_error_set (err, EINVAL,
                         "unknown partition type: common choices are \"gpt\" and "
                         "\"msdos\"");
  *type = canonical;
  return 0;
}

/* The first sector behind a GPT, which libfdisk wants to be told by a script:
 * where there was a table before, it goes back to its own margin of 1 MiB. */
static int
set_first_lba (struct fdisk_context *cxt)
{
  unsigned long sector = fdisk_get_sector_size (cxt);
  char first[32];

  snprintf (first, sizeof first, "%lu", 2 + (GPT_ENTRIES_SIZE + sector - 1) / sector);
  struct fdisk_script *script = fdisk_new_script (cxt);
  if (script == NULL)
    return -ENOMEM;
  int r = fdisk_script_set_header (script, "first-lba", first);
  if (r == 0)
    r = fdisk_set_script (cxt, script);
  fdisk_unref_script (script);
  return r;
}

int
gk_part_begin_new (struct gk_part_edit *e, struct gk_ctx *ctx, const char *device, const char *type,
                   struct gk_error *err)
{
  if (gk_part_edit_begin (e, ctx, device, GK_EDIT_NEW, err) == -1)
    return -1;
  /* What was on the disk before must not be found on it afterwards. */
  fdisk_enable_wipe (e->cxt, 1);
  int r = gk_streq (type, "gpt") ? set_first_lba (e->cxt) : 0;
  if (r == 0)
    r = fdisk_create_disklabel (e->cxt, gk_streq (type, "msdos") ? "dos" : type);
  /* The script and the context keep each other alive. */
  fdisk_set_script (e->cxt, NULL);
  if (r != 0)
    return gk_part_edit_error (e, r, "creating a partition table", err);
  if (gk_streq (type, "msdos"))
    fdisk_set_first_lba (e->cxt, 1);
  return 0;
}

int
gk_part_part_init (struct gk_ctx *ctx, const char *device, const char *parttype,
                   struct gk_error *err)
{
  if (check_type (&parttype, err) == -1)
    return -1;
  if (!gk_part_is_native (parttype)) {
    const char *const command[] = { "mklabel", parttype, NULL };
    return gk_parted (ctx, device, command, err);
  }
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  if (gk_part_begin_new (&e, ctx, device, parttype, err) == -1)
    return -1;
  return gk_part_edit_commit (&e, err);
}

int
gk_part_part_disk (struct gk_ctx *ctx, const char *device, const char *parttype,
                   struct gk_error *err)
{
  if (check_type (&parttype, err) == -1)
    return -1;
  if (!gk_part_is_native (parttype)) {
    const char *const command[] = {
      "mklabel", parttype, "mkpart", "primary", "128s", "-128s", NULL
    };
    return gk_parted (ctx, device, command, err);
  }
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  if (gk_part_begin_new (&e, ctx, device, parttype, err) == -1)
    return -1;
  fdisk_sector_t sectors = fdisk_get_nsectors (e.cxt);
  if (sectors <= 2 * MARGIN)
    return gk_error_set (err, ENOSPC, "%s: too small for a partition", device);
  int r = gk_part_add_one (&e, "primary", gk_streq (parttype, "gpt") ? "p1" : NULL, MARGIN,
                           sectors - MARGIN, err);
  return r == -1 ? -1 : gk_part_edit_commit (&e, err);
}

bool
gk_part_is_protective (int fd)
{
  unsigned char mbr[512];

  if (gk_pread_full (fd, mbr, sizeof mbr, 0) != sizeof mbr || mbr[510] != 0x55 || mbr[511] != 0xaa)
    return false;
  for (size_t entry = 446; entry < 510; entry += 16)
    if (mbr[entry + 4] == 0xee)
      return true;
  return false;
}

int
gk_part_read_any (struct gk_ctx *ctx, const char *device, struct gk_part_table *ret,
                  struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  if (gk_part_read (fd, &t, err) == -1)
    return gk_error_wrap (err, "%s", device);
  if (!gk_part_is_native (t.type)) {
    /* A bare filesystem counts for parted as a table of the type "loop". */
    gk_part_table_clear (&t);
    struct gk_error why = GK_ERROR_INIT;
    if (gk_parted_read (ctx, device, &t, &why) == -1) {
      if (why.errnum == ENOENT) { /* parted is not installed */
        gk_error_clear (&why);
        return gk_part_no_label (device, err);
      }
      if (gk_part_is_protective (fd))
        gk_error_set (err, EINVAL,
                      "%s: neither copy of its GPT can be used: they are damaged, or the disk is "
                      "shorter than it was",
                      device);
      else
        gk_error_move (err, &why);
      gk_error_clear (&why);
      return -1;
    }
  }
  *ret = t;
  t = (struct gk_part_table)GK_PART_TABLE_INIT;
  return 0;
}

int
gk_part_part_get_parttype (struct gk_ctx *ctx, const char *device, char **ret_string,
                           struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  if (gk_part_read_any (ctx, device, &t, err) == -1)
    return -1;
  if (gk_streq (t.type, "loop"))
    return gk_error_set (err, 0, "%s: not a partitioned device", device);
  char *s = strdup (t.type);
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

static int
by_start (const void *a, const void *b)
{
  const struct guestfs_partition *p = a, *q = b;
  if (p->part_start != q->part_start)
    return p->part_start < q->part_start ? -1 : 1;
  return p->part_num - q->part_num;
}

int
gk_part_part_list (struct gk_ctx *ctx, const char *device, struct guestfs_partition_list *ret_list,
                   struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  if (gk_part_read_any (ctx, device, &t, err) == -1)
    return -1;
  struct guestfs_partition *val = calloc (t.n + 1, sizeof *val);
  if (val == NULL)
    return gk_error_oom (err);
  uint32_t n = 0;
  for (size_t i = 0; i < t.n; i++) {
    const struct gk_part *p = &t.parts[i];
    if (p->nested)
      continue;
    val[n].part_num = p->num;
    val[n].part_start = p->start;
    val[n].part_end = p->start + p->size - 1;
    val[n].part_size = p->size;
    n++;
  }
  qsort (val, n, sizeof *val, by_start);
  ret_list->len = n;
  ret_list->val = val;
  return 0;
}
