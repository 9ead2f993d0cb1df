/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit command */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"

#define JSON_OUTPUT_MAX (256u << 20)

struct options {
  bool network;
  int timeout, memsize;
};

static const struct cli_option options[] = {
  { "network", 0, CLI_FLAG, offsetof (struct options, network), NULL,
    "give the program this machine's network" },
  { "timeout", 0, CLI_NUMBER, offsetof (struct options, timeout), "SECONDS",
    "end the program when it takes longer" },
  { "memsize", 0, CLI_NUMBER, offsetof (struct options, memsize), "MIB",
    "memory that the program may take" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* On a thread of its own, when the time is over. */
static void
too_long (union sigval g)
{
  guestfs_user_cancel (g.sival_ptr);
}

static int
start_timer (guestfs_h *g, int seconds, timer_t *ret)
{
  struct sigevent ev = { .sigev_notify = SIGEV_THREAD, .sigev_notify_function = too_long };
  const struct itimerspec when = { .it_value = { .tv_sec = seconds } };

  ev.sigev_value.sival_ptr = g;
  if (timer_create (CLOCK_MONOTONIC, &ev, ret) == -1)
    return cli_error ("timer: %s", strerror (errno));
  if (timer_settime (*ret, 0, &when, NULL) == -1) {
    timer_delete (*ret);
    return cli_error ("timer: %s", strerror (errno));
  }
  return CLI_OK;
}

/* 0, or -1 with the handle's error. */
static int
run_program (guestfs_h *g, char **argv, int timeout, const char *output)
{
  timer_t timer;

  if (timeout > 0 && start_timer (g, timeout, &timer) != CLI_OK)
    return -1;
  int r = guestfs_command_out (g, argv, output);
  if (timeout > 0)
    timer_delete (timer);
  return r;
}

/* Nobody else cancels. */
static const char *
reason (guestfs_h *g, int timeout)
{
  return timeout > 0 && guestfs_last_errno (g) == EINTR ? "it took longer than --timeout allows"
                                                        : guestfs_last_error (g);
}

static int
run_json (guestfs_h *g, struct cli_images *images, char **argv, int timeout)
{
  _cleanup_close_ int fd = memfd_create ("output", MFD_CLOEXEC);
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  struct json_object *o, *words;

  if (fd == -1)
    return cli_error ("memfd: %s", strerror (errno));
  _cleanup_free_ char *name = gk_asprintf ("/dev/fd/%d", fd);
  int r = name ? run_program (g, argv, timeout, name) : -1;
  if (lseek (fd, 0, SEEK_SET) == -1 || gk_read_all (fd, JSON_OUTPUT_MAX, &out) == -1)
    return cli_error ("output: %s", strerror (errno));
  o = json_object_new_object ();
  words = json_object_new_array ();
  for (size_t i = 0; argv[i]; i++)
    json_object_array_add (words, json_object_new_string (argv[i]));
  json_object_object_add (o, "command", words);
  json_object_object_add (o, "output",
                          json_object_new_string_len (out.data ? out.data : "", (int)out.size));
  cli_json_string (o, "error", r == -1 ? reason (g, timeout) : NULL);
  cli_edit_json (images, o);
  return r == -1 ? CLI_FAILED : CLI_OK;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  int r = CLI_OK;

  images->network = o->network;
  images->edit.label_all = !images->ro;
  images->memsize = o->memsize;
  guestfs_h *g = cli_open_mounted (&cli_command_command, images, &argc, &argv, &r);
  if (g == NULL)
    return r;
  if (argc == 0)
    r = cli_usage (&cli_command_command, "no program is given");
  else if (images->json)
    r = run_json (g, images, argv, o->timeout);
  else if (run_program (g, argv, o->timeout, "/dev/stdout") == -1)
    r = cli_error ("%s: %s", argv[0], reason (g, o->timeout));
  return cli_finish (g, &cli_command_command, images, r);
}

const struct cli_command cli_command_command = {
  .name = "command",
  .synopsis = "[OPTIONS] IMAGE -- PROGRAM [ARGUMENTS]",
  .summary = "run a program of the guest",
  .description =
      "Runs a program of the guest in the guest's tree and prints what it writes.  It\n"
      "sees the guest's files, a /proc, /sys and /dev of its own, and no network unless\n"
      "that is asked for.  What it leaves running is ended.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_EDITS,
  .run = run,
};
