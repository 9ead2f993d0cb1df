/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The journal: what a session leaves on the host that the kernel would not
 * take back by itself, written down before it is made.
 *
 * One file per session under /run/guestkit (for a user's own sessions under
 * /run/user/UID/guestkit or /tmp/guestkit-UID), locked with flock while the
 * session lives.  A journal whose lock is free belongs to a session that was
 * killed together with its supervisor: the next launch, or `guestkit gc`,
 * undoes what it says.  Lines: "dir PATH", "mount ID PATH" (base/mountid.h),
 * "dm NAME" (a device-mapper device, by its name in the kernel), "nbd BACKEND"
 * (a kernel nbd device, by the name of its other end), "disk IDENTITY" (what
 * stands on a disk of the session), "btrfs NUMBER MEDIUM" (an entry in the kernel's
 * list of btrfs devices; both: mount/orphans.h).  What is noted twice is there once.
 */
#ifndef GK_WORKER_JOURNAL_H
#define GK_WORKER_JOURNAL_H

#include <stdbool.h>

struct gk_error;

struct gk_journal {
  int fd;     /* locked; -1: none */
  char *path; /* owned */
};
#define GK_JOURNAL_INIT                                                                            \
  {                                                                                                \
    -1, NULL                                                                                       \
  }

int gk_journal_create (struct gk_journal *journal, struct gk_error *err);

/* Note something that is about to be made. */
int gk_journal_note (struct gk_journal *journal, const char *kind, const char *path,
                     struct gk_error *err);

/* Note and make the session's own folder, under the folder above.  *ret_dir is
 * malloced. */
int gk_journal_make_dir (struct gk_journal *journal, const char *above, char **ret_dir,
                         struct gk_error *err);

/* Undo what is noted, newest first, and remove the journal.  What cannot be
 * undone is left in err; the rest is done all the same. */
int gk_journal_finish (struct gk_journal *journal, struct gk_error *err);

/* The session is doomed but does not end, because it waits for an image server
 * that is dead or stands still: what is noted as nbd devices is disconnected,
 * with which the waiting ends. */
void gk_journal_cut_off (const struct gk_journal *journal);

/* Is the process on its way out: killed, though it may still wait for a disk, or
 * without memory and so without a command line, or gone? */
bool gk_journal_is_dying (int pid);

/* Tell of every session that has a journal: the pid of its supervisor, and
 * whether it lives.  Nothing is changed. */
int gk_journal_each (void (*tell) (void *opaque, int pid, bool alive), void *opaque,
                     struct gk_error *err);

/* Finish all journals that nobody holds, waiting for each that is held by a
 * process that is just dying for patience_ms at most.  Returns how many, or -1. */
int gk_journal_collect (int patience_ms, struct gk_error *err);

#endif
