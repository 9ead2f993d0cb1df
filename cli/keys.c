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

static void
wipe (char *text)
{
  if (text)
    explicit_bzero (text, strlen (text));
  free (text);
}

void
cli_keys_clear (struct cli_keys *keys)
{
  for (size_t i = 0; i < keys->n; i++) {
    free (keys->v[i].id);
    wipe (keys->v[i].text);
  }
  free (keys->v);
  *keys = (struct cli_keys){ NULL, 0 };
}

void
cli_no_core_dump (void)
{
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* --- selectors ---------------------------------------------------------------------- */

/* As it is, newline and all: so guestfish takes it. */
static char *
read_key_file (char *path)
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

/* A value that others could read where it is: in argv, in the environment. */
static char *
take_and_wipe (char *value)
{
  char *key = strdup (value);

  explicit_bzero (value, strlen (value));
  if (key == NULL)
    cli_error ("out of memory");
  return key;
}

static char *
read_key_environment (char *name)
{
  char *value = getenv (name);

  if (value == NULL) {
    cli_error ("--key: there is no %s in the environment", name);
    return NULL;
  }
  return take_and_wipe (value);
}

static const struct {
  const char *kind;
  char *(*read) (char *value); /* NULL, after it was said why */
} kinds[] = {
  { "key:", take_and_wipe },
  { "file:", read_key_file },
  { "env:", read_key_environment },
};

static int
parse_selector (char *selector, struct cli_key *key)
{
  char *colon = strchr (selector, ':');
  const size_t n = sizeof kinds / sizeof kinds[0];
  size_t i;
  bool clevis = colon && gk_streq (colon + 1, "clevis");

  for (i = 0; colon && i < n; i++)
    if (gk_after_prefix (colon + 1, kinds[i].kind))
      break;
  if (colon == NULL || colon == selector || (i == n && !clevis)) {
    cli_error ("--key: is not of the form ID:key:VALUE, ID:file:PATH, ID:env:NAME or ID:clevis");
    return -1;
  }
  key->id = strndup (selector, (size_t)(colon - selector));
  if (key->id == NULL)
    return cli_error ("out of memory"), -1;
  if (clevis)
    return 0;
  key->text = kinds[i].read (colon + 1 + strlen (kinds[i].kind));
  return key->text ? 0 : -1;
}

int
cli_keys_add (struct cli_keys *keys, char *selector)
{
  cli_no_core_dump ();
  struct cli_key *v = reallocarray (keys->v, keys->n + 1, sizeof *v);
  if (v == NULL)
    return cli_error ("out of memory"), -1;
  keys->v = v;
  v[keys->n] = (struct cli_key){ NULL, NULL };
  return parse_selector (selector, &v[keys->n++]);
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

/* Is the id a name of the device? */
static bool
is_for (guestfs_h *g, const struct device *d, const char *id)
{
  if (gk_streq (id, "all") || gk_streq (id, d->name) || (d->uuid && strcasecmp (id, d->uuid) == 0))
    return true;
  if (gk_after_prefix (id, "/dev/") == NULL)
    return false;
  _cleanup_free_ char *name = gk_after_prefix (id, "/dev/mapper/")
                                  ? guestfs_lvm_canonical_lv_name (g, id)
                                  : guestfs_canonical_device_name (g, id);
  return name && gk_streq (name, d->name);
}

/* Keys that do not fit, as opposed to devices that cannot be opened. */
static bool
is_no_key (int errnum)
{
  return errnum == EPERM || errnum == ENOENT;
}

/* 1: opened; 0: none fits; -1: said why. */
static int
try_keys (guestfs_h *g, const struct device *d, const struct cli_keys *keys, bool ro, bool *ret_any)
{
  for (size_t i = 0; i < keys->n; i++) {
    const struct cli_key *key = &keys->v[i];
    if (!is_for (g, d, key->id))
      continue;
    *ret_any = true;
    if ((key->text ? try_key (g, d, key->text, ro)
                   : guestfs_clevis_luks_unlock (g, d->name, d->mapname)) == 0)
      return 1;
    if (!is_no_key (guestfs_last_errno (g))) {
      cli_guestfs_error (g);
      return -1;
    }
  }
  return 0;
}

/* A second session on the same images shall not ask again. */
static int
remember (struct cli_images *images, const struct device *d, const char *key)
{
  struct cli_key *v = reallocarray (images->asked.v, images->asked.n + 1, sizeof *v);

  if (v == NULL)
    return -1;
  images->asked.v = v;
  v[images->asked.n] = (struct cli_key){ strdup (d->name), strdup (key) };
  return v[images->asked.n].id && v[images->asked.n++].text ? 0 : -1;
}

static int
ask_and_try (guestfs_h *g, const struct device *d, struct cli_images *images, bool ro)
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
  if (r == -1)
    cli_guestfs_error (g);
  else if (images->edit.dry_run && remember (images, d, key) == -1)
    r = (cli_error ("out of memory"), -1);
  wipe (key);
  return r == 0 ? 1 : -1;
}

static int
open_device (guestfs_h *g, const char *name, const char *type, struct cli_images *images, bool ro)
{
  struct device d = { .name = name };
  bool any = false;

  d.uuid = guestfs_vfs_uuid (g, name);
  d.mapname = gk_asprintf ("%s-%s", gk_streq (type, "BitLocker") ? "bitlk" : "luks",
                           d.uuid && *d.uuid ? d.uuid : strrchr (name, '/') + 1);
  int r = d.mapname ? try_keys (g, &d, &images->keys, ro, &any) : (cli_error ("out of memory"), -1);
  if (r == 0 && !any)
    r = try_keys (g, &d, &images->asked, ro, &any);
  if (r == 0 && any) {
    const char *why = guestfs_last_error (g);
    cli_error ("%s: none of the keys that are given opens it (%s)", name, why ? why : "");
    r = -1;
  } else if (r == 0 && (images->keys.n == 0 || images->keys_from_stdin))
    r = ask_and_try (g, &d, images, ro);
  free (d.uuid);
  free (d.mapname);
  return r;
}

/* --- all of them -------------------------------------------------------------------- */

struct round {
  guestfs_h *g;
  struct cli_images *images;
  struct gk_strv seen; /* devices that were looked at */
  bool ro;
  bool volumes; /* there is LVM on one of them */
};

/* How many of the devices were opened, or -1. */
static int
open_among (struct round *round, char **devices)
{
  int n = 0;

  if (devices == NULL)
    return cli_guestfs_error (round->g), -1;
  for (size_t i = 0; devices[i]; i++) {
    if (round->seen.len > 0 && gk_strv_contains (round->seen.v, devices[i]))
      continue;
    _cleanup_free_ char *type = guestfs_vfs_type (round->g, devices[i]);
    /* A volume that is not active yet may be so after the next scan. */
    if (type && gk_strv_push (&round->seen, devices[i]) == -1)
      return cli_error ("out of memory"), -1;
    if (type && gk_streq (type, "LVM2_member"))
      round->volumes = true;
    if (type == NULL || !(gk_streq (type, "crypto_LUKS") || gk_streq (type, "BitLocker")))
      continue;
    int r = open_device (round->g, devices[i], type, round->images, round->ro);
    if (r == -1)
      return -1;
    n += r;
  }
  return n;
}

/* One layer of what stands on each other. */
static int
open_layer (struct round *round)
{
  char **(*const lists[]) (guestfs_h *) = { guestfs_list_devices, guestfs_list_partitions,
                                            guestfs_list_md_devices, guestfs_list_dm_devices,
                                            guestfs_lvs };
  int n = 0;

  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    if (lists[i] == guestfs_lvs && !round->volumes) /* the listing costs something */
      continue;
    _cleanup_strv_ char **devices = lists[i](round->g);
    int r = open_among (round, devices);
    if (r == -1)
      return -1;
    n += r;
  }
  return n;
}

int
cli_open_encrypted (guestfs_h *g, struct cli_images *images, bool ro)
{
  struct round round = { .g = g, .images = images, .ro = ro };
  int n;

  while ((n = open_layer (&round)) > 0)
    guestfs_lvm_scan (g, 1); /* volumes in them; a guest without any is none the worse */
  gk_strv_clear (&round.seen);
  return n;
}
