/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit doctor, in words. */

#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/doctor.h"

#define WIDTH 19

static const char *
or_empty (const char *s)
{
  return s ? s : "";
}

/* "name   yes" or "name   no: REASON". */
static void
line (const char *name, const char *answer, const char *more)
{
  printf ("  %-*s %s%s%s\n", WIDTH, or_empty (name), answer, more ? ": " : "", or_empty (more));
}

static void
launchers (struct json_object *top)
{
  struct json_object *list = doctor_get (top, "launchers");

  puts ("\nLaunchers (auto takes the first that can be used)");
  for (size_t i = 0; i < doctor_length (list); i++) {
    struct json_object *o = json_object_array_get_idx (list, i);
    bool root = doctor_true (o, "needs_root");
    if (doctor_true (o, "available"))
      line (doctor_text (o, "name"), "yes", NULL);
    else
      line (doctor_text (o, "name"), root ? "with root" : "no", doctor_text (o, "reason"));
  }
}

static void
attachers (struct json_object *top)
{
  struct json_object *list = doctor_get (top, "attachers");

  puts ("\nAttaching images (local launcher)");
  for (size_t i = 0; i < doctor_length (list); i++) {
    struct json_object *o = json_object_array_get_idx (list, i);
    if (doctor_true (o, "available"))
      line (doctor_text (o, "name"), "yes",
            doctor_true (o, "all_formats") ? "all formats" : "raw images that are written");
    else
      line (doctor_text (o, "name"), doctor_true (o, "needs_root") ? "with root" : "no",
            doctor_text (o, "reason"));
  }
}

static void
kernel (struct json_object *top)
{
  struct json_object *list = doctor_get (doctor_get (top, "kernel"), "features");

  puts ("\nKernel");
  for (size_t i = 0; i < doctor_length (list); i++) {
    struct json_object *o = json_object_array_get_idx (list, i);
    const char *state = doctor_text (o, "state"), *name = doctor_text (o, "name");
    if (gk_streq (or_empty (state), "module"))
      printf ("  %-*s no   %s; after 'modprobe %s'\n", WIDTH, or_empty (name),
              or_empty (doctor_text (o, "purpose")), or_empty (doctor_text (o, "module")));
    else
      printf ("  %-*s %-4s %s\n", WIDTH, or_empty (name), or_empty (state),
              or_empty (doctor_text (o, "purpose")));
  }
}

/* Names of filesystems whose "mount" is value, in one line. */
static void
mounts (struct json_object *list, const char *title, const char *value)
{
  bool any = false;

  for (size_t i = 0; i < doctor_length (list); i++) {
    struct json_object *o = json_object_array_get_idx (list, i);
    if (!gk_streq (or_empty (doctor_text (o, "mount")), value))
      continue;
    if (!any)
      printf ("  %-*s", WIDTH, title);
    printf (" %s", or_empty (doctor_text (o, "name")));
    any = true;
  }
  if (any)
    putchar ('\n');
}

static void
filesystems (struct json_object *top)
{
  struct json_object *list = doctor_get (top, "filesystems");
  bool any = false;

  puts ("\nFile systems");
  mounts (list, "can be mounted", "yes");
  mounts (list, "after modprobe", "module");
  mounts (list, "not in the kernel", "no");
  for (size_t i = 0; i < doctor_length (list); i++) {
    struct json_object *o = json_object_array_get_idx (list, i);
    if (doctor_text (o, "mkfs") == NULL || doctor_true (o, "mkfs_installed"))
      continue;
    if (!any)
      printf ("  %-*s", WIDTH, "cannot be made");
    printf ("%s %s (package %s)", any ? "," : "", or_empty (doctor_text (o, "name")),
            or_empty (doctor_text (o, "package")));
    any = true;
  }
  if (any)
    putchar ('\n');
}

static void
tools (struct json_object *top)
{
  struct json_object *list = doctor_get (top, "tools");

  puts ("\nTools");
  for (size_t i = 0; i < doctor_length (list); i++) {
    struct json_object *o = json_object_array_get_idx (list, i);
    const char *version = doctor_text (o, "version");
    printf ("  %-*s ", WIDTH, or_empty (doctor_text (o, "program")));
    if (doctor_text (o, "path"))
      puts (version ? version : "there, its version is not known");
    else
      printf ("missing, package %s: %s\n", or_empty (doctor_text (o, "package")),
              or_empty (doctor_text (o, "purpose")));
  }
}

