/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit partition: shows the tables of an image's disks; partition-apply.c
 * changes them. */

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/partition.h"

struct options {
  const char *apply;
  bool force;
};

static const struct cli_option options[] = {
  { "apply", 0, CLI_STRING, offsetof (struct options, apply), "FILE",
    "make the tables what this JSON says ('-': standard input)" },
  { "force", 0, CLI_FLAG, offsetof (struct options, force), NULL,
    "also when the content of partitions would be lost" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* What a table says of one partition; what it has no place for is NULL. */
struct row {
  const struct guestfs_partition *p;
  char *type, *name, *guid;
  int bootable; /* -1: not known */
  int64_t attributes;
};

static void
row_clear (struct row *row)
{
  free (row->type);
  free (row->name);
  free (row->guid);
}

static void
get_row (guestfs_h *g, const char *disk, bool gpt, const struct guestfs_partition *p,
         struct row *ret)
{
  *ret = (struct row){ .p = p };
  guestfs_push_error_handler (g, NULL, NULL);
  ret->bootable = guestfs_part_get_bootable (g, disk, p->part_num);
  if (gpt) {
    ret->type = guestfs_part_get_gpt_type (g, disk, p->part_num);
    ret->name = guestfs_part_get_name (g, disk, p->part_num);
    ret->guid = guestfs_part_get_gpt_guid (g, disk, p->part_num);
    ret->attributes = guestfs_part_get_gpt_attributes (g, disk, p->part_num);
    if (ret->attributes == -1) /* not known; what is not said stays as it is */
      ret->attributes = 0;
  } else {
    int id = guestfs_part_get_mbr_id (g, disk, p->part_num);
    ret->type = id >= 0 ? gk_asprintf ("0x%02x", (unsigned)id) : NULL;
  }
  guestfs_pop_error_handler (g);
}

static void
print_row (const struct row *row)
{
  /* The guest's, which a terminal must not act on. */
  _cleanup_free_ char *name = row->name ? gk_escape (row->name, strlen (row->name), 200) : NULL;

  printf ("%6d %14" PRIu64 " %14" PRIu64 " %14" PRIu64 "  %-4s  %-36s  %s\n", row->p->part_num,
          row->p->part_start, row->p->part_end, row->p->part_size, row->bootable == 1 ? "boot" : "",
          row->type ? row->type : "", name ? name : "");
}

static struct json_object *
row_json (const struct row *row)
{
  struct json_object *o = json_object_new_object ();

  json_object_object_add (o, "number", json_object_new_int (row->p->part_num));
  json_object_object_add (o, "start", json_object_new_uint64 (row->p->part_start));
  json_object_object_add (o, "end", json_object_new_uint64 (row->p->part_end));
  json_object_object_add (o, "size", json_object_new_uint64 (row->p->part_size));
  if (row->bootable >= 0)
    json_object_object_add (o, "bootable", json_object_new_boolean (row->bootable));
  if (row->type)
    cli_json_string (o, "type", row->type);
  if (row->name)
    cli_json_string (o, "name", row->name);
  if (row->guid)
    cli_json_string (o, "guid", row->guid);
  if (row->attributes) {
    char bits[32];
    snprintf (bits, sizeof bits, "0x%" PRIx64, (uint64_t)row->attributes);
    cli_json_string (o, "attributes", bits);
  }
  return o;
}

/* By which Windows and the kernel's PARTUUID tell disks; no call of the API asks for it. */
static char *
get_mbr_id (guestfs_h *g, const char *disk)
{
  size_t n = 0;
  _cleanup_free_ char *bytes = guestfs_pread_device (g, disk, 4, 440, &n);
  uint32_t id;

  if (bytes == NULL || n != sizeof id)
    return NULL;
  memcpy (&id, bytes, sizeof id);
  return gk_asprintf ("0x%08" PRIx32, le32toh (id));
}

/* Into list, or (NULL) as text.  A disk without a table has no partitions. */
static int
show_disk (guestfs_h *g, const char *disk, struct json_object *list)
{
  guestfs_push_error_handler (g, NULL, NULL);
  _cleanup_free_ char *kind = guestfs_part_get_parttype (g, disk);
  struct guestfs_partition_list *parts = kind ? guestfs_part_list (g, disk) : NULL;
  bool gpt = kind && gk_streq (kind, "gpt");
  _cleanup_free_ char *id = gpt ? guestfs_part_get_disk_guid (g, disk)
                            : kind && gk_streq (kind, "msdos") ? get_mbr_id (g, disk)
                                                               : NULL;
  guestfs_pop_error_handler (g);
  int64_t size = guestfs_blockdev_getsize64 (g, disk);
  struct json_object *o = NULL, *rows = NULL;

  if (size == -1) {
    guestfs_free_partition_list (parts);
    return cli_guestfs_error (g);
  }
  if (list) {
    o = json_object_new_object ();
    rows = json_object_new_array ();
    cli_json_string (o, "device", disk);
    json_object_object_add (o, "size", json_object_new_int64 (size));
    cli_json_string (o, "table", kind);
    if (id)
      cli_json_string (o, gpt ? "guid" : "id", id);
    json_object_object_add (o, "partitions", rows);
    json_object_array_add (list, o);
  } else {
    printf ("%s: %" PRIi64 " bytes, %s%s%s\n", disk, size, kind ? kind : "no partition table",
            id ? " " : "", id ? id : "");
    if (parts && parts->len)
      printf ("%6s %14s %14s %14s  %-4s  %-36s  %s\n", "NUMBER", "START", "END", "SIZE", "FLAG",
              "TYPE", "NAME");
  }
  for (uint32_t i = 0; parts && i < parts->len; i++) {
    struct row row;
    get_row (g, disk, gpt, &parts->val[i], &row);
    if (list)
      json_object_array_add (rows, row_json (&row));
    else
      print_row (&row);
    row_clear (&row);
  }
  guestfs_free_partition_list (parts);
  return CLI_OK;
}

static int
show (guestfs_h *g, bool json)
{
  _cleanup_strv_ char **disks = guestfs_list_devices (g);
  struct json_object *list = json ? json_object_new_array () : NULL;
  int r = disks ? CLI_OK : cli_guestfs_error (g);

  for (size_t i = 0; r == CLI_OK && disks[i]; i++)
    r = show_disk (g, disks[i], list);
  if (list && r == CLI_OK)
    cli_json_print (list);
  else
    json_object_put (list);
  return r;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  const struct cli_edit *e = &images->edit;
  bool edits = e->dry_run || e->commit || e->in_place || e->backup;
  int r;

  if (o->apply == NULL && (edits || o->force))
    return cli_usage (&cli_command_partition, "without --apply nothing is changed");
  if (o->apply && images->ro)
    return cli_usage (&cli_command_partition,
                      "--apply and --ro exclude each other; --dry-run shows "
                      "what would be done");
  images->rw = images->rw || o->apply;
  images->edit.whole = o->apply;
  guestfs_h *g = cli_open (&cli_command_partition, images, &argc, &argv, &r);
  if (g == NULL)
    return r;
  if (argc > 0)
    r = cli_usage (&cli_command_partition, "too many arguments");
  else if (o->apply)
    r = cli_partition_apply (g, o->apply, o->force, e->dry_run, images->json);
  else
    r = show (g, images->json);
  return cli_finish (g, &cli_command_partition, images, r);
}

const struct cli_command cli_command_partition = {
  .name = "partition",
  .synopsis = "[OPTIONS] IMAGE",
  .summary = "show the partition tables of an image, or make them what a file says",
  .description =
      "Shows the kind of each disk's partition table, and of each partition its number, where\n"
      "it begins and ends in bytes, its size, flag, type and name.\n\n"
      "With --apply the tables become what a file says, which the manual describes; what\n"
      "--json shows is such a file.  What is to be done comes first; partitions that are as\n"
      "they shall be are not touched, and a table whose change would lose the content of a\n"
      "partition is refused.  All of it lands, or nothing.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_UNITS,
  .run = run,
};
