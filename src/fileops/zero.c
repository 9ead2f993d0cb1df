/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Zeros over a device: its beginning (zero), all of it (zero_device), what its
 * filesystem does not use (zero_free_space). */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "fileops/fileops-priv.h"

/* What zero promises to overwrite. */
#define ZERO_BLOCKS 32
#define ZERO_BLOCK 4096
/* One request to the kernel, between two looks at whether to stop. */
#define MAX_STEP (UINT64_C (64) << 20)
/* The first, and where it is we who write each. */
#define STEP (UINT64_C (8) << 20)
#define QUICK_NS UINT64_C (50000000)

/* A block that is zero already is not written: it may be none in the image. */
static int
zero_block (int fd, const char *device, char *block, size_t n, off_t at, struct gk_error *err)
{
  static const char zeros[ZERO_BLOCK];
  ssize_t r = gk_pread_full (fd, block, n, at);

  if (r == -1)
    return gk_fo_fail (err, errno, "pread", device);
  if (memcmp (block, zeros, (size_t)r) != 0 && gk_pwrite_full (fd, zeros, (size_t)r, at) == -1)
    return gk_fo_fail (err, errno, "pwrite", device);
  return 0;
}

int
gk_fileops_zero (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  char block[ZERO_BLOCK];
  uint64_t size;
  /* Of what is mounted, or has a device on it, this would be the end. */
  _cleanup_close_ int fd = gk_fo_open_device (device, O_RDWR | O_EXCL, &size, err);

  if (fd == -1)
    return -1;
  for (uint64_t i = 0, at = 0; i < ZERO_BLOCKS && at < size; i++, at += ZERO_BLOCK) {
    gk_task_progress (ctx->task, i, ZERO_BLOCKS);
    if (zero_block (fd, device, block, size - at < ZERO_BLOCK ? (size_t)(size - at) : ZERO_BLOCK,
                    (off_t)at, err) == -1)
      return -1;
  }
  if (fsync (fd) == -1)
    return gk_fo_fail (err, errno, "fsync", device);
  return 0;
}

/* The kernel's own way, which gives the space back where it can: at most n
 * bytes.  false: there is none. */
static bool
kernel_zeroes (int fd, uint64_t at, uint64_t n)
{
  return fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)n) == 0 ||
         fallocate (fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)n) == 0;
}

/* What a step wrote goes to the disk while the next is written, so that no more than two are in
 * memory: else all would seem to be done at once, and the end would take the whole time.  Whoever
 * waits here is told of what failed, and fsync is not told of it again. */
static int
write_out (int fd, const char *device, uint64_t at, uint64_t n, struct gk_error *err)
{
  if (sync_file_range (fd, (off_t)at, (off_t)n, SYNC_FILE_RANGE_WRITE) == -1 ||
      (at >= STEP && sync_file_range (fd, (off_t)(at - STEP), (off_t)STEP,
                                      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                                          SYNC_FILE_RANGE_WAIT_AFTER) == -1))
    return gk_fo_fail (err, errno, "sync_file_range", device);
  return 0;
}

static int
zero_range (struct gk_ctx *ctx, int fd, const char *device, uint64_t at, uint64_t end,
            struct gk_error *err)
{
  char block[ZERO_BLOCK];

  for (; at < end; at += ZERO_BLOCK) {
    if (gk_task_check (ctx->task, err) == -1 ||
        zero_block (fd, device, block, end - at < ZERO_BLOCK ? (size_t)(end - at) : ZERO_BLOCK,
                    (off_t)at, err) == -1)
      return -1;
  }
  return 0;
}

/* Where there is nothing but zeros, as far as the image knows, nothing is to do: a
 * large disk with little on it takes no longer than a small one, and its image keeps its size.
 * Returns where the next step has to begin. */
static uint64_t
skip_zeros (struct gk_ctx *ctx, const char *device, uint64_t at, uint64_t size, bool *known)
{
  uint64_t start, stop;

  if (!*known)
    return at;
  if (ctx->next_data == NULL || ctx->next_data (ctx, device, at, size, &start, &stop) == -1) {
    *known = false;
    return at;
  }
  return start;
}

int
gk_fileops_zero_device (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  uint64_t size, n, step = STEP;
  bool by_kernel = true;
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
  _cleanup_close_ int fd = gk_fo_open_device (device, O_RDWR | O_EXCL, &size, &why);

  if (fd == -1 && why.errnum == EBUSY && ctx->let_go) {
    ctx->let_go (ctx, device);
    gk_error_clear (&why);
    fd = gk_fo_open_device (device, O_RDWR | O_EXCL, &size, &why);
  }
  if (fd == -1) {
    gk_error_move (err, &why);
    return -1;
  }
  /* The image knows what has been written to it. */
  bool known = fsync (fd) == 0;
  for (uint64_t at = 0; at < size; at += n) {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    at = skip_zeros (ctx, device, at, size, &known);
    n = size - at < step ? size - at : step;
    if (n == 0)
      break;
    gk_task_progress (ctx->task, at, size);
    uint64_t began_ns = gk_clock_ns ();
    by_kernel = by_kernel && kernel_zeroes (fd, at, n);
    if (by_kernel) {
      if (gk_clock_ns () - began_ns < QUICK_NS && step < MAX_STEP)
        step *= 2;
      continue;
    }
    step = STEP;
    n = n < STEP ? n : STEP;
    if (zero_range (ctx, fd, device, at, at + n, err) == -1 ||
        write_out (fd, device, at, n, err) == -1)
      return -1;
  }
  gk_task_progress (ctx->task, size, size);
  if (fsync (fd) == -1)
    return gk_fo_fail (err, errno, "fsync", device);
  return 0;
}

/* A file that has no name from the start, so that nothing of it stays however
 * this ends, or one that loses it at once where there is no such thing. */
static int
open_nameless (int dir)
{
  static const char name[] = ".guestkit-zero-free-space";
  int fd = openat (dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
    return fd;
  fd = openat (dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd >= 0)
    unlinkat (dir, name, 0);
  return fd;
}

int
gk_fileops_zero_free_space (struct gk_ctx *ctx, const char *directory, struct gk_error *err)
{
  _cleanup_close_ int dir = gk_fo_open_dir (ctx, directory, NULL, err), fd = -1;
  _cleanup_free_ char *block = calloc (1, GK_FO_BLOCK);

  if (dir == -1)
    return -1;
  if (!block)
    return gk_error_oom (err);
  fd = open_nameless (dir);
  if (fd == -1)
    return gk_fo_fail (err, errno, NULL, directory);
  /* The last bytes fit only in small pieces. */
  for (size_t n = GK_FO_BLOCK; n > 0;) {
    ssize_t r;
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    r = write (fd, block, n);
    if (r == -1 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
      n /= 2;
    else if (r == -1 && errno != EINTR)
      return gk_fo_fail (err, errno, "write", directory);
  }
  /* Else what is not written yet never would be. */
  if (fsync (fd) == -1 && errno != ENOSPC)
    return gk_fo_fail (err, errno, "fsync", directory);
  return 0;
}
