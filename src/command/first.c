/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The first process of the world of a guest's program.
 *
 * It is a fork of the worker, which is not dumpable: nobody in there can trace
 * it or read its memory, and signals of its own namespace do not reach it.  It
 * reaps what the program leaves behind, is asked before a process or a thread is
 * made (a storm of them could use up the numbers of the whole machine between
 * two looks), and looks some times a second at what memory they have.  Limits of
 * single processes do not add up to one of all, and control groups belong to the
 * system's manager, where there are any.
 */
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "command/command-priv.h"
#include "exec/exec.h"
#include "exec/jail.h"

#define LOOK_EVERY_MS 50
#define USUAL_FILES 1024
#define MAX_FILES 65536

/* What installing packages needs.  All of it is about files that the process
 * sees, processes of its namespace, and itself.  Not among them: what reaches
 * files by handle, the network's devices, mounts, traces, modules, raw I/O, the
 * clock, the kernel's log and its audit. */
#define CAPS                                                                                       \
  (GK_CAP (CHOWN) | GK_CAP (DAC_OVERRIDE) | GK_CAP (FOWNER) | GK_CAP (FSETID) | GK_CAP (KILL) |    \
   GK_CAP (SETGID) | GK_CAP (SETUID) | GK_CAP (SETPCAP) | GK_CAP (SYS_CHROOT) | GK_CAP (MKNOD) |   \
   GK_CAP (SETFCAP) | GK_CAP (LINUX_IMMUTABLE))
/* Ports below 1024, where they are nobody else's. */
#define CAPS_OWN_NETWORK GK_CAP (NET_BIND_SERVICE)
/* For how much memory a process has to itself the kernel asks for PTRACE. */
#define CAPS_FIRST (GK_CAP (SYS_PTRACE) | GK_CAP (DAC_READ_SEARCH))

/* --- watching ---------------------------------------------------------------------- */

/* Threads and resident bytes of a process, from a line such as
 * "7 (a) name) S 1 ...".  False when it is gone. */
