/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mount_local, mount_local_run and umount_local: see local-priv.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/local-priv.h"
#include "client/tree.h"
#include "gk-client-calls.h"
#include "guestkit.h"

/* umount_local with retry: so often, after each other. */
#define RETRIES 50

/* --- end ------------------------------------------------------------------------ */

/* What is still mounted is unmounted, lazily. */
void
gk_local_end (guestfs_h *g)
{
  struct gk_local *l = gk_steal_ptr (g->local);

  if (l == NULL)
    return;
  if (l->fuse) {
    gk_local_flush (l);
    if (g->session == l->session)
      gk_local_stop (l);
  }
  gk_local_fuse_end (l);
  gk_cleanup_close (&l->wake_fd);
  gk_buf_clear (&l->options.fuse);
  free (l->dir);
  free (l);
}

void
gk_local_before_end (guestfs_h *g)
{
  if (g->local == NULL)
    return;
  gk_local_flush (g->local);
  if (!g->local->running)
    gk_local_end (g);
}

void
gk_local_session_gone (guestfs_h *g)
{
  if (g->local == NULL)
    return;
  if (g->local->running)
    eventfd_write (g->local->wake_fd, 1);
  else
    gk_local_end (g);
}

void
gk_local_before_call (guestfs_h *g)
{
  if (g->local == NULL)
    return;
  gk_local_flush (g->local);
  gk_local_end_fresh (g->local, 0, NULL);
  gk_local_forget_blanks (g->local);
  gk_local_forget_absent (g->local);
  gk_local_forget_ahead (g->local);
  g->local->epoch++;
  g->local->room = 0;
  g->local->recent.node = 0;
}

/* --- mount ---------------------------------------------------------------------- */

static int
kernel_mount (guestfs_h *g, struct gk_local *l)
{
  const struct gk_local_options *o = &l->options;
  unsigned attr = (o->readonly ? GK_TREE_READONLY : 0) | (o->noexec ? GK_TREE_NOEXEC : 0) |
                  (o->noatime ? GK_TREE_NOATIME : 0);

  return gk_client_mount_tree (g, "mount_local", l->dir, attr, &l->mount_id);
}

/* Programs end what they show with "fusermount -u", which for root unmounts any
 * one mount; but a kernel mount that has others below it is busy.  1, 0 or -1. */
static int
has_several_mounts (guestfs_h *g)
{
  _cleanup_strv_ char **mounts = guestfs_mounts (g);

  if (mounts == NULL)
    return -1;
  return gk_strv_length (mounts) > 1;
}

/* Options that only FUSE has, another kernel, or no right to mount. */
static int
wants_fuse (guestfs_h *g, const struct gk_local *l)
{
  if (l->options.only_fuse || !gk_conn_can_pass_fds (g->session->conn) || geteuid () != 0)
    return 1;
  return has_several_mounts (g);
}

static int
start (guestfs_h *g, struct gk_local *l, const char *dir, const struct guestfs_mount_local_argv *o)
{
  struct stat st;

  if (gk_local_parse (g, o, &l->options) == -1)
    return -1;
  l->dir = realpath (dir, NULL);
  if (l->dir == NULL || stat (l->dir, &st) == -1)
    return gk_client_perror (g, "mount_local: %s", dir);
  if (!S_ISDIR (st.st_mode))
    return gk_client_error (g, ENOTDIR, "mount_local: %s: Not a directory", dir);
  switch (wants_fuse (g, l)) {
  case 0:
    return kernel_mount (g, l);
  case 1:
    if (gk_local_fuse_mount (g, l) == -1)
      return -1;
    if (gk_tree_at (l->dir, &l->mount_id) == -1)
      return gk_client_perror (g, "mount_local: %s", l->dir);
    return 0;
  default:
    return -1;
  }
}

int
gk_client_mount_local (guestfs_h *g, const char *dir, const struct guestfs_mount_local_argv *o)
{
  if (g->state != GK_STATE_READY)
    return gk_client_error (g, 0,
                            "mount_local: call launch before using this function\n"
                            "(in guestfish, don't forget to use the 'run' command)");
  if (g->local)
    return gk_client_error (g, EBUSY, "mount_local: the tree is already shown at %s",
                            g->local->dir);
  struct gk_local *l = calloc (1, sizeof *l);
  if (l == NULL)
    return gk_client_oom (g);
  l->g = g;
  l->session = g->session;
  l->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  g->local = l;
  if (l->wake_fd == -1)
    gk_client_perror (g, "mount_local: eventfd");
  else if (start (g, l, dir, o) == 0)
    return 0;
  gk_local_end (g);
  return -1;
}

/* --- run ------------------------------------------------------------------------ */

static int
kernel_wait (guestfs_h *g, struct gk_local *l)
{
  _cleanup_close_ int mounts = open ("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  struct pollfd p[] = {
    { .fd = mounts, .events = POLLPRI },
    { .fd = gk_conn_fd (l->session->conn) },
    { .fd = l->wake_fd, .events = POLLIN },
  };
  int there;

  if (mounts == -1)
    return gk_client_perror (g, "mount_local_run: /proc/self/mountinfo");
  while ((there = gk_tree_is_there (l->mount_id)) == 1 && g->session == l->session) {
    pthread_mutex_unlock (&g->lock);
    int n = poll (p, 3, -1);
    pthread_mutex_lock (&g->lock);
    if (n > 0 && (p[1].revents || p[2].revents))
      break;
  }
  if (there == -1)
    return gk_client_perror (g, "mount_local_run: /proc/self/mountinfo");
  if (there == 1)
    return gk_client_error (g, ECONNRESET, "mount_local_run: the session has ended");
  gk_client_tree_gone (g);
  return 0;
}

int
gk_client_mount_local_run (guestfs_h *g)
{
  struct gk_local *l = g->local;

  if (l == NULL)
    return gk_client_error (g, 0, "mount_local_run: you must call mount_local first");
  if (l->running)
    return gk_client_error (g, EBUSY, "mount_local_run: it runs already, in another thread");
  l->running = true;
  int r = l->fuse ? gk_local_fuse_serve (g, l) : kernel_wait (g, l);
  gk_local_end (g);
  return r;
}

/* --- umount --------------------------------------------------------------------- */

int
gk_client_umount_local (guestfs_h *g, const struct guestfs_umount_local_argv *o)
{
  struct gk_local *l = g->local;
  bool retry = o->bitmask & GUESTFS_UMOUNT_LOCAL_RETRY_BITMASK && o->retry;

  if (l == NULL)
    return gk_client_error (g, 0, "umount_local: no filesystem is mounted");
  _cleanup_free_ char *dir = strdup (l->dir);
  uint64_t id = l->mount_id;
  if (dir == NULL)
    return gk_client_oom (g);
  /* The kernel writes what it holds before it unmounts, and asks the thread that
   * serves: which needs the lock. */
  pthread_mutex_unlock (&g->lock);
  int r = gk_tree_unmount (id, retry ? RETRIES : GK_TREE_SETTLE);
  int e = errno;
  pthread_mutex_lock (&g->lock);
  if (r == -1)
    return gk_client_error (g, e, "umount_local: %s: %s", dir, strerror (e));
  if (g->local == l && !l->running) {
    if (l->fuse == NULL)
      gk_client_tree_gone (g);
    gk_local_end (g);
  }
  return 0;
}
