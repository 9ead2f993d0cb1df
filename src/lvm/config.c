/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* LVM's configuration, one for each session.
 *
 * There is no udev in the private world, so LVM makes its nodes itself and
 * waits for nobody.  Nothing is kept in /run/lvm or /etc/lvm: hints, locks,
 * backups and the devices file belong to the host. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "lvm/lvm-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"

#define FIXED                                                                                      \
  "devices {\n"                                                                                    \
  "  dir = \"/dev\"\n"                                                                             \
  "  scan = [ \"/dev\" ]\n"                                                                        \
  "  use_devicesfile = 0\n"                                                                        \
  "  obtain_device_list_from_udev = 0\n"                                                           \
  "  external_device_info_source = \"none\"\n"                                                     \
  "  hints = \"none\"\n"                                                                           \
  "  multipath_component_detection = 0\n"                                                          \
  "  filter = [ %s ]\n"                                                                            \
  "}\n"                                                                                            \
  "activation {\n"                                                                                 \
  "  udev_sync = 0\n"                                                                              \
  "  udev_rules = 0\n"                                                                             \
  "  verify_udev_operations = 0\n"                                                                 \
  "  monitoring = 0\n"                                                                             \
  "  retry_deactivation = 1\n"                                                                     \
  "}\n"                                                                                            \
  "global {\n"                                                                                     \
  "  use_lvmpolld = 0\n"                                                                           \
  "  use_lvmlockd = 0\n"                                                                           \
  "  notify_dbus = 0\n"                                                                            \
  "  event_activation = 0\n"                                                                       \
  "  system_id_source = \"none\"\n"                                                                \
  "  locking_dir = \"%s/lock\"\n"                                                                  \
  "}\n"                                                                                            \
  "backup {\n"                                                                                     \
  "  backup = 0\n"                                                                                 \
  "  archive = 0\n"                                                                                \
  "}\n"                                                                                            \
  "log {\n"                                                                                        \
  "  syslog = 0\n"                                                                                 \
  "  indent = 0\n"                                                                                 \
  "}\n"

/* Whether a name has letters that mean something in an expression or a string
 * of the configuration, which no disk or partition has. */
static bool
is_plain (const char *device)
{
  return device[strspn (
             device, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-")] == '\0';
}

/* A whole disk stands for its partitions, too: sda1, md0p1. */
static int
append_device (struct gk_buf *filter, const char *device, struct gk_error *err)
{
  size_t n = strlen (device);

  if (!is_plain (device))
    return gk_error_set (err, EINVAL, "%s: cannot be used in a filter of LVM", device);
  const char *between = n > 0 && device[n - 1] >= '0' && device[n - 1] <= '9' ? "p" : "";
  if (gk_buf_appendf (filter, "\"a|^%s$|\", \"a|^%s%s[0-9]+$|\", ", device, device, between) == -1)
    return gk_error_oom (err);
  return 0;
}

static int
write_file (const char *path, const char *text, struct gk_error *err)
{
  _cleanup_close_ int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd == -1 || gk_write_full (fd, text, strlen (text)) == -1)
    return gk_error_sys (err, errno, "%s", path);
  return 0;
}

static char *
home (struct gk_ctx *ctx)
{
  return gk_asprintf ("%s/lvm", ctx->tmpdir);
}

/* Unfiltered is everything in the private /dev, where there is nothing but the
 * session's, and what other rooms make of it (an opened encrypted device). */
int
gk_lvm_configure (struct gk_ctx *ctx, char *const *devices, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf filter = GK_BUF_INIT;

  _cleanup_free_ char *dir = home (ctx);
  _cleanup_free_ char *path = dir ? gk_asprintf ("%s/lvm.conf", dir) : NULL;
  _cleanup_free_ char *lock = dir ? gk_asprintf ("%s/lock", dir) : NULL;
  if (path == NULL || lock == NULL)
    return gk_error_oom (err);
  for (size_t i = 0; devices && devices[i]; i++)
    if (append_device (&filter, devices[i], err) == -1)
      return -1;
  if (gk_buf_appends (&filter, devices ? "\"r|.*|\"" : "\"a|.*|\"") == -1)
    return gk_error_oom (err);
  if ((mkdir (dir, 0700) == -1 && errno != EEXIST) || (mkdir (lock, 0700) == -1 && errno != EEXIST))
    return gk_error_sys (err, errno, "%s", dir);
  _cleanup_free_ char *text = gk_asprintf (FIXED, filter.data, dir);
  if (text == NULL)
    return gk_error_oom (err);
  return write_file (path, text, err);
}

char *
gk_lvm_home (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_free_ char *dir = home (ctx);
  _cleanup_free_ char *path = dir ? gk_asprintf ("%s/lvm.conf", dir) : NULL;

  if (path == NULL) {
    gk_error_oom (err);
    return NULL;
  }
  if (access (path, F_OK) == -1 && gk_lvm_configure (ctx, NULL, err) == -1)
    return NULL;
  return gk_steal_ptr (dir);
}
