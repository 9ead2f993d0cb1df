/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* case_sensitive_path: the true spelling of a path that was written for a file
 * system where case does not matter. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/walk.h"
#include "fileops/fileops-priv.h"

/* The name in directory fd that is spelled as name but for case.  The exact
 * spelling wins, then the first in byte order, so that the answer does not
 * depend on the directory's order.  1: found, 0: none. */
static int
find_spelling (int fd, const char *name, char found[NAME_MAX + 1])
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  struct stat st;
  int r, any = 0;

  if (strlen (name) <= NAME_MAX && fstatat (fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
    strcpy (found, name);
    return 1;
  }
  if (gk_walk_start (&w, fd) == -1)
    return -1;
  while ((r = gk_walk_next (&w)) > 0)
    if (strcasecmp (w.name, name) == 0 && (!any || strcmp (w.name, found) < 0)) {
      if (strlen (w.name) > NAME_MAX)
        continue;
      strcpy (found, w.name);
      any = 1;
    }
  return r == -1 ? -1 : any;
}

int
gk_fileops_case_sensitive_path (struct gk_ctx *ctx, const char *path, char **ret_string,
                                struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  char found[NAME_MAX + 1];
  const char *p = path;
  struct stat st;

  if (gk_buf_appends (&out, "/") == -1)
    return gk_error_oom (err);
  for (;;) {
    _cleanup_close_ int dir = -1;
    _cleanup_free_ char *name = NULL;
    size_t n;
    int r;

    p += strspn (p, "/");
    n = strcspn (p, "/");
    if (n == 0) {
      /* A slash at the end insists on a directory. */
      if (p[-1] == '/' && gk_root_stat (ctx->root_fd, out.data, &st) == 0 && !S_ISDIR (st.st_mode))
        return gk_fo_fail (err, ENOTDIR, "chdir", out.data);
      break;
    }
    name = strndup (p, n);
    if (!name)
      return gk_error_oom (err);
    p += n;
    if (gk_streq (name, ".") || gk_streq (name, ".."))
      return gk_error_set (err, EINVAL, "%s: path contained . or .. elements", path);
    dir = gk_root_open (ctx->root_fd, out.data, O_RDONLY | O_DIRECTORY, 0);
    if (dir == -1)
      return gk_fo_fail (err, errno, "chdir", out.data);
    r = find_spelling (dir, name, found);
    if (r == -1)
      return gk_fo_fail (err, errno, "readdir", out.data);
    /* The last one need not be there: the caller is about to make it. */
    if (r == 0 && *p)
      return gk_error_set (err, ENOENT, "%s: not found", name);
    if ((out.size > 1 && gk_buf_appends (&out, "/") == -1) ||
        gk_buf_appends (&out, r ? found : name) == -1)
      return gk_error_oom (err);
  }
  *ret_string = gk_buf_finish (&out);
  return *ret_string ? 0 : gk_error_oom (err);
}
