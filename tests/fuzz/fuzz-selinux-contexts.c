/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: selinux base */
/* file_contexts of a guest, and paths that are matched with it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "selinux/contexts.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const paths[] = { "/", "/etc/hostname", "/home/user/.ssh/id",
                                       "/aaaaaaaaaaaa" };
  _cleanup_close_ int fd = memfd_create ("spec", MFD_CLOEXEC);
  _cleanup_contexts_ struct gk_contexts c = { .n = 0 };
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  const char *label;
  char name[32];

  snprintf (name, sizeof name, "/proc/self/fd/%d", fd);
  if (fd == -1 || write (fd, data, size) != (ssize_t)size ||
      gk_contexts_load (&c, name, &err) == -1)
    return 0;
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
    if (gk_contexts_look_up (&c, paths[i], i ? S_IFREG : S_IFDIR, &label, &err) == 0 && label)
      gk_contexts_is_customizable (&c, label);
  return 0;
}
