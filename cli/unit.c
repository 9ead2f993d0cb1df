/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How the changes of a command get into its images.
 *
 * --dry-run: they go to what a read-only drive throws away, and are compared
 * with a second session on the images.  --commit: they are made in overlays
 * (image/unit.h), which land when all has gone well.  --in-place: nothing is
 * between the session and the image. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/changes.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "guestkit.h"
#include "image/unit.h"

#define MESSAGE_MAX (64u << 10)

struct cli_units {
  struct gk_unit *v;
  size_t n;
};

/* --- begin and end ------------------------------------------------------------------------- */

const char *
cli_unit_begin (struct cli_images *images, const char *image)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct cli_edit *e = &images->edit;

  if (e->in_place || !(e->commit || e->backup || e->whole))
    return image;
  if (e->units == NULL)
    e->units = calloc (1, sizeof *e->units);
  struct gk_unit *v = e->units ? reallocarray (e->units->v, e->units->n + 1, sizeof *v) : NULL;
  if (v == NULL) {
    cli_error ("out of memory");
    return NULL;
  }
  e->units->v = v;
  const struct gk_unit_how how = { .format = images->format,
                                   .size = e->size,
                                   .more = e->more,
                                   .words = e->words,
                                   .backup = e->backup != NULL };
  cli_hold_signals (true);
  int r = gk_unit_begin (image, &how, NULL, &v[e->units->n], &err);
  if (r == 0)
    cli_remove_when_interrupted (v[e->units->n].overlay, v[e->units->n].dir);
  cli_hold_signals (false);
  if (r == 1)
    e->was_done = true;
  if (r == 1)
    return NULL;
  if (r == -1 && e->or_at_once && !e->commit && !e->backup && err.errnum == ENOTSUP)
    return image;
  if (r == -1) {
    cli_error ("%s%s", gk_error_msg (&err),
               err.errnum == EACCES || err.errnum == EROFS || err.errnum == ENOTSUP ||
                       err.errnum == ENOSPC
                   ? " (--in-place writes into the image at once)"
                   : "");
    return NULL;
  }
  struct gk_unit *u = &v[e->units->n++];
  if (cli_interrupted ())
    return NULL;
  e->had = u->size;
  e->has = u->new_size;
  if (e->backup && gk_unit_check_backup (u, e->backup, NULL, &err) == -1) {
    cli_error ("%s", gk_error_msg (&err));
    return NULL;
  }
  return u->overlay;
}

void
cli_units_forget (const struct cli_images *images)
{
  const struct cli_units *units = images->edit.units;

  for (size_t i = 0; units && i < units->n; i++)
    gk_unit_forget (&units->v[i]);
}

void
cli_units_clear (struct cli_images *images)
{
  struct cli_edit *e = &images->edit;

  cli_remove_nothing (false);
  for (size_t i = 0; e->units && i < e->units->n; i++)
    gk_unit_clear (&e->units->v[i]);
  if (e->units)
    free (e->units->v);
  free (e->units);
  free (e->opened.v);
  gk_strv_free (e->mounted);
  json_object_put (e->result);
}

/* --- landing ---------------------------------------------------------------------------------- */

/* All are made durable before the first counts. */
static int
land_all (struct cli_units *units, const char *backup, struct gk_error *err)
{
  for (size_t i = 0; i < units->n; i++)
    if (gk_unit_mark (&units->v[i], backup, NULL, err) == -1)
      return -1;
  for (size_t i = 0; i < units->n; i++)
    if (gk_unit_land (&units->v[i], NULL, err) == -1)
      return -1;
  return 0;
}

static void
land_and_tell (struct cli_units *units, const char *backup, int fd)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  if (land_all (units, backup, &err) == 0)
    return;
  gk_write_full (fd, gk_error_msg (&err), strlen (gk_error_msg (&err)));
  /* The process ends at once and does not come to that by itself. */
  for (size_t i = 0; i < units->n; i++)
    gk_unit_clear (&units->v[i]);
}

