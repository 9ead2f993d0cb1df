/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The headers of a pax archive (POSIX 1003.1, pax Interchange Format): a
 * ustar block, and before it, when something does not fit or has no field
 * there, a block of records.
 *
 * libarchive's own writer is not used: it has no record for SELinux labels
 * that GNU tar reads, and takes names for text in the locale's encoding, where
 * here they are bytes, as GNU tar has them.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "archive/archive-priv.h"

/* Offsets and sizes of the fields, from the standard. */
struct field {
  size_t at, size;
};
static const struct field NAME = { 0, 100 }, MODE = { 100, 8 }, UID = { 108, 8 }, GID = { 116, 8 },
                          SIZE = { 124, 12 }, MTIME = { 136, 12 }, CHECKSUM = { 148, 8 },
                          TYPE = { 156, 1 }, LINKNAME = { 157, 100 }, MAGIC = { 257, 8 },
                          DEVMAJOR = { 329, 8 }, DEVMINOR = { 337, 8 };

int
gk_ar_pax_record (struct gk_buf *records, const char *key, const void *value, size_t len)
{
  /* "LENGTH KEY=VALUE\n", where the length counts its own digits. */
  size_t rest = strlen (key) + len + 3, total = rest + 1;
  char digits[24];

  while (total != rest + (size_t)snprintf (digits, sizeof digits, "%zu", total))
    total = rest + strlen (digits);
  if (gk_buf_appendf (records, "%zu %s=", total, key) == -1 ||
      gk_buf_append (records, value, len) == -1)
    return -1;
  return gk_buf_append (records, "\n", 1);
}

static int
number_record (struct gk_buf *records, const char *key, uint64_t n)
{
  char text[24];

  return gk_ar_pax_record (records, key, text,
                           (size_t)snprintf (text, sizeof text, "%llu", (unsigned long long)n));
}

static int
time_record (struct gk_buf *records, const char *key, struct timespec t)
{
  bool negative = t.tv_sec < 0;
  long long sec = t.tv_sec;
  long nsec = t.tv_nsec;
  char text[48];
  int n;

  if (negative) {
    sec = -sec;
    if (nsec > 0) {
      sec--;
      nsec = 1000000000 - nsec;
    }
  }
  n = snprintf (text, sizeof text, "%s%lld.%09ld", negative ? "-" : "", sec, nsec);
  return gk_ar_pax_record (records, key, text, (size_t)n);
}

static void
set_text (char *block, struct field f, const char *text)
{
  memcpy (block + f.at, text, strnlen (text, f.size));
}

/* Octal digits and a NUL; false when it does not fit. */
static bool
set_number (char *block, struct field f, uint64_t n)
{
  size_t digits = f.size - 1;
  bool fits = n >> (3 * digits) == 0;

  if (!fits)
    n = 0;
  for (size_t i = digits; i-- > 0; n >>= 3)
    block[f.at + i] = (char)('0' + (n & 7));
  return fits;
}

static void
seal (char *block)
{
  unsigned sum = 0;

  memcpy (block + MAGIC.at, "ustar\00000", 8);
  memset (block + CHECKSUM.at, ' ', CHECKSUM.size);
  for (size_t i = 0; i < GK_AR_RECORD; i++)
    sum += (unsigned char)block[i];
  snprintf (block + CHECKSUM.at, 7, "%06o", sum);
}

static char
type_letter (const struct gk_ar_member *m)
{
  if (m->hardlink)
    return '1';
  switch (m->st.st_mode & S_IFMT) {
  case S_IFLNK:
    return '2';
  case S_IFCHR:
    return '3';
  case S_IFBLK:
    return '4';
  case S_IFDIR:
    return '5';
  case S_IFIFO:
    return '6';
  default:
    return '0';
  }
}

