/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Extended attributes.
 *
 * The calls of the kernel take a path or a descriptor that is open for
 * reading; what is resolved through the path-root is neither, so its name in
 * /proc is used.  That of a symlink means the link itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/limits.h>
#include <sys/xattr.h>

#include "fileops/fileops-priv.h"

/* The kernel's own limits. */
#define MAX_NAMES XATTR_LIST_MAX
#define MAX_VALUE XATTR_SIZE_MAX

#define FOLLOW 0
#define NO_FOLLOW O_NOFOLLOW

static int
open_object (struct gk_ctx *ctx, const char *path, int flags, const char *subop,
             struct gk_error *err)
{
  int fd = gk_root_open_any (ctx->root_fd, path, O_PATH | flags, 0);

  return fd == -1 ? gk_fo_fail (err, errno, subop, path) : fd;
}

/* The value can grow between two looks at it, so the largest is allowed for. */
static int
read_value (const char *proc, const char *name, char **ret_value, size_t *ret_size)
{
  _cleanup_free_ char *value = malloc (MAX_VALUE + 1);

  if (value == NULL)
    return -1;
  ssize_t n = getxattr (proc, name, value, MAX_VALUE);
  if (n == -1)
    return -1;
  value[n] = '\0';
  /* What is kept is as large as it is. */
  char *small = realloc (value, (size_t)n + 1);
  gk_steal_ptr (value);
  *ret_value = small;
  *ret_size = (size_t)n;
  return small ? 0 : -1;
}

static int
get_one (struct gk_ctx *ctx, const char *path, const char *name, int flags, const char *subop,
         struct gk_buf *ret_buf, struct gk_error *err)
{
  _cleanup_close_ int fd = open_object (ctx, path, flags, subop, err);
  char *value, proc[32];
  size_t size;

  if (fd == -1)
    return -1;
  if (read_value (gk_fd_path (fd, proc), name, &value, &size) == -1)
    return gk_fo_fail (err, errno, subop, path);
  *ret_buf = (struct gk_buf){ .data = value, .size = size, .alloc = size + 1 };
  return 0;
}

int
gk_fileops_getxattr (struct gk_ctx *ctx, const char *path, const char *name, struct gk_buf *ret_buf,
                     struct gk_error *err)
{
  return get_one (ctx, path, name, FOLLOW, "getxattr", ret_buf, err);
}

int
gk_fileops_lgetxattr (struct gk_ctx *ctx, const char *path, const char *name,
                      struct gk_buf *ret_buf, struct gk_error *err)
{
  return get_one (ctx, path, name, NO_FOLLOW, "lgetxattr", ret_buf, err);
}

/* --- lists --------------------------------------------------------------------- */

static void
clear_list (struct guestfs_xattr_list *list)
{
  for (uint32_t i = 0; i < list->len; i++) {
    free (list->val[i].attrname);
    free (list->val[i].attrval);
  }
  free (list->val);
  *list = (struct guestfs_xattr_list){ 0, NULL };
}
#define _cleanup_list_ __attribute__ ((cleanup (clear_list)))

/* Takes value, also when it fails. */
static int
add (struct guestfs_xattr_list *list, const char *name, char *value, size_t size)
{
  struct guestfs_xattr *v = realloc (list->val, (list->len + 1) * sizeof *v);
  char *copy = strdup (name);

  if (v)
    list->val = v;
  if (v == NULL || copy == NULL || value == NULL) {
    free (copy);
    free (value);
    errno = ENOMEM;
    return -1;
  }
  v[list->len++] =
      (struct guestfs_xattr){ .attrname = copy, .attrval_len = (uint32_t)size, .attrval = value };
  return 0;
}

/* All attributes of an object.  One that goes away meanwhile is left out. */
static int
add_all (const char *proc, struct guestfs_xattr_list *list)
{
  _cleanup_free_ char *names = malloc (MAX_NAMES + 1);
  ssize_t n = names ? listxattr (proc, names, MAX_NAMES) : -1;
  char *value;
  size_t size;

  if (n == -1)
    return -1;
  names[n] = '\0';
  for (const char *p = names; p < names + n; p += strlen (p) + 1) {
    if (read_value (proc, p, &value, &size) == -1) {
      if (errno == ENODATA)
        continue;
      return -1;
    }
    if (add (list, p, value, size) == -1)
      return -1;
  }
  return 0;
}

static int
get_all (struct gk_ctx *ctx, const char *path, int flags, const char *subop,
         struct guestfs_xattr_list *ret_list, struct gk_error *err)
{
  _cleanup_list_ struct guestfs_xattr_list list = { 0, NULL };
  _cleanup_close_ int fd = open_object (ctx, path, flags, subop, err);
  char proc[32];

