/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef GK_LAUNCH_LAUNCH_PRIV_H
#define GK_LAUNCH_LAUNCH_PRIV_H

#include "launch/launch.h"

extern const struct gk_launcher gk_launcher_local;
extern const struct gk_launcher gk_launcher_uml;

/* The worker finds its connection here. */
#define GK_WORKER_FD 3

/* Start guestkitd with nothing of the caller's but its working directory: the
 * descriptors fds become GK_WORKER_FD and those after it; stderr is the
 * caller's when verbose.  An errno value. */
int gk_launch_spawn (const struct gk_launch_env *env, char *const argv[], const int *fds,
                     size_t n_fds, pid_t *ret_pid);

/* Wait until the process of pidfd has ended, at most so long (-1: for ever).  False when it
 * has not; one of which there is no pidfd (-1) has. */
bool gk_launch_wait_end (int pidfd, int timeout_ms);

#endif
