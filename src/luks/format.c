/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Making encrypted devices, and the keys in their headers. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "fs/wipe.h"
#include "gk-ops-luks.h"
#include "luks/luks-priv.h"
#include "op/ctx.h"

/* cryptsetup's own default, whichever way Debian builds it. */
#define DEFAULT_CIPHER "aes-xts-plain64"

static int
check_slot (const struct gk_luks *l, const char *type, int slot, struct gk_error *err)
{
  int max = l->lib.crypt_keyslot_max (type);

  if (slot >= 0 && slot < max)
    return 0;
  return gk_error_set (err, EINVAL, "key slot %d: there are the slots 0 to %d", slot, max - 1);
}

static int
format (struct gk_ctx *ctx, const char *device, const char *key, int slot, const char *cipher,
        struct gk_error *err)
{
  _cleanup_luks_ struct gk_luks l = GK_LUKS_INIT;
  _cleanup_luks_cipher_ struct gk_luks_cipher c = { NULL, NULL, 0 };
  struct crypt_params_luks2 params = { .sector_size = 0 /* what suits the device */ };

  if (gk_luks_cipher_parse (cipher, &c, err) == -1 || gk_luks_library (&l, device, err) == -1 ||
      check_slot (&l, CRYPT_LUKS2, slot, err) == -1)
    return -1;
  _cleanup_close_ int fd = open (device, O_RDWR | O_EXCL | O_CLOEXEC);
  if (fd == -1 && errno == EBUSY)
    return gk_error_set (err, EBUSY, "%s: is in use: it is mounted, or another device stands on it",
                         device);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  close (gk_steal_fd (&fd));
  /* What was there before must not be found beside the container. */
  _cleanup_fs_wiped_ struct gk_fs_wiped *wiped = NULL;
  if (gk_fs_wipe (device, true, &wiped, err) == -1 || gk_luks_init (&l, device, err) == -1)
    return -1;
  int r = l.lib.crypt_format (l.cd, CRYPT_LUKS2, c.name, c.mode, NULL, NULL, c.key_size, &params);
  if (r < 0) /* of the cipher, for instance, or of the device's size */
    gk_fs_unwipe (device, wiped);
  if (r == 0)
    r = l.lib.crypt_keyslot_add_by_volume_key (l.cd, slot, NULL, 0, key, strlen (key));
  if (r < 0)
    return gk_luks_fail (&l, r, err);
  /* On a whole disk a partition table is gone now, and with it the partitions. */
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}

int
gk_luks_luks_format (struct gk_ctx *ctx, const char *device, const char *key, int slot,
                     struct gk_error *err)
{
  return format (ctx, device, key, slot, DEFAULT_CIPHER, err);
}

int
gk_luks_luks_format_cipher (struct gk_ctx *ctx, const char *device, const char *key, int slot,
                            const char *cipher, struct gk_error *err)
{
  return format (ctx, device, key, slot, cipher, err);
}

int
gk_luks_luks_add_key (struct gk_ctx *ctx, const char *device, const char *key, const char *newkey,
                      int slot, struct gk_error *err)
{
  _cleanup_luks_ struct gk_luks l = GK_LUKS_INIT;

  if (gk_luks_load (&l, device, CRYPT_LUKS, err) == -1 ||
      check_slot (&l, l.lib.crypt_get_type (l.cd), slot, err) == -1)
    return -1;
  int r = l.lib.crypt_keyslot_add_by_passphrase (l.cd, slot, key, strlen (key), newkey,
                                                 strlen (newkey));
  return r < 0 ? gk_luks_fail (&l, r, err) : 0;
}

/* The key must fit another slot: else the last way in could be lost with it. */
int
gk_luks_luks_kill_slot (struct gk_ctx *ctx, const char *device, const char *key, int slot,
                        struct gk_error *err)
{
  _cleanup_luks_ struct gk_luks l = GK_LUKS_INIT;
  int r = -EPERM;

  if (gk_luks_load (&l, device, CRYPT_LUKS, err) == -1 ||
      check_slot (&l, l.lib.crypt_get_type (l.cd), slot, err) == -1)
    return -1;
  crypt_keyslot_info info = l.lib.crypt_keyslot_status (l.cd, slot);
  if (info != CRYPT_SLOT_ACTIVE && info != CRYPT_SLOT_ACTIVE_LAST && info != CRYPT_SLOT_UNBOUND)
    return gk_error_set (err, ENOENT, "%s: key slot %d is not in use", device, slot);
  for (int i = 0; r < 0 && i < l.lib.crypt_keyslot_max (l.lib.crypt_get_type (l.cd)); i++) {
    info = l.lib.crypt_keyslot_status (l.cd, i);
    if (i != slot && (info == CRYPT_SLOT_ACTIVE || info == CRYPT_SLOT_ACTIVE_LAST))
      r = l.lib.crypt_activate_by_passphrase (l.cd, NULL, i, key, strlen (key), 0);
  }
  if (r >= 0)
    r = l.lib.crypt_keyslot_destroy (l.cd, slot);
  return r < 0 ? gk_luks_fail (&l, r, err) : 0;
}

int
gk_luks_luks_uuid (struct gk_ctx *ctx, const char *device, char **ret_uuid, struct gk_error *err)
{
  _cleanup_luks_ struct gk_luks l = GK_LUKS_INIT;

  if (gk_luks_load (&l, device, CRYPT_LUKS, err) == -1)
    return -1;
  const char *uuid = l.lib.crypt_get_uuid (l.cd);
  if (uuid == NULL)
    return gk_error_set (err, ENODATA, "%s: the header has no UUID", device);
  char *copy = strdup (uuid);
  if (copy == NULL)
    return gk_error_oom (err);
  *ret_uuid = copy;
  return 0;
}
