/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Mounting with fsopen, fsconfig, fsmount and move_mount.
 *
 * Why it is safe: the target is a descriptor that the path-root resolved, so
 * no path of the guest is walked here; nosuid and nodev are on every mount;
 * fsopen is only called for a type that is in /proc/filesystems, so that no
 * module is loaded because of what a guest contains.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* After linux/fs.h, which shares names with it. */
#include <sys/mount.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "mount/mount-priv.h"

/* What the kernel wrote to the context's log: "e text\n" each.  Errors only,
 * in one line. */
static void
append_log (int fs, struct gk_buf *to)
{
  char line[1024];
  ssize_t n;
  while ((n = read (fs, line, sizeof line)) > 2) {
    size_t len = (size_t)n;
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\0'))
      len--;
    if (len <= 2 || line[0] != 'e')
      continue;
    _cleanup_free_ char *text = gk_escape (line + 2, len - 2, 400);
    if (text)
      gk_buf_appendf (to, "%s%s", to->size ? "; " : "", text);
  }
}

static int
set_option (int fs, const char *option)
{
  const char *equals = strchr (option, '=');
  if (equals == NULL)
    return fsconfig (fs, FSCONFIG_SET_FLAG, option, NULL, 0);
  _cleanup_free_ char *name = strndup (option, (size_t)(equals - option));
  if (name == NULL)
    return -1;
  return fsconfig (fs, FSCONFIG_SET_STRING, name, equals + 1, 0);
}

static bool
mentions (const struct gk_mount_options *o, const char *option)
{
  _cleanup_free_ char *name = strndup (option, strcspn (option, "="));
  return name && gk_mount_options_has (o, name);
}

/* One attempt; the mount's descriptor, or -1 with errno and log. */
static int
attempt (const struct gk_mount_request *m, bool ro, const char *extra, struct gk_buf *log)
{
  _cleanup_close_ int fs = fsopen (m->type, FSOPEN_CLOEXEC);
  if (fs == -1)
    return -1;
  const struct gk_mount_options *o = m->options;
  const char *failed = NULL;
  int r = fsconfig (fs, FSCONFIG_SET_STRING, "source", m->device, 0);
  if (r == 0 && ro)
    r = fsconfig (fs, FSCONFIG_SET_FLAG, "ro", NULL, 0);
  for (const char *const *p = m->fs->mount_options; p && *p && r == 0; p++)
    if (!mentions (o, *p))
      r = set_option (fs, failed = *p);
  const char *kind = m->fs->kind_option ? m->fs->kind_option (m->device) : NULL;
  if (r == 0 && kind && !mentions (o, kind))
    r = set_option (fs, failed = kind);
  if (r == 0 && m->subvol)
    r = fsconfig (fs, FSCONFIG_SET_STRING, failed = "subvol", m->subvol, 0);
  for (size_t i = 0; i < o->sb.len && r == 0; i++)
    r = set_option (fs, failed = o->sb.v[i]);
  if (r == 0 && extra && !mentions (o, extra))
    r = set_option (fs, failed = extra);
  if (r == 0) {
    failed = NULL;
    r = fsconfig (fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
  }

  unsigned attr = o->attr | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (ro ? MOUNT_ATTR_RDONLY : 0);
  int mnt = r == 0 ? fsmount (fs, FSMOUNT_CLOEXEC, attr) : -1;
  if (mnt == -1) {
    int e = errno;
    if (failed && e == EINVAL)
      gk_buf_appendf (log, "bad option ‘%s’", failed);
    append_log (fs, log);
    errno = e;
  }
  return mnt;
}

static bool
device_is_readonly (const char *device)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  int ro = 0;
  return fd != -1 && ioctl (fd, BLKROGET, &ro) == 0 && ro;
}

/* Read-only; a filesystem that is mounted for writing elsewhere has it that
 * way, or not at all. */
int
gk_kernel_mount_hidden (const char *device, const char *subvol, const struct gk_fs *fs,
                        const char *type, bool writable)
{
  const struct gk_mount_options none = GK_MOUNT_OPTIONS_INIT;
  const struct gk_mount_request m = {
    .device = device, .subvol = subvol, .type = type, .fs = fs, .options = &none, .target_fd = -1
  };
  _cleanup_gk_buf_ struct gk_buf log = GK_BUF_INIT;

  if (writable)
    return attempt (&m, false, NULL, &log);
  int mnt = attempt (&m, true, fs->no_replay, &log);
  return mnt == -1 && errno == EBUSY ? attempt (&m, false, NULL, &log) : mnt;
}

int
gk_kernel_mount (const struct gk_mount_request *m, char **ret_detail)
{
  _cleanup_gk_buf_ struct gk_buf log = GK_BUF_INIT;
  bool ro = m->options->ro;
  _cleanup_close_ int mnt = attempt (m, ro, NULL, &log);

  /* A device that cannot be written is mounted read-only unless the caller
   * insists, as mount(8) does; and then a journal that would have to be
   * replayed is left alone. */
  if (mnt == -1 && errno == EACCES)
    errno = EROFS; /* it depends on the filesystem which of the two comes */
  if (mnt == -1 && errno == EROFS && !m->options->rw) {
    if (!ro) {
      gk_buf_clear (&log);
      mnt = attempt (m, true, NULL, &log);
    }
    if (mnt == -1 && m->fs->no_replay && device_is_readonly (m->device)) {
      gk_buf_clear (&log);
      mnt = attempt (m, true, m->fs->no_replay, &log);
    }
  }
  if (mnt != -1 && move_mount (mnt, "", m->target_fd, "",
                               MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0)
    return 0;
  int e = errno;
  *ret_detail = log.size ? gk_buf_finish (&log) : NULL;
  errno = e;
  return -1;
}
