/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* lzop, the one compression that libarchive leaves to a program: it is run
 * beside the archive, with a stream to it and one from it. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "archive/archive-priv.h"

#define PIECE 65536

static const char *const compress_argv[] = { "lzop", "-c", NULL };
static const char *const expand_argv[] = { "lzop", "-dc", NULL };

/* Sockets and not pipes: a write to one that nobody reads can be had without
 * a signal. */
static int
make_stream (int fds[2], struct gk_error *err)
{
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
    return gk_error_sys (err, errno, "socketpair");
  return 0;
}

/* Wait for its end.  128 + SIGPIPE is no failure of it: nobody read on. */
static int
finish (struct gk_child *child, struct gk_task *task, struct gk_error *err)
{
  struct pollfd p = { .fd = child->pidfd, .events = POLLIN };
  _cleanup_free_ char *words = NULL;
  int status;

  if (gk_task_poll (task, &p, 1, -1, err) == -1) {
    gk_child_stop (child, 0);
    return -1;
  }
  words = gk_child_last_words (child);
  status = gk_child_stop (child, 1000);
  if (status == 0 || status == 128 + 13)
    return 0;
  return gk_error_set (err, 0, "lzop: %s", words ? words : "failed");
}

/* --- expanding --------------------------------------------------------------------- */

int
gk_ar_lzop_expand (struct gk_child *child, int in_fd, struct gk_error *err)
{
  struct gk_exec x = GK_EXEC_INIT;
  int fds[2], r;

  if (make_stream (fds, err) == -1)
    return -1;
  x.argv = expand_argv;
  x.stdin_fd = in_fd;
  x.stdout_fd = fds[1];
  r = gk_child_start (&x, child, err);
  gk_close_keep_errno (fds[1]);
  if (r == -1) {
    gk_close_keep_errno (fds[0]);
    return -1;
  }
  return fds[0];
}

int
gk_ar_lzop_expanded (struct gk_child *child, struct gk_task *task, struct gk_error *err)
{
  return finish (child, task, err);
}

/* --- compressing --------------------------------------------------------------------- */

static int
write_to_lzop (struct gk_sink *sink, const void *buf, size_t n, struct gk_error *err)
{
  struct gk_ar_lzop *z = (struct gk_ar_lzop *)sink;
  const char *p = buf;
  char out[PIECE];
  ssize_t r;

  while (n > 0) {
    struct pollfd fds[2] = { { .fd = z->to, .events = POLLOUT },
                             { .fd = z->from, .events = POLLIN } };

    if (gk_task_poll (z->task, fds, 2, -1, err) == -1)
      return -1;
    if (fds[1].revents) {
      r = read (z->from, out, sizeof out);
      if (r > 0 && gk_sink_write (z->sink, out, (size_t)r, err) == -1)
        return -1;
    }
    if (!fds[0].revents)
      continue;
    r = send (z->to, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (r == -1 && errno != EAGAIN && errno != EINTR) {
      _cleanup_free_ char *words = gk_child_last_words (&z->child);

      return gk_error_set (err, errno, "lzop: %s", words ? words : "ended early");
    }
    if (r > 0) {
      p += r;
      n -= (size_t)r;
    }
  }
  return 0;
}

static const struct gk_sink_ops lzop_ops = { .write = write_to_lzop };

int
gk_ar_lzop_start (struct gk_ar_lzop *z, struct gk_sink *sink, struct gk_task *task,
                  struct gk_error *err)
{
  struct gk_exec x = GK_EXEC_INIT;
  int to[2], from[2] = { -1, -1 }, r;

  *z = (struct gk_ar_lzop){ .as_sink = { .ops = &lzop_ops, .fd = -1 },
                            .child = GK_CHILD_INIT,
                            .sink = sink,
                            .task = task,
                            .to = -1,
                            .from = -1 };
  if (make_stream (to, err) == -1)
    return -1;
  /* A sink that is a descriptor is written to by lzop itself. */
  if (sink->fd == -1 && make_stream (from, err) == -1) {
    gk_close_keep_errno (to[0]);
    gk_close_keep_errno (to[1]);
    return -1;
  }
  x.argv = compress_argv;
  x.stdin_fd = to[1];
  x.stdout_fd = sink->fd == -1 ? from[1] : sink->fd;
  r = gk_child_start (&x, &z->child, err);
  gk_close_keep_errno (to[1]);
  if (from[1] >= 0)
    gk_close_keep_errno (from[1]);
  z->to = to[0];
  z->from = from[0];
  return r;
}

int
gk_ar_lzop_finish (struct gk_ar_lzop *z, struct gk_error *err)
{
  char out[PIECE];
  ssize_t r = 0;

  close (gk_steal_fd (&z->to));
  while (z->from >= 0) {
    struct pollfd p = { .fd = z->from, .events = POLLIN };

    if (gk_task_poll (z->task, &p, 1, -1, err) == -1)
      return -1;
    r = read (z->from, out, sizeof out);
    if (r == 0)
      break;
    if (r == -1 && errno != EINTR)
      return gk_error_sys (err, errno, "lzop");
    if (r > 0 && gk_sink_write (z->sink, out, (size_t)r, err) == -1)
      return -1;
  }
  return finish (&z->child, z->task, err);
}

void
gk_ar_lzop_clear (struct gk_ar_lzop *z)
{
  if (z->to >= 0)
    gk_close_keep_errno (z->to);
  if (z->from >= 0)
    gk_close_keep_errno (z->from);
  if (z->child.pid > 0)
    gk_child_stop (&z->child, 0);
}
