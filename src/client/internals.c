/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Calls by which libguestfs's library speaks with its own daemon in a form that is
 * theirs alone.  Nothing but that library makes sense of them; who gets here is told
 * what to call instead. */

#include <errno.h>

#include "client/handle-priv.h"
#include "gk-client-calls.h"

static int
instead (guestfs_h *g, const char *call, const char *successor)
{
  return gk_client_error (g, ENOTSUP,
                          "%s: is how libguestfs's own library and daemon speak with each other; "
                          "call %s",
                          call, successor);
}

int
gk_client_internal_filesystem_walk (guestfs_h *g, const char *device, const char *filename)
{
  return instead (g, "internal_filesystem_walk", "filesystem_walk");
}

int
gk_client_internal_find_inode (guestfs_h *g, const char *device, int64_t inode,
                               const char *filename)
{
  return instead (g, "internal_find_inode", "find_inode");
}

int
gk_client_internal_journal_get (guestfs_h *g, const char *filename)
{
  return instead (g, "internal_journal_get", "journal_get");
}

int
gk_client_internal_readdir (guestfs_h *g, const char *dir, const char *filename)
{
  return instead (g, "internal_readdir", "readdir");
}

int
gk_client_internal_yara_scan (guestfs_h *g, const char *path, const char *filename)
{
  return instead (g, "internal_yara_scan", "yara_scan");
}
