/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit rescue */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/rescue.h"
#include "guestkit.h"

/* What an argument of a program can have is 128 KiB. */
#define COMMAND_MAX (100u << 10)
#define ESCAPE (']' - '@')

struct options {
  bool inspect;
  const char *command, *escape;
  struct cli_list scratch;
  int memsize;
};

static const struct cli_option options[] = {
  { "inspector", 'i', CLI_FLAG, offsetof (struct options, inspect), NULL,
    "mount the guest's filesystems below /sysroot as its fstab says" },
  { "command", 'c', CLI_STRING, offsetof (struct options, command), "COMMAND",
    "run this instead of an interactive shell" },
  { "escape", 'e', CLI_STRING, offsetof (struct options, escape), "KEY",
    "the escape key, as ^X, or none; it is ^] otherwise" },
  { "scratch", 0, CLI_LIST, offsetof (struct options, scratch), "SIZE",
    "add an empty disk of that size (10G), which goes with the session; may be repeated" },
  { "memsize", 0, CLI_NUMBER, offsetof (struct options, memsize), "MIB",
    "the memory that the session's kernel has" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* "^X", "none"; -2 when it is neither. */
static int
escape_key (const char *text)
{
  if (text == NULL)
    return ESCAPE;
  if (gk_streq (text, "none"))
    return RESCUE_NO_ESCAPE;
  if (text[0] != '^' || text[1] == '\0' || text[2] != '\0')
    return -2;
  char c = text[1] >= 'a' && text[1] <= 'z' ? (char)(text[1] - 'a' + 'A') : text[1];
  return c > '@' && c <= '_' ? c - '@' : -2;
}

/* --- before the shell ------------------------------------------------------------------ */

static int
add_scratch (guestfs_h *g, const struct cli_list *sizes)
{
  for (size_t i = 0; i < sizes->n; i++) {
    uint64_t size;
    if (cli_parse_bytes (sizes->v[i], &size) == -1 || size == 0)
      return cli_usage (&cli_command_rescue, "--scratch %s: not a size such as 10G", sizes->v[i]);
    if (guestfs_add_drive_scratch (g, (int64_t)size, -1) == -1)
      return cli_guestfs_error (g);
  }
  return CLI_OK;
}

static int
begin (guestfs_h *g, struct cli_images *images, const struct options *o)
{
  int r = add_scratch (g, &o->scratch);

  if (r != CLI_OK)
    return r;
  if (guestfs_set_append (g, "guestfs_rescue=1") == -1 || guestfs_launch (g) == -1)
    return cli_guestfs_error (g);
  if ((o->inspect || images->mount.n > 0 || images->keys.n > 0) &&
      cli_open_encrypted (g, images, images->ro) == -1)
    return CLI_FAILED;
  if (images->mount.n > 0 && cli_mount_options (g, &images->mount, images->ro) == -1)
    return CLI_FAILED;
  if (o->inspect && cli_mount_guest (g, images->ro, NULL) == -1)
    return CLI_FAILED;
  return CLI_OK;
}

/* Programs of a guest want these; a guest that has no such folder does without. */
static void
bind_kernel (guestfs_h *g)
{
  static const char *const trees[] = { "/dev", "/proc", "/sys" };

  for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
    _cleanup_free_ char *to = gk_asprintf ("/sysroot%s", trees[i]);
    const char *const argv[] = { "mount", "--rbind", trees[i], to, NULL };
    if (to != NULL && guestfs_is_dir (g, trees[i]) == 1)
      free (guestfs_debug (g, "sh", (char *const *)argv));
  }
}

/* --- the shell --------------------------------------------------------------------------- */

static int
copy_output (int console)
{
  char data[65536];
  ssize_t n;

  while ((n = read (console, data, sizeof data)) != 0) {
    if (n == -1 && errno == EINTR)
      continue;
    if (n == -1)
      return cli_error ("reading the output: %s", strerror (errno));
    if (gk_write_full (STDOUT_FILENO, data, (size_t)n) == -1)
      return cli_error ("standard output: %s", strerror (errno));
  }
  return CLI_OK;
}

/* The command's status is ours. */
static int
run_command (guestfs_h *g, const char *command)
{
  int console = guestkit_rescue (g, command, 0, 0);

  if (console == -1)
    return cli_guestfs_error (g);
  int r = copy_output (console);
  if (r == CLI_OK)
    r = guestkit_rescue_status (g);
  return r == -1 ? cli_guestfs_error (g) : r;
}

static int
run_terminal (guestfs_h *g, int escape, int *ret_signal)
{
  int console = guestkit_rescue (g, NULL, 0, 0);

  if (console == -1)
    return cli_guestfs_error (g);
  rescue_say_escape (escape);
  return rescue_terminal (g, console, escape, ret_signal);
}

static int
read_command (char **ret)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  if (gk_read_all (STDIN_FILENO, COMMAND_MAX, &text) == -1)
    return cli_error ("the commands on standard input: %s",
                      errno == EFBIG ? "more than 100 KiB" : strerror (errno));
  if (text.size == 0 || memchr (text.data, '\0', text.size) != NULL)
    return cli_usage (&cli_command_rescue,
                      "standard input is no terminal, and there are no commands on it");
  *ret = gk_buf_finish (&text);
  return *ret ? CLI_OK : cli_error ("out of memory");
}

static int
run_session (struct cli_images *images, const struct options *o, const char *command, int escape)
{
  int r, sig = 0, none = 0;
  char **no_operands = NULL;

  images->memsize = o->memsize;
  guestfs_h *g = cli_prepare (&cli_command_rescue, images, &none, &no_operands, &r);
  if (g == NULL)
    return r;
  r = begin (g, images, o);
  if (r == CLI_OK) {
    if (o->inspect)
      bind_kernel (g);
    r = command ? run_command (g, command) : run_terminal (g, escape, &sig);
  }
  r = cli_close (g, r);
  if (sig != 0)
    raise (sig);
  return r;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  int escape = escape_key (o->escape), r = CLI_OK;
  _cleanup_free_ char *script = NULL;

  for (int i = 0; i < argc; i++)
    if (cli_list_add (&images->add, argv[i]) == -1)
      return cli_error ("out of memory");
  if (escape == -2)
    r = cli_usage (&cli_command_rescue, "--escape %s: not a key such as ^X, and not none",
                   o->escape);
  else if (images->add.n == 0 && o->scratch.n == 0)
    r = cli_usage (&cli_command_rescue, "no image is given");
  else if (o->command == NULL && !isatty (STDIN_FILENO))
    r = read_command (&script);
  if (r == CLI_OK)
    r = run_session (images, o, o->command ? o->command : script, escape);
  free (o->scratch.v);
  return r;
}

const struct cli_command cli_command_rescue = {
  .name = "rescue",
  .synopsis = "[OPTIONS] IMAGE...",
  .summary = "a shell beside the guest, with its disks",
  .description = "Starts a shell inside of the session's own kernel (the uml launcher), which has\n"
                 "the disks as /dev/sda, /dev/sdb ..., the programs of this machine, read-only,\n"
                 "and no network: e2fsck, fdisk, lvm, mdadm, cryptsetup, mount, chroot work there\n"
                 "as root's.  Filesystems are mounted by -i or -m, or in the shell; /sysroot is\n"
                 "the place.  What the shell leaves mounted or running is ended with it.\n"
                 "\n"
                 "Images are opened for writing unless --ro is given; then what is written is\n"
                 "thrown away.  With --command, or when standard input is no terminal and has\n"
                 "commands, these are run, and their status is that of guestkit.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_OWN_OPERANDS,
  .run = run,
};
