/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of this room share. */
#ifndef GK_ARCHIVE_PRIV_H
#define GK_ARCHIVE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "op/ctx.h"
#include "op/stream.h"
#include "op/task.h"

#include "gk-ops-archive.h"

struct archive;
struct archive_entry;
struct gk_ar_library; /* library.h */

/* One read or write of the archive. */
#define GK_AR_BLOCK (1024 * 1024)

/* What goes into an archive or comes out of it besides the ordinary. */
struct gk_ar_keep {
  bool xattrs, selinux, acls;
};

/* --- filter.c: the names of compressions; NULL is none --------------------------- */
int gk_ar_check_compression (const char *name, struct gk_error *err);
bool gk_ar_is_lzop (const char *name); /* which is not done by libarchive */
/* 0, or -1 with the archive's own error. */
int gk_ar_read_filter (const struct gk_ar_library *la, struct archive *a, const char *name);
/* After the first header: was it really compressed like that? */
bool gk_ar_filter_is (const struct gk_ar_library *la, struct archive *a, const char *name);
int gk_ar_write_filter (const struct gk_ar_library *la, struct archive *a, const char *name);

/* --- lzop.c --------------------------------------------------------------------- */
/* A descriptor of what in_fd holds, expanded. */
int gk_ar_lzop_expand (struct gk_child *child, int in_fd, struct gk_error *err);
int gk_ar_lzop_expanded (struct gk_child *child, struct gk_task *task, struct gk_error *err);

/* A sink in front of another. */
struct gk_ar_lzop {
  struct gk_sink as_sink;
  struct gk_child child;
  struct gk_sink *sink;
  struct gk_task *task;
  int to, from;
};
int gk_ar_lzop_start (struct gk_ar_lzop *z, struct gk_sink *sink, struct gk_task *task,
                      struct gk_error *err);
int gk_ar_lzop_finish (struct gk_ar_lzop *z, struct gk_error *err);
void gk_ar_lzop_clear (struct gk_ar_lzop *z);

/* --- exclude.c: is the member `name` ("./dir/file") excluded? --------------------- */
bool gk_ar_excluded (char *const *patterns, const char *name);

/* --- pax.c: headers ------------------------------------------------------------------ */

#define GK_AR_RECORD 512

struct gk_ar_member {
  const char *name; /* "./dir/file" */
  struct stat st;
  const char *hardlink;  /* the earlier member that it is another name of, or NULL */
  const char *symlink;   /* the target, or NULL */
  uint64_t size;         /* bytes of data that follow */
  struct gk_buf records; /* those of attributes; the header's own are added */
  const char *sparse_name;
  char sparse_name_buf[101];
};
struct gk_ar_extent {
  off_t at, length;
};

/* All return 0, or -1 with errno. */
int gk_ar_pax_record (struct gk_buf *records, const char *key, const void *value, size_t len);
int gk_ar_pax_header (struct gk_ar_member *m, struct gk_buf *out);
/* Make it a sparse member of these data extents; its data begins with map. */
int gk_ar_pax_sparse (struct gk_ar_member *m, const struct gk_ar_extent *extents, size_t n,
                      struct gk_buf *map);

/* --- attrs.c: extended attributes, labels and ACLs of the object fd as records --------- */
int gk_ar_read_attrs (int fd, const struct stat *st, const struct gk_ar_keep *keep,
                      struct gk_buf *records);

/* --- attrs-in.c: leave in e only what is to be kept ------------------------------------ */
int gk_ar_filter_attrs (const struct gk_ar_library *la, struct archive_entry *e,
                        const struct gk_ar_keep *keep);

/* --- linkset.c: the symlinks that an archive has made ------------------------------ */
struct gk_ar_links {
  char **v; /* a hash table */
  size_t used, size;
};
#define GK_AR_LINKS_INIT                                                                           \
  {                                                                                                \
    NULL, 0, 0                                                                                     \
  }
int gk_ar_links_add (struct gk_ar_links *l, const char *path);
void gk_ar_links_drop (struct gk_ar_links *l, const char *path);
bool gk_ar_links_has (const struct gk_ar_links *l, const char *path);
/* Does the way to path lead through one of them? */
bool gk_ar_links_on_way (const struct gk_ar_links *l, const char *path);
void gk_ar_links_clear (struct gk_ar_links *l);

/* --- in.c, out.c ------------------------------------------------------------------- */
int gk_ar_tar_in (struct gk_ctx *ctx, struct gk_source *src, const char *directory,
                  const char *compress, const struct gk_ar_keep *keep, struct gk_error *err);
int gk_ar_tar_out (struct gk_ctx *ctx, const char *directory, struct gk_sink *sink,
                   const char *compress, char *const *excludes, const struct gk_ar_keep *keep,
                   struct gk_error *err);

#endif
