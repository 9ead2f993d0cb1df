/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From a drive to a device of the session: look at the image, attach it, give
 * it its guestfs name.  The rooms that do it know nothing of each other. */

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "image/image.h"
#include "mount/devices.h"
#include "mount/orphans.h"
#include "nbd/attach.h"
#include "nbd/extents.h"
#include "op/disk.h"
#include "worker/journal.h"
#include "worker/session-priv.h"

struct gk_attached {
  struct gk_attachment attachment;
  bool attached;
};

static int
hold (const char *path, bool write, int *ret_fd, struct gk_error *err)
{
  return gk_image_open (path, write ? GK_IMAGE_WRITE : GK_IMAGE_READ_STABLE, ret_fd, err);
}

static int
note (void *opaque, const char *kind, const char *what, struct gk_error *err)
{
  return gk_journal_note (opaque, kind, what, err);
}

/* A file of the device's folder in /sys; malloced, NULL when it is not there. */
static char *
sysfs_of (dev_t devno, const char *name)
{
  _cleanup_free_ char *path =
      gk_asprintf ("/sys/dev/block/%u:%u/%s", major (devno), minor (devno), name);
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  if (path == NULL || gk_read_file (path, 64, &text) == -1)
    return NULL;
  return gk_buf_finish (&text);
}

static int
attach_drive (struct gk_session *s, const struct gk_drive *drive, unsigned index,
              struct gk_error *err)
{
  struct gk_attached *a = &s->disks[index];
  _cleanup_gk_disk_ struct gk_disk disk = GK_DISK_INIT;
  const struct gk_attach_env env = {
    .tmpdir = s->dir,
    .node_dir = s->dir,
    .index = index,
    .only = s->params.attacher,
    .note = s->journal ? note : NULL,
    .note_opaque = s->journal,
    .load_module = s->ctx.load_module,
    .task = s->ctx.task,
    .hold = hold,
  };

  int r = drive->device ? gk_session_given_disk (s, drive, index, &disk, err)
                        : gk_image_prepare (drive, s->dir, index, s->ctx.task, &disk, err);
  if (r == -1 || gk_attach (&env, &disk, &a->attachment, err) == -1)
    return -1;
  a->attached = true;
  /* Noted before a volume or a set can be put on top of the disk. */
  _cleanup_free_ char *identity = s->journal ? gk_disk_identity (a->attachment.kernel_name) : NULL;
  if (identity && gk_journal_note (s->journal, "disk", identity, err) == -1)
    return -1;
  return gk_devices_add (s->ctx.devices, a->attachment.devno, a->attachment.kernel_name,
                         drive->label, err) == -1
             ? -1
             : 0;
}

static int
attach_one (struct gk_session *s, unsigned index, struct gk_error *err)
{
  struct gk_drive drive = s->params.drives[index];
  _cleanup_free_ char *path = NULL;

  if (gk_session_show_host_device (s, &drive, index, &path, err) == -1)
    return -1;
  if (path) {
    drive.called = drive.filename;
    drive.filename = path;
  }
  int r = attach_drive (s, &drive, index, err);
  if (path)
    gk_session_hide_host_device (&s->params.drives[index], path, r == -1 ? err : NULL);
  return r;
}

int
gk_session_attach_disks (struct gk_session *s, struct gk_error *err)
{
  s->disks = calloc (s->params.ndrives + 1, sizeof *s->disks);
  if (s->disks == NULL)
    return gk_error_oom (err);
  s->ndisks = s->params.ndrives;
  for (unsigned i = 0; i < s->ndisks; ++i)
    if (attach_one (s, i, err) == -1)
      return -1;
  return 0;
}

/* Where the partition begins on its disk; -1: it is none. */
static int64_t
partition_start (dev_t devno, dev_t *ret_disk)
{
  _cleanup_free_ char *start = sysfs_of (devno, "start"), *disk = sysfs_of (devno, "../dev");
  unsigned major_no, minor_no;

  if (start == NULL || disk == NULL || sscanf (disk, "%u:%u", &major_no, &minor_no) != 2)
    return -1;
  *ret_disk = makedev (major_no, minor_no);
  return (int64_t)strtoull (start, NULL, 10) * 512;
}

int
gk_session_next_data (struct gk_ctx *ctx, const char *device, uint64_t at, uint64_t size,
                      uint64_t *ret_start, uint64_t *ret_end)
{
  struct gk_session *s = (struct gk_session *)((char *)ctx - offsetof (struct gk_session, ctx));
  struct stat st;

  if (stat (device, &st) == -1 || !S_ISBLK (st.st_mode))
    return -1;
  dev_t disk = st.st_rdev;
  int64_t offset = partition_start (st.st_rdev, &disk);
  uint64_t from = offset == -1 ? 0 : (uint64_t)offset;
  for (size_t i = 0; i < s->ndisks; i++) {
    const struct gk_attachment *a = &s->disks[i].attachment;
    if (!s->disks[i].attached || a->devno != disk)
      continue;
    if (gk_extents_next (a->extents, from + at, from + size, ret_start, ret_end) == -1)
      return -1;
    *ret_start -= from;
    *ret_end -= from;
    return 0;
  }
  return -1;
}

int
gk_session_detach_disks (struct gk_session *s, struct gk_error *err)
{
  int r = 0;

  for (size_t i = s->ndisks; i-- > 0;) {
    _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
    if (!s->disks[i].attached || gk_detach (&s->disks[i].attachment, &why) == 0)
      continue;
    const char *name = s->ctx.devices ? gk_devices_disk_name (s->ctx.devices, i) : NULL;
    if (name)
      gk_error_wrap (&why, "%s", name);
    gk_error_move (err, &why); /* keeps the first */
    r = -1;
  }
  free (s->disks);
  s->disks = NULL;
  s->ndisks = 0;
  return r;
}
