/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit partition: the part that writes. */
#ifndef CLI_PARTITION_H
#define CLI_PARTITION_H

#include "cli/cli.h"

/* path: a file with JSON, or "-".  An exit code. */
int cli_partition_apply (guestfs_h *g, const char *path, bool force, bool dry_run, bool json);

#endif
