/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The worker's session: everything that one launched handle has on this side,
 * and the steps of its life. */
#ifndef GK_WORKER_SESSION_PRIV_H
#define GK_WORKER_SESSION_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "api/api.h"
#include "api/codec.h"
#include "api/control.h"
#include "base/mountid.h"
#include "base/strv.h"
#include "op/ctx.h"
#include "rpc/rpc.h"
#include "worker/rescue.h"

struct gk_attached; /* disks.c */
struct gk_disk;
struct gk_journal;

struct gk_session {
  struct gk_conn *conn;
  struct gk_ctx ctx;
  const char *dir; /* the session's folder on the host */
  struct gk_journal *journal;
  int host_ns_fd;   /* the mount namespace that the client is in */
  int host_dev_fd;  /* the host's /dev, or -1 when it has no drives of ours */
  char *export_dir; /* where the client shows the tree, or NULL */
  char export_id[GK_MOUNTID_SIZE];
  struct gk_localfs *localfs; /* while the client serves the tree */
  bool serves_tree;           /* the last request was one for localfs: the umask is 0 */
  struct gk_buf localfs_reply;
  struct gk_launch_params params;
  struct gk_attached *disks;
  size_t ndisks;
  struct gk_rescue rescue;
  bool launched;
};

/* session.c */
int gk_session_launch (struct gk_session *s, const void *body, size_t size, struct gk_error *err);
/* Flush, unmount, detach; what fails is reported, the rest is done all the
 * same.  Harmless when nothing is there (any more). */
int gk_session_end (struct gk_session *s, struct gk_error *err);

/* stack.c: RAID sets and volumes on the session's devices become usable, and then those on
 * top of these.  gk_session_stack_on: the same when volumes were added later (ctx->stack_on). */
int gk_session_stack (struct gk_ctx *ctx, struct gk_error *err);
int gk_session_stack_on (struct gk_ctx *ctx, struct gk_error *err);

/* disks.c */
int gk_session_attach_disks (struct gk_session *s, struct gk_error *err);
int gk_session_detach_disks (struct gk_session *s, struct gk_error *err);
/* For ctx->next_data. */
int gk_session_next_data (struct gk_ctx *ctx, const char *device, uint64_t at, uint64_t size,
                          uint64_t *ret_start, uint64_t *ret_end);

/* host-device.c: a drive that is a block device of the host is shown at ret_path, malloced,
 * until it is hidden again, which may be as soon as it is attached; NULL: it is none.  The
 * error of what was done with it in between gets the drive's own name. */
int gk_session_show_host_device (const struct gk_session *s, const struct gk_drive *drive,
                                 unsigned index, char **ret_path, struct gk_error *err);
void gk_session_hide_host_device (const struct gk_drive *drive, const char *path,
                                  struct gk_error *err);

/* given-disk.c: what gk_image_prepare would make of a drive, from the disk that
 * a launcher has made of it. */
int gk_session_given_disk (const struct gk_session *s, const struct gk_drive *drive, unsigned index,
                           struct gk_disk *ret_disk, struct gk_error *err);

/* export.c: a detached copy of the tree for the client, who will mount it at
 * host_dir; and its removal from there. */
int gk_session_export (struct gk_session *s, const char *host_dir, int *ret_fd,
                       struct gk_error *err);
int gk_session_unexport (struct gk_session *s, struct gk_error *err);

/* checks.c: what every kind of argument is held to before a room sees it.
 * Device names become canonical; the copies live in the decoder. */
int gk_session_check (struct gk_session *s, struct gk_decoder *d, const struct gk_call *call,
                      union gk_arg *args, void *opts, struct gk_error *err);

/* sizes.c: "WHAT NUMBER BYTES DEVICE". */
int gk_session_size (struct gk_ctx *ctx, const char *text, int64_t *ret_value,
                     struct gk_error *err);

/* serve.c: answer requests until the client ends the session or goes away.
 * failure, when set, is the answer to launch. */
void gk_session_serve (struct gk_session *s, struct gk_error *failure);

#endif
