/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A tar archive into a tree, in the jail: libarchive parses what may be
 * hostile, and extraction goes by path.
 *
 * Members go below the directory only: a leading slash is taken off, ".." is
 * refused, and so is a way through a symlink that the archive itself has made.
 * Owners are the archive's numbers.  After a member that fails the rest is
 * extracted, as tar does, and the first failure is the error.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pathroot.h"
#include "exec/jail.h"
#include "op/copy.h"
#include "op/task.h"
#include "archive/archive-priv.h"
#include "archive/library.h"

struct dir_time;

struct in {
  struct gk_ar_library la; /* in the child */
  int fd;                  /* the archive, in the child */
  const char *directory;
  const char *compress;
  const struct gk_ar_keep *keep;
  locale_t utf8;

  struct archive *a, *disk;
  struct gk_ar_links links;
  struct dir_time *dirs;
  size_t n_dirs, alloc_dirs;
  struct gk_error *err;
  int result;

  /* The parent's side, when the bytes are pumped. */
  struct gk_source *src;
  struct gk_task *task;
  int write_fd;
};

/* --- failures ------------------------------------------------------------------------ */

static int
note (struct in *in, int errnum, const char *member, const char *why)
{
  _cleanup_free_ char *shown = member ? gk_escape (member, strlen (member), 4096) : NULL;

  in->result = -1;
  return gk_error_set (in->err, errnum > 0 ? errnum : 0, "%s: %s%s%s", in->directory,
                       shown ? shown : "", shown ? ": " : "", why ? why : "unknown error");
}

/* Nothing more can be written after these. */
static bool
is_fatal (int errnum)
{
  return errnum == ENOSPC || errnum == EDQUOT || errnum == EROFS || errnum == EIO;
}

/* libarchive's words for a failed write do not say why. */
static int
note_archive (struct in *in, struct archive *a, const char *member)
{
  int errnum = in->la.archive_errno (a);
  const char *why = in->la.archive_error_string (a);

  return note (in, errnum, member, is_fatal (errnum) ? strerror (errnum) : why);
}

/* Names that are no UTF-8 are kept as the bytes that they are, which is what
 * is wanted; libarchive warns. */
static bool
is_about_names (struct in *in, struct archive *a)
{
  const char *s = in->la.archive_error_string (a);

  return s && strstr (s, "converted from") != NULL;
}

/* --- members ------------------------------------------------------------------------- */

/* libarchive gives a directory that was there its times at once, and what is
 * then extracted into it changes them: all directories get them at the end. */
struct dir_time {
  char *path;
  struct timespec mtime;
};

static int
remember_time (struct in *in, struct archive_entry *e, const char *path)
{
  if (in->la.archive_entry_filetype (e) != AE_IFDIR || !in->la.archive_entry_mtime_is_set (e))
    return 0;
  if (in->n_dirs == in->alloc_dirs) {
    size_t alloc = in->alloc_dirs ? in->alloc_dirs * 2 : 64;
    void *v = reallocarray (in->dirs, alloc, sizeof *in->dirs);

    if (!v)
      return -1;
    in->dirs = v;
    in->alloc_dirs = alloc;
  }
  in->dirs[in->n_dirs].path = strdup (path);
  if (!in->dirs[in->n_dirs].path)
    return -1;
  in->dirs[in->n_dirs].mtime.tv_sec = in->la.archive_entry_mtime (e);
  in->dirs[in->n_dirs++].mtime.tv_nsec = in->la.archive_entry_mtime_nsec (e);
  return 0;
}

static void
restore_times (struct in *in)
{
  for (size_t i = 0; i < in->n_dirs; i++) {
    const struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, in->dirs[i].mtime };

    /* What took the directory's place later in the archive has its own. */
    if (utimensat (AT_FDCWD, in->dirs[i].path, t, AT_SYMLINK_NOFOLLOW) == -1 && errno != ENOENT &&
        errno != ENOTDIR)
      note (in, errno, in->dirs[i].path, strerror (errno));
  }
}