static bool
read_stat (int proc, const char *pid, unsigned long *tasks, uint64_t *resident)
{
  char path[32], text[1024], *p;
  unsigned long threads, pages;

  snprintf (path, sizeof path, "%.16s/stat", pid);
  _cleanup_close_ int fd = openat (proc, path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd == -1 ? -1 : read (fd, text, sizeof text - 1);
  if (n <= 0)
    return false;
  text[n] = '\0';
  p = strrchr (text, ')');
  if (p == NULL || sscanf (p + 1,
                           " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*u %*u %*d %*d "
                           "%lu %*u %*u %*u %lu",
                           &threads, &pages) != 2)
    return false;
  *tasks = threads;
  *resident = (uint64_t)pages * (uint64_t)sysconf (_SC_PAGESIZE);
  return true;
}

/* Bytes of memory that are the process's share, which for pages that it shares
 * with others is a part of them. */
static uint64_t
read_share (int proc, const char *pid)
{
  char path[48], text[2048];
  uint64_t sum = 0;

  snprintf (path, sizeof path, "%.16s/smaps_rollup", pid);
  _cleanup_close_ int fd = openat (proc, path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd == -1 ? -1 : read (fd, text, sizeof text - 1);
  if (n <= 0)
    return 0;
  text[n] = '\0';
  static const char *const names[] = { "\nPss_Anon:", "\nPss_Shmem:", "\nSwapPss:" };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const char *p = strstr (text, names[i]);
    if (p)
      sum += strtoull (p + strlen (names[i]), NULL, 10) << 10;
  }
  return sum;
}

struct totals {
  unsigned long tasks;
  uint64_t resident, share;
};

static void
add_up (int proc, bool share, struct totals *t)
{
  int fd = openat (proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  _cleanup_closedir_ DIR *dir = fd == -1 ? NULL : fdopendir (fd);
  const struct dirent *d;
  unsigned long tasks;
  uint64_t resident;

  *t = (struct totals){ 0 };
  while (dir && (d = readdir (dir)) != NULL) {
    if (d->d_name[0] < '1' || d->d_name[0] > '9' || strcmp (d->d_name, "1") == 0)
      continue;
    if (share)
      t->share += read_share (proc, d->d_name);
    else if (read_stat (proc, d->d_name, &tasks, &resident)) {
      t->tasks += tasks;
      t->resident += resident;
    }
  }
}

static enum gk_command_end
look (const struct gk_command_world *w, int proc)
{
  struct totals t;

  add_up (proc, false, &t);
  if (t.tasks > w->max_tasks)
    return GK_COMMAND_TASKS;
  if (t.resident <= w->max_memory)
    return GK_COMMAND_ENDED;
  /* What is resident counts shared pages once for each. */
  add_up (proc, true, &t);
  return t.share > w->max_memory ? GK_COMMAND_MEMORY : GK_COMMAND_ENDED;
}

/* What asks before it makes a process or a thread: the count never runs away
 * between two looks, however fast the program is. */
struct forks {
  int fd;              /* or -1 */
  unsigned long known; /* at the last count */
  unsigned long granted;
  struct seccomp_notif *question;
  struct seccomp_notif_resp *answer;
};

/* false: there would be too many. */
static bool
answer_fork (const struct gk_command_world *w, int proc, struct forks *f)
{
  memset (f->question, 0, sizeof *f->question);
  if (seccomp_notify_receive (f->fd, f->question) != 0)
    return true; /* who asked is gone */
  if (f->known + f->granted >= w->max_tasks) {
    struct totals t;
    add_up (proc, false, &t);
    f->known = t.tasks;
    f->granted = 0;
    if (t.tasks >= w->max_tasks)
      return false;
  }
  f->granted++;
  *f->answer = (struct seccomp_notif_resp){ .id = f->question->id,
                                            .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
  seccomp_notify_respond (f->fd, f->answer);
  return true;
}

static int
receive_fd (int sock)
{
  char byte;
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE (sizeof (int))];
  } control;
  struct iovec iov = { &byte, 1 };
  struct msghdr msg = {
    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
  };
  int fd = -1;

  if (recvmsg (sock, &msg, MSG_CMSG_CLOEXEC) != 1)
    return -1;
  struct cmsghdr *c = CMSG_FIRSTHDR (&msg);
  if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN (sizeof fd))
    memcpy (&fd, CMSG_DATA (c), sizeof fd);
  return fd;
}

