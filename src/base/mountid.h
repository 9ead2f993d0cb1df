/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which mount it is, told apart from all others that are, were or will be at the
 * same folder: whoever unmounts by the folder's name takes away what is there now,
 * and that may be somebody else's. */
#ifndef GK_BASE_MOUNTID_H
#define GK_BASE_MOUNTID_H

#define GK_MOUNTID_SIZE 64

/* The mount that fd, of any file, is on: a word for journals.  It is asked of the
 * kernel alone, no server of a filesystem has to answer.  0, or -1 with errno. */
int gk_mountid_of (int fd, char id[GK_MOUNTID_SIZE]);

/* The mount whose root is at path.  1; 0: nothing is mounted there; -1 with errno. */
int gk_mountid_at (const char *path, char id[GK_MOUNTID_SIZE]);

/* Unmount, lazily, what is at path if it is the mount id, together with what is mounted
 * in it.  0, also when it is not there; -1 with errno. */
int gk_mountid_detach (const char *path, const char *id);

#endif
