/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The names that the libosinfo database has for systems. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "inspect/inspect-priv.h"

/* Which numbers of the version its ids have. */
enum form { NAME, MAJOR, BOTH, UBUNTU };

static const struct {
  const char *distro;
  int from; /* major version; the newest first */
  const char *id;
  enum form form;
} linuxes[] = {
  { "almalinux", 0, "almalinux", MAJOR }, { "altlinux", 8, "alt", BOTH },
  { "archlinux", 0, "archlinux", NAME },  { "centos", 8, "centos", MAJOR },
  { "centos", 7, "centos7.0", NAME }, /* the only one of its kind there */
  { "debian", 4, "debian", MAJOR },       { "fedora", 0, "fedora", MAJOR },
  { "gentoo", 0, "gentoo", NAME },        { "mageia", 0, "mageia", MAJOR },
  { "oraclelinux", 0, "ol", BOTH },       { "rocky", 0, "rocky", MAJOR },
  { "ubuntu", 0, "ubuntu", UBUNTU },      { "voidlinux", 0, "voidlinux", NAME },
};

static int
number (struct json_object *finding, const char *key)
{
  struct json_object *v;
  return json_object_object_get_ex (finding, key, &v) ? json_object_get_int (v) : 0;
}

static const char *
linux_id (struct json_object *finding, char *buf, size_t size)
{
  const char *distro = gk_json_str (finding, "distro");
  int major = number (finding, "major"), minor = number (finding, "minor");

  if (distro == NULL)
    return NULL;
  if (gk_streq (distro, "sles")) {
    snprintf (buf, size, minor ? "sles%dsp%d" : "sles%d", major, minor);
    return buf;
  }
  for (size_t i = 0; i < sizeof linuxes / sizeof linuxes[0]; i++) {
    if (!gk_streq (linuxes[i].distro, distro) || major < linuxes[i].from)
      continue;
    switch (linuxes[i].form) {
    case NAME:
      return linuxes[i].id;
    case MAJOR:
      snprintf (buf, size, "%s%d", linuxes[i].id, major);
      return buf;
    case BOTH:
      snprintf (buf, size, "%s%d.%d", linuxes[i].id, major, minor);
      return buf;
    case UBUNTU:
      snprintf (buf, size, "%s%d.%02d", linuxes[i].id, major, minor);
      return buf;
    }
  }
  /* Most ids are made like that; of those that are not, libguestfs makes them up. */
  if (major == 0 && minor == 0)
    return NULL;
  snprintf (buf, size, "%s%d.%d", distro, major, minor);
  return buf;
}

static const struct {
  int major, minor;
  bool server;
  const char *in_name; /* a word in the product's name, or NULL */
  int build;           /* from this one on */
  const char *id;
} windows[] = {
  { 5, 0, false, NULL, 0, "win2k" },     { 5, 1, false, NULL, 0, "winxp" },
  { 5, 2, false, "XP", 0, "winxp" },     { 5, 2, false, "R2", 0, "win2k3r2" },
  { 5, 2, false, NULL, 0, "win2k3" },    { 6, 0, true, NULL, 0, "win2k8" },
  { 6, 0, false, NULL, 0, "winvista" },  { 6, 1, true, NULL, 0, "win2k8r2" },
  { 6, 1, false, NULL, 0, "win7" },      { 6, 2, true, NULL, 0, "win2k12" },
  { 6, 2, false, NULL, 0, "win8" },      { 6, 3, true, NULL, 0, "win2k12r2" },
  { 6, 3, false, NULL, 0, "win8.1" },    { 10, 0, true, "2025", 0, "win2k25" },
  { 10, 0, true, "2022", 0, "win2k22" }, { 10, 0, true, "2019", 0, "win2k19" },
  { 10, 0, true, NULL, 0, "win2k16" },   { 10, 0, false, NULL, 22000, "win11" },
  { 10, 0, false, NULL, 0, "win10" },
};

static const char *
windows_id (struct json_object *finding)
{
  const char *name = gk_json_str (finding, "product_name"),
             *variant = gk_json_str (finding, "product_variant"),
             *build = gk_json_str (finding, "build_id");
  bool server = variant && strstr (variant, "Server");

  for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
    if (windows[i].major == number (finding, "major") &&
        windows[i].minor == number (finding, "minor") && (!windows[i].server || server) &&
        (windows[i].in_name == NULL || (name && strstr (name, windows[i].in_name))) &&
        (build ? atoi (build) : 0) >= windows[i].build)
      return windows[i].id;
  return NULL;
}

const char *
gk_inspect_osinfo (struct json_object *finding, char *buf, size_t size)
{
  const char *type = gk_json_str (finding, "type"), *distro = gk_json_str (finding, "distro");
  const char *id = NULL;

  if (type == NULL)
    return "unknown";
  if (gk_streq (type, "linux"))
    id = linux_id (finding, buf, size);
  else if (gk_streq (type, "windows"))
    id = windows_id (finding);
  else if (gk_streq (type, "freebsd") || gk_streq (type, "netbsd") || gk_streq (type, "openbsd")) {
    snprintf (buf, size, "%s%d.%d", type, number (finding, "major"), number (finding, "minor"));
    id = buf;
  } else if (gk_streq (type, "dos") && gk_streq (distro ? distro : "", "msdos"))
    id = "msdos6.22";
  return id ? id : "unknown";
}