static int
send_fd (int sock, int fd)
{
  char byte = 0;
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE (sizeof (int))];
  } control = { .space = { 0 } };
  struct iovec iov = { &byte, 1 };
  struct msghdr msg = {
    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
  };
  struct cmsghdr *c = CMSG_FIRSTHDR (&msg);

  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN (sizeof fd);
  memcpy (CMSG_DATA (c), &fd, sizeof fd);
  return sendmsg (sock, &msg, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* Until the program has ended, asks, or it is time to look. */
static bool
wait_for_news (const struct gk_command_world *w, int proc, int chld, struct forks *f)
{
  struct pollfd p[] = { { .fd = f->fd, .events = POLLIN }, { .fd = chld, .events = POLLIN } };
  struct signalfd_siginfo info;

  if (poll (p, 2, LOOK_EVERY_MS) <= 0)
    return true;
  if (p[1].revents && read (chld, &info, sizeof info) == -1)
    return true;
  if (p[0].revents & POLLIN)
    return answer_fork (w, proc, f);
  if (p[0].revents) /* all who could ask have ended */
    f->fd = -1;
  return true;
}

static _Noreturn void
keep_watch (const struct gk_command_world *w, int proc, int from_program, pid_t program)
{
  struct gk_command_report report = { .end = GK_COMMAND_ENDED };
  struct forks f = { .fd = -1 };
  int64_t next = 0;
  sigset_t set;
  pid_t pid = 0;

  sigemptyset (&set);
  sigaddset (&set, SIGCHLD);
  sigprocmask (SIG_SETMASK, &set, NULL);
  int chld = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (chld == -1 || seccomp_notify_alloc (&f.question, &f.answer) != 0)
    _exit (1);
  f.fd = receive_fd (from_program); /* none when the program could not be started */
  while (report.end == GK_COMMAND_ENDED) {
    while ((pid = waitpid (-1, &report.status, WNOHANG)) > 0 && pid != program)
      ;
    if (pid == program || (pid == -1 && errno == ECHILD))
      break;
    if (!wait_for_news (w, proc, chld, &f))
      report.end = GK_COMMAND_TASKS;
    else if (gk_clock_ms () >= next) {
      report.end = look (w, proc);
      next = gk_clock_ms () + LOOK_EVERY_MS;
    }
  }
  _exit (gk_write_full (w->report_fd, &report, sizeof report) == 0 ? 0 : 1);
}

/* --- starting ---------------------------------------------------------------------- */

static const char *
be_program (const struct gk_command_world *w, int to_first)
{
  struct rlimit files;

  close (w->report_fd);
  if (setsid () == -1)
    return "setsid";
  /* Some programs close, or set up, as many as there may be. */
  if (getrlimit (RLIMIT_NOFILE, &files) == -1)
    return "getrlimit";
  files.rlim_max = files.rlim_max < MAX_FILES ? files.rlim_max : MAX_FILES;
  files.rlim_cur = files.rlim_max < USUAL_FILES ? files.rlim_max : USUAL_FILES;
  if (setrlimit (RLIMIT_NOFILE, &files) == -1)
    return "setrlimit";
  umask (w->umask);
  if (gk_exec_limit_caps (CAPS | (w->network ? 0 : CAPS_OWN_NETWORK)) == -1)
    return "capabilities";
  if (gk_command_filter (w->network) == -1)
    return "seccomp";
  _cleanup_close_ int asks = gk_command_ask_forks ();
  if (asks == -1 || send_fd (to_first, asks) == -1)
    return "seccomp notification";
  /* What one process cannot have is an error to it; what all have together is
   * seen from outside.  Last: it is meant for the program. */
  const struct rlimit memory = { w->max_memory, w->max_memory };
  return setrlimit (RLIMIT_DATA, &memory) == -1 ? "setrlimit" : NULL;
}

/* Before the tree changes: in the new one /proc is read-only. */
static int
be_first_to_go (void)
{
  _cleanup_close_ int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

  return fd == -1 || write (fd, "1000", 4) != 4 ? -1 : 0;
}

const char *
gk_command_enter (const void *opaque)
{
  const struct gk_command_world *w = opaque;
  int proc = -1;

  if (be_first_to_go () == -1)
    return "oom_score_adj";
  const char *failed = gk_command_enter_tree (w, &proc);
  if (failed) {
    if (errno == ENOENT || errno == ENOEXEC) /* these are about the program */
      errno = EIO;
    return failed;
  }
  int pair[2];
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
    return "socketpair";
  pid_t pid = fork ();
  if (pid == -1)
    return "fork";
  if (pid == 0) {
    close (pair[0]);
    const char *step = be_program (w, pair[1]);
    gk_close_keep_errno (pair[1]);
    return step;
  }
  setpriority (PRIO_PROCESS, 0, -20);
  if (prctl (PR_SET_DUMPABLE, 0) == -1 || dup2 (w->report_fd, 0) == -1 || dup2 (proc, 1) == -1 ||
      dup2 (pair[0], 2) == -1 || close_range (3, ~0U, 0) == -1 ||
      gk_exec_limit_caps (CAPS_FIRST) == -1)
    _exit (1);
  struct gk_command_world mine = *w;
  mine.report_fd = 0;
  keep_watch (&mine, 1, 2, pid);
}
