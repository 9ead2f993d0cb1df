/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* UUIDs as text. */
#ifndef GK_BASE_UUID_H
#define GK_BASE_UUID_H

#include <stdbool.h>

#define GK_UUID_TEXT 37

/* One made at random (version 4), in lower case.  0, or -1 with errno. */
int gk_uuid_random (char text[GK_UUID_TEXT]);

/* 8-4-4-4-12 hexadecimal digits, and nothing else? */
bool gk_uuid_is_text (const char *text);

#endif
