/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Wildcards in guest paths: braces, then component by component.
 *
 * glob(3) would need callbacks without a context, and braces that a hostile
 * pattern makes explode would be its to bound. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/walk.h"
#include "fileops/fileops-priv.h"

#define MAX_ALTERNATIVES 10000
#define MAX_RESULTS 1000000

struct glob {
  struct gk_ctx *ctx;
  struct gk_strv found;
  bool mark; /* a slash behind directories */
  struct gk_error *err;
};

/* --- components ------------------------------------------------------------------ */

static bool
has_magic (const char *p, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (p[i] == '\\' && i + 1 < n)
      i++;
    else if (p[i] == '*' || p[i] == '?' || p[i] == '[')
      return true;
  }
  return false;
}

static int
append_unescaped (struct gk_buf *path, const char *p, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (p[i] == '\\' && i + 1 < n)
      i++;
    if (gk_buf_append (path, p + i, 1) == -1)
      return -1;
  }
  return 0;
}

static void
cut (struct gk_buf *path, size_t len)
{
  path->size = len;
  if (path->data)
    path->data[len] = '\0';
}

/* The pattern is used up: is path there? */
static int
add_result (struct glob *g, struct gk_buf *path)
{
  bool slash = path->data[path->size - 1] == '/';
  struct stat st;

  if (gk_root_lstat (g->ctx->root_fd, path->data, &st) == -1)
    return 0;
  if (slash && path->size > 1 && !S_ISDIR (st.st_mode))
    return 0;
  if (g->found.len >= MAX_RESULTS)
    return gk_error_set (g->err, E2BIG, "glob: more than %d names match", MAX_RESULTS);
  if (g->mark && !slash &&
      (S_ISDIR (st.st_mode) ||
       (S_ISLNK (st.st_mode) && gk_root_stat (g->ctx->root_fd, path->data, &st) == 0 &&
        S_ISDIR (st.st_mode)))) {
    if (gk_strv_pushf (&g->found, "%s/", path->data) == -1)
      return gk_error_oom (g->err);
    return 0;
  }
  return gk_strv_push (&g->found, path->data) == -1 ? gk_error_oom (g->err) : 0;
}

static int expand (struct glob *g, struct gk_buf *path, const char *pattern);

static int
try_name (struct glob *g, struct gk_buf *path, const char *component, const char *name,
          const char *rest)
{
  size_t len = path->size;
  int r;

  if (fnmatch (component, name, FNM_PERIOD) != 0)
    return 0;
  if (gk_buf_appends (path, name) == -1)
    return gk_error_oom (g->err);
  r = expand (g, path, rest);
  cut (path, len);
  return r;
}

static int
match_names (struct glob *g, struct gk_buf *path, const char *component, const char *rest)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_close_ int fd = -1;
  int r;

  if (gk_task_check (g->ctx->task, g->err) == -1)
    return -1;
  fd = gk_root_open (g->ctx->root_fd, path->data, O_RDONLY | O_DIRECTORY, 0);
  if (fd == -1)
    return errno == ENOMEM || errno == EMFILE ? gk_fo_fail (g->err, errno, "glob", path->data) : 0;
  if (gk_walk_start (&w, fd) == -1)
    return gk_fo_fail (g->err, errno, "glob", path->data);
  /* The walk leaves these two out, which ".*" matches. */
  if (component[0] == '.' && (try_name (g, path, component, ".", rest) == -1 ||
                              try_name (g, path, component, "..", rest) == -1))
    return -1;
  while ((r = gk_walk_next (&w)) > 0)
    if (try_name (g, path, component, w.name, rest) == -1)
      return -1;
  /* A directory that cannot be read matches nothing, as in the shell. */
  return 0;
}

/* path is what was matched so far; pattern begins at a slash or a component. */
static int
expand (struct glob *g, struct gk_buf *path, const char *pattern)
{
  size_t len = path->size, slashes, n;
  int r;

  for (;;) {
    slashes = strspn (pattern, "/");
    if (gk_buf_append (path, pattern, slashes) == -1)
      return gk_error_oom (g->err);
    pattern += slashes;
    n = strcspn (pattern, "/");
    if (n == 0) {
      r = add_result (g, path);
      break;
    }
    if (has_magic (pattern, n)) {
      char *component = strndup (pattern, n);

      r = component ? match_names (g, path, component, pattern + n) : gk_error_oom (g->err);
      free (component);
      break;
    }
    if (append_unescaped (path, pattern, n) == -1)
      return gk_error_oom (g->err);
    pattern += n;
  }
  cut (path, len);
  return r;
}

