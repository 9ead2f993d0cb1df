/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A drive: what add_drive takes, and what attaching makes of it. */
#ifndef GK_OP_DRIVE_H
#define GK_OP_DRIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* All strings are owned; NULL where the caller gave nothing. */
struct gk_drive {
  char *filename; /* absolute host path for protocol file; export name or path otherwise */
  char *format;   /* NULL: detect */
  char *protocol; /* "file", "nbd", "https" ...; never NULL */
  char **server;  /* "unix:/path", "tcp:host:port", "host"; or NULL */
  char *username;
  char *secret;
  char *cachemode; /* "writeback" or "unsafe" */
  char *discard;   /* "disable", "enable", "besteffort" */
  char *label;     /* appears as /dev/disk/guestfs/LABEL */
  char *name;      /* the name it had in its guest, a hint for inspection */
  char *iface;
  char *device; /* the virtio device that a launcher has made of it already
                 * ("virtio0"), or NULL: it is to be attached */
  /* How the caller called filename, where that is something else because the file is
   * shown under another name; relative names in its header stand beside it.  Not
   * owned. */
  const char *called;
  int blocksize; /* 0, 512 or 4096 */
  bool readonly; /* no byte of the image may change: writes go to an overlay */
  bool copyonread;
};

/* What an attacher gives back.  The device is known by its numbers only: the
 * mount room makes its node, under its guestfs name, in the private /dev. */
struct gk_attachment {
  const struct gk_attacher *attacher;
  char kernel_name[32]; /* "loop3", "nbd0": its folder in /sys/block */
  dev_t devno;
  uint64_t size;              /* bytes */
  struct gk_extents *extents; /* nbd/extents.h, or NULL: nothing is known */
  void *priv;                 /* the attacher's own */
};

void gk_drive_clear (struct gk_drive *drive);

/* "/dev/vda1" -> "/dev/sda1" by name alone.  Malloced; NULL: out of memory. */
char *gk_device_name_canonical (const char *name);

#endif
