/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is left on the host by a session: see journal.h. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/mountid.h"
#include "base/str.h"
#include "base/strv.h"
#include "mount/dm.h"
#include "mount/orphans.h"
#include "nbd/attach.h"
#include "op/ctx.h"
#include "worker/journal.h"
#include "gk-ops-fileops.h"

#define DIR_MAX 64
#define JOURNAL_MAX (1 << 20)
#define PATIENCE_STEP_MS 10
#define CUT_OFF_MS 1000
#define NBD "nbd "
#define SUFFIX ".journal"
#define FOLDER "guestkit-" /* what the names of sessions' folders begin with */

/* Where this user's journals are: it is found without the environment, which a
 * worker does not have. */
static const char *
journal_dir (char buf[DIR_MAX])
{
  unsigned uid = geteuid ();

  if (uid == 0)
    return "/run/guestkit";
  snprintf (buf, DIR_MAX, "/run/user/%u", uid);
  if (access (buf, W_OK) == 0)
    snprintf (buf, DIR_MAX, "/run/user/%u/guestkit", uid);
  else
    snprintf (buf, DIR_MAX, "/tmp/guestkit-%u", uid);
  return buf;
}

/* The folder is ours alone: somebody else's names could make us undo things. */
static int
open_dir (const char *path, struct gk_error *err)
{
  struct stat st;

  if (mkdir (path, 0700) == -1 && errno != EEXIST)
    return gk_error_sys (err, errno, "%s", path);
  _cleanup_close_ int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd == -1 || fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (st.st_uid != geteuid () || st.st_mode & 022)
    return gk_error_set (err, EPERM, "%s: is not owned by the user of this session alone", path);
  return gk_steal_fd (&fd);
}

/* Which pid namespace this process is in: numbers of processes mean something only there. */
static uint64_t
pid_namespace (void)
{
  struct stat st;

  return stat ("/proc/self/ns/pid", &st) == 0 ? st.st_ino : 0;
}

/* Did somebody who had the lock before undo it all, and remove it?  Then the names in it may be
 * others' by now. */
static bool
was_finished (int fd)
{
  struct stat st;

  return fstat (fd, &st) == -1 || st.st_nlink == 0;
}

/* A new journal, locked.  Until it is, somebody who collects may take it for a dead session's and
 * remove it: then once more.  (Not O_TMPFILE, which overlayfs has only since Linux 6.1.) */
static int
make_file (int dir, const char *dir_path, char **ret_path, struct gk_error *err)
{
  for (;;) {
    uint64_t random;
    if (getrandom (&random, sizeof random, 0) != sizeof random)
      return gk_error_sys (err, errno, "getrandom");
    _cleanup_free_ char *path =
        gk_asprintf ("%s/%d.%llu-%016llx%s", dir_path, (int)getpid (),
                     (unsigned long long)pid_namespace (), (unsigned long long)random, SUFFIX);
    if (path == NULL)
      return gk_error_oom (err);
    _cleanup_close_ int fd = openat (dir, strrchr (path, '/') + 1,
                                     O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd == -1 || flock (fd, LOCK_EX) == -1)
      return gk_error_sys (err, errno, "%s", path);
    if (was_finished (fd))
      continue;
    *ret_path = gk_steal_ptr (path);
    return gk_steal_fd (&fd);
  }
}

int
gk_journal_create (struct gk_journal *journal, struct gk_error *err)
{
  char dir_buf[DIR_MAX];
  const char *dir_path = journal_dir (dir_buf);
  _cleanup_close_ int dir = open_dir (dir_path, err);

  if (dir == -1)
    return -1;
  int fd = make_file (dir, dir_path, &journal->path, err);
  if (fd == -1)
    return -1;
  journal->fd = fd;
  return 0;
}

/* All whole lines.  A last one without an end is what a writer could write of it before it was
 * killed: a shorter name than it meant, of something else. */
static int
read_lines (const struct gk_journal *journal, struct gk_buf *text)
{
  if (lseek (journal->fd, 0, SEEK_SET) == -1 || gk_read_all (journal->fd, JOURNAL_MAX, text) == -1)
    return -1;
  while (text->size > 0 && text->data[text->size - 1] != '\n')
    text->data[--text->size] = '\0';
  return 0;
}

/* Is the line, with its end, among those that are there? */
static bool
has_line (const struct gk_journal *journal, const char *line)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  if (read_lines (journal, &text) == -1 || text.data == NULL)
    return false;
  for (const char *at = text.data; (at = strstr (at, line)) != NULL; at++)
    if (at == text.data || at[-1] == '\n')
      return true;
  return false;
}

/* All of the line or nothing of it. */
static int
append (const struct gk_journal *journal, const char *line)
{
  struct stat st;

  if (fstat (journal->fd, &st) == -1)
    return -1;
  if (gk_write_full (journal->fd, line, strlen (line)) == 0)
    return 0;
  int errnum = errno;
  if (ftruncate (journal->fd, st.st_size) == 0)
    errno = errnum;
  return -1;
}