/* --- braces ---------------------------------------------------------------------- */

/* The closing brace of the one at p, or NULL.  Commas of its own level are
 * counted. */
static const char *
closing (const char *p)
{
  int depth = 0;

  for (; *p; p++) {
    if (*p == '\\' && p[1])
      p++;
    else if (*p == '{')
      depth++;
    else if (*p == '}' && --depth == 0)
      return p;
  }
  return NULL;
}

/* The first brace that stands for alternatives; "{}" stands for itself. */
static const char *
first_brace (const char *p)
{
  for (; *p; p++) {
    if (*p == '\\' && p[1])
      p++;
    else if (*p == '{' && p[1] == '}')
      p++;
    else if (*p == '{')
      return closing (p) ? p : NULL;
  }
  return NULL;
}

/* The next comma or the brace that closes, at this level. */
static const char *
alternative_end (const char *p)
{
  int depth = 0;

  for (;; p++) {
    if (*p == '\\' && p[1])
      p++;
    else if (*p == '{')
      depth++;
    else if (*p == '}' && depth-- == 0)
      return p;
    else if (*p == ',' && depth == 0)
      return p;
  }
}

static int
expand_braces (const char *pattern, struct gk_strv *out, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv todo = GK_STRV_INIT;

  /* A stack, the first alternative on top, so that the order is the text's. */
  if (gk_strv_push (&todo, pattern) == -1)
    return gk_error_oom (err);
  while (todo.len > 0) {
    _cleanup_free_ char *p = gk_steal_ptr (todo.v[todo.len - 1]);
    const char *open = first_brace (p), *close, *from, *to;
    size_t first;

    todo.len--;
    if (!open) {
      if (gk_strv_push (out, p) == -1)
        return gk_error_oom (err);
      continue;
    }
    if (out->len + todo.len > MAX_ALTERNATIVES)
      return gk_error_set (err, E2BIG, "glob: the braces stand for more than %d patterns",
                           MAX_ALTERNATIVES);
    close = closing (open);
    first = todo.len;
    for (from = open + 1;; from = to + 1) {
      to = alternative_end (from);
      if (gk_strv_pushf (&todo, "%.*s%.*s%s", (int)(open - p), p, (int)(to - from), from,
                         close + 1) == -1)
        return gk_error_oom (err);
      if (to == close)
        break;
    }
    for (size_t i = first, j = todo.len - 1; i < j; i++, j--) {
      char *swap = todo.v[i];

      todo.v[i] = todo.v[j];
      todo.v[j] = swap;
    }
  }
  return 0;
}

/* --- the call -------------------------------------------------------------------- */

int
gk_fileops_glob_expand (struct gk_ctx *ctx, const char *pattern,
                        const struct guestfs_glob_expand_opts_argv *opt, char ***ret_list,
                        struct gk_error *err)
{
  struct glob g = { .ctx = ctx, .found = GK_STRV_INIT, .mark = true, .err = err };
  _cleanup_gk_strv_ struct gk_strv patterns = GK_STRV_INIT;
  _cleanup_gk_buf_ struct gk_buf path = GK_BUF_INIT;
  int r = 0;

  if (strlen (pattern) >= PATH_MAX)
    return gk_fo_fail (err, ENAMETOOLONG, "glob", pattern);
  if (opt && (opt->bitmask & GUESTFS_GLOB_EXPAND_OPTS_DIRECTORYSLASH_BITMASK))
    g.mark = opt->directoryslash;
  if (expand_braces (pattern, &patterns, err) == -1)
    return -1;
  for (size_t i = 0; i < patterns.len && r == 0; i++) {
    size_t before = g.found.len;

    r = expand (&g, &path, patterns.v[i]);
    if (r == 0 && g.found.len > before)
      gk_strv_sort (g.found.v + before, g.found.len - before);
  }
  if (r == -1) {
    gk_strv_clear (&g.found);
    return -1;
  }
  *ret_list = gk_strv_finish (&g.found);
  return *ret_list ? 0 : gk_error_oom (err);
}
