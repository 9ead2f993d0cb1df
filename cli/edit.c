/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit edit */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/guest-file.h"
#include "exec/exec.h"

#define FILE_MAX (256u << 20)

struct options {
  struct cli_list expressions;
  const char *replacement;
};

static const struct cli_option options[] = {
  { "expression", 'e', CLI_LIST, offsetof (struct options, expressions), "EXPR",
    "edit with this sed expression; may be repeated" },
  { "replace-with", 0, CLI_STRING, offsetof (struct options, replacement), "FILE",
    "replace the file with this one of the host" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* sed in its sandbox mode can neither run programs nor open other files. */
static int
run_sed (const struct cli_list *expressions, const char *in, const char *out)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_free_ const char **argv = calloc (2 * expressions->n + 5, sizeof *argv);
  _cleanup_close_ int fd = open (out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  struct gk_exec x = GK_EXEC_INIT;
  size_t n = 0;

  if (argv == NULL || fd == -1)
    return cli_error ("%s: %s", out, strerror (errno));
  argv[n++] = "sed";
  argv[n++] = "--sandbox";
  for (size_t i = 0; i < expressions->n; ++i) {
    argv[n++] = "-e";
    argv[n++] = expressions->v[i];
  }
  argv[n++] = "--";
  argv[n++] = in;
  x.argv = argv;
  x.stdout_fd = fd;
  if (gk_exec_check (&x, NULL, &err) == -1)
    return cli_error ("%s", gk_error_msg (&err));
  return CLI_OK;
}

/* $VISUAL and $EDITOR may carry arguments, so the user's own shell splits
 * them; the file's name is never part of the command text. */
static int
run_editor (const char *path)
{
  int status;
  pid_t pid = fork ();

  if (pid == 0) {
    execl ("/bin/sh", "sh", "-c", "exec ${VISUAL:-${EDITOR:-vi}} \"$1\"", "sh", path, (char *)NULL);
    _exit (127);
  }
  if (pid == -1)
    return cli_error ("fork: %s", strerror (errno));
  while (waitpid (pid, &status, 0) == -1)
    if (errno != EINTR)
      return cli_error ("waitpid: %s", strerror (errno));
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    return cli_error ("the editor failed; the guest's file was not changed");
  return CLI_OK;
}

static int
same_content (const char *a, const char *b, bool *ret_same)
{
  _cleanup_gk_buf_ struct gk_buf x = GK_BUF_INIT, y = GK_BUF_INIT;

  if (gk_read_file (a, FILE_MAX, &x) == -1 || gk_read_file (b, FILE_MAX, &y) == -1)
    return cli_error ("reading the edited file: %s", strerror (errno));
  *ret_same = x.size == y.size && (x.size == 0 || memcmp (x.data, y.data, x.size) == 0);
  return CLI_OK;
}

/* old and new are host files in a folder of our own. */
static int
edit_copy (guestfs_h *g, const struct options *o, const char *path, const char *old,
           const char *new, bool *changed)
{
  bool same = false;

  if (guestfs_download (g, path, old) == -1)
    return cli_guestfs_error (g);
  int r = CLI_OK;
  if (o->expressions.n > 0)
    r = run_sed (&o->expressions, old, new);
  else if (guestfs_download (g, path, new) == -1)
    r = cli_guestfs_error (g);
  else
    r = run_editor (new);
  if (r == CLI_OK)
    r = same_content (old, new, &same);
  if (r != CLI_OK || same) {
    if (same)
      fprintf (stderr, "guestkit: %s: nothing changed\n", path);
    return r;
  }
  *changed = true;
  return cli_guest_replace (g, new, path, 0644);
}

/* changed becomes true when the guest's file is no longer what it was. */
static int
edit (guestfs_h *g, const struct options *o, const char *name, bool *changed)
{
  _cleanup_free_ char *path = cli_guest_follow (g, name);
  char dir[] = "/tmp/guestkit-edit-XXXXXX";

  if (path == NULL)
    return cli_guestfs_error (g);
  if (o->replacement) {
    *changed = true;
    return cli_guest_replace (g, o->replacement, path, 0644);
  }
  if (mkdtemp (dir) == NULL)
    return cli_error ("%s: %s", dir, strerror (errno));
  const char *slash = strrchr (path, '/');
  const char *base = slash ? slash + 1 : path;
  _cleanup_free_ char *old = gk_asprintf ("%s/old", dir);
  /* The editor sees the real name, for its modes and for the person. */
  _cleanup_free_ char *newdir = gk_asprintf ("%s/new", dir);
  _cleanup_free_ char *new = newdir ? gk_asprintf ("%s/%s", newdir, base) : NULL;
  int r = CLI_FAILED;
  if (old && new &&mkdir (newdir, 0700) == 0)
    r = edit_copy (g, o, path, old, new, changed);
  if (old)
    unlink (old);
  if (new) {
    unlink (new);
    rmdir (newdir);
  }
  rmdir (dir);
  return r;
}

int
cli_guest_edit (guestfs_h *g, const char *path)
{
  const struct options none = { .replacement = NULL };
  bool changed = false;

  return edit (g, &none, path, &changed);
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  bool changed = false;
  int r = CLI_USAGE;

  if (o->expressions.n > 0 && o->replacement)
    cli_usage (&cli_command_edit, "--expression and --replace-with exclude each other");
  else {
    images->edit.whole = true;
    /* One file is replaced as a whole by the guest's own filesystem, too. */
    images->edit.or_at_once = argc <= (images->add.n > 0 ? 1 : 2);
    guestfs_h *g = cli_open_mounted (&cli_command_edit, images, &argc, &argv, &r);
    if (g != NULL) {
      if (argc == 0)
        r = cli_usage (&cli_command_edit, "no path is given");
      for (int i = 0; i < argc && r == CLI_OK; ++i) {
        r = edit (g, o, argv[i], &changed);
        if (r == CLI_OK && changed)
          r = cli_label_new (g, images, argv[i]);
      }
      /* That a filesystem was mounted is no change to keep. */
      images->edit.unchanged = !changed;
      r = cli_finish (g, &cli_command_edit, images, r);
    }
  }
  free (o->expressions.v);
  return r;
}

const struct cli_command cli_command_edit = {
  .name = "edit",
  .synopsis = "[OPTIONS] IMAGE PATH...",
  .summary = "change a file of the guest",
  .description = "Edits files of the guest with $VISUAL or $EDITOR, with sed expressions, or by\n"
                 "replacing them.  The new file is written beside the old one with the same\n"
                 "owner, mode, extended attributes and SELinux label, and renamed over it.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_EDITS,
  .run = run,
};
