/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ll, llz: a listing for people, in the form of `ls -la` (and -Z) with numeric
 * owners and times in UTC. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/walk.h"
#include "fileops/fileops-priv.h"

struct entry {
  char *name;
  char *target; /* of a symlink */
  char *label;  /* of SELinux; NULL: none, or not asked for */
  struct stat st;
  char extra; /* '+' with an ACL, '.' with only a label, else ' ' */
};

struct listing {
  struct entry *v;
  size_t n, alloc;
  bool labels;
};

static void
clear_listing (struct listing *l)
{
  for (size_t i = 0; i < l->n; i++) {
    free (l->v[i].name);
    free (l->v[i].target);
    free (l->v[i].label);
  }
  free (l->v);
}
#define LISTING __attribute__ ((cleanup (clear_listing))) struct listing

/* --- collecting ------------------------------------------------------------------ */

static char
extra_mark (int fd)
{
  char proc[32];

  gk_fd_path (fd, proc);
  if (getxattr (proc, "system.posix_acl_access", NULL, 0) > 0 ||
      getxattr (proc, "system.posix_acl_default", NULL, 0) > 0)
    return '+';
  return getxattr (proc, "security.selinux", NULL, 0) > 0 ? '.' : ' ';
}

/* Of the object itself, also of a link. */
static char *
read_label (int fd)
{
  char proc[32], text[256];
  ssize_t n = getxattr (gk_fd_path (fd, proc), "security.selinux", text, sizeof text - 1);

  if (n <= 0)
    return NULL;
  text[n] = '\0';
  return gk_escape (text, strlen (text), sizeof text);
}

/* fd is the object, O_PATH. */
static int
add (struct listing *l, const char *name, int fd)
{
  char target[PATH_MAX];
  struct entry *e;
  ssize_t n;

  if (l->n == l->alloc) {
    size_t alloc = l->alloc ? l->alloc * 2 : 32;
    void *v = reallocarray (l->v, alloc, sizeof *l->v);

    if (!v)
      return -1;
    l->v = v;
    l->alloc = alloc;
  }
  e = &l->v[l->n];
  *e = (struct entry){ .extra = extra_mark (fd) };
  if (fstat (fd, &e->st) == -1)
    return -1;
  e->name = strdup (name);
  if (!e->name)
    return -1;
  l->n++;
  e->label = l->labels ? read_label (fd) : NULL;
  if (!S_ISLNK (e->st.st_mode))
    return 0;
  n = readlinkat (fd, "", target, sizeof target - 1);
  if (n < 0)
    n = 0;
  target[n] = '\0';
  e->target = strdup (target);
  return e->target ? 0 : -1;
}

