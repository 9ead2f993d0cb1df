/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: which Linux distribution this is, and which version of it.
 *
 * os-release is standard and comes first, lsb-release second.  A file of the
 * distribution's own is asked when these do not know it, or when they tell
 * less of the version than it does. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/read.h"

/* Longer numbers are dates or build numbers; they fit in an int. */
#define MAX_DIGITS 8

struct version {
  int major, minor;
};

/* At a digit: "12", "12.4".  False when it is no version. */
static bool
read_version (const char *s, struct version *v)
{
  size_t n = strspn (s, "0123456789");

  if (n == 0 || n > MAX_DIGITS)
    return false;
  *v = (struct version){ .major = atoi (s) };
  if (s[n] == '.') {
    size_t m = strspn (s + n + 1, "0123456789");
    if (m <= MAX_DIGITS)
      v->minor = atoi (s + n + 1);
  }
  return true;
}

static bool
first_version (const char *text, struct version *v)
{
  const char *digit = strpbrk (text, "0123456789");
  return digit && read_version (digit, v);
}

/* The first of the form "12.4", else the first number. */
static bool
best_version (const char *text, struct version *v)
{
  for (const char *p = text; (p = strpbrk (p, "0123456789")) != NULL;) {
    size_t n = strspn (p, "0123456789");
    if (p[n] == '.' && isdigit ((unsigned char)p[n + 1]))
      return read_version (p, v);
    p += n;
  }
  return first_version (text, v);
}

static void
add_version (struct json_object *report, const struct version *v)
{
  json_object_object_add (report, "major", json_object_new_int (v->major));
  json_object_object_add (report, "minor", json_object_new_int (v->minor));
}

void
gk_look_version (struct json_object *report, const char *text)
{
  struct version v;

  /* NeoKylin writes "V7Update6". */
  if (sscanf (text, "V%8dUpdate%8d", &v.major, &v.minor) == 2 || best_version (text, &v))
    add_version (report, &v);
}

static bool
has_minor (struct json_object *report)
{
  struct json_object *v;
  return json_object_object_get_ex (report, "minor", &v) && json_object_get_int (v) != 0;
}

/* --- os-release and lsb-release ------------------------------------------------ */

/* Names of the field for the distribution, and libguestfs's. */
static const struct {
  const char *id, *distro;
} ids[] = {
  { "alpine", "alpinelinux" },
  { "almalinux", "almalinux" },
  { "altlinux", "altlinux" },
  { "arch", "archlinux" },
  { "archarm", "archlinux" },
  { "artix", "archlinux" },
  { "buildroot", "buildroot" },
  { "centos", "centos" },
  { "cirros", "cirros" },
  { "coreos", "coreos" },
  { "debian", "debian" },
  { "endeavouros", "archlinux" },
  { "fedora", "fedora" },
  { "flatcar", "coreos" },
  { "freebsd", "freebsd" },
  { "frugalware", "frugalware" },
  { "gentoo", "gentoo" },
  { "kali", "kalilinux" },
  { "kylin", "kylin" },
  { "linuxmint", "linuxmint" },
  { "LinuxMint", "linuxmint" },
  { "mageia", "mageia" },
  { "Mageia", "mageia" },
  { "manjaro", "archlinux" },
  { "mandriva", "mandriva" },
  { "MandrivaLinux", "mandriva" },
  { "MeeGo", "meego" },
  { "neokylin", "neokylin" },
  { "NeoKylin", "neokylin" },
  { "ol", "oraclelinux" },
  { "openmandriva", "openmandriva" },
  { "OpenMandriva Lx", "openmandriva" },
  { "opensuse", "opensuse" },
  { "pardus", "pardus" },
  { "pld", "pldlinux" },
  { "rhel", "rhel" },
  { "rocky", "rocky" },
  { "scientific", "scientificlinux" },
  { "slackware", "slackware" },
  { "sled", "sles" },
  { "sles", "sles" },
  { "sles_sap", "sles" },
  { "ubuntu", "ubuntu" },
  { "Ubuntu", "ubuntu" },
  { "Debian", "debian" },
  { "CoreOS", "coreos" },
  { "void", "voidlinux" },
};

static const char *
distro_of_id (const char *id)
{
  if (gk_after_prefix (id, "opensuse-")) /* -leap, -tumbleweed */
    return "opensuse";
  if (gk_after_prefix (id, "ALT")) /* of lsb-release */
    return "altlinux";
  for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
    if (gk_streq (ids[i].id, id))
      return ids[i].distro;
  return NULL;
}

/* The three fields under their names in this kind of file. */
struct fields {
  const char *id, *name, *version;
};

static void
look_fields (struct json_object *report, const char *path, const struct fields *f)
{
  _cleanup_free_ char *text = gk_look_text (path, GK_LOOK_TEXT_MAX);
  char *rest = text, *line, *value;

  while ((line = gk_look_next (&rest)) != NULL) {
    if ((value = gk_look_value (line, f->id)) != NULL)
      gk_json_add_str (report, "distro", distro_of_id (value));
    else if ((value = gk_look_value (line, f->name)) != NULL) {
      gk_json_add_str (report, "product_name", value);
      gk_json_add_str (report, "name", value);
    } else if ((value = gk_look_value (line, f->version)) != NULL)
      gk_look_version (report, value);
  }
}

void
gk_look_os_release (struct json_object *report, const char *path)
{
  look_fields (report, path, &(struct fields){ "ID", "PRETTY_NAME", "VERSION_ID" });
}

/* --- the distributions' own files ------------------------------------------------- */

