/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: for which processor the program in a packed file was made.
 *
 * A kernel module is one; an initrd is opened with libarchive and the first program in
 * it counts. */
#include "inspect/packed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "inspect/kinds.h"
#include "inspect/read.h"

#define HEAD 4096
#define CPIO_MAGIC "070701"
/* Of members of an initrd that are looked at. */
#define MAX_MEMBERS 20000

int
gk_look_packed_load (struct gk_look_packed *ret, struct gk_error *err)
{
#define SYMBOL(fn) { #fn, &ret->fn },
  const struct gk_symbol symbols[] = { GK_LOOK_PACKED_FUNCTIONS (SYMBOL) };

  return gk_library_load ("libarchive.so.13", "libarchive13", symbols,
                          sizeof symbols / sizeof *symbols, err);
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
archive_arch (const struct gk_look_packed *la, int fd)
{
  const char *arch = NULL;
  struct archive_entry *entry;
  struct archive *a = la->archive_read_new ();

  if (a == NULL)
    return NULL;
  la->archive_read_support_filter_all (a);
  la->archive_read_support_format_cpio (a);
  la->archive_read_support_format_raw (a);
  if (la->archive_read_open_fd (a, fd, 1 << 16) == ARCHIVE_OK)
    for (int i = 0; arch == NULL && i < MAX_MEMBERS; i++) {
      unsigned char head[HEAD];
      if (la->archive_read_next_header (a, &entry) != ARCHIVE_OK)
        break;
      la_ssize_t n = la->archive_read_data (a, head, sizeof head);
      if (n > 0)
        arch = gk_look_program_arch (head, (size_t)n);
    }
  la->archive_read_free (a);
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
packed_arch (const struct gk_look_packed *la, int fd)
{
  const char *arch = NULL;

  for (off_t at = 0; arch == NULL && at >= 0 && lseek (fd, at, SEEK_SET) == at;
       at = behind_cpio (fd, at))
    arch = archive_arch (la, fd);
  return arch;
}

bool
gk_look_is_packed (const char *path)
{
  unsigned char head[HEAD];
  _cleanup_close_ int fd = gk_look_open (path);
  ssize_t n = fd == -1 ? -1 : gk_pread_full (fd, head, sizeof head, 0);

  return n > 0 && looks_packed (head, (size_t)n);
}

const char *
gk_look_packed_arch (const struct gk_look_packed *la, const char *path)
{
  _cleanup_close_ int fd = gk_look_open (path);

  return fd == -1 ? NULL : packed_arch (la, fd);
}
