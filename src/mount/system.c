/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls about the kernel below the session: its log, modules and caches.
 *
 * A kernel that is not the session's own (ctx->load_module is NULL) belongs to
 * others: it is asked, never changed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "gk-ops-mount.h"
#include "mount/devices-priv.h"
#include "op/ctx.h"

/* syslog (2). */
#define READ_ALL 3
#define SIZE_BUFFER 10

int
gk_mount_dmesg (struct gk_ctx *ctx, char **ret_string, struct gk_error *err)
{
  int size = klogctl (SIZE_BUFFER, NULL, 0);
  _cleanup_free_ char *text = size >= 0 ? malloc ((size_t)size + 1) : NULL;

  if (size >= 0 && text == NULL)
    return gk_error_oom (err);
  int n = size >= 0 ? klogctl (READ_ALL, text, size) : -1;
  if (n == -1)
    return gk_error_sys (err, errno, "the log of the kernel");
  text[n] = '\0';
  *ret_string = gk_steal_ptr (text);
  return 0;
}

int
gk_mount_echo_daemon (struct gk_ctx *ctx, char *const *words, char **ret_string,
                      struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  for (size_t i = 0; words[i]; i++)
    if ((i > 0 && gk_buf_append (&text, " ", 1) == -1) || gk_buf_appends (&text, words[i]) == -1)
      return gk_error_oom (err);
  char *s = gk_buf_finish (&text);
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

/* Module names have either kind of dash, folders of /sys/module only one. */
static bool
is_loaded (const char *name)
{
  _cleanup_free_ char *path = gk_asprintf ("/sys/module/%s", name);

  for (char *p = path ? path + strlen ("/sys/module/") : NULL; p && *p; p++)
    if (*p == '-')
      *p = '_';
  return path && access (path, F_OK) == 0;
}

int
gk_mount_modprobe (struct gk_ctx *ctx, const char *modulename, struct gk_error *err)
{
  if (*modulename == '\0' || *modulename == '-' || *modulename == '.' || strchr (modulename, '/'))
    return gk_error_set (err, EINVAL, "%s: is not the name of a module", modulename);
  if (is_loaded (modulename))
    return 0;
  if (ctx->load_module == NULL)
    return gk_error_set (err, EPERM,
                         "%s: is not loaded, and nothing is loaded into the host's kernel for a "
                         "guest",
                         modulename);
  return ctx->load_module (modulename, err);
}

/* On the host's kernel only what it keeps of this session's disks. */
int
gk_mount_drop_caches (struct gk_ctx *ctx, int whattodrop, struct gk_error *err)
{
  if (whattodrop < 0 || whattodrop > 3)
    return gk_error_set (err, EINVAL, "%d: is not from 0 to 3", whattodrop);
  if (whattodrop == 0)
    return 0;
  if (ctx->load_module == NULL) {
    for (size_t i = 0; i < ctx->devices->n_disks; i++)
      if (gk_mount_blockdev_flushbufs (ctx, ctx->devices->disks[i].whole.path, err) == -1)
        return -1;
    return 0;
  }
  const char digit = (char)('0' + whattodrop);
  _cleanup_close_ int fd = open ("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
  sync ();
  if (fd == -1 || gk_write_full (fd, &digit, 1) == -1)
    return gk_error_sys (err, errno, "/proc/sys/vm/drop_caches");
  return 0;
}
