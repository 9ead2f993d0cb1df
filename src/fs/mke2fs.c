/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mke2fs with all its options, and the older calls for filesystems with a
 * journal elsewhere.  The options are a table; what they mean is mke2fs's. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

enum value { NUMBER64, NUMBER, TEXT, SWITCH, EXTENDED64, EXTENDED_NUMBER, EXTENDED_BOOL, FEATURE };

#define ROW(NAME, field, kind, word)                                                               \
  {                                                                                                \
    GUESTFS_MKE2FS_##NAME##_BITMASK, offsetof (struct guestfs_mke2fs_argv, field), kind, word,     \
        #field                                                                                     \
  }
static const struct option {
  uint64_t bit;
  size_t at;
  enum value kind;
  const char *word; /* the option; of -E and -O the name in the list */
  const char *name;
} options[] = {
  ROW (BLOCKSIZE, blocksize, NUMBER64, "-b"),
  ROW (FRAGSIZE, fragsize, NUMBER64, "-f"),
  ROW (BLOCKSPERGROUP, blockspergroup, NUMBER64, "-g"),
  ROW (NUMBEROFGROUPS, numberofgroups, NUMBER64, "-G"),
  ROW (BYTESPERINODE, bytesperinode, NUMBER64, "-i"),
  ROW (INODESIZE, inodesize, NUMBER64, "-I"),
  ROW (NUMBEROFINODES, numberofinodes, NUMBER64, "-N"),
  ROW (RESERVEDBLOCKSPERCENTAGE, reservedblockspercentage, NUMBER, "-m"),
  ROW (LABEL, label, TEXT, "-L"),
  ROW (LASTMOUNTEDDIR, lastmounteddir, TEXT, "-M"),
  ROW (CREATOROS, creatoros, TEXT, "-o"),
  ROW (FSTYPE, fstype, TEXT, "-t"),
  ROW (USAGETYPE, usagetype, TEXT, "-T"),
  ROW (UUID, uuid, TEXT, "-U"),
  ROW (FORCECREATE, forcecreate, SWITCH, "-F"),
  ROW (WRITESBANDGROUPONLY, writesbandgrouponly, SWITCH, "-S"),
  ROW (STRIDESIZE, stridesize, EXTENDED64, "stride"),
  ROW (STRIPEWIDTH, stripewidth, EXTENDED64, "stripe_width"),
  ROW (MAXONLINERESIZE, maxonlineresize, EXTENDED64, "resize"),
  ROW (MMPUPDATEINTERVAL, mmpupdateinterval, EXTENDED_NUMBER, "mmp_update_interval"),
  ROW (LAZYITABLEINIT, lazyitableinit, EXTENDED_BOOL, "lazy_itable_init"),
  ROW (LAZYJOURNALINIT, lazyjournalinit, EXTENDED_BOOL, "lazy_journal_init"),
  ROW (EXTENT, extent, FEATURE, "extent"),
  ROW (FILETYPE, filetype, FEATURE, "filetype"),
  ROW (FLEXBG, flexbg, FEATURE, "flex_bg"),
  ROW (HASJOURNAL, hasjournal, FEATURE, "has_journal"),
  ROW (JOURNALDEV, journaldev, FEATURE, "journal_dev"),
  ROW (LARGEFILE, largefile, FEATURE, "large_file"),
  ROW (QUOTA, quota, FEATURE, "quota"),
  ROW (RESIZEINODE, resizeinode, FEATURE, "resize_inode"),
  ROW (SPARSESUPER, sparsesuper, FEATURE, "sparse_super"),
  ROW (UNINITBG, uninitbg, FEATURE, "uninit_bg"),
};

/* What -U takes beside UUIDs. */
#define UUID_WORDS GK_LIST ("clear", "random", "time")

struct line {
  struct gk_strv argv;
  struct gk_buf extended, features; /* the lists of -E and -O */
};

static int
append (struct gk_buf *list, const char *fmt, const char *name, long long n)
{
  if (list->size > 0 && gk_buf_append (list, ",", 1) == -1)
    return -1;
  return gk_buf_appends (list, name) == -1 || (fmt && gk_buf_appendf (list, "=%lld", n) == -1) ? -1
                                                                                               : 0;
}

static int
push_option (struct line *l, const struct option *o, const struct guestfs_mke2fs_argv *opt,
             struct gk_error *err)
{
  const char *at = (const char *)opt + o->at;
  long long n = 0;
  int r = 0;

