/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Makes the kernel's boot shorter: preloaded into linux.uml.
 *
 * At boot the kernel measures how fast it can compute RAID 6 checksums, for 16
 * ticks of its clock each of five ways: 0.85 s, whatever the machine, and by
 * far the longest part of the boot.  The clock is a timer of the host that
 * fires periodically until, right after that, the kernel switches to setting it
 * for each event.  As long as it is periodic it fires more often here.
 *
 * The kernel's time of day runs ahead by what it believes to have spent; its
 * first program sets it right (uml/init.c).
 */
#include <dlfcn.h>
#include <stddef.h>
#include <time.h>

/* So that a boot that the host delays for seconds is not yet one that the
 * kernel takes for stalled. */
#define FASTER 25

typedef int settime_fn (timer_t, int, const struct itimerspec *, struct itimerspec *);

__attribute__ ((visibility ("default"))) settime_fn timer_settime;

int
timer_settime (timer_t timer, int flags, const struct itimerspec *value, struct itimerspec *old)
{
  settime_fn *next = (settime_fn *)dlsym (RTLD_NEXT, "timer_settime");
  struct itimerspec v = *value;

  if (next == NULL)
    return -1;
  if (v.it_interval.tv_sec == 0 && v.it_interval.tv_nsec >= FASTER) {
    v.it_interval.tv_nsec /= FASTER;
    v.it_value = v.it_interval;
  }
  return next (timer, flags, &v, old);
}
