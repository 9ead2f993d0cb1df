/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The worker's loop: one request after the other, each answered by exactly one
 * reply.  A failing call leaves the connection in step and the session usable;
 * only a broken connection ends the loop. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/strv.h"
#include "hivex/hivex.h"
#include "inspect/inspect.h"
#include "localfs/localfs.h"
#include "selinux/selinux.h"
#include "worker/blocks.h"
#include "worker/dispatch.h"
#include "worker/session-priv.h"

struct request {
  struct gk_frame *frame;
  enum gk_request kind;
  uint32_t serial;
  int fd; /* that came with it, or -1; closed with the request */
};

static int
reply (struct gk_session *s, const struct request *rq, const msgpack_sbuffer *body, int fd,
       struct gk_error *err)
{
  return gk_conn_send (s->conn, GK_FRAME_REPLY, 0, rq->serial, body ? body->data : NULL,
                       body ? body->size : 0, &fd, fd >= 0, err);
}

static int
reply_error (struct gk_session *s, const struct request *rq, const struct gk_error *what,
             struct gk_error *err)
{
  return gk_conn_send_error (s->conn, GK_FRAME_ERROR, rq->serial, what, err);
}

/* --- calls of the tables ------------------------------------------------------ */

/* The bytes of a call's FileIn or FileOut: a descriptor or chunks. */
struct streams {
  struct gk_io io;
  struct gk_source fd_source;
  struct gk_sink fd_sink;
  struct gk_rpc_source chunk_source;
  struct gk_rpc_sink chunk_sink;
  bool chunks_in, chunks_out;
};

static void
streams_begin (struct streams *st, struct gk_session *s, const struct request *rq)
{
  if (rq->fd >= 0) {
    gk_source_from_fd (&st->fd_source, rq->fd);
    gk_sink_to_fd (&st->fd_sink, rq->fd);
    st->fd_source.task = st->fd_sink.task = s->ctx.task;
    st->io = (struct gk_io){ &st->fd_source, &st->fd_sink };
  }
  st->chunks_in = rq->frame->flags & GK_FLAG_CHUNKS_IN;
  st->chunks_out = rq->frame->flags & GK_FLAG_CHUNKS_OUT;
  if (st->chunks_in) {
    gk_rpc_source_init (&st->chunk_source, s->conn, rq->serial, -1);
    st->io.source = &st->chunk_source.source;
  }
  if (st->chunks_out) {
    gk_rpc_sink_init (&st->chunk_sink, s->conn, rq->serial, -1);
    st->io.sink = &st->chunk_sink.sink;
  }
}

/* End the streams in step with the client, whatever the call did.  failure is
 * the call's, or NULL.  -1: connection lost. */
static int
streams_end (struct streams *st, const struct gk_error *failure, struct gk_error *err)
{
  if (st->chunks_in && gk_rpc_source_finish (&st->chunk_source, err) == -1)
    return -1;
  if (st->chunks_out && gk_rpc_sink_finish (&st->chunk_sink, failure, err) == -1)
    return -1;
  return 0;
}

static bool
has_file (const struct gk_call *call, enum gk_kind kind)
{
  for (unsigned i = 0; i < call->nargs; ++i)
    if (call->args[i].kind == kind)
      return true;
  return false;
}

static int
perform (struct gk_session *s, struct gk_decoder *d, const struct gk_call *call, union gk_arg *args,
         void *opts, const struct gk_io *io, union gk_ret *ret, struct gk_error *err)
{
  gk_dispatch_fn fn = gk_dispatch[gk_call_id (call)];

  if (fn == NULL)
    return gk_error_set (err, ENOTSUP, "the worker does not support this call");
  if ((has_file (call, GK_FILE_IN) && io->source == NULL) ||
      (has_file (call, GK_FILE_OUT) && io->sink == NULL))
    return gk_error_set (err, EPROTO, "malformed message: no file came with the call");
  if (gk_session_check (s, d, call, args, opts, err) == -1)
    return -1;
  return fn (&s->ctx, args, opts, io, ret, err);
}

static int
serve_call (struct gk_session *s, struct request *rq, struct gk_error *err)
{
  _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
  _cleanup_error_ struct gk_error failure = GK_ERROR_INIT;
  struct streams st = { .io = { NULL, NULL } };
  struct gk_rpc_task task;
  union gk_arg args[GK_MAX_ARGS];
  union gk_ret ret = { .str = NULL };
  const struct gk_call *call = NULL;
  void *opts = NULL;
  msgpack_sbuffer body;

  msgpack_sbuffer_init (&body);
  gk_rpc_task_init (&task, s->conn, rq->serial);
  task.pulses = true;
  s->ctx.task = &task.task;
  streams_begin (&st, s, rq);
  int r = gk_decode_call (&d, rq->frame->body, rq->frame->len, &call, args, &opts, &failure);
  if (r == 0) {
    bool has_key = gk_call_has_key (call);
    if (has_key) {
      gk_conn_wipe (s->conn);
      gk_lock_keys (call, args);
    }
    r = perform (s, &d, call, args, opts, &st.io, &ret, &failure);
    if (has_key)
      gk_wipe_keys (call, args);
    if (r == 0) {
      r = gk_encode_result (&body, call, &ret, &failure);
      gk_ret_free (call, &ret);
    }
  }
  if (r == 0 && body.size > GK_FRAME_BODY_MAX)
    r = gk_error_set (&failure, E2BIG, "the result is larger than 1 GiB");
  if (r == 0)
    gk_rpc_task_done (&task);
  s->ctx.task = NULL;

  int sent = streams_end (&st, r == -1 ? &failure : NULL, err);
  if (sent == 0)
    sent = r == -1 ? reply_error (s, rq, &failure, err) : reply (s, rq, &body, -1, err);
  msgpack_sbuffer_destroy (&body);
  return sent;
}

