/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The numbers of devices that calls show.
 *
 * What the kernel gives a disk differs from session to session: a loop device, an
 * nbd, a virtio disk.  Programs that compare two guests compare these numbers too,
 * so a disk and its partitions have those of the SCSI disk that they are named
 * after (/dev/sda2 is 8:2), and filesystems without a device are numbered in the
 * order in which they are met.
 *
 * Source of the numbers: Linux, Documentation/admin-guide/devices.txt. */
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "mount/devices-priv.h"
#include "op/ctx.h"

#define PER_DISK 16  /* minors: the disk and its partitions */
#define PER_MAJOR 16 /* disks */
#define SCSI_DISKS 256
#define EXTENDED_MAJOR 259 /* for what has no place there */
#define FIRST_ANONYMOUS 32
#define MAX_ANONYMOUS 1024

static dev_t
scsi_number (unsigned disk, unsigned partition)
{
  static const unsigned char majors[] = { 8,   65,  66,  67,  68,  69,  70,  71,
                                          128, 129, 130, 131, 132, 133, 134, 135 };

  if (disk >= SCSI_DISKS || partition >= PER_DISK)
    return makedev (EXTENDED_MAJOR, (disk & 0xfff) << 8 | (partition & 0xff));
  return makedev (majors[disk / PER_MAJOR], disk % PER_MAJOR * PER_DISK + partition);
}

static bool
find_disk (const struct gk_devices *d, dev_t devno, dev_t *ret_shown)
{
  for (size_t i = 0; i < d->n_disks; i++) {
    const struct gk_disk *disk = &d->disks[i];
    if (disk->whole.devno == devno) {
      *ret_shown = scsi_number ((unsigned)i, 0);
      return true;
    }
    for (size_t j = 0; j < disk->n_parts; j++)
      if (disk->parts[j].devno == devno) {
        *ret_shown = scsi_number ((unsigned)i, (unsigned)disk->parts[j].partnum);
        return true;
      }
  }
  return false;
}

static dev_t
anonymous_number (struct gk_devices *d, dev_t devno)
{
  size_t i = 0;

  while (i < d->n_anonymous && d->anonymous[i] != devno)
    i++;
  if (i == d->n_anonymous) {
    dev_t *more = i < MAX_ANONYMOUS ? realloc (d->anonymous, (i + 1) * sizeof *more) : NULL;
    if (more == NULL)
      return devno;
    d->anonymous = more;
    d->anonymous[d->n_anonymous++] = devno;
  }
  return makedev (0, FIRST_ANONYMOUS + (unsigned)i);
}

dev_t
gk_devices_shown_number (struct gk_devices *d, dev_t devno)
{
  dev_t shown;

  if (major (devno) == 0)
    return anonymous_number (d, devno);
  return find_disk (d, devno, &shown) ? shown : devno;
}
