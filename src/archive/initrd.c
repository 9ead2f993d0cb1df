/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is in an initramfs: initrd_list, initrd_cat.
 *
 * It is a row of cpio archives of the kind newc, with zeros between them: some
 * plain (microcode comes first), then usually one that is compressed.  libarchive
 * expands; the archive's form is simple enough to be read here, and must be, for
 * libarchive does not say where the first archive ends.  All of it happens in the
 * jail, as the bytes are a guest's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive-priv.h"
#include "archive/library.h"
#include "exec/jail.h"

#define TIMEOUT_MS (10 * 60 * 1000)
#define MEMORY (UINT64_C (4) << 30)
#define LIST_MAX ((size_t)256 << 20)
#define CAT_MAX ((size_t)1 << 30)
#define HEADER 110
#define NAME_SIZE_MAX 65536

/* --- bytes, plain or expanded ------------------------------------------------------- */

struct reader {
  const struct gk_ar_library *la;
  const char *path; /* for messages */
  int fd;
  struct archive *a; /* NULL: the file's own bytes */
  const void *block; /* what libarchive has expanded and nobody has taken */
  size_t left;
  char *buf;
  uint64_t at; /* in the archives, for the padding */
  off_t taken; /* of the file, while its bytes are plain */
};

static int
bad (struct reader *r, const char *why, struct gk_error *err)
{
  return gk_error_set (err, EINVAL, "%s: is not an initramfs: %s", r->path, why);
}

/* More bytes into block; 0 at the end. */
static int
fill (struct reader *r, struct gk_error *err)
{
  ssize_t n;

  if (r->a == NULL) {
    n = gk_pread_full (r->fd, r->buf, GK_AR_BLOCK, r->taken);
    if (n == -1)
      return gk_error_sys (err, errno, "read: %s", r->path);
    r->block = r->buf;
    r->left = (size_t)n;
    r->taken += n;
    return n > 0;
  }
  n = r->la->archive_read_data (r->a, r->buf, GK_AR_BLOCK);
  if (n < 0) {
    const char *why = r->la->archive_error_string (r->a);

    return bad (r, why ? why : "it cannot be expanded", err);
  }
  r->block = r->buf;
  r->left = (size_t)n;
  return n > 0;
}

/* Up to n bytes, without copying; 0 at the end. */
static ssize_t
some (struct reader *r, const void **ret, size_t n, struct gk_error *err)
{
  if (r->left == 0) {
    int more = fill (r, err);

    if (more <= 0)
      return more;
  }
  if (n > r->left)
    n = r->left;
  *ret = r->block;
  r->block = (const char *)r->block + n;
  r->left -= n;
  r->at += n;
  return (ssize_t)n;
}

/* How many of n bytes came before the end. */
static ssize_t
take (struct reader *r, void *to, size_t n, struct gk_error *err)
{
  size_t have = 0;

  while (have < n) {
    const void *p = NULL;
    ssize_t got = some (r, &p, n - have, err);

    if (got == -1)
      return -1;
    if (got == 0)
      break;
    if (to)
      memcpy ((char *)to + have, p, (size_t)got);
    have += (size_t)got;
  }
  return (ssize_t)have;
}

static int
take_all (struct reader *r, void *to, size_t n, struct gk_error *err)
{
  ssize_t got = take (r, to, n, err);

  if (got >= 0 && (size_t)got < n)
    return bad (r, "it ends in the middle of a file", err);
  return got == -1 ? -1 : 0;
}

/* From here on the rest of the file is a compressed stream; the first n bytes of it
 * were taken already. */
static int
expand_rest (struct reader *r, size_t n, struct gk_error *err)
{
  struct archive_entry *e;
  off_t at = r->taken - (off_t)r->left - (off_t)n;

  r->a = r->la->archive_read_new ();
  if (r->a == NULL)
    return gk_error_oom (err);
  if (lseek (r->fd, at, SEEK_SET) == -1)
    return gk_error_sys (err, errno, "read: %s", r->path);
  r->la->archive_read_support_filter_all (r->a);
  r->la->archive_read_support_format_raw (r->a);
  if (r->la->archive_read_open_fd (r->a, r->fd, GK_AR_BLOCK) != ARCHIVE_OK ||
      r->la->archive_read_next_header (r->a, &e) != ARCHIVE_OK)
    return bad (r, r->la->archive_error_string (r->a), err);
  if (r->la->archive_filter_count (r->a) < 2)
    return bad (r, "there is neither a cpio archive nor a compressed one", err);
  r->left = 0;
  r->at = 0;
  return 0;
}

