/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where the session keeps files on the host: the directories that the program
 * or the environment chose, and the session's own directory inside. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"

int
gk_client_set_dir (guestfs_h *g, char **where, const char *said_by, const char *dir)
{
  _cleanup_free_ char *abs = NULL;
  struct stat st;

  if (dir) {
    /* Kept absolute: the program may change its directory. */
    abs = realpath (dir, NULL);
    if (!abs)
      return gk_client_perror (g, "converting path to absolute path: %s: %s: realpath", said_by,
                               dir);
    if (stat (abs, &st) == -1)
      return gk_client_perror (g, "setting temporary directory: %s: %s: stat", said_by, dir);
    if (!S_ISDIR (st.st_mode))
      return gk_client_error (g, 0, "setting temporary directory: %s: ‘%s’ is not a directory",
                              said_by, dir);
  }
  free (*where);
  *where = gk_steal_ptr (abs);
  return 0;
}

int
gk_client_set_tmpdir (guestfs_h *g, const char *tmpdir)
{
  return gk_client_set_dir (g, &g->user_tmpdir, "set_tmpdir", tmpdir);
}

int
gk_client_set_cachedir (guestfs_h *g, const char *cachedir)
{
  return gk_client_set_dir (g, &g->user_cachedir, "set_cachedir", cachedir);
}

/* A copy of the first that is set. */
static char *
choose (guestfs_h *g, const char *user, const char *env, const char *fallback)
{
  char *copy = strdup (user ? user : env ? env : fallback);

  if (!copy)
    gk_client_oom (g);
  return copy;
}

char *
gk_client_get_tmpdir (guestfs_h *g)
{
  return choose (g, g->user_tmpdir, g->env_tmpdir, "/tmp");
}

char *
gk_client_get_cachedir (guestfs_h *g)
{
  return choose (g, g->user_cachedir, g->env_tmpdir, "/var/tmp");
}

/* Short, since a socket's path has little room; and root's runtime directory
 * may not be reachable by the user that a sandbox runs as. */
char *
gk_client_get_sockdir (guestfs_h *g)
{
  return choose (g, NULL, geteuid () == 0 ? NULL : g->env_runtimedir, "/tmp");
}

/* --- the session's own directory ---------------------------------------------- */

const char *
gk_client_tmpdir (guestfs_h *g)
{
  if (g->session_tmpdir)
    return g->session_tmpdir;

  _cleanup_free_ char *parent = gk_client_get_tmpdir (g);
  if (!parent)
    return NULL;
  _cleanup_free_ char *dir = gk_asprintf ("%s/guestkitXXXXXX", parent);
  if (!dir) {
    gk_client_oom (g);
    return NULL;
  }
  if (!mkdtemp (dir)) {
    gk_client_perror (g, "%s: cannot create temporary directory", dir);
    return NULL;
  }
  g->session_tmpdir = gk_steal_ptr (dir);
  return g->session_tmpdir;
}

/* Never follows a symlink, never fails: what cannot be removed stays. */
static void
remove_tree (int parent, const char *name)
{
  int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd == -1)
    return;
  DIR *dir = fdopendir (fd);
  if (!dir) {
    close (fd);
    return;
  }
  struct dirent *d;
  while ((d = readdir (dir)) != NULL) {
    if (gk_streq (d->d_name, ".") || gk_streq (d->d_name, ".."))
      continue;
    if (unlinkat (fd, d->d_name, 0) == -1 && (errno == EISDIR || errno == EPERM))
      remove_tree (fd, d->d_name);
  }
  closedir (dir);
  unlinkat (parent, name, AT_REMOVEDIR);
}

void
gk_client_remove_tmpdir (guestfs_h *g)
{
  if (g->session_tmpdir)
    remove_tree (AT_FDCWD, g->session_tmpdir);
  free (g->session_tmpdir);
  g->session_tmpdir = NULL;
}