static const struct own {
  const char *path;
  const char *begins; /* the first line begins with it; NULL: with anything */
  const char *distro;
  bool after_release; /* the version stands behind the word "release" */
} own[] = {
  /* What derives from another one has that one's file too: it goes first. */
  { "/etc/oracle-release", "Oracle Linux", "oraclelinux", true },
  { "/etc/rocky-release", "Rocky Linux", "rocky", true },
  { "/etc/almalinux-release", "AlmaLinux", "almalinux", true },
  { "/etc/centos-release", "CentOS", "centos", true },
  { "/etc/altlinux-release", "ALT", "altlinux", false },
  { "/etc/neokylin-release", "NeoKylin", "neokylin", false },
  { "/etc/redhat-release", "Fedora", "fedora", true },
  { "/etc/redhat-release", "Red Hat Enterprise Linux", "rhel", true },
  { "/etc/redhat-release", "CentOS", "centos", true },
  { "/etc/redhat-release", "Rocky Linux", "rocky", true },
  { "/etc/redhat-release", "AlmaLinux", "almalinux", true },
  { "/etc/redhat-release", "Scientific Linux", "scientificlinux", true },
  { "/etc/redhat-release", "NeoKylin", "neokylin", false },
  { "/etc/redhat-release", NULL, "redhat-based", true },
  { "/etc/debian_version", NULL, "debian", false },
  { "/etc/pardus-release", NULL, "pardus", false },
  { "/etc/arch-release", NULL, "archlinux", false }, /* empty */
  { "/etc/gentoo-release", NULL, "gentoo", false },
  { "/etc/meego-release", NULL, "meego", false },
  { "/etc/slackware-version", NULL, "slackware", false },
  { "/etc/ttylinux-target", NULL, "ttylinux", false },
  { "/etc/SuSE-release", "SUSE Linux Enterprise", "sles", false },
  { "/etc/SuSE-release", "openSUSE", "opensuse", false },
  { "/etc/SuSE-release", NULL, "suse-based", false },
  { "/etc/cirros/version", NULL, "cirros", false },
  { "/etc/br-version", NULL, "buildroot", false },
  { "/etc/alpine-release", NULL, "alpinelinux", false },
  { "/etc/frugalware-release", NULL, "frugalware", false },
  { "/etc/pld-release", NULL, "pldlinux", false },
};

/* "release 5.6", and as it was written long ago "release 4 ... Update 6". */
static bool
release_version (const char *line, struct version *v)
{
  const char *release = strstr (line, "release ");
  const char *update;

  if (release == NULL || !first_version (release, v))
    return false;
  update = strstr (release, "Update ");
  if (v->minor == 0 && update && isdigit ((unsigned char)update[7]))
    v->minor = atoi (update + 7);
  return true;
}

/* A line of its own says it: "VERSION = 11", "PATCHLEVEL = 4". */
static void
suse_version (const char *path, struct version *v)
{
  _cleanup_free_ char *text = gk_look_text (path, GK_LOOK_TEXT_MAX);
  char *rest = text, *line;

  while ((line = gk_look_next (&rest)) != NULL) {
    int n;
    if (sscanf (line, "VERSION = %8d", &n) == 1)
      v->major = n;
    if (sscanf (line, "VERSION = %*d.%8d", &n) == 1 || sscanf (line, "PATCHLEVEL = %8d", &n) == 1)
      v->minor = n;
  }
}

static bool
look_own (const struct own *o, struct json_object *ret, struct version *v, bool *has)
{
  _cleanup_free_ char *line = gk_look_line (o->path);

  if (!gk_look_is_file (o->path))
    return false;
  if (o->begins && (line == NULL || gk_after_prefix (line, o->begins) == NULL))
    return false;
  gk_json_add_str (ret, "distro", o->distro);
  gk_json_add_str (ret, "product_name", line);
  *has = line && (o->after_release ? release_version (line, v) : best_version (line, v));
  if (*has && gk_streq (o->path, "/etc/SuSE-release"))
    suse_version (o->path, v);
  return true;
}

/* These two tell only half of their version in os-release. */
static bool
is_half_told (struct json_object *report)
{
  const char *distro = gk_json_str (report, "distro");

  return distro && (gk_streq (distro, "debian") || gk_streq (distro, "centos")) &&
         !has_minor (report);
}

/* From the distribution's own file.  As in libguestfs, its line is then the
 * product's name too. */
static void
ask_own (struct json_object *report)
{
  const char *distro = gk_json_str (report, "distro");

  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
    _cleanup_json_ struct json_object *more = json_object_new_object ();
    struct version v = { 0 };
    bool has = false;

    if ((distro && !gk_streq (own[i].distro, distro)) || !look_own (&own[i], more, &v, &has))
      continue;
    if (has)
      add_version (report, &v);
    gk_json_add_str (report, "distro", own[i].distro);
    gk_json_add_str (report, "product_name", gk_json_str (more, "product_name"));
    return;
  }
}

void
gk_look_release (struct json_object *report)
{
  gk_json_add_str (report, "type", "linux");
  gk_look_os_release (report, "/etc/os-release");
  if (gk_json_str (report, "distro") == NULL && gk_json_str (report, "product_name") == NULL)
    gk_look_os_release (report, "/usr/lib/os-release");
  if (gk_json_str (report, "distro") == NULL)
    look_fields (report, "/etc/lsb-release",
                 &(struct fields){ "DISTRIB_ID", "DISTRIB_DESCRIPTION", "DISTRIB_RELEASE" });
  if (gk_json_str (report, "distro") == NULL || is_half_told (report))
    ask_own (report);
}
