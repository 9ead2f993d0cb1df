/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rsync, rsync_in, rsync_out: rsync itself, in a world where the guest's tree is
 * all that it can write to (exec/withtree.h).
 *
 * The way to a path is resolved here, inside the guest; rsync sees names without
 * links on their way, and does not follow those that it meets below.  A remote end
 * is an rsync server: what has no "rsync://" or "::" would be a folder of this
 * machine, or need ssh, which has no keys there (nor does it start in libguestfs's
 * appliance, where no user has the number 0).
 */
#include <errno.h>
#include <stdlib.h>

#include "archive/archive-priv.h"
#include "exec/jail.h"
#include "exec/withtree.h"

/* How rsync names it: GK_TREE and the path, a slash at the end if that has one. */
static int
name_for_rsync (struct gk_ctx *ctx, const char *path, bool is_source, char **ret_name,
                struct gk_error *err)
{
  _cleanup_free_ char *real = NULL;
  char name[NAME_MAX + 1];
  size_t n = strlen (path);
  bool slash = n > 1 && path[n - 1] == '/';

  /* A link is copied as one, unless a slash says that its folder is meant; where it is
   * the destination, what it leads to is. */
  struct stat st;
  bool itself =
      is_source && !slash && gk_root_lstat (ctx->root_fd, path, &st) == 0 && S_ISLNK (st.st_mode);
  if (!itself && gk_root_realpath (ctx->root_fd, path, &real) == 0) {
    *ret_name = gk_asprintf (GK_TREE "%s%s", real, slash && !gk_streq (real, "/") ? "/" : "");
    return *ret_name ? 0 : gk_error_oom (err);
  }
  if (is_source && !itself)
    return gk_error_sys (err, errno, "%s", path);
  _cleanup_close_ int parent = gk_root_parent (ctx->root_fd, path, name);
  if (parent == -1)
    return gk_error_sys (err, errno, "%s", path);
  _cleanup_free_ char *above = strndup (path, n);
  if (above == NULL)
    return gk_error_oom (err);
  while (n > 1 && above[n - 1] == '/')
    above[--n] = '\0';
  char *end = strrchr (above, '/');
  end[end == above] = '\0';
  if (gk_root_realpath (ctx->root_fd, above, &real) == -1)
    return gk_error_sys (err, errno, "%s", path);
  *ret_name =
      gk_asprintf (GK_TREE "%s/%s%s", gk_streq (real, "/") ? "" : real, name, slash ? "/" : "");
  return *ret_name ? 0 : gk_error_oom (err);
}

static int
check_remote (struct gk_ctx *ctx, const char *remote, struct gk_error *err)
{
  const char *colons = strstr (remote, "::");
  const char *slash = strchr (remote, '/');

  if (!gk_after_prefix (remote, "rsync://") && (colons == NULL || (slash && slash < colons)))
    return gk_error_set (err, EINVAL,
                         "%s: is not an rsync server: use rsync://HOST/MODULE/PATH or "
                         "HOST::MODULE/PATH (ssh would have no keys in a session)",
                         remote);
  if (!ctx->network)
    return gk_error_set (err, ENETUNREACH, "%s: the network is not enabled: call set_network",
                         remote);
  /* load_module tells that the kernel is the session's own, and its sandbox has no way out. */
  if (ctx->load_module)
    return gk_error_set (err, ENOTSUP,
                         "%s: a session with a kernel of its own has no network: use the launcher "
                         "'local'",
                         remote);
  return 0;
}

static int
run (struct gk_ctx *ctx, bool archive, bool deletedest, bool network, const char *from,
     const char *to, struct gk_error *err)
{
  const struct gk_tree_world world = {
    .root_fd = ctx->root_fd,
    .out_fd = -1,
    .network = network,
    .caps = GK_JAIL_CAPS_FILES | GK_CAP (DAC_READ_SEARCH),
  };
  struct gk_exec_inside inside;
  struct gk_exec x = GK_EXEC_INIT;
  const char *argv[8];
  size_t n = 0;

  gk_exec_with_tree (&world, &inside);
  argv[n++] = "rsync";
  /* Owners by number: the names would be this machine's. */
  argv[n++] = "--numeric-ids";
  if (archive)
    argv[n++] = "--archive";
  if (deletedest)
    argv[n++] = "--delete";
  argv[n++] = "--";
  argv[n++] = from;
  argv[n++] = to;
  argv[n] = NULL;
  x.argv = argv;
  x.inside = &inside;
  x.timeout_ms = -1;
  x.max_stderr = 64 << 10;
  x.task = ctx->task;
  return gk_exec_check (&x, NULL, err);
}

#define HAS(CALL, NAME, FIELD)                                                                     \
  (opt && (opt->bitmask & GUESTFS_##CALL##_##NAME##_BITMASK) && opt->FIELD)

int
gk_archive_rsync (struct gk_ctx *ctx, const char *src, const char *dest,
                  const struct guestfs_rsync_argv *opt, struct gk_error *err)
{
  _cleanup_free_ char *from = NULL, *to = NULL;

  if (name_for_rsync (ctx, src, true, &from, err) == -1 ||
      name_for_rsync (ctx, dest, false, &to, err) == -1)
    return -1;
  return run (ctx, HAS (RSYNC, ARCHIVE, archive), HAS (RSYNC, DELETEDEST, deletedest), false, from,
              to, err);
}

int
gk_archive_rsync_in (struct gk_ctx *ctx, const char *remote, const char *dest,
                     const struct guestfs_rsync_in_argv *opt, struct gk_error *err)
{
  _cleanup_free_ char *to = NULL;

  if (check_remote (ctx, remote, err) == -1 || name_for_rsync (ctx, dest, false, &to, err) == -1)
    return -1;
  return run (ctx, HAS (RSYNC_IN, ARCHIVE, archive), HAS (RSYNC_IN, DELETEDEST, deletedest), true,
              remote, to, err);
}

int
gk_archive_rsync_out (struct gk_ctx *ctx, const char *src, const char *remote,
                      const struct guestfs_rsync_out_argv *opt, struct gk_error *err)
{
  _cleanup_free_ char *from = NULL;

  if (check_remote (ctx, remote, err) == -1 || name_for_rsync (ctx, src, true, &from, err) == -1)
    return -1;
  return run (ctx, HAS (RSYNC_OUT, ARCHIVE, archive), HAS (RSYNC_OUT, DELETEDEST, deletedest), true,
              from, remote, err);
}
