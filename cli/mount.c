/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit mount: the guest's tree at a folder of the host.
 *
 * With the local launcher it is a kernel mount, so nothing of ours is in the
 * data path; else it is FUSE (mount_local).  A process stays behind that holds
 * the session and, with FUSE, serves the tree.  That process ends, and takes
 * everything down, when the tree is unmounted (by guestkit umount, or by
 * anybody), when it gets a signal, or when it is killed.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "client/tree.h"
#include "cli/commands.h"
#include "cli/mount-session.h"
#include "guestkit.h"

struct options {
  bool foreground;
};

static const struct cli_option options[] = {
  { "foreground", 'f', CLI_FLAG, offsetof (struct options, foreground), NULL,
    "stay in the foreground; Ctrl-C ends the session" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* Until a signal comes or somebody unmounts the tree. */
static void
wait_for_end (uint64_t id, int signal_fd)
{
  _cleanup_close_ int mounts = open ("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  struct pollfd p[] = {
    { .fd = signal_fd, .events = POLLIN },
    { .fd = mounts, .events = POLLPRI },
  };

  while (gk_tree_is_there (id) == 1) {
    if (poll (p, 2, -1) == -1 && errno != EINTR)
      return;
    if (p[0].revents)
      return;
  }
}

/* Busy files keep the tree: the session must outlive them, or they would lose
 * what they write. */
static void
unmount_when_free (guestfs_h *g, const char *dir, uint64_t id)
{
  bool said = false;

  while (gk_tree_is_there (id) == 1 && guestkit_unmount_tree (g) == -1) {
    if (guestfs_last_errno (g) != EBUSY) {
      cli_guestfs_error (g);
      return;
    }
    if (!said)
      cli_error ("%s: files in it are in use; waiting until they are closed", dir);
    said = true;
    usleep (200000);
  }
}

/* --- FUSE ---------------------------------------------------------------------- */

struct signals {
  guestfs_h *g;
  const char *dir;
  int fd;
};

/* Beside mount_local_run.  It ends with the program when no signal comes. */
static void *
unmount_at_signal (void *opaque)
{
  const struct signals *s = opaque;
  struct signalfd_siginfo info;
  bool said = false;

  if (gk_read_full (s->fd, &info, sizeof info) != sizeof info)
    return NULL;
  while (guestfs_umount_local (s->g, GUESTFS_UMOUNT_LOCAL_RETRY, 1, -1) == -1) {
    if (guestfs_last_errno (s->g) != EBUSY)
      break;
    if (!said)
      cli_error ("%s: files in it are in use; waiting until they are closed", s->dir);
    said = true;
  }
  return NULL;
}

static int
serve (struct signals *s)
{
  pthread_t thread;

  if (pthread_create (&thread, NULL, unmount_at_signal, s) != 0)
    return cli_error ("out of memory");
  pthread_detach (thread);
  return guestfs_mount_local_run (s->g) == -1 ? cli_guestfs_error (s->g) : CLI_OK;
}

/* 0: a kernel mount, 1: FUSE, -1. */
static int
show (guestfs_h *g, const char *dir)
{
  if (guestkit_mount_tree (g, dir) == 0)
    return 0;
  if (guestfs_last_errno (g) != ENOTSUP)
    return -1;
  return guestfs_mount_local (g, dir, -1) == -1 ? -1 : 1;
}

/* --- the session ---------------------------------------------------------------- */

/* Writes one byte to ready_fd once the tree can be seen. */
static int
hold_session (guestfs_h *g, const char *dir, int ready_fd)
{
  _cleanup_cli_session_ struct cli_mount_session session = CLI_MOUNT_SESSION_INIT;
  sigset_t signals;

  sigemptyset (&signals);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGHUP);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  cli_work_end (g);
  _cleanup_close_ int signal_fd = signalfd (-1, &signals, SFD_CLOEXEC);

  uint64_t id;
  int fuse = show (g, dir);
  if (fuse == -1)
    return cli_close (g, cli_guestfs_error (g));
  if (gk_tree_at (dir, &id) != 1 || cli_mount_session_create (&session, dir) == -1)
    return cli_close (g, cli_error ("%s: %s", dir, strerror (errno)));
  if (ready_fd >= 0) {
    if (gk_write_full (ready_fd, "r", 1) == -1)
      return cli_close (g, CLI_FAILED);
    close (ready_fd);
  }
  struct signals end = { g, dir, signal_fd };
  if (fuse)
    serve (&end);
  else {
    wait_for_end (id, signal_fd);
    unmount_when_free (g, dir, id);
  }

  char *failed = NULL;
  if (guestfs_shutdown (g) == -1)
    failed = strdup (guestfs_last_error (g));
  guestfs_close (g);
  cli_mount_session_end (&session, failed);
  if (failed)
    cli_error ("%s", failed);
  int r = failed ? CLI_FAILED : CLI_OK;
  free (failed);
  return r;
}

static void
detach_from_terminal (void)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

  setsid ();
  if (chdir ("/") == -1 || null == -1)
    return;
  dup2 (null, 0);
  dup2 (null, 1);
  dup2 (null, 2);
  close (null);
}

/* The session must be opened by the process that holds it: a worker belongs to
 * the process that launched it.  The one in front waits for "ready". */
static int
run_in_background (struct cli_images *images, int argc, char **argv)
{
  int p[2], r;
  char byte;

  if (pipe2 (p, O_CLOEXEC) == -1)
    return cli_error ("pipe: %s", strerror (errno));
  pid_t pid = fork ();
  if (pid == -1)
    return cli_error ("fork: %s", strerror (errno));
  if (pid > 0) {
    close (p[1]);
    if (gk_read_full (p[0], &byte, 1) == 1)
      return CLI_OK;
    while (waitpid (pid, &r, 0) == -1 && errno == EINTR)
      ;
    return WIFEXITED (r) ? WEXITSTATUS (r) : CLI_FAILED;
  }

  close (p[0]);
  guestfs_h *g = cli_open_mounted (&cli_command_mount, images, &argc, &argv, &r);
  if (g == NULL)
    _exit (r);
  _cleanup_free_ char *dir = realpath (argv[0], NULL);
  if (dir == NULL)
    _exit (cli_close (g, cli_error ("%s: %s", argv[0], strerror (errno))));
  detach_from_terminal ();
  _exit (hold_session (g, dir, p[1]));
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  int r;

  if (argc != (images->add.n > 0 ? 1 : 2))
    return cli_usage (&cli_command_mount, "give an image and a folder");
  if (!o->foreground)
    return run_in_background (images, argc, argv);

  guestfs_h *g = cli_open_mounted (&cli_command_mount, images, &argc, &argv, &r);
  if (g == NULL)
    return r;
  _cleanup_free_ char *dir = realpath (argv[0], NULL);
  if (dir == NULL)
    return cli_close (g, cli_error ("%s: %s", argv[0], strerror (errno)));
  return hold_session (g, dir, -1);
}

const struct cli_command cli_command_mount = {
  .name = "mount",
  .synopsis = "[OPTIONS] IMAGE DIR",
  .summary = "show the guest's files at a folder of the host",
  .description = "Mounts the guest's tree, read-only unless --rw is given, at a folder.  The\n"
                 "session ends when the folder is unmounted with 'guestkit umount DIR'.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES,
  .run = run,
};
