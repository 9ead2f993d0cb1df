/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How much space: du for a tree, df for the mounted file systems. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/inomap.h"
#include "base/walk.h"
#include "fileops/fileops-priv.h"

/* --- du -------------------------------------------------------------------------- */

struct sum {
  uint64_t blocks; /* of 512 bytes */
  struct gk_inomap seen;
};

static int
count (struct sum *s, const struct stat *st)
{
  const char *name;
  int r = 0;

  /* A file with several names is counted once. */
  if (st->st_nlink > 1 && !S_ISDIR (st->st_mode))
    r = gk_inomap_meet (&s->seen, st->st_dev, st->st_ino, NULL, &name);
  if (r == 0)
    s->blocks += (uint64_t)st->st_blocks;
  return r == -1 ? -1 : 0;
}

static int
sum_tree (struct gk_ctx *ctx, int fd, const char *path, struct sum *s, struct gk_error *err)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  struct stat st;
  size_t n = 0;
  int r;

  if (gk_walk_start (&w, fd) == -1)
    return gk_fo_fail (err, errno, NULL, path);
  while ((r = gk_walk_next (&w)) > 0) {
    if (++n % 1024 == 0) {
      /* How much there is to walk is not known: a pulse. */
      gk_task_progress (ctx->task, 0, 1);
      if (gk_task_check (ctx->task, err) == -1)
        return -1;
    }
    if (r == GK_WALK_LEAVE)
      continue;
    if (fstatat (w.dir_fd, w.name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
      if (errno == ENOENT)
        continue;
      return gk_error_sys (err, errno, "%s/%s", path, w.path);
    }
    if (count (s, &st) == -1)
      return gk_error_oom (err);
    if (S_ISDIR (st.st_mode) && gk_walk_enter (&w) == -1 && errno != ENOENT && errno != ENOTDIR &&
        errno != ELOOP)
      return gk_error_sys (err, errno, "%s/%s", path, w.path);
  }
  return r == -1 ? gk_fo_fail (err, errno, "readdir", path) : 0;
}

int
gk_fileops_du (struct gk_ctx *ctx, const char *path, int64_t *ret_value, struct gk_error *err)
{
  struct sum s = { 0, GK_INOMAP_INIT };
  _cleanup_close_ int fd = -1;
  struct stat st;
  int r = 0;

  if (gk_root_lstat (ctx->root_fd, path, &st) == -1)
    return gk_fo_fail (err, errno, NULL, path);
  s.blocks = (uint64_t)st.st_blocks;
  if (S_ISDIR (st.st_mode)) {
    fd = gk_fo_open_dir (ctx, path, NULL, err);
    r = fd == -1 ? -1 : sum_tree (ctx, fd, path, &s, err);
  }
  gk_inomap_clear (&s.seen);
  if (r == -1)
    return -1;
  gk_task_progress (ctx->task, 1, 1);
  *ret_value = (int64_t)((s.blocks + 1) / 2);
  return 0;
}

/* --- df -------------------------------------------------------------------------- */

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static void
unescape (char *s)
{
  char *to = s;

  for (; *s; s++) {
    if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
        s[3] <= '7') {
      *to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
      s += 3;
    } else
      *to++ = *s;
  }
  *to = '\0';
}

/* A size as people read it: at most four characters, rounded up. */
static void
human (uint64_t bytes, char text[24])
{
  static const char units[] = "KMGTPE";
  uint64_t unit = 1;
  int u = -1;

  while (u < 5 && bytes / unit >= 1024) {
    unit *= 1024;
    u++;
  }
  /* 1023.5 M is 1.0 G once rounded up. */
  if (u >= 0 && u < 5 && (bytes + unit - 1) / unit >= 1024) {
    unit *= 1024;
    u++;
  }
  if (u == -1) {
    snprintf (text, 24, "%llu", (unsigned long long)bytes);
    return;
  }
  uint64_t whole = bytes / unit, rest = bytes % unit;
  uint64_t tenths = (rest * 10 + unit - 1) / unit;

  if (unit > UINT64_MAX / 10)
    tenths = (rest / 1024 * 10 + unit / 1024 - 1) / (unit / 1024);
  if (tenths == 10) {
    whole++;
    tenths = 0;
  }
  if (whole < 10)
    snprintf (text, 24, "%llu.%llu%c", (unsigned long long)whole, (unsigned long long)tenths,
              units[u]);
  else
    snprintf (text, 24, "%llu%c", (unsigned long long)(whole + (rest > 0 && tenths > 0)), units[u]);
}

#define COLUMNS 6

struct table {
  struct gk_strv cells; /* row by row */
};

