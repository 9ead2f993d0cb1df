/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The worker's side of the rescue shell: see rescue.h. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "lvm/lvm.h"
#include "op/ctx.h"
#include "op/task.h"
#include "worker/rescue.h"

#define TERM_MAX_LEN 64
#define WINDOW_MAX 10000

/* --- its world --------------------------------------------------------------------- */

/* Programs that ask for the terminal's name look for it in /dev. */
static int
show_tty (int tty_fd, struct gk_error *err)
{
  static const char path[] = "/dev/console";
  struct stat st;

  if (fstat (tty_fd, &st) == -1 ||
      (mknod (path, S_IFCHR | 0600, st.st_rdev) == -1 && errno != EEXIST))
    return gk_error_sys (err, errno, "%s", path);
  return 0;
}

/* All else that is there belongs to the machine outside and cannot be written to. */
static int
make_room (struct gk_error *err)
{
  static const char *const places[] = { "/mnt", "/root" };

  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    if (mount ("guestkit-rescue", places[i], "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == -1)
      return gk_error_sys (err, errno, "mount: %s", places[i]);
  return 0;
}

/* A name of terminfo's, which is a file's name, too. */
static bool
is_term (const char *term, size_t len)
{
  return len > 0 && len <= TERM_MAX_LEN && term[0] != '.' &&
         strspn (term, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+._") >= len;
}

static char **
make_env (struct gk_ctx *ctx, const char *term, size_t len, struct gk_error *err)
{
  static const char *const fixed[] = {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LC_ALL=C.UTF-8",
    "PS1=><rescue> ",
    "DM_DISABLE_UDEV=1",
    "LVM_SUPPRESS_FD_WARNINGS=1",
  };
  _cleanup_gk_strv_ struct gk_strv env = GK_STRV_INIT;
  _cleanup_free_ char *lvm = gk_lvm_home (ctx, err);

  if (lvm == NULL)
    return NULL;
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
    if (gk_strv_push (&env, fixed[i]) == -1)
      goto oom;
  if (!is_term (term, len)) {
    term = "linux";
    len = strlen (term);
  }
  if (gk_strv_pushf (&env, "TERM=%.*s", (int)len, term) == -1 ||
      gk_strv_pushf (&env, "LVM_SYSTEM_DIR=%s", lvm) == -1)
    goto oom;
  char **list = gk_strv_finish (&env);
  if (list != NULL)
    return list;
oom:
  gk_error_oom (err);
  return NULL;
}

/* --- beginning ------------------------------------------------------------------------ */

int
gk_rescue_window (struct gk_rescue *rescue, int rows, int columns, struct gk_error *err)
{
  struct winsize w = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

  if (rescue->tty_fd == -1)
    return gk_error_set (err, ENOTSUP, "there is no rescue shell in this session");
  if (rows < 0 || rows > WINDOW_MAX || columns < 0 || columns > WINDOW_MAX)
    return gk_error_set (err, EINVAL, "%d x %d: no size of a terminal", rows, columns);
  /* EIO: the client has closed it. */
  if (rows > 0 && columns > 0 && ioctl (rescue->tty_fd, TIOCSWINSZ, &w) == -1 && errno != EIO)
    return gk_error_sys (err, errno, "the size of the terminal");
  return 0;
}

/* What a command writes is not for a terminal's eyes; who types, types UTF-8. */
static int
set_up_tty (int tty_fd, bool raw, struct gk_error *err)
{
  struct termios t;

  if (tcgetattr (tty_fd, &t) == -1)
    return gk_error_sys (err, errno, "the console");
  if (raw)
    cfmakeraw (&t);
  else
    t.c_iflag |= IUTF8;
  return tcsetattr (tty_fd, TCSANOW, &t) == -1 ? gk_error_sys (err, errno, "the console") : 0;
}

int
gk_rescue_start (struct gk_rescue *rescue, struct gk_ctx *ctx, const char *what, int rows,
                 int columns, struct gk_error *err)
{
  const char *nl = strchrnul (what, '\n'), *command = *nl == '\n' ? nl + 1 : nl;
  int pair[2];

  if (gk_rescue_window (rescue, rows, columns, err) == -1)
    return -1;
  if (rescue->pid != 0)
    return gk_error_set (err, EBUSY, "the rescue shell was started already");
  _cleanup_strv_ char **env = make_env (ctx, what, nl - what, err);
  if (env == NULL || show_tty (rescue->tty_fd, err) == -1 || make_room (err) == -1 ||
      set_up_tty (rescue->tty_fd, *command != '\0', err) == -1 ||
      gk_rescue_note_mounts (&rescue->mounts, &rescue->n_mounts, err) == -1)
    return -1;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
    return gk_error_sys (err, errno, "socketpair");
  pid_t pid = fork ();
  if (pid == 0) {
    struct gk_rescue_shell shell = { rescue->tty_fd, rescue->ended_fd, pair[1],
                                     *command ? command : NULL, (const char *const *)env };
    gk_rescue_look_after (&shell);
  }
  int errnum = errno;
  close (pair[1]);
  if (pid == -1) {
    close (pair[0]);
    return gk_error_sys (err, errnum, "fork");
  }
  rescue->pid = pid;
  rescue->watcher_fd = pair[0];
  return 0;
}

/* --- end -------------------------------------------------------------------------------- */

int
gk_rescue_status (struct gk_rescue *rescue, struct gk_task *task, int *ret_status,
                  struct gk_error *err)
{
  unsigned char status;

  if (rescue->pid == 0)
    return gk_error_set (err, EINVAL, "no rescue shell was started");
  if (rescue->status == -1) {
    struct pollfd p = { .fd = rescue->watcher_fd, .events = POLLIN };
    int ready;
    while ((ready = gk_task_poll (task, &p, 1, -1, err)) == 0)
      ;
    if (ready == -1)
      return -1;
    if (read (rescue->watcher_fd, &status, 1) != 1)
      return gk_error_set (err, ECONNRESET, "who looks after the rescue shell has gone");
    rescue->status = status;
  }
  *ret_status = rescue->status;
  return 0;
}

void
gk_rescue_end (struct gk_rescue *rescue)
{
  if (rescue->pid == 0)
    return;
  /* At which it ends all that is below it, in a bounded time. */
  gk_cleanup_close (&rescue->watcher_fd);
  rescue->watcher_fd = -1;
  while (waitpid (rescue->pid, NULL, 0) == -1 && errno == EINTR)
    ;
  rescue->pid = 0;
}
