/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Host files of FileIn and FileOut: see session-priv.h. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
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

/* A file in the same folder, so that it can be renamed.  One that replaces
 * another gets its mode and owner; a new one what the umask leaves. */
static int
open_temporary (struct gk_host_file *f, const char *name, const struct stat *old)
{
  for (int attempt = 0; attempt < 100; ++attempt) {
    _cleanup_free_ char *temp = gk_asprintf ("%s.part-%d-%d", name, (int)getpid (), attempt);
    if (temp == NULL)
      return -1;
    int fd = open (temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, old ? 0600 : 0666);
    if (fd == -1 && errno == EEXIST)
      continue;
    if (fd == -1)
      return -1;
    /* Without the right to give it away the caller stays its owner. */
    if (old && (fchown (fd, old->st_uid, old->st_gid) == -1 && errno != EPERM)) {
      gk_close_keep_errno (fd);
      unlink (temp);
      return -1;
    }
    if (old)
      fchmod (fd, old->st_mode & 07777);
    f->fd = fd;
    f->temp_path = gk_steal_ptr (temp);
    return 0;
  }
  errno = EEXIST;
  return -1;
}

/* A dangling symlink, a hard-linked file, a device or pipe, and a file in a
 * folder where none may be made are written in place, as a shell's ">" does. */
static int
open_out (struct gk_host_file *f, const char *name)
{
  struct stat st;
  bool exists = stat (name, &st) == 0;
  bool replace = exists ? S_ISREG (st.st_mode) && st.st_nlink == 1 && access (name, W_OK) == 0
                        : errno == ENOENT && lstat (name, &st) == -1;

  if (replace) {
    _cleanup_free_ char *path = exists ? realpath (name, NULL) : strdup (name);
    if (path && open_temporary (f, path, exists ? &st : NULL) == 0) {
      f->path = gk_steal_ptr (path);
      return 0;
    }
  }
  _cleanup_free_ char *path = strdup (name);
  if (path == NULL)
    return -1;
  f->fd = open (name, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0666);
  if (f->fd == -1)
    return -1;
  f->path = gk_steal_ptr (path);
  return 0;
}

/* A name that means a descriptor which the caller has open.  Opening it would
 * begin at the start of the file once more and cut off what the caller wrote
 * there before.  -1: no such name. */
static int
named_descriptor (const char *name)
{
  static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
  uint64_t number;

  if (gk_streq (name, "-") || gk_streq (name, "/dev/stdout"))
    return STDOUT_FILENO;
  if (gk_streq (name, "/dev/stderr"))
    return STDERR_FILENO;
  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; ++i) {
    const char *rest = gk_after_prefix (name, folders[i]);
    if (rest && gk_parse_u64 (rest, INT_MAX, &number) == 0)
      return (int)number;
  }
  return -1;
}

int
gk_host_file_open_out (guestfs_h *g, const char *name, struct gk_host_file *f)
{
  int fd = named_descriptor (name);

  if (fd != -1)
    f->fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  else if (open_out (f, name) == -1)
    return gk_client_perror (g, "%s", name);
  return f->fd == -1 ? gk_client_perror (g, "%s", name) : 0;
}

int
gk_host_file_finish (guestfs_h *g, struct gk_host_file *f, bool success)
{
  int r = 0;

  /* A full disk behind a network is perhaps told only now. */
  if (f->fd >= 0 && close (f->fd) == -1 && success)
    r = gk_client_perror (g, "%s: close", f->path ? f->path : "output");
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
  *f = (struct gk_host_file)GK_HOST_FILE_INIT;
  return r;
}
