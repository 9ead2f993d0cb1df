/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A /run of a child's own, for tools that keep locks and maps there whatever one
 * tells them: the host's is for the host's devices. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "exec/exec.h"

/* Where /etc/resolv.conf may lead, and the resolver's sockets may be. */
static const char *const resolver[] = { "/run/systemd/resolve", "/run/resolvconf",
                                        "/run/NetworkManager", "/run/nscd" };
#define N (sizeof resolver / sizeof resolver[0])

static int
make_folders (const char *path)
{
  char folder[64];

  for (const char *slash = strchr (path + 1, '/'); slash; slash = strchr (slash + 1, '/')) {
    snprintf (folder, sizeof folder, "%.*s", (int)(slash - path), path);
    if (mkdir (folder, 0755) == -1 && errno != EEXIST)
      return -1;
  }
  return mkdir (path, 0755) == -1 && errno != EEXIST ? -1 : 0;
}

static int
show (int fd, const char *path)
{
  char from[64];

  snprintf (from, sizeof from, "/proc/self/fd/%d", fd);
  return make_folders (path) == -1 ? -1 : mount (from, path, NULL, MS_BIND, NULL);
}

const char *
gk_exec_enter_own_run (bool names)
{
  const char *failed = NULL;
  int kept[N];

  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
    return "making the mounts private";
  for (size_t i = 0; i < N; i++)
    kept[i] = names ? open (resolver[i], O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  if (mount ("guestkit-run", "/run", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755") == -1)
    failed = "mounting /run";
  for (size_t i = 0; i < N; i++) {
    if (kept[i] == -1)
      continue;
    if (failed == NULL && show (kept[i], resolver[i]) == -1)
      failed = "showing the resolver's part of /run";
    close (kept[i]);
  }
  return failed;
}
