/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls for XFS alone.
 *
 * xfs_admin and xfs_info are scripts, and the first of them evaluates its
 * arguments: a label with a quote in it runs commands.  What they start is
 * started here, without a shell. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

#define PACKAGE "xfsprogs"
#define ANY_STATUS 255

static bool
is_device (const char *name)
{
  return gk_after_prefix (name, "/dev/") != NULL;
}

/* --- parameters ------------------------------------------------------------------------ */

/* One command of xfs_db, whose status is 0 whatever happens: it says `good` when
 * it was done. */
static int
change (struct gk_ctx *ctx, const char *device, const char *command, const char *good, bool is_file,
        struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  const char *const *argv =
      is_file ? GK_LIST ("xfs_db", "-x", "-p", "xfs_admin", "-f", "-c", command, device)
              : GK_LIST ("xfs_db", "-x", "-p", "xfs_admin", "-c", command, device);

  if (gk_fs_check_free (device, err) == -1 || gk_fs_run (ctx, argv, PACKAGE, 0, &out, err) == -1)
    return -1;
  if (out.data && strstr (out.data, good))
    return 0;
  while (out.size > 0 && out.data[out.size - 1] == '\n')
    out.data[--out.size] = '\0';
  return gk_error_set (err, 0, "%s: %s: %s", device, command,
                       out.size ? out.data : "xfs_db did not do it");
}

static int
change_to (struct gk_ctx *ctx, const char *device, const char *verb, const char *value,
           const char *good, bool is_file, struct gk_error *err)
{
  _cleanup_free_ char *command = gk_asprintf ("%s %s", verb, value);

  return command ? change (ctx, device, command, good, is_file, err) : gk_error_oom (err);
}

static int
set_label (struct gk_ctx *ctx, const char *device, const char *label, bool is_file,
           struct gk_error *err)
{
  if (gk_fs_check_label (&gk_fs_xfs, "xfs", label, err) == -1)
    return -1;
  if (label[strcspn (label, " \t\n\r\v\f\"")])
    return gk_error_set (err, EINVAL, "%s: blanks and quotes in labels can only be set by mkfs",
                         label);
  return change_to (ctx, device, "label", *label ? label : "--", "new label", is_file, err);
}

static int
set_uuid (struct gk_ctx *ctx, const char *device, const char *uuid, bool is_file,
          struct gk_error *err)
{
  if (gk_fs_check_uuid (uuid, GK_LIST ("generate", "nil", "restore", "rewrite"), err) == -1)
    return -1;
  return change_to (ctx, device, "uuid", uuid, "new UUID", is_file, err);
}

int
gk_xfs_set_label (struct gk_ctx *ctx, const char *device, const char *label, struct gk_error *err)
{
  return set_label (ctx, device, label, false, err);
}

int
gk_xfs_set_uuid (struct gk_ctx *ctx, const char *device, const char *uuid, struct gk_error *err)
{
  return set_uuid (ctx, device, uuid ? uuid : "generate", false, err);
}

#define ADMIN(NAME) (opt && opt->bitmask & GUESTFS_XFS_ADMIN_##NAME##_BITMASK)

int
gk_fs_xfs_admin (struct gk_ctx *ctx, const char *device, const struct guestfs_xfs_admin_argv *opt,
                 struct gk_error *err)
{
  bool file = ADMIN (IMGFILE) && opt->imgfile;

  if (opt == NULL || (opt->bitmask & ~GUESTFS_XFS_ADMIN_IMGFILE_BITMASK) == 0)
    return gk_error_set (err, EINVAL, "%s: nothing to change was given", device);
  if ((ADMIN (EXTUNWRITTEN) && opt->extunwritten &&
       change (ctx, device, "version extflg", "versionnum", file, err) == -1) ||
      (ADMIN (V2LOG) && opt->v2log &&
       change (ctx, device, "version log2", "versionnum", file, err) == -1) ||
      (ADMIN (PROJID32BIT) && opt->projid32bit &&
       change (ctx, device, "version projid32bit", "versionnum", file, err) == -1) ||
      (ADMIN (LABEL) && set_label (ctx, device, opt->label, file, err) == -1) ||
      (ADMIN (UUID) && set_uuid (ctx, device, opt->uuid, file, err) == -1))
    return -1;
  if (!ADMIN (LAZYCOUNTER))
    return 0;
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  const char *value = opt->lazycounter ? "lazycount=1" : "lazycount=0";
  return gk_fs_run (ctx, GK_LIST ("xfs_repair", "-c", value, device), PACKAGE, 0, NULL, err) == -1
             ? -1
             : 0;
}

