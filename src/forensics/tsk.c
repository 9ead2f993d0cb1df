/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* filesystem_walk, find_inode, download_inode, download_blocks: a filesystem as The Sleuth
 * Kit reads it, mounted or not. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/jail.h"
#include "exec/service.h"
#include "forensics/forensics-priv.h"
#include "forensics/tsk-priv.h"
#include "gk-ops-forensics.h"
#include "op/ctx.h"
#include "op/stream.h"

#define TIMEOUT_MS (60 * 60 * 1000)
#define ENTRIES_MAX ((size_t)1 << 30)

static int
open_device (const char *mountable, struct gk_tsk_job *job, struct gk_error *err)
{
  const char *volume = gk_after_prefix (mountable, "btrfsvol:");
  _cleanup_free_ char *device = strdup (volume ? volume : mountable);

  if (device == NULL)
    return gk_error_oom (err);
  /* btrfsvol:/dev/sda1/volume, btrfsvol:/dev/vg/lv/volume: the longest that is there. */
  for (char *end; volume && access (device, F_OK) == -1 && (end = strrchr (device, '/'));)
    *end = '\0';
  int fd = open (device, O_RDONLY | O_CLOEXEC);
  if (fd == -1 || ioctl (fd, BLKGETSIZE64, &job->size) == -1) {
    gk_error_sys (err, errno, "%s", device);
    gk_cleanup_close (&fd);
    return -1;
  }
  job->fd = fd;
  return fd;
}

/* --- lists ------------------------------------------------------------------------------ */

static void
clear_list (struct guestfs_tsk_dirent_list *list)
{
  for (uint32_t i = 0; i < list->len; i++) {
    free (list->val[i].tsk_name);
    free (list->val[i].tsk_link);
  }
  free (list->val);
}

static int
take_one (struct gk_words *words, uint64_t inode, struct guestfs_tsk_dirent *ret)
{
  struct guestfs_tsk_dirent d = { .tsk_inode = inode };

  d.tsk_type = (char)gk_words_number (words);
  d.tsk_size = gk_words_number (words);
  d.tsk_name = strdup (gk_words_text (words));
  d.tsk_flags = (uint32_t)gk_words_number (words);
  int64_t *const numbers[GK_TSK_NUMBERS] = {
    &d.tsk_atime_sec,  &d.tsk_atime_nsec, &d.tsk_mtime_sec,   &d.tsk_mtime_nsec, &d.tsk_ctime_sec,
    &d.tsk_ctime_nsec, &d.tsk_crtime_sec, &d.tsk_crtime_nsec, &d.tsk_nlink
  };
  for (size_t i = 0; i < GK_TSK_NUMBERS; i++)
    *numbers[i] = gk_words_number (words);
  d.tsk_link = strdup (gk_words_text (words));
  if (d.tsk_name == NULL || d.tsk_link == NULL) {
    free (d.tsk_name);
    free (d.tsk_link);
    return -1;
  }
  *ret = d;
  return 0;
}

static int
take_list (const struct gk_buf *answer, struct guestfs_tsk_dirent_list *ret, struct gk_error *err)
{
  struct gk_words words = { answer->data, answer->data + answer->size };
  struct guestfs_tsk_dirent_list list = { 0, NULL };
  size_t alloc = 0;

  while (words.at < words.end) {
    uint64_t inode = (uint64_t)gk_words_number (&words);
    void *v = list.val;

    if (list.len == alloc) {
      alloc = alloc ? alloc * 2 : 256;
      v = reallocarray (list.val, alloc, sizeof *list.val);
      if (v)
        list.val = v;
    }
    if (v == NULL || take_one (&words, inode, &list.val[list.len]) == -1) {
      clear_list (&list);
      return gk_error_oom (err);
    }
    list.len++;
  }
  *ret = list;
  return 0;
}

static int
walk (struct gk_ctx *ctx, const char *device, int64_t inode, struct guestfs_tsk_dirent_list *ret,
      struct gk_error *err)
{
  struct gk_tsk_job job = { .inode = inode };
  _cleanup_gk_buf_ struct gk_buf answer = GK_BUF_INIT;
  _cleanup_close_ int nothing = gk_fx_nothing (ctx, err), fd = -1;

