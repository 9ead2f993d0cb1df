/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a file seems to hold, in the words of file(1), which reads it from a
 * descriptor and as nobody: its parsers are many and the bytes are hostile. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec/exec.h"
#include "fileops/fileops-priv.h"

#define TIMEOUT_MS 60000
#define MEMORY (UINT64_C (1) << 30)

static int
describe (struct gk_ctx *ctx, int fd, const char *path, bool look_inside, char **ret_string,
          struct gk_error *err)
{
  struct gk_exec x = GK_EXEC_INIT;
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;

  x.argv = (const char *const[]){ "file", look_inside ? "-zbs" : "-bs", "-", NULL };
  x.stdin_fd = fd;
  x.inside = &gk_exec_nobody;
  x.timeout_ms = TIMEOUT_MS;
  x.max_memory = MEMORY;
  x.task = ctx->task;
  if (gk_exec_check (&x, &out, err) == -1)
    return gk_error_wrap (err, "%s", path);
  while (out.size > 0 && out.data[out.size - 1] == '\n')
    out.data[--out.size] = '\0';
  *ret_string = gk_buf_finish (&out);
  return *ret_string ? 0 : gk_error_oom (err);
}

static const char *
word_for (mode_t mode)
{
  switch (mode & S_IFMT) {
  case S_IFDIR:
    return "directory";
  case S_IFCHR:
    return "character device";
  case S_IFBLK:
    return "block device";
  case S_IFIFO:
    return "FIFO";
  case S_IFLNK:
    return "symbolic link";
  case S_IFSOCK:
    return "socket";
  default:
    return NULL;
  }
}

int
gk_fileops_file (struct gk_ctx *ctx, const char *path, char **ret_string, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  const char *word = NULL;
  struct stat st;
  uint64_t size;

  if (gk_after_prefix (path, "/dev/"))
    fd = gk_fo_open_device (path, O_RDONLY, &size, err);
  else {
    if (gk_root_lstat (ctx->root_fd, path, &st) == -1)
      return gk_fo_fail (err, errno, "lstat", path);
    word = word_for (st.st_mode);
    if (word) {
      *ret_string = strdup (word);
      return *ret_string ? 0 : gk_error_oom (err);
    }
    fd = gk_fo_open_file (ctx, path, O_RDONLY, NULL, err);
  }
  return fd == -1 ? -1 : describe (ctx, fd, path, true, ret_string, err);
}

int
gk_fileops_zfile (struct gk_ctx *ctx, const char *meth, const char *path, char **ret_string,
                  struct gk_error *err)
{
  bool bzip2 = gk_streq (meth, "bzip2");
  struct gk_child child = GK_CHILD_INIT;
  struct gk_exec x = GK_EXEC_INIT;
  _cleanup_close_ int fd = -1, out = -1;
  int p[2], r;

  if (!bzip2 && !gk_streq (meth, "gzip") && !gk_streq (meth, "compress"))
    return gk_error_set (err, EINVAL, "unknown method");
  fd = gk_fo_open_file (ctx, path, O_RDONLY, NULL, err);
  if (fd == -1)
    return -1;
  if (pipe2 (p, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  out = p[0];
  x.argv = (const char *const[]){ bzip2 ? "bzip2" : "gzip", "-cdq", NULL };
  x.stdin_fd = fd;
  x.stdout_fd = p[1];
  x.inside = &gk_exec_nobody;
  r = gk_child_start (&x, &child, err);
  gk_close_keep_errno (p[1]);
  if (r == -1)
    return -1;
  r = describe (ctx, out, path, false, ret_string, err);
  gk_child_stop (&child, 0);
  return r;
}
