/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit fsck: checks filesystems of an image, and repairs them.
 *
 * A check alone opens the image read-only; what the replay of a journal writes
 * goes to the layer that is thrown away.  A repair is made in a unit: it lands
 * when no faults are left. */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "guestkit.h"

/* Of fsck(8), summed up over all filesystems. */
#define REPAIRED 1
#define FAULTS 4
#define NOT_CHECKED 8

struct options {
  bool repair;
  const char *type;
};

static const struct cli_option options[] = {
  { "repair", 0, CLI_FLAG, offsetof (struct options, repair), NULL, "repair what is found" },
  { "type", 't', CLI_STRING, offsetof (struct options, type), "TYPE",
    "what DEVICE is, where that is not recognized any more" },
  { NULL, 0, 0, 0, NULL, NULL },
};

static const char *
text_of (struct json_object *o, const char *key)
{
  struct json_object *v;
  const char *s = json_object_object_get_ex (o, key, &v) && v ? json_object_get_string (v) : NULL;

  return s ? s : "";
}

static int
status_of (struct json_object *o)
{
  struct json_object *v;

  return json_object_object_get_ex (o, "status", &v) ? json_object_get_int (v) : NOT_CHECKED;
}

static bool
has_log (struct json_object *o)
{
  struct json_object *v;

  return json_object_object_get_ex (o, "log", &v) && json_object_get_boolean (v);
}

/* --- one filesystem --------------------------------------------------------------------------- */

/* NULL: the handle has the error. */
static struct json_object *
ask (guestfs_h *g, const char *device, const char *type, bool repair)
{
  _cleanup_free_ char *json = guestkit_check (g, device, type, repair);

  return json ? json_tokener_parse (json) : NULL;
}

/* Have the kernel replay the journal, by mounting.  False when it cannot be mounted. */
static bool
replay (guestfs_h *g, const char *device)
{
  guestfs_push_error_handler (g, NULL, NULL);
  bool done = guestfs_mount (g, device, "/") == 0;
  if (done && guestfs_umount (g, "/") == -1)
    done = false;
  guestfs_pop_error_handler (g);
  return done;
}

static void
set_repaired (struct json_object *o)
{
  json_object_object_add (o, "status", json_object_new_int (REPAIRED));
  cli_json_string (o, "result", "repaired");
  cli_json_string (o, "output", "the journal was replayed");
}

static struct json_object *
check_one (guestfs_h *g, const char *device, const struct options *o)
{
  struct json_object *found = ask (g, device, o->type, false);
  bool replayed = false;

  /* When it repairs, e2fsck replays the journal itself; xfs_repair would refuse. */
  if (found && has_log (found) && (!o->repair || gk_streq (text_of (found, "type"), "xfs")) &&
      replay (g, device)) {
    json_object_put (found);
    found = ask (g, device, o->type, false);
    replayed = true;
  }
  bool broken = found && (status_of (found) == FAULTS || has_log (found) ||
                          (status_of (found) == NOT_CHECKED && *text_of (found, "tool")));
  if (broken && o->repair) {
    json_object_put (found);
    found = ask (g, device, o->type, true);
  } else if (found && o->repair && replayed && status_of (found) == 0) {
    set_repaired (found);
  }
  return found;
}

static void
print_one (struct json_object *o)
{
  const char *output = text_of (o, "output"), *type = text_of (o, "type");
  int status = status_of (o);

  printf ("%s: %s%s%s\n", text_of (o, "device"), type, *type ? ": " : "", text_of (o, "result"));
  for (const char *p = output; status != 0 && *p;) {
    size_t n = strcspn (p, "\n");
    if (n > 0)
      printf ("  %.*s\n", (int)n, p);
    p += n + (p[n] == '\n');
  }
  fflush (stdout);
}

/* --- all of them ------------------------------------------------------------------- */

