/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Encrypted devices: opened with the keys of --key before anything else of the
 * image is looked at, as /dev/mapper/luks-UUID. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"
#include "cli/shell-key.h"

#define KEY_MAX (8 << 20)

struct key {
  char *id, *text;
};
struct keys {
  struct key *v;
  size_t n;
};

static void
wipe (char *text)
{
  if (text)
    explicit_bzero (text, strlen (text));
  free (text);
}

static void
keys_clear (struct keys *keys)
{
  for (size_t i = 0; i < keys->n; i++) {
    free (keys->v[i].id);
    wipe (keys->v[i].text);
  }
  free (keys->v);
}

/* --- selectors ---------------------------------------------------------------------- */

/* As it is, newline and all: so guestfish takes it. */
static char *
read_key_file (const char *path)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  if (gk_read_file (path, KEY_MAX, &text) == -1) {
    cli_error ("--key: %s: %s", path, strerror (errno));
    return NULL;
  }
  if (text.size > 0 && memchr (text.data, '\0', text.size)) {
    cli_error ("--key: %s: has a NUL byte, which a key cannot have here", path);
    explicit_bzero (text.data, text.size);
    return NULL;
  }
  char *key = strdup (text.data ? text.data : "");
  if (text.data)
    explicit_bzero (text.data, text.size);
  if (key == NULL)
    cli_error ("out of memory");
  return key;
}

static int
parse_selector (char *selector, struct key *key)
{
  char *colon = strchr (selector, ':');
  const char *kind = colon ? colon + 1 : NULL;
  char *value;

  if (kind && (gk_streq (kind, "clevis") || gk_after_prefix (kind, "clevis:"))) {
    cli_error ("--key: %s: keys from the network (Clevis) are not supported", selector);
    return -1;
  }
  if (kind == NULL || colon == selector ||
      !(gk_after_prefix (kind, "key:") || gk_after_prefix (kind, "file:"))) {
    cli_error ("--key: is not of the form ID:key:VALUE or ID:file:PATH");
    return -1;
  }
  value = strchr (kind, ':') + 1;
  key->id = strndup (selector, (size_t)(colon - selector));
  key->text = *kind == 'f' ? read_key_file (value) : strdup (value);
  if (*kind == 'k') /* it need not stay in the list of processes */
    memset (value, '*', strlen (value));
  return key->id && key->text ? 0 : -1;
}

static int
parse_keys (const struct cli_images *images, struct keys *keys)
{
  keys->v = calloc (images->keys.n + 1, sizeof *keys->v);
  if (keys->v == NULL)
    return cli_error ("out of memory"), -1;
  for (size_t i = 0; i < images->keys.n; i++) {
    keys->n++;
    if (parse_selector ((char *)images->keys.v[i], &keys->v[i]) == -1)
      return -1;
  }
  return 0;
}

/* --- devices ------------------------------------------------------------------------- */

struct device {
  const char *name;
  char *uuid, *mapname;
};

static int
try_key (guestfs_h *g, const struct device *d, const char *key, bool ro)
{
  struct guestfs_cryptsetup_open_argv o = { .bitmask = GUESTFS_CRYPTSETUP_OPEN_READONLY_BITMASK,
                                            .readonly = ro };

  return guestfs_cryptsetup_open_argv (g, d->name, key, d->mapname, &o);
}

/* 1: opened; 0: none fits; -1: said why. */
static int
try_keys (guestfs_h *g, const struct device *d, const struct keys *keys, bool ro, bool *ret_any)
{
  for (size_t i = 0; i < keys->n; i++) {
    const char *id = keys->v[i].id;
    if (!gk_streq (id, "all") && !gk_streq (id, d->name) &&
        !(d->uuid && strcasecmp (id, d->uuid) == 0))
      continue;
    *ret_any = true;
    if (try_key (g, d, keys->v[i].text, ro) == 0)
      return 1;
    if (guestfs_last_errno (g) != EPERM) {
      cli_guestfs_error (g);
      return -1;
    }
  }
  return 0;
}

static int
ask_and_try (guestfs_h *g, const struct device *d, const struct cli_images *images, bool ro)
{
  const char *why;
  char *key = cli_ask_key (d->name, images->keys_from_stdin, false, &why);

  if (key == NULL && why)
    return cli_error ("%s: %s", d->name, why), -1;
  if (key == NULL) { /* nobody there to ask: perhaps it is not needed */
    cli_error ("%s is encrypted and stays closed (--key tells its key)", d->name);
    return 0;
  }
  int r = try_key (g, d, key, ro);
  wipe (key);
  if (r == -1)
    cli_guestfs_error (g);
  return r == 0 ? 1 : -1;
}

static int
open_device (guestfs_h *g, const char *name, const char *type, const struct cli_images *images,
             const struct keys *keys, bool ro)
{
  struct device d = { .name = name };
  bool any = false;

  d.uuid = guestfs_vfs_uuid (g, name);
  d.mapname = gk_asprintf ("%s-%s", gk_streq (type, "BitLocker") ? "bitlk" : "luks",
                           d.uuid && *d.uuid ? d.uuid : strrchr (name, '/') + 1);
  int r = d.mapname ? try_keys (g, &d, keys, ro, &any) : (cli_error ("out of memory"), -1);
  if (r == 0 && any) {
    cli_error ("%s: none of the keys that are given opens it", name);
    r = -1;
  } else if (r == 0 && (images->keys.n == 0 || images->keys_from_stdin))
    r = ask_and_try (g, &d, images, ro);
  free (d.uuid);
  free (d.mapname);
  return r;
}

/* How many were opened, or -1.  *ret_volumes: there is LVM on one of them. */
static int
open_among (guestfs_h *g, char **devices, const struct cli_images *images, const struct keys *keys,
            bool ro, bool *ret_volumes)
{
  int n = 0;

  if (devices == NULL)
    return cli_guestfs_error (g), -1;
  for (size_t i = 0; devices[i]; i++) {
    _cleanup_free_ char *type = guestfs_vfs_type (g, devices[i]);
    if (type && gk_streq (type, "LVM2_member"))
      *ret_volumes = true;
    if (type == NULL || !(gk_streq (type, "crypto_LUKS") || gk_streq (type, "BitLocker")))
      continue;
    int r = open_device (g, devices[i], type, images, keys, ro);
    if (r == -1)
      return -1;
    n += r;
  }
  return n;
}

int
cli_open_encrypted (guestfs_h *g, const struct cli_images *images, bool ro)
{
  __attribute__ ((cleanup (keys_clear))) struct keys keys = { NULL, 0 };

  if (images->keys.n > 0 || images->keys_from_stdin)
    prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (parse_keys (images, &keys) == -1)
    return -1;
  _cleanup_strv_ char **disks = guestfs_list_devices (g), **parts = guestfs_list_partitions (g);
  bool volumes = false;
  int n = open_among (g, disks, images, &keys, ro, &volumes);
  int m = n == -1 ? -1 : open_among (g, parts, images, &keys, ro, &volumes);
  if (m == -1)
    return -1;
  if (n + m > 0) /* volumes in them; a guest without any is none the worse */
    guestfs_lvm_scan (g, 1);
  /* And the other way round; the listing of volumes costs something. */
  _cleanup_strv_ char **lvs = volumes ? guestfs_lvs (g) : NULL;
  return lvs && open_among (g, lvs, images, &keys, ro, &volumes) == -1 ? -1 : 0;
}
