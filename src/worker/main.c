/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkitd, the worker program.
 *
 * It is started by a launcher with the connection to its client on descriptor
 * 3, or by hand: `guestkitd --gc` removes what killed sessions left, and
 * `guestkitd --doctor [IMAGE [FORMAT]]` prints what it finds on this machine.
 */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "mount/mount.h"
#include "uml/uml.h"
#include "worker/doctor.h"
#include "worker/journal.h"
#include "worker/keeper.h"
#include "worker/session-priv.h"
#include "worker/supervisor.h"
#include "worker/watch.h"

#define CONN_FD 3
#define KEPT_CONN_FD 4 /* with --uml: see keeper.h */
#define KEPT_CLIENT_FD 5
#define GC_PATIENCE_MS 5000

/* Capabilities are kept, because mounting needs them; what gives a new program
 * more than this process has is not, and core dumps may hold keys. */
static void
harden (void)
{
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  setrlimit (RLIMIT_CORE, &(const struct rlimit){ 0, 0 });
  signal (SIGPIPE, SIG_IGN);
  /* There is no udev in the private world that libdevmapper could wait for. */
  setenv ("DM_DISABLE_UDEV", "1", 1);
  umask (022);
}

/* shared: memory that the client has, too (gk_conn_share), or NULL. */
static int
serve (struct gk_session *s, int conn_fd, void *shared, uint32_t shared_size,
       struct gk_error *failure)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  s->ctx.root_fd = -1;
  s->ctx.umask = 022;
  harden ();
  /* Without a private world nothing is attached or mounted: the client is
   * told why instead. */
  if (failure == NULL && gk_world_enter (s->host_ns_fd == -1 ? NULL : &s->host_dev_fd, &err) == -1)
    failure = &err;
  s->conn = gk_conn_new (conn_fd, GK_ROLE_WORKER, NULL);
  if (s->conn == NULL)
    return 1;
  if (shared)
    gk_conn_share (s->conn, shared, shared_size);
  gk_session_serve (s, failure);
  int r = gk_session_end (s, NULL);
  gk_conn_free (s->conn);
  return r == 0 ? 0 : 1;
}

static int
run_worker (int conn_fd, const char *dir, struct gk_journal *journal, struct gk_error *failure)
{
  _cleanup_close_ int host_ns_fd = open ("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  struct gk_session s = { .dir = dir,
                          .journal = journal,
                          .host_ns_fd = host_ns_fd,
                          .host_dev_fd = -1,
                          .rescue = GK_RESCUE_INIT };

  return serve (&s, conn_fd, NULL, 0, failure);
}

/* The first program of a User-Mode Linux kernel, which is the session's alone:
 * nothing of it is left, so there is no supervisor and no journal. */
static _Noreturn void
run_inside (bool rescue)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_session s = { .dir = GK_UML_DIR,
                          .host_ns_fd = -1,
                          .host_dev_fd = -1,
                          .ctx.load_module = gk_uml_modprobe,
                          .rescue = GK_RESCUE_INIT };
  struct gk_uml_world world;

  if (gk_uml_enter (rescue, &world, &err) == -1 || mkdir (s.dir, 0700) == -1) {
    fprintf (stderr, "guestkitd: %s\n", err.msg ? gk_error_msg (&err) : strerror (errno));
    gk_uml_power_off ();
  }
  s.rescue.tty_fd = world.rescue_fd;
  s.rescue.ended_fd = world.rescued_fd;
  serve (&s, world.conn_fd, world.shared, world.shared_size, NULL);
  gk_uml_power_off ();
}

static int
run_gc (void)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int n = gk_journal_collect (GC_PATIENCE_MS, &err);

  if (n == -1) {
    fprintf (stderr, "guestkitd: %s\n", gk_error_msg (&err));
    return 1;
  }
  printf ("%d\n", n);
  return 0;
}

static int
run_doctor (const char *image, const char *format)
{
  struct json_object *o = gk_doctor (image, format);

  puts (
      json_object_to_json_string_ext (o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
  json_object_put (o);
  return 0;
}

int
main (int argc, char *argv[])
{
  static const struct option options[] = {
    { "cachedir", required_argument, NULL, 'c' },
    { "client", required_argument, NULL, 'p' },
    { "console-dir", required_argument, NULL, 'C' },
    { "doctor", no_argument, NULL, 'd' },
    { "gc", no_argument, NULL, 'g' },
    { "uml", no_argument, NULL, 'u' },
    { "uml-init", no_argument, NULL, 'i' },
    { "uml-rescue", no_argument, NULL, 'r' },
    { "version", no_argument, NULL, 'V' },
    { "watch-mount", required_argument, NULL, 'w' },
    { NULL, 0, NULL, 0 },
  };
  const char *cachedir = "/var/tmp", *console_dir = NULL;
  _cleanup_close_ int client_pidfd = -1;
  bool keep = false, rescue = false;
  int c;

  while ((c = getopt_long (argc, argv, "", options, NULL)) != -1) {
    switch (c) {
    case 'c':
      cachedir = optarg;
      break;
    case 'C':
      console_dir = optarg;
      break;
    case 'd':
      return run_doctor (argv[optind], argv[optind] ? argv[optind + 1] : NULL);
    case 'g':
      return run_gc ();
    case 'i':
      run_inside (rescue);
    case 'p':
      client_pidfd = pidfd_open (atoi (optarg), 0);
      if (getppid () != atoi (optarg)) /* it has gone already */
        return 1;
      break;
    case 'r':
      rescue = true;
      break;
    case 'u':
      keep = true;
      break;
    case 'V':
      printf ("guestkitd %s\n", GK_VERSION);
      return 0;
    case 'w':
      return gk_watch_mount (CONN_FD, optarg);
    default:
      return 2;
    }
  }
  if (fcntl (CONN_FD, F_SETFD, FD_CLOEXEC) == -1) {
    fprintf (stderr, "guestkitd: is started by libguestkit; by hand only --gc, --doctor "
                     "and --version are of use\n");
    return 2;
  }
  /* The keeper's own connection is the first. */
  if (keep && fcntl (KEPT_CONN_FD, F_SETFD, FD_CLOEXEC) == 0 &&
      fcntl (KEPT_CLIENT_FD, F_SETFD, FD_CLOEXEC) == 0)
    return gk_keep (CONN_FD, KEPT_CONN_FD, KEPT_CLIENT_FD, client_pidfd, cachedir, console_dir);
  return gk_supervise (CONN_FD, client_pidfd, cachedir, run_worker);
}
