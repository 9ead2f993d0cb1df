/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mksquashfs: the program itself, in a world with the guest's tree to read and a
 * folder of the session to write to (exec/withtree.h).  It cannot write to a pipe, so
 * the image is a file first. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive-priv.h"
#include "exec/jail.h"
#include "exec/withtree.h"

#define IMAGE "squashfs.img"

static int
add_all (struct gk_strv *argv, const char *source, const char *compress, char *const *excludes)
{
  static const char *const first[] = { "mksquashfs", GK_TREE_OUT "/" IMAGE };
  static const char *const flags[] = { "-noappend", "-no-progress", "-no-recovery", "-quiet" };

  if (gk_strv_push (argv, first[0]) || gk_strv_push (argv, source) || gk_strv_push (argv, first[1]))
    return -1;
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
    if (gk_strv_push (argv, flags[i]))
      return -1;
  if (compress && (gk_strv_push (argv, "-comp") || gk_strv_push (argv, compress)))
    return -1;
  if (excludes && excludes[0] && (gk_strv_push (argv, "-wildcards") || gk_strv_push (argv, "-e")))
    return -1;
  for (size_t i = 0; excludes && excludes[i]; i++)
    if (gk_strv_push (argv, excludes[i]))
      return -1;
  return 0;
}

static int
run (struct gk_ctx *ctx, char *const *argv, int out_dir, struct gk_error *err)
{
  const struct gk_tree_world world = {
    .root_fd = ctx->root_fd,
    .out_fd = out_dir,
    .readonly = true,
    .caps = GK_CAP (DAC_OVERRIDE) | GK_CAP (DAC_READ_SEARCH),
  };
  struct gk_exec_inside inside;
  struct gk_exec x = GK_EXEC_INIT;

  gk_exec_with_tree (&world, &inside);
  x.argv = (const char *const *)argv;
  x.inside = &inside;
  x.timeout_ms = -1;
  x.task = ctx->task;
  return gk_exec_check (&x, NULL, err);
}

static int
make (struct gk_ctx *ctx, char *const *argv, int out_dir, const char *path, struct gk_sink *sink,
      struct gk_error *err)
{
  if (run (ctx, argv, out_dir, err) == -1)
    return gk_error_wrap (err, "%s", path);
  _cleanup_close_ int fd = openat (out_dir, IMAGE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s: the image", path);
  unlinkat (out_dir, IMAGE, 0);
  return gk_sink_from_fd (sink, fd, UINT64_MAX, ctx->task, NULL, err);
}

int
gk_archive_mksquashfs (struct gk_ctx *ctx, const char *path, struct gk_sink *filename,
                       const struct guestfs_mksquashfs_argv *opt, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;
  _cleanup_strv_ char **v = NULL;
  _cleanup_free_ char *real = NULL, *source = NULL, *folder = NULL;
  bool has_compress = opt && opt->bitmask & GUESTFS_MKSQUASHFS_COMPRESS_BITMASK;
  bool has_excludes = opt && opt->bitmask & GUESTFS_MKSQUASHFS_EXCLUDES_BITMASK;

  if (gk_root_realpath (ctx->root_fd, path, &real) == -1)
    return gk_error_sys (err, errno, "%s", path);
  source = gk_asprintf (GK_TREE "%s", real);
  folder = gk_asprintf ("%s/squashfs-XXXXXX", ctx->tmpdir);
  if (source == NULL || folder == NULL ||
      add_all (&argv, source, has_compress ? opt->compress : NULL,
               has_excludes ? opt->excludes : NULL) == -1 ||
      (v = gk_strv_finish (&argv)) == NULL)
    return gk_error_oom (err);
  if (mkdtemp (folder) == NULL)
    return gk_error_sys (err, errno, "%s", folder);
  _cleanup_close_ int out_dir = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int r = out_dir == -1 ? gk_error_sys (err, errno, "%s", folder)
                        : make (ctx, v, out_dir, path, filename, err);
  if (out_dir >= 0)
    unlinkat (out_dir, IMAGE, 0);
  rmdir (folder);
  return r;
}