int
gk_journal_note (struct gk_journal *journal, const char *kind, const char *path,
                 struct gk_error *err)
{
  if (strchr (path, '\n'))
    return gk_error_set (err, EINVAL, "a path with a line break cannot be used here");
  _cleanup_free_ char *line = gk_asprintf ("%s %s\n", kind, path);
  if (line == NULL)
    return gk_error_oom (err);
  if (has_line (journal, line)) /* a script may make and remove the same a thousand times */
    return 0;
  return append (journal, line) == -1 ? gk_error_sys (err, errno, "%s", journal->path) : 0;
}

int
gk_journal_make_dir (struct gk_journal *journal, const char *above, char **ret_dir,
                     struct gk_error *err)
{
  uint64_t random;

  if (getrandom (&random, sizeof random, 0) != sizeof random)
    return gk_error_sys (err, errno, "getrandom");
  _cleanup_free_ char *dir =
      gk_asprintf ("%s/" FOLDER "%016llx", above, (unsigned long long)random);
  if (dir == NULL)
    return gk_error_oom (err);
  if (gk_journal_note (journal, "dir", dir, err) == -1)
    return -1;
  if (mkdir (dir, 0700) == -1)
    return gk_error_sys (err, errno, "%s", dir);
  *ret_dir = gk_steal_ptr (dir);
  return 0;
}

/* --- undoing ----------------------------------------------------------------- */

/* It is removed with all that is in it; so nothing is that has not the name of a session's folder.
 */
static int
undo_dir (const char *path, struct gk_error *err)
{
  _cleanup_close_ int root = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct gk_ctx ctx = { .root_fd = root };
  const char *slash = strrchr (path, '/');

  if (slash == NULL || gk_after_prefix (slash + 1, FOLDER) == NULL)
    return gk_error_set (err, EINVAL, "%s: is no folder of a session", path);
  if (access (path, F_OK) == -1 && errno == ENOENT)
    return 0;
  return gk_fileops_rm_rf (&ctx, path, err);
}

static int
undo_mount (const char *what, struct gk_error *err)
{
  char id[GK_MOUNTID_SIZE] = "";
  size_t n = strcspn (what, " ");

  if (what[n] == '\0' || n >= sizeof id)
    return gk_error_set (err, EINVAL, "unknown mount in a journal: %s", what);
  memcpy (id, what, n);
  if (gk_mountid_detach (what + n + 1, id) == -1)
    return gk_error_sys (err, errno, "umount: %s", what + n + 1);
  return 0;
}

static const struct {
  const char *kind;
  int (*undo) (const char *path, struct gk_error *err);
} kinds[] = {
  { "dir ", undo_dir },
  { "mount ", undo_mount },
  { "dm ", gk_dm_remove },
  { NBD, gk_nbd_cut_off },
  { "disk ", gk_disk_orphans_remove },
  { "btrfs ", gk_btrfs_orphan_forget },
};

static int
undo_line (const char *line, struct gk_error *err)
{
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
    const char *path = gk_after_prefix (line, kinds[i].kind);
    if (path)
      return kinds[i].undo (path, err);
  }
  return gk_error_set (err, EINVAL, "unknown line in a journal: %s", line);
}

/* All that is noted, the newest first.  A line that was undone becomes empty.
 * How many were not; err has the first of them. */
static size_t
undo_lines (char *const *lines, struct gk_error *err)
{
  size_t failed = 0;

  for (size_t i = gk_strv_length (lines); i-- > 0;)
    if (*lines[i] && undo_line (lines[i], err) == 0)
      *lines[i] = '\0';
    else if (*lines[i])
      failed++;
  return failed;
}

/* What could not go because something stood on it that was noted before (a RAID
 * on an encrypted device) can go when all were tried. */
static int
undo_all (char *text, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv lines = GK_STRV_INIT;
  char *save = NULL;

  for (char *line = strtok_r (text, "\n", &save); line; line = strtok_r (NULL, "\n", &save))
    if (gk_strv_push (&lines, line) == -1)
      return gk_error_oom (err);
  _cleanup_strv_ char **v = gk_strv_finish (&lines);
  if (v == NULL)
    return gk_error_oom (err);
  for (size_t left = SIZE_MAX;;) {
    _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
    size_t failed = undo_lines (v, &why);
    if (failed == 0)
      return 0;
    if (failed == left) {
      if (err && err->msg == NULL)
        gk_error_move (err, &why);
      return -1;
    }
    left = failed;
  }
}