/* --- growing --------------------------------------------------------------------------- */

static int
open_path (struct gk_ctx *ctx, const char *path, int flags, char text[32], struct gk_error *err)
{
  int fd = gk_root_open (ctx->root_fd, path, flags, 0);

  if (fd == -1)
    return gk_error_sys (err, errno, "%s", path);
  gk_fd_path (fd, text);
  return fd;
}

static int
push_number (struct gk_strv *argv, const char *option, int64_t n, const char *name,
             struct gk_error *err)
{
  if (n < 0)
    return gk_error_set (err, EINVAL, "%s is negative", name);
  if (gk_strv_push (argv, option) == -1 || gk_strv_pushf (argv, "%lld", (long long)n) == -1)
    return gk_error_oom (err);
  return 0;
}

#define GROW(NAME) (opt && opt->bitmask & GUESTFS_XFS_GROWFS_##NAME##_BITMASK)

int
gk_fs_xfs_growfs (struct gk_ctx *ctx, const char *path, const struct guestfs_xfs_growfs_argv *opt,
                  struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;
  char text[32];

  if (gk_strv_push (&argv, "xfs_growfs") == -1 ||
      (GROW (DATASEC) && opt->datasec && gk_strv_push (&argv, "-d") == -1) ||
      (GROW (LOGSEC) && opt->logsec && gk_strv_push (&argv, "-l") == -1) ||
      (GROW (RTSEC) && opt->rtsec && gk_strv_push (&argv, "-r") == -1))
    return gk_error_oom (err);
  if ((GROW (DATASIZE) && push_number (&argv, "-D", opt->datasize, "datasize", err) == -1) ||
      (GROW (LOGSIZE) && push_number (&argv, "-L", opt->logsize, "logsize", err) == -1) ||
      (GROW (RTSIZE) && push_number (&argv, "-R", opt->rtsize, "rtsize", err) == -1) ||
      (GROW (RTEXTSIZE) && push_number (&argv, "-e", opt->rtextsize, "rtextsize", err) == -1) ||
      (GROW (MAXPCT) && push_number (&argv, "-m", opt->maxpct, "maxpct", err) == -1))
    return -1;
  _cleanup_close_ int fd = open_path (ctx, path, O_RDONLY | O_DIRECTORY, text, err);
  if (fd == -1)
    return -1;
  if (gk_strv_push (&argv, text) == -1)
    return gk_error_oom (err);
  return gk_fs_run_at (ctx, (const char *const *)argv.v, PACKAGE, 0, fd, path, NULL, err) == -1 ? -1
                                                                                                : 0;
}

/* --- repairing ------------------------------------------------------------------------- */

#define REPAIR(NAME) (opt && opt->bitmask & GUESTFS_XFS_REPAIR_##NAME##_BITMASK)

/* A further device, which the session did not look at: these options are text. */
static int
push_device (struct gk_strv *argv, const char *option, const char *name, struct gk_error *err)
{
  struct stat st;

  if (!is_device (name) || strstr (name, "/../") || stat (name, &st) == -1 || !S_ISBLK (st.st_mode))
    return gk_error_set (err, ENOENT, "%s: No such file or directory", name);
  if (gk_fs_check_free (name, err) == -1)
    return -1;
  if (gk_strv_push (argv, option) == -1 || gk_strv_push (argv, name) == -1)
    return gk_error_oom (err);
  return 0;
}

static int
push_tuning (struct gk_strv *argv, const char *name, const char *tool_name, int64_t n,
             struct gk_error *err)
{
  if (n < 0)
    return gk_error_set (err, EINVAL, "%s is negative", name);
  if (gk_strv_push (argv, "-o") == -1 ||
      gk_strv_pushf (argv, "%s=%lld", tool_name, (long long)n) == -1)
    return gk_error_oom (err);
  return 0;
}

