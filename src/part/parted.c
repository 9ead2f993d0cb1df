/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* parted, for the kinds of tables that nobody else writes.
 *
 * In script mode parted answers its own questions with "no" or fails.  It also
 * tries to tell the kernel of the partitions under a name in /sys that does
 * not exist for us; that part of its failure is not one, as the kernel is told
 * by part/kernel.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "op/ctx.h"
#include "part/edit.h"

#define SAID_MAX 1000

static int
run (struct gk_ctx *ctx, const char *device, const char *const *options, const char *const *command,
     struct gk_exec_result *result, struct gk_error *err)
{
  const char *argv[32] = { "parted", "-s" };
  size_t n = 2;
  for (; options && *options && n < 16; options++)
    argv[n++] = *options;
  argv[n++] = "--";
  argv[n++] = device;
  for (; *command && n < 31; command++)
    argv[n++] = *command;
  struct gk_exec x = GK_EXEC_INIT;
  x.argv = argv;
  x.task = ctx->task;
  return gk_exec_run (&x, result, err);
}

static int
fail (const char *device, struct gk_exec_result *result, struct gk_error *err)
{
  /* parted writes its errors to either. */
  const char *text = result->err.size ? result->err.data : result->out.size ? result->out.data : "";
  if (strstr (text, "unrecognised disk label"))
    return gk_part_no_label (device, err);
  /* Its last words are its reason; those before say the same of each place that
   * it has looked at. */
  size_t end = strlen (text);
  while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' '))
    end--;
  size_t start = end;
  while (start > 0 && text[start - 1] != '\n')
    start--;
  _cleanup_free_ char *line = gk_escape (text + start, end - start, SAID_MAX);
  if (line == NULL)
    return gk_error_oom (err);
  return gk_error_set (err, gk_errno_of_medium (text, strlen (text), NULL, NULL), "parted: %s: %s",
                       device, line);
}

int
gk_parted (struct gk_ctx *ctx, const char *device, const char *const *command, struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  if (run (ctx, device, NULL, command, &result, err) == -1)
    return -1;
  bool kernel_only = (result.err.data && strstr (result.err.data, "unable to inform the kernel")) ||
                     (result.out.data && strstr (result.out.data, "unable to inform the kernel"));
  if (result.status != 0 && !kernel_only)
    return fail (device, &result, err);
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}

/* "/dev/sdc:268435456B:scsi:512:512:mac:Linux device:;" */
static void
take_type (char *line, struct gk_part_table *t)
{
  char *rest = line, *field = NULL;
  for (int i = 0; i <= 5; i++) {
    field = strsep (&rest, ":;");
    if (field && i == 3)
      t->sector_size = (unsigned)atoi (field);
  }
  if (field && strlen (field) < sizeof t->type)
    strcpy (t->type, field);
}

int
gk_parted_read (struct gk_ctx *ctx, const char *device, struct gk_part_table *ret,
                struct gk_error *err)
{
  static const char *const options[] = { "-m", NULL };
  static const char *const command[] = { "unit", "b", "print", NULL };
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  if (run (ctx, device, options, command, &result, err) == -1)
    return -1;
  if (result.status != 0)
    return fail (device, &result, err);

  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  char *save = NULL;
  int no = 0;
  for (char *line = result.out.data ? strtok_r (result.out.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save), no++) {
    int num;
    unsigned long long start, end, size;
    if (no == 1)
      take_type (line, &t);
    if (no < 2 || sscanf (line, "%d:%lluB:%lluB:%lluB", &num, &start, &end, &size) != 4 ||
        t.n >= GK_PART_MAX)
      continue;
    struct gk_part *parts = reallocarray (t.parts, t.n + 1, sizeof *parts);
    if (parts == NULL)
      return gk_error_oom (err);
    t.parts = parts;
    t.parts[t.n++] = (struct gk_part){
      .num = num, .start = start, .size = size, .bootable = strstr (line, ":boot") != NULL
    };
  }
  *ret = t;
  t = (struct gk_part_table)GK_PART_TABLE_INIT;
  return 0;
}