/* --- members -------------------------------------------------------------------------- */

struct member {
  uint32_t ino, mode, nlink, size, major, minor;
  char *name; /* owned by whoever reads; without "./" and "/" in front */
};

static int
hex (const char *p, uint32_t *ret)
{
  uint32_t v = 0;

  for (int i = 0; i < 8; i++) {
    char c = p[i];
    int d = c >= '0' && c <= '9'   ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                   : -1;
    if (d == -1)
      return -1;
    v = v << 4 | (uint32_t)d;
  }
  *ret = v;
  return 0;
}

static int
pad (struct reader *r, struct gk_error *err)
{
  /* The end of the file may come instead. */
  return take (r, NULL, (4 - r->at % 4) % 4, err) == -1 ? -1 : 0;
}

/* The beginning of a header, after zeros; 0 at the end of the file. */
static int
find_header (struct reader *r, char *head, bool first, struct gk_error *err)
{
  ssize_t n;

  do {
    n = take (r, head, 4, err);
    if (n == -1)
      return -1;
  } while (n == 4 && memcmp (head, "\0\0\0\0", 4) == 0);
  if (n < 4)
    return 0;
  if (memcmp (head, "0707", 4) == 0)
    return take_all (r, head + 4, HEADER - 4, err) == -1 ? -1 : 1;
  if (r->a)
    return first ? bad (r, "what is compressed is no cpio archive", err) : 0;
  if (expand_rest (r, 4, err) == -1)
    return -1;
  return find_header (r, head, true, err);
}

/* 1, 0 at the end.  Its data is read by the caller. */
static int
next_member (struct reader *r, bool first, struct member *m, struct gk_error *err)
{
  char head[HEADER];
  uint32_t namesize;

  free (gk_steal_ptr (m->name));
  int found = find_header (r, head, first, err);
  if (found <= 0)
    return found == 0 && first ? bad (r, "it is empty", err) : found;
  r->at = HEADER; /* archives are padded from their own beginning, which may be anywhere */
  if (memcmp (head, "07070", 5) != 0 || (head[5] != '1' && head[5] != '2'))
    return bad (r, "it is a cpio archive of another kind", err);
  if (hex (head + 6, &m->ino) || hex (head + 14, &m->mode) || hex (head + 38, &m->nlink) ||
      hex (head + 54, &m->size) || hex (head + 62, &m->major) || hex (head + 70, &m->minor) ||
      hex (head + 94, &namesize))
    return bad (r, "a header has no numbers", err);
  if (namesize == 0 || namesize > NAME_SIZE_MAX)
    return bad (r, "a name has no sensible length", err);
  _cleanup_free_ char *name = calloc (1, namesize + 1);
  if (name == NULL)
    return gk_error_oom (err);
  if (take_all (r, name, namesize, err) == -1 || pad (r, err) == -1)
    return -1;
  m->name = gk_steal_ptr (name);
  return 1;
}

static int
skip_data (struct reader *r, const struct member *m, struct gk_error *err)
{
  return take_all (r, NULL, m->size, err) == -1 ? -1 : pad (r, err);
}

struct job {
  struct gk_ar_library la; /* in the child */
  const char *path, *name;
  int fd, out_fd;
  struct member found; /* initrd_cat: the last of that name; its own name is NULL */
  bool any, written;
};

/* Calls fn for each member; it reads the data (returns 1) or leaves it (0). */
static int
each_member (struct job *job,
             int (*fn) (struct reader *r, const struct member *m, struct job *job,
                        struct gk_error *err),
             struct gk_error *err)
{
  struct reader r = {
    .la = &job->la, .path = job->path, .fd = job->fd, .buf = malloc (GK_AR_BLOCK)
  };
  struct member m = { .name = NULL };
  bool first = true;
  int got = -1, done = 0;

  if (r.buf == NULL)
    return gk_error_oom (err);
  while (done != -1 && (got = next_member (&r, first, &m, err)) == 1) {
    first = false;
    if (gk_streq (m.name, "TRAILER!!!"))
      done = skip_data (&r, &m, err);
    else if ((done = fn (&r, &m, job, err)) == 0)
      done = skip_data (&r, &m, err);
    else if (done == 1)
      done = pad (&r, err);
  }
  free (m.name);
  free (r.buf);
  if (r.a)
    r.la->archive_read_free (r.a);
  return done == -1 || got == -1 ? -1 : 0;
}

/* --- the calls ------------------------------------------------------------------------ */

