/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How far a physical volume is in use. */
#include <errno.h>
#include <json-c/json.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "lvm/lvm-priv.h"
#include "op/ctx.h"

struct segment {
  uint64_t begin, extent, start, size; /* bytes, bytes, extents, extents */
  bool used;
};

static int
take (struct json_object *row, struct segment *s)
{
  s->used = *gk_lvm_field (row, "lv_name") != '\0';
  return gk_parse_u64 (gk_lvm_field (row, "pe_start"), INT64_MAX, &s->begin) == -1 ||
                 gk_parse_u64 (gk_lvm_field (row, "vg_extent_size"), INT64_MAX, &s->extent) == -1 ||
                 gk_parse_u64 (gk_lvm_field (row, "pvseg_start"), UINT32_MAX, &s->start) == -1 ||
                 gk_parse_u64 (gk_lvm_field (row, "pvseg_size"), UINT32_MAX, &s->size) == -1
             ? -1
             : 0;
}

static int
end_of_used (struct json_object *rows, int64_t *ret_bytes)
{
  int64_t most = 0;

  for (size_t i = 0; i < json_object_array_length (rows); i++) {
    struct segment s;
    uint64_t end;
    if (take (json_object_array_get_idx (rows, i), &s) == -1 ||
        __builtin_mul_overflow (s.start + s.size, s.extent, &end) ||
        __builtin_add_overflow (end, s.begin, &end) || end > INT64_MAX)
      return -1;
    if (!s.used)
      end = s.begin;
    most = (int64_t)end > most ? (int64_t)end : most;
  }
  *ret_bytes = most;
  return most > 0 ? 0 : -1;
}

int
gk_lvm_pv_used (struct gk_ctx *ctx, const char *device, int64_t *ret_bytes, struct gk_error *err)
{
  const char *argv[] = {
    "pvs",        "--segments", "--reportformat",
    "json",       "--units",    "b",
    "--nosuffix", "-o",         "pe_start,vg_extent_size,pvseg_start,pvseg_size,lv_name",
    "--",         device,       NULL
  };
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;

  if (gk_lvm_need (ctx, err) == -1 ||
      gk_lvm_runv (ctx, (char *const *)(void *)argv, &out, err) == -1)
    return -1;
  struct json_object *rows = gk_lvm_parse (out.data, out.size, "pvseg", err);
  if (rows == NULL)
    return gk_error_wrap (err, "%s", device);
  int r = end_of_used (rows, ret_bytes);
  json_object_put (rows);
  return r == -1 ? gk_error_set (err, EPROTO, "%s: lvm does not say what of it is in use", device)
                 : 0;
}
