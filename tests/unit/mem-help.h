/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* For tests of files: one that lies in memory, is sparse, and goes with its descriptor. */
#ifndef MEM_HELP_H
#define MEM_HELP_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

static inline int
memfile (void)
{
  int fd = memfd_create ("test", MFD_CLOEXEC);

  assert_return_code (fd, errno);
  return fd;
}

#endif
