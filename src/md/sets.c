/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Making sets, asking about them, stopping them. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "api/struct.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "gk-ops-md.h"
#include "md/md-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"

#define OPT(NAME) (GUESTFS_MD_CREATE_##NAME##_BITMASK)
#define MDSTAT_MAX (1 << 20)

/* --- making ---------------------------------------------------------------------------- */

static bool
is_level (const char *level)
{
  static const char *const levels[] = { "linear", "raid0",  "0",     "stripe", "raid1",
                                        "1",      "mirror", "raid4", "4",      "raid5",
                                        "5",      "raid6",  "6",     "raid10", "10" };

  for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
    if (gk_streq (level, levels[i]))
      return true;
  return false;
}

/* Becomes a file name, and is read by mdadm. */
static int
check_name (const char *name, struct gk_error *err)
{
  size_t n = strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.+");

  if (n > 0 && n <= 32 && name[n] == '\0' && name[0] != '.' && name[0] != '-')
    return 0;
  return gk_error_set (err, EINVAL, "%s: cannot be the name of a RAID", name);
}

struct plan {
  const char *level;
  uint64_t missing; /* a bit for each place that stays empty */
  int devices, spares;
  int64_t chunk; /* bytes, or 0 */
};

static int
make_plan (const struct guestfs_md_create_argv *opt, char *const *devices, struct plan *p,
           struct gk_error *err)
{
  uint64_t set = opt ? opt->bitmask : 0;
  int n = (int)gk_strv_length (devices);

  *p = (struct plan){ .level = set & OPT (LEVEL) ? opt->level : "raid1",
                      .missing = set & OPT (MISSINGBITMAP) ? (uint64_t)opt->missingbitmap : 0,
                      .spares = set & OPT (SPARE) ? opt->spare : 0,
                      .chunk = set & OPT (CHUNK) ? opt->chunk : 0 };
  int places = n + __builtin_popcountll (p->missing);
  if (!is_level (p->level))
    return gk_error_set (err, EINVAL, "%s: is no RAID level that is known here", p->level);
  if (p->spares < 0 || p->spares >= places)
    return gk_error_set (err, EINVAL, "%d: wrong number of spare devices", p->spares);
  p->devices = set & OPT (NRDEVICES) ? opt->nrdevices : places - p->spares;
  if (p->devices < 1 || p->devices + p->spares != places)
    return gk_error_set (err, EINVAL,
                         "the numbers of devices (%d), of spares (%d) and of places (%d: those "
                         "that are given, and those that stay empty) do not fit",
                         p->devices, p->spares, places);
  if (places < 64 && p->missing >> places)
    return gk_error_set (err, EINVAL, "missingbitmap: a place beyond the %d that there are",
                         places);
  if (p->chunk < 0 || p->chunk % 1024 != 0)
    return gk_error_set (err, EINVAL, "chunk size must be a multiple of 1024 bytes");
  return 0;
}

static int
create_argv (const struct plan *p, const char *name, char *const *devices, struct gk_strv *args)
{
  if (gk_strv_push (args, "--create") == -1 || gk_strv_push (args, "--run") == -1 ||
      gk_strv_pushf (args, "/dev/md/%s", name) == -1 ||
      gk_strv_pushf (args, "--level=%s", p->level) == -1 ||
      gk_strv_pushf (args, "--raid-devices=%d", p->devices) == -1 ||
      (p->devices == 1 && gk_strv_push (args, "--force") == -1) ||
      (p->spares > 0 && gk_strv_pushf (args, "--spare-devices=%d", p->spares) == -1) ||
      (p->chunk > 0 && gk_strv_pushf (args, "--chunk=%" PRIi64, p->chunk / 1024) == -1))
    return -1;
  uint64_t missing = p->missing;
  for (size_t i = 0; devices[i] || missing; missing >>= 1)
    if (gk_strv_push (args, missing & 1 ? "missing" : devices[i++]) == -1)
      return -1;
    else if (!(missing >> 1) && devices[i] == NULL)
      break;
  return 0;
}

