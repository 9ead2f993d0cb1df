/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* User-Mode Linux: a kernel that is a process.  Outside: its command line and
 * its console.  Inside: what its first program does before it is the worker. */
#ifndef GK_UML_UML_H
#define GK_UML_UML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strv.h"

struct gk_error;

/* --- outside ---------------------------------------------------------------------- */

/* Where things are in the file tree that the kernel sees as its root. */
#define GK_UML_WORKER "/guestkitd"
#define GK_UML_SOCKETS "/s" /* drive0, drive1 ...: of image servers */
#define GK_UML_MODPROBE "/modprobe"
#define GK_UML_BOOT "/boot.so"  /* helpers/boot-*.c */
#define GK_UML_SHARED "/shared" /* a file that both ends of the connection map */

/* Where the session's folder and the guest's tree are inside. */
#define GK_UML_DIR "/run/guestkit"
#define GK_UML_SYSROOT GK_UML_DIR "/sysroot"

#define GK_UML_SHARED_SIZE (1u << 20)
#define GK_UML_MEMSIZE_MIN 128 /* MiB */
/* Each takes one of the kernel's 64 interrupts; with two more than these there
 * is none left for the serial line. */
#define GK_UML_DRIVES_MAX 40

struct gk_uml_config {
  int memsize;         /* MiB */
  int conn_fd;         /* to the client; inherited by the kernel */
  unsigned n_drives;   /* they become virtio0, virtio1 ... */
  const int *line_fds; /* a connection to each drive's server, inherited as well */
  /* A terminal for a rescue shell, and a line that says when it has come to its end; both
   * inherited, or -1. */
  int rescue_fd, rescued_fd;
};

/* The kernel's command line.  NULL: ENOMEM. */
char **gk_uml_argv (const struct gk_uml_config *config);

/* The end of what the kernel said, for errors. */
struct gk_uml_console {
  char text[16384];
  size_t len;
};
void gk_uml_console_add (struct gk_uml_console *console, const char *text, size_t len);
/* Why it panicked, or the last lines, escaped, with "; " between them.
 * Malloced; NULL: ENOMEM. */
char *gk_uml_console_last (const struct gk_uml_console *console, unsigned lines);

/* Serial lines: the client's, a rescue shell's, that which tells of its end, the drives'. */
#define GK_UML_CONN_LINE 1
#define GK_UML_RESCUE_LINE 2
#define GK_UML_RESCUED_LINE 3
#define GK_UML_DRIVE_LINE 4

/* --- inside ----------------------------------------------------------------------- */

struct gk_uml_world {
  int conn_fd;
  void *shared;
  uint32_t shared_size;
  int rescue_fd, rescued_fd; /* as above, terminals; or -1 */
};

/* As the kernel's first program: mount what programs expect, load the modules
 * that disks need, open the connection; with rescue the lines of the shell, too. */
int gk_uml_enter (bool rescue, struct gk_uml_world *ret, struct gk_error *err);

/* Load a kernel module and those that it needs: by its name or one of its
 * aliases ("fs-vfat").  What is built in or loaded already is fine.  ENOENT
 * when there is none. */
int gk_uml_modprobe (const char *name, struct gk_error *err);

/* Stop the kernel.  Does not return. */
_Noreturn void gk_uml_power_off (void);

#endif
