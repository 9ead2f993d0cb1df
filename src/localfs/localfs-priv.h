/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Nodes: what the client's kernel knows of the tree.
 *
 * A node is an inode, whatever names it has.  The kernel may know more of them
 * than there can be descriptors, and an open one keeps its inode in memory: so
 * most are kept as file handles (open_by_handle_at), and only those used last are
 * open.  Where a filesystem has no handles the descriptor stays.
 *
 * Nothing here walks a path of the guest: a name is one component, looked at in
 * an open folder without following it.
 */
#ifndef GK_LOCALFS_PRIV_H
#define GK_LOCALFS_PRIV_H

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "api/localfs.h"
#include "base/strv.h"
#include "localfs/localfs.h"

struct node {
  uint32_t generation; /* of the place */
  uint32_t device;     /* index */
  ino_t ino;
  mode_t type;
  uint64_t lookups; /* 0: the place is free */
  struct file_handle *handle;
  int fd;                /* O_PATH, or -1 */
  uint32_t hash_next;    /* 0: none */
  uint32_t older, newer; /* among those open that can be closed */
};

struct device {
  dev_t dev;
  int fd;         /* any folder on it, for open_by_handle_at; -1: handles do not work */
  int64_t type;   /* of statfs */
  uint32_t flags; /* GK_LFS_KEEPS_ALL, GK_LFS_TELLS_SPACE */
};

struct gk_localfs {
  struct node *nodes; /* [0] is not used */
  uint32_t n_nodes, free_node;
  uint32_t *hash;
  uint32_t hash_size, n_used;
  uint32_t oldest, newest, n_open;
  struct device *devices;
  uint32_t n_devices;
  int *files; /* fh - 1; -1: free */
  uint32_t n_files;
};

/* All return -1 (or 0 for a node) with errno. */

int gk_lfs_start (struct gk_localfs *fs, int root_fd);
/* The node of name in parent, looked up once more; entry is filled in. */
int gk_lfs_lookup (struct gk_localfs *fs, uint64_t parent, const char *name,
                   struct gk_lfs_entry *entry);
/* The same for a file that was just opened by its name. */
int gk_lfs_meet (struct gk_localfs *fs, uint64_t parent, const char *name, int fd,
                 struct gk_lfs_entry *entry);
/* The same for one that has no name. */
int gk_lfs_meet_nameless (struct gk_localfs *fs, int fd, struct gk_lfs_entry *entry);
void gk_lfs_forget (struct gk_localfs *fs, uint64_t node, uint64_t lookups);
/* An O_PATH descriptor, valid until some hundred others were asked for; and the
 * node's type. */
int gk_lfs_fd (struct gk_localfs *fs, uint64_t node, mode_t *ret_type);
/* A descriptor to read a regular file with, which is the caller's. */
int gk_lfs_open_to_read (struct gk_localfs *fs, uint64_t node);
/* Its attributes, by a descriptor of it. */
int gk_lfs_fd_attr (struct gk_localfs *fs, uint64_t node, int fd, struct gk_lfs_entry *entry);
int gk_lfs_getattr (struct gk_localfs *fs, uint64_t node, struct gk_lfs_entry *entry);

int gk_lfs_file (struct gk_localfs *fs, uint64_t fh); /* its descriptor */
/* Takes fd, also on failure. */
int gk_lfs_add_file (struct gk_localfs *fs, int fd, uint64_t *ret_fh);
void gk_lfs_close_file (struct gk_localfs *fs, uint64_t fh);

/* What is known of a folder that was just made: GK_LFS_EXACT_NAMES, GK_LFS_PLAIN_FOLDER. */
uint32_t gk_lfs_folder_flags (struct gk_localfs *fs, uint64_t node);

/* One name, and no way out. */
bool gk_lfs_is_name (const char *name);

/* readdir.c */
int gk_lfs_readdir (struct gk_localfs *fs, const struct gk_lfs_request *rq,
                    struct gk_lfs_reply *reply, struct gk_buf *data);

/* change.c, io.c: what they are named for */
int gk_lfs_setattr (struct gk_localfs *fs, const struct gk_lfs_request *rq);
/* path: as utimensat has it, or NULL. */
int gk_lfs_set_times (int fd, const char *path, const struct gk_lfs_request *rq);
int gk_lfs_make (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *name,
                 const char *target);
int gk_lfs_link (struct gk_localfs *fs, uint64_t from, uint64_t parent, const char *name);
int gk_lfs_unlink (struct gk_localfs *fs, uint64_t parent, const char *name, int flags);
int gk_lfs_rename (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *from,
                   const char *to);
int gk_lfs_create (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *name,
                   struct gk_lfs_entry *entry);

int gk_lfs_blanks (struct gk_localfs *fs, const struct gk_lfs_request *rq,
                   struct gk_lfs_reply *reply, struct gk_buf *out);
int gk_lfs_adopt (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *name);
int gk_lfs_open (struct gk_localfs *fs, const struct gk_lfs_request *rq, struct gk_lfs_reply *reply,
                 struct gk_buf *data);
int gk_lfs_fetch (struct gk_localfs *fs, const char *nodes, size_t size, uint64_t max,
                  struct gk_buf *out);
int gk_lfs_io (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *data,
               size_t size, struct gk_lfs_reply *reply, struct gk_buf *out);
int gk_lfs_xattr (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *name,
                  const char *data, size_t size, struct gk_buf *out);

#endif
