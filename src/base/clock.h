/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The clock for deadlines: it never goes back and nobody can set it. */
#ifndef GK_BASE_CLOCK_H
#define GK_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t
gk_clock_ns (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static inline int64_t
gk_clock_ms (void)
{
  return (int64_t)(gk_clock_ns () / 1000000u);
}

#endif
