/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The whole of what `guestkitd --doctor` says, and what is left by sessions. */

#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "worker/doctor.h"
#include "worker/journal.h"

static void
add_session (void *opaque, int pid, bool alive)
{
  struct json_object *o = json_object_new_object ();

  json_object_object_add (o, "supervisor", json_object_new_int (pid));
  gk_json_bool (o, "alive", alive);
  json_object_array_add (opaque, o);
}

static struct json_object *
sessions (void)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct json_object *o = json_object_new_object (), *list = json_object_new_array ();

  if (gk_journal_each (add_session, list, &err) == -1) {
    gk_json_string (o, "reason", gk_error_msg (&err));
    gk_json_bool (o, "needs_root", err.errnum == EACCES);
  }
  json_object_object_add (o, "list", list);
  return o;
}

struct json_object *
gk_doctor (const char *image, const char *format)
{
  struct json_object *top = json_object_new_object ();

  gk_json_string (top, "version", GK_VERSION);
  gk_json_bool (top, "root", geteuid () == 0);
  json_object_object_add (top, "kernel", gk_doctor_kernel ());
  json_object_object_add (top, "attachers", gk_doctor_attachers ());
  json_object_object_add (top, "filesystems", gk_doctor_filesystems ());
  json_object_object_add (top, "tools", gk_doctor_tools ());
  json_object_object_add (top, "sessions", sessions ());
  if (image)
    json_object_object_add (top, "image", gk_doctor_image (image, format));
  return top;
}