int
gk_journal_finish (struct gk_journal *journal, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  int r = 0;

  if (journal->fd == -1)
    return 0;
  if (read_lines (journal, &text) == -1)
    r = gk_error_sys (err, errno, "%s", journal->path);
  if (r == 0 && text.data)
    r = undo_all (text.data, err);
  /* It stays when something could not be undone, so that a later gc can try again. */
  if (r == 0)
    unlink (journal->path);
  gk_cleanup_close (&journal->fd);
  free (journal->path);
  *journal = (struct gk_journal)GK_JOURNAL_INIT;
  return r;
}

static bool
is_journal (const char *name)
{
  size_t n = strlen (name);

  return n >= sizeof SUFFIX && gk_streq (name + n + 1 - sizeof SUFFIX, SUFFIX);
}

int
gk_journal_each (void (*tell) (void *opaque, int pid, bool alive), void *opaque,
                 struct gk_error *err)
{
  char dir_buf[DIR_MAX];
  const char *dir_path = journal_dir (dir_buf);
  const struct dirent *entry;

  _cleanup_closedir_ DIR *dir = opendir (dir_path);
  if (dir == NULL)
    return errno == ENOENT ? 0 : gk_error_sys (err, errno, "%s", dir_path);
  while ((entry = readdir (dir)) != NULL) {
    if (!is_journal (entry->d_name))
      continue;
    _cleanup_close_ int fd = openat (dirfd (dir), entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd != -1) /* the name begins with the pid */
      tell (opaque, atoi (entry->d_name), flock (fd, LOCK_SH | LOCK_NB) == -1);
  }
  return 0;
}

void
gk_journal_cut_off (const struct gk_journal *journal)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  char *save = NULL;

  if (read_lines (journal, &text) == -1 || text.data == NULL)
    return;
  for (const char *line = strtok_r (text.data, "\n", &save); line;
       line = strtok_r (NULL, "\n", &save)) {
    const char *backend = gk_after_prefix (line, NBD);
    if (backend)
      gk_nbd_cut_off (backend, NULL);
  }
}

/* A line of /proc/PID/status: "SigPnd:\t0000000000000100". */
static bool
has_kill_pending (const char *status)
{
  const char *line = strstr (status, "SigPnd:");

  return line && strtoull (line + strlen ("SigPnd:"), NULL, 16) >> (SIGKILL - 1) & 1;
}

bool
gk_journal_is_dying (int pid)
{
  _cleanup_gk_buf_ struct gk_buf status = GK_BUF_INIT;
  char path[64], first;

  snprintf (path, sizeof path, "/proc/%d/cmdline", pid);
  _cleanup_close_ int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd == -1 || read (fd, &first, 1) != 1)
    return true;
  snprintf (path, sizeof path, "/proc/%d/status", pid);
  return gk_read_file (path, 16384, &status) == 0 && status.data && has_kill_pending (status.data);
}

/* Is the session on its way out?  Of one in another pid namespace (a container's, with the same
 * /run) nobody here can tell. */
static bool
is_of_dying (const char *name)
{
  unsigned long long namespace;
  int pid;

  return sscanf (name, "%d.%llu-", &pid, &namespace) == 2 && namespace == pid_namespace () &&
         gk_journal_is_dying (pid);
}

/* A killed session holds its lock until the kernel has taken down what it had:
 * that is waited for, a living session is not. */
static bool
lock_of_dead (const struct gk_journal *journal, const char *name, int patience_ms)
{
  for (int waited = 0; flock (journal->fd, LOCK_EX | LOCK_NB) == -1; waited += PATIENCE_STEP_MS) {
    if (waited >= patience_ms || !is_of_dying (name))
      return false;
    if (waited == CUT_OFF_MS)
      gk_journal_cut_off (journal);
    usleep (PATIENCE_STEP_MS * 1000);
  }
  return true;
}

int
gk_journal_collect (int patience_ms, struct gk_error *err)
{
  char dir_buf[DIR_MAX];
  const char *dir_path = journal_dir (dir_buf);
  const struct dirent *entry;
  int done = 0, r = 0;

  int dirfd = open_dir (dir_path, err);
  if (dirfd == -1)
    return -1;
  _cleanup_closedir_ DIR *dir = fdopendir (dirfd);
  if (dir == NULL) {
    close (dirfd);
    return gk_error_sys (err, errno, "%s", dir_path);
  }
  while ((entry = readdir (dir)) != NULL) {
    if (!is_journal (entry->d_name))
      continue;
    struct gk_journal j = { .fd = openat (dirfd, entry->d_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC) };
    if (j.fd == -1)
      continue;
    if (!lock_of_dead (&j, entry->d_name, patience_ms) || was_finished (j.fd)) {
      close (j.fd);
      continue;
    }
    j.path = gk_asprintf ("%s/%s", dir_path, entry->d_name);
    if (j.path == NULL || gk_journal_finish (&j, err) == -1)
      r = -1;
    else
      done++;
  }
  return r == -1 ? -1 : done;
}