static int
add_up (struct gk_ctx *ctx, struct listing *l, const char *directory)
{
  _cleanup_free_ char *up = gk_asprintf ("%s/..", directory);
  _cleanup_close_ int fd = -1;

  if (!up)
    return -1;
  fd = gk_root_open_any (ctx->root_fd, up, O_PATH, 0);
  return fd == -1 ? -1 : add (l, "..", fd);
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int
collect (struct gk_ctx *ctx, const char *directory, struct listing *l, struct gk_error *err)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_close_ int dir = gk_fo_open_dir (ctx, directory, NULL, err);
  int r;

  if (dir == -1)
    return -1;
  if (gk_walk_start (&w, dir) == -1 || add (l, ".", dir) == -1 || add_up (ctx, l, directory) == -1)
    return gk_fo_fail (err, errno, NULL, directory);
  while ((r = gk_walk_next (&w)) > 0) {
    _cleanup_close_ int fd = openat (w.dir_fd, w.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (l->n % 1024 == 0 && gk_task_check (ctx->task, err) == -1)
      return -1;
    if (fd == -1 && errno == ENOENT)
      continue;
    if (fd == -1 || add (l, w.name, fd) == -1)
      return gk_error_sys (err, errno, "%s/%s", directory, w.name);
  }
  if (r == -1)
    return gk_fo_fail (err, errno, "readdir", directory);
  qsort (l->v, l->n, sizeof *l->v, by_name);
  return 0;
}

/* --- writing ----------------------------------------------------------------------- */

static void
mode_text (mode_t m, char t[11])
{
  switch (m & S_IFMT) {
  case S_IFDIR:
    t[0] = 'd';
    break;
  case S_IFLNK:
    t[0] = 'l';
    break;
  case S_IFBLK:
    t[0] = 'b';
    break;
  case S_IFCHR:
    t[0] = 'c';
    break;
  case S_IFIFO:
    t[0] = 'p';
    break;
  case S_IFSOCK:
    t[0] = 's';
    break;
  case S_IFREG:
    t[0] = '-';
    break;
  default:
    t[0] = '?';
  }
  for (int i = 0; i < 9; i++)
    t[1 + i] = m & (0400u >> i) ? "rwx"[i % 3] : '-';
  if (m & S_ISUID)
    t[3] = m & S_IXUSR ? 's' : 'S';
  if (m & S_ISGID)
    t[6] = m & S_IXGRP ? 's' : 'S';
  if (m & S_ISVTX)
    t[9] = m & S_IXOTH ? 't' : 'T';
  t[10] = '\0';
}

/* The time of day for the last half year, else the year. */
static void
time_text (time_t t, time_t now, char text[32])
{
  static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  struct tm tm;

  if (!gmtime_r (&t, &tm)) {
    snprintf (text, 32, "%lld", (long long)t);
    return;
  }
  if (t <= now && t > now - 31556952 / 2)
    snprintf (text, 32, "%s %2d %02d:%02d", months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min);
  else
    snprintf (text, 32, "%s %2d %5lld", months[tm.tm_mon], tm.tm_mday,
              (long long)tm.tm_year + 1900);
}

struct widths {
  int nlink, uid, gid, size, major, minor, label;
  bool extra;
};

static int
digits (uint64_t n)
{
  int d = 1;

  while (n >= 10) {
    n /= 10;
    d++;
  }
  return d;
}

static void
widen (int *w, uint64_t n)
{
  if (digits (n) > *w)
    *w = digits (n);
}

static bool
is_device (const struct entry *e)
{
  return S_ISBLK (e->st.st_mode) || S_ISCHR (e->st.st_mode);
}

static struct widths
measure (const struct listing *l)
{
  struct widths w = { 0, 0, 0, 0, 0, 0, l->labels ? 1 : 0, false };

  for (size_t i = 0; i < l->n; i++) {
    const struct entry *e = &l->v[i];

    widen (&w.nlink, e->st.st_nlink);
    widen (&w.uid, e->st.st_uid);
    widen (&w.gid, e->st.st_gid);
    if (is_device (e)) {
      widen (&w.major, major (e->st.st_rdev));
      widen (&w.minor, minor (e->st.st_rdev));
      if (w.size < w.major + 2 + w.minor)
        w.size = w.major + 2 + w.minor;
    } else
      widen (&w.size, (uint64_t)e->st.st_size);
    w.extra |= e->extra != ' ';
    if (e->label && strlen (e->label) > (size_t)w.label)
      w.label = (int)strlen (e->label);
  }
  return w;
}

static int
write_entry (struct gk_buf *out, const struct entry *e, const struct widths *w, time_t now)
{
  char mode[11], mark[2] = { e->extra, '\0' }, when[32], size[64];

  mode_text (e->st.st_mode, mode);
  time_text (e->st.st_mtim.tv_sec, now, when);
  if (is_device (e))
    snprintf (size, sizeof size, "%*u, %*u", w->size - 2 - w->minor, major (e->st.st_rdev),
              w->minor, minor (e->st.st_rdev));
  else
    snprintf (size, sizeof size, "%*llu", w->size, (unsigned long long)e->st.st_size);
  if (gk_buf_appendf (out, "%s%s %*llu %*u %*u ", mode, w->extra ? mark : "", w->nlink,
                      (unsigned long long)e->st.st_nlink, w->uid, e->st.st_uid, w->gid,
                      e->st.st_gid) == -1 ||
      (w->label > 0 && gk_buf_appendf (out, "%-*s ", w->label, e->label ? e->label : "?") == -1))
    return -1;
  return gk_buf_appendf (out, "%s %s %s%s%s\n", size, when, e->name, e->target ? " -> " : "",
                         e->target ? e->target : "");
}

static int
list (struct gk_ctx *ctx, const char *directory, bool labels, char **ret_string,
      struct gk_error *err)
{
  LISTING l = { NULL, 0, 0, labels };
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  _cleanup_free_ char *real = NULL;
  _cleanup_close_ int fd = -1;
  uint64_t blocks = 0;
  struct widths w;
  struct stat st;

  /* A symlink given by name is followed; what it led to is shown. */
  if (gk_root_realpath (ctx->root_fd, directory, &real) == -1 ||
      gk_root_lstat (ctx->root_fd, real, &st) == -1)
    return gk_fo_fail (err, errno, NULL, directory);
  if (S_ISDIR (st.st_mode)) {
    if (collect (ctx, real, &l, err) == -1)
      return -1;
    for (size_t i = 0; i < l.n; i++)
      blocks += (uint64_t)l.v[i].st.st_blocks;
    if (gk_buf_appendf (&out, "total %llu\n", (unsigned long long)(blocks + 1) / 2) == -1)
      return gk_error_oom (err);
  } else {
    fd = gk_root_open_any (ctx->root_fd, real, O_PATH | O_NOFOLLOW, 0);
    if (fd == -1 || add (&l, real, fd) == -1)
      return gk_fo_fail (err, errno, NULL, directory);
  }
  w = measure (&l);
  for (size_t i = 0; i < l.n; i++)
    if (write_entry (&out, &l.v[i], &w, time (NULL)) == -1)
      return gk_error_oom (err);
  *ret_string = gk_buf_finish (&out);
  return *ret_string ? 0 : gk_error_oom (err);
}

int
gk_fileops_ll (struct gk_ctx *ctx, const char *directory, char **ret_string, struct gk_error *err)
{
  return list (ctx, directory, false, ret_string, err);
}

int
gk_fileops_llz (struct gk_ctx *ctx, const char *directory, char **ret_string, struct gk_error *err)
{
  return list (ctx, directory, true, ret_string, err);
}
