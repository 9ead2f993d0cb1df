/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cp, cp_a, cp_r, mv: where the copy goes, and moving between file systems.
 *
 * As in the shell, a destination that is a directory means a name in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

struct place {
  int dir;
  char name[GK_FO_NAME_SIZE];
  char *text; /* for messages */
};

static void
clear_place (struct place *p)
{
  if (p->dir >= 0)
    gk_close_keep_errno (p->dir);
  free (p->text);
}
#define PLACE __attribute__ ((cleanup (clear_place))) struct place

/* The last component; "." for what has none of its own ("/", "x/.."). */
static char *
base_name (const char *path)
{
  size_t end = strlen (path), start;

  while (end > 0 && path[end - 1] == '/')
    end--;
  for (start = end; start > 0 && path[start - 1] != '/'; start--)
    ;
  if (start == end || (end - start == 2 && strncmp (path + start, "..", 2) == 0))
    return strdup (".");
  return strndup (path + start, end - start);
}

/* follow: what is written goes through a symlink at dest, or in it. */
static int
find_place (struct gk_ctx *ctx, const char *src, const char *dest, bool follow, struct place *p,
            struct gk_error *err)
{
  _cleanup_free_ char *base = NULL, *real = NULL, *inside = NULL;
  struct stat st;

  if (follow && gk_root_stat (ctx->root_fd, dest, &st) == 0 && S_ISDIR (st.st_mode)) {
    base = base_name (src);
    inside = base ? gk_asprintf ("%s/%s", dest, base) : NULL;
    if (inside == NULL)
      return gk_error_oom (err);
    if (gk_root_lstat (ctx->root_fd, inside, &st) == 0 && S_ISLNK (st.st_mode) &&
        !(gk_root_stat (ctx->root_fd, inside, &st) == 0 && S_ISDIR (st.st_mode)))
      dest = inside;
    free (gk_steal_ptr (base));
  }
  if (gk_root_stat (ctx->root_fd, dest, &st) == 0 && S_ISDIR (st.st_mode)) {
    base = base_name (src);
    if (!base)
      return gk_error_oom (err);
    if (strlen (base) > NAME_MAX)
      return gk_fo_fail (err, ENAMETOOLONG, NULL, src);
    strcpy (p->name, base);
    p->text = gk_asprintf ("%s%s%s", dest, dest[strlen (dest) - 1] == '/' ? "" : "/", base);
    if (!p->text)
      return gk_error_oom (err);
    p->dir = gk_fo_open_dir (ctx, dest, NULL, err);
    return p->dir == -1 ? -1 : 0;
  }
  p->text = strdup (dest);
  if (!p->text)
    return gk_error_oom (err);
  if (follow && gk_root_lstat (ctx->root_fd, dest, &st) == 0 && S_ISLNK (st.st_mode)) {
    if (gk_root_realpath (ctx->root_fd, dest, &real) == -1)
      return gk_error_sys (err, errno, "%s: not writing through a dangling symlink", dest);
    dest = real;
  }
  p->dir = gk_fo_parent (ctx, dest, p->name, NULL, err);
  return p->dir == -1 ? -1 : 0;
}

/* The source, which must exist; a symlink itself unless follow. */
static int
find_source (struct gk_ctx *ctx, const char *src, bool follow, struct place *p, struct stat *st,
             struct gk_error *err)
{
  _cleanup_free_ char *real = NULL;
  size_t n = strlen (src);

  /* A slash behind a symlink means its target. */
  follow = follow || (n > 1 && src[n - 1] == '/');
  if ((follow ? gk_root_stat (ctx->root_fd, src, st) : gk_root_lstat (ctx->root_fd, src, st)) == -1)
    return gk_fo_fail (err, errno, NULL, src);
  /* "x/.." and symlinks have no parent that could be taken from the text. */
  if ((follow || S_ISDIR (st->st_mode)) && gk_root_realpath (ctx->root_fd, src, &real) == -1)
    return gk_fo_fail (err, errno, NULL, src);
  p->dir = gk_fo_parent (ctx, real ? real : src, p->name, NULL, err);
  return p->dir == -1 ? -1 : 0;
}

/* Is the directory that p is in the directory st or below it?  Asked before
 * anything is made: a copy of a tree into itself would never end. */
