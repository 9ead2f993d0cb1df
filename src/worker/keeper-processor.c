/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One processor for all processes of a kernel in user mode.
 *
 * That kernel and the processes of its world never run at the same time: each
 * system call and each fault in there is a change from one process of this
 * machine to another.  The scheduler wakes the other one on a processor that is
 * idle, because the one at hand is still busy, for a microsecond; on a virtual
 * machine that costs more than what the two have to say to each other.  Kept on
 * one processor, trees are read and written in half of the time.
 *
 * Somebody else may want that processor, too, while another one is idle.  So
 * the time is looked at for which the kernel could have run and did not: when
 * there is much of it, its processes may run everywhere for a moment, and are
 * then kept where the scheduler has put them. */
#include "worker/keeper-priv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/strv.h"

#define LOOK_MS 250
/* How long it may run everywhere.  It does so again only after a while, which
 * doubles each time that it did not help. */
#define FREE_MS 50
#define LONGEST_MS 8000
/* Of the time in which it wanted to run it had to wait for one part in so many. */
#define CROWDED 4
#define STAT_MAX 4096
#define CHILDREN_MAX (1 << 20)
/* In /proc/PID/stat, counted from the one behind the name, which may have spaces in it. */
#define STAT_PROCESSOR 36

/* --- what /proc says -------------------------------------------------------------------- */

__attribute__ ((format (printf, 3, 4))) static int
read_proc (size_t max, struct gk_buf *ret, const char *fmt, ...)
{
  char path[64];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (path, sizeof path, fmt, ap);
  va_end (ap);
  return gk_read_file (path, max, ret);
}

/* The kernel's own process: the only one that the first of the sandbox has started.  0: none yet.
 */
static pid_t
program_of (pid_t first)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  if (read_proc (CHILDREN_MAX, &b, "/proc/%d/task/%d/children", (int)first, (int)first) == -1 ||
      b.data == NULL)
    return 0;
  return atoi (b.data);
}

static int
times_of (pid_t pid, uint64_t *ret_ran, uint64_t *ret_waited)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  if (read_proc (STAT_MAX, &b, "/proc/%d/schedstat", (int)pid) == -1 || b.data == NULL)
    return -1;
  return sscanf (b.data, "%" SCNu64 " %" SCNu64, ret_ran, ret_waited) == 2 ? 0 : -1;
}

static int
processor_of (pid_t pid)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  const char *p;

  if (read_proc (STAT_MAX, &b, "/proc/%d/stat", (int)pid) == -1 || b.data == NULL)
    return -1;
  p = strrchr (b.data, ')');
  for (int i = 0; p != NULL && i <= STAT_PROCESSOR; i++)
    p = strchr (p + 1, ' ');
  return p != NULL ? atoi (p) : -1;
}

/* --- where they may run ------------------------------------------------------------------ */

/* A process before its children: those that it makes later run where it does. */
static void
set_all (pid_t pid, const cpu_set_t *where)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  if (sched_setaffinity (pid, sizeof *where, where) == -1 ||
      read_proc (CHILDREN_MAX, &b, "/proc/%d/task/%d/children", (int)pid, (int)pid) == -1)
    return;
  for (char *p = b.data, *end; p != NULL && *p != '\0'; p = end) {
    long child = strtol (p, &end, 10);
    if (end == p)
      break;
    set_all ((pid_t)child, where);
    end += strspn (end, " ");
  }
}

static cpu_set_t
only (int processor)
{
  cpu_set_t set;

  CPU_ZERO (&set);
  CPU_SET (processor, &set);
  return set;
}

void
gk_processor_enter (struct gk_processor *p)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  uint64_t ran, waited;
  int here = sched_getcpu ();

  *p = (struct gk_processor){ .pause_ms = LOOK_MS };
  if (sched_getaffinity (0, sizeof p->allowed, &p->allowed) == -1 || CPU_COUNT (&p->allowed) < 2 ||
      here < 0 || here >= CPU_SETSIZE)
    return;
  /* Where it cannot be seen that it is crowded nobody is kept there. */
  if (times_of (getpid (), &ran, &waited) == -1 ||
      read_proc (CHILDREN_MAX, &b, "/proc/%d/task/%d/children", (int)getpid (), (int)getpid ()) ==
          -1)
    return;
  const cpu_set_t one = only (here);
  p->active = sched_setaffinity (0, sizeof one, &one) == 0;
}

void
gk_processor_leave (struct gk_processor *p, pid_t first)
{
  if (!p->active)
    return;
  sched_setaffinity (0, sizeof p->allowed, &p->allowed);
  p->first = first;
  p->next_ms = gk_clock_ms () + LOOK_MS;
}

/* --- looking after it --------------------------------------------------------------------- */

int
gk_processor_wait_ms (const struct gk_processor *p)
{
  if (!p->active)
    return -1;
  int64_t left = p->next_ms - gk_clock_ms ();
  return left > 0 ? (int)left : 0;
}

static void
keep_where_it_is (struct gk_processor *p, pid_t program)
{
  int here = processor_of (program);

  if (here < 0 || here >= CPU_SETSIZE || !CPU_ISSET (here, &p->allowed))
    return;
  const cpu_set_t one = only (here);
  set_all (p->first, &one);
  p->everywhere = false;
}

/* Since it was looked at last. */
static bool
is_crowded (struct gk_processor *p, pid_t program)
{
  uint64_t ran, waited;

  if (times_of (program, &ran, &waited) == -1)
    return false;
  uint64_t more = ran - p->ran, less = waited - p->waited;
  p->ran = ran;
  p->waited = waited;
  return less * CROWDED > more + less && less > LOOK_MS * UINT64_C (1000000) / 10;
}

void
gk_processor_look (struct gk_processor *p)
{
  pid_t program = p->active ? program_of (p->first) : 0;
  int next = LOOK_MS;

  if (!p->active || gk_clock_ms () < p->next_ms)
    return;
  if (program > 0 && p->everywhere) {
    keep_where_it_is (p, program);
    is_crowded (p, program);
    next = p->pause_ms;
  } else if (program > 0 && is_crowded (p, program)) {
    set_all (p->first, &p->allowed);
    p->everywhere = true;
    p->pause_ms = p->pause_ms * 2 < LONGEST_MS ? p->pause_ms * 2 : LONGEST_MS;
    next = FREE_MS;
  } else {
    p->pause_ms = LOOK_MS;
  }
  p->next_ms = gk_clock_ms () + next;
}