/* 1: go on, 0: skip this member. */
static int
check_names (struct in *in, struct archive_entry *e)
{
  const char *path = in->la.archive_entry_pathname (e), *link = in->la.archive_entry_hardlink (e);
  _cleanup_free_ char *copy = NULL;

  if (!path || !*path) {
    note (in, EINVAL, NULL, "member without a name");
    return 0;
  }
  if (gk_path_has_dotdot (path)) {
    note (in, EINVAL, path, "member name contains '..'");
    return 0;
  }
  if (link && gk_path_has_dotdot (link)) {
    note (in, EINVAL, path, "link target contains '..'");
    return 0;
  }
  if (gk_ar_links_on_way (&in->links, path) || (link && gk_ar_links_on_way (&in->links, link))) {
    note (in, ELOOP, path, "member goes through a symlink of the archive");
    return 0;
  }
  if (path[0] == '/') {
    path += strspn (path, "/");
    copy = strdup (*path ? path : ".");
    if (!copy)
      return note (in, ENOMEM, NULL, "out of memory");
    in->la.archive_entry_copy_pathname (e, copy);
  }
  if (link && link[0] == '/') {
    _cleanup_free_ char *l = strdup (link + strspn (link, "/"));

    if (!l)
      return note (in, ENOMEM, NULL, "out of memory");
    in->la.archive_entry_copy_hardlink (e, l);
  }
  return 1;
}

/* Remember symlinks; forget those that something else has replaced. */
static int
remember (struct in *in, struct archive_entry *e)
{
  const char *path = in->la.archive_entry_pathname (e), *hard = in->la.archive_entry_hardlink (e);

  /* Another name of a symlink is one too. */
  if (hard ? gk_ar_links_has (&in->links, hard) : in->la.archive_entry_filetype (e) == AE_IFLNK)
    return gk_ar_links_add (&in->links, path);
  /* A directory leaves a symlink to one in place. */
  if (in->la.archive_entry_filetype (e) != AE_IFDIR)
    gk_ar_links_drop (&in->links, path);
  return 0;
}

/* -1: the whole run is over. */
static int
copy_data (struct in *in, const char *path)
{
  const void *data;
  la_int64_t offset;
  size_t n;
  int r;

  for (;;) {
    r = in->la.archive_read_data_block (in->a, &data, &n, &offset);
    if (r == ARCHIVE_EOF)
      return 0;
    if (r < ARCHIVE_WARN)
      return note_archive (in, in->a, path);
    if (in->la.archive_write_data_block (in->disk, data, n, offset) < ARCHIVE_OK) {
      note_archive (in, in->disk, path);
      return is_fatal (in->la.archive_errno (in->disk)) ? -1 : 0;
    }
  }
}

static int
extract (struct in *in, struct archive_entry *e)
{
  _cleanup_free_ char *path = NULL;
  int r = check_names (in, e);

  if (r != 1)
    return r;
  if (gk_ar_filter_attrs (&in->la, e, in->keep) == -1)
    return note (in, ENOMEM, NULL, "out of memory");
  /* The owner's names would be looked up in this machine's tables. */
  in->la.archive_entry_copy_uname (e, NULL);
  in->la.archive_entry_copy_gname (e, NULL);
  path = strdup (in->la.archive_entry_pathname (e));
  if (!path || remember (in, e) == -1 || remember_time (in, e, path) == -1)
    return note (in, ENOMEM, NULL, "out of memory");
  r = in->la.archive_write_header (in->disk, e);
  if (r < ARCHIVE_OK)
    note_archive (in, in->disk, path);
  if (r == ARCHIVE_FATAL || (r < ARCHIVE_OK && is_fatal (in->la.archive_errno (in->disk))))
    return -1;
  if (r >= ARCHIVE_WARN && in->la.archive_entry_size (e) > 0 && copy_data (in, path) == -1)
    return -1;
  r = in->la.archive_write_finish_entry (in->disk);
  if (r < ARCHIVE_OK)
    note_archive (in, in->disk, path);
  return r == ARCHIVE_FATAL || (r < ARCHIVE_OK && is_fatal (in->la.archive_errno (in->disk))) ? -1
                                                                                              : 0;
}