/* --- control requests ----------------------------------------------------------- */

struct answer {
  int fd; /* or -1 */
  msgpack_sbuffer body;
};

static int
do_launch (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  return gk_session_launch (s, rq->frame->body, rq->frame->len, err);
}

static int
do_end (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  return gk_session_end (s, err);
}

static int
do_tree (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  _cleanup_free_ char *dir = NULL;
  int flags, mode;

  if (gk_decode_open (rq->frame->body, rq->frame->len, &dir, &flags, &mode, err) == -1)
    return -1;
  if (*dir == '\0')
    return gk_session_unexport (s, err);
  return gk_session_export (s, dir, &answer->fd, err);
}

static int
do_open (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  _cleanup_free_ char *path = NULL;
  int flags, mode;

  if (gk_decode_open (rq->frame->body, rq->frame->len, &path, &flags, &mode, err) == -1)
    return -1;
  if (s->ctx.root_fd == -1)
    return gk_error_set (err, 0, "you must call 'mount' first to mount the root filesystem");
  if (path[0] != '/')
    return gk_error_set (err, 0, "path must start with a / character");
  answer->fd = gk_root_open (s->ctx.root_fd, path, flags, (mode_t)mode);
  return answer->fd == -1 ? gk_error_sys (err, errno, "%s", path) : 0;
}

static int
do_tell (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  _cleanup_free_ char *root = NULL, *json = NULL;
  int flags, mode;

  if (gk_decode_open (rq->frame->body, rq->frame->len, &root, &flags, &mode, err) == -1)
    return -1;
  int r = gk_inspect_tell (&s->ctx, root, &json, err);
  if (r == 0 && msgpack_sbuffer_write (&answer->body, json, strlen (json)) == -1)
    return gk_error_oom (err);
  return r;
}

static int
do_localfs (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  struct gk_buf *out = &s->localfs_reply;

  if (gk_localfs_serve (&s->localfs, s->ctx.root_fd, rq->frame->body, rq->frame->len, out, err) ==
      -1)
    return -1;
  if (msgpack_sbuffer_write (&answer->body, out->data, out->size) == -1)
    return gk_error_oom (err);
  return 0;
}

static int
do_unvalue (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  _cleanup_free_ char *key = NULL;
  int low, high;

  if (gk_decode_open (rq->frame->body, rq->frame->len, &key, &low, &high, err) == -1)
    return -1;
  int r = gk_hivex_delete_value (&s->ctx, (int64_t)high << 31 | low, key, err);
  return r;
}

static int
do_label (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  _cleanup_free_ char *path = NULL;
  char count[16];
  int flags, mode;

  if (gk_decode_open (rq->frame->body, rq->frame->len, &path, &flags, &mode, err) == -1)
    return -1;
  int r = gk_selinux_label_new (&s->ctx, path, err);
  if (r == -1)
    return -1;
  snprintf (count, sizeof count, "%d", r);
  return msgpack_sbuffer_write (&answer->body, count, strlen (count)) == -1 ? gk_error_oom (err)
                                                                            : 0;
}

static int
do_blocks (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  _cleanup_free_ char *body = NULL, *json = NULL;
  int what, none;

  if (gk_decode_open (rq->frame->body, rq->frame->len, &body, &what, &none, err) == -1)
    return -1;
  int r = gk_blocks_serve (&s->ctx, body, what, &json, err);
  if (r == 0 && msgpack_sbuffer_write (&answer->body, json, strlen (json)) == -1)
    return gk_error_oom (err);
  return r;
}

static int
do_size (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  _cleanup_free_ char *text = NULL;
  int flags, mode;
  char number[32];
  int64_t value;

  if (gk_decode_open (rq->frame->body, rq->frame->len, &text, &flags, &mode, err) == -1)
    return -1;
  int r = gk_session_size (&s->ctx, text, &value, err);
  if (r == -1)
    return -1;
  snprintf (number, sizeof number, "%lld", (long long)value);
  return msgpack_sbuffer_write (&answer->body, number, strlen (number)) == -1 ? gk_error_oom (err)
                                                                              : 0;
}

