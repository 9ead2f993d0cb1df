/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mount_local: the guest's tree at a folder of this machine.
 *
 * Where the worker shares this kernel the tree is a kernel mount, with nothing
 * of ours in the way of the data.  Elsewhere, and for options that only FUSE
 * has, this process is a FUSE server: each request of the kernel becomes one to
 * the worker (api/localfs.h), and what makes that fast is kept here: data read
 * ahead, requests that wait for the next one, which files have no extended attributes,
 * which names are not there.
 *
 * All of it belongs to g->lock, which mount_local_run holds only while it
 * carries out a request: other threads use the handle in between.
 */
#ifndef GK_CLIENT_LOCAL_PRIV_H
#define GK_CLIENT_LOCAL_PRIV_H

#include "api/localfs.h"
#include "launch/watch.h"
#include "client/session-priv.h"

/* A file of this size or less comes with its opening, or before. */
#define GK_LOCAL_SMALL_FILE (128u << 10)

struct fuse_session;
struct file; /* open by somebody on this machine */

/* What is known of a node, by its place. */
struct known {
  uint32_t generation;
  uint32_t epoch; /* when its data were read last */
  bool no_xattrs; /* as long as this is the epoch: */
  uint32_t xattrs_epoch;
  uint32_t shelf, item; /* local-ahead.c; shelf 0: none */
  uint32_t made;        /* local-absent.c; 0: it was not */
};

/* A request whose reply has not been waited for. */
struct flight {
  bool under_way;
  uint32_t n_posted;
  struct file *posted_for[GK_LFS_MAX_POSTED];
};

struct gk_local_options {
  bool readonly, noexec, noatime;
  bool only_fuse; /* something is asked for that kernel mounts have not */
  bool debug;
  bool has_uid, has_gid, has_umask;
  uid_t uid;
  gid_t gid;
  mode_t umask;
  double timeout;     /* seconds */
  struct gk_buf fuse; /* for libfuse, divided by commas */
};

struct gk_local {
  guestfs_h *g;
  struct gk_session *session; /* that it shows */
  char *dir;                  /* absolute, no symlinks */
  uint64_t mount_id;          /* the number of the mount at dir */
  struct gk_local_options options;
  bool running; /* mount_local_run */
  int wake_fd;  /* readable once the session has gone */

  /* FUSE only */
  struct fuse_session *fuse;
  struct gk_watch watch; /* for the case that we are killed */
  struct gk_buf out;
  struct gk_lfs_reply reply;
  struct gk_lfs_drop *drops;
  uint32_t n_drops, drops_alloc;
  struct known *known;
  uint32_t n_known;
  struct gk_lfs_entry recent; /* attributes that came with an opening; node 0: none */
  int64_t recent_until_ms;
  uint32_t epoch;           /* counts the calls, each of which may change files */
  uint32_t changes;         /* of any file's attributes that this mount has made */
  struct gk_absent *absent; /* or NULL */
  struct gk_ahead *ahead;   /* likewise */
  struct gk_lfs_blank blanks[GK_LFS_MAX_BLANKS];
  uint32_t n_blanks;
  uint32_t blanks_wanted; /* so many files were made that could have been made from one */
  struct flight flight;
  struct gk_buf posted; /* struct gk_lfs_posted, requests */
  uint32_t n_posted;
  struct file *posted_for[GK_LFS_MAX_POSTED];
  uint64_t written; /* the node of the file that was closed last */
  int late_err;     /* of something that was posted for a file that is closed */
  int64_t room;     /* bytes that this filesystem surely has for what is posted */
  uint32_t room_device;
  struct file *files;
  struct file *dirty; /* whose data these are, or NULL */
  char *dirty_data;
  size_t dirty_size;
  int64_t dirty_at;
};

/* local-options.c.  0, or -1 with the error set. */
struct guestfs_mount_local_argv;
int gk_local_parse (guestfs_h *g, const struct guestfs_mount_local_argv *o,
                    struct gk_local_options *ret);