int
gk_md_md_create (struct gk_ctx *ctx, const char *name, char *const *devices,
                 const struct guestfs_md_create_argv *opt, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv args = GK_STRV_INIT;
  struct plan p;

  if (check_name (name, err) == -1 || make_plan (opt, devices, &p, err) == -1 ||
      gk_md_need (ctx, err) == -1)
    return -1;
  if (create_argv (&p, name, devices, &args) == -1)
    return gk_error_oom (err);
  if (gk_md_run (ctx, &args, NULL, err) == -1)
    return -1;
  return gk_md_sync (ctx, err);
}

int
gk_md_md_stop (struct gk_ctx *ctx, const char *md, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv args = GK_STRV_INIT;

  if (gk_md_need (ctx, err) == -1)
    return -1;
  if (!gk_devices_is_made (ctx->devices, GK_KIND_MD, md))
    return gk_error_set (err, EINVAL, "%s: is no RAID", md);
  if (gk_strv_push (&args, "--stop") == -1 || gk_strv_push (&args, md) == -1)
    return gk_error_oom (err);
  if (gk_md_run (ctx, &args, NULL, err) == -1)
    return -1;
  return gk_md_sync (ctx, err);
}

/* --- asking ----------------------------------------------------------------------------- */

int
gk_md_list_md_devices (struct gk_ctx *ctx, char ***ret_devices, struct gk_error *err)
{
  char **v = NULL;

  if (gk_devices_list_made (ctx->devices, GK_KIND_MD, &v) == -1)
    return gk_error_oom (err);
  *ret_devices = v;
  return 0;
}

static char *device_name (struct gk_ctx *ctx, const char *kernel_name);

/* "device_dev_vda3_role" has the kernel's name of a member: with the session's.
 * Malloced. */
static char *
detail_key (struct gk_ctx *ctx, const char *key)
{
  const char *name = gk_after_prefix (key, "device_dev_");
  const char *end = name ? strrchr (name, '_') : NULL;

  if (end == NULL)
    return strdup (key);
  _cleanup_free_ char *kernel = strndup (name, (size_t)(end - name));
  _cleanup_free_ char *device = kernel ? device_name (ctx, kernel) : NULL;
  return device ? gk_asprintf ("device_dev_%s%s", device + strlen ("/dev/"), end) : NULL;
}

/* "MD_LEVEL=raid1" becomes "level", "raid1". */
static int
add_detail (struct gk_ctx *ctx, struct gk_strv *sv, char *line)
{
  char *key = (char *)gk_after_prefix (line, "MD_"), *equals = strchr (line, '=');

  if (key == NULL || equals == NULL)
    return 0;
  *equals = '\0';
  for (char *p = key; *p; p++)
    *p = (char)tolower ((unsigned char)*p);
  char *shown = detail_key (ctx, key);
  return shown == NULL || gk_strv_push_take (sv, shown) == -1 || gk_strv_push (sv, equals + 1) == -1
             ? -1
             : 0;
}

int
gk_md_md_detail (struct gk_ctx *ctx, const char *md, char ***ret_info, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv args = GK_STRV_INIT, sv = GK_STRV_INIT;
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  char *save = NULL;

  if (gk_md_need (ctx, err) == -1)
    return -1;
  if (!gk_devices_is_made (ctx->devices, GK_KIND_MD, md))
    return gk_error_set (err, EINVAL, "%s: is no RAID", md);
  if (gk_strv_push (&args, "--detail") == -1 || gk_strv_push (&args, "--export") == -1 ||
      gk_strv_push (&args, md) == -1)
    return gk_error_oom (err);
  if (gk_md_run (ctx, &args, &out, err) == -1)
    return -1;
  for (char *line = out.data ? strtok_r (out.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save))
    if (add_detail (ctx, &sv, line) == -1)
      return gk_error_oom (err);
  char **v = gk_strv_finish (&sv);
  if (v == NULL)
    return gk_error_oom (err);
  *ret_info = v;
  return 0;
}

