/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: a Linux system, or its /usr when that is a filesystem of its own. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/packages.h"
#include "inspect/read.h"

/* The first line that is no comment. */
static char *
line_of (const char *path)
{
  _cleanup_free_ char *text = gk_look_text (path, GK_LOOK_TEXT_MAX);
  char *rest = text, *line;

  while ((line = gk_look_next (&rest)) != NULL)
    if (*line && *line != '#')
      return strdup (line);
  return NULL;
}

static char *
value_in (const char *path, const char *key)
{
  _cleanup_free_ char *text = gk_look_text (path, GK_LOOK_TEXT_MAX);
  char *rest = text, *line, *value;

  while ((line = gk_look_next (&rest)) != NULL)
    if ((value = gk_look_value (line, key)) != NULL && *value)
      return strdup (value);
  return NULL;
}

/* Each family keeps it elsewhere; the older places are of fewer systems. */
static void
look_hostname (struct json_object *report)
{
  _cleanup_free_ char *name = NULL;

  if (gk_look_is_file ("/etc/HOSTNAME"))
    name = line_of ("/etc/HOSTNAME");
  if (name == NULL)
    name = line_of ("/etc/hostname");
  if (name == NULL)
    name = value_in ("/etc/sysconfig/network", "HOSTNAME");
  if (name == NULL)
    name = value_in ("/etc/conf.d/hostname", "hostname");
  gk_json_add_str (report, "hostname", name);
}

static void
look_packages (struct json_object *report)
{
  const char *distro = gk_json_str (report, "distro");
  struct json_object *v;
  int major = json_object_object_get_ex (report, "major", &v) ? json_object_get_int (v) : 0;

  if (distro == NULL)
    return;
  gk_json_add_str (report, "package_format", gk_package_format (distro));
  gk_json_add_str (report, "package_management", gk_package_management (distro, major));
}

void
gk_look_linux (struct json_object *report)
{
  gk_look_release (report);
  look_packages (report);
  gk_look_arch (report);
  look_hostname (report);
  gk_look_fstab (report);
}

void
gk_look_linux_usr (struct json_object *report)
{
  gk_json_add_str (report, "type", "linux");
  gk_look_os_release (report, "/lib/os-release");
  look_packages (report);
  gk_look_arch (report);
}

void
gk_look_coreos (struct json_object *report)
{
  gk_json_add_str (report, "type", "linux");
  gk_json_add_str (report, "distro", "coreos");
  look_hostname (report);
}

void
gk_look_coreos_usr (struct json_object *report)
{
  gk_look_linux_usr (report);
  gk_json_add_str (report, "distro", "coreos");
}