static int
extract_all (struct in *in)
{
  struct archive_entry *e;
  bool first = true;
  int r;

  for (;;) {
    r = in->la.archive_read_next_header (in->a, &e);
    if (first && r != ARCHIVE_FATAL && !gk_ar_filter_is (&in->la, in->a, in->compress))
      return note (in, EINVAL, NULL, "the archive is not compressed as was said");
    first = false;
    if (r == ARCHIVE_EOF)
      return 0;
    if (r == ARCHIVE_FATAL)
      return note_archive (in, in->a, NULL);
    if (r < ARCHIVE_OK && !is_about_names (in, in->a))
      note_archive (in, in->a, in->la.archive_entry_pathname (e));
    if (r >= ARCHIVE_WARN && extract (in, e) == -1)
      return -1;
  }
}

/* --- in the jail ---------------------------------------------------------------------- */

static int
prepare (void *opaque, struct gk_error *err)
{
  struct in *in = opaque;

  return gk_ar_library_load (&in->la, err);
}

/* Can owners be set here?  Not on vfat.  Also the first write, which tells of
 * a directory that cannot be written to before anything else. */
static int
owners_work (struct in *in, bool *ret_works)
{
  _cleanup_close_ int fd = -1;
  char name[40];
  uint64_t rnd;
  int r;

  if (getrandom (&rnd, sizeof rnd, 0) != sizeof rnd)
    return gk_error_sys (in->err, errno, "getrandom");
  snprintf (name, sizeof name, ".guestkit-%016llx", (unsigned long long)rnd);
  fd = open (name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd == -1)
    return gk_error_sys (in->err, errno, "%s", in->directory);
  r = fchown (fd, 1000, 1000);
  *ret_works = r == 0;
  if (r == -1 && errno != EPERM && errno != EINVAL)
    r = gk_error_sys (in->err, errno, "%s: chown", in->directory);
  else
    r = 0;
  unlink (name);
  return r;
}

static int
start (struct in *in)
{
  int flags = ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME;
  bool owners = false;

  if (chdir (in->directory) == -1)
    return gk_error_sys (in->err, errno, "%s", in->directory);
  if (owners_work (in, &owners) == -1)
    return -1;
  if (owners)
    flags |= ARCHIVE_EXTRACT_OWNER;
  if (in->keep->xattrs || in->keep->selinux)
    flags |= ARCHIVE_EXTRACT_XATTR;
  if (in->keep->acls)
    flags |= ARCHIVE_EXTRACT_ACL;
  in->a = in->la.archive_read_new ();
  in->disk = in->la.archive_write_disk_new ();
  if (!in->a || !in->disk)
    return gk_error_oom (in->err);
  in->la.archive_write_disk_set_options (in->disk, flags);
  if (in->la.archive_read_support_format_tar (in->a) != ARCHIVE_OK ||
      gk_ar_read_filter (&in->la, in->a, in->compress) == -1 ||
      in->la.archive_read_open_fd (in->a, in->fd, GK_AR_BLOCK) != ARCHIVE_OK)
    return note_archive (in, in->a, NULL);
  return 0;
}

static int
run (void *opaque, struct gk_error *err)
{
  struct in *in = opaque;

  in->err = err;
  if (in->utf8)
    uselocale (in->utf8);
  if (start (in) == -1)
    return -1;
  extract_all (in);
  /* Directories that were made get their modes now. */
  if (in->la.archive_write_close (in->disk) != ARCHIVE_OK)
    note_archive (in, in->disk, NULL);
  restore_times (in);
  /* The process ends here: nothing is freed. */
  return in->result;
}

/* --- outside --------------------------------------------------------------------------- */

static int
pump (void *opaque, struct gk_error *err)
{
  struct in *in = opaque;
  int r;

  close (gk_steal_fd (&in->fd));
  r = gk_source_to_fd (in->src, in->write_fd, UINT64_MAX, in->task, NULL, err);
  close (gk_steal_fd (&in->write_fd));
  return r;
}

