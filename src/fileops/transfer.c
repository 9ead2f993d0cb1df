/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files and devices to and from the client: upload, download.
 *
 * A name below /dev is one of the session's devices, in this process's own
 * /dev; all other names are paths of the guest. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* --- upload --------------------------------------------------------------------- */

static int
upload (struct gk_ctx *ctx, struct gk_source *from, const char *path, int flags, off_t offset,
        struct gk_error *err)
{
  bool is_device = gk_after_prefix (path, "/dev/") != NULL, is_new = false;
  _cleanup_close_ int fd = -1;
  uint64_t size;
  int r = 0;

  if (is_device)
    fd = gk_fo_open_device (path, O_WRONLY, &size, err);
  else
    fd = gk_fo_open_write (ctx, path, O_WRONLY | flags, NULL, &is_new, err);
  if (fd == -1)
    return -1;
  if (offset && lseek (fd, offset, SEEK_SET) == -1)
    r = gk_fo_fail (err, errno, "lseek", path);
  else if (gk_source_to_fd (from, fd, UINT64_MAX, ctx->task, NULL, err) == -1)
    r = gk_error_wrap (err, "%s", path);
  else if (is_device && fsync (fd) == -1) /* what it could not take is known only now */
    r = gk_fo_fail (err, errno, "fsync", path);
  return gk_fo_end_write (ctx, path, &fd, is_new, r, err);
}

int
gk_fileops_upload (struct gk_ctx *ctx, struct gk_source *filename, const char *remotefilename,
                   struct gk_error *err)
{
  return upload (ctx, filename, remotefilename, O_TRUNC, 0, err);
}

int
gk_fileops_upload_offset (struct gk_ctx *ctx, struct gk_source *filename,
                          const char *remotefilename, int64_t offset, struct gk_error *err)
{
  if (offset < 0)
    return gk_error_set (err, EINVAL, "%s: offset in file is negative", remotefilename);
  return upload (ctx, filename, remotefilename, 0, offset, err);
}

/* --- download ------------------------------------------------------------------- */

static int
download (struct gk_ctx *ctx, const char *path, struct gk_sink *to, off_t offset, uint64_t size,
          struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  uint64_t dev_size;

  if (gk_after_prefix (path, "/dev/"))
    fd = gk_fo_open_device (path, O_RDONLY, &dev_size, err);
  else
    fd = gk_fo_open_for_reading (ctx, path, err);
  if (fd == -1)
    return -1;
  if (offset && lseek (fd, offset, SEEK_SET) == -1)
    return gk_fo_fail (err, errno, "lseek", path);
  posix_fadvise (fd, offset, 0, POSIX_FADV_SEQUENTIAL);
  if (gk_sink_from_fd (to, fd, size, ctx->task, NULL, err) == -1)
    return gk_error_wrap (err, "%s", path);
  return 0;
}

int
gk_fileops_download (struct gk_ctx *ctx, const char *remotefilename, struct gk_sink *filename,
                     struct gk_error *err)
{
  return download (ctx, remotefilename, filename, 0, UINT64_MAX, err);
}

/* Less than size when the file is shorter. */
int
gk_fileops_download_offset (struct gk_ctx *ctx, const char *remotefilename,
                            struct gk_sink *filename, int64_t offset, int64_t size,
                            struct gk_error *err)
{
  if (offset < 0)
    return gk_error_set (err, EINVAL, "%s: offset in file is negative", remotefilename);
  if (size < 0)
    return gk_error_set (err, EINVAL, "%s: size is negative", remotefilename);
  return download (ctx, remotefilename, filename, offset, (uint64_t)size, err);
}
