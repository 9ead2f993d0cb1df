/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit doctor: can images be opened here, how, and what is missing.
 *
 * The launchers are the library's and are asked here.  What the worker would
 * stand on, it finds out itself: `guestkitd --doctor` prints it as JSON.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/json.h"
#include "exec/exec.h"
#include "launch/launch.h"

struct doctor_options {
  const char *format;
  bool json;
};

static int
ask_worker (const char *worker, const char *image, const char *format, struct json_object **ret)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  const char *const argv[] = { worker, "--doctor", image, image ? format : NULL, NULL };
  struct gk_exec x = GK_EXEC_INIT;

  x.argv = argv;
  if (gk_exec_check (&x, &out, &err) == -1)
    return cli_error ("doctor: %s", gk_error_msg (&err));
  *ret = out.data ? json_tokener_parse (out.data) : NULL;
  return *ret ? CLI_OK : cli_error ("doctor: %s: its answer cannot be read", worker);
}

static void
ask_launchers (const char *worker, struct json_object *top)
{
  const struct gk_launch_env env = { .worker = worker, .cachedir = "/var/tmp" };
  struct json_object *list = json_object_new_array ();
  const struct gk_launcher *chosen = gk_launcher_choose ("auto", NULL, &env, NULL);

  for (size_t i = 0; gk_launchers[i]; i++) {
    _cleanup_error_ struct gk_error why_not = GK_ERROR_INIT;
    struct json_object *o = json_object_new_object ();
    int r = gk_launchers[i]->available (&env, &why_not);
    cli_json_string (o, "name", gk_launchers[i]->name);
    json_object_object_add (o, "available", json_object_new_boolean (r == 0));
    if (r == -1) {
      cli_json_string (o, "reason", gk_error_msg (&why_not));
      json_object_object_add (o, "needs_root", json_object_new_boolean (why_not.errnum == EPERM));
    }
    json_object_array_add (list, o);
  }
  json_object_object_add (top, "launchers", list);
  cli_json_string (top, "auto", chosen ? chosen->name : NULL);
}

/* Can the session that would be started be started? */
static bool
is_worth_a_look (struct json_object *top)
{
  const char *chosen = doctor_text (top, "auto");
  struct json_object *image = doctor_get (top, "image");
  struct json_object *use = image ? doctor_get (image, "read_only") : NULL;

  return use && doctor_text (use, "reason") == NULL && chosen && gk_streq (chosen, "local");
}

/* Only the local launcher attaches with this machine's kernel. */
static bool
can_open (struct json_object *top)
{
  const char *chosen = doctor_text (top, "auto");
  struct json_object *attachers = doctor_get (top, "attachers"), *image = doctor_get (top, "image");
  struct json_object *use = image ? doctor_get (image, "read_only") : NULL;

  if (image && doctor_text (image, "launcher"))
    return true;
  if (chosen == NULL || (image && (use == NULL || doctor_text (use, "reason") ||
                                   doctor_text (image, "launch_reason"))))
    return false;
  if (!gk_streq (chosen, "local"))
    return true;
  if (use)
    return doctor_text (use, "attacher") && !doctor_true (use, "needs_root");
  for (size_t i = 0; i < doctor_length (attachers); i++)
    if (doctor_true (json_object_array_get_idx (attachers, i), "available"))
      return true;
  return false;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct doctor_options *o = opts;
  _cleanup_free_ char *worker = gk_find_worker ();
  _cleanup_free_ char *image = argc == 1 ? realpath (argv[0], NULL) : NULL;
  struct json_object *top = NULL;

  if (argc > 1)
    return cli_usage (&cli_command_doctor, "too many arguments");
  if (argc == 1 && image == NULL)
    return cli_error ("%s: %s", argv[0], strerror (errno));
  if (worker == NULL)
    top = json_object_new_object ();
  else if (ask_worker (worker, image, o->format, &top) != CLI_OK)
    return CLI_FAILED;
  cli_json_string (top, "worker", worker);
  ask_launchers (worker, top);
  if (is_worth_a_look (top))
    doctor_look (doctor_get (top, "image"), image, o->format);
  bool ok = can_open (top);
  json_object_object_add (top, "ok", json_object_new_boolean (ok));
  if (o->json)
    cli_json_print (top);
  else {
    doctor_print (top);
    json_object_put (top);
  }
  return ok ? CLI_OK : CLI_FAILED;
}

static const struct cli_option options[] = {
  { "format", 0, CLI_STRING, offsetof (struct doctor_options, format), "FORMAT",
    "format of IMAGE, when it is not to be guessed" },
  { "json", 0, CLI_FLAG, offsetof (struct doctor_options, json), NULL, "print JSON" },
  { NULL, 0, 0, 0, NULL, NULL },
};

const struct cli_command cli_command_doctor = {
  .name = "doctor",
  .synopsis = "[OPTIONS] [IMAGE]",
  .summary = "say what this machine can do and what it lacks",
  .description = "Looks at this machine's kernel and tools, and says which ways there are to open\n"
                 "images, what is missing for the others and which package has it.  Nothing is\n"
                 "attached or changed, and root is not needed.  With IMAGE it says how that one\n"
                 "would be opened; where there is a choice of launchers the image is attached\n"
                 "for a moment, read-only, to see what it needs.  The exit status is 0 when images "
                 "(or IMAGE) can be opened by\n"
                 "the user who asks.",
  .options = options,
  .opts_size = sizeof (struct doctor_options),
  .run = run,
};
