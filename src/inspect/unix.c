/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: the BSDs, Hurd, Minix and FreeDOS. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/read.h"

static void
name_system (struct json_object *report, const char *type, const char *distro)
{
  gk_json_add_str (report, "type", type);
  gk_json_add_str (report, "distro", distro);
}

/* The product and its version from the first line of a file. */
static void
product_from (struct json_object *report, const char *path)
{
  _cleanup_free_ char *line = gk_look_line (path);

  gk_json_add_str (report, "product_name", line);
  if (line)
    gk_look_version (report, line);
}

static void
hostname_from_rc_conf (struct json_object *report)
{
  _cleanup_free_ char *text = gk_look_text ("/etc/rc.conf", GK_LOOK_TEXT_MAX);
  char *rest = text, *line;

  while ((line = gk_look_next (&rest)) != NULL) {
    const char *name = gk_look_value (line, "hostname");
    if (name)
      gk_json_add_str (report, "hostname", name);
  }
}

static void
hostname_from (struct json_object *report, const char *path)
{
  _cleanup_free_ char *line = gk_look_line (path);

  gk_json_add_str (report, "hostname", line);
}

void
gk_look_freebsd (struct json_object *report)
{
  name_system (report, "freebsd", "freebsd");
  product_from (report, "/etc/motd");
  gk_look_arch (report);
  gk_look_fstab (report);
  hostname_from_rc_conf (report);
}

void
gk_look_netbsd (struct json_object *report)
{
  name_system (report, "netbsd", "netbsd");
  product_from (report, "/etc/release");
  gk_json_add_str (report, "package_format", "pkgsrc");
  gk_look_arch (report);
  gk_look_fstab (report);
  hostname_from_rc_conf (report);
}

void
gk_look_openbsd (struct json_object *report)
{
  name_system (report, "openbsd", "openbsd");
  product_from (report, "/etc/motd");
  gk_look_arch (report);
  gk_look_fstab (report);
  hostname_from (report, "/etc/myname");
}

void
gk_look_hurd (struct json_object *report)
{
  name_system (report, "hurd", NULL);
  if (gk_look_is_file ("/etc/debian_version")) {
    _cleanup_free_ char *version = gk_look_line ("/etc/debian_version");

    gk_json_add_str (report, "distro", "debian");
    gk_json_add_str (report, "product_name", version);
    if (version)
      gk_look_version (report, version);
    gk_json_add_str (report, "package_format", "deb");
    gk_json_add_str (report, "package_management", "apt");
  }
  gk_look_arch (report);
  gk_look_fstab (report);
  hostname_from (report, "/etc/hostname");
}

void
gk_look_minix (struct json_object *report)
{
  name_system (report, "minix", NULL);
  product_from (report, "/etc/version");
  gk_json_add_str (report, "package_format", "pkgsrc");
  gk_look_arch (report);
  gk_look_fstab (report);
  hostname_from (report, "/etc/hostname.file");
}

void
gk_look_freedos (struct json_object *report)
{
  name_system (report, "dos", "freedos");
  /* FreeDOS is a mix of 16 and 32 bit code; it runs on all of them. */
  gk_json_add_str (report, "arch", "i386");
}
