/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The session's one watch on files of the guest. */
#ifndef GK_FILEOPS_INOTIFY_H
#define GK_FILEOPS_INOTIFY_H

struct gk_inotify;

void gk_inotify_free (struct gk_inotify *in); /* NULL is nothing */

#endif
