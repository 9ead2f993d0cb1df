/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Services: the loop in the child, and the one question at a time of the parent.
 *
 * On the socket a message has its size before it; a reply begins with an errno
 * and an error's text, or with 0 and NULL.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "exec/exec-priv.h"
#include "exec/exec.h"
#include "exec/service.h"
#include "op/task.h"

#define MAX_MESSAGE ((uint32_t)256 << 20)
#define MAX_MEMORY ((rlim_t)2 << 30)
#define STEP ((size_t)64 << 10)

struct gk_service {
  const struct gk_service_kind *kind;
  struct gk_child child;
  int fd;
};

struct inside {
  const struct gk_service_kind *kind;
  void *opaque;
  mode_t umask;
  int fd;
};

/* --- in the child ------------------------------------------------------------ */

static int
prepare (void *opaque, struct gk_error *err)
{
  const struct inside *in = opaque;

  umask (in->umask);
  return in->kind->prepare ? in->kind->prepare (in->opaque, err) : 0;
}

static int
read_message (int fd, struct gk_buf *buf)
{
  uint32_t size;

  if (gk_read_full (fd, &size, sizeof size) != sizeof size || size > MAX_MESSAGE)
    return -1;
  buf->size = 0;
  if (gk_buf_reserve (buf, size) == -1 || gk_read_full (fd, buf->data, size) != (ssize_t)size)
    return -1;
  buf->size = size;
  return 0;
}

static int
write_message (int fd, const struct gk_buf *buf)
{
  uint32_t size = (uint32_t)buf->size;

  if (buf->size > MAX_MESSAGE)
    return -1;
  return gk_write_full (fd, &size, sizeof size) == -1 ? -1
                                                      : gk_write_full (fd, buf->data, buf->size);
}

static int
answer (const struct inside *in, const struct gk_buf *request)
{
  _cleanup_gk_buf_ struct gk_buf body = GK_BUF_INIT, reply = GK_BUF_INIT;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_words words = { request->data, request->data + request->size };
  int r = in->kind->serve (in->opaque, &words, &body, &err);

  if (r >= 0 && body.size > MAX_MESSAGE / 2)
    r = gk_error_set (&err, E2BIG, "the result is too large");
  if (gk_words_addi (&reply, r == -1 ? err.errnum : 0) == -1 ||
      gk_words_adds (&reply, r == -1 ? gk_error_msg (&err) : NULL) == -1 ||
      (r >= 0 && body.size > 0 && gk_buf_append (&reply, body.data, body.size) == -1))
    return -1;
  return write_message (in->fd, &reply);
}

static int
run (void *opaque)
{
  const struct inside *in = opaque;
  _cleanup_gk_buf_ struct gk_buf request = GK_BUF_INIT;

  if (gk_inside_limit_memory (MAX_MEMORY) == -1)
    return 1;
  while (read_message (in->fd, &request) == 0)
    if (answer (in, &request) == -1)
      return 1;
  return 0;
}

/* --- in the parent ----------------------------------------------------------- */

int
gk_service_start (const struct gk_service_kind *kind, int root_fd, mode_t mask, void *opaque,
                  struct gk_task *task, struct gk_service **ret, struct gk_error *err)
{
  _cleanup_close_ int here = -1, there = -1;
  _cleanup_free_ struct gk_service *s = calloc (1, sizeof *s);
  int fds[2];

  if (s == NULL)
    return gk_error_oom (err);
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
    return gk_error_sys (err, errno, "%s: socketpair", kind->name);
  here = fds[0];
  there = fds[1];
  struct inside in = { .kind = kind, .opaque = opaque, .umask = mask, .fd = there };
  const struct gk_fork f = {
    .name = kind->name,
    .prepare = prepare,
    .run = run,
    .opaque = &in,
    .caps = kind->caps,
    .pass_fds = &there,
    .n_pass_fds = 1,
    .in_tree = true,
    .root_fd = root_fd,
    .task = task,
  };
  if (gk_child_fork (&f, &s->child, err) == -1)
    return -1;
  s->kind = kind;
  s->fd = gk_steal_fd (&here);
  *ret = gk_steal_ptr (s);
  return 0;
}

/* Wait until the socket is ready for events; -1 when it will not be. */
static int
wait_for (const struct gk_service *s, struct gk_task *task, short events, int64_t deadline,
          struct gk_error *err)
{
  struct pollfd p = { .fd = s->fd, .events = events };

