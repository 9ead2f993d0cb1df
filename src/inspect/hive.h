/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: values of a registry hive, by path. */
#ifndef GK_INSPECT_HIVE_H
#define GK_INSPECT_HIVE_H

#include <hivex.h>
#include <stdbool.h>
#include <stdint.h>

/* Capitals in the path need not be right.  NULL: not there, or no hive. */
hive_h *gk_hive_open (const char *path);
void gk_hive_close (hive_h **h);
#define _cleanup_hive_ __attribute__ ((cleanup (gk_hive_close)))

/* The node at names, separated by backslashes; 0: not there. */
hive_node_h gk_hive_node (hive_h *h, const char *path);
/* Malloced; NULL when there is no such string.  key "": the default value. */
char *gk_hive_string (hive_h *h, hive_node_h node, const char *key);
bool gk_hive_dword (hive_h *h, hive_node_h node, const char *key, int32_t *ret_value);

#endif