  if (fd == -1)
    return -1;
  if (add_all (gk_fd_path (fd, proc), &list) == -1)
    return gk_fo_fail (err, errno, subop, path);
  *ret_list = list;
  list = (struct guestfs_xattr_list){ 0, NULL };
  return 0;
}

int
gk_fileops_getxattrs (struct gk_ctx *ctx, const char *path, struct guestfs_xattr_list *ret_list,
                      struct gk_error *err)
{
  return get_all (ctx, path, FOLLOW, "getxattrs", ret_list, err);
}

int
gk_fileops_lgetxattrs (struct gk_ctx *ctx, const char *path, struct guestfs_xattr_list *ret_list,
                       struct gk_error *err)
{
  return get_all (ctx, path, NO_FOLLOW, "lgetxattrs", ret_list, err);
}

/* The entry before a file's own has an empty name; its value is their number,
 * or empty when they could not be had. */
static int
add_file (int dir, const char *name, struct guestfs_xattr_list *list)
{
  _cleanup_close_ int fd = openat (dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  uint32_t head = list->len;
  char proc[32];

  if (add (list, "", strdup (""), 0) == -1)
    return -1;
  if (fd == -1 || add_all (gk_fd_path (fd, proc), list) == -1)
    return errno == ENOMEM ? -1 : 0;
  free (list->val[head].attrval);
  list->val[head].attrval = gk_asprintf ("%u", list->len - head - 1);
  if (list->val[head].attrval == NULL)
    return -1;
  /* The number is a C string: what reads it stops at the NUL that counts as a byte of it. */
  list->val[head].attrval_len = (uint32_t)strlen (list->val[head].attrval) + 1;
  return 0;
}

int
gk_fileops_lxattrlist (struct gk_ctx *ctx, const char *path, char *const *names,
                       struct guestfs_xattr_list *ret_list, struct gk_error *err)
{
  _cleanup_list_ struct guestfs_xattr_list list = { 0, NULL };
  _cleanup_close_ int dir = gk_fo_open_dir (ctx, path, NULL, err);

  if (dir == -1)
    return -1;
  for (size_t i = 0; names[i]; i++)
    if (add_file (dir, names[i], &list) == -1)
      return gk_error_oom (err);
  *ret_list = list;
  list = (struct guestfs_xattr_list){ 0, NULL };
  return 0;
}

/* --- changes ---------------------------------------------------------------------- */

static int
set_one (struct gk_ctx *ctx, const char *name, const char *value, int size, const char *path,
         int flags, const char *subop, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  char proc[32];

  /* The value comes as text, whose length is told beside it. */
  if (size < 0 || (size_t)size > strlen (value))
    return gk_error_set (err, EINVAL, "%s: the length %d does not fit the value", path, size);
  fd = open_object (ctx, path, flags, subop, err);
  if (fd == -1)
    return -1;
  if (setxattr (gk_fd_path (fd, proc), name, value, (size_t)size, 0) == -1)
    return gk_fo_fail (err, errno, subop, path);
  return 0;
}

int
gk_fileops_setxattr (struct gk_ctx *ctx, const char *xattr, const char *val, int vallen,
                     const char *path, struct gk_error *err)
{
  return set_one (ctx, xattr, val, vallen, path, FOLLOW, "setxattr", err);
}

int
gk_fileops_lsetxattr (struct gk_ctx *ctx, const char *xattr, const char *val, int vallen,
                      const char *path, struct gk_error *err)
{
  return set_one (ctx, xattr, val, vallen, path, NO_FOLLOW, "lsetxattr", err);
}

static int
remove_one (struct gk_ctx *ctx, const char *name, const char *path, int flags, const char *subop,
            struct gk_error *err)
{
  _cleanup_close_ int fd = open_object (ctx, path, flags, subop, err);
  char proc[32];

  if (fd == -1)
    return -1;
  if (removexattr (gk_fd_path (fd, proc), name) == -1)
    return gk_fo_fail (err, errno, subop, path);
  return 0;
}

int
gk_fileops_removexattr (struct gk_ctx *ctx, const char *xattr, const char *path,
                        struct gk_error *err)
{
  return remove_one (ctx, xattr, path, FOLLOW, "removexattr", err);
}

int
gk_fileops_lremovexattr (struct gk_ctx *ctx, const char *xattr, const char *path,
                         struct gk_error *err)
{
  return remove_one (ctx, xattr, path, NO_FOLLOW, "lremovexattr", err);
}