/* The child reads on at the offset of our descriptor: how far that is. */
static void
tick (void *opaque)
{
  struct in *in = opaque;
  uint64_t left = gk_fd_remaining (in->src->fd);

  if (left > 0 && left < in->src->total)
    gk_task_progress (in->task, in->src->total - left, in->src->total);
}

/* The archive as a descriptor that the child may have. */
static int
choose_input (struct in *in, struct gk_jail *jail, struct gk_error *err)
{
  struct stat st;
  int p[2];

  if (in->src->fd >= 0) {
    if (fstat (in->src->fd, &st) == 0 && S_ISDIR (st.st_mode))
      return gk_error_set (err, EISDIR, "the archive is a directory");
    in->fd = fcntl (in->src->fd, F_DUPFD_CLOEXEC, 3);
    if (in->src->total > 0) {
      jail->tick = tick;
      jail->pump_opaque = in;
    }
    return in->fd == -1 ? gk_error_sys (err, errno, "dup") : 0;
  }
  if (pipe2 (p, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  fcntl (p[1], F_SETPIPE_SZ, GK_AR_BLOCK);
  in->fd = p[0];
  in->write_fd = p[1];
  jail->pump = pump;
  jail->pump_opaque = in;
  return 0;
}

static int
run_in_jail (struct in *in, struct gk_jail *jail, struct gk_error *err)
{
  int fds[] = { in->fd }, r;

  jail->pass_fds = fds;
  jail->n_pass_fds = 1;
  in->utf8 = newlocale (LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  r = gk_jail_run (jail, run, in, err);
  if (in->utf8)
    freelocale (in->utf8);
  return r;
}

/* lzop between the source and the child. */
static int
put_lzop_before (struct in *in, struct gk_child *lzop, struct gk_error *err)
{
  int fd = gk_ar_lzop_expand (lzop, in->fd, err);

  if (fd == -1)
    return -1;
  close (in->fd);
  in->fd = fd;
  return 0;
}

int
gk_ar_tar_in (struct gk_ctx *ctx, struct gk_source *src, const char *directory,
              const char *compress, const struct gk_ar_keep *keep, struct gk_error *err)
{
  struct in in = { .fd = -1,
                   .directory = directory,
                   .compress = compress,
                   .keep = keep,
                   .src = src,
                   .task = ctx->task,
                   .write_fd = -1 };
  struct gk_jail jail = GK_JAIL_INIT;
  struct gk_child lzop = GK_CHILD_INIT;
  struct stat st;
  int r;

  if (gk_ar_check_compression (compress, err) == -1)
    return -1;
  /* The child says the same, but libguestfs's words are these. */
  if (gk_root_stat (ctx->root_fd, directory, &st) == -1)
    return gk_error_sys (err, errno, "%s", directory);
  if (!S_ISDIR (st.st_mode))
    return gk_error_sys (err, ENOTDIR, "%s", directory);
  jail.root_fd = ctx->root_fd;
  jail.caps = keep->xattrs || keep->selinux ? GK_JAIL_CAPS_XATTRS : GK_JAIL_CAPS_FILES;
  jail.early_end = true;
  jail.prepare = prepare;
  jail.task = ctx->task;
  r = choose_input (&in, &jail, err);
  if (r == 0 && gk_ar_is_lzop (compress))
    r = put_lzop_before (&in, &lzop, err);
  if (r == 0)
    r = run_in_jail (&in, &jail, err);
  if (in.fd >= 0)
    gk_close_keep_errno (in.fd);
  if (in.write_fd >= 0)
    gk_close_keep_errno (in.write_fd);
  if (r == 0 && gk_ar_is_lzop (compress))
    r = gk_ar_lzop_expanded (&lzop, ctx->task, err);
  if (r == 0 && src->fd >= 0)
    gk_task_progress (ctx->task, src->total, src->total);
  gk_child_stop (&lzop, 0);
  return r;
}