int
gk_md_level (struct gk_ctx *ctx, const char *device, char **ret_level, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv args = GK_STRV_INIT;
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  char *save = NULL;

  if (gk_md_need (ctx, err) == -1)
    return -1;
  if (gk_strv_push (&args, "--examine") == -1 || gk_strv_push (&args, "--export") == -1 ||
      gk_strv_push (&args, device) == -1)
    return gk_error_oom (err);
  if (gk_md_run (ctx, &args, &out, err) == -1)
    return -1;
  for (const char *line = out.data ? strtok_r (out.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save)) {
    const char *level = gk_after_prefix (line, "MD_LEVEL=");
    char *copy = level ? strdup (level) : NULL;
    if (level && copy == NULL)
      return gk_error_oom (err);
    if (copy) {
      *ret_level = copy;
      return 0;
    }
  }
  return gk_error_set (err, ENODATA, "%s: mdadm does not tell the level of its set", device);
}

/* The session's name of a device that the kernel calls sda1 or loop0p1. */
static char *
device_name (struct gk_ctx *ctx, const char *kernel_name)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s/dev", kernel_name);
  unsigned major_no, minor_no;

  if (path && gk_read_file (path, 64, &text) == 0 && text.data &&
      sscanf (text.data, "%u:%u", &major_no, &minor_no) == 2) {
    const char *name = gk_devices_name (ctx->devices, makedev (major_no, minor_no));
    if (name)
      return strdup (name);
  }
  return gk_asprintf ("/dev/%s", kernel_name);
}

/* "sdb1[1](F)" */
static int
add_stat (struct gk_ctx *ctx, char *word, struct guestfs_mdstat_list *list)
{
  char *bracket = strchr (word, '['), *end;

  if (bracket == NULL)
    return 0; /* "active", "raid1", "(auto-read-only)" */
  *bracket = '\0';
  long index = strtol (bracket + 1, &end, 10);
  if (*end != ']')
    return 0;
  struct guestfs_mdstat *v = reallocarray (list->val, list->len + 1, sizeof *v);
  if (v == NULL)
    return -1;
  list->val = v;
  char flags[32];
  size_t n = 0;
  for (const char *p = end + 1; *p && n + 1 < sizeof flags; p++)
    if (*p != '(' && *p != ')')
      flags[n++] = *p;
  flags[n] = '\0';
  v[list->len].mdstat_device = device_name (ctx, word);
  v[list->len].mdstat_index = (int32_t)index;
  v[list->len].mdstat_flags = strdup (flags);
  list->len++;
  return v[list->len - 1].mdstat_device && v[list->len - 1].mdstat_flags ? 0 : -1;
}

static char *
find_line (char *text, const char *name)
{
  char *save = NULL;

  for (char *line = strtok_r (text, "\n", &save); line; line = strtok_r (NULL, "\n", &save)) {
    const char *rest = gk_after_prefix (line, name);
    if (rest && gk_after_prefix (rest, " : "))
      return (char *)rest + 3;
  }
  return NULL;
}

static void
free_stats (struct guestfs_mdstat_list *list)
{
  for (uint32_t i = 0; i < list->len; i++) {
    free (list->val[i].mdstat_device);
    free (list->val[i].mdstat_flags);
  }
  free (list->val);
}

int
gk_md_md_stat (struct gk_ctx *ctx, const char *md, struct guestfs_mdstat_list *ret_list,
               struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  char *save = NULL;

  if (gk_md_need (ctx, err) == -1)
    return -1;
  if (gk_read_file ("/proc/mdstat", MDSTAT_MAX, &text) == -1)
    return gk_error_sys (err, errno, "/proc/mdstat");
  char *line = text.data ? find_line (text.data, md + strlen ("/dev/")) : NULL;
  if (line == NULL)
    return gk_error_set (err, EINVAL, "%s: is no RAID", md);
  struct guestfs_mdstat_list list = { 0, NULL };
  int r = 0;
  for (char *word = strtok_r (line, " ", &save); r == 0 && word; word = strtok_r (NULL, " ", &save))
    r = add_stat (ctx, word, &list);
  if (r == -1) {
    free_stats (&list);
    return gk_error_oom (err);
  }
  *ret_list = list;
  return 0;
}