static int
push_repair_options (struct gk_strv *argv, const struct guestfs_xfs_repair_argv *opt,
                     struct gk_error *err)
{
  if ((REPAIR (FORCELOGZERO) && opt->forcelogzero && gk_strv_push (argv, "-L") == -1) ||
      (REPAIR (NOMODIFY) && opt->nomodify && gk_strv_push (argv, "-n") == -1) ||
      (REPAIR (NOPREFETCH) && opt->noprefetch && gk_strv_push (argv, "-P") == -1) ||
      (REPAIR (FORCEGEOMETRY) && opt->forcegeometry &&
       (gk_strv_push (argv, "-o") == -1 || gk_strv_push (argv, "force_geometry") == -1)))
    return gk_error_oom (err);
  if (REPAIR (MAXMEM) && opt->maxmem <= 0)
    return gk_error_set (err, EINVAL, "maxmem is not larger than zero");
  if ((REPAIR (MAXMEM) && push_number (argv, "-m", opt->maxmem, "maxmem", err) == -1) ||
      (REPAIR (IHASHSIZE) && push_tuning (argv, "ihashsize", "ihash", opt->ihashsize, err) == -1) ||
      (REPAIR (BHASHSIZE) && push_tuning (argv, "bhashsize", "bhash", opt->bhashsize, err) == -1) ||
      (REPAIR (AGSTRIDE) &&
       push_tuning (argv, "agstride", "ag_stride", opt->agstride, err) == -1) ||
      (REPAIR (LOGDEV) && push_device (argv, "-l", opt->logdev, err) == -1) ||
      (REPAIR (RTDEV) && push_device (argv, "-r", opt->rtdev, err) == -1))
    return -1;
  return 0;
}

int
gk_fs_xfs_repair (struct gk_ctx *ctx, const char *device, const struct guestfs_xfs_repair_argv *opt,
                  int *ret_value, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;
  _cleanup_close_ int fd = -1;
  char text[32];

  if (gk_strv_push (&argv, "xfs_repair") == -1)
    return gk_error_oom (err);
  if (push_repair_options (&argv, opt, err) == -1)
    return -1;
  if (is_device (device)) {
    if (gk_fs_check_free (device, err) == -1)
      return -1;
  } else {
    fd = open_path (ctx, device, O_RDWR, text, err);
    if (fd == -1)
      return -1;
    if (gk_strv_push (&argv, "-f") == -1)
      return gk_error_oom (err);
  }
  if (gk_strv_push (&argv, fd == -1 ? device : text) == -1)
    return gk_error_oom (err);
  int r =
      gk_fs_run_at (ctx, (const char *const *)argv.v, PACKAGE, ANY_STATUS, fd, device, NULL, err);
  if (r == -1)
    return -1;
  *ret_value = r;
  return 0;
}

/* --- geometry ---------------------------------------------------------------------------- */

/* What xfs_info prints, as pairs: of "data     =        bsize=4096   blocks=1000, imaxpct=25"
 * "data.bsize", "4096" and so on; of "naming   =version 2   bsize=4096" also "naming",
 * "version 2".  Lines without a word at their begin belong to the one before. */
static int
parse_line (char *line, char section[32], struct gk_strv *pairs)
{
  char *equals = strchr (line, '='), *save = NULL;
  _cleanup_gk_buf_ struct gk_buf value = GK_BUF_INIT;

  if (equals == NULL)
    return 0;
  size_t n = strcspn (line, " =");
  bool first = n > 0 && n < 32;
  if (first) {
    memcpy (section, line, n);
    section[n] = '\0';
  }
  char *word = strtok_r (equals + 1, " ", &save);
  for (; word && (strchr (word, '=') == NULL || word[0] == '/'); word = strtok_r (NULL, " ", &save))
    if (gk_buf_appendf (&value, "%s%s", value.size ? " " : "", word) == -1)
      return -1;
  if (first && value.size &&
      (gk_strv_push (pairs, section) == -1 || gk_strv_push (pairs, value.data) == -1))
    return -1;
  for (; word; word = strtok_r (NULL, " ", &save)) {
    char *middle = strchr (word, '=');
    if (middle == NULL) /* "blks" */
      continue;
    *middle++ = '\0';
    middle[strcspn (middle, ",")] = '\0';
    if (gk_strv_pushf (pairs, "%s.%s", section, word) == -1 || gk_strv_push (pairs, middle) == -1)
      return -1;
  }
  return 0;
}

