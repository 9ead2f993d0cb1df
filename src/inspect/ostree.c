/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: the system of an OSTree filesystem (Fedora CoreOS, Silverblue,
 * Endless ...).  Its tree is no root by itself: each version of the system is a
 * deployment, /ostree/deploy/NAME/deploy/CHECKSUM.SERIAL, beside a file
 * CHECKSUM.SERIAL.origin that is written when it is deployed.
 *
 * Which of them boots the boot loader knows, mostly on another filesystem; here it
 * is taken to be the one that was deployed last, as it is unless somebody went back. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/read.h"

#define SYSTEMS "/ostree/deploy"
#define ORIGIN ".origin"

struct newest {
  char *path;
  struct timespec when;
};

static bool
is_later (const struct timespec *a, const struct timespec *b)
{
  return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* The deployments of one system. */
static void
look_among (const char *name, struct newest *newest)
{
  _cleanup_free_ char *folder = gk_asprintf (SYSTEMS "/%s/deploy", name);
  _cleanup_closedir_ DIR *dir = folder ? opendir (folder) : NULL;
  const struct dirent *entry;

  while (dir && (entry = readdir (dir)) != NULL) {
    size_t n = strlen (entry->d_name), suffix = strlen (ORIGIN);
    if (n <= suffix || !gk_streq (entry->d_name + n - suffix, ORIGIN))
      continue;
    struct stat st;
    char *path = gk_asprintf ("%s/%.*s", folder, (int)(n - suffix), entry->d_name);
    if (path && gk_look_is_dir (path) &&
        fstatat (dirfd (dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        (newest->path == NULL || is_later (&st.st_mtim, &newest->when))) {
      free (newest->path);
      newest->path = gk_steal_ptr (path);
      newest->when = st.st_mtim;
    }
    free (path);
  }
}

bool
gk_look_is_ostree (void)
{
  return gk_look_is_dir (SYSTEMS) && gk_look_is_dir ("/ostree/repo");
}

void
gk_look_ostree (struct json_object *report)
{
  _cleanup_closedir_ DIR *dir = opendir (SYSTEMS);
  struct newest newest = { NULL, { 0, 0 } };
  const struct dirent *entry;

  while (dir && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.')
      look_among (entry->d_name, &newest);
  gk_json_add_str (report, "deployment", newest.path);
  free (newest.path);
}
