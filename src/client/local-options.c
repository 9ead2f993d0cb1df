/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The options of mount_local.
 *
 * Programs give those of FUSE 2, since libguestfs passes them on.  Each is
 * ours, or libfuse's, or means nothing here because we do it anyhow.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "client/local-priv.h"

#define TIMEOUT_S 60

enum meaning {
  NOTHING,   /* it is so anyhow, or makes no difference */
  PASS_ON,   /* to FUSE; a kernel mount has it by itself */
  PASS_FUSE, /* to FUSE, and only FUSE has it */
  RO,
  NOEXEC,
  NOATIME,
  UID,
  GID,
  UMASK,
  TIMEOUT,
};

static const struct {
  const char *name; /* with "=" when a value follows */
  enum meaning meaning;
} table[] = {
  { "ro", RO },
  { "noexec", NOEXEC },
  { "noatime", NOATIME },
  { "uid=", UID },
  { "gid=", GID },
  { "umask=", UMASK },
  { "attr_timeout=", TIMEOUT },
  { "entry_timeout=", TIMEOUT },
  { "allow_other", PASS_ON },
  { "fsname=", PASS_ON },
  { "subtype=", PASS_ON },
  { "default_permissions", PASS_ON },
  { "allow_root", PASS_FUSE },
  { "max_read=", NOTHING },
  { "rw", NOTHING },
  { "nosuid", NOTHING },
  { "nodev", NOTHING },
  { "exec", NOTHING },
  { "atime", NOTHING },
  { "async", NOTHING },
  { "nonempty", NOTHING },
  { "auto_unmount", NOTHING },
  { "use_ino", NOTHING },
  { "readdir_ino", NOTHING },
  { "hard_remove", NOTHING },
  { "kernel_cache", NOTHING },
  { "auto_cache", NOTHING },
  { "noauto_cache", NOTHING },
  { "direct_io", NOTHING },
  { "big_writes", NOTHING },
  { "large_read", NOTHING },
  { "async_read", NOTHING },
  { "sync_read", NOTHING },
  { "atomic_o_trunc", NOTHING },
  { "intr", NOTHING },
  { "negative_timeout=", NOTHING },
  { "ac_attr_timeout=", NOTHING },
  { "max_write=", NOTHING },
  { "max_readahead=", NOTHING },
  { "max_background=", NOTHING },
  { "congestion_threshold=", NOTHING },
  { "no_remote_lock", NOTHING },
};

static int
pass_on (struct gk_local_options *o, const char *option)
{
  return gk_buf_appendf (&o->fuse, "%s%s", o->fuse.size ? "," : "", option);
}

static int
number (const char *s, int base, unsigned long max, unsigned long *ret)
{
  char *end;
  unsigned long n = strtoul (s, &end, base);

  if (end == s || *end || *s == '-' || n > max)
    return -1;
  *ret = n;
  return 0;
}

/* -1: the value makes no sense, or no memory. */
static int
apply (struct gk_local_options *o, enum meaning meaning, const char *option, const char *value)
{
  unsigned long n = 0;

  switch (meaning) {
  case NOTHING:
    return 0;
  case PASS_FUSE:
    o->only_fuse = true;
    return pass_on (o, option);
  case PASS_ON:
    return pass_on (o, option);
  case RO:
    o->readonly = true;
    return 0;
  case NOEXEC:
    o->noexec = true;
    return 0;
  case NOATIME:
    o->noatime = true;
    return 0;
  case UID:
  case GID:
    if (number (value, 10, UINT32_MAX - 1, &n) == -1)
      return -1;
    *(meaning == UID ? &o->has_uid : &o->has_gid) = true;
    *(meaning == UID ? &o->uid : &o->gid) = (uid_t)n;
    break;
  case UMASK:
    if (number (value, 8, 0777, &n) == -1)
      return -1;
    o->has_umask = true;
    o->umask = (mode_t)n;
    break;
  case TIMEOUT:
    /* Fractions of a second are allowed to FUSE. */
    o->timeout = strtod (value, NULL);
    return o->timeout >= 0 && o->timeout <= 1e9 ? 0 : -1;
  }
  o->only_fuse = true;
  return 0;
}

static int
parse_one (guestfs_h *g, struct gk_local_options *o, const char *option)
{
  for (size_t i = 0; i < sizeof table / sizeof table[0]; ++i) {
    const char *name = table[i].name;
    bool has_value = name[strlen (name) - 1] == '=';
    const char *rest = gk_after_prefix (option, name);
    if (rest == NULL || (!has_value && *rest))
      continue;
    if (apply (o, table[i].meaning, option, rest) == -1)
      return gk_client_error (g, EINVAL, "mount_local: %s: the value is not valid", option);
    return 0;
  }
  return gk_client_error (g, EINVAL, "mount_local: the mount option '%s' is not known", option);
}

int
gk_local_parse (guestfs_h *g, const struct guestfs_mount_local_argv *a, struct gk_local_options *o)
{
  o->timeout = TIMEOUT_S;
  if (a->bitmask & GUESTFS_MOUNT_LOCAL_CACHETIMEOUT_BITMASK)
    o->timeout = a->cachetimeout > 0 ? a->cachetimeout : 0;
  if (a->bitmask & GUESTFS_MOUNT_LOCAL_READONLY_BITMASK && a->readonly)
    o->readonly = true;
  if (a->bitmask & GUESTFS_MOUNT_LOCAL_DEBUGCALLS_BITMASK && a->debugcalls)
    o->debug = o->only_fuse = true;
  if (!(a->bitmask & GUESTFS_MOUNT_LOCAL_OPTIONS_BITMASK))
    return 0;

  _cleanup_free_ char *copy = strdup (a->options);
  char *save = NULL;
  if (copy == NULL)
    return gk_client_oom (g);
  for (char *s = strtok_r (copy, ",", &save); s; s = strtok_r (NULL, ",", &save))
    if (parse_one (g, o, s) == -1)
      return -1;
  return 0;
}
