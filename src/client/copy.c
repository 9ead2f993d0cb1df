/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* copy_in and copy_out: a tree between host and guest, as a tar stream between
 * the host's tar and tar_in or tar_out. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "client/handle-priv.h"
#include "exec/exec.h"
#include "gk-client-calls.h"

#define TAR_GRACE_MS 60000

/* "/a/b//" -> "/a" and "b"; "b" -> "." and "b"; "/" -> "/" and ".". */
static int
split (const char *path, char **ret_dir, char **ret_base)
{
  size_t n = strlen (path);

  while (n > 1 && path[n - 1] == '/')
    n--;
  const char *slash = memrchr (path, '/', n);
  if (n == 1 && slash) {
    *ret_dir = strdup ("/");
    *ret_base = strdup (".");
  } else {
    size_t dir = slash ? (size_t)(slash - path) : 0;
    const char *base = slash ? slash + 1 : path;
    *ret_dir = slash ? strndup (path, dir ? dir : 1) : strdup (".");
    *ret_base = strndup (base, n - (size_t)(base - path));
  }
  if (*ret_dir && *ret_base)
    return 0;
  free (*ret_dir);
  free (*ret_base);
  return -1;
}

/* tar at one end of a pipe; the other end is ours. */
struct tar {
  struct gk_child child;
  int fd;
  bool writes;
};

static int
tar_start (guestfs_h *g, struct tar *t, const char *const *argv, bool writes)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_exec x = GK_EXEC_INIT;
  int p[2];

  if (pipe2 (p, O_CLOEXEC) == -1)
    return gk_client_perror (g, "pipe");
  x.argv = argv;
  if (writes)
    x.stdout_fd = p[1];
  else
    x.stdin_fd = p[0];
  t->writes = writes;
  t->child = (struct gk_child)GK_CHILD_INIT;
  int r = gk_child_start (&x, &t->child, &err);
  close (p[writes ? 1 : 0]);
  t->fd = p[writes ? 0 : 1];
  if (r == 0)
    return 0;
  close (t->fd);
  return gk_client_error_take (g, &err);
}

/* Close our end, upon which tar ends by itself, and reap it.  When both tar and the call failed,
 * one failure has caused the other.  If tar exited with an error, and the call either read from it
 * or could not write to it any more, tar's error is the one to tell. */
static int
tar_finish (guestfs_h *g, struct tar *t, int call_result)
{
  struct pollfd p = { .fd = t->child.pidfd, .events = POLLIN };

  close (t->fd);
  while (poll (&p, 1, TAR_GRACE_MS) == -1 && errno == EINTR)
    ;
  _cleanup_free_ char *words = gk_child_last_words (&t->child);
  int status = gk_child_stop (&t->child, TAR_GRACE_MS);
  bool gave_up = status > 0 && status < 128;

  if (call_result == -1 && !(gave_up && (t->writes || guestfs_last_errno (g) == EPIPE)))
    return -1;
  if (status != 0)
    return gk_client_error (g, 0, "tar failed on the host: %s",
                            words && *words ? words : "it gave no reason");
  return 0;
}

int
gk_client_copy_in (guestfs_h *g, const char *localpath, const char *remotedir)
{
  _cleanup_free_ char *dir = NULL;
  _cleanup_free_ char *base = NULL;
  char fd_name[32];
  struct stat st;
  struct tar t;

  int is_dir = guestfs_is_dir (g, remotedir);
  if (is_dir == -1)
    return -1;
  if (!is_dir)
    return gk_client_error (g, ENOTDIR, "target ‘%s’ is not a directory", remotedir);
  if (lstat (localpath, &st) == -1)
    return gk_client_error (g, errno, "source ‘%s’ does not exist (or cannot be read)", localpath);
  if (split (localpath, &dir, &base) == -1)
    return gk_client_oom (g);
  /* Tools are not started in the caller's directory. */
  _cleanup_free_ char *from = realpath (dir, NULL);
  if (from == NULL)
    return gk_client_perror (g, "%s", dir);

  const char *const argv[] = { "tar", "-S", "-cf", "-", "-C", from, "--", base, NULL };
  if (tar_start (g, &t, argv, true) == -1)
    return -1;
  snprintf (fd_name, sizeof fd_name, "/dev/fd/%d", t.fd);
  return tar_finish (g, &t, guestfs_tar_in (g, fd_name, remotedir));
}

static int
unpack_tree (guestfs_h *g, const char *remotepath, const char *target)
{
  char fd_name[32];
  struct tar t;

  _cleanup_free_ char *to = realpath (target, NULL);
  if (to == NULL)
    return gk_client_perror (g, "%s", target);
  const char *const argv[] = { "tar", "-xf", "-", "-C", to, NULL };
  if (tar_start (g, &t, argv, false) == -1)
    return -1;
  snprintf (fd_name, sizeof fd_name, "/dev/fd/%d", t.fd);
  return tar_finish (g, &t, guestfs_tar_out (g, remotepath, fd_name));
}

static int
remove_one (const char *path, const struct stat *st, int kind, struct FTW *at)
{
  remove (path);
  return 0;
}

/* A tree that is not there yet has another name until tar is done with it; when that was cancelled
 * nothing stays.  One that is there gets what it lacks, file by file. */
static int
copy_out_tree (guestfs_h *g, const char *remotepath, const char *target)
{
  struct stat st;

  if (lstat (target, &st) == 0)
    return unpack_tree (g, remotepath, target);
  _cleanup_free_ char *part = gk_asprintf ("%s.part-%d", target, (int)getpid ());
  if (part == NULL)
    return gk_client_oom (g);
  if (mkdir (part, 0777) == -1)
    return gk_client_perror (g, "mkdir: %s", part);
  int r = unpack_tree (g, remotepath, part);
  if (r == -1 && guestfs_last_errno (g) == EINTR)
    nftw (part, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
  else if (rename (part, target) == -1) /* what tar could not make (a device) lacks */
    r = gk_client_perror (g, "rename: %s: %s", part, target);
  return r;
}

int
gk_client_copy_out (guestfs_h *g, const char *remotepath, const char *localdir)
{
  _cleanup_free_ char *dir = NULL;
  _cleanup_free_ char *base = NULL;
  struct stat st;

  if (stat (localdir, &st) == -1 || !S_ISDIR (st.st_mode))
    return gk_client_error (g, ENOTDIR, "target ‘%s’ is not a directory", localdir);
  int is_dir = guestfs_is_dir (g, remotepath);
  if (is_dir == -1)
    return -1;
  if (split (remotepath, &dir, &base) == -1)
    return gk_client_oom (g);
  _cleanup_free_ char *target = gk_asprintf ("%s/%s", localdir, base);
  if (target == NULL)
    return gk_client_oom (g);
  if (is_dir)
    return copy_out_tree (g, remotepath, target);
  return guestfs_download (g, remotepath, target);
}
