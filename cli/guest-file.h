/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef CLI_GUEST_FILE_H
#define CLI_GUEST_FILE_H

#include "cli/cli.h"

/* Replace or make the guest file path with the content of a host file; mode is
 * that of a new one.  An exit code; what failed was said. */
int cli_guest_replace (guestfs_h *g, const char *local, const char *path, int mode);

/* What a symlink leads to, so that the file is replaced and not the link.
 * Malloced; NULL with the handle's error set. */
char *cli_guest_follow (guestfs_h *g, const char *path);

/* edit.c: edit a guest file with the user's editor.  An exit code. */
int cli_guest_edit (guestfs_h *g, const char *path);

#endif