  if (o->kind == NUMBER64 || o->kind == EXTENDED64)
    n = *(const int64_t *)(const void *)at;
  else if (o->kind != TEXT)
    n = *(const int *)(const void *)at;
  if (n < 0 && o->kind != SWITCH && o->kind != FEATURE && o->kind != EXTENDED_BOOL)
    return gk_error_set (err, EINVAL, "%s must be >= 0", o->name);
  switch (o->kind) {
  case NUMBER64:
  case NUMBER:
    r = gk_strv_push (&l->argv, o->word) == -1 ? -1 : gk_strv_pushf (&l->argv, "%lld", n);
    break;
  case TEXT:
    r = gk_strv_push (&l->argv, o->word) == -1
            ? -1
            : gk_strv_push (&l->argv, *(const char *const *)(const void *)at);
    break;
  case SWITCH:
    r = n ? gk_strv_push (&l->argv, o->word) : 0;
    break;
  case EXTENDED64:
  case EXTENDED_NUMBER:
    r = append (&l->extended, "=", o->word, n);
    break;
  case EXTENDED_BOOL:
    r = append (&l->extended, "=", o->word, n != 0);
    break;
  case FEATURE:
    if (!n && l->features.size > 0)
      r = gk_buf_append (&l->features, ",^", 2);
    else if (!n)
      r = gk_buf_append (&l->features, "^", 1);
    else if (l->features.size > 0)
      r = gk_buf_append (&l->features, ",", 1);
    if (r == 0)
      r = gk_buf_appends (&l->features, o->word);
    break;
  }
  return r == -1 ? gk_error_oom (err) : 0;
}

#define HAS(NAME) (opt && opt->bitmask & GUESTFS_MKE2FS_##NAME##_BITMASK)

static int
push_special (struct line *l, const struct guestfs_mke2fs_argv *opt, struct gk_error *err)
{
  int r = 0;

  if (HAS (JOURNALSIZE) && opt->journalsize < 0)
    return gk_error_set (err, EINVAL, "journalsize must be >= 0");
  if (HAS (JOURNALSIZE) && HAS (JOURNALDEVICE))
    return gk_error_set (err, EINVAL,
                         "only one of the options 'journalsize', 'journaldevice' may be specified");
  if (HAS (JOURNALSIZE))
    r = gk_strv_push (&l->argv, "-J") == -1
            ? -1
            : gk_strv_pushf (&l->argv, "size=%lld", (long long)opt->journalsize);
  if (HAS (JOURNALDEVICE))
    r = gk_strv_push (&l->argv, "-J") == -1
            ? -1
            : gk_strv_pushf (&l->argv, "device=%s", opt->journaldevice);
  if (r == 0 && HAS (TESTFS) && opt->testfs)
    r = append (&l->extended, NULL, "test_fs", 0);
  if (r == 0 && HAS (DISCARD))
    r = append (&l->extended, NULL, opt->discard ? "discard" : "nodiscard", 0);
  if (r == 0 && HAS (QUOTATYPE)) {
    if (append (&l->extended, NULL, "quotatype=", 0) == -1)
      r = -1;
    else
      r = gk_buf_appends (&l->extended, opt->quotatype ? "usrquota:grpquota" : "usrquota");
  }
  return r == -1 ? gk_error_oom (err) : 0;
}

static int
make (struct gk_ctx *ctx, const char *const *argv, const char *device, struct gk_error *err)
{
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  if (gk_fs_run_writing (ctx, argv, "e2fsprogs", device, err) == -1)
    return -1;
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}

static void
clear_line (struct line *l)
{
  gk_strv_clear (&l->argv);
  gk_buf_clear (&l->extended);
  gk_buf_clear (&l->features);
}

/* What follows one would be further options. */
static int
check_commas (const char *journal, struct gk_error *err)
{
  if (strchr (journal, ',') == NULL)
    return 0;
  return gk_error_set (err, EINVAL, "%s: has a comma, which mke2fs cannot take here", journal);
}

/* It is no argument of the kind that the worker has checked: only what is in
 * the session's own /dev, where there are no other disks.  A label or UUID is
 * looked for there, too. */
static int
check_journal (const char *device, struct gk_error *err)
{
  struct stat st;

  if (gk_after_prefix (device, "LABEL=") || gk_after_prefix (device, "UUID=")) {
    return check_commas (device, err);
  }
  if (strncmp (device, "/dev/", 5) != 0 || strstr (device, "/../"))
    return gk_error_set (err, EINVAL, "%s: is not a device", device);
  if (stat (device, &st) == -1)
    return gk_error_sys (err, errno, "%s", device);
  return S_ISBLK (st.st_mode) ? 0 : gk_error_set (err, ENOTBLK, "%s: is not a device", device);
}

static int
check_names (const struct guestfs_mke2fs_argv *opt, struct gk_error *err)
{
  if (HAS (LABEL) && gk_fs_check_label (&gk_fs_ext2, NULL, opt->label, err) == -1)
    return -1;
  return HAS (UUID) ? gk_fs_check_uuid (opt->uuid, UUID_WORDS, err) : 0;
}

