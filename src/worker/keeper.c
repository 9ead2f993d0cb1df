/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The keeper's life: see keeper.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "rpc/rpc.h"
#include "worker/keeper-priv.h"
#include "worker/keeper.h"

/* After the client has gone, the kernel has so long to flush and unmount. */
#define GRACE_MS 100000
/* So often it is told meanwhile that the client has gone. */
#define TELL_MS 100
/* What is shown of the kernel's last words. */
#define LAST_LINES 6
#define SETTLE_MS 500
/* What is waited for beside the image servers. */
#define OTHERS 6

struct keeper {
  struct gk_conn *control;
  struct gk_launch_params params;
  struct gk_journal journal;
  char *dir;
  struct gk_kept_drive *drives;
  struct gk_child kernel;
  struct gk_processor processor;
  bool begun;
  bool kernel_ended;
  int shared_fd;
  int conn_fd;   /* the kernel's end of the client's connection, until the kernel has it */
  int client_fd; /* the client's end, for hang_up */
  /* The rescue shell's: the client's end, until it has been sent; the kernel's, which stays
   * open here for its end; and where the kernel tells that the shell has come to its end. */
  int console_fd, console_kernel_fd, rescued_fd;
  struct gk_uml_console console;
  int log_fd;             /* what all of the console is copied to, or -1 */
  struct gk_error reason; /* why the kernel was killed */
};

/* --- the kernel's console ----------------------------------------------------------- */

static void
read_console (struct keeper *k)
{
  char buf[4096];
  ssize_t n;

  while (k->kernel.err_fd != -1 && (n = read (k->kernel.err_fd, buf, sizeof buf)) > 0) {
    gk_uml_console_add (&k->console, buf, n);
    if (k->log_fd != -1)
      gk_write_full (k->log_fd, buf, n);
    if (k->params.verbose && gk_write_full (STDERR_FILENO, buf, n) == -1)
      k->params.verbose = false;
  }
}

/* A file of its own for each kernel, so that their lines do not mix. */
static int
open_log (struct keeper *k, const char *dir, struct gk_error *err)
{
  if (dir == NULL)
    return 0;
  _cleanup_free_ char *path = gk_asprintf ("%s/kernel-%d.log", dir, (int)getpid ());
  if (path == NULL)
    return gk_error_oom (err);
  k->log_fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  return k->log_fd == -1 ? gk_error_sys (err, errno, "%s", path) : 0;
}

static void
note_end (struct keeper *k)
{
  read_console (k);
  gk_child_stop (&k->kernel, 0); /* its end of the connection closes: the client sees it */
  k->kernel_ended = true;
}

static void
kill_kernel (struct keeper *k)
{
  if (k->kernel.pid > 0)
    note_end (k);
}

/* The image server of a drive has ended; k->reason says so. */
static bool
server_died (struct keeper *k)
{
  for (unsigned i = 0; i < k->params.ndrives; i++) {
    struct gk_server *s = &k->drives[i].server;
    if (gk_child_alive (&s->child))
      continue;
    _cleanup_free_ char *words = gk_child_last_words (&s->child);
    gk_error_set (&k->reason, EIO, "the image server of drive %u ended%s%s", i, words ? ": " : "",
                  words ? words : "");
    return true;
  }
  return false;
}

/* What is known about why there is no session (any more). */
static int
explain (struct keeper *k, struct gk_error *err)
{
  /* The connection ends a moment before the process that had it. */
  struct pollfd p = { .fd = k->kernel.pidfd, .events = POLLIN };
  bool ended = k->kernel_ended || poll (&p, 1, SETTLE_MS) > 0;

  server_died (k);
  kill_kernel (k);
  if (k->reason.msg != NULL)
    return gk_error_set (err, k->reason.errnum, "%s", k->reason.msg);
  _cleanup_free_ char *last = gk_uml_console_last (&k->console, LAST_LINES);
  const char *what = ended      ? "ended"
                     : k->begun ? "does not answer"
                                : "did not become ready in time";
  return gk_error_set (err, ended ? ECONNRESET : ETIMEDOUT,
                       "the User-Mode Linux kernel %s; its last lines: %s", what,
                       last && last[0] ? last : "none");
}

