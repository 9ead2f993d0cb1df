/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* grub_install: the guest's own program, in the guest. */
#include <errno.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "gk-ops-command.h"
#include "op/ctx.h"

int
gk_command_grub_install (struct gk_ctx *ctx, const char *root, const char *device,
                         struct gk_error *err)
{
  static const char *const places[] = { "/usr/sbin/grub-install", "/sbin/grub-install",
                                        "/usr/sbin/grub2-install", "/sbin/grub2-install" };
  _cleanup_free_ char *output = NULL, *option = gk_asprintf ("--root-directory=%s", root);
  struct stat st;

  if (option == NULL)
    return gk_error_oom (err);
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    if (gk_root_stat (ctx->root_fd, places[i], &st) == -1)
      continue;
    char *argv[] = { (char *)(uintptr_t)places[i], option, (char *)(uintptr_t)device, NULL };
    return gk_command_command (ctx, argv, &output, err);
  }
  return gk_error_set (err, ENOENT, "the guest has no grub-install");
}