int
gk_fs_mke2fs (struct gk_ctx *ctx, const char *device, const struct guestfs_mke2fs_argv *opt,
              struct gk_error *err)
{
  __attribute__ ((cleanup (clear_line))) struct line l = { GK_STRV_INIT, GK_BUF_INIT, GK_BUF_INIT };

  if (HAS (BLOCKSCOUNT) && opt->blockscount < 0)
    return gk_error_set (err, EINVAL, "blockscount must be >= 0");
  if (check_names (opt, err) == -1)
    return -1;
  if (HAS (JOURNALDEVICE) && check_journal (opt->journaldevice, err) == -1)
    return -1;
  if (gk_strv_push (&l.argv, "mke2fs") == -1)
    return gk_error_oom (err);
  for (size_t i = 0; opt && i < sizeof options / sizeof *options; i++)
    if (opt->bitmask & options[i].bit && push_option (&l, &options[i], opt, err) == -1)
      return -1;
  if (push_special (&l, opt, err) == -1)
    return -1;
  if ((l.extended.size &&
       (gk_strv_push (&l.argv, "-E") == -1 || gk_strv_push (&l.argv, l.extended.data) == -1)) ||
      (l.features.size &&
       (gk_strv_push (&l.argv, "-O") == -1 || gk_strv_push (&l.argv, l.features.data) == -1)) ||
      gk_strv_push (&l.argv, device) == -1 ||
      (HAS (BLOCKSCOUNT) && gk_strv_pushf (&l.argv, "%lld", (long long)opt->blockscount) == -1))
    return gk_error_oom (err);
  return make (ctx, (const char *const *)l.argv.v, device, err);
}

/* --- journals ---------------------------------------------------------------------------- */

/* option NULL: neither label nor UUID. */
static int
make_journal (struct gk_ctx *ctx, int blocksize, const char *option, const char *value,
              const char *device, struct gk_error *err)
{
  char size[16];

  snprintf (size, sizeof size, "%d", blocksize);
  if (option)
    return make (ctx,
                 GK_LIST ("mke2fs", "-F", "-O", "journal_dev", "-b", size, option, value, device),
                 device, err);
  return make (ctx, GK_LIST ("mke2fs", "-F", "-O", "journal_dev", "-b", size, device), device, err);
}

int
gk_fs_mke2journal (struct gk_ctx *ctx, int blocksize, const char *device, struct gk_error *err)
{
  return make_journal (ctx, blocksize, NULL, NULL, device, err);
}

int
gk_fs_mke2journal_L (struct gk_ctx *ctx, int blocksize, const char *label, const char *device,
                     struct gk_error *err)
{
  if (gk_fs_check_label (&gk_fs_ext2, NULL, label, err) == -1)
    return -1;
  return make_journal (ctx, blocksize, "-L", label, device, err);
}

int
gk_fs_mke2journal_U (struct gk_ctx *ctx, int blocksize, const char *uuid, const char *device,
                     struct gk_error *err)
{
  if (gk_fs_check_uuid (uuid, UUID_WORDS, err) == -1)
    return -1;
  return make_journal (ctx, blocksize, "-U", uuid, device, err);
}

/* how: "", "LABEL=", "UUID=". */
static int
make_with_journal (struct gk_ctx *ctx, const char *fstype, int blocksize, const char *device,
                   const char *how, const char *journal, struct gk_error *err)
{
  char size[16];
  _cleanup_gk_buf_ struct gk_buf where = GK_BUF_INIT;

  if (check_commas (journal, err) == -1)
    return -1;
  if (gk_buf_appendf (&where, "device=%s%s", how, journal) == -1)
    return gk_error_oom (err);
  snprintf (size, sizeof size, "%d", blocksize);
  return make (ctx, GK_LIST ("mke2fs", "-F", "-t", fstype, "-J", where.data, "-b", size, device),
               device, err);
}

int
gk_fs_mke2fs_J (struct gk_ctx *ctx, const char *fstype, int blocksize, const char *device,
                const char *journal, struct gk_error *err)
{
  return make_with_journal (ctx, fstype, blocksize, device, "", journal, err);
}

int
gk_fs_mke2fs_JL (struct gk_ctx *ctx, const char *fstype, int blocksize, const char *device,
                 const char *label, struct gk_error *err)
{
  return make_with_journal (ctx, fstype, blocksize, device, "LABEL=", label, err);
}

int
gk_fs_mke2fs_JU (struct gk_ctx *ctx, const char *fstype, int blocksize, const char *device,
                 const char *uuid, struct gk_error *err)
{
  if (gk_fs_check_uuid (uuid, NULL, err) == -1)
    return -1;
  return make_with_journal (ctx, fstype, blocksize, device, "UUID=", uuid, err);
}
