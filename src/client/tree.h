/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Taking a guest tree out of this process's mount namespace. */
#ifndef GK_CLIENT_TREE_H
#define GK_CLIENT_TREE_H

/* Unmount everything at and below dir (absolute, no symlinks), deepest first.
 * What is not mounted is no error.  0, or -1 with errno (EBUSY when a file is
 * open in it; then dir itself is still mounted). */
int gk_tree_unmount (const char *dir);

/* Is something mounted at dir?  1, 0 or -1 with errno. */
int gk_tree_is_mounted (const char *dir);

#endif
