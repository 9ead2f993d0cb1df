/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: how each kind of system is described (see inspect-priv.h for
 * what a report holds).  What cannot be found out is left out. */
#ifndef GK_INSPECT_KINDS_H
#define GK_INSPECT_KINDS_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

void gk_look_linux (struct json_object *report);      /* linux.c */
void gk_look_linux_usr (struct json_object *report);  /* a /usr of its own */
void gk_look_coreos (struct json_object *report);     /* a root without /usr */
void gk_look_coreos_usr (struct json_object *report); /* and its /usr */

bool gk_look_is_ostree (void); /* ostree.c: "deployment", where its system is */
void gk_look_ostree (struct json_object *report);

void gk_look_freebsd (struct json_object *report); /* unix.c */
void gk_look_netbsd (struct json_object *report);
void gk_look_openbsd (struct json_object *report);
void gk_look_hurd (struct json_object *report);
void gk_look_minix (struct json_object *report);
void gk_look_freedos (struct json_object *report);

bool gk_look_is_windows (void); /* windows.c */
void gk_look_windows (struct json_object *report);

/* --- what several of them share --- */

/* release.c: type linux, distro, product_name, major, minor from what the
 * release files below /etc (or, of a /usr, below /lib) say. */
void gk_look_release (struct json_object *report);
void gk_look_os_release (struct json_object *report, const char *path);
/* "12.4" or the first such number in a text. */
void gk_look_version (struct json_object *report, const char *text);

/* arch.c: "arch" of the first of the system's usual programs. */
void gk_look_arch (struct json_object *report);
/* Of one program, a file or how it begins: a constant, or NULL. */
const char *gk_look_file_arch (const char *path);
const char *gk_look_program_arch (const unsigned char *p, size_t n);

/* fstab.c: "fstab" and "md". */
void gk_look_fstab (struct json_object *report);

#endif
