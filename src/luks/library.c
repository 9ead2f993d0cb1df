/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The library's functions, handle and errors. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "exec/library.h"
#include "luks/luks-priv.h"
#include "mount/dm.h"
#include "op/ctx.h"

#define SONAME "libcryptsetup.so.12"
#define PACKAGE "libcryptsetup12"
#define SAID_MAX 1000

void
gk_luks_clear (struct gk_luks *l)
{
  if (l->cd)
    l->lib.crypt_free (l->cd);
  gk_buf_clear (&l->said);
  l->cd = NULL;
}

/* Sentences come one by one, with a full stop and a line break. */
static void
hear (int level, const char *msg, void *opaque)
{
  struct gk_luks *l = opaque;
  size_t n = strcspn (msg, "\n");

  while (n > 0 && msg[n - 1] == '.')
    n--;
  if (level != CRYPT_LOG_ERROR || n == 0 || l->said.size > SAID_MAX)
    return;
  gk_buf_appendf (&l->said, "%s%.*s", l->said.size ? "; " : "", (int)n, msg);
}

void
gk_luks_listen (struct gk_luks *l)
{
  l->lib.crypt_set_log_callback (l->cd, hear, l);
}

int
gk_luks_fail (struct gk_luks *l, int r, struct gk_error *err)
{
  const char *said = l->said.size > 0 ? l->said.data : NULL;

  switch (r) {
  case -EPERM:
    return gk_error_set (err, EPERM, "%s: no key available with this passphrase", l->device);
  case -ENOMEM:
    return gk_error_set (err, ENOMEM, "%s: not enough memory to derive the key (see set_memsize)",
                         l->device);
  case -EBUSY:
    return gk_error_set (err, EBUSY, "%s: %s", l->device, said ? said : "device is in use");
  default:
    return said ? gk_error_set (err, -r, "%s: %s", l->device, said)
                : gk_error_sys (err, -r, "%s", l->device);
  }
}

int
gk_luks_library (struct gk_luks *l, const char *device, struct gk_error *err)
{
#define SYMBOL(fn) { #fn, &l->lib.fn },
  const struct gk_symbol symbols[] = { GK_LUKS_FUNCTIONS (SYMBOL) };

  l->device = device;
  return gk_library_load (SONAME, PACKAGE, symbols, sizeof symbols / sizeof *symbols, err);
}

int
gk_luks_init (struct gk_luks *l, const char *device, struct gk_error *err)
{
  if (gk_luks_library (l, device, err) == -1)
    return -1;
  /* Its locks are for programs that share a device; this one is the session's
   * alone, and /run need not be writable. */
  l->lib.crypt_metadata_locking (NULL, 0);
  /* A key in the kernel's keyring is gone for this process once the device is open, and
   * without it a device cannot follow one below it that has become larger.  So it is the
   * device's own. */
  l->lib.crypt_volume_key_keyring (NULL, 0);
  int r = l->lib.crypt_init (&l->cd, device);
  if (r < 0)
    return gk_luks_fail (l, r, err);
  gk_luks_listen (l);
  return 0;
}

int
gk_luks_load (struct gk_luks *l, const char *device, const char *type, struct gk_error *err)
{
  if (gk_luks_init (l, device, err) == -1)
    return -1;
  int r = l->lib.crypt_load (l->cd, type, NULL);
  if (r == -EINVAL && l->said.size == 0) /* the library has no words for that */
    return gk_error_set (err, EINVAL, "%s: is no %s device", device,
                         type == CRYPT_LUKS ? "LUKS" : type);
  return r < 0 ? gk_luks_fail (l, r, err) : 0;
}

int
gk_luks_need_dm (struct gk_ctx *ctx, struct gk_error *err)
{
  if (ctx->load_module && !gk_dm_available () && ctx->load_module ("dm_mod", err) == -1)
    return -1;
  if (gk_dm_available () && access ("/dev/mapper/control", F_OK) == 0)
    return 0;
  return gk_error_set (err, ENOTSUP,
                       "this kernel has no device-mapper, which encrypted devices need; "
                       "the uml launcher brings a kernel that has it");
}

int
gk_luks_cipher_parse (const char *text, struct gk_luks_cipher *ret, struct gk_error *err)
{
  const char *dash = strchr (text, '-');

  if (dash == NULL || dash == text || dash[1] == '\0' || strlen (text) > 100)
    return gk_error_set (err, EINVAL, "%s: is not a cipher, as aes-xts-plain64 is one", text);
  _cleanup_free_ char *name = strndup (text, (size_t)(dash - text));
  _cleanup_free_ char *mode = strdup (dash + 1);
  if (name == NULL || mode == NULL)
    return gk_error_oom (err);
  /* XTS splits its key into two. */
  ret->key_size = gk_after_prefix (mode, "xts-") ? 64 : 32;
  ret->name = gk_steal_ptr (name);
  ret->mode = gk_steal_ptr (mode);
  return 0;
}

void
gk_luks_cipher_clear (struct gk_luks_cipher *c)
{
  free (c->name);
  free (c->mode);
}
