/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Calls that libguestfs's library makes of others, because its messages are limited.
 * Here they are the same calls: there is no such limit. */
#include "fileops/fileops-priv.h"

int
gk_fileops_internal_lstatnslist (struct gk_ctx *ctx, const char *path, char *const *names,
                                 struct guestfs_statns_list *ret_list, struct gk_error *err)
{
  return gk_fileops_lstatnslist (ctx, path, names, ret_list, err);
}

int
gk_fileops_internal_lxattrlist (struct gk_ctx *ctx, const char *path, char *const *names,
                                struct guestfs_xattr_list *ret_list, struct gk_error *err)
{
  return gk_fileops_lxattrlist (ctx, path, names, ret_list, err);
}

int
gk_fileops_internal_readlinklist (struct gk_ctx *ctx, const char *path, char *const *names,
                                  char ***ret_list, struct gk_error *err)
{
  return gk_fileops_readlinklist (ctx, path, names, ret_list, err);
}

int
gk_fileops_internal_write (struct gk_ctx *ctx, const char *path, const char *content,
                           size_t content_size, struct gk_error *err)
{
  return gk_fileops_write (ctx, path, content, content_size, err);
}

int
gk_fileops_internal_write_append (struct gk_ctx *ctx, const char *path, const char *content,
                                  size_t content_size, struct gk_error *err)
{
  return gk_fileops_write_append (ctx, path, content, content_size, err);
}
