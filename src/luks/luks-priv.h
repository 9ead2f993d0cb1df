/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* libcryptsetup in this project's manners: what it says becomes an error, and
 * is never printed.  It brings libcrypto, so only a session that opens or makes an
 * encrypted device loads it. */
#ifndef GK_LUKS_PRIV_H
#define GK_LUKS_PRIV_H

#include <libcryptsetup.h>

#include "base/strv.h"
#include "exec/library.h"

struct gk_ctx;
struct gk_error;

#define GK_LUKS_FUNCTIONS(X)                                                                       \
  X (crypt_activate_by_passphrase)                                                                 \
  X (crypt_deactivate)                                                                             \
  X (crypt_format)                                                                                 \
  X (crypt_free)                                                                                   \
  X (crypt_get_type)                                                                               \
  X (crypt_get_uuid)                                                                               \
  X (crypt_init)                                                                                   \
  X (crypt_init_by_name)                                                                           \
  X (crypt_keyslot_add_by_passphrase)                                                              \
  X (crypt_keyslot_add_by_volume_key)                                                              \
  X (crypt_keyslot_destroy)                                                                        \
  X (crypt_keyslot_max)                                                                            \
  X (crypt_keyslot_status)                                                                         \
  X (crypt_load)                                                                                   \
  X (crypt_metadata_locking)                                                                       \
  X (crypt_resize)                                                                                 \
  X (crypt_set_log_callback)                                                                       \
  X (crypt_token_is_assigned)                                                                      \
  X (crypt_token_max)                                                                              \
  X (crypt_token_status)                                                                           \
  X (crypt_volume_key_keyring)

struct gk_luks {
  struct crypt_device *cd;
  const char *device; /* its name, for messages */
  struct gk_buf said; /* errors of the library since the last call to it */
  struct {
    GK_LUKS_FUNCTIONS (GK_LIBRARY_MEMBER)
  } lib;
};
#define GK_LUKS_INIT                                                                               \
  {                                                                                                \
    .said = GK_BUF_INIT                                                                            \
  }
void gk_luks_clear (struct gk_luks *l);
#define _cleanup_luks_ __attribute__ ((cleanup (gk_luks_clear)))

/* The library's functions, for device; the functions below that fill in l do it, too. */
int gk_luks_library (struct gk_luks *l, const char *device, struct gk_error *err);
/* A device whose header is still to be read or made. */
int gk_luks_init (struct gk_luks *l, const char *device, struct gk_error *err);
/* And read: CRYPT_LUKS (1 or 2), CRYPT_BITLK. */
int gk_luks_load (struct gk_luks *l, const char *device, const char *type, struct gk_error *err);

/* What the library says from now on goes into said. */
void gk_luks_listen (struct gk_luks *l);

/* -1 for r, a negated errno of the library. */
int gk_luks_fail (struct gk_luks *l, int r, struct gk_error *err);

/* Open a device of any kind that its contents tell of; luks_open. */
int gk_luks_open (struct gk_ctx *ctx, const char *device, const char *key, const char *mapname,
                  struct gk_error *err);

/* Nobody can do without: ENOTSUP says so. */
int gk_luks_need_dm (struct gk_ctx *ctx, struct gk_error *err);

/* "aes-xts-plain64": malloced "aes" and "xts-plain64", and what cryptsetup (8)
 * takes for the size of its key in bytes. */
struct gk_luks_cipher {
  char *name, *mode;
  size_t key_size;
};
int gk_luks_cipher_parse (const char *text, struct gk_luks_cipher *ret, struct gk_error *err);
void gk_luks_cipher_clear (struct gk_luks_cipher *c);
#define _cleanup_luks_cipher_ __attribute__ ((cleanup (gk_luks_cipher_clear)))

#endif
