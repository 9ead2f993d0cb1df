/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Two trees, side by side: each pair of folders is listed and merged by name. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/changes.h"
#include "cli/cli.h"

/* --- one folder -------------------------------------------------------------------------- */

struct listing {
  char **names; /* sorted by their bytes */
  struct guestfs_statns_list *st;
};

static void
listing_clear (struct listing *l)
{
  gk_strv_free (l->names);
  guestfs_free_statns_list (l->st);
}
#define _cleanup_listing_ __attribute__ ((cleanup (listing_clear)))

static void
skip (struct cli_changes *c, guestfs_h *g, const char *path)
{
  _cleanup_free_ char *shown = gk_escape (path, strlen (path), PATH_MAX);
  const char *why = guestfs_last_error (g);

  c->skipped++;
  cli_error ("%s: not compared: %s", shown ? shown : "", why ? why : "");
}

/* 0, or -1 with the handle's error. */
static int
list (guestfs_h *g, const char *dir, struct listing *l)
{
  l->names = guestfs_ls (g, dir);
  if (l->names == NULL)
    return -1;
  l->st = guestfs_lstatnslist (g, dir, l->names);
  return l->st != NULL && l->st->len == gk_strv_length (l->names) ? 0 : -1;
}

/* --- one path ------------------------------------------------------------------------------ */

static bool
same_file (const struct guestfs_statns *a, const struct guestfs_statns *b)
{
  return a->st_ino == b->st_ino && a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
         a->st_gid == b->st_gid && a->st_rdev == b->st_rdev && a->st_size == b->st_size &&
         a->st_mtime_sec == b->st_mtime_sec && a->st_mtime_nsec == b->st_mtime_nsec &&
         a->st_ctime_sec == b->st_ctime_sec && a->st_ctime_nsec == b->st_ctime_nsec;
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (((const struct guestfs_xattr *)a)->attrname,
                 ((const struct guestfs_xattr *)b)->attrname);
}

/* A filesystem without them has none. */
static int
read_xattrs (struct cli_side *s, const char *path)
{
  s->xattrs = guestfs_lgetxattrs (s->g, path);
  if (s->xattrs)
    qsort (s->xattrs->val, s->xattrs->len, sizeof *s->xattrs->val, by_name);
  return s->xattrs || guestfs_last_errno (s->g) == EOPNOTSUPP ? 0 : -1;
}

static bool
same_xattrs (const struct guestfs_xattr_list *a, const struct guestfs_xattr_list *b)
{
  uint32_t n = a ? a->len : 0;

  if (n != (b ? b->len : 0))
    return false;
  for (uint32_t i = 0; i < n; i++)
    if (!gk_streq (a->val[i].attrname, b->val[i].attrname) ||
        a->val[i].attrval_len != b->val[i].attrval_len ||
        memcmp (a->val[i].attrval, b->val[i].attrval, a->val[i].attrval_len) != 0)
      return false;
  return true;
}

static void
side_clear (struct cli_side *s)
{
  free (s->target);
  free (s->sha256);
  guestfs_free_xattr_list (s->xattrs);
}

static int
read_target (struct cli_side *s, const char *path)
{
  s->target = guestfs_readlink (s->g, path);
  return s->target ? 0 : -1;
}

/* What is not the same of a path that both sides have with the same type.
 * -1: the handle of *ret_failed says why not; -2: it was said. */
static int
compare (struct cli_changes *c, struct cli_change *change, guestfs_h **ret_failed)
{
  struct cli_side *sides[] = { &change->old, &change->new };
  const struct guestfs_statns *a = change->old.st, *b = change->new.st;

  for (size_t i = 0; i < 2; i++) {
    *ret_failed = sides[i]->g;
    if (read_xattrs (sides[i], change->path) == -1 ||
        (S_ISLNK (a->st_mode) && read_target (sides[i], change->path) == -1))
      return -1;
  }
  if ((a->st_mode & 07777) != (b->st_mode & 07777) && !S_ISLNK (a->st_mode))
    change->what |= CLI_MODE;
  if (a->st_uid != b->st_uid || a->st_gid != b->st_gid)
    change->what |= CLI_OWNER;
  if (!same_xattrs (change->old.xattrs, change->new.xattrs))
    change->what |= CLI_XATTRS;
  if (S_ISLNK (a->st_mode) && !gk_streq (change->old.target, change->new.target))
    change->what |= CLI_CONTENT;
  if ((S_ISBLK (a->st_mode) || S_ISCHR (a->st_mode)) && a->st_rdev != b->st_rdev)
    change->what |= CLI_CONTENT;
  if (S_ISREG (a->st_mode)) {
    int r = cli_changes_content (c, change);
    if (r == -1)
      return -2;
    change->what |= r ? CLI_CONTENT : 0;
  }
  if (c->o->times && (a->st_mtime_sec != b->st_mtime_sec || a->st_mtime_nsec != b->st_mtime_nsec))
    change->what |= CLI_TIMES;
  return 0;
}

