/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit.h: what needs a kernel that is shared with the worker. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/codec.h"
#include "base/fd.h"
#include "client/session-priv.h"
#include "client/tree.h"
#include "guestkit.h"

const char *
guestkit_version (void)
{
  return GK_VERSION;
}

/* A request whose reply carries a descriptor. */
static int
request_fd (guestfs_h *g, const char *what, enum gk_request kind, const msgpack_sbuffer *body)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_frame frame;

  if (g->state != GK_STATE_READY)
    return gk_client_error (g, 0, "%s: call launch before using this function", what);
  if (!gk_conn_can_pass_fds (g->session->conn))
    return gk_client_error (g, ENOTSUP, "%s: the launcher does not share this kernel", what);
  if (gk_session_request (g, kind, body->data, body->size, &frame, &err) != 0) {
    gk_error_wrap (&err, "%s", what);
    return gk_client_error_take (g, &err);
  }
  if (frame.nfds < 1)
    return gk_client_error (g, EPROTO, "%s: the worker sent no descriptor", what);
  return gk_steal_fd (&frame.fds[0]);
}

static int
open_locked (guestfs_h *g, const char *what, const char *path, int flags, int mode)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  msgpack_sbuffer body;
  int fd;

  msgpack_sbuffer_init (&body);
  if (gk_encode_open (&body, path, flags, mode, &err) == -1)
    fd = gk_client_error_take (g, &err);
  else
    fd = request_fd (g, what, GK_REQUEST_OPEN, &body);
  msgpack_sbuffer_destroy (&body);
  return fd;
}

int
guestkit_open (guestfs_h *g, const char *path, int flags, int mode)
{
  pthread_mutex_lock (&g->lock);
  int fd = path ? open_locked (g, "open", path, flags, mode)
                : gk_client_error (g, EINVAL, "open: path: parameter cannot be NULL");
  pthread_mutex_unlock (&g->lock);
  return fd;
}

static int
open_directory (guestfs_h *g, const char *what, const char *path)
{
  pthread_mutex_lock (&g->lock);
  int fd = path ? open_locked (g, what, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
                : gk_client_error (g, EINVAL, "%s: path: parameter cannot be NULL", what);
  pthread_mutex_unlock (&g->lock);
  return fd;
}

int
guestkit_opendir (guestfs_h *g, const char *path)
{
  return open_directory (g, "opendir", path);
}

int
guestkit_root_fd (guestfs_h *g)
{
  return open_directory (g, "root_fd", "/");
}

/* The worker notes the place in its journal before it hands the tree out, so
 * that the mount is found and removed if this program is killed. */
int
gk_client_mount_tree (guestfs_h *g, const char *what, const char *dir, unsigned attributes,
                      uint64_t *ret_id)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  msgpack_sbuffer body;

  if (g->tree_dir)
    return gk_client_error (g, EBUSY, "%s: the tree is already shown at %s", what, g->tree_dir);
  _cleanup_free_ char *real = realpath (dir, NULL);
  if (real == NULL)
    return gk_client_perror (g, "%s: %s", what, dir);

  msgpack_sbuffer_init (&body);
  int r = gk_encode_open (&body, real, 0, 0, &err);
  _cleanup_close_ int fd = r == 0 ? request_fd (g, what, GK_REQUEST_TREE, &body) : -1;
  msgpack_sbuffer_destroy (&body);
  if (r == -1)
    return gk_client_error_take (g, &err);
  if (fd == -1)
    return -1;
  g->tree_dir = gk_steal_ptr (real);
  if (gk_tree_attach (fd, g->tree_dir, attributes, &g->tree_id) == -1) {
    int e = errno;
    gk_client_error (g, e, "%s: %s: %s", what, g->tree_dir, strerror (e));
    gk_client_tree_gone (g);
    return -1;
  }
  *ret_id = g->tree_id;
  return 0;
}

void
gk_client_tree_gone (guestfs_h *g)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_frame frame;
  msgpack_sbuffer body;

  free (gk_steal_ptr (g->tree_dir));
  if (g->session == NULL)
    return;
  msgpack_sbuffer_init (&body);
  if (gk_encode_open (&body, "", 0, 0, &err) == 0)
    gk_session_request (g, GK_REQUEST_TREE, body.data, body.size, &frame, &err);
  msgpack_sbuffer_destroy (&body);
}

