/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit resize: a partition, volume or encrypted device with what is on it.
 *
 * It is done in a unit (image/unit.h): a kill leaves the image as it was, or as it
 * is to be, and a filesystem is never seen half moved.  The overlay has what
 * changes: metadata when something grows, and what is moved when it shrinks. */

#include "cli/resize.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "guestkit.h"
#include "image/image.h"
#include "image/unit.h"

struct options {
  const char *image_size, *less;
  bool max;
};

static const struct cli_option options[] = {
  { "max", 0, CLI_FLAG, offsetof (struct options, max), NULL, "as large as it can be" },
  { "less", 0, CLI_STRING, offsetof (struct options, less), "N",
    "smaller by so much; the same as -N in the place of the size" },
  { "image-size", 0, CLI_STRING, offsetof (struct options, image_size), "SIZE",
    "make the image's disk so large, or with +N larger by so much, first" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* What the device is to have. */
struct wish {
  enum { SHOW, EXACT, MORE, LESS, MOST } how;
  uint64_t bytes;
};

struct command {
  const char *device;
  struct wish wish;
  struct wish image; /* SHOW: as it is; EXACT, MORE */
};

/* --- the command line ------------------------------------------------------------------- */

static int
parse_wish (const char *text, struct wish *ret)
{
  ret->how = *text == '+' ? MORE : EXACT;
  return cli_parse_bytes (text + (*text == '+'), &ret->bytes) == -1 || ret->bytes == 0 ? -1 : 0;
}

static int
usage (const char *what)
{
  return cli_usage (&cli_command_resize, "%s", what);
}

static int
parse (const struct cli_images *images, const struct options *o, int argc, char **argv,
       struct command *ret)
{
  int first = images->add.n > 0 ? 0 : 1;
  struct command c = { .wish = { SHOW, 0 }, .image = { SHOW, 0 } };

  if (argc <= first)
    return usage (argc < first ? "no image is given" : "no device is given");
  c.device = argv[first];
  const char *size = argc > first + 1 ? argv[first + 1] : NULL;
  if (argc > first + 2)
    return usage ("too many arguments");
  if ((size != NULL) + (o->less != NULL) + o->max > 1)
    return usage ("only one of a size, -N and --max can be");
  if (size && parse_wish (size, &c.wish) == -1)
    return cli_usage (&cli_command_resize, "'%s' is not a size", size);
  if (o->max)
    c.wish.how = MOST;
  if (o->less) {
    if (cli_parse_bytes (o->less, &c.wish.bytes) == -1 || c.wish.bytes == 0)
      return cli_usage (&cli_command_resize, "'-%s' is not a size", o->less);
    c.wish.how = LESS;
  }
  if (o->image_size && parse_wish (o->image_size, &c.image) == -1)
    return cli_usage (&cli_command_resize, "--image-size: '%s' is not a size", o->image_size);
  *ret = c;
  return CLI_OK;
}

/* What is said in relation to what there is must not be done twice. */
static bool
is_relative (const struct command *c)
{
  return c->wish.how == MORE || c->wish.how == LESS || c->image.how == MORE;
}

static int
check (const struct cli_images *images, const struct command *c)
{
  bool several = images->add.n > 1;

  if (c->image.how != SHOW && c->wish.how == SHOW)
    return usage ("--image-size alone resizes nothing: give a size, or --max");
  if (several && (is_relative (c) || c->image.how != SHOW))
    return usage ("of several images --image-size, +N and -N cannot be told to be done once");
  if (images->edit.in_place && c->image.how != SHOW)
    return usage ("--in-place does not make an image larger, 'qemu-img resize' does");
  if (images->edit.in_place && is_relative (c))
    return usage ("--in-place can be interrupted and repeated, so it takes neither +N nor -N");
  return CLI_OK;
}

/* By which a run that was killed is known again. */
static char *
words_of (const struct command *c)
{
  _cleanup_free_ char *device = gk_escape (c->device, strlen (c->device), 80);

  return device ? gk_asprintf ("resize %s %d %" PRIu64 " image %d %" PRIu64, device, c->wish.how,
                               c->wish.bytes, c->image.how, c->image.bytes)
                : NULL;
}

/* --- the plan ------------------------------------------------------------------------------- */

static int
make_plan (struct resize_stack *s, const struct wish *wish)
{
  const struct resize_layer *t = &s->layers[s->target];
  _cleanup_free_ char *why = NULL;
  uint64_t size = wish->bytes;

  if (wish->how == MOST)
    size = t->most;
  else if (wish->how == MORE && __builtin_add_overflow (t->size, wish->bytes, &size))
    size = UINT64_MAX;
  else if (wish->how == LESS)
    size = t->size > wish->bytes ? t->size - wish->bytes : 0;
  if (resize_plan (s, resize_possible (t, size), &why) == -1)
    return cli_error ("%s", why ? why : "out of memory");
  return CLI_OK;
}

static bool
is_empty (const struct resize_stack *s)
{
  for (size_t i = 0; i < s->n; i++)
    if (s->layers[i].want != s->layers[i].size)
      return false;
  return true;
}

/* A dry run begins no unit, which would tell. */
static int
check_growable (const struct cli_images *images)
{
  _cleanup_image_layer_ struct gk_image_layer image = { .path = NULL };
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  if (gk_image_top (images->edit.opened.v[0], images->format, NULL, &image, &err) == -1 ||
      gk_image_check_growable (&image, false, &err) == -1)
    return cli_error ("%s", gk_error_msg (&err));
  return CLI_OK;
}

/* The sizes that count: what the image's disk has now and is to have. */
static int
set_disk (guestfs_h *g, const struct cli_images *images, const struct command *c,
          struct resize_ask *ask, uint64_t *ret_had)
{
  *ret_had = 0;
  if (c->image.how == SHOW)
    return CLI_OK;
  if (!images->edit.dry_run) { /* the overlay is as large already */
    *ret_had = images->edit.had;
    ask->disk_size = images->edit.has;
    return CLI_OK;
  }
  int64_t size = guestfs_blockdev_getsize64 (g, "/dev/sda");
  if (size == -1)
    return cli_guestfs_error (g);
  *ret_had = (uint64_t)size;
  if (check_growable (images) != CLI_OK)
    return CLI_FAILED;
  if (c->image.how == EXACT && c->image.bytes < (uint64_t)size)
    return cli_error ("/dev/sda: has %" PRIi64 " bytes, and is only made larger", size);
  if (c->image.how == EXACT)
    ask->disk_size = c->image.bytes / 512 * 512;
  else
    ask->disk_size = *ret_had + c->image.bytes / 512 * 512;
  return CLI_OK;
}

static int
plan (guestfs_h *g, struct cli_images *images, const struct command *c, struct resize_stack *s)
{
  struct resize_ask ask = { .g = g };
  uint64_t had;

  int r = set_disk (g, images, c, &ask, &had);
  if (r != CLI_OK)
    return r;
  if (cli_open_encrypted (g, images, false) == -1 || resize_find (&ask, c->device, s) == -1)
    return CLI_FAILED;
  if (had && s->layers[0].kind == RESIZE_DISK) {
    s->layers[0].size = had;
    s->layers[0].most = ask.disk_size;
  }
  bool least = c->wish.how == SHOW || c->wish.how == LESS ||
               (c->wish.how == EXACT && c->wish.bytes < s->layers[s->target].size);
  if (least && resize_find_least (g, s) == -1)
    return CLI_FAILED;
  return c->wish.how == SHOW ? CLI_OK : make_plan (s, &c->wish);
}

/* --- the command ------------------------------------------------------------------- */

static void
say_done (const struct resize_stack *s, bool json, bool done)
{
  const struct resize_layer *t = &s->layers[s->target];

  if (json) {
    struct json_object *o = resize_plan_json (s);
    json_object_object_add (o, "done", json_object_new_boolean (done));
    cli_json_print (o);
  } else if (is_empty (s))
    printf ("%s has %" PRIu64 " bytes; there is nothing to do\n", t->device, t->size);
  else if (done)
    printf ("%s has %" PRIu64 " bytes\n", t->device, t->want);
  fflush (stdout);
}

/* An earlier run was killed when all was done. */
static int
say_was_done (const struct cli_images *images, const char *device)
{
  if (images->json) {
    struct json_object *o = json_object_new_object ();
    cli_json_string (o, "device", device);
    json_object_object_add (o, "steps", json_object_new_array ());
    json_object_object_add (o, "done", json_object_new_boolean (true));
    cli_json_print (o);
  } else
    printf ("%s: an earlier run of this command, which was interrupted, is finished; there is "
            "nothing more to do\n",
            device);
  return CLI_OK;
}

static int
carry_out (guestfs_h *g, struct cli_images *images, struct resize_stack *s)
{
  if (!images->json)
    resize_show_plan (s);
  if (images->edit.dry_run || is_empty (s)) {
    int r = cli_close (g, CLI_OK);
    if (r == CLI_OK)
      say_done (s, images->json, !images->edit.dry_run);
    return r;
  }
  int r = resize_do (g, s);
  if (r != CLI_OK && !images->edit.in_place)
    cli_error ("the image stays as it was");
  r = cli_finish (g, &cli_command_resize, images, r);
  if (r == CLI_OK) {
    say_done (s, images->json, true);
    cli_units_forget (images);
  }
  return r;
}

static int
resize (struct cli_images *images, const struct command *c, int argc, char **argv)
{
  struct resize_stack s = { .n = 0 };
  int r = CLI_FAILED;
  guestfs_h *g = cli_open (&cli_command_resize, images, &argc, &argv, &r);

  if (g == NULL)
    return images->edit.was_done ? say_was_done (images, c->device) : r;
  r = plan (g, images, c, &s);
  if (r != CLI_OK)
    r = cli_close (g, r);
  else if (c->wish.how == SHOW) {
    r = cli_close (g, r);
    resize_show_stack (&s, images->json);
  } else
    r = carry_out (g, images, &s);
  resize_stack_clear (&s);
  return r;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  _cleanup_free_ char *words = NULL;
  struct command c;

  int r = parse (images, opts, argc, argv, &c);
  if (r == CLI_OK)
    r = check (images, &c);
  if (r != CLI_OK)
    return r;
  if (is_relative (&c) && (words = words_of (&c)) == NULL)
    return cli_error ("out of memory");
  images->edit.whole = true;
  images->edit.words = words;
  images->edit.size = c.image.how == EXACT ? c.image.bytes : 0;
  images->edit.more = c.image.how == MORE ? c.image.bytes : 0;
  if (images->ro && c.wish.how != SHOW)
    return usage ("with --ro nothing is changed; --dry-run shows the plan");
  if (c.wish.how == SHOW)
    images->edit.dry_run = !images->ro;
  return resize (images, &c, argc, argv);
}

const struct cli_command cli_command_resize = {
  .name = "resize",
  .synopsis = "[OPTIONS] IMAGE DEVICE [SIZE | +N | -N | --max]",
  .summary = "make a partition or volume larger or smaller",
  .description =
      "Gives a partition, logical volume or opened LUKS device another size. The file system on\n"
      "it follows, with the LUKS device and the physical volume between them. When it grows, what\n"
      "it stands on grows as far as is needed. The plan is shown first. Without a size: shows\n"
      "what stands on what, and which sizes are possible.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_UNITS | CLI_SIGNED,
  .run = run,
};
