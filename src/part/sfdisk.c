/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls that are named for sfdisk(8), and are carried out by it.  Its options
 * for geometries do nothing any more, and it counts in sectors. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "gk-ops-part.h"
#include "op/ctx.h"
#include "part/edit.h"

static int
run (struct gk_ctx *ctx, const char *const *argv, const struct gk_buf *script, char **ret_string,
     struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  struct gk_exec x = GK_EXEC_INIT;

  x.argv = argv;
  x.task = ctx->task;
  if (script) {
    x.stdin_data = script->data;
    x.stdin_size = script->size;
  }
  if (gk_exec_check (&x, &out, err) == -1)
    return -1;
  if (ret_string == NULL)
    return 0;
  char *s = gk_buf_finish (&out);
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

/* --- changes ------------------------------------------------------------------------- */

/* It neither asks the kernel whether the disk is in use nor tells it anything:
 * both are done here, by the session's own devices. */
static int
write_table (struct gk_ctx *ctx, const char *device, const char *partnum,
             const struct gk_buf *script, struct gk_error *err)
{
  static const char *const head[] = { "sfdisk", "--quiet", "--no-reread", "--no-tell-kernel",
                                      "--wipe", "auto",    NULL };
  const char *argv[16];
  size_t n = 0;

  for (const char *const *p = head; *p; p++)
    argv[n++] = *p;
  if (partnum) {
    argv[n++] = "-N";
    argv[n++] = partnum;
  }
  argv[n++] = device;
  argv[n] = NULL;
  int fd = open (device, O_RDWR | O_EXCL | O_CLOEXEC);
  if (fd == -1 && errno == EBUSY)
    return gk_error_set (err, EBUSY,
                         "%s: is in use: it or a part of it is mounted, or another device stands "
                         "on it",
                         device);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  close (fd);
  if (run (ctx, argv, script, NULL, err) == -1)
    return gk_error_wrap (err, "%s", device);
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}

static int
check_line (const char *line, struct gk_error *err)
{
  return strchr (line, '\n') ? gk_error_set (err, EINVAL, "a line has a newline in it") : 0;
}

/* "1,20,83" in megabytes -> "1MiB,20MiB,83"; a first of 0 is the default. */
static int
append_megabytes (struct gk_buf *script, const char *line)
{
  for (unsigned field = 0; field < 2; field++) {
    size_t n = strcspn (line, ","), digits = strspn (line, "0123456789");
    bool number = digits > 0 && digits == n;
    bool none = field == 0 && number && strspn (line, "0") == n;
    if (!none && gk_buf_append (script, line, n) == -1)
      return -1;
    if (number && !none && gk_buf_appends (script, "MiB") == -1)
      return -1;
    line += n;
    if (*line == '\0')
      break;
    if (field == 0 && gk_buf_append (script, line++, 1) == -1)
      return -1;
  }
  return gk_buf_appends (script, line);
}

static int
write_lines (struct gk_ctx *ctx, const char *device, char *const *lines, bool megabytes,
             struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf script = GK_BUF_INIT;

  if (lines[0] == NULL)
    return gk_error_set (err, EINVAL, "the list of lines is empty");
  for (size_t i = 0; lines[i]; i++) {
    if (check_line (lines[i], err) == -1)
      return -1;
    if ((megabytes ? append_megabytes (&script, lines[i]) : gk_buf_appends (&script, lines[i])) ==
            -1 ||
        gk_buf_append (&script, "\n", 1) == -1)
      return gk_error_oom (err);
  }
  return write_table (ctx, device, NULL, &script, err);
}

int
gk_part_sfdisk (struct gk_ctx *ctx, const char *device, int cyls, int heads, int sectors,
                char *const *lines, struct gk_error *err)
{
  return write_lines (ctx, device, lines, false, err);
}

int
gk_part_sfdiskM (struct gk_ctx *ctx, const char *device, char *const *lines, struct gk_error *err)
{
  return write_lines (ctx, device, lines, true, err);
}

int
gk_part_sfdisk_N (struct gk_ctx *ctx, const char *device, int partnum, int cyls, int heads,
                  int sectors, const char *line, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf script = GK_BUF_INIT;
  _cleanup_free_ char *number = gk_asprintf ("%d", partnum);

  if (number == NULL || gk_buf_appendf (&script, "%s\n", line) == -1)
    return gk_error_oom (err);
  if (gk_part_check_number (partnum, err) == -1 || check_line (line, err) == -1)
    return -1;
  return write_table (ctx, device, number, &script, err);
}

/* --- questions ------------------------------------------------------------------------ */

int
gk_part_sfdisk_l (struct gk_ctx *ctx, const char *device, char **ret_string, struct gk_error *err)
{
  return run (ctx, (const char *const[]){ "sfdisk", "--list", device, NULL }, NULL, ret_string,
              err);
}

/* What a table tells of its geometry is the kernel's since disks have none. */
int
gk_part_sfdisk_disk_geometry (struct gk_ctx *ctx, const char *device, char **ret_string,
                              struct gk_error *err)
{
  return gk_part_sfdisk_kernel_geometry (ctx, device, ret_string, err);
}

int
gk_part_sfdisk_kernel_geometry (struct gk_ctx *ctx, const char *device, char **ret_string,
                                struct gk_error *err)
{
  return run (ctx, (const char *const[]){ "sfdisk", "--show-geometry", device, NULL }, NULL,
              ret_string, err);
}
