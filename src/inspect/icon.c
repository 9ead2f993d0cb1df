/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* inspect_get_icon: a file of the guest that is a PNG already.  Nothing is
 * converted: that would be a picture's parser fed by a guest, for a picture. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "gk-ops-inspect.h"
#include "inspect/inspect-priv.h"
#include "op/ctx.h"

#define ICON_MAX (1u << 20)
#define PNG_MAGIC "\x89PNG\r\n\x1a\n"

static const struct {
  const char *distro; /* NULL: any */
  const char *path;
  bool high_quality;
} icons[] = {
  { "fedora", "/usr/share/icons/hicolor/96x96/apps/fedora-logo-icon.png", false },
  { "rhel", "/usr/share/pixmaps/redhat/shadowman-transparent.png", true },
  { "debian", "/usr/share/pixmaps/debian-logo.png", false },
  { "ubuntu", "/usr/share/icons/gnome/24x24/places/ubuntu-logo.png", false },
  { "mageia", "/usr/share/icons/mageia.png", false },
  { "opensuse", "/usr/share/icons/hicolor/48x48/apps/distributor.png", false },
  { "sles", "/usr/share/icons/hicolor/48x48/apps/distributor.png", false },
  { "altlinux", "/usr/share/icons/hicolor/48x48/apps/altlinux.png", false },
  { "voidlinux", "/usr/share/void-artwork/void-logo.png", false },
};

static bool
read_png (const struct gk_ctx *ctx, const char *path, struct gk_buf *png)
{
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, path, O_RDONLY | O_CLOEXEC, 0);

  if (fd == -1 || gk_read_all (fd, ICON_MAX, png) == -1)
    return false;
  return png->size >= sizeof PNG_MAGIC - 1 &&
         memcmp (png->data, PNG_MAGIC, sizeof PNG_MAGIC - 1) == 0;
}

static bool
find_png (const struct gk_ctx *ctx, const char *distro, bool favicon, bool high_quality,
          struct gk_buf *png)
{
  if (favicon && !high_quality && read_png (ctx, "/etc/favicon.png", png))
    return true;
  for (size_t i = 0; distro && i < sizeof icons / sizeof icons[0]; i++) {
    gk_buf_clear (png);
    if (gk_streq (icons[i].distro, distro) && (icons[i].high_quality || !high_quality) &&
        read_png (ctx, icons[i].path, png))
      return true;
  }
  return false;
}

int
gk_inspect_inspect_get_icon (struct gk_ctx *ctx, const char *root,
                             const struct guestfs_inspect_get_icon_argv *opt,
                             struct gk_buf *ret_buf, struct gk_error *err)
{
  bool favicon = !(opt->bitmask & GUESTFS_INSPECT_GET_ICON_FAVICON_BITMASK) || opt->favicon;
  bool high_quality =
      (opt->bitmask & GUESTFS_INSPECT_GET_ICON_HIGHQUALITY_BITMASK) && opt->highquality;
  _cleanup_gk_buf_ struct gk_buf png = GK_BUF_INIT;
  struct json_object *finding = gk_inspect_root (ctx, root, err);

  if (finding == NULL)
    return -1;
  if (!find_png (ctx, gk_json_str (finding, "distro"), favicon, high_quality, &png))
    gk_buf_clear (&png);
  if (png.data == NULL && gk_buf_append (&png, "", 0) == -1)
    return gk_error_oom (err);
  *ret_buf = png;
  png = (struct gk_buf)GK_BUF_INIT;
  return 0;
}
