/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Host files of FileIn and FileOut: see session-priv.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "client/session-priv.h"

int
gk_host_file_open_in (guestfs_h *g, const char *name, struct gk_host_file *f)
{
  f->fd = gk_streq (name, "-") ? fcntl (0, F_DUPFD_CLOEXEC, 3) : open (name, O_RDONLY | O_CLOEXEC);
  if (f->fd == -1)
    return gk_client_perror (g, "%s", name);
  return 0;
}

/* A file in the same folder, so that it can be renamed, with the mode that the
 * final one has or would get. */
static int
open_temporary (struct gk_host_file *f, const char *name, const struct stat *old)
{
  mode_t mask = umask (0);
  umask (mask);

  for (int attempt = 0; attempt < 100; ++attempt) {
    _cleanup_free_ char *temp = gk_asprintf ("%s.part-%d-%d", name, (int) getpid (), attempt);
    if (temp == NULL)
      return -1;
    int fd = open (temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd == -1 && errno == EEXIST)
      continue;
    if (fd == -1)
      return -1;
    if (old) {
      /* Not ours to give away: keep the caller as owner then. */
      if (fchown (fd, old->st_uid, old->st_gid) == -1 && errno != EPERM) {
        gk_close_keep_errno (fd);
        return -1;
      }
      fchmod (fd, old->st_mode & 07777);
    } else
      fchmod (fd, 0666 & ~mask);
    f->fd = fd;
    f->temp_path = gk_steal_ptr (temp);
    return 0;
  }
  errno = EEXIST;
  return -1;
}

int
gk_host_file_open_out (guestfs_h *g, const char *name, struct gk_host_file *f)
{
  struct stat st;

  if (gk_streq (name, "-"))
    f->fd = fcntl (1, F_DUPFD_CLOEXEC, 3);
  else {
    bool exists = stat (name, &st) == 0;
    /* A dangling symlink, a hard-linked file or a folder in which no file may
     * be made are written in place, as a shell's ">" does. */
    bool plain = exists ? S_ISREG (st.st_mode) && st.st_nlink == 1
                        : errno == ENOENT && lstat (name, &st) == -1;
    _cleanup_free_ char *real = exists && plain ? realpath (name, NULL) : strdup (name);
    if (real == NULL)
      return gk_client_perror (g, "%s", name);
    if (!plain || access (name, W_OK) == -1 || open_temporary (f, real, exists ? &st : NULL) == -1) {
      if (!exists && plain && open_temporary (f, real, NULL) == 0)
        f->path = gk_steal_ptr (real);
      else
        f->fd = open (name, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0666);
    } else
      f->path = gk_steal_ptr (real);
  }
  if (f->fd == -1)
    return gk_client_perror (g, "%s", name);
  return 0;
}

int
gk_host_file_finish (guestfs_h *g, struct gk_host_file *f, bool success)
{
  int r = 0;

  if (f->fd >= 0 && close (f->fd) == -1 && f->temp_path && success)
    r = gk_client_perror (g, "%s: close", f->path);
  if (f->temp_path) {
    if (!success || r == -1)
      unlink (f->temp_path);
    else if (rename (f->temp_path, f->path) == -1) {
      r = gk_client_perror (g, "%s", f->path);
      unlink (f->temp_path);
    }
  }
  free (f->path);
  free (f->temp_path);
  *f = (struct gk_host_file) GK_HOST_FILE_INIT;
  return r;
}
