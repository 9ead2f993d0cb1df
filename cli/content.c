/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is on a device, for commands that write over it. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"
#include "cli/content.h"
#include "cli/json.h"
#include "guestkit.h"

const char *
cli_content_text (struct json_object *o, const char *key)
{
  struct json_object *v;
  const char *s = json_object_object_get_ex (o, key, &v) && v ? json_object_get_string (v) : NULL;

  return s ? s : "";
}

static int
add_signatures (guestfs_h *g, const char *device, struct json_object *list)
{
  _cleanup_free_ char *json = guestkit_signatures (g, device);
  struct json_object *found = json ? json_tokener_parse (json) : NULL;

  if (found == NULL)
    return cli_guestfs_error (g);
  for (size_t i = 0; i < json_object_array_length (found); i++) {
    struct json_object *o = json_object_array_get_idx (found, i);
    cli_json_string (o, "device", device);
    json_object_array_add (list, json_object_get (o));
  }
  json_object_put (found);
  return CLI_OK;
}

/* Of the disk's partitions, by the numbers behind its name. */
static bool
is_part_of (const char *name, const char *disk)
{
  const char *rest = gk_after_prefix (name, disk);

  if (rest && *rest == 'p')
    rest++;
  return rest && isdigit ((unsigned char)*rest);
}

struct json_object *
cli_content (guestfs_h *g, const char *device, bool deep)
{
  struct json_object *list = json_object_new_array ();
  _cleanup_strv_ char **parts = deep ? guestfs_list_partitions (g) : NULL;
  int r = deep && parts == NULL ? cli_guestfs_error (g) : add_signatures (g, device, list);

  for (size_t i = 0; r == CLI_OK && parts && parts[i]; i++)
    if (is_part_of (parts[i], device))
      r = add_signatures (g, parts[i], list);
  if (r == CLI_OK)
    return list;
  json_object_put (list);
  return NULL;
}

char *
cli_content_words (struct json_object *o)
{
  const char *label = cli_content_text (o, "label"), *uuid = cli_content_text (o, "uuid");

  return gk_asprintf ("%s%s%s%s%s%s%s", cli_content_text (o, "type"),
                      gk_streq (cli_content_text (o, "kind"), "table") ? " partition table" : "",
                      *label ? " \"" : "", label, *label ? "\"" : "", *uuid ? " " : "", uuid);
}

void
cli_content_let_go (guestfs_h *g, struct json_object *content)
{
  if (strstr (json_object_to_json_string (content), "LVM2_member") == NULL)
    return;
  guestfs_push_error_handler (g, NULL, NULL);
  guestfs_vg_activate_all (g, 0); /* what is still in use says so itself */
  guestfs_pop_error_handler (g);
}