int
guestkit_mount_tree (guestfs_h *g, const char *dir)
{
  pthread_mutex_lock (&g->lock);
  uint64_t id;
  int r = dir ? gk_client_mount_tree (g, "mount_tree", dir, 0, &id)
              : gk_client_error (g, EINVAL, "mount_tree: dir: parameter cannot be NULL");
  pthread_mutex_unlock (&g->lock);
  return r;
}

static int
unmount_tree (guestfs_h *g)
{
  if (g->tree_dir == NULL)
    return gk_client_error (g, EINVAL, "unmount_tree: the tree is not shown anywhere");
  if (gk_tree_unmount (g->tree_id, GK_TREE_SETTLE) == -1)
    return gk_client_perror (g, "unmount_tree: %s", g->tree_dir);
  gk_client_tree_gone (g);
  return 0;
}

int
guestkit_unmount_tree (guestfs_h *g)
{
  pthread_mutex_lock (&g->lock);
  int r = unmount_tree (g);
  pthread_mutex_unlock (&g->lock);
  return r;
}

static char *
inspect (guestfs_h *g, const char *root)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  msgpack_sbuffer body;
  struct gk_frame frame;
  char *json = NULL;

  if (g->state != GK_STATE_READY) {
    gk_client_error (g, 0, "inspect: call launch before using this function");
    return NULL;
  }
  msgpack_sbuffer_init (&body);
  if (gk_encode_open (&body, root, 0, 0, &err) == 0 &&
      gk_session_request (g, GK_REQUEST_TELL, body.data, body.size, &frame, &err) == 0 &&
      (json = strndup ((const char *)frame.body, frame.len)) == NULL)
    gk_error_oom (&err);
  msgpack_sbuffer_destroy (&body);
  if (json == NULL) {
    gk_error_wrap (&err, "inspect");
    gk_client_error_take (g, &err);
  }
  return json;
}

char *
guestkit_inspect (guestfs_h *g, const char *root)
{
  char *json = NULL;

  pthread_mutex_lock (&g->lock);
  if (root)
    json = inspect (g, root);
  else
    gk_client_error (g, EINVAL, "inspect: root: parameter cannot be NULL");
  pthread_mutex_unlock (&g->lock);
  return json;
}

static int
delete_value (guestfs_h *g, int64_t nodeh, const char *key)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_frame frame;
  msgpack_sbuffer body;

  if (g->state != GK_STATE_READY)
    return gk_client_error (g, 0, "hivex_delete_value: call launch before using this function");
  msgpack_sbuffer_init (&body);
  int r = gk_encode_open (&body, key, (int)(nodeh & INT32_MAX), (int)(nodeh >> 31), &err);
  if (r == 0)
    r = gk_session_request (g, GK_REQUEST_UNVALUE, body.data, body.size, &frame, &err);
  msgpack_sbuffer_destroy (&body);
  if (r != 0) {
    gk_error_wrap (&err, "hivex_delete_value");
    return gk_client_error_take (g, &err);
  }
  return 0;
}

int
guestkit_hivex_delete_value (guestfs_h *g, int64_t nodeh, const char *key)
{
  pthread_mutex_lock (&g->lock);
  int r = key && nodeh > 0 && nodeh >> 31 <= INT32_MAX
              ? delete_value (g, nodeh, key)
              : gk_client_error (g, EINVAL, "hivex_delete_value: no such node or key");
  pthread_mutex_unlock (&g->lock);
  return r;
}

static int
label_new (guestfs_h *g, const char *path)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_frame frame;
  msgpack_sbuffer body;
  char count[16] = "";

  if (g->state != GK_STATE_READY)
    return gk_client_error (g, 0, "selinux_label_new: call launch before using this function");
  msgpack_sbuffer_init (&body);
  int r = gk_encode_open (&body, path, 0, 0, &err);
  if (r == 0)
    r = gk_session_request (g, GK_REQUEST_LABEL, body.data, body.size, &frame, &err);
  msgpack_sbuffer_destroy (&body);
  if (r != 0) {
    gk_error_wrap (&err, "selinux_label_new");
    return gk_client_error_take (g, &err);
  }
  memcpy (count, frame.body, frame.len < sizeof count ? frame.len : sizeof count - 1);
  return atoi (count);
}

int
guestkit_selinux_label_new (guestfs_h *g, const char *path)
{
  pthread_mutex_lock (&g->lock);
  int r =
      path && *path == '/'
          ? label_new (g, path)
          : gk_client_error (g, EINVAL, "selinux_label_new: path must start with a / character");
  pthread_mutex_unlock (&g->lock);
  return r;
}
