/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is on a device, for commands that write over it. */
#ifndef CLI_CONTENT_H
#define CLI_CONTENT_H

#include <stdbool.h>

#include "guestfs.h"

struct json_object;

/* A list of objects as guestkit_signatures gives it, each with its device; of a
 * disk also what is in its partitions, when deep.  NULL: said why. */
struct json_object *cli_content (guestfs_h *g, const char *device, bool deep);
/* One of them in words: "ext4 \"root\" UUID"; malloced, or NULL. */
char *cli_content_words (struct json_object *signature);
/* Volumes on what is written over are made inactive; a session makes all active. */
void cli_content_let_go (guestfs_h *g, struct json_object *content);
/* A text of an object, "" when it has none. */
const char *cli_content_text (struct json_object *o, const char *key);

#endif
