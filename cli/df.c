/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit df: the columns of df(1), for each filesystem of the images. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"

struct options {
  bool human, inodes;
};

static const struct cli_option options[] = {
  { "human-readable", 0, CLI_FLAG, offsetof (struct options, human), NULL,
    "sizes in K, M, G instead of kibibytes" },
  { "inodes", 'i', CLI_FLAG, offsetof (struct options, inodes), NULL,
    "count inodes instead of bytes" },
  { NULL, 0, 0, 0, NULL, NULL },
};

struct row {
  const char *device;
  uint64_t total, used, available; /* bytes, or inodes */
};

/* 0 when the filesystem has no numbers: what is no filesystem, or cannot be
 * mounted by this kernel. */
static int
look (guestfs_h *g, const char *device, bool inodes, struct row *ret)
{
  guestfs_push_error_handler (g, NULL, NULL);
  struct guestfs_statvfs *s =
      guestfs_mount_ro (g, device, "/") == 0 ? guestfs_statvfs (g, "/") : NULL;
  guestfs_umount_all (g);
  guestfs_pop_error_handler (g);
  if (s == NULL)
    return 0;
  uint64_t unit = (uint64_t)(s->frsize > 0 ? s->frsize : s->bsize);
  *ret = (struct row){ .device = device };
  if (inodes) {
    ret->total = (uint64_t)s->files;
    ret->used = (uint64_t)(s->files - s->ffree);
    ret->available = (uint64_t)s->favail;
  } else {
    ret->total = (uint64_t)s->blocks * unit;
    ret->used = (uint64_t)(s->blocks - s->bfree) * unit;
    ret->available = (uint64_t)s->bavail * unit;
  }
  guestfs_free_statvfs (s);
  return 1;
}

/* --- printing --------------------------------------------------------------------- */

/* "1.5G", rounded up, as df -h does. */
static void
human (uint64_t bytes, char text[32])
{
  static const char units[] = "BKMGTPE";
  unsigned unit = 0;
  uint64_t tenths = bytes > UINT64_MAX / 10 ? UINT64_MAX : bytes * 10;

  for (; tenths >= 10240 && unit < 6; unit++)
    tenths = tenths / 1024 + (tenths % 1024 != 0);
  if (tenths < 100 && unit > 0)
    snprintf (text, 32, "%" PRIu64 ".%" PRIu64 "%c", tenths / 10, tenths % 10, units[unit]);
  else
    snprintf (text, 32, "%" PRIu64 "%c", tenths / 10 + (tenths % 10 != 0), units[unit]);
}

/* Of what users may have, rounded up. */
static unsigned
per_cent (const struct row *row)
{
  uint64_t all = row->used + row->available;

  return all ? (unsigned)((double)row->used * 100 / (double)all + 0.999) : 0;
}

static void
print_number (uint64_t n, const struct options *o)
{
  char text[32];

  if (o->human && !o->inodes)
    human (n, text);
  if (o->human && !o->inodes)
    printf (" %12s", text);
  else
    printf (" %12" PRIu64, o->inodes ? n : n / 1024 + (n % 1024 != 0));
}

static void
print_text (const struct row *rows, size_t n, const struct options *o)
{
  printf ("%-30s %12s %12s %12s %5s\n", "Filesystem",
          o->inodes  ? "Inodes"
          : o->human ? "Size"
                     : "1K-blocks",
          o->inodes ? "IUsed" : "Used", o->inodes ? "IFree" : "Available",
          o->inodes ? "IUse%" : "Use%");
  for (size_t i = 0; i < n; i++) {
    printf ("%-30s", rows[i].device);
    print_number (rows[i].total, o);
    print_number (rows[i].used, o);
    print_number (rows[i].available, o);
    printf (" %4u%%\n", per_cent (&rows[i]));
  }
}

static void
print_json (const struct row *rows, size_t n)
{
  struct json_object *list = json_object_new_array ();

  for (size_t i = 0; i < n; i++) {
    struct json_object *o = json_object_new_object ();
    cli_json_string (o, "device", rows[i].device);
    json_object_object_add (o, "total", json_object_new_uint64 (rows[i].total));
    json_object_object_add (o, "used", json_object_new_uint64 (rows[i].used));
    json_object_object_add (o, "available", json_object_new_uint64 (rows[i].available));
    json_object_array_add (list, o);
  }
  cli_json_print (list);
}

/* --- the command --------------------------------------------------------------------- */

static int
show (guestfs_h *g, const struct options *o, bool json)
{
  _cleanup_strv_ char **pairs = guestfs_list_filesystems (g);
  size_t n = 0, all = pairs ? gk_strv_length (pairs) / 2 : 0;
  _cleanup_free_ struct row *rows = calloc (all + 1, sizeof *rows);

  if (pairs == NULL)
    return cli_guestfs_error (g);
  if (rows == NULL)
    return cli_error ("out of memory");
  for (size_t i = 0; i < all; i++) {
    const char *device = pairs[2 * i], *type = pairs[2 * i + 1];
    /* A subvolume's numbers are those of the filesystem that it is in. */
    if (gk_after_prefix (device, "btrfsvol:") || gk_streq (type, "swap") ||
        gk_streq (type, "unknown") || *type == '\0')
      continue;
    n += (size_t)look (g, device, o->inodes, &rows[n]);
  }
  if (json)
    print_json (rows, n);
  else
    print_text (rows, n, o);
  return CLI_OK;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  int r;
  guestfs_h *g = cli_open (&cli_command_df, images, &argc, &argv, &r);

  if (g == NULL)
    return r;
  if (argc > 0)
    r = cli_usage (&cli_command_df, "too many arguments");
  else if (images->keys.n + images->keys_from_stdin > 0 &&
           cli_open_encrypted (g, images, !images->rw) == -1)
    r = CLI_FAILED;
  else
    r = show (g, opts, images->json);
  return cli_close (g, r);
}

const struct cli_command cli_command_df = {
  .name = "df",
  .synopsis = "[OPTIONS] IMAGE",
  .summary = "tell how full the file systems in an image are",
  .description =
      "Mounts each file system of the image, read-only, and prints its size, how much of it "
      "is used and how much is left, as df(1) does. What cannot be mounted is left out.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES,
  .run = run,
};
