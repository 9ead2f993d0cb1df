/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files as base64 on the host: base64_in, base64_out. */
#include <errno.h>
#include <fcntl.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive-priv.h"

/* Lines of 76 characters, as base64(1) writes them: 57 bytes. */
#define LINE_BYTES 57
#define LINES 1024

static int
put_lines (struct gk_sink *sink, const uint8_t *p, size_t n, char *text, struct gk_error *err)
{
  size_t at = 0;

  for (size_t row; n > 0; p += row, n -= row) {
    row = n < LINE_BYTES ? n : LINE_BYTES;
    base64_encode_raw (text + at, row, p);
    at += BASE64_ENCODE_RAW_LENGTH (row);
    text[at++] = '\n';
  }
  return at > 0 ? gk_sink_write (sink, text, at, err) : 0;
}

int
gk_archive_base64_out (struct gk_ctx *ctx, const char *filename, struct gk_sink *base64file,
                       struct gk_error *err)
{
  _cleanup_free_ uint8_t *block = malloc (LINES * LINE_BYTES);
  _cleanup_free_ char *text = malloc (LINES * (BASE64_ENCODE_RAW_LENGTH (LINE_BYTES) + 1));
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, filename, O_RDONLY | O_NOCTTY, 0);
  struct stat st;
  ssize_t n;

  if (block == NULL || text == NULL)
    return gk_error_oom (err);
  if (fd == -1 || fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", filename);
  if (S_ISDIR (st.st_mode))
    return gk_error_set (err, EISDIR, "%s: is a directory", filename);
  do {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    n = gk_read_full (fd, block, LINES * LINE_BYTES);
    if (n == -1)
      return gk_error_sys (err, errno, "read: %s", filename);
    if (put_lines (base64file, block, (size_t)n, text, err) == -1)
      return -1;
  } while (n == LINES * LINE_BYTES);
  return 0;
}

static int
decode (struct gk_source *src, int fd, const char *filename, struct gk_task *task,
        struct gk_error *err)
{
  struct base64_decode_ctx base64;
  char text[16384];
  uint8_t bytes[BASE64_DECODE_LENGTH (sizeof text)];
  ssize_t n;

  base64_decode_init (&base64);
  while ((n = gk_source_read (src, text, sizeof text, err)) > 0) {
    size_t length = sizeof bytes;
    if (gk_task_check (task, err) == -1)
      return -1;
    if (!base64_decode_update (&base64, &length, bytes, (size_t)n, text))
      return gk_error_set (err, EINVAL, "%s: the input is not base64", filename);
    if (gk_write_full (fd, bytes, length) == -1)
      return gk_error_sys (err, errno, "write: %s", filename);
  }
  if (n == -1)
    return -1;
  if (!base64_decode_final (&base64))
    return gk_error_set (err, EINVAL, "%s: the base64 ends in the middle", filename);
  return 0;
}

/* When it fails what a new file has got so far is removed. */
int
gk_archive_base64_in (struct gk_ctx *ctx, struct gk_source *base64file, const char *filename,
                      struct gk_error *err)
{
  char name[NAME_MAX + 1];
  struct stat before;
  bool existed = gk_root_lstat (ctx->root_fd, filename, &before) == 0;
  _cleanup_close_ int fd =
      gk_root_open (ctx->root_fd, filename, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY, 0666);

  if (fd == -1)
    return gk_error_sys (err, errno, "%s", filename);
  if (decode (base64file, fd, filename, ctx->task, err) == -1) {
    _cleanup_close_ int dir = existed ? -1 : gk_root_parent (ctx->root_fd, filename, name);
    struct stat mine, there;
    if (dir >= 0 && fstat (fd, &mine) == 0 &&
        fstatat (dir, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && mine.st_ino == there.st_ino &&
        mine.st_dev == there.st_dev)
      unlinkat (dir, name, 0);
    return -1;
  }
  if (close (gk_steal_fd (&fd)) == -1)
    return gk_error_sys (err, errno, "close: %s", filename);
  return 0;
}