/* --- starting ------------------------------------------------------------------------ */

static int
start_drives (struct keeper *k, struct gk_error *err)
{
  for (unsigned i = 0; i < k->params.ndrives; i++)
    if (gk_kept_drive_start (&k->drives[i], &k->params.drives[i], k->dir, i, err) == -1)
      return -1;
  return 0;
}

static int
make_sockets (struct keeper *k, struct gk_error *err)
{
  _cleanup_free_ char *sockets = gk_asprintf ("%s/s", k->dir);

  if (sockets == NULL)
    return gk_error_oom (err);
  if (mkdir (sockets, 0755) == -1)
    return gk_error_sys (err, errno, "%s", sockets);
  for (unsigned i = 0; i < k->params.ndrives; i++)
    if (gk_kept_drive_listen (&k->drives[i], sockets, i, err) == -1)
      return -1;
  return 0;
}

/* The client's console, when there is to be one; and the line by which the kernel tells that
 * nobody writes to it any more. */
static int
make_console (struct keeper *k, int *ret_rescued_kernel_fd, struct gk_error *err)
{
  int console[2], rescued[2];

  if (!k->params.rescue)
    return 0;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, console) == -1)
    return gk_error_sys (err, errno, "socketpair");
  k->console_fd = console[0];
  k->console_kernel_fd = console[1];
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, rescued) == -1)
    return gk_error_sys (err, errno, "socketpair");
  k->rescued_fd = rescued[0];
  *ret_rescued_kernel_fd = rescued[1];
  return 0;
}

static int
start_kernel (struct keeper *k, struct gk_error *err)
{
  _cleanup_close_ int rescued = -1;

  if (make_console (k, &rescued, err) == -1)
    return -1;
  const struct gk_kernel_ends ends = { k->conn_fd, k->console_kernel_fd, rescued, k->drives };
  gk_processor_enter (&k->processor);
  int r = gk_keeper_start_kernel (&k->params, k->dir, &ends, &k->kernel, &k->shared_fd, err);
  gk_processor_leave (&k->processor, k->kernel.pid);
  return r;
}

/* The kernel first: by the time that it looks for its disks they are there,
 * and if not it waits. */
static int
start (struct keeper *k, const char *cachedir, const char *console_dir, struct gk_error *err)
{
  if (k->params.ndrives > GK_UML_DRIVES_MAX)
    return gk_error_set (err, ENOSPC,
                         "there are %zu drives: User-Mode Linux has no more than %u (the local "
                         "launcher has no such limit)",
                         k->params.ndrives, (unsigned)GK_UML_DRIVES_MAX);
  k->drives = calloc (k->params.ndrives + 1, sizeof *k->drives);
  if (k->drives == NULL)
    return gk_error_oom (err);
  for (unsigned i = 0; i < k->params.ndrives; i++)
    k->drives[i] = (struct gk_kept_drive)GK_KEPT_DRIVE_INIT;
  if (open_log (k, console_dir, err) == -1)
    return -1;
  gk_journal_collect (0, NULL); /* what killed sessions left is no reason to fail */
  if (gk_journal_create (&k->journal, err) == -1 ||
      gk_journal_make_dir (&k->journal, cachedir, &k->dir, err) == -1 ||
      make_sockets (k, err) == -1 || start_kernel (k, err) == -1)
    return -1;
  gk_cleanup_close (&k->conn_fd);
  k->conn_fd = -1;
  return start_drives (k, err);
}

/* --- waiting -------------------------------------------------------------------------- */

