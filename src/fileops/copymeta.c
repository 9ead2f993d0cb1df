/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Owner, extended attributes (ACLs, labels and capabilities among them), mode
 * and times from one object to another.
 *
 * The order matters: a change of owner clears set-id bits and capabilities, so
 * it comes first; times come last because everything else changes them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

#define ACL_ACCESS "system.posix_acl_access"
#define ACL_DEFAULT "system.posix_acl_default"

/* The kernel's limits for one value and for the list of names. */
#define MAX_XATTR 65536

static bool
tolerable (int errnum, unsigned flags)
{
  if (flags & GK_FO_META_LENIENT)
    return errnum == EOPNOTSUPP || errnum == EPERM || errnum == EINVAL;
  return errnum == EOPNOTSUPP && (flags & GK_FO_META_XATTRS_IF_POSSIBLE);
}

static int
copy_xattrs (const char *from, const char *to, unsigned flags, bool *ret_acl, bool *ret_default)
{
  _cleanup_free_ char *names = NULL, *value = NULL;
  ssize_t n, len;

  /* Most files have none. */
  n = listxattr (from, NULL, 0);
  if (n == 0 || (n == -1 && errno == EOPNOTSUPP))
    return 0;
  names = malloc (MAX_XATTR);
  value = malloc (MAX_XATTR);
  if (!names || !value)
    return -1;
  n = listxattr (from, names, MAX_XATTR);
  if (n == -1)
    return -1;
  for (char *p = names; p < names + n; p += strlen (p) + 1) {
    len = getxattr (from, p, value, MAX_XATTR);
    if (len == -1 && (errno == ENODATA || errno == EOPNOTSUPP))
      continue;
    if (len == -1)
      return -1;
    if (setxattr (to, p, value, (size_t)len, 0) == -1 && !tolerable (errno, flags))
      return -1;
    if (gk_streq (p, ACL_ACCESS))
      *ret_acl = true;
    else if (gk_streq (p, ACL_DEFAULT))
      *ret_default = true;
  }
  return 0;
}

int
gk_fo_copy_meta (int from, const struct stat *st, int to, unsigned flags)
{
  const struct timespec times[2] = { st->st_atim, st->st_mtim };
  char from_path[32], to_path[32];
  bool acl = false, default_acl = false;

  gk_fd_path (from, from_path);
  gk_fd_path (to, to_path);
  if ((flags & GK_FO_META_OWNER) &&
      fchownat (to, "", st->st_uid, st->st_gid, AT_EMPTY_PATH) == -1 && !tolerable (errno, flags))
    return -1;
  if ((flags & GK_FO_META_XATTRS) &&
      copy_xattrs (from_path, to_path, flags, &acl, &default_acl) == -1)
    return -1;
  /* What the copy inherited from its folder is not the original's. */
  if ((flags & GK_FO_META_DROP_ACL) && !acl && !S_ISLNK (st->st_mode))
    removexattr (to_path, ACL_ACCESS);
  if ((flags & GK_FO_META_DROP_ACL) && !default_acl && S_ISDIR (st->st_mode))
    removexattr (to_path, ACL_DEFAULT);
  if ((flags & GK_FO_META_MODE) && !S_ISLNK (st->st_mode) &&
      chmod (to_path, st->st_mode & 07777) == -1 && !tolerable (errno, flags))
    return -1;
  if ((flags & GK_FO_META_TIMES) && utimensat (to, "", times, AT_EMPTY_PATH) == -1 &&
      !tolerable (errno, flags))
    return -1;
  return 0;
}

/* --- copy_attributes -------------------------------------------------------------- */

int
gk_fileops_copy_attributes (struct gk_ctx *ctx, const char *src, const char *dest,
                            const struct guestfs_copy_attributes_argv *opt, struct gk_error *err)
{
  uint64_t given = opt ? opt->bitmask : 0;
  _cleanup_close_ int from = -1, to = -1;
  unsigned flags = 0;
  struct stat st;

#define WANTED(NAME, field)                                                                        \
  ((given & GUESTFS_COPY_ATTRIBUTES_##NAME##_BITMASK)                                              \
       ? opt->field                                                                                \
       : (given & GUESTFS_COPY_ATTRIBUTES_ALL_BITMASK) && opt->all)
  if (WANTED (MODE, mode))
    flags |= GK_FO_META_MODE;
  if (WANTED (OWNERSHIP, ownership))
    flags |= GK_FO_META_OWNER;
  if (WANTED (XATTRIBUTES, xattributes))
    flags |= GK_FO_META_XATTRS;
#undef WANTED
  from = gk_root_open_any (ctx->root_fd, src, O_PATH, 0);
  if (from == -1 || fstat (from, &st) == -1)
    return gk_fo_fail (err, errno, "stat", src);
  to = gk_root_open_any (ctx->root_fd, dest, O_PATH, 0);
  if (to == -1)
    return gk_fo_fail (err, errno, "stat", dest);
  if (gk_fo_copy_meta (from, &st, to, flags) == -1)
    return gk_error_sys (err, errno, "%s: %s", src, dest);
  return 0;
}
