/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Mount options, as mount(8) takes them, sorted by who is to carry them out.
 *
 * libmount knows which words are for the kernel's mounts and which are for
 * user space; the rest belongs to the filesystem.  Words that only mean
 * something in an fstab are ignored; words that would have mount(8) run a
 * helper or look at another place than the device are refused.  So is what
 * would let a filesystem error stop the kernel.
 */
#include <errno.h>
#include <libmount/libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "mount/mount-priv.h"

static const struct {
  const char *word;
  unsigned set, clear;
} attributes[] = {
  { "suid", 0, 0 }, /* nosuid and nodev are always on: see kernel.c */
  { "nosuid", 0, 0 },
  { "dev", 0, 0 },
  { "nodev", 0, 0 },
  { "exec", 0, MOUNT_ATTR_NOEXEC },
  { "noexec", MOUNT_ATTR_NOEXEC, 0 },
  { "diratime", 0, MOUNT_ATTR_NODIRATIME },
  { "nodiratime", MOUNT_ATTR_NODIRATIME, 0 },
  { "symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW },
  { "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0 },
  { "relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME },
  { "atime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME },
  { "norelatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
  { "noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME },
  { "strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
  { "nostrictatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME },
};

/* Handed to the superblock as they are. */
static const char *const sb_words[] = { "sync",       "async",    "dirsync",    "lazytime",
                                        "nolazytime", "mand",     "nomand",     "silent",
                                        "loud",       "iversion", "noiversion", NULL };

/* Of the fstab; nothing to do. */
static const char *const fstab_words[] = { "defaults", "auto",       "noauto", "user",    "nouser",
                                           "users",    "nousers",    "owner",  "noowner", "group",
                                           "nogroup",  "_netdev",    "nofail", "comment", "sub",
                                           "bootwait", "nobootwait", "loop",   NULL };

/* mount(8) would act on them in a way that has no place here. */
static const char *const refused_words[] = { "remount", "bind",      "rbind",      "move",
                                             "private", "rprivate",  "shared",     "rshared",
                                             "slave",   "rslave",    "unbindable", "runbindable",
                                             "offset",  "sizelimit", "encryption", "helper",
                                             "uhelper", "pre",       NULL };

/* What lets an error of the filesystem panic the kernel: the filesystem is the
 * guest's, the kernel may be the host's. */
static const char *const panic_words[] = { "errors", "fatal_errors", NULL };

void
gk_mount_options_clear (struct gk_mount_options *o)
{
  gk_strv_clear (&o->sb);
}

static bool
is_one_of (const char *const *words, const char *name)
{
  for (; *words; words++)
    if (gk_streq (*words, name))
      return true;
  return false;
}

static int
take_attribute (const char *name, struct gk_mount_options *o)
{
  for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
    if (gk_streq (attributes[i].word, name)) {
      o->attr = (o->attr & ~attributes[i].clear) | attributes[i].set;
      return 1;
    }
  return 0;
}

/* One NAME or NAME=VALUE. */
static int
take (const char *name, const char *value, struct gk_mount_options *o, struct gk_error *err)
{
  if (gk_streq (name, "ro") || gk_streq (name, "rw")) {
    o->ro = name[1] == 'o';
    o->rw = !o->ro;
    return 0;
  }
  if (take_attribute (name, o) || is_one_of (fstab_words, name) || gk_after_prefix (name, "x-") ||
      gk_after_prefix (name, "X-"))
    return 0;
  if (is_one_of (refused_words, name))
    return gk_error_set (err, EINVAL, "option ‘%s’ cannot be used here", name);
  if (value && is_one_of (panic_words, name) && gk_streq (value, "panic"))
    return gk_error_set (err, EPERM, "option ‘%s=%s’ is not allowed", name, value);
  if (is_one_of (sb_words, name) && value == NULL)
    return gk_strv_push (&o->sb, name) == -1 ? gk_error_oom (err) : 0;
  int r = value ? gk_strv_pushf (&o->sb, "%s=%s", name, value) : gk_strv_push (&o->sb, name);
  return r == -1 ? gk_error_oom (err) : 0;
}

int
gk_mount_options_parse (const char *text, struct gk_mount_options *ret, struct gk_error *err)
{
  _cleanup_free_ char *copy = strdup (text);
  if (copy == NULL)
    return gk_error_oom (err);
  _cleanup_mount_options_ struct gk_mount_options o = GK_MOUNT_OPTIONS_INIT;
  char *p = copy, *name, *value;
  size_t name_len, value_len;
  int r;
  /* libmount understands commas in quotes (context="a,b"). */
  while ((r = mnt_optstr_next_option (&p, &name, &name_len, &value, &value_len)) == 0) {
    if (name_len == 0)
      continue;
    _cleanup_free_ char *n = strndup (name, name_len);
    _cleanup_free_ char *v = value ? strndup (value, value_len) : NULL;
    if (n == NULL || (value && v == NULL))
      return gk_error_oom (err);
    if (v && value_len >= 2 && v[0] == '"' && v[value_len - 1] == '"') {
      memmove (v, v + 1, value_len - 2);
      v[value_len - 2] = '\0';
    }
    if (take (n, v, &o, err) == -1)
      return -1;
  }
  if (r < 0)
    return gk_error_set (err, EINVAL, "cannot parse options ‘%s’", text);
  *ret = o;
  o = (struct gk_mount_options)GK_MOUNT_OPTIONS_INIT;
  return 0;
}

bool
gk_mount_options_has (const struct gk_mount_options *o, const char *name)
{
  size_t len = strlen (name);
  for (size_t i = 0; i < o->sb.len; i++)
    if (strncmp (o->sb.v[i], name, len) == 0 && (o->sb.v[i][len] == '\0' || o->sb.v[i][len] == '='))
      return true;
  return false;
}
