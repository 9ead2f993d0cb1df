/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Keys that Clevis keeps: sealed in the header of the device, opened with what
 * its pin asks, for instance Tang servers on the network.
 *
 * Why it is safe: which pin is asked, and where, is for the header to say, so
 * that without set_network the tool has a network of its own with nothing in
 * it.  The key comes by pipe and is used like any other.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "exec/exec.h"
#include "gk-ops-luks.h"
#include "luks/luks-priv.h"
#include "op/ctx.h"
#include "op/task.h"

#define KEY_MAX 4096
/* A server that does not answer must not hold the session for ever. */
#define PATIENCE_MS 60000

/* cryptsetup, which the tool runs, keeps its locks in /run. */
static const char *
enter (const void *opaque)
{
  const struct gk_ctx *ctx = opaque;

  return ctx->note ? gk_exec_enter_own_run (ctx->network) : NULL;
}

static void
wipe (struct gk_buf *key)
{
  if (key->data)
    explicit_bzero (key->data, key->size);
  gk_buf_clear (key);
}

/* The key in a slot; 1, 0 when there is none to be had, or -1. */
static int
unseal (struct gk_ctx *ctx, const char *device, int slot, struct gk_buf *ret_key,
        struct gk_error *err)
{
  const struct gk_exec_inside alone = { .clone_flags = (ctx->network ? 0 : CLONE_NEWNET) |
                                                       (ctx->note ? CLONE_NEWNS : 0),
                                        .enter = enter,
                                        .opaque = ctx };
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  char number[16];

  snprintf (number, sizeof number, "%d", slot);
  const char *const argv[] = { "clevis", "luks", "pass", "-d", device, "-s", number, NULL };
  struct gk_exec x = GK_EXEC_INIT;
  x.argv = argv;
  x.task = ctx->task;
  x.timeout_ms = PATIENCE_MS;
  x.max_output = KEY_MAX;
  x.inside = &alone;
  if (gk_exec_run (&x, &result, err) == -1)
    return -1;
  if (result.status != 0 || result.out.size == 0) {
    wipe (&result.out);
    return 0;
  }
  *ret_key = result.out;
  result.out = (struct gk_buf)GK_BUF_INIT;
  return 1;
}

/* In LUKS2 a token says which slot is Clevis's; LUKS1 has no such place that
 * the library knows of. */
static bool
is_candidate (struct gk_luks *l, int slot)
{
  const char *type = NULL;
  crypt_keyslot_info info = l->lib.crypt_keyslot_status (l->cd, slot);

  if (info != CRYPT_SLOT_ACTIVE && info != CRYPT_SLOT_ACTIVE_LAST)
    return false;
  if (!gk_streq (l->lib.crypt_get_type (l->cd), CRYPT_LUKS2))
    return true;
  for (int token = 0; token < l->lib.crypt_token_max (CRYPT_LUKS2); token++)
    if (l->lib.crypt_token_status (l->cd, token, &type) != CRYPT_TOKEN_INACTIVE && type &&
        gk_streq (type, "clevis") && l->lib.crypt_token_is_assigned (l->cd, token, slot) == 0)
      return true;
  return false;
}

static int
try_slot (struct gk_ctx *ctx, const char *device, const char *mapname, int slot,
          struct gk_error *err)
{
  struct gk_buf key = GK_BUF_INIT;

  int r = unseal (ctx, device, slot, &key, err);
  if (r == 1 && memchr (key.data, '\0', key.size))
    r = 0;
  if (r == 1 && gk_luks_open (ctx, device, key.data, mapname, err) == -1)
    r = -1;
  wipe (&key);
  return r;
}

int
gk_luks_clevis_luks_unlock (struct gk_ctx *ctx, const char *device, const char *mapname,
                            struct gk_error *err)
{
  _cleanup_luks_ struct gk_luks l = GK_LUKS_INIT;
  bool any = false;
  int r = 0;

  _cleanup_free_ char *tool = gk_exec_find ("clevis-luks-pass");
  if (tool == NULL)
    return gk_error_set (err, ENOTSUP, "clevis is not installed (Debian: the package clevis-luks)");
  if (gk_luks_load (&l, device, CRYPT_LUKS, err) == -1)
    return -1;
  for (int slot = 0; r == 0 && slot < l.lib.crypt_keyslot_max (l.lib.crypt_get_type (l.cd)); slot++)
    if (is_candidate (&l, slot)) {
      any = true;
      r = try_slot (ctx, device, mapname, slot, err);
    }
  if (r == 0 && !any)
    return gk_error_set (err, ENOENT, "%s: is not bound to Clevis", device);
  if (r == 0)
    return gk_error_set (err, EPERM, "%s: Clevis gets no key%s", device,
                         ctx->network ? "" : " (set_network allows it to ask on the network)");
  return r == 1 ? 0 : -1;
}