/* local-wire.c: one request; 0 with l->reply and the data (valid until the next),
 * or an errno value.  What was posted and data that wait go
 * with it. */
struct gk_local_data {
  const char *data;
  size_t size;
};
int gk_local_ask (struct gk_local *l, struct gk_lfs_request *rq, const char *name,
                  const char *other, struct gk_local_data *ret);
/* Without waiting for its reply.  Nothing may be under way. */
void gk_local_send (struct gk_local *l, struct gk_lfs_request *rq, const void *data, size_t size);
/* What is posted, if there is any, and nothing is under way. */
void gk_local_send_posted (struct gk_local *l);
int gk_local_write (struct gk_local *l, uint64_t fh, int64_t offset, const char *data, size_t size);
/* Something that is said with the next request.  node 0: count is an fh. */
void gk_local_drop (struct gk_local *l, uint64_t node, uint64_t count);
/* Of a worker that has no such thing: error set, -1. */
int gk_local_start (guestfs_h *g);
void gk_local_stop (struct gk_local *l);

/* local-cache.c */
void gk_local_flush (struct gk_local *l); /* all that waits; an error is the file's */
struct known *gk_local_known (struct gk_local *l, uint64_t node); /* NULL: no memory */
int64_t gk_local_now_ms (void);
/* Attributes that will be asked for soon. */
void gk_local_set_recent (struct gk_local *l, const struct gk_lfs_entry *e);
const struct gk_lfs_entry *gk_local_get_recent (const struct gk_local *l, uint64_t node);

/* local-post.c */
int gk_local_post_data (struct gk_local *l); /* the data that wait are posted */
/* What was under way was carried out: an errno value for each, or NULL: nobody knows. */
void gk_local_posted_end (struct gk_local *l, const int32_t *errors);
/* From now on nothing about a file is foreseen; node 0: about any. */
void gk_local_end_fresh (struct gk_local *l, uint64_t node, const struct file *but);

/* local-absent.c */
void gk_local_made_folder (struct gk_local *l, const struct gk_lfs_entry *e);
/* As it was made, and changed since; not what its names make of it.  NULL: not known. */
struct gk_lfs_entry *gk_local_made_attr (struct gk_local *l, uint64_t node);
void gk_local_makes_name (struct gk_local *l, uint64_t parent, const char *name);
bool gk_local_is_absent (struct gk_local *l, uint64_t parent, const char *name);
void gk_local_forget_absent (struct gk_local *l);

/* local-blanks.c */
void gk_local_forget_blanks (struct gk_local *l);

/* local-ahead.c */
void gk_local_forget_ahead (struct gk_local *l);
void gk_local_end_ahead (struct gk_local *l);
/* A folder is listed, from its beginning; a file of it; the listing is complete. */
void gk_local_list_folder (struct gk_local *l, uint64_t folder);
void gk_local_list_file (struct gk_local *l, uint64_t folder, const struct gk_lfs_entry *e,
                         const char *name);
void gk_local_listed (struct gk_local *l, uint64_t folder);
/* A file is opened for reading: all that is in it, which the caller frees, when it
 * is at hand; and its attributes, if they are still the same, or node 0. */
bool gk_local_take_ahead (struct gk_local *l, uint64_t node, char **ret_data, size_t *ret_size,
                          struct gk_lfs_entry *ret_entry);
/* Whatever was read of it is old. */
void gk_local_spoil_ahead (struct gk_local *l, uint64_t node);
/* There may be time to read more; what was asked for has come, or cannot be had. */
void gk_local_go_ahead (struct gk_local *l);
void gk_local_fetched (struct gk_local *l, const char *at, size_t left);

/* local.c */
void gk_local_end (guestfs_h *g);

/* local-fuse.c: mount, serve until it is unmounted, end.  -1: error set. */
int gk_local_fuse_mount (guestfs_h *g, struct gk_local *l);
int gk_local_fuse_serve (guestfs_h *g, struct gk_local *l);
void gk_local_fuse_end (struct gk_local *l);

#endif
