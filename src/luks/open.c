/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Opening and closing encrypted devices. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "fs/fs.h"
#include "gk-ops-luks.h"
#include "luks/luks-priv.h"
#include "mount/devices.h"
#include "mount/dm.h"
#include "op/ctx.h"

#define MAPPER "/dev/mapper/"
#define MAPNAME_MAX 100 /* of the kernel's 127 */
#define OPT(NAME) (GUESTFS_CRYPTSETUP_OPEN_##NAME##_BITMASK)

/* --- names ------------------------------------------------------------------------ */

static int
check_mapname (struct gk_ctx *ctx, const char *mapname, const char *path, struct gk_error *err)
{
  dev_t devno;

  if (*mapname == '\0' || strchr (mapname, '/') || gk_streq (mapname, ".") ||
      gk_streq (mapname, "..") || strlen (mapname) > MAPNAME_MAX)
    return gk_error_set (err, EINVAL, "%s: cannot be the name of a device", mapname);
  if (gk_streq (mapname, "control") || gk_devices_number (ctx->devices, path, &devno) == 0)
    return gk_error_set (err, EEXIST, "%s: device already exists", path);
  return 0;
}

/* The name in the kernel, which other sessions have devices in, too. */
static char *
kernel_name (const char *mapname, struct gk_error *err)
{
  static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  uint32_t random;

  if (getrandom (&random, sizeof random, 0) != sizeof random) {
    gk_error_sys (err, errno, "getrandom");
    return NULL;
  }
  char *name = gk_asprintf ("guestkit-%08x-%s", random, mapname);
  if (name == NULL) {
    gk_error_oom (err);
    return NULL;
  }
  for (char *p = name; *p; p++)
    if (strchr (good, *p) == NULL)
      *p = '_';
  return name;
}

/* The library has made a node under the kernel's name; the session's has the
 * caller's. */
static int
show (struct gk_ctx *ctx, const char *name, const char *path, struct gk_error *err)
{
  struct stat st;
  _cleanup_free_ char *made = gk_asprintf (MAPPER "%s", name);

  if (made == NULL)
    return gk_error_oom (err);
  if (stat (made, &st) == -1)
    return gk_error_sys (err, errno, "%s", path);
  unlink (made);
  return gk_devices_add_node (ctx->devices, path, st.st_rdev, err);
}

/* --- what it is -------------------------------------------------------------------- */

static int
find_type (const char *device, const char *wanted, const char **ret_type, struct gk_error *err)
{
  static const struct {
    const char *word, *superblock, *type;
  } types[] = {
    { "luks", "crypto_LUKS", CRYPT_LUKS },
    { "bitlk", "BitLocker", CRYPT_BITLK },
    { "plain", NULL, CRYPT_PLAIN },
  };
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;

  if (wanted == NULL && gk_fs_probe_device (device, &probe, err) == -1)
    return -1;
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (wanted ? gk_streq (wanted, types[i].word)
               : types[i].superblock && gk_streq (probe.type, types[i].superblock)) {
      *ret_type = types[i].type;
      return 0;
    }
  if (wanted)
    return gk_error_set (err, EINVAL, "%s: is no kind of encryption: luks, bitlk and plain are",
                         wanted);
  return gk_error_set (err, 0, "%s: %s: unknown encrypted device type", device, probe.type);
}

/* Nothing on the disk describes a plain device: the key is taken as it is, as
 * cryptsetup (8) takes one that comes from a file. */
static int
load_plain (struct gk_luks *l, const char *device, const char *key, const char *cipher,
            struct gk_error *err)
{
  _cleanup_luks_cipher_ struct gk_luks_cipher c = { NULL, NULL, 0 };
  struct crypt_params_plain params = { .hash = NULL };

  if (gk_luks_cipher_parse (cipher ? cipher : "aes-cbc-essiv:sha256", &c, err) == -1 ||
      gk_luks_init (l, device, err) == -1)
    return -1;
  if (strlen (key) < c.key_size)
    return gk_error_set (err, EINVAL, "%s: the key of a plain device has %zu bytes here", device,
                         c.key_size);
  int r = l->lib.crypt_format (l->cd, CRYPT_PLAIN, c.name, c.mode, NULL, NULL, c.key_size, &params);
  return r < 0 ? gk_luks_fail (l, r, err) : 0;
}

static bool
is_readonly (const char *device)
{
  int ro = 0;
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);

  return fd != -1 && ioctl (fd, BLKROGET, &ro) == 0 && ro;
}

