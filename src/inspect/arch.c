/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: for which processor a program was made.
 *
 * Sources: the ELF headers of elf(5), the PE and COFF headers of Microsoft's
 * specification.  An initrd is opened with libarchive and the first program in
 * it counts. */
#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/read.h"

#define HEAD 4096
#define CPIO_MAGIC "070701"
/* Of members of an initrd that are looked at. */
#define MAX_MEMBERS 20000

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

static const char *
program_arch (const unsigned char *p, size_t n)
{
  const char *arch = elf_arch (p, n);
  return arch ? arch : pe_arch (p, n);
}

static bool
looks_packed (const unsigned char *p, size_t n)
{
  static const struct {
    const char *magic;
    size_t size;
  } packed[] = {
    { "\x1f\x8b", 2 },
    { "\x28\xb5\x2f\xfd", 4 },
    { "\xfd"
      "7zXZ",
      5 },
    { "BZh", 3 },
    { "\x5d\x00\x00", 3 },
    { "\x02\x21\x4c\x18", 4 },
    { "\x04\x22\x4d\x18", 4 },
    { CPIO_MAGIC, 6 },
    { "\x89LZO", 4 },
  };

  for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++)
    if (n >= packed[i].size && memcmp (p, packed[i].magic, packed[i].size) == 0)
      return true;
  return false;
}

static const char *
archive_arch (int fd)
{
  const char *arch = NULL;
  struct archive_entry *entry;
  struct archive *a = archive_read_new ();

  if (a == NULL)
    return NULL;
  archive_read_support_filter_all (a);
  archive_read_support_format_cpio (a);
  archive_read_support_format_raw (a);
  if (archive_read_open_fd (a, fd, 1 << 16) == ARCHIVE_OK)
    for (int i = 0; arch == NULL && i < MAX_MEMBERS; i++) {
      unsigned char head[HEAD];
      if (archive_read_next_header (a, &entry) != ARCHIVE_OK)
        break;
      la_ssize_t n = archive_read_data (a, head, sizeof head);
      if (n > 0)
        arch = program_arch (head, (size_t)n);
    }
  archive_read_free (a);
  return arch;
}

static unsigned long
hex_field (const unsigned char *p)
{
  char text[9] = { 0 };

  memcpy (text, p, 8);
  return strtoul (text, NULL, 16);
}

/* Where the bytes behind the unpacked cpio archive at this place begin, or -1. */
static off_t
behind_cpio (int fd, off_t at)
{
  unsigned char head[128], zeros[512];

  for (int i = 0; i < MAX_MEMBERS; i++) {
    if (gk_pread_full (fd, head, sizeof head, at) < 121 || memcmp (head, CPIO_MAGIC, 6) != 0)
      return -1;
    /* cpio(5): a header of 110 bytes, name and data each padded to 4. */
    unsigned long name = hex_field (head + 94), size = hex_field (head + 54);
    bool last = name == 11 && memcmp (head + 110, "TRAILER!!!", 11) == 0;
    at += (off_t)(((110 + name + 3) & ~3ul) + ((size + 3) & ~3ul));
    if (last)
      break;
  }
  for (ssize_t n; (n = gk_pread_full (fd, zeros, sizeof zeros, at)) > 0; at += n)
    for (ssize_t i = 0; i < n; i++)
      if (zeros[i])
        return at + i;
  return -1;
}

/* A kernel module may be packed by itself, an initrd is a packed cpio archive,
 * often after unpacked ones with microcode. */
static const char *
packed_arch (int fd)
{
  const char *arch = NULL;

  for (off_t at = 0; arch == NULL && at >= 0 && lseek (fd, at, SEEK_SET) == at;
       at = behind_cpio (fd, at))
    arch = archive_arch (fd);
  return arch;
}

const char *
gk_look_file_arch (const char *path)
{
  unsigned char head[HEAD];
  _cleanup_close_ int fd = gk_look_open (path);
  ssize_t n = fd == -1 ? -1 : gk_pread_full (fd, head, sizeof head, 0);

  if (n <= 0)
    return NULL;
  const char *arch = program_arch (head, (size_t)n);
  return arch == NULL && looks_packed (head, (size_t)n) ? packed_arch (fd) : arch;
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
