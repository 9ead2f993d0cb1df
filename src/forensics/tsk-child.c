/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: The Sleuth Kit's library reads a filesystem. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tsk/libtsk.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/library.h"
#include "exec/service.h"
#include "forensics/tsk-priv.h"

#define SONAME "libtsk.so.19"
#define FLUSH ((size_t)64 << 10)

#define FUNCTIONS(X)                                                                               \
  X (tsk_img_open_external)                                                                        \
  X (tsk_fs_open_img)                                                                              \
  X (tsk_fs_dir_walk)                                                                              \
  X (tsk_fs_file_open_meta)                                                                        \
  X (tsk_fs_file_walk)                                                                             \
  X (tsk_fs_block_walk)                                                                            \
  X (tsk_error_get)

struct gk_tsk_library {
  FUNCTIONS (GK_LIBRARY_MEMBER)
};

/* The library's part has a lock whose size depends on how it was built, so there is more
 * room than our headers say. */
struct image {
  union {
    TSK_IMG_INFO info;
    char room[sizeof (TSK_IMG_INFO) + 4096];
  } theirs;
  int fd;
};

struct walk {
  const struct gk_tsk_job *job;
  TSK_FS_INFO *fs;
  struct gk_buf out;
  int out_fd;
  struct gk_error *err;
};

int
gk_tsk_prepare (void *opaque, struct gk_error *err)
{
  struct gk_tsk_job *job = opaque;

  job->library = calloc (1, sizeof *job->library);
  if (job->library == NULL)
    return gk_error_oom (err);
#define SYMBOL(fn) { #fn, &job->library->fn },
  const struct gk_symbol symbols[] = { FUNCTIONS (SYMBOL) };
  return gk_library_load (SONAME, "libtsk19", symbols, sizeof symbols / sizeof *symbols, err);
}

static int
failed (const struct gk_tsk_job *job, const char *what, struct gk_error *err)
{
  const char *why = job->library->tsk_error_get ();

  return gk_error_set (err, 0, "%s: %s", what, why ? why : "without a reason");
}

/* --- the device -------------------------------------------------------------------- */

static ssize_t
read_image (TSK_IMG_INFO *info, TSK_OFF_T at, char *buf, size_t n)
{
  return gk_pread_full (((struct image *)(void *)info)->fd, buf, n, at);
}

static void
close_image (TSK_IMG_INFO *info)
{
}

static void
describe_image (TSK_IMG_INFO *info, FILE *to)
{
}

static TSK_FS_INFO *
open_fs (const struct gk_tsk_job *job, struct gk_error *err)
{
  struct image *image = calloc (1, sizeof *image);

  if (image == NULL) {
    gk_error_oom (err);
    return NULL;
  }
  image->fd = job->fd;
  TSK_IMG_INFO *info = job->library->tsk_img_open_external (
      image, (TSK_OFF_T)job->size, 512, read_image, close_image, describe_image);
  if (info == NULL) {
    failed (job, "tsk_img_open", err);
    return NULL;
  }
  TSK_FS_INFO *fs = job->library->tsk_fs_open_img (info, 0, TSK_FS_TYPE_DETECT);
  if (fs == NULL)
    failed (job, "tsk_fs_open_img", err);
  return fs;
}

/* --- entries ------------------------------------------------------------------------ */

static char
kind_of (const TSK_FS_FILE *file)
{
  static const char by_name[] = "ufcdbrlshw", by_meta[] = "urdfcblhsw";
  size_t name = file->name->type, meta = file->meta ? file->meta->type : 0;

  if (name != TSK_FS_NAME_TYPE_UNDEF)
    return name < sizeof by_name - 1 ? by_name[name] : 'u';
  return meta < sizeof by_meta - 1 ? by_meta[meta] : 'u';
}

static int64_t
flags_of (const TSK_FS_FILE *file)
{
  int64_t flags = 0;

  if (file->name->flags & TSK_FS_NAME_FLAG_UNALLOC) {
    /* The inode is another's by now. */
    if (file->meta && file->meta->flags & TSK_FS_META_FLAG_ALLOC)
      flags |= 2;
  } else
    flags |= 1;
  if (file->meta && file->meta->flags & TSK_FS_META_FLAG_COMP)
    flags |= 4;
  return flags;
}

static int
put_entry (struct gk_buf *out, const TSK_FS_FILE *file, const char *path)
{
  const TSK_FS_META *m = file->meta;
  char *name = gk_asprintf ("%s%s", path, file->name->name);
  const int64_t numbers[GK_TSK_NUMBERS] = {
    m ? m->atime : 0,      m ? m->atime_nano : 0,  m ? m->mtime : 0,
    m ? m->mtime_nano : 0, m ? m->ctime : 0,       m ? m->ctime_nano : 0,
    m ? m->crtime : 0,     m ? m->crtime_nano : 0, m ? (int64_t)m->nlink : 0,
  };

  if (name == NULL || gk_words_addi (out, (int64_t)file->name->meta_addr) == -1 ||
      gk_words_addi (out, kind_of (file)) == -1 || gk_words_addi (out, m ? m->size : -1) == -1 ||
      gk_words_adds (out, name) == -1 || gk_words_addi (out, flags_of (file)) == -1)
    return -1;
  free (name);
  for (size_t i = 0; i < GK_TSK_NUMBERS; i++)
    if (gk_words_addi (out, numbers[i]) == -1)
      return -1;
  return gk_words_adds (out, m && m->link ? m->link : "");
}