static int
do_rescue (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  _cleanup_free_ char *what = NULL;
  int rows, columns;

  if (gk_decode_open (rq->frame->body, rq->frame->len, &what, &rows, &columns, err) == -1)
    return -1;
  if (rq->kind == GK_REQUEST_RESCUE_WINDOW)
    return gk_rescue_window (&s->rescue, rows, columns, err);
  return gk_rescue_start (&s->rescue, &s->ctx, what, rows, columns, err);
}

static int
do_rescue_status (struct gk_session *s, struct request *rq, struct answer *answer,
                  struct gk_error *err)
{
  struct gk_rpc_task task;
  char number[16];
  int status;

  gk_rpc_task_init (&task, s->conn, rq->serial);
  if (gk_rescue_status (&s->rescue, &task.task, &status, err) == -1)
    return -1;
  snprintf (number, sizeof number, "%d", status);
  return msgpack_sbuffer_write (&answer->body, number, strlen (number)) == -1 ? gk_error_oom (err)
                                                                              : 0;
}

static const struct {
  int (*fn) (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err);
  bool before_launch;
  bool has_task; /* it can be cancelled; what comes at the end of all cannot */
} controls[] = {
  [GK_REQUEST_LAUNCH] = { do_launch, true, true },
  [GK_REQUEST_END] = { do_end, true, false },
  [GK_REQUEST_TREE] = { do_tree, false, false },
  [GK_REQUEST_OPEN] = { do_open, false, false },
  [GK_REQUEST_TELL] = { do_tell, false, true },
  [GK_REQUEST_LOCALFS] = { do_localfs, false, false },
  [GK_REQUEST_UNVALUE] = { do_unvalue, false, true },
  [GK_REQUEST_LABEL] = { do_label, false, true },
  [GK_REQUEST_BLOCKS] = { do_blocks, false, true },
  [GK_REQUEST_SIZE] = { do_size, false, true },
  [GK_REQUEST_RESCUE] = { do_rescue, false, false },
  [GK_REQUEST_RESCUE_WINDOW] = { do_rescue, false, false },
  [GK_REQUEST_RESCUE_STATUS] = { do_rescue_status, false, false },
};

static int
control (struct gk_session *s, struct request *rq, struct answer *answer, struct gk_error *err)
{
  struct gk_rpc_task task;

  if (!controls[rq->kind].has_task)
    return controls[rq->kind].fn (s, rq, answer, err);
  gk_rpc_task_init (&task, s->conn, rq->serial);
  task.pulses = rq->kind != GK_REQUEST_LAUNCH; /* the client has steps of its own for that */
  s->ctx.task = &task.task;
  int r = controls[rq->kind].fn (s, rq, answer, err);
  if (r == 0)
    gk_rpc_task_done (&task);
  s->ctx.task = NULL;
  return r;
}

static int
serve_control (struct gk_session *s, struct request *rq, struct gk_error *failure,
               struct gk_error *err)
{
  _cleanup_error_ struct gk_error what = GK_ERROR_INIT;
  struct answer answer = { .fd = -1 };
  int r;

  msgpack_sbuffer_init (&answer.body);
  if (failure)
    gk_error_move (&what, failure), r = -1;
  else if (rq->kind >= sizeof controls / sizeof controls[0] || controls[rq->kind].fn == NULL)
    r = gk_error_set (&what, EPROTO, "unknown request %d", (int)rq->kind);
  else if (s->launched ? rq->kind == GK_REQUEST_LAUNCH : !controls[rq->kind].before_launch)
    r = gk_error_set (&what, EPROTO, "request %d at the wrong time", (int)rq->kind);
  else
    r = control (s, rq, &answer, &what);
  r = r == -1 ? reply_error (s, rq, &what, err)
              : reply (s, rq, answer.body.size ? &answer.body : NULL, answer.fd, err);
  msgpack_sbuffer_destroy (&answer.body);
  gk_cleanup_close (&answer.fd);
  return r;
}

/* Modes that come by FUSE have been through the umask of whoever asks. */
static void
set_umask (struct gk_session *s, bool serves_tree)
{
  if (s->serves_tree != serves_tree)
    umask (serves_tree ? 0 : s->ctx.umask);
  s->serves_tree = serves_tree;
}

void
gk_session_serve (struct gk_session *s, struct gk_error *failure)
{
  struct gk_frame frame;

  if (gk_conn_hello (s->conn, gk_api_digest, -1, NULL) == -1)
    return;
  for (;;) {
    if (gk_conn_recv_call (s->conn, &frame, -1, NULL) != GK_CONN_FRAME)
      return;

    struct request rq = {
      .frame = &frame, .kind = frame.flags & GK_REQUEST_MASK, .serial = frame.serial, .fd = -1
    };
    if (frame.nfds > 0)
      rq.fd = gk_steal_fd (&frame.fds[0]);
    bool is_call = rq.kind == GK_REQUEST_CALL && s->launched && failure == NULL;
    set_umask (s, !is_call && rq.kind == GK_REQUEST_LOCALFS);
    int r = is_call ? serve_call (s, &rq, NULL) : serve_control (s, &rq, failure, NULL);
    gk_cleanup_close (&rq.fd);
    if (r == -1 || rq.kind == GK_REQUEST_END || failure)
      return;
  }
}
