/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit inspect: which operating systems an image holds, and what whoever
 * moves them wants to know. */

#include <json-c/json.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "guestkit.h"

struct options {
  bool applications;
};

static const struct cli_option options[] = {
  { "applications", 'l', CLI_FLAG, offsetof (struct options, applications), NULL,
    "list the installed packages, too" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* --- gathering -------------------------------------------------------------------- */

static struct json_object *
application_json (const struct guestfs_application2 *app)
{
  struct json_object *o = json_object_new_object ();

  cli_json_string (o, "name", app->app2_name);
  cli_json_string (o, "display_name", *app->app2_display_name ? app->app2_display_name : NULL);
  json_object_object_add (o, "epoch", json_object_new_int (app->app2_epoch));
  cli_json_string (o, "version", app->app2_version);
  cli_json_string (o, "release", app->app2_release);
  cli_json_string (o, "arch", app->app2_arch);
  return o;
}

static int
add_applications (guestfs_h *g, const char *root, struct json_object *system)
{
  struct guestfs_application2_list *apps = guestfs_inspect_list_applications2 (g, root);
  struct json_object *list = json_object_new_array ();

  json_object_object_add (system, "applications", list);
  if (apps == NULL)
    return -1;
  for (uint32_t i = 0; i < apps->len; ++i)
    json_object_array_add (list, application_json (&apps->val[i]));
  guestfs_free_application2_list (apps);
  return 0;
}

static struct json_object *
free_space (guestfs_h *g, char **pairs)
{
  struct json_object *list = json_object_new_array ();

  for (size_t i = 0; pairs && pairs[i]; i += 2) {
    guestfs_push_error_handler (g, NULL, NULL); /* fails where it is not mounted */
    struct guestfs_statvfs *st = guestfs_statvfs (g, pairs[i]);
    guestfs_pop_error_handler (g);
    if (st == NULL)
      continue;
    struct json_object *o = json_object_new_object ();
    cli_json_string (o, "mountpoint", pairs[i]);
    cli_json_string (o, "device", pairs[i + 1]);
    json_object_object_add (o, "size", json_object_new_int64 (st->blocks * st->frsize));
    json_object_object_add (o, "free", json_object_new_int64 (st->bfree * st->frsize));
    json_object_array_add (list, o);
    guestfs_free_statvfs (st);
  }
  return list;
}

/* One system, mounted for as long as it is looked at; NULL after the error was said. */
static struct json_object *
describe (guestfs_h *g, const char *root, const struct options *o)
{
  if (guestfs_umount_all (g) == -1) {
    cli_guestfs_error (g);
    return NULL;
  }
  if (cli_mount_root (g, root, true) == -1)
    return NULL;
  _cleanup_free_ char *text = guestkit_inspect (g, root);
  _cleanup_strv_ char **pairs = guestfs_inspect_get_mountpoints (g, root);
  struct json_object *system = text ? json_tokener_parse (text) : NULL;
  if (system == NULL || (o->applications && add_applications (g, root, system) == -1)) {
    cli_guestfs_error (g);
    json_object_put (system);
    return NULL;
  }
  json_object_object_add (system, "space", free_space (g, pairs));
  return system;
}

/* --- showing ---------------------------------------------------------------------- */

static void
print_row (struct json_object *row, int indent)
{
  printf ("\n%*s-", indent, "");
  json_object_object_foreach (row, key, value)
  {
    printf (" %s=%s", key, json_object_get_string (value));
  }
}

/* "name: value", lists on one line, objects below each other. */
static void
print_value (const char *name, struct json_object *v, int indent)
{
  switch (json_object_get_type (v)) {
  case json_type_null:
    return;
  case json_type_object:
    if (json_object_object_length (v) == 0)
      return;
    printf ("%*s%s:\n", indent, "", name);
    json_object_object_foreach (v, key, below)
    {
      print_value (key, below, indent + 2);
    }
    return;
  case json_type_array:
    if (json_object_array_length (v) == 0)
      return;
    printf ("%*s%s:", indent, "", name);
    for (size_t i = 0; i < json_object_array_length (v); ++i) {
      struct json_object *item = json_object_array_get_idx (v, i);
      if (json_object_is_type (item, json_type_object))
        print_row (item, indent + 2);
      else
        printf ("%s%s", i ? ", " : " ", json_object_get_string (item));
    }
    putchar ('\n');
    return;
  default:
    printf ("%*s%s: %s\n", indent, "", name, json_object_get_string (v));
  }
}

static void
print_text (struct json_object *system)
{
  json_object_object_foreach (system, key, value)
  {
    print_value (key, value, 0);
  }
}

static int
inspect (guestfs_h *g, bool json, const struct options *o)
{
  _cleanup_strv_ char **roots = guestfs_inspect_os (g);
  struct json_object *systems = json_object_new_array ();
  int r = CLI_OK;

  if (roots == NULL)
    r = cli_guestfs_error (g);
  for (size_t i = 0; r == CLI_OK && roots[i]; ++i) {
    struct json_object *system = describe (g, roots[i], o);
    if (system == NULL)
      r = CLI_FAILED;
    else
      json_object_array_add (systems, system);
  }
  for (size_t i = 0; r == CLI_OK && !json && i < json_object_array_length (systems); ++i) {
    if (i > 0)
      putchar ('\n');
    print_text (json_object_array_get_idx (systems, i));
  }
  if (r == CLI_OK && json) {
    struct json_object *top = json_object_new_object ();
    json_object_object_add (top, "systems", systems);
    cli_json_print (top);
    return r;
  }
  if (r == CLI_OK && json_object_array_length (systems) == 0)
    r = cli_error ("no operating system was found ('guestkit filesystems' lists what is there)");
  json_object_put (systems);
  return r;
}

/* This process, the worker and the image server take turns.  Where they do so on one
 * processor none waits for another one to wake up, and of several commands at a time each
 * has its own. */
static void
stay_on_one_processor (void)
{
  int here = sched_getcpu ();
  cpu_set_t one;

  if (here < 0 || here >= CPU_SETSIZE)
    return;
  CPU_ZERO (&one);
  CPU_SET (here, &one);
  sched_setaffinity (0, sizeof one, &one); /* else it is only slower */
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  int r;

  stay_on_one_processor ();
  guestfs_h *g = cli_open (&cli_command_inspect, images, &argc, &argv, &r);

  if (g == NULL)
    return r;
  if (argc > 0)
    r = cli_usage (&cli_command_inspect, "too many arguments");
  else
    r = cli_open_encrypted (g, images, true) == -1 ? CLI_FAILED : inspect (g, images->json, opts);
  return cli_close (g, r);
}

const struct cli_command cli_command_inspect = {
  .name = "inspect",
  .synopsis = "[OPTIONS] IMAGE",
  .summary = "tell which operating systems are in an image, and what they are like",
  .description =
      "Shows for each operating system its kind and version, what it mounts, how it boots,\n"
      "its kernels and the drivers that these have, how it finds its network and which\n"
      "agents of hypervisors it has.  Nothing of the guest is run.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES,
  .run = run,
};