static int
read_info (struct gk_ctx *ctx, const char *where, struct gk_strv *pairs, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  _cleanup_close_ int fd = -1;
  char section[32] = "", text[32], *save = NULL;
  int r;

  if (is_device (where)) {
    r = gk_fs_run (ctx, GK_LIST ("xfs_db", "-r", "-p", "xfs_info", "-c", "info", where), PACKAGE, 0,
                   &out, err);
  } else {
    fd = open_path (ctx, where, O_RDONLY, text, err);
    if (fd == -1)
      return -1;
    r = gk_fs_run_at (ctx, GK_LIST ("xfs_spaceman", "-p", "xfs_info", "-c", "info", text), PACKAGE,
                      0, fd, where, &out, err);
  }
  if (r == -1)
    return -1;
  if (out.data == NULL || strstr (out.data, "meta-data=") == NULL)
    return gk_error_set (err, EINVAL, "%s: is not an XFS filesystem", where);
  for (char *line = strtok_r (out.data, "\n", &save); line; line = strtok_r (NULL, "\n", &save))
    if (parse_line (line, section, pairs) == -1)
      return gk_error_oom (err);
  return 0;
}

int
gk_fs_xfs_info2 (struct gk_ctx *ctx, const char *pathordevice, char ***ret_list,
                 struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv pairs = GK_STRV_INIT;

  if (read_info (ctx, pathordevice, &pairs, err) == -1)
    return -1;
  *ret_list = gk_strv_finish (&pairs);
  return *ret_list ? 0 : gk_error_oom (err);
}

static const char *
field (const struct gk_strv *pairs, const char *name)
{
  for (size_t i = 0; i + 1 < pairs->len; i += 2)
    if (gk_streq (pairs->v[i], name))
      return pairs->v[i + 1];
  return "";
}

static uint64_t
number (const struct gk_strv *pairs, const char *name)
{
  return strtoull (field (pairs, name), NULL, 10);
}

static uint32_t
number32 (const struct gk_strv *pairs, const char *name)
{
  return (uint32_t)number (pairs, name);
}

int
gk_fs_xfs_info (struct gk_ctx *ctx, const char *pathordevice, struct guestfs_xfsinfo *ret_struct,
                struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv p = GK_STRV_INIT;

  if (read_info (ctx, pathordevice, &p, err) == -1)
    return -1;
  const char *log = field (&p, "log"),
             *version = gk_after_prefix (field (&p, "naming"), "version ");
  _cleanup_free_ char *point = strdup (field (&p, "meta-data"));
  _cleanup_free_ char *logname = strndup (log, strcspn (log, " "));
  char *rtname = strdup (field (&p, "realtime"));
  if (point == NULL || logname == NULL || rtname == NULL) {
    free (rtname);
    return gk_error_oom (err);
  }
  *ret_struct = (struct guestfs_xfsinfo){
    .xfs_mntpoint = gk_steal_ptr (point),
    .xfs_inodesize = number32 (&p, "meta-data.isize"),
    .xfs_agcount = number32 (&p, "meta-data.agcount"),
    .xfs_agsize = number32 (&p, "meta-data.agsize"),
    .xfs_sectsize = number32 (&p, "meta-data.sectsz"),
    .xfs_attr = number32 (&p, "meta-data.attr"),
    .xfs_blocksize = number32 (&p, "data.bsize"),
    .xfs_datablocks = number (&p, "data.blocks"),
    .xfs_imaxpct = number32 (&p, "data.imaxpct"),
    .xfs_sunit = number32 (&p, "data.sunit"),
    .xfs_swidth = number32 (&p, "data.swidth"),
    .xfs_dirversion = version ? (uint32_t)strtoul (version, NULL, 10) : 0,
    .xfs_dirblocksize = number32 (&p, "naming.bsize"),
    .xfs_cimode = number32 (&p, "naming.ascii-ci"),
    .xfs_logname = gk_steal_ptr (logname),
    .xfs_logblocksize = number32 (&p, "log.bsize"),
    .xfs_logblocks = number32 (&p, "log.blocks"),
    .xfs_logversion = number32 (&p, "log.version"),
    .xfs_logsectsize = number32 (&p, "log.sectsz"),
    .xfs_logsunit = number32 (&p, "log.sunit"),
    .xfs_lazycount = number32 (&p, "log.lazy-count"),
    .xfs_rtname = rtname,
    .xfs_rtextsize = number32 (&p, "realtime.extsz"),
    .xfs_rtblocks = number (&p, "realtime.blocks"),
    .xfs_rtextents = number (&p, "realtime.rtextents"),
  };
  return 0;
}
