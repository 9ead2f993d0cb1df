/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit doctor IMAGE: which launcher it would get, and why.
 *
 * What an image needs is seen when it is attached, which a session does, read-only
 * and for a moment.  Where only one launcher can be used nothing needs to be seen. */

#include "base/str.h"
#include "cli/cli.h"
#include "cli/doctor.h"
#include "cli/json.h"
#include "client/chosen.h"

static int
launch (guestfs_h *g, const char *path, const char *format)
{
  const struct guestfs_add_drive_opts_argv opts = {
    .bitmask = GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK |
               (format ? GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK : 0),
    .readonly = 1,
    .format = format,
  };

  return guestfs_set_backend (g, "auto") == -1 ||
                 guestfs_add_drive_opts_argv (g, path, &opts) == -1 || guestfs_launch (g) == -1
             ? -1
             : 0;
}

void
doctor_look (struct json_object *image, const char *path, const char *format)
{
  guestfs_h *g = guestfs_create ();

  if (g == NULL)
    return;
  guestfs_set_error_handler (g, NULL, NULL);
  if (launch (g, path, format) == 0)
    cli_json_string (image, "launcher", gk_client_launcher (g));
  else
    cli_json_string (image, "launch_reason", guestfs_last_error (g));
  cli_json_string (image, "passed_over", gk_client_passed_over (g));
  guestfs_close (g);
}
