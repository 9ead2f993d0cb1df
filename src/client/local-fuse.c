/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The FUSE server of mount_local: mounting, its loop, its end.
 *
 * One thread: the worker carries out one request at a time anyhow.
 */
#define FUSE_USE_VERSION 35
#include <errno.h>
#include <fuse_lowlevel.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "client/local-fuse-priv.h"

#define WRITE_AFTER_MS 1000

static void
op_init (void *opaque, struct fuse_conn_info *conn)
{
  conn->max_write = GK_LFS_IO_MAX;
  conn->max_readahead = GK_LFS_IO_MAX;
  conn->max_background = 64;
  conn->want &= ~(unsigned)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
                            FUSE_CAP_READDIRPLUS_AUTO);
  conn->want |= conn->capable & (FUSE_CAP_READDIRPLUS | FUSE_CAP_CACHE_SYMLINKS);
}

static int
add (struct fuse_args *args, const char *option)
{
  return fuse_opt_add_arg (args, "-o") == -1 || fuse_opt_add_arg (args, option) == -1 ? -1 : 0;
}

/* auto_unmount: a process of libfuse waits for our end and unmounts, however we end. */
static int
arguments (const struct gk_local_options *o, struct fuse_args *args)
{
  if (fuse_opt_add_arg (args, "guestkit") == -1 ||
      add (args, "fsname=guestkit,subtype=guestkit,auto_unmount") == -1 ||
      (o->fuse.size && add (args, o->fuse.data) == -1) || (o->readonly && add (args, "ro") == -1) ||
      (o->noexec && add (args, "noexec") == -1) || (o->noatime && add (args, "noatime") == -1) ||
      (o->debug && fuse_opt_add_arg (args, "-d") == -1))
    return -1;
  return 0;
}

int
gk_local_fuse_mount (guestfs_h *g, struct gk_local *l)
{
  struct fuse_lowlevel_ops ops = { .init = op_init };
  struct fuse_args args = FUSE_ARGS_INIT (0, NULL);

  gk_local_name_ops (&ops);
  gk_local_data_ops (&ops);
  gk_local_folder_ops (&ops);
  if (gk_local_start (g) == -1)
    return -1;
  if (arguments (&l->options, &args) == 0)
    l->fuse = fuse_session_new (&args, &ops, sizeof ops, l);
  fuse_opt_free_args (&args);
  if (l->fuse == NULL)
    return gk_client_error (g, EINVAL, "mount_local: FUSE does not accept the options");
  /* libfuse has said why on stderr: its own messages have no other way. */
  if (fuse_session_mount (l->fuse, l->dir) != 0)
    return gk_client_error (g, errno ? errno : EPERM, "mount_local: %s: FUSE cannot mount there",
                            l->dir);
  if (gk_launch_watch (l->dir, &l->watch) == -1)
    return gk_client_perror (g, "mount_local: guestkitd --watch-mount");
  return 0;
}

/* 1 when there is a request, 0 when there is none for a while, 2 when the worker
 * has answered one of ours, -1 when it has gone. */
static int
wait_for_request (guestfs_h *g, struct gk_local *l)
{
  struct pollfd p[] = {
    { .fd = fuse_session_fd (l->fuse), .events = POLLIN },
    { .fd = gk_conn_fd (l->session->conn), .events = l->flight.under_way ? POLLIN : 0 },
    { .fd = l->wake_fd, .events = POLLIN },
  };
  int timeout = l->dirty || l->n_posted ? WRITE_AFTER_MS : -1;

  pthread_mutex_unlock (&g->lock);
  int n = poll (p, 3, timeout);
  pthread_mutex_lock (&g->lock);
  if (g->session != l->session || (n > 0 && p[2].revents))
    return -1;
  /* Another thread may have taken it meanwhile, or it is that one's own. */
  if (n > 0 && p[1].revents)
    return p[1].revents & POLLIN ? 2 : -1;
  return n > 0 && p[0].revents;
}

/* However busy one is with requests that need no worker. */
static bool
waits_long (const struct gk_local *l, int64_t *since)
{
  if (l->dirty == NULL && l->n_posted == 0)
    *since = 0;
  else if (*since == 0)
    *since = gk_local_now_ms ();
  return *since && gk_local_now_ms () - *since > WRITE_AFTER_MS;
}

int
gk_local_fuse_serve (guestfs_h *g, struct gk_local *l)
{
  struct fuse_buf buf = { .mem = NULL };
  int64_t since = 0;
  int r = 0;

  while (r != -1 && !fuse_session_exited (l->fuse)) {
    r = g->session == l->session ? wait_for_request (g, l) : -1;
    if (r == 0)
      gk_local_forget_blanks (l);
    if (r == 0 || waits_long (l, &since))
      gk_local_flush (l);
    if (r == 2) {
      gk_local_collect (g);
      gk_local_go_ahead (l);
    }
    if (r != 1)
      continue;
    int n = fuse_session_receive_buf (l->fuse, &buf);
    if (n > 0)
      fuse_session_process_buf (l->fuse, &buf);
    else if (n == 0 || (n != -EINTR && n != -EAGAIN))
      break;
  }
  free (buf.mem);
  if (r == -1)
    return gk_client_error (g, ECONNRESET, "mount_local_run: the session has ended");
  gk_local_flush (l);
  if (l->late_err)
    return gk_client_error (g, l->late_err,
                            "mount_local_run: a file that was closed could not be written: %s",
                            strerror (l->late_err));
  return 0;
}

void
gk_local_fuse_end (struct gk_local *l)
{
  if (l->fuse) {
    /* The files that the kernel has not released are let go with the session. */
    fuse_session_unmount (l->fuse);
    fuse_session_destroy (l->fuse);
    l->fuse = NULL;
  }
  gk_launch_unwatch (&l->watch);
  for (struct file *f; (f = l->files) != NULL;) {
    l->files = f->next;
    free (f->ahead);
    free (f);
  }
  l->dirty = NULL;
  l->n_posted = 0;
  gk_buf_clear (&l->posted);
  gk_local_forget_absent (l);
  gk_local_end_ahead (l);
  free (l->dirty_data);
  free (l->drops);
  free (l->known);
  gk_buf_clear (&l->out);
}
