/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Open files and folders of the FUSE server. */
#ifndef GK_CLIENT_LOCAL_FUSE_PRIV_H
#define GK_CLIENT_LOCAL_FUSE_PRIV_H

#include "client/local-priv.h"

struct file {
  struct file *next;        /* in l->files */
  uint64_t fh, node;        /* fh 0: the worker has not opened it yet */
  bool at_once;             /* O_SYNC: nothing waits */
  int err;                  /* of data that were written later; told once */
  bool fresh;               /* made here, and nothing but this has touched it */
  struct gk_lfs_entry attr; /* when it is fresh, as far as it can be foreseen */
  pid_t maker;              /* who made it */
  bool written;             /* since a time of this was last told or set */
  bool holes;               /* it may have some */
  uint32_t n_posted;
  bool closed;  /* and still here for what was posted, or may be */
  int64_t last; /* where the last read ended */
  char *ahead;
  size_t ahead_size, ahead_alloc;
  int64_t ahead_at;
  bool ahead_ends; /* with the file */
  uint32_t ahead_epoch;
};

struct folder {
  uint64_t fh, node;   /* fh 0: not open yet */
  struct gk_buf batch; /* struct gk_lfs_dirent and names */
  size_t at;           /* what of it was told */
  int64_t next;        /* the offset of what is at `at` */
  bool at_end;         /* the batch is the last */
};

int gk_local_write_behind (struct gk_local *l, struct file *f, int64_t offset, const char *data,
                           size_t size);
int gk_local_take_error (struct file *f);
/* For who closes or syncs a file: its own, or one of a file that was closed before. */
int gk_local_take_any_error (struct gk_local *l, struct file *f);
/* local-post.c */
void gk_local_begin_fresh (struct file *f, const struct gk_lfs_entry *e);
/* SETATTR: the attributes as they will be; NULL: it has to be asked for. */
const struct gk_lfs_entry *gk_local_post_attributes (struct gk_local *l, struct gk_lfs_request *rq);
/* Whatever may be posted; f: whose it is, or NULL.  0 or an errno value. */
int gk_local_post (struct gk_local *l, struct file *f, const struct gk_lfs_request *rq,
                   const char *data, size_t size);
/* The attributes of a folder that nobody but this mount has changed since it was made, and
 * where it is known what will become of a change; or NULL. */
struct gk_lfs_entry *gk_local_own_folder (struct gk_local *l, uint64_t node);
/* The same of a folder that was made here. */
const struct gk_lfs_entry *gk_local_post_to_folder (struct gk_local *l,
                                                    const struct gk_lfs_request *rq);
/* Of a name in such a folder to one that is not there; false: it has to be asked for. */
bool gk_local_post_rename (struct gk_local *l, uint64_t parent, const char *name,
                           const char *new_name);
/* For who makes a file, the attributes that it will have; NULL: it has to be asked for.
 * Their time of change is a guess. */
const struct gk_lfs_entry *gk_local_foresee (struct gk_local *l, uint64_t node, pid_t pid);
void gk_local_writes (struct file *f, int64_t at, size_t size);
/* The file that is being made, or was just made, or NULL. */
struct file *gk_local_fresh_file (struct gk_local *l, uint64_t node);
/* An access ACL that says nothing but a mode, for a file or folder that has none. */
bool gk_local_post_acl (struct gk_local *l, uint64_t node, const char *value, size_t size);
bool gk_local_acl_is_mode (const char *value, size_t size, uint32_t *ret_mode);
/* What the file still waits for; an error is left in it. */
void gk_local_flush_file (struct gk_local *l, struct file *f);
/* local-blanks.c: f is made, and what is known of it is in f->attr; false: it has to be
 * asked for. */
bool gk_local_adopt (struct gk_local *l, uint64_t parent, const char *name, mode_t mode,
                     struct file *f);
/* local-data.c: files that were opened for the kernel alone are opened, before
 * their name may go. */
void gk_local_open_all (struct gk_local *l);
/* 0 or an errno value. */
int gk_local_need_open (struct gk_local *l, struct file *f);
/* Something else than reading was done to the node's data. */
void gk_local_changed (struct gk_local *l, uint64_t node);
int gk_local_keep_ahead (struct gk_local *l, struct file *f, int64_t at, const char *data,
                         size_t size, bool ends);
int gk_local_read (struct gk_local *l, struct file *f, int64_t at, size_t size,
                   struct gk_local_data *ret);

/* local-names.c and local-data.c: the operations, for local-fuse.c's table. */
struct fuse_lowlevel_ops;
void gk_local_name_ops (struct fuse_lowlevel_ops *ops);
void gk_local_data_ops (struct fuse_lowlevel_ops *ops);
void gk_local_folder_ops (struct fuse_lowlevel_ops *ops);

struct fuse_entry_param;
struct stat;
/* The entry as the kernel wants it; what it says of the node is remembered. */
void gk_local_entry (struct gk_local *l, const struct gk_lfs_entry *e,
                     struct fuse_entry_param *ret);
void gk_local_stat (const struct gk_local *l, const struct gk_lfs_entry *e, struct stat *ret);

#endif
