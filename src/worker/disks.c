/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From a drive to a device of the session: look at the image, attach it, give
 * it its guestfs name.  The rooms that do it know nothing of each other. */

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "image/image.h"
#include "mount/devices.h"
#include "mount/orphans.h"
#include "nbd/attach.h"
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
  /* Before anything can stand on it. */
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
  if (path)
    drive.filename = path;
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