static int
add_row (struct table *t, const char *source, const struct statvfs *v, const char *mounted,
         bool for_people)
{
  uint64_t unit = v->f_frsize, used = v->f_blocks - v->f_bfree, known = used + v->f_bavail;
  uint64_t n[3] = { v->f_blocks, used, v->f_bavail };
  char text[24];

  if (gk_strv_push (&t->cells, source) == -1)
    return -1;
  for (int i = 0; i < 3; i++) {
    if (for_people)
      human (n[i] * unit, text);
    else
      snprintf (text, sizeof text, "%llu", (unsigned long long)((n[i] * unit + 1023) / 1024));
    if (gk_strv_push (&t->cells, text) == -1)
      return -1;
  }
  if (known == 0)
    strcpy (text, "-");
  else
    snprintf (text, sizeof text, "%llu%%", (unsigned long long)((used * 100 + known - 1) / known));
  if (gk_strv_push (&t->cells, text) == -1)
    return -1;
  return gk_strv_push (&t->cells, mounted);
}

/* Columns padded to their widest cell: text to the left, numbers right. */
static int
format_table (const struct table *t, struct gk_buf *out)
{
  static const int least[COLUMNS] = { 14, 5, 5, 5, 4, 0 };
  int width[COLUMNS];

  for (size_t c = 0; c < COLUMNS; c++) {
    width[c] = least[c];
    for (size_t i = c; i < t->cells.len; i += COLUMNS)
      if ((int)strlen (t->cells.v[i]) > width[c])
        width[c] = (int)strlen (t->cells.v[i]);
  }
  for (size_t i = 0; i < t->cells.len; i++) {
    size_t c = i % COLUMNS;
    int r;

    if (c == 0)
      r = gk_buf_appendf (out, "%-*s", width[c], t->cells.v[i]);
    else if (c == COLUMNS - 1)
      r = gk_buf_appendf (out, " %s\n", t->cells.v[i]);
    else
      r = gk_buf_appendf (out, " %*s", width[c], t->cells.v[i]);
    if (r == -1)
      return -1;
  }
  return 0;
}

/* One line of mountinfo.  What is mounted on the guest's tree is shown under
 * /sysroot, where programs expect it. */
static int
add_mount (struct gk_ctx *ctx, char *line, const char *root, bool for_people, struct table *t)
{
  _cleanup_close_ int fd = -1;
  _cleanup_free_ char *shown = NULL;
  char *field[5], *save = NULL, *dash, *source;
  const char *below;
  struct statvfs v;
  struct statx sx;

  dash = strstr (line, " - ");
  if (!dash)
    return 0;
  *dash = '\0';
  if (!strtok_r (dash + 3, " ", &save) || !(source = strtok_r (NULL, " ", &save)))
    return 0;
  for (int i = 0; i < 5; i++)
    if (!(field[i] = strtok_r (i ? NULL : line, " ", &save)))
      return 0;
  unescape (field[4]);
  unescape (source);
  below = gk_after_prefix (field[4], gk_streq (root, "/") ? "" : root);
  if (!below || (*below && *below != '/'))
    return 0;
  fd = gk_root_open_any (ctx->root_fd, *below ? below : "/", O_PATH | O_NOFOLLOW, 0);
  /* A mount that another one lies over cannot be reached. */
  if (fd == -1 || statx (fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &sx) == -1 ||
      sx.stx_mnt_id != strtoull (field[0], NULL, 10))
    return 0;
  if (fstatvfs (fd, &v) == -1 || v.f_blocks == 0)
    return 0;
  shown = gk_asprintf ("/sysroot%s", below);
  return shown ? add_row (t, source, &v, shown, for_people) : -1;
}

static int
df (struct gk_ctx *ctx, bool for_people, char **ret_string, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf info = GK_BUF_INIT, out = GK_BUF_INIT;
  struct table t = { GK_STRV_INIT };
  char root[PATH_MAX], proc[32], *line, *next;
  const char *titles[COLUMNS] = { "Filesystem", "1K-blocks", "Used",
                                  "Available",  "Use%",      "Mounted on" };
  ssize_t n;
  int r = 0;

  if (for_people) {
    titles[1] = "Size";
    titles[3] = "Avail";
  }
  n = readlink (gk_fd_path (ctx->root_fd, proc), root, sizeof root - 1);
  if (n == -1)
    return gk_error_sys (err, errno, "df: root");
  root[n] = '\0';
  if (gk_read_file ("/proc/self/mountinfo", 64 << 20, &info) == -1)
    return gk_error_sys (err, errno, "/proc/self/mountinfo");
  for (int c = 0; c < COLUMNS && r == 0; c++)
    r = gk_strv_push (&t.cells, titles[c]);
  for (line = info.data; r == 0 && line && *line; line = next) {
    next = line + strcspn (line, "\n");
    if (*next)
      *next++ = '\0';
    r = add_mount (ctx, line, root, for_people, &t);
  }
  if (r == 0)
    r = format_table (&t, &out);
  gk_strv_clear (&t.cells);
  if (r == -1 || !(*ret_string = gk_buf_finish (&out)))
    return gk_error_oom (err);
  return 0;
}

int
gk_fileops_df (struct gk_ctx *ctx, char **ret_string, struct gk_error *err)
{
  return df (ctx, false, ret_string, err);
}

int
gk_fileops_df_h (struct gk_ctx *ctx, char **ret_string, struct gk_error *err)
{
  return df (ctx, true, ret_string, err);
}
