/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit mkfs: makes a filesystem, or swap space, where nothing is. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "base/uuid.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/json.h"

struct options {
  const char *type, *label, *uuid, *features;
  int blocksize, inode;
  bool force;
};

static const struct cli_option options[] = {
  { "type", 't', CLI_STRING, offsetof (struct options, type), "TYPE",
    "ext4, xfs, btrfs, vfat, ntfs, swap ..." },
  { "label", 'L', CLI_STRING, offsetof (struct options, label), "LABEL", "its label" },
  { "uuid", 'U', CLI_STRING, offsetof (struct options, uuid), "UUID",
    "its UUID (ext2, ext3, ext4, xfs, btrfs, swap, jfs, reiserfs, nilfs2)" },
  { "block-size", 'b', CLI_NUMBER, offsetof (struct options, blocksize), "BYTES",
    "size of its blocks or clusters" },
  { "inode-size", 'I', CLI_NUMBER, offsetof (struct options, inode), "BYTES",
    "size of its inodes (ext2, ext3, ext4)" },
  { "features", 'O', CLI_STRING, offsetof (struct options, features), "LIST",
    "features, as mke2fs takes them (ext2, ext3, ext4)" },
  { "force", 0, CLI_FLAG, offsetof (struct options, force), NULL,
    "also where something is, which is lost" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* --- before anything is touched --------------------------------------------------------------- */

static bool
takes_uuid (const char *type)
{
  static const char *const kinds[] = { "ext2", "ext3", "ext4",     "xfs",   "btrfs",
                                       "swap", "jfs",  "reiserfs", "nilfs2" };

  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (gk_streq (kinds[i], type))
      return true;
  return false;
}

static int
check_options (const struct options *o)
{
  if (o->type == NULL)
    return cli_usage (&cli_command_mkfs, "--type says what to make");
  if (o->uuid && !gk_uuid_is_text (o->uuid))
    return cli_usage (&cli_command_mkfs, "--uuid: '%s' is not a UUID", o->uuid);
  if (o->uuid && !takes_uuid (o->type))
    return cli_usage (&cli_command_mkfs, "--uuid: that of %s cannot be set", o->type);
  return CLI_OK;
}

/* Refuse when anything is recognized on the device, unless force. */
static int
check_content (const char *device, struct json_object *content, bool force)
{
  if (force || json_object_array_length (content) == 0)
    return CLI_OK;
  _cleanup_free_ char *words = cli_content_words (json_object_array_get_idx (content, 0));
  size_t more = json_object_array_length (content) - 1;
  return cli_error ("%s: there is %s%s; nothing was changed (--force makes it all the same)",
                    device, words ? words : "something", more ? ", and more" : "");
}

/* --- making ------------------------------------------------------------------------ */

static int
make (guestfs_h *g, const char *device, const struct options *o)
{
  struct guestfs_mkfs_opts_argv a = { .bitmask = 0 };

  if (o->label) {
    a.bitmask |= GUESTFS_MKFS_OPTS_LABEL_BITMASK;
    a.label = o->label;
  }
  if (o->blocksize) {
    a.bitmask |= GUESTFS_MKFS_OPTS_BLOCKSIZE_BITMASK;
    a.blocksize = o->blocksize;
  }
  if (o->inode) {
    a.bitmask |= GUESTFS_MKFS_OPTS_INODE_BITMASK;
    a.inode = o->inode;
  }
  if (o->features) {
    a.bitmask |= GUESTFS_MKFS_OPTS_FEATURES_BITMASK;
    a.features = o->features;
  }
  if (guestfs_mkfs_opts_argv (g, o->type, device, &a) == -1 ||
      (o->uuid && guestfs_set_uuid (g, device, o->uuid) == -1))
    return cli_guestfs_error (g);
  return CLI_OK;
}

static int
tell (guestfs_h *g, const char *device, const struct options *o, struct json_object *content,
      bool dry_run, bool json)
{
  int64_t size = guestfs_blockdev_getsize64 (g, device);
  _cleanup_free_ char *uuid = dry_run ? strdup ("") : guestfs_vfs_uuid (g, device);
  _cleanup_free_ char *type = dry_run ? strdup (o->type) : guestfs_vfs_type (g, device);

  if (size == -1 || uuid == NULL || type == NULL)
    return cli_guestfs_error (g);
  if (json) {
    struct json_object *made = json_object_new_object ();
    cli_json_string (made, "device", device);
    cli_json_string (made, "type", type);
    cli_json_string (made, "uuid", *uuid ? uuid : o->uuid);
    cli_json_string (made, "label", o->label);
    json_object_object_add (made, "size", json_object_new_int64 (size));
    json_object_object_add (made, "over", json_object_get (content));
    cli_json_print (made);
    return CLI_OK;
  }
  printf ("%s: %s%s, %" PRIi64 " bytes%s%s\n", device, type, dry_run ? " would be made" : "", size,
          *uuid ? ", UUID " : "", uuid);
  for (size_t i = 0; i < json_object_array_length (content); i++) {
    struct json_object *over = json_object_array_get_idx (content, i);
    _cleanup_free_ char *words = cli_content_words (over);
    printf ("  over %s: %s\n", cli_content_text (over, "device"), words ? words : "");
  }
  return CLI_OK;
}

static int
mkfs (guestfs_h *g, const char *name, const struct options *o, const struct cli_images *images)
{
  _cleanup_free_ char *device = guestfs_canonical_device_name (g, name);
  struct json_object *content = device ? cli_content (g, device, true) : NULL;

  if (device == NULL)
    return cli_guestfs_error (g);
  if (content == NULL)
    return CLI_FAILED;
  int r = check_content (device, content, o->force);
  if (r == CLI_OK && o->force)
    cli_content_let_go (g, content);
  /* Also in a dry run, whose writes are thrown away: so it fails where the real one would. */
  if (r == CLI_OK)
    r = make (g, device, o);
  if (r == CLI_OK)
    r = tell (g, device, o, content, images->edit.dry_run, images->json);
  json_object_put (content);
  return r;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  int r = check_options (o);

  if (r != CLI_OK)
    return r;
  if (images->ro)
    return cli_usage (&cli_command_mkfs, "--ro: --dry-run shows what would be done");
  guestfs_h *g = cli_open (&cli_command_mkfs, images, &argc, &argv, &r);
  if (g == NULL)
    return r;
  if (argc != 1)
    r = cli_usage (&cli_command_mkfs, "give one device, such as /dev/sda1");
  else
    r = cli_open_encrypted (g, images, false) == -1 ? CLI_FAILED : mkfs (g, argv[0], o, images);
  return cli_finish (g, &cli_command_mkfs, images, r);
}

const struct cli_command cli_command_mkfs = {
  .name = "mkfs",
  .synopsis = "[OPTIONS] --type TYPE IMAGE DEVICE",
  .summary = "make a filesystem, or swap space",
  .description =
      "Makes a filesystem or swap space on a partition, a volume or a whole disk.  Where\n"
      "something is recognized it is refused, and said what that is.  A label that is too long\n"
      "is refused, too, and not cut.  With --commit nothing of the image changes when it fails.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_UNITS,
  .run = run,
};