/* A request on the control connection.  False when it has ended. */
static bool
answer (struct keeper *k)
{
  struct gk_frame frame;

  if (gk_conn_recv_call (k->control, &frame, -1, NULL) != GK_CONN_FRAME)
    return false;
  _cleanup_error_ struct gk_error what = GK_ERROR_INIT;
  if ((frame.flags & GK_REQUEST_MASK) == GK_REQUEST_BEGUN) {
    k->begun = true;
    return gk_conn_send (k->control, GK_FRAME_REPLY, 0, frame.serial, NULL, 0, NULL, 0, NULL) == 0;
  }
  if ((frame.flags & GK_REQUEST_MASK) == GK_REQUEST_WHY)
    explain (k, &what);
  else
    gk_error_set (&what, EPROTO, "unknown request");
  return gk_conn_send_error (k->control, GK_FRAME_ERROR, frame.serial, &what, NULL) == 0;
}

/* The client has gone.  Its end is still open here, so that the kernel's serial line
 * has not read an error, once, which its driver does not take for the end: it is told
 * of the end, and told again, for what it is told once it may miss. */
static void
hang_up (const struct keeper *k)
{
  shutdown (k->client_fd, SHUT_RDWR);
}

/* The rescue shell has ended, and all that it wrote has been sent: whoever reads the console
 * reads this end, too, while the session goes on.  Who writes to that line without being
 * asked to, inside, loses the console. */
static void
end_console (struct keeper *k)
{
  shutdown (k->console_kernel_fd, SHUT_RDWR);
  gk_cleanup_close (&k->rescued_fd);
  k->rescued_fd = -1;
}

/* How long to wait for news: while there is a client, who sets the times then, as long as
 * nobody has to look after the kernel; 0 when there is no time left. */
static int
wait_ms (const struct keeper *k, bool client, int64_t deadline)
{
  if (client)
    return k->kernel_ended ? -1 : gk_processor_wait_ms (&k->processor);
  int64_t left = k->begun ? deadline - gk_clock_ms () : 0;
  return left <= 0 ? 0 : left < TELL_MS ? (int)left : TELL_MS;
}

/* Until the client has gone and the kernel has ended, of itself or not. */
static void
watch (struct keeper *k, int client_pidfd, int signal_fd)
{
  size_t n = k->params.ndrives;
  _cleanup_free_ struct pollfd *p = calloc (n + OTHERS, sizeof *p);
  bool client = true;
  int64_t deadline = 0;

  if (p == NULL)
    return;
  for (size_t i = 0; i < n; i++)
    p[OTHERS + i] = (struct pollfd){ k->drives[i].server.child.pidfd, POLLIN, 0 };
  while (client || !k->kernel_ended) {
    p[0] = (struct pollfd){ client ? gk_conn_fd (k->control) : -1, POLLIN, 0 };
    p[1] = (struct pollfd){ k->kernel_ended ? -1 : k->kernel.pidfd, POLLIN, 0 };
    p[2] = (struct pollfd){ k->kernel_ended ? -1 : k->kernel.err_fd, POLLIN, 0 };
    p[3] = (struct pollfd){ signal_fd, POLLIN, 0 };
    p[4] = (struct pollfd){ k->rescued_fd, POLLIN, 0 };
    p[5] = (struct pollfd){ client ? client_pidfd : -1, POLLIN, 0 };
    int wait = wait_ms (k, client, deadline);
    int r = poll (p, n + OTHERS, wait);
    if (r == -1 && errno == EINTR)
      continue;
    if (r == -1 || (r == 0 && !client && wait == 0) || p[3].revents != 0) {
      kill_kernel (k);
      return;
    }
    if (!k->kernel_ended)
      gk_processor_look (&k->processor);
    if (p[2].revents & POLLIN)
      read_console (k);
    else if (p[2].revents != 0)
      gk_cleanup_close (&k->kernel.err_fd), k->kernel.err_fd = -1;
    if (p[4].revents != 0)
      end_console (k);
    if (p[1].revents != 0)
      note_end (k);
    if (!k->kernel_ended && server_died (k)) {
      kill_kernel (k);
      for (size_t i = 0; i < n; i++)
        p[OTHERS + i].fd = -1;
    }
    if (p[0].revents != 0 || p[5].revents != 0) {
      client = p[5].revents == 0 && answer (k);
      deadline = gk_clock_ms () + GRACE_MS;
    }
    if (!client)
      hang_up (k);
  }
}

