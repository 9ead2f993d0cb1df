/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Makes the kernel end where it would begin again: preloaded into linux.uml.
 *
 * At a restart (reboot -f in a rescue shell, or whoever has taken it over) the
 * kernel executes itself anew.  Its disks' servers and its connection are spent
 * by then, and it was seen to turn in a circle before its first line.  This is
 * the only call of execvp in it; helpers of its own are started otherwise.
 */
#include <unistd.h>

__attribute__ ((visibility ("default"))) int
execvp (const char *file, char *const argv[])
{
  (void)file;
  (void)argv;
  _exit (0);
}
