/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The bytes of one file into another, holes kept: a reflink where the file
 * system has them, else the data extents only, moved by the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* Large enough to be cheap, small enough that a cancel is soon noticed. */
#define STEP (16 * 1024 * 1024)

/* What copy_file_range says when these two files cannot be copied that way. */
static bool
means_unsupported (int errnum)
{
  return errnum == EXDEV || errnum == EINVAL || errnum == EOPNOTSUPP || errnum == ENOSYS ||
         errnum == ETXTBSY || errnum == EPERM;
}

struct copy {
  int in, out;
  struct gk_task *task;
  char *block; /* NULL until the kernel declined */
  bool by_kernel;
};

/* [at, end) of in, which ends early when the file became shorter. */
static int
copy_extent (struct copy *c, off_t at, off_t end, struct gk_error *err)
{
  ssize_t r;

  while (at < end) {
    size_t n = end - at > STEP ? STEP : (size_t)(end - at);

    if (gk_task_check (c->task, err) == -1)
      return -1;
    if (c->by_kernel) {
      loff_t from = at, to = at;

      r = copy_file_range (c->in, &from, c->out, &to, n, 0);
      if (r == -1 && errno == EINTR)
        continue;
      if (r == -1 && means_unsupported (errno)) {
        c->by_kernel = false;
        continue;
      }
      /* Some file systems say 0 without reason: read tells the truth. */
      if (r == 0) {
        c->by_kernel = false;
        continue;
      }
      if (r == -1)
        return gk_error_sys (err, errno, "copy");
      at += r;
      continue;
    }
    if (!c->block && !(c->block = malloc (GK_FO_BLOCK)))
      return gk_error_oom (err);
    r = gk_pread_full (c->in, c->block, n < GK_FO_BLOCK ? n : GK_FO_BLOCK, at);
    if (r == -1)
      return gk_error_sys (err, errno, "read");
    if (r == 0)
      return 0;
    if (gk_pwrite_full (c->out, c->block, (size_t)r, at) == -1)
      return gk_error_sys (err, errno, "write");
    at += r;
  }
  return 0;
}

static int
copy_extents (struct copy *c, off_t size, struct gk_error *err)
{
  off_t at = 0, data, hole;

  while (at < size) {
    data = lseek (c->in, at, SEEK_DATA);
    if (data == -1 && errno == ENXIO)
      break; /* the rest is a hole */
    if (data == -1)
      return copy_extent (c, at, size, err); /* no such call here: all is data */
    hole = lseek (c->in, data, SEEK_HOLE);
    if (hole == -1 || hole > size)
      hole = size;
    if (copy_extent (c, data, hole, err) == -1)
      return -1;
    at = hole;
  }
  return 0;
}

int
gk_fo_copy_data (int in, int out, struct gk_task *task, struct gk_error *err)
{
  struct copy c = { .in = in, .out = out, .task = task, .by_kernel = true };
  struct stat st;
  int r;

  if (fstat (in, &st) == -1)
    return gk_error_sys (err, errno, "read");
  if (st.st_size == 0)
    return 0;
  if (ioctl (out, FICLONE, in) == 0)
    return 0;
  r = copy_extents (&c, st.st_size, err);
  free (c.block);
  /* The last hole. */
  if (r == 0 && ftruncate (out, st.st_size) == -1)
    return gk_error_sys (err, errno, "write");
  return r;
}
