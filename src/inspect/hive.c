/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: values of a registry hive, by path. */
#include "inspect/hive.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "inspect/read.h"

hive_h *
gk_hive_open (const char *path)
{
  _cleanup_free_ char *spelled = gk_look_nocase (path);
  /* hivex opens by name and does not look what it opens. */
  _cleanup_close_ int fd = spelled ? gk_look_open (spelled) : -1;

  return fd == -1 ? NULL : hivex_open (spelled, 0);
}

void
gk_hive_close (hive_h **h)
{
  if (*h)
    hivex_close (*h);
}

hive_node_h
gk_hive_node (hive_h *h, const char *path)
{
  hive_node_h node = hivex_root (h);

  while (node && *path) {
    size_t n = strcspn (path, "\\");
    _cleanup_free_ char *name = strndup (path, n);
    node = name ? hivex_node_get_child (h, node, name) : 0;
    path += n + (path[n] == '\\');
  }
  return node;
}

char *
gk_hive_string (hive_h *h, hive_node_h node, const char *key)
{
  hive_value_h value = node ? hivex_node_get_value (h, node, key) : 0;
  hive_type type;
  size_t len;

  if (value == 0 || hivex_value_type (h, value, &type, &len) == -1 ||
      (type != hive_t_string && type != hive_t_expand_string))
    return NULL;
  return hivex_value_string (h, value);
}

bool
gk_hive_dword (hive_h *h, hive_node_h node, const char *key, int32_t *ret_value)
{
  hive_value_h value = node ? hivex_node_get_value (h, node, key) : 0;
  hive_type type;
  size_t len;

  if (value == 0 || hivex_value_type (h, value, &type, &len) == -1 || type != hive_t_dword ||
      len != 4)
    return false;
  *ret_value = hivex_value_dword (h, value);
  return true;
}
