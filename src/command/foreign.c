/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which processor a program is for, when this one does not run it. */
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "command/command-priv.h"

static const struct {
  uint16_t machine;
  const char *name;
} machines[] = {
  { EM_386, "i386" },    { EM_X86_64, "x86_64" }, { EM_AARCH64, "aarch64" },
  { EM_ARM, "arm" },     { EM_PPC, "ppc" },       { EM_PPC64, "ppc64" },
  { EM_RISCV, "riscv" }, { EM_S390, "s390x" },    { EM_SPARCV9, "sparc64" },
  { EM_MIPS, "mips" },   { EM_IA_64, "ia64" },    { 258, "loongarch" },
};

const char *
gk_command_machine (int root_fd, const char *path)
{
  _cleanup_close_ int fd = gk_root_open (root_fd, path, O_RDONLY, 0);
  unsigned char head[20];

  if (fd == -1)
    return NULL;
  if (gk_read_full (fd, head, sizeof head) < (ssize_t)sizeof head ||
      memcmp (head, ELFMAG, SELFMAG) != 0)
    return "";
  uint16_t machine = (uint16_t)(head[EI_DATA] == ELFDATA2MSB ? head[18] << 8 | head[19]
                                                             : head[19] << 8 | head[18]);
  for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
    if (machines[i].machine == machine)
      return machines[i].name;
  return "another processor";
}
