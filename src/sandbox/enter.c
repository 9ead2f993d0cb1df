/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Going into the sandbox.
 *
 * The order matters.  The tree is built first, while there are the rights for
 * it: root's own, or those of a user namespace that the child was made in.
 * Then root becomes somebody else; only then the inner user namespace is made,
 * so that its root is that somebody.  (A namespace whose root is mapped to the
 * real one would keep root's rights to files.)  With it comes a copy of the
 * mounts that is locked, because it belongs to a lesser namespace.  Last go
 * the capabilities in there.
 */
#include "sandbox/sandbox-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

#define SECUREBITS                                                                                 \
  (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED | \
   SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

/* --- user ------------------------------------------------------------------------ */

static int
write_at (int dir, const char *name, const char *text)
{
  int fd = openat (dir, name, O_WRONLY | O_CLOEXEC);

  if (fd == -1)
    return -1;
  ssize_t n = write (fd, text, strlen (text));
  int errnum = errno;
  close (fd);
  errno = errnum;
  return n == -1 ? -1 : 0;
}

/* Root inside is the user that this process has outside; there is no other. */
static int
map_user (int proc, uid_t uid, gid_t gid)
{
  char text[64];

  if (write_at (proc, "setgroups", "deny") == -1)
    return -1;
  snprintf (text, sizeof text, "0 %u 1\n", (unsigned)uid);
  if (write_at (proc, "uid_map", text) == -1)
    return -1;
  snprintf (text, sizeof text, "0 %u 1\n", (unsigned)gid);
  return write_at (proc, "gid_map", text);
}

static int
set_ids (uid_t id)
{
  if (syscall (SYS_setresgid, id, id, id) == -1)
    return -1;
  return (int)syscall (SYS_setresuid, id, id, id);
}

static int
all_caps_effective (void)
{
  struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2];

  if (syscall (SYS_capget, &head, data) == -1)
    return -1;
  data[0].effective = data[0].permitted;
  data[1].effective = data[1].permitted;
  return (int)syscall (SYS_capset, &head, data);
}

/* The capabilities survive for one step more: where users may not make user
 * namespaces, root still can. */
static int
become (uid_t uid)
{
  if (syscall (SYS_setgroups, 0, NULL) == -1)
    return -1;
  if (prctl (PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1)
    return -1;
  /* A container may have few ids, or only the one. */
  if (set_ids (uid) == -1 && (errno != EINVAL || (set_ids (NOBODY) == -1 && errno != EINVAL)))
    return -1;
  /* Or /proc/self would still be root's. */
  if (prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) == -1)
    return -1;
  return all_caps_effective ();
}

/* --- capabilities ------------------------------------------------------------------ */

static int
drop_caps (void)
{
  struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
  const struct __user_cap_data_struct none[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
      prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1 ||
      prctl (PR_SET_SECUREBITS, SECUREBITS, 0, 0, 0) == -1)
    return -1;
  for (int cap = 0; cap < 64; cap++)
    if (prctl (PR_CAPBSET_DROP, cap, 0, 0, 0) == -1) {
      if (errno == EINVAL && cap > CAP_BLOCK_SUSPEND) /* past the last that there is */
        break;
      return -1;
    }
  return (int)syscall (SYS_capset, &head, none);
}

/* --- first process --------------------------------------------------------------------- */

/* How long a lost SIGIO costs. */
#define NUDGE_MS 100

/* As the first process: wait for the program, which may leave orphans here, and
 * end as it does.
 *
 * Whom O_ASYNC tells that a full socket has room again is not always told: the
 * kernel (seen in 6.18) notes that somebody waits after it has found the socket
 * full, and when the other end reads everything in between, nobody hears of it
 * (once in a hundred thousand times).  User-Mode Linux then sleeps for ever
 * with half of an answer to be sent.  On any SIGIO it looks at all its
 * descriptors, so it gets one. */
static _Noreturn void
be_init (pid_t program, bool nudges)
{
  static const struct timespec nudge = { NUDGE_MS / 1000, NUDGE_MS % 1000 * 1000000 };
  sigset_t children;
  int status;
  pid_t pid;

  close_range (0, ~0U, 0);
  sigemptyset (&children);
  sigaddset (&children, SIGCHLD);
  if (nudges)
    sigprocmask (SIG_BLOCK, &children, NULL);
  while ((pid = waitpid (-1, &status, nudges ? WNOHANG : 0)) != program)
    if (pid == 0 && sigtimedwait (&children, NULL, &nudge) == -1)
      kill (program, SIGIO);
  _exit (WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status));
}

static int
leave_init_behind (bool nudges)
{
  /* A change of the user has taken it back. */
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) == -1)
    return -1;
  if (nudges && signal (SIGIO, SIG_IGN) == SIG_ERR)
    return -1;
  pid_t pid = fork ();
  if (pid > 0)
    be_init (pid, nudges);
  return pid == -1 ? -1 : 0;
}

/* --- all of it ----------------------------------------------------------------------- */

const char *
gk_sandbox_enter (const void *opaque)
{
  const struct gk_sandbox *sb = opaque;
  /* Or /proc/self is root's, when the caller changed its user or hides itself. */
  int dumpable = prctl (PR_SET_DUMPABLE, 1, 0, 0, 0);
  int proc = open ("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (dumpable == -1 || proc == -1)
    return "/proc/self";
  if (sb->in_user_ns && map_user (proc, sb->outer_uid, sb->outer_gid) == -1)
    return "uid_map";
  if (sethostname ("guestkit", 8) == -1)
    return "sethostname";
  const char *failed = gk_sandbox_tree (sb);
  if (failed != NULL)
    return failed;
  if (!sb->in_user_ns && become (sb->uid) == -1)
    return "setresuid";
  uid_t uid = geteuid ();
  gid_t gid = getegid ();
  if (unshare (CLONE_NEWUSER | CLONE_NEWNS) == -1)
    return "unshare";
  if (map_user (proc, uid, gid) == -1)
    return "inner uid_map";
  close (proc);
  /* No keyring of the caller.  Where keys are refused none can be used. */
  if (syscall (SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) == -1 && errno != ENOSYS &&
      errno != EPERM)
    return "keyctl";
  if (drop_caps () == -1)
    return "capabilities";
  failed = gk_sandbox_filter (sb);
  if (failed == NULL && sb->init && leave_init_behind (sb->nudges) == -1)
    failed = "fork";
  return failed;
}