static int
is_inside (struct gk_ctx *ctx, const struct place *p, const struct stat *st)
{
  _cleanup_close_ int fd = openat (p->dir, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct stat root, here;

  if (fd == -1 || fstat (ctx->root_fd, &root) == -1)
    return -1;
  for (;;) {
    int up;

    if (fstat (fd, &here) == -1)
      return -1;
    if (here.st_dev == st->st_dev && here.st_ino == st->st_ino)
      return 1;
    if (here.st_dev == root.st_dev && here.st_ino == root.st_ino)
      return 0;
    up = openat (fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (up == -1)
      return -1;
    close (fd);
    fd = up;
    /* Moved out of the root meanwhile: at the very top ".." stays where it is. */
    if (fstat (fd, &root) == 0 && root.st_dev == here.st_dev && root.st_ino == here.st_ino)
      return 0;
    if (fstat (ctx->root_fd, &root) == -1)
      return -1;
  }
}

/* The slash has had its effect; with it openat would follow a symlink that
 * takes the directory's place. */
static void
strip_slash (struct place *p)
{
  p->name[strcspn (p->name, "/")] = '\0';
}

/* --- cp --------------------------------------------------------------------------- */

static int
copy (struct gk_ctx *ctx, const char *src, const char *dest, const struct gk_fo_copy *how,
      struct gk_error *err)
{
  PLACE from = { .dir = -1 }, to = { .dir = -1 };
  struct stat st;

  if (find_source (ctx, src, !how->recursive, &from, &st, err) == -1)
    return -1;
  if (S_ISDIR (st.st_mode) && !how->recursive)
    return gk_error_set (err, EISDIR, "%s: is a directory", src);
  if (!S_ISREG (st.st_mode) && !how->recursive)
    return gk_error_set (err, EINVAL, "%s: is not a regular file", src);
  if (find_place (ctx, src, dest, S_ISREG (st.st_mode), &to, err) == -1)
    return -1;
  if (S_ISDIR (st.st_mode)) {
    switch (is_inside (ctx, &to, &st)) {
    case 1:
      return gk_error_set (err, EINVAL, "cannot copy %s into itself, %s", src, to.text);
    case -1:
      return gk_fo_fail (err, errno, NULL, dest);
    }
    strip_slash (&to);
  }
  return gk_fo_copy_at (ctx, from.dir, from.name, src, to.dir, to.name, to.text, how, err);
}

int
gk_fileops_cp (struct gk_ctx *ctx, const char *src, const char *dest, struct gk_error *err)
{
  return copy (ctx, src, dest, &(struct gk_fo_copy){ .recursive = false }, err);
}

int
gk_fileops_cp_r (struct gk_ctx *ctx, const char *src, const char *dest, struct gk_error *err)
{
  return copy (ctx, src, dest, &(struct gk_fo_copy){ .recursive = true }, err);
}

int
gk_fileops_cp_a (struct gk_ctx *ctx, const char *src, const char *dest, struct gk_error *err)
{
  return copy (ctx, src, dest, &(struct gk_fo_copy){ .recursive = true, .preserve = true }, err);
}

/* --- mv --------------------------------------------------------------------------- */

/* Between file systems: a whole copy beside the destination, which then takes
 * its name; the source is removed last.  So a failure leaves the source, and
 * the destination as it was. */
static int
move_by_copy (struct gk_ctx *ctx, struct place *from, const char *src, struct place *to,
              struct gk_error *err)
{
  static const struct gk_fo_copy how = { .recursive = true, .preserve = true, .lenient = true };
  char temp[32];
  uint64_t rnd;
  int r;

  strip_slash (from);
  strip_slash (to);
  if (getrandom (&rnd, sizeof rnd, 0) != sizeof rnd)
    return gk_fo_fail (err, errno, "getrandom", src);
  snprintf (temp, sizeof temp, ".guestkit-%016llx", (unsigned long long)rnd);
  r = gk_fo_copy_at (ctx, from->dir, from->name, src, to->dir, temp, to->text, &how, err);
  if (r == 0 && renameat (to->dir, temp, to->dir, to->name) == -1)
    r = gk_error_sys (err, errno, "%s: %s", src, to->text);
  if (r == -1) {
    struct gk_ctx undo = *ctx;

    /* A cancelled call must still clean up. */
    undo.task = NULL;
    gk_fo_remove_at (&undo, to->dir, temp, to->text, NULL);
    return -1;
  }
  return gk_fo_remove_at (ctx, from->dir, from->name, src, err);
}

static bool
same_object (const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The destination exists: what may be moved over what. */
static int
check_target (struct place *from, const char *src, const struct stat *st, struct place *to,
              struct gk_error *err)
{
  struct stat there, from_dir, to_dir;

  if (fstatat (to->dir, to->name, &there, AT_SYMLINK_NOFOLLOW) == -1)
    return 0;
  if (S_ISDIR (there.st_mode) && !S_ISDIR (st->st_mode))
    return gk_error_sys (err, EISDIR, "%s: %s", src, to->text);
  if (!S_ISDIR (there.st_mode) && S_ISDIR (st->st_mode))
    return gk_error_sys (err, ENOTDIR, "%s: %s", src, to->text);
  if (!same_object (&there, st))
    return 0;
  if (fstat (from->dir, &from_dir) == 0 && fstat (to->dir, &to_dir) == 0 &&
      same_object (&from_dir, &to_dir) && gk_streq (from->name, to->name))
    return gk_error_set (err, EINVAL, "%s and %s are the same file", src, to->text);
  /* Two names of one file, which rename would leave both. */
  if (unlinkat (from->dir, from->name, 0) == -1)
    return gk_fo_fail (err, errno, NULL, src);
  return 1;
}

int
gk_fileops_mv (struct gk_ctx *ctx, const char *src, const char *dest, struct gk_error *err)
{
  PLACE from = { .dir = -1 }, to = { .dir = -1 };
  struct stat st;
  int r;

  from.dir = gk_fo_parent (ctx, src, from.name, NULL, err);
  if (from.dir == -1)
    return -1;
  if (gk_root_lstat (ctx->root_fd, src, &st) == -1)
    return gk_fo_fail (err, errno, NULL, src);
  if (gk_fo_is_root (src))
    return gk_fo_fail (err, EBUSY, NULL, src);
  if (find_place (ctx, src, dest, false, &to, err) == -1)
    return -1;
  if (S_ISDIR (st.st_mode) && is_inside (ctx, &to, &st) == 1)
    return gk_error_set (err, EINVAL, "cannot move %s into itself, %s", src, to.text);
  r = check_target (&from, src, &st, &to, err);
  if (r != 0)
    return r == 1 ? 0 : -1;
  if (renameat (from.dir, from.name, to.dir, to.name) == 0)
    return 0;
  if (errno != EXDEV)
    return gk_error_sys (err, errno, "%s: %s", src, to.text);
  return move_by_copy (ctx, &from, src, &to, err);
}
