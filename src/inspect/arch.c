/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: for which processor a program was made.
 *
 * Sources: the ELF headers of elf(5), the PE and COFF headers of Microsoft's
 * specification. */
#include <elf.h>
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/read.h"

#define HEAD 4096

static uint16_t
get16 (const unsigned char *p, bool big)
{
  return (uint16_t)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static const struct {
  uint16_t machine;
  int bits, big; /* 0 bits: any; big -1: any */
  const char *arch;
} elf_archs[] = {
  { EM_386, 0, -1, "i386" },        { EM_X86_64, 0, -1, "x86_64" },
  { EM_AARCH64, 0, -1, "aarch64" }, { EM_ARM, 0, -1, "arm" },
  { EM_IA_64, 0, -1, "ia64" },      { EM_PPC, 0, -1, "ppc" },
  { EM_PPC64, 0, 1, "ppc64" },      { EM_PPC64, 0, 0, "ppc64le" },
  { EM_RISCV, 32, -1, "riscv32" },  { EM_RISCV, 64, -1, "riscv64" },
  { EM_S390, 32, -1, "s390" },      { EM_S390, 64, -1, "s390x" },
  { EM_SPARC, 0, -1, "sparc" },     { EM_SPARC32PLUS, 0, -1, "sparc" },
  { EM_SPARCV9, 0, -1, "sparc64" }, { 258 /* LoongArch */, 64, -1, "loongarch64" },
};

static const char *
elf_arch (const unsigned char *p, size_t n)
{
  if (n < 20 || memcmp (p, ELFMAG, SELFMAG) != 0)
    return NULL;
  bool big = p[EI_DATA] == ELFDATA2MSB;
  int bits = p[EI_CLASS] == ELFCLASS64 ? 64 : 32;
  uint16_t machine = get16 (p + 18, big);

  for (size_t i = 0; i < sizeof elf_archs / sizeof elf_archs[0]; i++)
    if (elf_archs[i].machine == machine && (elf_archs[i].bits == 0 || elf_archs[i].bits == bits) &&
        (elf_archs[i].big == -1 || elf_archs[i].big == big))
      return elf_archs[i].arch;
  return NULL;
}

static const char *
pe_arch (const unsigned char *p, size_t n)
{
  uint32_t at;

  if (n < 64 || p[0] != 'M' || p[1] != 'Z')
    return NULL;
  memcpy (&at, p + 60, sizeof at);
  at = le32toh (at);
  if (at > n - 6 || memcmp (p + at, "PE\0\0", 4) != 0)
    return NULL;
  switch (get16 (p + at + 4, false)) {
  case 0x14c:
    return "i386";
  case 0x8664:
    return "x86_64";
  case 0xaa64:
    return "aarch64";
  case 0x1c4:
    return "arm";
  }
  return NULL;
}

const char *
gk_look_program_arch (const unsigned char *p, size_t n)
{
  const char *arch = elf_arch (p, n);
  return arch ? arch : pe_arch (p, n);
}

const char *
gk_look_file_arch (const char *path)
{
  unsigned char head[HEAD];
  _cleanup_close_ int fd = gk_look_open (path);
  ssize_t n = fd == -1 ? -1 : gk_pread_full (fd, head, sizeof head, 0);

  return n <= 0 ? NULL : gk_look_program_arch (head, (size_t)n);
}

void
gk_look_arch (struct json_object *report)
{
  static const char *const programs[] = { "/bin/bash",  "/bin/ls",
                                          "/bin/echo",  "/bin/rm",
                                          "/bin/sh",    "/usr/bin/bash",
                                          "/sbin/init", "/lib/systemd/systemd" };

  for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
    const char *arch = gk_look_file_arch (programs[i]);
    if (arch) {
      gk_json_add_str (report, "arch", arch);
      return;
    }
  }
}
