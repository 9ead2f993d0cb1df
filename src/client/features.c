/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Optional groups of calls: which there are, and which can be used.
 *
 * A group can be used when every call in it that programs can make is written,
 * and the tools that carry it out are there: both launchers run those of this
 * machine.  What else a call needs, of the kernel that the session runs on, is
 * said by the call itself, as the manual asks programs to expect.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/cleanup.h"
#include "base/str.h"
#include "exec/exec.h"
#include "exec/library.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"

/* Without them no call of the group can work.  A name with ".so." is that of a library
 * which is loaded when it is needed. */
static const struct {
  const char *group, *tool, *package;
} tools[] = {
  { "augeas", "libaugeas.so.0", "libaugeas0" },
  { "btrfs", "btrfs", "btrfs-progs" },
  { "btrfs", "mkfs.btrfs", "btrfs-progs" },
  { "clevisluks", "clevis-luks-pass", "clevis-luks" },
  { "extlinux", "extlinux", "extlinux" },
  { "f2fs", "resize.f2fs", "f2fs-tools" },
  { "journal", "libsystemd.so.0", "libsystemd0" },
  { "ldm", "ldmtool", "ldmtool" },
  { "libtsk", "libtsk.so.19", "libtsk19" },
  { "libyara", "libyara.so.9", "libyara9" },
  { "luks", "libcryptsetup.so.12", "libcryptsetup12" },
  { "lvm2", "lvm", "lvm2" },
  { "mdadm", "mdadm", "mdadm" },
  { "ntfs3g", "ntfs-3g.probe", "ntfs-3g" },
  { "ntfsprogs", "ntfsresize", "ntfs-3g" },
  { "rsync", "rsync", "rsync" },
  { "scrub", "scrub", "scrub" },
  { "sleuthkit", "libtsk.so.19", "libtsk19" },
  { "squashfs", "mksquashfs", "squashfs-tools" },
  { "syslinux", "syslinux", "syslinux" },
  { "xfs", "xfs_repair", "xfsprogs" },
  { "zerofree", "zerofree", "zerofree" },
};

/* Names that programs still ask for; what they stood for is no group any more. */
static const char *const retired[] = { "augeas", "realpath" };
#define N_RETIRED (sizeof retired / sizeof retired[0])

enum answer { UNKNOWN, MISSING, USABLE };

static bool
is_there (const char *tool)
{
  _cleanup_free_ char *path = strstr (tool, ".so.") ? gk_library_find (tool) : gk_exec_find (tool);

  return path != NULL;
}

/* MISSING with *ret_tool set: all calls of the group are written, but this program is not
 * installed. */
static enum answer
look_up (const char *group, const char **ret_tool, const char **ret_package)
{
  enum answer a = UNKNOWN;

  for (size_t i = 0; i < N_RETIRED; ++i)
    if (gk_streq (retired[i], group))
      a = USABLE;
  for (unsigned i = 0; i < gk_n_calls; ++i) {
    const struct gk_call *c = &gk_calls[i];
    if (c->optgroup == NULL || !gk_streq (c->optgroup, group) ||
        gk_after_prefix (c->name, "internal_"))
      continue;
    if (!(c->flags & (GK_CALL_CLIENT | GK_CALL_WORKER)))
      return MISSING;
    a = USABLE;
  }
  for (size_t i = 0; a == USABLE && i < sizeof tools / sizeof tools[0]; ++i) {
    if (!gk_streq (tools[i].group, group) || is_there (tools[i].tool))
      continue;
    *ret_tool = tools[i].tool;
    *ret_package = tools[i].package;
    a = MISSING;
  }
  return a;
}

/* libguestfs answers this only in a session, and so do we, although our answer does not depend on
 * it. */
static int
need_session (guestfs_h *g, const char *call)
{
  if (g->state == GK_STATE_READY)
    return 0;
  return gk_client_error (g, 0,
                          "%s: call launch before using this function\n"
                          "(in guestfish, don't forget to use the 'run' command)",
                          call);
}

struct missing {
  const char *group, *tool, *package; /* tool NULL: not all of its calls are written */
};

/* 1: all can be used; 0: *ret tells of the first that cannot; -1 with the error set. */
static int
all_usable (guestfs_h *g, const char *call, char *const *groups, struct missing *ret)
{
  if (need_session (g, call) == -1)
    return -1;
  for (size_t i = 0; groups[i]; ++i)
    switch (look_up (groups[i], &ret->tool, &ret->package)) {
    case UNKNOWN:
      return gk_client_error (g, EINVAL, "%s: %s: unknown group", call, groups[i]);
    case MISSING:
      ret->group = groups[i];
      return 0;
    case USABLE:
      break;
    }
  return 1;
}

int
gk_client_available (guestfs_h *g, char *const *groups)
{
  struct missing missing = { NULL, NULL, NULL };
  int r = all_usable (g, "available", groups, &missing);

  if (r == 0 && missing.tool)
    return gk_client_error (g, ENOTSUP,
                            "available: %s: group not available: %s is not installed (package %s)",
                            missing.group, missing.tool, missing.package);
  if (r == 0)
    return gk_client_error (g, ENOTSUP, "available: %s: group not available", missing.group);
  return r == 1 ? 0 : -1;
}

int
gk_client_feature_available (guestfs_h *g, char *const *groups)
{
  struct missing missing = { NULL, NULL, NULL };

  return all_usable (g, "feature_available", groups, &missing);
}

char **
gk_client_available_all_groups (guestfs_h *g)
{
  _cleanup_gk_strv_ struct gk_strv groups = GK_STRV_INIT;

  if (need_session (g, "available_all_groups") == -1)
    return NULL;
  for (unsigned i = 0; i < gk_n_calls; ++i) {
    const char *group = gk_calls[i].optgroup;
    bool seen = group == NULL;
    for (size_t k = 0; k < groups.len && !seen; ++k)
      seen = gk_streq (groups.v[k], group);
    if (!seen && gk_strv_push (&groups, group) == -1) {
      gk_client_oom (g);
      return NULL;
    }
  }
  for (size_t i = 0; i < N_RETIRED; ++i)
    if (gk_strv_push (&groups, retired[i]) == -1) {
      gk_client_oom (g);
      return NULL;
    }
  gk_strv_sort (groups.v, groups.len);
  char **list = gk_strv_finish (&groups);
  if (list == NULL)
    gk_client_oom (g);
  return list;
}

/* 0: usable, 1: unknown, 2: not here. */
int
gk_client_internal_feature_available (guestfs_h *g, const char *group)
{
  if (need_session (g, "internal_feature_available") == -1)
    return -1;
  const char *tool, *package;
  enum answer a = look_up (group, &tool, &package);
  return a == USABLE ? 0 : a == UNKNOWN ? 1 : 2;
}
