/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The keeper: the process outside of a User-Mode Linux session.
 *
 * It is to such a session what the supervisor is to a local one.  It starts an
 * image server for each drive and then the kernel, every one in a sandbox of
 * its own, and waits: the kernel's worker talks to the client directly.  When
 * the client is gone, or the kernel, or a server, the rest follows.  Alone it
 * has the caller's rights, and it takes in nothing of what a guest wrote but
 * text for error messages.  When it dies all others die (PR_SET_PDEATHSIG).
 *
 * The client has a second connection, to the keeper.  On it the client asks
 *   LAUNCH  the reply carries the memory that both ends of the other
 *           connection share; the kernel is on its way then
 *   BEGUN   the worker has answered: from now on what it does may be worth
 *           waiting for after the client has gone
 *   WHY     when the other connection has ended or stays silent: the answer is
 *           an error that says what is known, and the session is over
 */
#ifndef GK_WORKER_KEEPER_H
#define GK_WORKER_KEEPER_H

/* control_fd: to the client's launcher; conn_fd: the kernel's end of its other connection;
 * client_fd: the client's end of it, so that its end is told to the kernel when, and as
 * often as, the keeper wants it.  All become the keeper's.  client_pidfd: as gk_supervise has
 * it.  console_dir: a folder for a copy of all that the kernel says, or NULL.  Returns the exit
 * status. */
int gk_keep (int control_fd, int conn_fd, int client_fd, int client_pidfd, const char *cachedir,
             const char *console_dir);

#endif
