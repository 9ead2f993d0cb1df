/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The first process of the world of a guest's program.
 *
 * It is a fork of the worker, which is not dumpable: nobody in there can trace
 * it or read its memory, and signals of its own namespace do not reach it.  It
 * reaps what the program leaves behind, and looks at how many they are and what
 * memory they have.  Limits of single processes do not add up to one of all, and
 * control groups belong to the system's manager, where there are any.  A storm of
 * processes could use up the numbers of the whole machine between two looks, and
 * the longer it lasts the longer a look takes: so it is noticed by how many
 * there are on the machine, which costs nothing to ask, and the first process
 * runs before all that are not in real time.  (To be asked by seccomp before
 * each fork would be exact, but signals then make forks fail with EINTR, which
 * programs do not expect.)
 */
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "command/command-priv.h"
#include "exec/exec.h"
#include "exec/jail.h"

#define LOOK_EVERY_MS 50
#define GLANCE_EVERY_NS (2 * 1000 * 1000)
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
add_up (int proc, bool share, unsigned long max_tasks, struct totals *t)
{
  int fd = openat (proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  _cleanup_closedir_ DIR *dir = fd == -1 ? NULL : fdopendir (fd);
  const struct dirent *d;
  unsigned long tasks;
  uint64_t resident;

  *t = (struct totals){ 0 };
  while (dir && t->tasks <= max_tasks && (d = readdir (dir)) != NULL) {
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

  add_up (proc, false, w->max_tasks, &t);
  if (t.tasks > w->max_tasks)
    return GK_COMMAND_TASKS;
  if (t.resident <= w->max_memory)
    return GK_COMMAND_ENDED;
  /* What is resident counts shared pages once for each. */
  add_up (proc, true, w->max_tasks, &t);
  return t.share > w->max_memory ? GK_COMMAND_MEMORY : GK_COMMAND_ENDED;
}

/* Of the whole machine. */
static unsigned long
tasks_here (void)
{
  struct sysinfo info;

  return sysinfo (&info) == 0 ? info.procs : 0;
}

/* A look when it is time for one, or when the machine has that many more. */
static enum gk_command_end
glance (const struct gk_command_world *w, int proc, unsigned long before, int64_t *next)
{
  unsigned long now = tasks_here ();
  unsigned long more = now > before ? now - before : 0;

  if (more <= w->max_tasks && gk_clock_ms () < *next)
    return GK_COMMAND_ENDED;
  enum gk_command_end end = look (w, proc);
  *next = gk_clock_ms () + LOOK_EVERY_MS;
  return end;
}

static _Noreturn void
keep_watch (const struct gk_command_world *w, int proc, unsigned long before, pid_t program)
{
  struct gk_command_report report = { .end = GK_COMMAND_ENDED };
  const struct timespec wait = { .tv_nsec = GLANCE_EVERY_NS };
  int64_t next = 0;
  sigset_t chld;
  pid_t pid = 0;

  sigemptyset (&chld);
  sigaddset (&chld, SIGCHLD);
  sigprocmask (SIG_SETMASK, &chld, NULL);
  while (report.end == GK_COMMAND_ENDED) {
    while ((pid = waitpid (-1, &report.status, WNOHANG)) > 0 && pid != program)
      ;
    if (pid == program || (pid == -1 && errno == ECHILD))
      break;
    sigtimedwait (&chld, NULL, &wait);
    report.end = glance (w, proc, before, &next);
  }
  _exit (gk_write_full (w->report_fd, &report, sizeof report) == 0 ? 0 : 1);
}

/* --- starting ---------------------------------------------------------------------- */

static const char *
be_program (const struct gk_command_world *w)
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
  unsigned long before = tasks_here ();
  pid_t pid = fork ();
  if (pid == -1)
    return "fork";
  if (pid == 0)
    return be_program (w);
  const struct sched_param real_time = { .sched_priority = 1 };
  sched_setscheduler (0, SCHED_RR | SCHED_RESET_ON_FORK, &real_time); /* as a rule */
  if (prctl (PR_SET_DUMPABLE, 0) == -1 || dup2 (w->report_fd, 0) == -1 || dup2 (proc, 1) == -1 ||
      close_range (2, ~0U, 0) == -1 || gk_exec_limit_caps (CAPS_FIRST) == -1)
    _exit (1);
  struct gk_command_world mine = *w;
  mine.report_fd = 0;
  keep_watch (&mine, 1, before, pid);
}
