/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The walls of the sandbox, each in its file.  All run in the child: nothing
 * is allocated.  Each returns NULL, or the step that failed with errno. */
#ifndef GK_SANDBOX_PRIV_H
#define GK_SANDBOX_PRIV_H

#include "sandbox/sandbox.h"

/* All of it, in the child: opaque is the sandbox. */
const char *gk_sandbox_enter (const void *opaque);

/* Build the tree and make it /. */
const char *gk_sandbox_tree (const struct gk_sandbox *sb);

/* Refuse system calls; when sb asks for it, tell of opens. */
const char *gk_sandbox_filter (const struct gk_sandbox *sb);

#endif