/* In a process of its own, which goes on when this one is killed. */
static int
land (struct cli_units *units, const char *backup, bool shown)
{
  _cleanup_gk_buf_ struct gk_buf words = GK_BUF_INIT;
  int fds[2], status = -1;

  if (pipe2 (fds, O_CLOEXEC) == -1)
    return cli_error ("pipe: %s", strerror (errno));
  fflush (NULL);
  cli_remove_nothing (true);
  pid_t pid = fork ();
  if (pid == 0) {
    setsid ();
    signal (SIGPIPE, SIG_IGN);
    signal (SIGHUP, SIG_IGN);
    /* Who waits for the end of our output shall not wait for this. */
    int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i < 3; i++)
      dup2 (null, i);
    land_and_tell (units, backup, fds[1]);
    _exit (0);
  }
  close (fds[1]);
  if (pid != -1) {
    cli_progress_wait (fds[0], shown);
    gk_read_all (fds[0], MESSAGE_MAX, &words);
    while (waitpid (pid, &status, 0) == -1 && errno == EINTR)
      ;
  }
  close (fds[0]);
  if (pid == -1)
    return cli_error ("fork: %s", strerror (errno));
  for (size_t i = 0; i < units->n; i++)
    units->v[i].marked = true; /* whatever became of it was dealt with there */
  if (words.size > 0)
    return cli_error ("%s", words.data);
  if (status != 0)
    return cli_error ("the changes may not have landed: 'guestkit gc IMAGE' tries again");
  return CLI_OK;
}

/* --- showing ----------------------------------------------------------------------- */

static bool
same_list (char **a, char **b)
{
  size_t i;

  for (i = 0; a[i] && b[i]; i++)
    if (!gk_streq (a[i], b[i]))
      return false;
  return a[i] == b[i];
}

/* A script may have mounted other things. */
static int
mount_as_before (guestfs_h *g, char **before)
{
  _cleanup_strv_ char **now = guestfs_mountpoints (g);

  if (now && before && same_list (now, before))
    return 0;
  if (now == NULL || before == NULL || guestfs_umount_all (g) == -1)
    return -1;
  for (size_t done = 0, length = 1; before[done]; length++) /* the outer ones first */
    for (size_t i = 0; before[i]; i += 2)
      if (strlen (before[i + 1]) == length) {
        if (guestfs_mount_options (g, "", before[i], before[i + 1]) == -1)
          return -1;
        done += 2;
      }
  return 0;
}

/* The images as they are. */
static guestfs_h *
open_again (const struct cli_command *command, const struct cli_images *images, int *ret_exit)
{
  struct cli_command reads = *command;
  struct cli_images again = *images;
  int argc = 0;
  char *none[] = { NULL }, **argv = none;

  reads.flags &= ~CLI_WRITES;
  again.edit = (struct cli_edit){ .dry_run = false };
  again.add = images->edit.opened;
  again.rw = false;
  guestfs_h *g = cli_open_mounted (&reads, &again, &argc, &argv, ret_exit);
  free (again.edit.opened.v);
  return g;
}

static int
show (guestfs_h *g, const struct cli_command *command, struct cli_images *images)
{
  const struct cli_changes_options o = { .quick = true, .json = images->json };
  struct json_object *list = NULL;
  int r = CLI_OK;
  size_t n;

  if (mount_as_before (g, images->edit.mounted) == -1) {
    cli_guestfs_error (g);
    return cli_error ("what would change cannot be shown: the filesystems cannot be mounted again");
  }
  guestfs_h *old = open_again (command, images, &r);
  if (old == NULL)
    return r;
  if (cli_changes_show (old, g, &o, &n, &list) == -1)
    r = CLI_FAILED;
  r = cli_close (old, r);
  if (images->json) {
    struct json_object *top = json_object_new_object ();
    if (images->edit.result)
      json_object_object_add (top, "result", gk_steal_ptr (images->edit.result));
    json_object_object_add (top, "changes", list);
    cli_json_print (top);
  } else if (n == 0)
    fputs ("guestkit: nothing would change\n", stderr);
  return r;
}

void
cli_edit_json (struct cli_images *images, struct json_object *o)
{
  if (images->edit.dry_run)
    images->edit.result = o;
  else
    cli_json_print (o);
}

int
cli_label_new (guestfs_h *g, const struct cli_images *images, const char *path)
{
  if (images->edit.no_relabel || images->ro)
    return CLI_OK;
  return guestkit_selinux_label_new (g, path) == -1 ? cli_guestfs_error (g) : CLI_OK;
}

int
cli_finish (guestfs_h *g, const struct cli_command *command, struct cli_images *images,
            int exit_code)
{
  if (images->edit.label_all && exit_code == CLI_OK)
    exit_code = cli_label_new (g, images, "/");
  if (images->edit.dry_run && !(command->flags & CLI_UNITS) && exit_code == CLI_OK)
    exit_code = guestfs_sync (g) == -1 ? cli_guestfs_error (g) : show (g, command, images);
  exit_code = cli_close (g, exit_code);
  if (cli_interrupted ())
    exit_code = CLI_FAILED;
  const struct cli_edit *e = &images->edit;
  if (e->units && e->units->n > 0 && !e->unchanged && exit_code == CLI_OK)
    exit_code = land (e->units, e->backup, !images->no_progress && !images->json);
  return exit_code;
}
