/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Changes one file of a guest: writes a message of the day.
 *
 *   cc set-motd.c $(pkg-config --cflags --libs guestkit) -o set-motd
 *   ./set-motd disk.qcow2 /dev/sda2 'Welcome.'
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <guestfs.h>

int
main (int argc, char *argv[])
{
  if (argc != 4) {
    fprintf (stderr, "usage: %s IMAGE DEVICE TEXT\n", argv[0]);
    exit (2);
  }

  guestfs_h *g = guestfs_create ();
  if (g == NULL) {
    perror ("guestfs_create");
    exit (1);
  }
  if (guestfs_add_drive (g, argv[1]) == -1)
    exit (1);
  if (guestfs_launch (g) == -1)
    exit (1);
  if (guestfs_mount (g, argv[2], "/") == -1)
    exit (1);

  char *old = guestfs_is_file (g, "/etc/motd") == 1 ? guestfs_cat (g, "/etc/motd") : NULL;
  printf ("before: %s", old ? old : "(none)\n");
  free (old);

  char text[512];
  snprintf (text, sizeof text, "%s\n", argv[3]);
  if (guestfs_write (g, "/etc/motd", text, strlen (text)) == -1)
    exit (1);

  /* For a drive that was written to: closing without it would lose the errors
   * of the last writes. */
  if (guestfs_shutdown (g) == -1)
    exit (1);
  guestfs_close (g);
  exit (0);
}
