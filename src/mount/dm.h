/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Device-mapper, as far as taking devices down goes.
 *
 * The names of the kernel's mapper devices are one space for all sessions, and
 * for the host itself.  What a session makes has a name of its own in there;
 * the name that its caller gave is that of the node in the private /dev. */
#ifndef GK_MOUNT_DM_H
#define GK_MOUNT_DM_H

#include <stdbool.h>
#include <sys/types.h>

struct gk_error;

/* Does this kernel have it?  Nothing is loaded. */
bool gk_dm_available (void);

/* The name in the kernel of a mapper device, or its uuid, which begins with
 * "LVM-", "CRYPT-" ...  Malloced; NULL when it is none. */
char *gk_dm_name (dev_t devno);
char *gk_dm_uuid (dev_t devno);

/* By its name in the kernel; none of this name is fine.  Somebody who looks at
 * it (udev) is waited for, up to a second. */
int gk_dm_remove (const char *name, struct gk_error *err);

#endif