/* Subvolumes are parts of one filesystem, and what is no filesystem has no check. */
static int
find_all (guestfs_h *g, struct gk_strv *ret)
{
  _cleanup_strv_ char **list = guestfs_list_filesystems (g);

  if (list == NULL)
    return cli_guestfs_error (g);
  for (size_t i = 0; list[i]; i += 2) {
    if (gk_after_prefix (list[i], "btrfsvol:") || gk_streq (list[i + 1], "swap") ||
        gk_streq (list[i + 1], "unknown"))
      continue;
    if (gk_strv_push (ret, list[i]) == -1)
      return cli_error ("out of memory");
  }
  return CLI_OK;
}

/* The sum of what was found; 8 also when that cannot be said. */
static int
check_all (guestfs_h *g, const struct options *o, char *const *devices, bool named, bool json)
{
  struct json_object *list = json ? json_object_new_array () : NULL;
  int sum = 0;

  for (size_t i = 0; devices && devices[i] && !cli_interrupted (); i++) {
    struct json_object *found = check_one (g, devices[i], o);
    if (found == NULL) {
      cli_guestfs_error (g);
      sum |= NOT_CHECKED;
      continue;
    }
    /* That nobody checks an ISO is no failure, unless it was asked for. */
    if (status_of (found) != NOT_CHECKED || named || *text_of (found, "tool"))
      sum |= status_of (found);
    if (json) {
      json_object_array_add (list, found);
    } else {
      print_one (found);
      json_object_put (found);
    }
  }
  if (json && !cli_interrupted ())
    cli_json_print (list);
  return sum;
}

static int
finish (guestfs_h *g, struct cli_images *images, int sum)
{
  bool lands = !(sum & (FAULTS | NOT_CHECKED)) || images->edit.in_place;
  bool unit = images->edit.units != NULL;

  if (unit && !lands && sum & REPAIRED)
    cli_error ("not all could be repaired, so nothing was changed (--in-place keeps what was)");
  if (cli_finish (g, &cli_command_fsck, images, lands ? CLI_OK : CLI_FAILED) != CLI_OK && lands)
    sum |= NOT_CHECKED;
  return unit && !lands ? sum & ~REPAIRED : sum;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  const struct cli_edit *e = &images->edit;
  _cleanup_gk_strv_ struct gk_strv found = GK_STRV_INIT;
  int r;

  if (!o->repair && (e->dry_run || e->commit || e->in_place || e->backup))
    return cli_usage (&cli_command_fsck, "without --repair nothing is changed");
  if (o->repair && images->ro)
    return cli_usage (&cli_command_fsck,
                      "--repair and --ro exclude each other; --dry-run shows what "
                      "would come of it");
  if (o->type && argc - (images->add.n == 0) != 1)
    return cli_usage (&cli_command_fsck, "--type is for one device");
  images->rw = o->repair;
  images->edit.whole = o->repair;
  guestfs_h *g = cli_open (&cli_command_fsck, images, &argc, &argv, &r);
  if (g == NULL)
    return r == CLI_USAGE ? r : NOT_CHECKED;
  /* Below the encryption there is the layer that is thrown away, too. */
  r = cli_open_encrypted (g, images, false) == -1 ? CLI_FAILED : CLI_OK;
  if (r == CLI_OK && argc == 0)
    r = find_all (g, &found);
  if (r != CLI_OK) {
    cli_close (g, r);
    return NOT_CHECKED;
  }
  return finish (g, images, check_all (g, o, argc > 0 ? argv : found.v, argc > 0, images->json));
}

const struct cli_command cli_command_fsck = {
  .name = "fsck",
  .synopsis = "[OPTIONS] IMAGE [DEVICE...]",
  .summary = "check the filesystems of an image, or repair them",
  .description =
      "Checks the filesystems on the devices, or all of the image's, without writing a byte to\n"
      "it; a journal that waits for its replay is replayed in a layer that is thrown away.\n\n"
      "With --repair what is found is repaired and checked again.  When faults are left the image\n"
      "stays as it was.\n\n"
      "The exit status is a sum, as that of fsck(8): 0 all is clean, 1 faults were repaired, 4\n"
      "there are faults, 8 a check could not be made; and 2 when the command line is wrong.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_UNITS,
  .run = run,
};
