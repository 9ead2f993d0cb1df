/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Device-mapper without its library: three files of /sys and one ioctl.  See
 * dm.h. */
#include "mount/dm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"

#define PATIENCE_MS 1000
#define STEP_MS 20

bool
gk_dm_available (void)
{
  return access ("/sys/class/misc/device-mapper", F_OK) == 0;
}

static char *
attribute (dev_t devno, const char *name)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_free_ char *path =
      gk_asprintf ("/sys/dev/block/%u:%u/dm/%s", major (devno), minor (devno), name);

  if (path == NULL || gk_read_file (path, 4096, &text) == -1 || text.data == NULL)
    return NULL;
  return strndup (text.data, strcspn (text.data, "\n"));
}

char *
gk_dm_name (dev_t devno)
{
  return attribute (devno, "name");
}

char *
gk_dm_uuid (dev_t devno)
{
  return attribute (devno, "uuid");
}

static int
remove_once (int control, const char *name)
{
  struct dm_ioctl request = { .version = { DM_VERSION_MAJOR, 0, 0 }, .data_size = sizeof request };

  strcpy (request.name, name);
  return ioctl (control, DM_DEV_REMOVE, &request);
}

/* What LVM puts in the place of a part whose disk is missing has the part's
 * name and some more. */
#define MISSING "-missing_"

static void
remove_stand_ins (int control, const char *name)
{
  _cleanup_free_ char *prefix = gk_asprintf ("%s" MISSING, name);
  const struct dirent *entry;
  _cleanup_closedir_ DIR *dir = opendir ("/sys/class/block");

  while (prefix && dir && (entry = readdir (dir)) != NULL) {
    _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
    _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s/dm/name", entry->d_name);
    if (path == NULL || gk_after_prefix (entry->d_name, "dm-") == NULL ||
        gk_read_file (path, 4096, &text) == -1 || text.data == NULL)
      continue;
    text.data[strcspn (text.data, "\n")] = '\0';
    if (gk_after_prefix (text.data, prefix) && strlen (text.data) < DM_NAME_LEN)
      remove_once (control, text.data);
  }
}

int
gk_dm_remove (const char *name, struct gk_error *err)
{
  struct dm_ioctl request;

  if (strlen (name) >= sizeof request.name)
    return gk_error_set (err, ENAMETOOLONG, "%s: name too long", name);
  if (!gk_dm_available ())
    return 0;
  _cleanup_close_ int control = open ("/dev/mapper/control", O_RDWR | O_CLOEXEC);
  if (control == -1)
    return gk_error_sys (err, errno, "/dev/mapper/control");
  for (int waited = 0; remove_once (control, name) == -1; waited += STEP_MS) {
    const struct timespec nap = { 0, STEP_MS * 1000000L };
    if (errno == ENXIO)
      break;
    if (errno != EBUSY || waited >= PATIENCE_MS)
      return gk_error_sys (err, errno, "removing the mapper device %s", name);
    nanosleep (&nap, NULL);
  }
  remove_stand_ins (control, name);
  return 0;
}
