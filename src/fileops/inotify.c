/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Watching files of the guest with the kernel's inotify.
 *
 * The length of the kernel's queue is one for the whole machine, so it is left
 * as it is: a session's own limit is kept when the queue is read, in the
 * kernel's way (what is beyond it is lost, and an event says so).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"
#include "fileops/inotify.h"

#define READ_SIZE (64 * 1024)

struct gk_inotify {
  int fd;
  size_t max; /* events that one reading returns; 0: all that there are */
};

void
gk_inotify_free (struct gk_inotify *in)
{
  if (in == NULL)
    return;
  gk_close_keep_errno (in->fd);
  free (in);
}

static int
need_init (const struct gk_ctx *ctx, const char *call, struct gk_error *err)
{
  if (ctx->inotify)
    return 0;
  return gk_error_set (err, 0, "do_%s: you must call 'inotify_init' first to initialize inotify",
                       call);
}

int
gk_fileops_inotify_init (struct gk_ctx *ctx, int maxevents, struct gk_error *err)
{
  if (maxevents < 0)
    return gk_error_set (err, EINVAL, "max_events < 0");
  struct gk_inotify *in = malloc (sizeof *in);
  if (in == NULL)
    return gk_error_oom (err);
  in->max = (size_t)maxevents;
  in->fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (in->fd == -1) {
    free (in);
    return gk_error_sys (err, errno, "inotify_init");
  }
  gk_inotify_free (ctx->inotify);
  ctx->inotify = in;
  return 0;
}

int
gk_fileops_inotify_close (struct gk_ctx *ctx, struct gk_error *err)
{
  if (need_init (ctx, "inotify_close", err) == -1)
    return -1;
  gk_inotify_free (gk_steal_ptr (ctx->inotify));
  return 0;
}

int
gk_fileops_inotify_add_watch (struct gk_ctx *ctx, const char *path, int mask, int64_t *ret_value,
                              struct gk_error *err)
{
  if (need_init (ctx, "inotify_add_watch", err) == -1)
    return -1;
  /* The object is found by the path-root; inotify then follows a link that
   * can lead to nothing else. */
  int follow = (uint32_t)mask & IN_DONT_FOLLOW ? O_NOFOLLOW : 0;
  _cleanup_close_ int fd = gk_root_open_any (ctx->root_fd, path, O_PATH | follow, 0);
  char proc[32];
  if (fd == -1)
    return gk_fo_fail (err, errno, NULL, path);
  int wd = inotify_add_watch (ctx->inotify->fd, gk_fd_path (fd, proc),
                              (uint32_t)mask & ~(uint32_t)IN_DONT_FOLLOW);
  if (wd == -1)
    return gk_fo_fail (err, errno, NULL, path);
  *ret_value = wd;
  return 0;
}

int
gk_fileops_inotify_rm_watch (struct gk_ctx *ctx, int wd, struct gk_error *err)
{
  if (need_init (ctx, "inotify_rm_watch", err) == -1)
    return -1;
  if (inotify_rm_watch (ctx->inotify->fd, wd) == -1)
    return gk_error_sys (err, errno, "%d", wd);
  return 0;
}

/* --- reading ------------------------------------------------------------------ */

struct events {
  struct guestfs_inotify_event *v;
  size_t n, alloc;
};

static void
clear_events (struct events *ev)
{
  for (size_t i = 0; i < ev->n; i++)
    free (ev->v[i].in_name);
  free (ev->v);
  *ev = (struct events){ NULL, 0, 0 };
}

static int
add_event (struct events *ev, int64_t wd, uint32_t mask, uint32_t cookie, const char *name)
{
  if (ev->n == ev->alloc) {
    size_t alloc = ev->alloc ? ev->alloc * 2 : 64;
    void *v = reallocarray (ev->v, alloc, sizeof *ev->v);

    if (v == NULL)
      return -1;
    ev->v = v;
    ev->alloc = alloc;
  }
  char *copy = strdup (name);
  if (copy == NULL)
    return -1;
  ev->v[ev->n++] = (struct guestfs_inotify_event){
    .in_wd = wd, .in_mask = mask, .in_cookie = cookie, .in_name = copy
  };
  return 0;
}

/* The events in n bytes of the kernel's; *lost becomes true when there is no
 * room for more. */
static int
take (struct events *ev, const char *buf, size_t n, size_t max, bool *lost)
{
  struct inotify_event e;

  for (size_t at = 0; at + sizeof e <= n; at += sizeof e + e.len) {
    memcpy (&e, buf + at, sizeof e);
    if (max > 0 && ev->n >= max)
      *lost = true;
    else if (add_event (ev, e.wd, e.mask, e.cookie, e.len > 0 ? buf + at + sizeof e : "") == -1)
      return -1;
  }
  return 0;
}

static int
read_all (struct gk_inotify *in, struct events *ev, struct gk_error *err)
{
  _cleanup_free_ char *buf = malloc (READ_SIZE);
  bool lost = false;
  ssize_t n;

  if (buf == NULL)
    return gk_error_oom (err);
  for (;;) {
    n = read (in->fd, buf, READ_SIZE);
    if (n == -1 && errno == EINTR)
      continue;
    if (n == -1 && errno == EAGAIN)
      break;
    if (n == -1)
      return gk_error_sys (err, errno, "read");
    if (take (ev, buf, (size_t)n, in->max, &lost) == -1)
      return gk_error_oom (err);
  }
  if (lost && add_event (ev, -1, IN_Q_OVERFLOW, 0, "") == -1)
    return gk_error_oom (err);
  return 0;
}

int
gk_fileops_inotify_read (struct gk_ctx *ctx, struct guestfs_inotify_event_list *ret_list,
                         struct gk_error *err)
{
  struct events ev = { NULL, 0, 0 };

  if (need_init (ctx, "inotify_read", err) == -1)
    return -1;
  if (read_all (ctx->inotify, &ev, err) == -1) {
    clear_events (&ev);
    return -1;
  }
  ret_list->len = (uint32_t)ev.n;
  ret_list->val = ev.v;
  return 0;
}

int
gk_fileops_inotify_files (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv names = GK_STRV_INIT;
  struct events ev = { NULL, 0, 0 };
  size_t kept = 0;

  if (need_init (ctx, "inotify_files", err) == -1)
    return -1;
  int r = read_all (ctx->inotify, &ev, err);
  for (size_t i = 0; r == 0 && i < ev.n; i++)
    if (*ev.v[i].in_name && gk_strv_push (&names, ev.v[i].in_name) == -1)
      r = gk_error_oom (err);
  clear_events (&ev);
  if (r == -1)
    return -1;
  if (names.len > 0)
    gk_strv_sort (names.v, names.len);
  for (size_t i = 0; i < names.len; i++)
    if (kept > 0 && gk_streq (names.v[kept - 1], names.v[i]))
      free (gk_steal_ptr (names.v[i]));
    else
      names.v[kept++] = names.v[i];
  for (size_t i = kept; i < names.len; i++)
    names.v[i] = NULL;
  names.len = kept;
  char **v = gk_strv_finish (&names);
  if (v == NULL)
    return gk_error_oom (err);
  *ret_list = v;
  return 0;
}
