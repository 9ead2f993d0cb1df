/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sizes of what stands on each other: the requests of `guestkit resize` that are no
 * calls of the tables.  Each is a word; devices become canonical here, as those of calls. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "fs/fs.h"
#include "luks/luks.h"
#include "lvm/lvm.h"
#include "mount/devices.h"
#include "part/room.h"
#include "worker/session-priv.h"

struct request {
  const char *device;
  int number;
  int64_t bytes;
};

static int
filesystem_size (struct gk_ctx *ctx, const struct request *rq, int64_t *ret, struct gk_error *err)
{
  uint64_t bytes;

  if (gk_fs_size (rq->device, &bytes, err) == -1)
    return -1;
  *ret = bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes;
  return 0;
}

static int
part_room (struct gk_ctx *ctx, const struct request *rq, int64_t *ret, struct gk_error *err)
{
  return gk_part_room (ctx, rq->device, rq->number, rq->bytes, ret, err);
}

static int
part_set_size (struct gk_ctx *ctx, const struct request *rq, int64_t *ret, struct gk_error *err)
{
  *ret = 0;
  return gk_part_set_size (ctx, rq->device, rq->number, rq->bytes, err);
}

static int
pv_used (struct gk_ctx *ctx, const struct request *rq, int64_t *ret, struct gk_error *err)
{
  return gk_lvm_pv_used (ctx, rq->device, ret, err);
}

static int
luks_resize (struct gk_ctx *ctx, const struct request *rq, int64_t *ret, struct gk_error *err)
{
  *ret = 0;
  return gk_luks_resize (ctx, rq->device, rq->bytes, err);
}

static int
filesystem_grow (struct gk_ctx *ctx, const struct request *rq, int64_t *ret, struct gk_error *err)
{
  *ret = 0;
  return gk_fs_grow (ctx, rq->device, err);
}

static const struct {
  const char *word;
  int (*fn) (struct gk_ctx *ctx, const struct request *rq, int64_t *ret, struct gk_error *err);
} requests[] = {
  { "filesystem-size", filesystem_size },
  { "part-room", part_room },
  { "pv-used", pv_used },
  { "part-set-size", part_set_size },
  { "luks-resize", luks_resize },
  { "filesystem-grow", filesystem_grow },
};

int
gk_session_size (struct gk_ctx *ctx, const char *text, int64_t *ret_value, struct gk_error *err)
{
  _cleanup_free_ char *device = NULL;
  struct request rq = { .number = 0 };
  char word[32];
  int at = 0;

  if (sscanf (text, "%31s %d %" SCNd64 " %n", word, &rq.number, &rq.bytes, &at) != 3 || at == 0)
    return gk_error_set (err, EPROTO, "a request about sizes cannot be read");
  if (gk_devices_resolve (ctx->devices, text + at, &device, err) == -1)
    return -1;
  rq.device = device;
  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
    if (gk_streq (requests[i].word, word))
      return requests[i].fn (ctx, &rq, ret_value, err);
  return gk_error_set (err, EPROTO, "%s: is no request about sizes", word);
}