static int
put_name (struct reader *r, const struct member *m, struct job *job, struct gk_error *err)
{
  if (gk_write_full (job->out_fd, m->name, strlen (m->name) + 1) == -1)
    return gk_error_sys (err, errno, "answer");
  return 0;
}

static int
list (void *opaque, int out_fd, struct gk_error *err)
{
  struct job *job = opaque;

  job->out_fd = out_fd;
  return each_member (job, put_name, err);
}

static int
look_for (struct reader *r, const struct member *m, struct job *job, struct gk_error *err)
{
  const char *name = gk_after_prefix (m->name, "./");

  if (gk_streq (name ? name : m->name, job->name)) {
    job->found = *m;
    job->found.name = NULL;
    job->any = true;
  }
  return 0;
}

static bool
same_file (const struct member *a, const struct member *b)
{
  return a->ino == b->ino && a->major == b->major && a->minor == b->minor;
}

static int
put_data (struct reader *r, const struct member *m, struct job *job, struct gk_error *err)
{
  const char *name = gk_after_prefix (m->name, "./");
  /* Of a file with several names another may carry the data. */
  bool is_it = job->found.size > 0
                   ? gk_streq (name ? name : m->name, job->name) && m->size == job->found.size
                   : job->found.nlink > 1;
  const void *p = NULL;
  ssize_t n;

  if (job->written || !is_it || m->size == 0 || !same_file (m, &job->found))
    return 0;
  for (uint32_t left = m->size; left > 0; left -= (uint32_t)n) {
    n = some (r, &p, left, err);
    if (n == 0)
      return bad (r, "it ends in the middle of a file", err);
    if (n == -1)
      return -1;
    if (gk_write_full (job->out_fd, p, (size_t)n) == -1)
      return gk_error_sys (err, errno, "answer");
  }
  job->written = true;
  return 1;
}

/* Twice through the archives: which member counts is known at the end, and where the
 * data of a file with several names is, too. */
static int
cat (void *opaque, int out_fd, struct gk_error *err)
{
  struct job *job = opaque;

  job->out_fd = out_fd;
  if (each_member (job, look_for, err) == -1)
    return -1;
  if (!job->any)
    return gk_error_sys (err, ENOENT, "open: %s:%s", job->path, job->name);
  if (S_ISDIR (job->found.mode))
    return gk_error_sys (err, EISDIR, "read: %s:%s", job->path, job->name);
  if (!S_ISREG (job->found.mode))
    return gk_error_set (err, EINVAL, "read: %s:%s: is not a regular file", job->path, job->name);
  return each_member (job, put_data, err);
}

static int
prepare (void *opaque, struct gk_error *err)
{
  struct job *job = opaque;

  return gk_ar_library_load (&job->la, err);
}

static int
ask (struct gk_ctx *ctx, struct job *job, int (*fn) (void *, int, struct gk_error *), size_t max,
     struct gk_buf *ret_answer, struct gk_error *err)
{
  struct stat st;
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, job->path, O_RDONLY | O_NOCTTY, 0);

  if (fd == -1 || fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", job->path);
  if (S_ISDIR (st.st_mode))
    return gk_error_sys (err, EISDIR, "%s", job->path);
  job->fd = fd;
  const struct gk_jail jail = {
    .root_fd = ctx->root_fd,
    .pass_fds = &fd,
    .n_pass_fds = 1,
    .timeout_ms = TIMEOUT_MS,
    .max_memory = MEMORY,
    .task = ctx->task,
    .prepare = prepare,
  };
  return gk_jail_ask (&jail, fn, job, max, ret_answer, err);
}

int
gk_archive_initrd_list (struct gk_ctx *ctx, const char *path, char ***ret_list,
                        struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf names = GK_BUF_INIT;
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  struct job job = { .path = path };

  if (ask (ctx, &job, list, LIST_MAX, &names, err) == -1)
    return -1;
  for (size_t at = 0; at < names.size; at += strlen (names.data + at) + 1)
    if (gk_strv_push (&sv, names.data + at) == -1)
      return gk_error_oom (err);
  char **v = gk_strv_finish (&sv);
  if (v == NULL)
    return gk_error_oom (err);
  *ret_list = v;
  return 0;
}

int
gk_archive_initrd_cat (struct gk_ctx *ctx, const char *initrdpath, const char *filename,
                       struct gk_buf *ret_buf, struct gk_error *err)
{
  struct job job = { .path = initrdpath, .name = filename };

  if (*filename == '\0')
    return gk_error_sys (err, EISDIR, "read: %s:", initrdpath);
  return ask (ctx, &job, cat, CAT_MAX, ret_buf, err);
}