  for (;;) {
    int r = gk_task_poll (task, &p, 1, gk_exec_until (deadline), err);
    if (r == -1)
      return gk_error_wrap (err, "%s", s->kind->name);
    if (r > 0)
      return 0;
    if (gk_clock_ms () >= deadline)
      return gk_error_set (err, ETIMEDOUT, "%s: no answer within %d ms", s->kind->name,
                           s->kind->timeout_ms);
  }
}

static int
lost (const struct gk_service *s, struct gk_error *err)
{
  return gk_error_set (err, EIO, "%s: the process that does this ended", s->kind->name);
}

static int
send_all (const struct gk_service *s, struct gk_task *task, const void *data, size_t size,
          int64_t deadline, struct gk_error *err)
{
  const char *p = data;

  while (size > 0) {
    ssize_t n = send (s->fd, p, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      p += n;
      size -= (size_t)n;
    } else if (errno == EAGAIN) {
      if (wait_for (s, task, POLLOUT, deadline, err) == -1)
        return -1;
    } else if (errno != EINTR)
      return lost (s, err);
  }
  return 0;
}

static int
recv_all (const struct gk_service *s, struct gk_task *task, void *data, size_t size,
          int64_t deadline, struct gk_error *err)
{
  char *p = data;

  while (size > 0) {
    ssize_t n = recv (s->fd, p, size, MSG_DONTWAIT);
    if (n > 0) {
      p += n;
      size -= (size_t)n;
    } else if (n == -1 && errno == EAGAIN) {
      if (wait_for (s, task, POLLIN, deadline, err) == -1)
        return -1;
    } else if (n == 0 || errno != EINTR)
      return lost (s, err);
  }
  return 0;
}

static int
converse (const struct gk_service *s, struct gk_task *task, const struct gk_buf *request,
          struct gk_buf *reply, struct gk_error *err)
{
  int64_t deadline = gk_clock_ms () + s->kind->timeout_ms;
  uint32_t size = (uint32_t)request->size;

  if (request->size > MAX_MESSAGE)
    return gk_error_set (err, E2BIG, "%s: the request is too large", s->kind->name);
  if (send_all (s, task, &size, sizeof size, deadline, err) == -1 ||
      send_all (s, task, request->data, request->size, deadline, err) == -1 ||
      recv_all (s, task, &size, sizeof size, deadline, err) == -1)
    return -1;
  if (size > MAX_MESSAGE)
    return gk_error_set (err, EPROTO, "%s: the answer is not understood", s->kind->name);
  if (gk_buf_reserve (reply, size) == -1)
    return gk_error_oom (err);
  if (recv_all (s, task, reply->data, size, deadline, err) == -1)
    return -1;
  reply->size = size;
  return 0;
}

/* Take errno and error from the front of the reply. */
static int
judge (const struct gk_service *s, struct gk_buf *reply, struct gk_error *err)
{
  struct gk_words w = { reply->data, reply->data + reply->size };
  const char *text;
  size_t size;
  int64_t errnum = gk_words_number (&w);

  if (gk_words_next (&w, &text, &size) != 1)
    return gk_error_set (err, EPROTO, "%s: the answer is not understood", s->kind->name);
  if (text)
    return gk_error_set (err, errnum < 0 || errnum > 4095 ? EIO : (int)errnum, "%s", text);
  reply->size = (size_t)(w.end - w.at);
  memmove (reply->data, w.at, reply->size);
  return 0;
}

int
gk_service_call (struct gk_service **service, struct gk_task *task, const struct gk_buf *request,
                 struct gk_buf *ret_reply, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf reply = GK_BUF_INIT;

  if (converse (*service, task, request, &reply, err) == -1) {
    gk_service_stop (service); /* nobody knows where in the conversation it is */
    return -1;
  }
  if (judge (*service, &reply, err) == -1)
    return -1;
  if (ret_reply) {
    *ret_reply = reply;
    reply = (struct gk_buf)GK_BUF_INIT;
  }
  return 0;
}

void
gk_service_stop (struct gk_service **service)
{
  struct gk_service *s = gk_steal_ptr (*service);

  if (s == NULL)
    return;
  gk_child_stop (&s->child, 0);
  close (s->fd);
  free (s);
}
