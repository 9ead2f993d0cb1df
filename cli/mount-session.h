/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How `guestkit umount` finds the process that holds a mount, waits for it and
 * learns whether all data reached the image.
 *
 * That process keeps a file /run/guestkit/mounts/HASH, locked (a user's own is
 * below /tmp/guestkit-mounts-UID).  Its first line says which mount it is (base/mountid.h).
 * When the process ended well the file is gone; when writing back failed, the reason is in
 * its second line.
 */
#ifndef CLI_MOUNT_SESSION_H
#define CLI_MOUNT_SESSION_H

#include <stdbool.h>

struct cli_mount_session {
  int fd;
  char *path;
};
#define CLI_MOUNT_SESSION_INIT                                                                     \
  {                                                                                                \
    -1, NULL                                                                                       \
  }

int cli_mount_session_create (struct cli_mount_session *s, const char *dir); /* -1: errno */
/* failed: why, or NULL. */
void cli_mount_session_end (struct cli_mount_session *s, const char *failed);
void cli_mount_session_clear (struct cli_mount_session *s);
#define _cleanup_cli_session_ __attribute__ ((cleanup (cli_mount_session_clear)))

/* Whether what is mounted at dir was mounted by `guestkit mount`, which may have been
 * killed since. */
bool cli_mount_session_known (const char *dir);

/* Wait until the session that holds dir has ended.  An exit code; what went
 * wrong was said.  timeout_s 0: for ever. */
int cli_mount_session_wait (const char *dir, int timeout_s);

/* What a session that is dead has left of itself, if it is. */
void cli_mount_session_forget (const char *dir);

#endif