/* --- all of it ------------------------------------------------------------------------- */

static int
tear_down (struct keeper *k, struct gk_error *err)
{
  int r = 0;

  kill_kernel (k);
  for (unsigned i = 0; k->drives != NULL && i < k->params.ndrives; i++)
    if (gk_kept_drive_stop (&k->drives[i], err) == -1)
      r = -1;
  free (k->drives);
  gk_cleanup_close (&k->shared_fd);
  gk_cleanup_close (&k->conn_fd);
  gk_cleanup_close (&k->client_fd);
  gk_cleanup_close (&k->console_fd);
  gk_cleanup_close (&k->console_kernel_fd);
  gk_cleanup_close (&k->rescued_fd);
  gk_cleanup_close (&k->log_fd);
  if (gk_journal_finish (&k->journal, err) == -1)
    r = -1;
  free (k->dir);
  gk_launch_params_clear (&k->params);
  gk_error_clear (&k->reason);
  return r;
}

/* The first request, and its answer. */
static int
launch (struct keeper *k, const char *cachedir, const char *console_dir, struct gk_error *err)
{
  _cleanup_error_ struct gk_error what = GK_ERROR_INIT;
  struct gk_frame frame;

  if (gk_conn_hello (k->control, gk_api_digest, -1, err) == -1 ||
      gk_conn_recv_call (k->control, &frame, -1, err) != GK_CONN_FRAME)
    return -1;
  uint32_t serial = frame.serial;
  int r = -1;
  if ((frame.flags & GK_REQUEST_MASK) != GK_REQUEST_LAUNCH)
    gk_error_set (&what, EPROTO, "unknown request");
  else if (gk_decode_launch (frame.body, frame.len, &k->params, &what) == 0)
    r = start (k, cachedir, console_dir, &what);
  if (r == -1) {
    gk_conn_send_error (k->control, GK_FRAME_ERROR, serial, &what, NULL);
    return -1;
  }
  const int fds[] = { k->shared_fd, k->console_fd };
  r = gk_conn_send (k->control, GK_FRAME_REPLY, 0, serial, NULL, 0, fds, k->params.rescue ? 2 : 1,
                    err);
  /* The kernel is to see when the client closes it. */
  gk_cleanup_close (&k->console_fd);
  k->console_fd = -1;
  return r;
}

int
gk_keep (int control_fd, int conn_fd, int client_fd, int client_pidfd, const char *cachedir,
         const char *console_dir)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct keeper k = { .journal = GK_JOURNAL_INIT,
                      .kernel = GK_CHILD_INIT,
                      .shared_fd = -1,
                      .conn_fd = conn_fd,
                      .client_fd = client_fd,
                      .console_fd = -1,
                      .console_kernel_fd = -1,
                      .rescued_fd = -1,
                      .log_fd = -1 };
  sigset_t signals;

  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  signal (SIGPIPE, SIG_IGN);
  umask (022);
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGHUP);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  _cleanup_close_ int signal_fd = signalfd (-1, &signals, SFD_CLOEXEC);

  k.control = gk_conn_new (control_fd, GK_ROLE_WORKER, &err);
  if (k.control != NULL && launch (&k, cachedir, console_dir, &err) == 0) {
    /* It has the secrets of remote drives. */
    prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
    watch (&k, client_pidfd, signal_fd);
  }
  int r = tear_down (&k, &err);
  gk_conn_free (k.control);
  if (r == 0)
    return 0;
  fprintf (stderr, "guestkitd: %s\n", gk_error_msg (&err));
  return 1;
}
