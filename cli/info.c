/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit info: the devices of an image, and what its guest calls itself. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "guestkit.h"

struct facts {
  char **devices, **partitions, **filesystems; /* filesystems: name, type ... */
  char *os_name, *hostname;
};

static void
facts_clear (struct facts *f)
{
  gk_strv_free (f->devices);
  gk_strv_free (f->partitions);
  gk_strv_free (f->filesystems);
  free (f->os_name);
  free (f->hostname);
}

static char *
string_of (struct json_object *o, const char *key)
{
  struct json_object *v;
  return json_object_object_get_ex (o, key, &v) ? strdup (json_object_get_string (v)) : NULL;
}

/* What the guest is, when there is one. */
static int
ask_guest (guestfs_h *g, struct facts *f)
{
  _cleanup_strv_ char **roots = guestfs_inspect_os (g);

  if (roots == NULL)
    return -1;
  if (roots[0] == NULL)
    return 0;
  _cleanup_free_ char *text = guestkit_inspect (g, roots[0]);
  struct json_object *system = text ? json_tokener_parse (text) : NULL;
  if (system == NULL)
    return -1;
  f->os_name = string_of (system, "name");
  if (f->os_name == NULL)
    f->os_name = string_of (system, "product_name");
  f->hostname = string_of (system, "hostname");
  json_object_put (system);
  return 0;
}

static int
gather (guestfs_h *g, struct facts *f)
{
  f->devices = guestfs_list_devices (g);
  f->partitions = guestfs_list_partitions (g);
  f->filesystems = guestfs_list_filesystems (g);
  if (f->devices == NULL || f->partitions == NULL || f->filesystems == NULL)
    return cli_guestfs_error (g);
  return ask_guest (g, f) == -1 ? cli_guestfs_error (g) : CLI_OK;
}

static const char *
type_of (const struct facts *f, const char *device)
{
  for (size_t i = 0; f->filesystems[i]; i += 2)
    if (gk_streq (f->filesystems[i], device))
      return f->filesystems[i + 1];
  return NULL;
}

/* Sets, volumes, opened devices, subvolumes: what is no disk and no partition
 * of one. */
static bool
is_volume (const struct facts *f, const char *filesystem)
{
  for (size_t i = 0; f->partitions[i]; i++)
    if (gk_streq (f->partitions[i], filesystem))
      return false;
  return !gk_strv_contains (f->devices, filesystem);
}

static void
print_volumes (guestfs_h *g, const struct facts *f)
{
  for (size_t i = 0; f->filesystems[i]; i += 2) {
    const char *name = f->filesystems[i], *type = f->filesystems[i + 1];
    if (!is_volume (f, name))
      continue;
    if (gk_after_prefix (name, "btrfsvol:"))
      printf ("%s: subvolume\n", name);
    else
      printf ("%s: %" PRIi64 " bytes, %s\n", name, guestfs_blockdev_getsize64 (g, name), type);
  }
}

/* What a partition without a filesystem holds; malloced. */
static char *
content (guestfs_h *g, const char *partition)
{
  char *type = guestfs_vfs_type (g, partition);

  if (type && *type)
    return type;
  free (type);
  return strdup ("no file system");
}

static void
print_text (guestfs_h *g, const struct facts *f)
{
  if (f->os_name)
    printf ("operating system: %s\n", f->os_name);
  if (f->hostname)
    printf ("hostname: %s\n", f->hostname);
  for (size_t i = 0; f->devices[i]; ++i) {
    _cleanup_free_ char *table = guestfs_part_get_parttype (g, f->devices[i]);
    const char *type = type_of (f, f->devices[i]);
    printf ("%s: %" PRIi64 " bytes, %s%s%s\n", f->devices[i],
            guestfs_blockdev_getsize64 (g, f->devices[i]), type ? type : "",
            type ? "" : "partition table ",
            type    ? ""
            : table ? table
                    : "none");
    for (size_t k = 0; f->partitions[k]; ++k)
      if (gk_after_prefix (f->partitions[k], f->devices[i])) {
        _cleanup_free_ char *other = NULL;
        type = type_of (f, f->partitions[k]);
        if (type == NULL)
          type = other = content (g, f->partitions[k]);
        printf ("  %s: %" PRIi64 " bytes, %s\n", f->partitions[k],
                guestfs_blockdev_getsize64 (g, f->partitions[k]), type ? type : "");
      }
  }
  print_volumes (g, f);
}

static struct json_object *
device_json (guestfs_h *g, const struct facts *f, const char *device)
{
  struct json_object *o = json_object_new_object ();

  cli_json_string (o, "device", device);
  if (!gk_after_prefix (device, "btrfsvol:"))
    json_object_object_add (o, "size",
                            json_object_new_int64 (guestfs_blockdev_getsize64 (g, device)));
  cli_json_string (o, "filesystem", type_of (f, device));
  return o;
}

static void
print_json (guestfs_h *g, const struct facts *f)
{
  struct json_object *top = json_object_new_object (), *list = json_object_new_array ();

  cli_json_string (top, "operating_system", f->os_name);
  cli_json_string (top, "hostname", f->hostname);
  for (size_t i = 0; f->devices[i]; ++i) {
    struct json_object *o = device_json (g, f, f->devices[i]), *parts = json_object_new_array ();
    _cleanup_free_ char *table = guestfs_part_get_parttype (g, f->devices[i]);
    cli_json_string (o, "partition_table", table);
    for (size_t k = 0; f->partitions[k]; ++k)
      if (gk_after_prefix (f->partitions[k], f->devices[i]))
        json_object_array_add (parts, device_json (g, f, f->partitions[k]));
    json_object_object_add (o, "partitions", parts);
    json_object_array_add (list, o);
  }
  json_object_object_add (top, "devices", list);
  list = json_object_new_array ();
  for (size_t i = 0; f->filesystems[i]; i += 2)
    if (is_volume (f, f->filesystems[i]))
      json_object_array_add (list, device_json (g, f, f->filesystems[i]));
  json_object_object_add (top, "volumes", list);
  cli_json_print (top);
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  struct facts f = { .devices = NULL };
  int r;
  guestfs_h *g = cli_open (&cli_command_info, images, &argc, &argv, &r);

  if (g == NULL)
    return r;
  if (argc > 0)
    r = cli_usage (&cli_command_info, "too many arguments");
  else if (images->keys.n + images->keys_from_stdin > 0 &&
           cli_open_encrypted (g, images, !images->rw) == -1)
    r = CLI_FAILED;
  else
    r = gather (g, &f);
  if (r == CLI_OK && images->json)
    print_json (g, &f);
  else if (r == CLI_OK)
    print_text (g, &f);
  facts_clear (&f);
  return cli_close (g, r);
}

const struct cli_command cli_command_info = {
  .name = "info",
  .synopsis = "[OPTIONS] IMAGE",
  .summary = "show what is in an image",
  .description = "Shows the disks, partitions and file systems of the image, and the name of the\n"
                 "operating system and of the host when a guest is found.",
  .flags = CLI_IMAGES,
  .run = run,
};
