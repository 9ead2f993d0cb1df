/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How a distribution packages its software. */
#include "inspect/packages.h"

#include <stddef.h>

#include "base/str.h"

/* The rows of one distribution are together, newest first: the first whose
 * version is not above the system's counts. */
static const struct {
  const char *distro;
  int from; /* major version */
  const char *format, *management;
} rows[] = {
  { "almalinux", 0, "rpm", "dnf" },
  { "alpinelinux", 0, "apk", "apk" },
  { "altlinux", 0, "rpm", "apt" },
  { "archlinux", 0, "pacman", "pacman" },
  { "centos", 8, "rpm", "dnf" },
  { "centos", 5, "rpm", "yum" },
  { "centos", 1, "rpm", "up2date" },
  { "centos", 0, "rpm", NULL },
  { "debian", 0, "deb", "apt" },
  { "fedora", 22, "rpm", "dnf" },
  { "fedora", 0, "rpm", "yum" },
  { "frugalware", 0, "pacman", "pacman" },
  { "gentoo", 0, "ebuild", "portage" },
  { "kalilinux", 0, "deb", "apt" },
  { "kylin", 0, "deb", "apt" },
  { "linuxmint", 0, "deb", "apt" },
  { "mageia", 0, "rpm", "urpmi" },
  { "mandriva", 0, "rpm", "urpmi" },
  { "meego", 0, "rpm", "yum" },
  { "neokylin", 0, "rpm", "yum" },
  { "openmandriva", 4, "rpm", "dnf" },
  { "openmandriva", 0, "rpm", "urpmi" },
  { "opensuse", 0, "rpm", "zypper" },
  { "oraclelinux", 8, "rpm", "dnf" },
  { "oraclelinux", 5, "rpm", "yum" },
  { "oraclelinux", 1, "rpm", "up2date" },
  { "oraclelinux", 0, "rpm", NULL },
  { "pardus", 0, "pisi", "pisi" },
  { "pldlinux", 0, "rpm", NULL },
  { "redhat-based", 8, "rpm", "dnf" },
  { "redhat-based", 5, "rpm", "yum" },
  { "redhat-based", 1, "rpm", "up2date" },
  { "redhat-based", 0, "rpm", NULL },
  { "rhel", 8, "rpm", "dnf" },
  { "rhel", 5, "rpm", "yum" },
  { "rhel", 1, "rpm", "up2date" },
  { "rhel", 0, "rpm", NULL },
  { "rocky", 0, "rpm", "dnf" },
  { "scientificlinux", 8, "rpm", "dnf" },
  { "scientificlinux", 5, "rpm", "yum" },
  { "scientificlinux", 1, "rpm", "up2date" },
  { "scientificlinux", 0, "rpm", NULL },
  { "sles", 0, "rpm", "zypper" },
  { "suse-based", 0, "rpm", "zypper" },
  { "ubuntu", 0, "deb", "apt" },
  { "voidlinux", 0, "xbps", "xbps" },
};

static size_t
row_of (const char *distro, int major)
{
  size_t i = 0;

  while (i < sizeof rows / sizeof rows[0] &&
         (!gk_streq (rows[i].distro, distro) || major < rows[i].from))
    i++;
  return i;
}

const char *
gk_package_format (const char *distro)
{
  size_t i = row_of (distro, 0);
  return i < sizeof rows / sizeof rows[0] ? rows[i].format : NULL;
}

const char *
gk_package_management (const char *distro, int major)
{
  size_t i = row_of (distro, major);
  return i < sizeof rows / sizeof rows[0] ? rows[i].management : NULL;
}
