/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The walls of the jail, each in its file.  All run in the child; 0, or -1
 * with errno. */
#ifndef GK_EXEC_JAIL_PRIV_H
#define GK_EXEC_JAIL_PRIV_H

#include <stdint.h>

/* Keep of this process's capabilities only those in caps, for ever. */
int gk_jail_drop_caps (uint64_t caps);

/* Refuse the system calls that no parser of files needs.  After
 * gk_jail_drop_caps, which sets no_new_privs. */
int gk_jail_filter (void);

#endif