  if (nothing == -1 || (fd = open_device (device, &job, err)) == -1)
    return -1;
  const struct gk_jail jail = {
    .root_fd = nothing,
    .pass_fds = &fd,
    .n_pass_fds = 1,
    .timeout_ms = TIMEOUT_MS,
    .prepare = gk_tsk_prepare,
    .task = ctx->task,
  };
  if (gk_jail_ask (&jail, gk_tsk_walk, &job, ENTRIES_MAX, &answer, err) == -1)
    return -1;
  return take_list (&answer, ret, err);
}

int
gk_forensics_filesystem_walk (struct gk_ctx *ctx, const char *device,
                              struct guestfs_tsk_dirent_list *ret_list, struct gk_error *err)
{
  return walk (ctx, device, -1, ret_list, err);
}

int
gk_forensics_find_inode (struct gk_ctx *ctx, const char *device, int64_t inode,
                         struct guestfs_tsk_dirent_list *ret_list, struct gk_error *err)
{
  if (inode < 0)
    return gk_error_set (err, EINVAL, "inode must be >= 0");
  return walk (ctx, device, inode, ret_list, err);
}

/* --- bytes -------------------------------------------------------------------------------- */

struct stream {
  struct gk_tsk_job *job;
  int (*fn) (void *opaque, int out_fd, struct gk_error *err);
  struct gk_sink *sink;
  struct gk_task *task;
  int read_fd, write_fd;
};

static int
prepare (void *opaque, struct gk_error *err)
{
  return gk_tsk_prepare (((struct stream *)opaque)->job, err);
}

static int
in_jail (void *opaque, struct gk_error *err)
{
  struct stream *s = opaque;

  return s->fn (s->job, s->write_fd, err);
}

static int
pump (void *opaque, struct gk_error *err)
{
  struct stream *s = opaque;

  close (gk_steal_fd (&s->write_fd));
  int r = gk_sink_from_fd (s->sink, s->read_fd, UINT64_MAX, s->task, NULL, err);
  close (gk_steal_fd (&s->read_fd));
  return r;
}

static int
stream (struct gk_ctx *ctx, const char *device, struct gk_tsk_job *job,
        int (*fn) (void *opaque, int out_fd, struct gk_error *err), struct gk_sink *sink,
        struct gk_error *err)
{
  struct stream s = { .job = job, .fn = fn, .sink = sink, .task = ctx->task };
  _cleanup_close_ int nothing = gk_fx_nothing (ctx, err), fd = -1;
  int p[2];

  if (nothing == -1 || (fd = open_device (device, job, err)) == -1)
    return -1;
  if (pipe2 (p, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  s.read_fd = p[0];
  s.write_fd = p[1];
  const struct gk_jail jail = {
    .root_fd = nothing,
    .pass_fds = (const int[]){ fd, p[1] },
    .n_pass_fds = 2,
    .prepare = prepare,
    .task = ctx->task,
    .pump = pump,
    .pump_opaque = &s,
  };
  int r = gk_jail_run (&jail, in_jail, &s, err);
  gk_cleanup_close (&s.read_fd);
  gk_cleanup_close (&s.write_fd);
  return r == -1 ? -1 : 0;
}

int
gk_forensics_download_inode (struct gk_ctx *ctx, const char *device, int64_t inode,
                             struct gk_sink *filename, struct gk_error *err)
{
  struct gk_tsk_job job = { .inode = inode };

  if (inode < 0)
    return gk_error_set (err, EINVAL, "inode must be >= 0");
  return stream (ctx, device, &job, gk_tsk_inode, filename, err);
}

int
gk_forensics_download_blocks (struct gk_ctx *ctx, const char *device, int64_t start, int64_t stop,
                              struct gk_sink *filename,
                              const struct guestfs_download_blocks_argv *opt, struct gk_error *err)
{
  struct gk_tsk_job job = {
    .start = start,
    .stop = stop,
    .unallocated =
        opt && opt->bitmask & GUESTFS_DOWNLOAD_BLOCKS_UNALLOCATED_BITMASK && opt->unallocated,
  };

  if (start < 0)
    return gk_error_set (err, EINVAL, "starting address must be greater than zero");
  if (stop <= start)
    return gk_error_set (err, EINVAL, "stopping address must greater than starting address");
  return stream (ctx, device, &job, gk_tsk_blocks, filename, err);
}