static void
sessions (struct json_object *top)
{
  struct json_object *s = doctor_get (top, "sessions"), *list = doctor_get (s, "list");
  size_t n = doctor_length (list), live = 0;

  puts ("\nSessions of this user");
  for (size_t i = 0; i < n; i++)
    live += doctor_true (json_object_array_get_idx (list, i), "alive");
  if (doctor_text (s, "reason"))
    line ("", doctor_true (s, "needs_root") ? "only root can see them" : "not known",
          doctor_text (s, "reason"));
  else
    printf ("  %-*s %zu\n", WIDTH, "at work", live);
  if (n > live)
    printf ("  %-*s %zu; 'guestkit gc' cleans up after them\n", WIDTH, "killed", n - live);
}

/* --- the image ------------------------------------------------------------------ */

static void
use (struct json_object *image, const char *key, const char *title, bool local)
{
  struct json_object *o = doctor_get (image, key);
  struct json_object *refused = doctor_get (o, "refused");
  const char *reason = doctor_text (o, "reason"), *attacher = doctor_text (o, "attacher");

  if (reason)
    line (title, "no", reason);
  else if (!local)
    line (title, "yes", NULL);
  else if (attacher)
    printf ("  %-*s attacher %s%s\n", WIDTH, title, attacher,
            doctor_true (o, "needs_root") ? " (with root)" : "");
  else
    line (title, "no", "no attacher can take it");
  if (refused == NULL || !local)
    return;
  json_object_object_foreach (refused, name, why)
      printf ("  %-*s   not %s: %s\n", WIDTH, "", name, or_empty (json_object_get_string (why)));
}

/* What the image was seen to need counts more than what the machine has. */
static const char *
launcher_of (struct json_object *top)
{
  struct json_object *image = doctor_get (top, "image");
  const char *seen = image ? doctor_text (image, "launcher") : NULL;

  return seen ? seen : doctor_text (top, "auto");
}

static void
one_image (struct json_object *top)
{
  struct json_object *image = doctor_get (top, "image");
  const char *chosen = launcher_of (top);

  if (image == NULL)
    return;
  printf ("\nImage %s\n", or_empty (doctor_text (image, "path")));
  if (doctor_text (image, "reason")) {
    line ("", "cannot be opened", doctor_text (image, "reason"));
    return;
  }
  printf ("  %-*s %s, %" PRIi64 " bytes, %" PRIi64 " file%s\n", WIDTH, "format",
          or_empty (doctor_text (image, "format")),
          json_object_get_int64 (doctor_get (image, "virtual_size")),
          json_object_get_int64 (doctor_get (image, "files")),
          json_object_get_int64 (doctor_get (image, "files")) == 1 ? "" : "s");
  const char *why = doctor_text (image, "launch_reason");
  line ("launcher", why ? "none" : chosen ? chosen : "none", why);
  if (why == NULL && doctor_text (image, "passed_over"))
    printf ("  %-*s   not %s\n", WIDTH, "", doctor_text (image, "passed_over"));
  /* Without a launcher: what root would have. */
  bool local = gk_streq (chosen ? chosen : "local", "local");
  use (image, "read_only", "to be read", local);
  use (image, "read_write", "to be written", local);
}

/* --- all ------------------------------------------------------------------------- */

static void
conclusion (struct json_object *top)
{
  const char *what = doctor_get (top, "image") ? "This image" : "Images";
  struct json_object *list = doctor_get (top, "launchers");

  if (doctor_true (top, "ok")) {
    printf ("\n%s can be opened, with the %s launcher.\n", what, or_empty (launcher_of (top)));
    return;
  }
  printf ("\n%s cannot be opened here by this user.\n", what);
  for (size_t i = 0; i < doctor_length (list); i++)
    if (doctor_true (json_object_array_get_idx (list, i), "needs_root"))
      printf ("As root the %s launcher could be used: try 'sudo guestkit doctor'.\n",
              or_empty (doctor_text (json_object_array_get_idx (list, i), "name")));
}

void
doctor_print (struct json_object *top)
{
  struct json_object *k = doctor_get (top, "kernel");

  if (doctor_text (top, "worker") == NULL)
    puts ("The worker program guestkitd was not found: guestkit is not installed completely.");
  else {
    printf ("guestkit %s on Linux %s (%s), asked by %s\n", or_empty (doctor_text (top, "version")),
            or_empty (doctor_text (k, "release")), or_empty (doctor_text (k, "machine")),
            doctor_true (top, "root") ? "root" : "a user who is not root");
    launchers (top);
    attachers (top);
    kernel (top);
    filesystems (top);
    tools (top);
    sessions (top);
    one_image (top);
  }
  conclusion (top);
}
