/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Looks into a disk image, read-only: lists its filesystems and prints the
 * os-release of the guest that is on the device which the caller names.
 *
 *   cc show-guest.c $(pkg-config --cflags --libs guestkit) -o show-guest
 *   ./show-guest disk.qcow2 /dev/sda2
 *
 * The API is that of libguestfs: with `pkg-config libguestfs` the same file
 * makes a program for libguestfs.
 */

#include <stdio.h>
#include <stdlib.h>
#include <guestfs.h>

int
main (int argc, char *argv[])
{
  if (argc != 3) {
    fprintf (stderr, "usage: %s IMAGE DEVICE\n", argv[0]);
    exit (2);
  }

  /* Errors are printed by the handle's default error handler. */
  guestfs_h *g = guestfs_create ();
  if (g == NULL) {
    perror ("guestfs_create");
    exit (1);
  }

  /* A read-only drive: no byte of the image will change. */
  if (guestfs_add_drive_opts (g, argv[1], GUESTFS_ADD_DRIVE_OPTS_READONLY, 1, -1) == -1)
    exit (1);
  if (guestfs_launch (g) == -1)
    exit (1);

  /* Devices and what is on them, in turn. */
  char **filesystems = guestfs_list_filesystems (g);
  if (filesystems == NULL)
    exit (1);
  for (size_t i = 0; filesystems[i] != NULL; i += 2) {
    printf ("%s: %s\n", filesystems[i], filesystems[i + 1]);
    free (filesystems[i]);
    free (filesystems[i + 1]);
  }
  free (filesystems);

  if (guestfs_mount_ro (g, argv[2], "/") == -1)
    exit (1);
  char *text = guestfs_cat (g, "/etc/os-release");
  if (text == NULL)
    exit (1);
  fputs (text, stdout);
  free (text);

  guestfs_close (g);
  exit (0);
}