static int
flush (struct walk *w)
{
  if (gk_write_full (w->out_fd, w->out.data, w->out.size) == -1)
    return gk_error_sys (w->err, errno, "answer");
  w->out.size = 0;
  return 0;
}

/* "." and "..", but for the "." that stands for the root. */
static bool
is_dot (const struct walk *w, const TSK_FS_FILE *file, const char *path)
{
  const char *name = file->name->name;

  if (gk_streq (name, "."))
    return *path != '\0' || file->name->meta_addr != w->fs->root_inum;
  return gk_streq (name, "..");
}

static TSK_WALK_RET_ENUM
take_entry (TSK_FS_FILE *file, const char *path, void *opaque)
{
  struct walk *w = opaque;

  if (file->name == NULL || file->name->name == NULL || is_dot (w, file, path))
    return TSK_WALK_CONT;
  if (w->job->inode >= 0 && (uint64_t)w->job->inode != file->name->meta_addr)
    return TSK_WALK_CONT;
  if (put_entry (&w->out, file, path) == -1) {
    gk_error_oom (w->err);
    return TSK_WALK_STOP;
  }
  return w->out.size >= FLUSH && flush (w) == -1 ? TSK_WALK_STOP : TSK_WALK_CONT;
}

int
gk_tsk_walk (void *opaque, int out_fd, struct gk_error *err)
{
  const struct gk_tsk_job *job = opaque;
  struct gk_error why = GK_ERROR_INIT;
  struct walk w = { .job = job, .out_fd = out_fd, .err = &why };

  w.fs = open_fs (job, err);
  if (w.fs == NULL)
    return -1;
  uint8_t r = job->library->tsk_fs_dir_walk (
      w.fs, w.fs->root_inum,
      TSK_FS_DIR_WALK_FLAG_ALLOC | TSK_FS_DIR_WALK_FLAG_UNALLOC | TSK_FS_DIR_WALK_FLAG_RECURSE |
          TSK_FS_DIR_WALK_FLAG_NOORPHAN,
      take_entry, &w);
  if (why.msg) {
    gk_error_move (err, &why);
    return -1;
  }
  if (r != 0)
    return failed (job, "tsk_fs_dir_walk", err);
  return w.out.size > 0 && flush (&w) == -1 ? (gk_error_move (err, &why), -1) : 0;
}

/* --- bytes ------------------------------------------------------------------------------ */

static TSK_WALK_RET_ENUM
put_bytes (struct walk *w, const char *buf, size_t n)
{
  if (gk_write_full (w->out_fd, buf, n) == 0)
    return TSK_WALK_CONT;
  gk_error_sys (w->err, errno, "answer");
  return TSK_WALK_STOP;
}

static TSK_WALK_RET_ENUM
take_content (TSK_FS_FILE *file, TSK_OFF_T offset, TSK_DADDR_T address, char *buf, size_t n,
              TSK_FS_BLOCK_FLAG_ENUM flags, void *opaque)
{
  return put_bytes (opaque, buf, n);
}

static TSK_WALK_RET_ENUM
take_block (const TSK_FS_BLOCK *block, void *opaque)
{
  struct walk *w = opaque;

  return put_bytes (w, block->buf, w->fs->block_size);
}

int
gk_tsk_inode (void *opaque, int out_fd, struct gk_error *err)
{
  const struct gk_tsk_job *job = opaque;
  struct gk_error why = GK_ERROR_INIT;
  struct walk w = { .job = job, .out_fd = out_fd, .err = &why };

  w.fs = open_fs (job, err);
  if (w.fs == NULL)
    return -1;
  TSK_FS_FILE *file = job->library->tsk_fs_file_open_meta (w.fs, NULL, (TSK_INUM_T)job->inode);
  if (file == NULL)
    return failed (job, "tsk_fs_file_open_meta", err);
  uint8_t r = job->library->tsk_fs_file_walk (file, TSK_FS_FILE_WALK_FLAG_NONE, take_content, &w);
  if (why.msg) {
    gk_error_move (err, &why);
    return -1;
  }
  return r == 0 ? 0 : failed (job, "tsk_fs_file_walk", err);
}

int
gk_tsk_blocks (void *opaque, int out_fd, struct gk_error *err)
{
  const struct gk_tsk_job *job = opaque;
  struct gk_error why = GK_ERROR_INIT;
  struct walk w = { .job = job, .out_fd = out_fd, .err = &why };
  TSK_FS_BLOCK_WALK_FLAG_ENUM flags =
      TSK_FS_BLOCK_WALK_FLAG_UNALLOC | TSK_FS_BLOCK_WALK_FLAG_CONT | TSK_FS_BLOCK_WALK_FLAG_META;

  w.fs = open_fs (job, err);
  if (w.fs == NULL)
    return -1;
  if (!job->unallocated)
    flags |= TSK_FS_BLOCK_WALK_FLAG_ALLOC;
  TSK_DADDR_T start = (TSK_DADDR_T)job->start, stop = (TSK_DADDR_T)job->stop;
  if (start > w.fs->last_block)
    return gk_error_set (err, EINVAL, "the filesystem ends with block %llu",
                         (unsigned long long)w.fs->last_block);
  if (start < w.fs->first_block)
    start = w.fs->first_block;
  if (stop > w.fs->last_block)
    stop = w.fs->last_block;
  uint8_t r = job->library->tsk_fs_block_walk (w.fs, start, stop, flags, take_block, &w);
  if (why.msg) {
    gk_error_move (err, &why);
    return -1;
  }
  return r == 0 ? 0 : failed (job, "tsk_fs_block_walk", err);
}