/* --- the operations ---------------------------------------------------------------- */

struct how {
  const char *type, *cipher;
  bool readonly;
};

static int
open_device (struct gk_ctx *ctx, const char *device, const char *key, const char *mapname,
             const struct how *how, struct gk_error *err)
{
  _cleanup_luks_ struct gk_luks l = GK_LUKS_INIT;
  const char *type = NULL;

  _cleanup_free_ char *path = gk_asprintf (MAPPER "%s", mapname);
  if (path == NULL)
    return gk_error_oom (err);
  if (check_mapname (ctx, mapname, path, err) == -1 || gk_luks_need_dm (ctx, err) == -1 ||
      find_type (device, how->type, &type, err) == -1)
    return -1;
  _cleanup_free_ char *name = kernel_name (mapname, err);
  if (name == NULL)
    return -1;

  bool plain = type && gk_streq (type, CRYPT_PLAIN); /* CRYPT_LUKS is NULL */
  if ((plain ? load_plain (&l, device, key, how->cipher, err)
             : gk_luks_load (&l, device, type, err)) == -1)
    return -1;
  if (ctx->note && ctx->note (ctx, "dm", name, err) == -1)
    return -1;
  bool readonly = how->readonly || is_readonly (device);
  int r = l.lib.crypt_activate_by_passphrase (l.cd, name, CRYPT_ANY_SLOT, key, strlen (key),
                                              readonly ? CRYPT_ACTIVATE_READONLY : 0);
  if (r < 0)
    return gk_luks_fail (&l, r, err);
  if (show (ctx, name, path, err) == -1) {
    l.lib.crypt_deactivate (NULL, name);
    return -1;
  }
  return 0;
}

int
gk_luks_cryptsetup_open (struct gk_ctx *ctx, const char *device, const char *key,
                         const char *mapname, const struct guestfs_cryptsetup_open_argv *opt,
                         struct gk_error *err)
{
  uint64_t set = opt ? opt->bitmask : 0;
  struct how how = { .readonly = set & OPT (READONLY) && opt->readonly,
                     .type = set & OPT (CRYPTTYPE) ? opt->crypttype : NULL,
                     .cipher = set & OPT (CIPHER) ? opt->cipher : NULL };

  if (how.cipher && !(how.type && gk_streq (how.type, "plain")))
    return gk_error_set (err, EINVAL, "only crypttype:plain has a cipher that is not in a header");
  return open_device (ctx, device, key, mapname, &how, err);
}

int
gk_luks_open (struct gk_ctx *ctx, const char *device, const char *key, const char *mapname,
              struct gk_error *err)
{
  return open_device (ctx, device, key, mapname, &(struct how){ .readonly = false }, err);
}

int
gk_luks_luks_open (struct gk_ctx *ctx, const char *device, const char *key, const char *mapname,
                   struct gk_error *err)
{
  return gk_luks_open (ctx, device, key, mapname, err);
}

int
gk_luks_luks_open_ro (struct gk_ctx *ctx, const char *device, const char *key, const char *mapname,
                      struct gk_error *err)
{
  return open_device (ctx, device, key, mapname, &(struct how){ .readonly = true }, err);
}

int
gk_luks_cryptsetup_close (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  _cleanup_luks_ struct gk_luks l = GK_LUKS_INIT;
  dev_t devno = 0;

  if (gk_luks_need_dm (ctx, err) == -1)
    return -1;
  if (gk_devices_number (ctx->devices, device, &devno) == -1)
    return gk_error_sys (err, ENOENT, "%s", device);
  _cleanup_free_ char *uuid = gk_dm_uuid (devno), *name = gk_dm_name (devno);
  if (name == NULL || uuid == NULL || gk_after_prefix (uuid, "CRYPT-") == NULL)
    return gk_error_set (
        err, EINVAL, "%s: is not a /dev/mapper device that was made by cryptsetup_open", device);
  if (gk_luks_library (&l, device, err) == -1)
    return -1;
  int r = l.lib.crypt_init_by_name (&l.cd, name);
  if (r == 0)
    r = l.lib.crypt_deactivate (l.cd, name);
  if (r < 0)
    return gk_luks_fail (&l, r, err);
  gk_devices_remove_node (ctx->devices, device);
  return 0;
}

int
gk_luks_luks_close (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return gk_luks_cryptsetup_close (ctx, device, err);
}