/* The block of the member itself; what does not fit becomes records. */
static int
member_block (struct gk_ar_member *m, char *block)
{
  const char *link = m->hardlink ? m->hardlink : m->symlink;
  const struct timespec mtime = m->st.st_mtim;
  int r = 0;

  set_text (block, NAME, m->sparse_name ? m->sparse_name : m->name);
  if (!m->sparse_name && strlen (m->name) > NAME.size)
    r |= gk_ar_pax_record (&m->records, "path", m->name, strlen (m->name));
  if (link) {
    set_text (block, LINKNAME, link);
    if (strlen (link) > LINKNAME.size)
      r |= gk_ar_pax_record (&m->records, "linkpath", link, strlen (link));
  }
  set_number (block, MODE, m->st.st_mode & 07777);
  if (!set_number (block, UID, m->st.st_uid))
    r |= number_record (&m->records, "uid", m->st.st_uid);
  if (!set_number (block, GID, m->st.st_gid))
    r |= number_record (&m->records, "gid", m->st.st_gid);
  if (!set_number (block, SIZE, m->size))
    r |= number_record (&m->records, "size", m->size);
  if (!set_number (block, MTIME, mtime.tv_sec < 0 ? 0 : (uint64_t)mtime.tv_sec) ||
      mtime.tv_sec < 0 || mtime.tv_nsec != 0)
    r |= time_record (&m->records, "mtime", mtime);
  if (S_ISCHR (m->st.st_mode) || S_ISBLK (m->st.st_mode)) {
    set_number (block, DEVMAJOR, major (m->st.st_rdev));
    set_number (block, DEVMINOR, minor (m->st.st_rdev));
  }
  block[TYPE.at] = type_letter (m);
  seal (block);
  return r;
}

static int
pad (struct gk_buf *out)
{
  static const char zeros[GK_AR_RECORD];

  return gk_buf_append (out, zeros, (GK_AR_RECORD - out->size % GK_AR_RECORD) % GK_AR_RECORD);
}

int
gk_ar_pax_header (struct gk_ar_member *m, struct gk_buf *out)
{
  char own[GK_AR_RECORD] = "", extra[GK_AR_RECORD] = "";
  const char *base = strrchr (m->name, '/');

  if (member_block (m, own) != 0)
    return -1;
  if (m->records.size > 0) {
    char name[101];

    /* Readers that know nothing of pax make a file of this name. */
    snprintf (name, sizeof name, "./PaxHeaders/%s", base && base[1] ? base + 1 : "dir");
    set_text (extra, NAME, name);
    set_number (extra, MODE, 0644);
    set_number (extra, UID, 0);
    set_number (extra, GID, 0);
    set_number (extra, SIZE, m->records.size);
    set_number (extra, MTIME, m->st.st_mtim.tv_sec < 0 ? 0 : (uint64_t)m->st.st_mtim.tv_sec);
    extra[TYPE.at] = 'x';
    seal (extra);
    if (gk_buf_append (out, extra, sizeof extra) == -1 ||
        gk_buf_append (out, m->records.data, m->records.size) == -1 || pad (out) == -1)
      return -1;
  }
  return gk_buf_append (out, own, sizeof own);
}

/* GNU's sparse format 1.0: the map is the first thing in the data, and the
 * records say what it is. */
int
gk_ar_pax_sparse (struct gk_ar_member *m, const struct gk_ar_extent *extents, size_t n,
                  struct gk_buf *map)
{
  const char *base = strrchr (m->name, '/');

  if (gk_buf_appendf (map, "%zu\n", n) == -1)
    return -1;
  m->size = 0;
  for (size_t i = 0; i < n; i++) {
    if (gk_buf_appendf (map, "%lld\n%lld\n", (long long)extents[i].at,
                        (long long)extents[i].length) == -1)
      return -1;
    m->size += (uint64_t)extents[i].length;
  }
  if (pad (map) == -1)
    return -1;
  m->size += map->size;
  snprintf (m->sparse_name_buf, sizeof m->sparse_name_buf, "./GNUSparseFile.0/%s",
            base ? base + 1 : m->name);
  m->sparse_name = m->sparse_name_buf;
  if (gk_ar_pax_record (&m->records, "GNU.sparse.major", "1", 1) == -1 ||
      gk_ar_pax_record (&m->records, "GNU.sparse.minor", "0", 1) == -1 ||
      gk_ar_pax_record (&m->records, "GNU.sparse.name", m->name, strlen (m->name)) == -1)
    return -1;
  return number_record (&m->records, "GNU.sparse.realsize", (uint64_t)m->st.st_size);
}
