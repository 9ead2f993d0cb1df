/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A session's beginning and end. */

#include <errno.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "btrfs/btrfs.h"
#include "exec/service.h"
#include "fileops/inotify.h"
#include "forensics/forensics.h"
#include "inspect/inspect.h"
#include "localfs/localfs.h"
#include "mount/btrfs.h"
#include "lvm/lvm.h"
#include "mount/devices.h"
#include "mount/mount.h"
#include "worker/journal.h"
#include "worker/needs.h"
#include "worker/session-priv.h"

static int
note_in_journal (struct gk_ctx *ctx, const char *kind, const char *name, struct gk_error *err)
{
  struct gk_session *s = (struct gk_session *)((char *)ctx - offsetof (struct gk_session, ctx));

  return gk_journal_note (s->journal, kind, name, err);
}

int
gk_session_launch (struct gk_session *s, const void *body, size_t size, struct gk_error *err)
{
  if (gk_decode_launch (body, size, &s->params, err) == -1)
    return -1;
  gk_conn_wipe (s->conn); /* keys of remote drives; what was decoded is a copy */
  s->ctx.verbose = s->params.verbose;
  s->ctx.network = s->params.network;
  s->ctx.memsize = s->params.memsize;
  s->ctx.selinux = s->params.selinux;
  s->ctx.rescue = s->rescue.tty_fd != -1;
  s->ctx.tmpdir = s->dir;
  s->ctx.next_data = gk_session_next_data;
  s->ctx.note = s->journal ? note_in_journal : NULL;
  s->launched = true; /* so that a failure from here on is undone by end */

  if (gk_mounts_attach (&s->ctx, "/dev", err) == -1)
    return -1;
  if (gk_session_attach_disks (s, err) == -1)
    return -1;
  if (gk_needs_check (&s->ctx, s->params.needs, err) == -1)
    return -1;
  s->ctx.stack_on = gk_session_stack_on;
  s->ctx.let_go = gk_lvm_let_go;
  return gk_session_stack (&s->ctx, err);
}

/* Keep the first failure, go on with the rest. */
static void
note (struct gk_error *first, struct gk_error *next)
{
  if (first && first->msg == NULL && next->msg)
    gk_error_move (first, next);
  gk_error_clear (next);
}

int
gk_session_end (struct gk_session *s, struct gk_error *err)
{
  struct gk_error step = GK_ERROR_INIT, first = GK_ERROR_INIT;

  gk_session_unexport (s, &step);
  note (&first, &step);
  gk_localfs_free (gk_steal_ptr (s->localfs));
  gk_buf_clear (&s->localfs_reply);
  gk_rescue_end (&s->rescue);
  if (s->ctx.mounts) {
    gk_mounts_teardown (&s->ctx, &step);
    note (&first, &step);
  }
  gk_rescue_unmount (&s->rescue, &step);
  note (&first, &step);
  gk_btrfs_end_scrubs (&s->ctx);
  if (s->ctx.devices) {
    /* While they are there to tell; the disks themselves are asked once more by whoever
     * detaches them. */
    gk_devices_flush (s->ctx.devices, &step);
    note (&first, &step);
    gk_btrfs_forget_all (&s->ctx);
    gk_devices_take_down (s->ctx.devices, &step);
    note (&first, &step);
    gk_devices_release (s->ctx.devices);
  }
  gk_session_detach_disks (s, &step);
  note (&first, &step);
  gk_inotify_free (gk_steal_ptr (s->ctx.inotify));
  gk_yara_free (gk_steal_ptr (s->ctx.yara));
  gk_service_stop (&s->ctx.augeas);
  gk_service_stop (&s->ctx.hivex);
  gk_service_stop (&s->ctx.journal);
  gk_inspect_free (s->ctx.inspect);
  s->ctx.inspect = NULL; /* the end may be asked for, and comes once more then */
  gk_devices_free (s->ctx.devices);
  s->ctx.devices = NULL;
  gk_launch_params_clear (&s->params);
  s->launched = false;

  if (first.msg == NULL)
    return 0;
  if (err)
    gk_error_move (err, &first);
  gk_error_clear (&first);
  return -1;
}
