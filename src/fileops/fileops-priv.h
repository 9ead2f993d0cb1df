/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of this room share: opening guest paths with one wording of
 * errors, copying data and attributes, and removing trees. */
#ifndef GK_FILEOPS_PRIV_H
#define GK_FILEOPS_PRIV_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"
#include "op/ctx.h"
#include "op/stream.h"
#include "op/task.h"

#include "gk-ops-fileops.h"

/* The largest file that is handed over in memory. */
#define GK_FO_MAX_READ ((size_t)INT32_MAX)
/* One block of a long transfer: a cancelled call stops after at most one. */
#define GK_FO_BLOCK (1024 * 1024)

/* Names are streamed in blocks of about this size. */
#define GK_FO_FLUSH (64 * 1024)

/* --- lookup.c ---------------------------------------------------------------
 * SUBOP may be NULL; with it the sentence is "SUBOP: PATH: why", the shape
 * that programs know. */

int gk_fo_fail (struct gk_error *err, int errnum, const char *subop, const char *path);

/* A regular file.  Directories are EISDIR, whatever the flags; devices, FIFOs
 * and sockets are refused by name before they are touched. */
int gk_fo_open_file (struct gk_ctx *ctx, const char *path, int flags, const char *subop,
                     struct gk_error *err);
/* The same to read it whole, in the words of download. */
int gk_fo_open_for_reading (struct gk_ctx *ctx, const char *path, struct gk_error *err);
int gk_fo_open_dir (struct gk_ctx *ctx, const char *path, const char *subop, struct gk_error *err);

/* Open for writing, made when it is not there.  *ret_new says whether this
 * call made it. */
int gk_fo_open_write (struct gk_ctx *ctx, const char *path, int flags, const char *subop,
                      bool *ret_new, struct gk_error *err);
/* Remove the file that gk_fo_open_write has made and that could not be
 * filled; nothing else that may have its name by now. */
void gk_fo_discard_new (struct gk_ctx *ctx, const char *path, int fd);
/* The end of writing what gk_fo_open_write has opened: r is 0, or -1 with err set; then
 * a new file is discarded.  Else *fd is closed, which is when NFS and quotas tell of
 * what could not be written.  0 or -1. */
int gk_fo_end_write (struct gk_ctx *ctx, const char *path, int *fd, bool is_new, int r,
                     struct gk_error *err);

/* The directory that holds the last component, and that component, with a
 * slash at its end when PATH has one (the kernel then insists on a directory). */
#define GK_FO_NAME_SIZE (NAME_MAX + 2)
int gk_fo_parent (struct gk_ctx *ctx, const char *path, char name[GK_FO_NAME_SIZE],
                  const char *subop, struct gk_error *err);
bool gk_fo_is_root (const char *path); /* "/", "//" ... */

/* --- device.c ----------------------------------------------------------------
 * One of the session's devices, by its name in this process's own /dev. */
int gk_fo_open_device (const char *name, int flags, uint64_t *ret_size, struct gk_error *err);

/* --- copydirect.c ---------------------------------------------------------------- */

/* The smallest hole that is worth leaving, and that file systems can keep. */
#define GK_FO_SPARSE_BLOCK 4096
/* All but whole blocks of zeros.  -1 with errno. */
int gk_fo_write_sparse (int fd, const char *p, size_t n, off_t at);

/* Copies pieces of one device to another in the background.  NULL where it cannot be or
 * would not be safe; out stays the caller's, and is what a fsync belongs to. */
struct gk_fo_direct *gk_fo_direct_begin (int in, int out, bool sparse);
void gk_fo_direct_end (struct gk_fo_direct *d); /* takes NULL; waits for what is under way */
/* Is this one for them?  The others are the caller's, when nothing is under way. */
bool gk_fo_direct_can (const struct gk_fo_direct *d, off_t from, off_t to, size_t n);
/* 0: it will be done; 1: the caller has to do it; -1: another has failed, as wait tells. */
int gk_fo_direct_copy (struct gk_fo_direct *d, off_t from, off_t to, size_t n);
/* Until nothing is under way.  0, or the errno of the first that failed. */
int gk_fo_direct_wait (struct gk_fo_direct *d, bool *ret_write_failed);

/* --- remove.c ------------------------------------------------------------------ */

/* dir/name and all below it, whatever it is.  path is for messages. */
int gk_fo_remove_at (struct gk_ctx *ctx, int dir, const char *name, const char *path,
                     struct gk_error *err);

/* --- copydata.c ---------------------------------------------------------------- */

/* All of in to out, which is empty; both from offset 0.  The error names what
 * failed ("read", "write") but no path. */
int gk_fo_copy_data (int in, int out, struct gk_task *task, struct gk_error *err);

/* --- copymeta.c ---------------------------------------------------------------- */

enum {
  GK_FO_META_OWNER = 1,
  GK_FO_META_MODE = 2,
  GK_FO_META_TIMES = 4,
  GK_FO_META_XATTRS = 8,
  /* A file system that has no such attributes is no error ... */
  GK_FO_META_XATTRS_IF_POSSIBLE = 16,
  /* ... and not even one that refuses owners and modes (vfat). */
  GK_FO_META_LENIENT = 32,
  /* The copy may have inherited an ACL that the original does not have. */
  GK_FO_META_DROP_ACL = 64,
};
/* Any kinds of descriptors, O_PATH too.  -1 with errno. */
int gk_fo_copy_meta (int from, const struct stat *st, int to, unsigned flags);

/* --- copytree.c ---------------------------------------------------------------- */

struct gk_fo_copy {
  bool recursive; /* else a directory is an error */
  bool preserve;  /* owner, mode, times, attributes, hard links */
  bool lenient;   /* what the other file system cannot keep is no error */
};

/* from_dir/from_name to to_dir/to_name, which replaces what is there unless
 * that is a directory; two directories are merged.  The names have no slash;
 * to_name "." merges into to_dir itself.  src and dest are for messages. */
int gk_fo_copy_at (struct gk_ctx *ctx, int from_dir, const char *from_name, const char *src,
                   int to_dir, const char *to_name, const char *dest, const struct gk_fo_copy *how,
                   struct gk_error *err);

#endif
