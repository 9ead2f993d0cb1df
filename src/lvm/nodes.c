/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From volumes that are active to devices of the session, /dev/VG/LV. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "lvm/lvm-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"

/* The volumes that a user may use. */
#define PUBLIC "lv_role=public && lv_active=active"

/* A row that gives no usable number is no device: LVM says -1 for it. */
static int
add_row (struct gk_devices_nodes *nodes, struct json_object *row, struct gk_error *err)
{
  const char *vg = gk_lvm_field (row, "vg_name"), *lv = gk_lvm_field (row, "lv_name");
  struct gk_devices_node *node = &nodes->v[nodes->n];
  uint64_t major_no, minor_no;

  if (gk_parse_u64 (gk_lvm_field (row, "lv_kernel_major"), 4095, &major_no) == -1 ||
      gk_parse_u64 (gk_lvm_field (row, "lv_kernel_minor"), 1048575, &minor_no) == -1 ||
      gk_lvm_check_name ("volume group", vg, NULL) == -1 ||
      gk_lvm_check_name ("logical volume", lv, NULL) == -1)
    return 0;
  _cleanup_free_ char *dm = gk_lvm_dm_name (vg, lv);
  node->path = gk_asprintf ("/dev/%s/%s", vg, lv);
  node->alias = dm ? gk_asprintf ("/dev/mapper/%s", dm) : NULL;
  node->devno = makedev ((unsigned)major_no, (unsigned)minor_no);
  nodes->n++; /* to be cleared, whatever there is of it */
  return node->path && node->alias ? 0 : gk_error_oom (err);
}

int
gk_lvm_sync (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_devices_nodes_ struct gk_devices_nodes nodes = { NULL, 0 };
  int r = 0;

  if (ctx->devices == NULL)
    return 0;
  struct json_object *rows =
      gk_lvm_ask (ctx, "lvs", "vg_name,lv_name,lv_kernel_major,lv_kernel_minor", PUBLIC, NULL, err);
  if (rows == NULL)
    return -1;
  size_t n = json_object_array_length (rows);
  nodes.v = calloc (n + 1, sizeof *nodes.v);
  if (nodes.v == NULL)
    r = gk_error_oom (err);
  for (size_t i = 0; r == 0 && i < n; i++)
    r = add_row (&nodes, json_object_array_get_idx (rows, i), err);
  json_object_put (rows);
  if (r == -1)
    return -1;
  gk_devices_nodes_sort (&nodes);
  return gk_devices_set_nodes (ctx->devices, GK_KIND_LV, nodes.v, nodes.n, err);
}
