/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit sparsify: what a guest does not use is given back to the host, in place.
 *
 * Only what is free by somebody's own word is: the filesystem's, swap's, the
 * volume group's.  A device on which nothing is recognized may be a database's. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/json.h"
#include "cli/sparsify.h"
#include "guestkit.h"

struct options {
  bool dry_run, unallocated;
};

static const struct cli_option options[] = {
  { "dry-run", 'n', CLI_FLAG, offsetof (struct options, dry_run), NULL,
    "change nothing: show what is free" },
  { "unallocated", 0, CLI_FLAG, offsetof (struct options, unallocated), NULL,
    "also the space between partitions and behind the last, where a lost one may be" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* --- what is told ------------------------------------------------------------------ */

/* bytes: -1 when not known.  why: it was passed over, or NULL. */
void
sparsify_tell (struct sparsify *s, const char *what, const char *kind, int64_t bytes,
               const char *why)
{
  struct json_object *o = json_object_new_object ();

  cli_json_string (o, "what", what);
  cli_json_string (o, "kind", kind);
  json_object_object_add (o, "free", bytes >= 0 ? json_object_new_int64 (bytes) : NULL);
  json_object_object_add (o, "done", json_object_new_boolean (!why && !s->dry_run));
  cli_json_string (o, "why", why);
  json_object_array_add (s->list, o);
  if (s->json)
    return;
  printf ("%s: %s", what, kind);
  if (bytes >= 0)
    printf (", %" PRIi64 " bytes free", bytes);
  printf ("%s%s\n", why ? ", passed over: " : "", why ? why : "");
  fflush (stdout);
}

static void
tell_error (struct sparsify *s, const char *what, const char *kind, int64_t bytes)
{
  const char *why = guestfs_last_error (s->g);

  if (cli_interrupted ())
    return;
  sparsify_tell (s, what, kind, bytes, why ? why : "unknown error");
}

/* --- filesystems ------------------------------------------------------------------- */

/* Those whose record of what is free has no checksums, and may be wrong. */
static bool
needs_check (const char *type)
{
  static const char *const kinds[] = { "ext2", "ext3", "ext4", "vfat" };

  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (gk_streq (kinds[i], type))
      return true;
  return false;
}

/* -1: it could not be checked. */
static int
has_faults (guestfs_h *g, const char *device)
{
  _cleanup_free_ char *json = guestkit_check (g, device, NULL, 0);
  struct json_object *o = json ? json_tokener_parse (json) : NULL;
  int faults = json == NULL ? -1 : !(o && gk_streq (cli_content_text (o, "result"), "clean"));

  json_object_put (o);
  return faults;
}

static int64_t
free_bytes (guestfs_h *g)
{
  struct guestfs_statvfs *st = guestfs_statvfs (g, "/");
  int64_t bytes = st ? st->bfree * (st->frsize > 0 ? st->frsize : st->bsize) : -1;

  guestfs_free_statvfs (st);
  return bytes;
}

static void
trim (struct sparsify *s, const char *device, const char *type)
{
  guestfs_h *g = s->g;
  struct guestfs_fstrim_argv none = { .bitmask = 0 };
  int faults = 0;
  int64_t bytes = -1;

  /* The first mount replays the journal, without which a check finds faults. */
  int r = guestfs_mount (g, device, "/");
  if (r == 0 && needs_check (type) && !s->dry_run) {
    r = guestfs_umount (g, "/");
    if (r == 0)
      faults = has_faults (g, device);
    if (faults == -1)
      r = -1;
    else if (r == 0 && !faults)
      r = guestfs_mount (g, device, "/");
  }
  if (r == 0 && !faults) {
    bytes = free_bytes (g);
    r = s->dry_run ? 0 : guestfs_fstrim_argv (g, "/", &none);
  }
  if (r == -1)
    tell_error (s, device, type, bytes);
  else
    sparsify_tell (s, device, type, bytes, faults ? "it has faults, see 'guestkit fsck'" : NULL);
  guestfs_umount_all (g);
}

/* --- swap -------------------------------------------------------------------------- */

/* Where its header ends on machines with the largest pages. */
#define SWAP_HEADER 65536

static void
discard_swap (struct sparsify *s, const char *device)
{
  int64_t size = guestfs_blockdev_getsize64 (s->g, device), bytes = size - SWAP_HEADER;

  if (size <= SWAP_HEADER)
    return;
  if (!s->dry_run && guestkit_discard (s->g, device, SWAP_HEADER, bytes) == -1)
    tell_error (s, device, "swap", bytes);
  else
    sparsify_tell (s, device, "swap", bytes, NULL);
}

/* --- all --------------------------------------------------------------------------- */

/* A guest that sleeps believes, when it wakes, that its filesystems are as it
 * left them.  libblkid's word for its memory. */
static int
refuse_sleeping (guestfs_h *g, char *const *list)
{
  for (size_t i = 0; list[i]; i += 2)
    if (gk_streq (list[i + 1], "swsuspend"))
      return cli_error ("%s: the guest hibernates, its memory is there; nothing was changed",
                        list[i]);
  /* list_filesystems calls what it cannot mount unknown. */
  _cleanup_strv_ char **parts = guestfs_list_partitions (g);
  for (size_t i = 0; parts && parts[i]; i++) {
    _cleanup_free_ char *type = guestfs_vfs_type (g, parts[i]);
    if (type && gk_streq (type, "swsuspend"))
      return cli_error ("%s: the guest hibernates, its memory is there; nothing was changed",
                        parts[i]);
  }
  return CLI_OK;
}

static int
sparsify (struct sparsify *s, bool unallocated)
{
  _cleanup_strv_ char **list = guestfs_list_filesystems (s->g);

  if (list == NULL)
    return cli_guestfs_error (s->g);
  if (refuse_sleeping (s->g, list) != CLI_OK)
    return CLI_FAILED;
  guestfs_push_error_handler (s->g, NULL, NULL);
  for (size_t i = 0; list[i] && !cli_interrupted (); i += 2) {
    const char *type = list[i + 1];
    if (gk_streq (type, "swap"))
      discard_swap (s, list[i]);
    else if (!gk_streq (type, "unknown") && !gk_after_prefix (list[i], "btrfsvol:"))
      trim (s, list[i], type);
  }
  if (!cli_interrupted ())
    sparsify_volumes (s);
  if (unallocated && !cli_interrupted ())
    sparsify_gaps (s);
  guestfs_pop_error_handler (s->g);
  return cli_interrupted () ? CLI_FAILED : CLI_OK;
}

/* -1: not a file of this machine. */
static int64_t
allocated (const char *image)
{
  struct stat st;

  return stat (image, &st) == 0 && S_ISREG (st.st_mode) ? (int64_t)st.st_blocks * 512 : -1;
}

static void
tell_sizes (const struct cli_images *images, const int64_t *before, struct json_object *sizes)
{
  for (size_t i = 0; i < images->edit.opened.n; i++) {
    const char *image = images->edit.opened.v[i];
    int64_t after = allocated (image);
    if (before[i] < 0 || after < 0)
      continue;
    if (sizes) {
      struct json_object *o = json_object_new_object ();
      cli_json_string (o, "image", image);
      json_object_object_add (o, "before", json_object_new_int64 (before[i]));
      json_object_object_add (o, "after", json_object_new_int64 (after));
      json_object_array_add (sizes, o);
    } else {
      printf ("%s: took %" PRIi64 " bytes of the disk, takes %" PRIi64 "\n", image, before[i],
              after);
    }
  }
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  struct sparsify s = { .dry_run = o->dry_run, .json = images->json };
  int r;

  if (images->ro)
    return cli_usage (&cli_command_sparsify, "--ro: --dry-run shows what is free");
  images->edit.dry_run = o->dry_run;
  images->discard = true;
  s.g = cli_open (&cli_command_sparsify, images, &argc, &argv, &r);
  if (s.g == NULL)
    return r;
  _cleanup_free_ int64_t *before = calloc (images->edit.opened.n + 1, sizeof *before);
  for (size_t i = 0; before && i < images->edit.opened.n; i++)
    before[i] = allocated (images->edit.opened.v[i]);
  s.list = json_object_new_array ();
  if (before == NULL)
    r = cli_error ("out of memory");
  else if (argc > 0)
    r = cli_usage (&cli_command_sparsify, "too many arguments");
  else if (cli_open_encrypted (s.g, images, false) == -1)
    r = CLI_FAILED;
  else
    r = sparsify (&s, o->unallocated);
  r = cli_close (s.g, r);
  struct json_object *sizes = images->json ? json_object_new_array () : NULL;
  if (r == CLI_OK)
    tell_sizes (images, before, sizes);
  if (images->json && r == CLI_OK) {
    struct json_object *top = json_object_new_object ();
    json_object_object_add (top, "images", sizes);
    json_object_object_add (top, "space", s.list);
    cli_json_print (top);
    return r;
  }
  json_object_put (sizes);
  json_object_put (s.list);
  return r;
}

const struct cli_command cli_command_sparsify = {
  .name = "sparsify",
  .synopsis = "[OPTIONS] IMAGE",
  .summary = "give back to the host what a guest does not use",
  .description =
      "Discards what the filesystems of an image do not use, what is in swap space, and the\n"
      "free space of volume groups, in the image itself, and shows what the image takes\n"
      "before and after.  What nobody says to be free stays.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES,
  .run = run,
};
