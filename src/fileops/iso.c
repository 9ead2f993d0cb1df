/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* isoinfo, isoinfo_device: the primary volume descriptor of ISO 9660, the sixteenth
 * sector.  All of it is fixed fields, so it is read here and not by a tool. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

#define SECTOR 2048
#define DESCRIPTOR (16 * SECTOR)

/* Numbers are there in both byte orders; the little-endian one comes first. */
static uint32_t
number (const unsigned char *p, int bytes)
{
  uint32_t n = 0;

  for (int i = bytes - 1; i >= 0; i--)
    n = n << 8 | p[i];
  return n;
}

/* Filled up with blanks; what is not text is not shown to be. */
static char *
text (const unsigned char *p, size_t size)
{
  while (size > 0 && (p[size - 1] == ' ' || p[size - 1] == '\0'))
    size--;
  return strndup ((const char *)p, size);
}

/* Sixteen digits of date and time to the hundredth, and quarters of an hour from
 * Greenwich; -1 when it is not given. */
static int64_t
when (const unsigned char *p)
{
  static const struct {
    int at, digits;
  } parts[] = { { 0, 4 }, { 4, 2 }, { 6, 2 }, { 8, 2 }, { 10, 2 }, { 12, 2 } };
  int v[6] = { 0 };
  bool any = false;

  for (int i = 0; i < 6; i++)
    for (int d = 0; d < parts[i].digits; d++) {
      unsigned char c = p[parts[i].at + d];

      if (c < '0' || c > '9')
        return -1;
      v[i] = v[i] * 10 + (c - '0');
      any |= c != '0';
    }
  if (!any)
    return -1;
  struct tm tm = { .tm_year = v[0] - 1900,
                   .tm_mon = v[1] - 1,
                   .tm_mday = v[2],
                   .tm_hour = v[3],
                   .tm_min = v[4],
                   .tm_sec = v[5] };
  return timegm (&tm) - (int64_t)(signed char)p[16] * 15 * 60;
}

static int
describe (int fd, const char *name, struct guestfs_isoinfo *ret_struct, struct gk_error *err)
{
  unsigned char d[SECTOR];
  ssize_t n = gk_pread_full (fd, d, sizeof d, DESCRIPTOR);

  if (n == -1)
    return gk_fo_fail (err, errno, "read", name);
  if (n < (ssize_t)sizeof d || memcmp (d + 1, "CD001", 5) != 0)
    return gk_error_set (err, EINVAL, "%s: not an ISO file or CD-ROM", name);
  struct guestfs_isoinfo r = {
    .iso_system_id = text (d + 8, 32),
    .iso_volume_id = text (d + 40, 32),
    .iso_volume_space_size = number (d + 80, 4),
    .iso_volume_set_size = number (d + 120, 2),
    .iso_volume_sequence_number = number (d + 124, 2),
    .iso_logical_block_size = number (d + 128, 2),
    .iso_volume_set_id = text (d + 190, 128),
    .iso_publisher_id = text (d + 318, 128),
    .iso_data_preparer_id = text (d + 446, 128),
    .iso_application_id = text (d + 574, 128),
    .iso_copyright_file_id = text (d + 702, 37),
    .iso_abstract_file_id = text (d + 739, 37),
    .iso_bibliographic_file_id = text (d + 776, 37),
    .iso_volume_creation_t = when (d + 813),
    .iso_volume_modification_t = when (d + 830),
    .iso_volume_expiration_t = when (d + 847),
    .iso_volume_effective_t = when (d + 864),
  };
  char *const texts[] = {
    r.iso_system_id,         r.iso_volume_id,        r.iso_volume_set_id,
    r.iso_publisher_id,      r.iso_data_preparer_id, r.iso_application_id,
    r.iso_copyright_file_id, r.iso_abstract_file_id, r.iso_bibliographic_file_id
  };
  bool all = true;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    all &= texts[i] != NULL;
  if (!all) {
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
      free (texts[i]);
    return gk_error_oom (err);
  }
  *ret_struct = r;
  return 0;
}

int
gk_fileops_isoinfo (struct gk_ctx *ctx, const char *isofile, struct guestfs_isoinfo *ret_struct,
                    struct gk_error *err)
{
  _cleanup_close_ int fd = gk_fo_open_file (ctx, isofile, O_RDONLY, "open", err);

  return fd == -1 ? -1 : describe (fd, isofile, ret_struct, err);
}

int
gk_fileops_isoinfo_device (struct gk_ctx *ctx, const char *device,
                           struct guestfs_isoinfo *ret_struct, struct gk_error *err)
{
  uint64_t size;
  _cleanup_close_ int fd = gk_fo_open_device (device, O_RDONLY, &size, err);

  return fd == -1 ? -1 : describe (fd, device, ret_struct, err);
}
