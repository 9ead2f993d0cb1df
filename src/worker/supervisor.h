/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The supervisor: the outer of the worker's two processes.
 *
 * It stays in the host's namespaces and does nothing but wait, so that it is
 * there to clean up after a worker that was killed or hangs.  The worker is
 * pid 1 of a pid namespace: when it dies, however it dies, the kernel ends
 * every process that it started (image servers, tools, guest commands) and
 * with the last of them its mount namespace.  When the supervisor dies, the
 * worker is killed (PR_SET_PDEATHSIG); what is then left of the session is in
 * its journal.
 */
#ifndef GK_WORKER_SUPERVISOR_H
#define GK_WORKER_SUPERVISOR_H

struct gk_error;
struct gk_journal;

/* What runs inside; takes conn_fd.  With failure set (and nothing else) it
 * only tells the client why there is no session.  Returns the exit status. */
typedef int (*gk_worker_fn) (int conn_fd, const char *session_dir, struct gk_journal *journal,
                             struct gk_error *failure);

/* conn_fd is the connection to the client.  client_pidfd: the client, with whose end the session
 * ends even if a child of its has the connection, too; or -1.  Returns the exit status. */
int gk_supervise (int conn_fd, int client_pidfd, const char *cachedir, gk_worker_fn worker);

#endif
