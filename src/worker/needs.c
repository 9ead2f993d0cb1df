/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See needs.h. */

#include "worker/needs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "gk-ops-mount.h"
#include "op/ctx.h"

#define INDEX_MAX (16 << 20)

/* --- what the kernel has --------------------------------------------------------- */

static bool
has_dm (void)
{
  return access ("/sys/class/misc/device-mapper", F_OK) == 0;
}

static bool
has_md (void)
{
  return access ("/proc/mdstat", F_OK) == 0;
}

static bool
in_index (const char *index, const char *file)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  struct utsname u;

  if (uname (&u) == -1)
    return false;
  _cleanup_free_ char *path = gk_asprintf ("/lib/modules/%s/%s", u.release, index);
  return path && gk_read_file (path, INDEX_MAX, &text) == 0 && text.data &&
         strstr (text.data, file) != NULL;
}

/* device-mapper loads its own targets, when the caller asks for one. */
static bool
has_dm_crypt (void)
{
  return has_dm () &&
         (access ("/sys/module/dm_crypt", F_OK) == 0 || in_index ("modules.dep", "/dm-crypt.ko") ||
          in_index ("modules.builtin", "/dm-crypt.ko"));
}

/* What is no filesystem but a layer below some. */
static const struct stack {
  const char *type; /* libblkid's */
  bool (*has) (void);
  const char *name; /* of what it takes */
} stacks[] = {
  { "LVM2_member", has_dm, "device-mapper" }, { "crypto_LUKS", has_dm_crypt, "dm-crypt" },
  { "BitLocker", has_dm_crypt, "dm-crypt" },  { "DM_snapshot_cow", has_dm, "device-mapper" },
  { "linux_raid_member", has_md, "md" },      { "isw_raid_member", has_md, "md" },
  { "ddf_raid_member", has_md, "md" },
};

/* --- what the drives need ---------------------------------------------------------- */

struct found {
  unsigned usable; /* filesystems that can be mounted */
  unsigned unusable;
  bool stack;          /* a layer is missing */
  struct gk_buf lacks; /* "vfat (/dev/sda1), ..." */
};

static int
lacks (struct found *f, const char *name, const char *device, const char *type)
{
  bool same = gk_streq (name, type);

  return gk_buf_appendf (&f->lacks, "%s%s (for %s%s%s)", f->lacks.size > 0 ? ", " : "", name,
                         same ? "" : type, same ? "" : " on ", device);
}

static int
look_at (struct found *f, const char *device, const char *type)
{
  for (size_t i = 0; i < sizeof stacks / sizeof stacks[0]; i++)
    if (gk_streq (type, stacks[i].type)) {
      if (stacks[i].has ())
        return 0;
      f->stack = true;
      return lacks (f, stacks[i].name, device, type);
    }
  const struct gk_fs *fs = gk_fs_find (type);
  if (fs == NULL || fs->kernel_types == NULL) /* swap, or nothing that any kernel mounts */
    return 0;
  if (gk_fs_kernel_type (fs)) {
    f->usable++;
    return 0;
  }
  f->unusable++;
  return lacks (f, type, device, type);
}

static int
look_at_all (struct found *f, char *const *devices)
{
  for (size_t i = 0; devices[i]; i++) {
    _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
    /* What cannot be read will say so when it is used. */
    if (gk_fs_probe_device (devices[i], &probe, NULL) == 0 &&
        look_at (f, devices[i], probe.type) == -1)
      return -1;
  }
  return 0;
}

int
gk_needs_check (struct gk_ctx *ctx, enum gk_needs needs, struct gk_error *err)
{
  _cleanup_strv_ char **disks = NULL, **parts = NULL;
  struct found f = { .lacks = GK_BUF_INIT };

  if (needs == GK_NEEDS_UNCHECKED)
    return 0;
  if (gk_mount_list_devices (ctx, &disks, err) == -1 ||
      gk_mount_list_partitions (ctx, &parts, err) == -1)
    return -1;
  int r = 0;
  if (look_at_all (&f, disks) == -1 || look_at_all (&f, parts) == -1)
    r = gk_error_oom (err);
  else if (f.lacks.size > 0 &&
           (needs == GK_NEEDS_ALL || f.stack || (f.unusable > 0 && f.usable == 0)))
    r = gk_error_set (err, ENOTSUP, "this kernel lacks %s", f.lacks.data);
  gk_buf_clear (&f.lacks);
  return r;
}
