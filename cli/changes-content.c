/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is in two files: compared by their checksums, and shown as a unified
 * difference when it is text of a size that somebody may read. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/changes.h"
#include "cli/cli.h"
#include "exec/exec.h"

#define TEXT_MAX (1 << 20)
#define ALONE_MAX (64 << 10) /* of a text that one side does not have */
#define DIFF_MAX (16u << 20)
#define DIFF_MS 60000

static bool
is_file (const struct cli_side *s)
{
  return s->st && S_ISREG (s->st->st_mode);
}

static int
hash (struct cli_side *s, const char *path)
{
  s->sha256 = guestfs_checksum (s->g, "sha256", path);
  if (s->sha256)
    return 0;
  _cleanup_free_ char *shown = gk_escape (path, strlen (path), PATH_MAX);
  cli_error ("%s: not compared: %s", shown ? shown : "", guestfs_last_error (s->g));
  return -1;
}

/* --- text ------------------------------------------------------------------------------- */

/* A copy on the host, empty when there is no such file.  1: it is text. */
static int
fetch (const struct cli_side *s, const char *path, const char *local)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  _cleanup_close_ int fd = -1;

  if (is_file (s))
    return guestfs_download (s->g, path, local) == -1 || gk_read_file (local, TEXT_MAX, &b) == -1
               ? -1
               : b.size == 0 || memchr (b.data, '\0', b.size) == NULL;
  fd = open (local, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  return fd == -1 ? -1 : 1;
}

static char *
label (const struct cli_side *s, const char *prefix, const char *path)
{
  _cleanup_free_ char *shown = gk_escape (path, strlen (path), PATH_MAX);

  if (!is_file (s))
    return strdup ("/dev/null");
  return shown ? gk_asprintf ("%s%s", prefix, shown) : NULL;
}

static int
run_diff (struct cli_change *change, const char *old, const char *new, struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  _cleanup_free_ char *a = label (&change->old, "a", change->path);
  _cleanup_free_ char *b = label (&change->new, "b", change->path);
  const char *const argv[] = { "diff", "-u", "--label", a, "--label", b, "--", old, new, NULL };
  struct gk_exec x = GK_EXEC_INIT;

  if (a == NULL || b == NULL)
    return gk_error_oom (err);
  x.argv = argv;
  x.max_output = DIFF_MAX;
  x.timeout_ms = DIFF_MS;
  if (gk_exec_run (&x, &result, err) == -1)
    return -1;
  if (result.status > 1)
    return gk_error_set (err, 0, "diff: status %d: %s", result.status,
                         result.err.data ? result.err.data : "");
  change->diff_size = result.out.size;
  change->diff = gk_buf_finish (&result.out);
  return change->diff ? 0 : gk_error_oom (err);
}

/* 1: there is a difference of text now. */
static int
compare_text (struct cli_changes *c, struct cli_change *change, struct gk_error *err)
{
  _cleanup_free_ char *old = gk_asprintf ("%s/old", c->dir);
  _cleanup_free_ char *new = gk_asprintf ("%s/new", c->dir);
  int a, b, r = 0;

  if (old == NULL || new == NULL)
    return gk_error_oom (err);
  a = fetch (&change->old, change->path, old);
  b = a == 1 ? fetch (&change->new, change->path, new) : 0;
  if (a == -1 || b == -1)
    r = gk_error_set (err, 0, "%s", guestfs_last_error (a == -1 ? change->old.g : change->new.g));
  else if (a && b)
    r = run_diff (change, old, new, err) == -1 ? -1 : 1;
  unlink (old);
  unlink (new);
  return r;
}

int
cli_changes_content (struct cli_changes *c, struct cli_change *change)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct cli_side *sides[] = { &change->old, &change->new };
  bool both = is_file (&change->old) && is_file (&change->new), readable = !c->o->brief;

  for (size_t i = 0; i < 2; i++) {
    if (!is_file (sides[i]))
      continue;
    if (sides[i]->st->st_size > (both ? TEXT_MAX : ALONE_MAX))
      readable = false;
    if (hash (sides[i], change->path) == -1)
      return -1;
  }
  if (both && change->old.st->st_size ==
                  change->new.st->st_size &&gk_streq (change->old.sha256, change->new.sha256))
    return 0;
  if (!is_file (&change->old) && !is_file (&change->new))
    return 1;
  if (readable && compare_text (c, change, &err) == -1) {
    _cleanup_free_ char *shown = gk_escape (change->path, strlen (change->path), PATH_MAX);
    cli_error ("%s: not compared: %s", shown ? shown : "", gk_error_msg (&err));
    return -1;
  }
  return 1;
}
