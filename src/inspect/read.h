/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: reading the guest's files by path.  Only regular files are
 * opened, sizes are capped, and what cannot be read is not there. */
#ifndef GK_INSPECT_READ_H
#define GK_INSPECT_READ_H

#include <stdbool.h>
#include <stddef.h>

/* What a person writes is smaller than this. */
#define GK_LOOK_TEXT_MAX (1u << 20)

bool gk_look_is_file (const char *path); /* these two follow symlinks */
bool gk_look_is_dir (const char *path);
bool gk_look_is_there (const char *path); /* anything, dangling symlinks too */
bool gk_look_is_link_to (const char *path, const char *target);

/* Descriptor of a regular file, or -1. */
int gk_look_open (const char *path);
/* Malloced and followed by a NUL, or NULL. */
char *gk_look_text (const char *path, size_t max);
/* The first line, without blanks around it; NULL when the file is empty. */
char *gk_look_line (const char *path);
/* The path as the directories spell it, for guests that do not tell capitals
 * from small letters.  Malloced, or NULL. */
char *gk_look_nocase (const char *path);

/* Lines of a text, one per call, cut out of *text; NULL at the end.  Blanks
 * around a line are taken off. */
char *gk_look_next (char **text);
/* The value of KEY=VALUE, when line is of this key; quotes are taken off in
 * place. */
char *gk_look_value (char *line, const char *key);

#endif