/* Something that one side has, or that has become something else. */
static int
compare_unlike (struct cli_changes *c, struct cli_change *change, guestfs_h **ret_failed)
{
  struct cli_side *sides[] = { &change->old, &change->new };

  change->what = change->old.st == NULL   ? CLI_ADDED
                 : change->new.st == NULL ? CLI_REMOVED
                                          : CLI_TYPE;
  for (size_t i = 0; i < 2; i++) {
    *ret_failed = sides[i]->g;
    if (sides[i]->st &&
        (read_xattrs (sides[i], change->path) == -1 ||
         (S_ISLNK (sides[i]->st->st_mode) && read_target (sides[i], change->path) == -1)))
      return -1;
  }
  return cli_changes_content (c, change) == -1 ? -2 : 0;
}

static int
look_at (struct cli_changes *c, struct cli_change *change)
{
  const struct guestfs_statns *a = change->old.st, *b = change->new.st;
  guestfs_h *failed = NULL;

  if (a && b && c->o->quick && same_file (a, b))
    return 0;
  int r = a && b && (a->st_mode & S_IFMT) == (b->st_mode & S_IFMT)
              ? compare (c, change, &failed)
              : compare_unlike (c, change, &failed);
  if (r == -1)
    skip (c, failed, change->path);
  else if (r == -2)
    c->skipped++;
  r = r == 0 && change->what ? cli_changes_add (c, change) : 0;
  side_clear (&change->old);
  side_clear (&change->new);
  free (change->diff);
  return r;
}

/* --- the walk ------------------------------------------------------------------------------- */

static int walk (struct cli_changes *c, guestfs_h *old, guestfs_h *new, const char *dir);

/* old or new is NULL when that side has no such folder. */
static int
entry (struct cli_changes *c, guestfs_h *old, const struct guestfs_statns *a, guestfs_h *new,
       const struct guestfs_statns *b, const char *path)
{
  struct cli_change change = { .path = path,
                               .old = { .g = old, .st = a },
                               .new = { .g = new, .st = b } };
  bool old_dir = a && S_ISDIR (a->st_mode), new_dir = b && S_ISDIR (b->st_mode);

  if (look_at (c, &change) == -1)
    return -1;
  return old_dir || new_dir ? walk (c, old_dir ? old : NULL, new_dir ? new : NULL, path) : 0;
}

static int
walk (struct cli_changes *c, guestfs_h *old, guestfs_h *new, const char *dir)
{
  _cleanup_listing_ struct listing a = { NULL, NULL }, b = { NULL, NULL };
  size_t i = 0, k = 0;

  if (old && list (old, dir, &a) == -1)
    return skip (c, old, dir), 0;
  if (new &&list (new, dir, &b) == -1)
    return skip (c, new, dir), 0;
  while ((a.names && a.names[i]) || (b.names && b.names[k])) {
    const char *x = a.names ? a.names[i] : NULL, *y = b.names ? b.names[k] : NULL;
    int order = x == NULL ? 1 : y == NULL ? -1 : strcmp (x, y);
    _cleanup_free_ char *path =
        gk_asprintf ("%s/%s", gk_streq (dir, "/") ? "" : dir, order <= 0 ? x : y);
    if (path == NULL)
      return cli_error ("out of memory"), -1;
    if (entry (c, old, order <= 0 ? &a.st->val[i] : NULL, new, order >= 0 ? &b.st->val[k] : NULL,
               path) == -1)
      return -1;
    i += order <= 0;
    k += order >= 0;
  }
  return 0;
}

int
cli_changes_show (guestfs_h *old, guestfs_h *new, const struct cli_changes_options *o,
                  size_t *ret_n, struct json_object **ret_json)
{
  struct cli_changes c = { .o = o };
  struct guestfs_statns *a = guestfs_lstatns (old, "/"), *b = guestfs_lstatns (new, "/");
  int r = -1;

  if (a == NULL || b == NULL)
    cli_guestfs_error (a ? new : old);
  else if (cli_changes_begin (&c) == 0) {
    r = entry (&c, old, a, new, b, "/");
    if (cli_changes_end (&c, ret_json) == -1)
      r = -1;
  }
  guestfs_free_statns (a);
  guestfs_free_statns (b);
  *ret_n = c.n;
  return r == -1 || c.skipped ? -1 : 0;
}
