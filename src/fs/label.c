/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Changing the label and the UUID of a filesystem that is not mounted, as its row
 * says. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "base/uuid.h"
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

const char *const gk_fs_utf8_env[] = { "LC_ALL=C.UTF-8", NULL };

/* value NULL: the words have it already. */
static int
push_words (struct gk_strv *argv, const char *const *words, const char *value, bool value_last,
            const char *device)
{
  for (; *words; words++) {
    bool takes = value && words[1] == NULL && strchr (*words, '=');
    _cleanup_free_ char *word = gk_asprintf ("%s%s", *words, takes ? value : "");
    if (word == NULL || gk_strv_push (argv, word) == -1)
      return -1;
    if (takes)
      value = NULL;
  }
  if ((value && !value_last && gk_strv_push (argv, value) == -1) ||
      gk_strv_push (argv, device) == -1 ||
      (value && value_last && gk_strv_push (argv, value) == -1))
    return -1;
  return 0;
}

static int
change (struct gk_ctx *ctx, const struct gk_fs_names *names, const char *const *words,
        const char *value, bool value_last, bool mounted, const char *device, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (push_words (&argv, words, value, value_last, device) == -1)
    return gk_error_oom (err);
  if (!mounted && gk_fs_check_free (device, err) == -1)
    return -1;
  const struct gk_fs_tool t = { .argv = (const char *const *)argv.v,
                                .package = names->package,
                                .unmounted = !mounted,
                                .env = names->env };
  return gk_fs_run_tool_writing (ctx, &t, device, err);
}

/* "ABCD-1234" and the like, as libblkid shows them. */
static int
read_digits (const struct gk_fs *fs, const char *uuid, char text[GK_UUID_TEXT],
             struct gk_error *err)
{
  size_t n = 0;

  for (const char *p = uuid; *p && n < GK_UUID_TEXT - 1; p++)
    if (*p != '-')
      text[n++] = (char)tolower ((unsigned char)*p);
  text[n] = '\0';
  if (n != fs->names->digits || text[strspn (text, "0123456789abcdef")])
    return gk_error_set (err, EINVAL, "%s: the UUID of %s has %zu hexadecimal digits", uuid,
                         fs->name, fs->names->digits);
  return 0;
}

int
gk_fs_set_label (struct gk_ctx *ctx, const char *mountable, const char *label, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;

  if (gk_after_prefix (mountable, "btrfsvol:"))
    return gk_error_set (err, ENOTSUP, "%s: a label is set on the device, for all subvolumes of it",
                         mountable);
  if (gk_fs_probe_device (mountable, &p, err) == -1)
    return -1;
  const struct gk_fs *fs = gk_fs_find (p.type);
  const struct gk_fs_names *names = fs ? fs->names : NULL;
  if (names == NULL || (names->label == NULL && names->set_label == NULL))
    return gk_error_set (err, ENOTSUP, "don't know how to set the label for '%s' filesystems",
                         p.type);
  if (gk_fs_check_label (fs, p.type, label, err) == -1)
    return -1;
  if (names->no_dash && *label == '-')
    return gk_error_set (err, EINVAL, "%s: %s labels that begin with a dash cannot be set", label,
                         p.type);
  if (names->set_label)
    return names->set_label (ctx, mountable, label, err);
  return change (ctx, names, names->label, label, names->label_last, names->mounted, mountable,
                 err);
}

int
gk_fs_set_uuid (struct gk_ctx *ctx, const char *device, const char *uuid, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;
  char digits[GK_UUID_TEXT];

  if (gk_fs_probe_device (device, &p, err) == -1)
    return -1;
  const struct gk_fs *fs = gk_fs_find (p.type);
  const struct gk_fs_names *names = fs ? fs->names : NULL;
  if (names && names->set_uuid)
    return names->set_uuid (ctx, device, uuid, err);
  if (names == NULL || names->uuid == NULL)
    return gk_error_set (err, ENOTSUP, "don't know how to set the UUID for '%s' filesystems",
                         p.type);
  if (names->digits) {
    if (read_digits (fs, uuid, digits, err) == -1)
      return -1;
    uuid = digits;
  } else if (gk_fs_check_uuid (uuid, names->uuid_words, err) == -1) {
    return -1; /* swaplabel says that it could not read one, and that all went well */
  }
  return change (ctx, names, names->uuid, uuid, names->uuid_last, names->mounted, device, err);
}

int
gk_fs_set_uuid_random (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;
  char uuid[GK_UUID_TEXT];

  if (gk_fs_probe_device (device, &p, err) == -1)
    return -1;
  const struct gk_fs *fs = gk_fs_find (p.type);
  const struct gk_fs_names *names = fs ? fs->names : NULL;
  if (names && names->set_uuid)
    return names->set_uuid (ctx, device, NULL, err);
  if (names == NULL || names->uuid == NULL)
    return gk_error_set (err, ENOTSUP, "don't know how to set the random UUID for '%s' filesystems",
                         p.type);
  if (names->random)
    return change (ctx, names, names->random, NULL, false, names->mounted, device, err);
  if (gk_uuid_random (uuid) == -1)
    return gk_error_sys (err, errno, "making a UUID");
  if (names->digits) {
    char *end = uuid;
    for (const char *from = uuid; (size_t)(end - uuid) < names->digits; from++)
      if (*from != '-')
        *end++ = *from;
    *end = '\0';
  }
  return change (ctx, names, names->uuid, uuid, names->uuid_last, names->mounted, device, err);
}
