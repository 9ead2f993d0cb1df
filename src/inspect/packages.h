/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How a distribution packages its software: constants, or NULL. */
#ifndef GK_INSPECT_PACKAGES_H
#define GK_INSPECT_PACKAGES_H

const char *gk_package_format (const char *distro);
const char *gk_package_management (const char *distro, int major);

#endif
