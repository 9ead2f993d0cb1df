/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What travels when the client serves the guest's tree to its own kernel by
 * FUSE and the worker has the files: the body of GK_REQUEST_LOCALFS and of its
 * reply.
 *
 * They are fixed structures in the machine's own byte order, and not msgpack
 * like calls: both ends are of one build on one machine, and there is one of
 * these for every request of the kernel.
 *
 * request: struct gk_lfs_request, drops, posted, name, other (both with a NUL), data
 * reply:   struct gk_lfs_reply, errors of what was posted (int32_t, to a multiple of
 *          8 bytes), data
 *
 * What the kernel forgets or closes needs no answer: it waits, as a list of
 * drops, for the next request, and is done before it.  So are requests whose
 * answer is foreseen and whose error may be told later: writing, and changing the
 * attributes of a file that is just being made, making and renaming it in a folder
 * that was just made.  They are posted: struct
 * gk_lfs_posted with a whole request behind it, but without drops and without
 * anything posted.  They come before the drops, which may close their file.
 */
#ifndef GK_API_LOCALFS_H
#define GK_API_LOCALFS_H

#include <stdint.h>

enum gk_lfs_op {
  GK_LFS_START = 1, /* begin with the tree that is mounted; node 1 is its root */
  GK_LFS_STOP,      /* close and forget everything */
  GK_LFS_DROPS,     /* nothing but the drops */
  GK_LFS_LOOKUP,    /* node, name: an entry */
  GK_LFS_GETATTR,   /* node */
  GK_LFS_SETATTR,   /* node, fh or 0, flags: GK_LFS_SET_* */
  GK_LFS_READLINK,  /* node: data */
  GK_LFS_MAKE,      /* node, name, mode, rdev, other (target of a symlink): an entry */
  GK_LFS_LINK,      /* node2 to node, name: an entry */
  GK_LFS_UNLINK,    /* node, name */
  GK_LFS_RMDIR,     /* node, name */
  GK_LFS_RENAME,    /* node, name to node2, other; flags: RENAME_* */
  GK_LFS_OPEN,      /* node, flags: value is the fh, and its attributes as an entry; with
                       size: all of a file that is not larger, as data, and count is 1
                       then */
  GK_LFS_CREATE,    /* node, name, flags, mode: an entry, value is the fh */
  GK_LFS_READ,      /* fh, offset, size: data, short at the end of the file */
  GK_LFS_WRITE,     /* fh, offset, data: all of it */
  GK_LFS_FSYNC,     /* fh, or 0 and the node of a folder; flags: 1 for data only */
  GK_LFS_FALLOCATE, /* fh, mode, offset, size */
  GK_LFS_LSEEK,     /* fh, offset, flags: whence: value */
  GK_LFS_COPY,      /* fh, offset to fh2, offset2, size: value is how much */
  GK_LFS_READDIR,   /* node, fh or 0, offset: value is the fh; count entries as
                       data, fewer at the end; the entry's flags may say that it is
                       reached (GK_LFS_AT_END) */
  GK_LFS_STATFS,    /* node: data is a struct statvfs */
  GK_LFS_GETXATTR,  /* node, name: data */
  GK_LFS_LISTXATTR, /* node: data */
  GK_LFS_SETXATTR,  /* node, name, flags, data */
  GK_LFS_REMOVEXATTR,
  GK_LFS_FETCH,  /* data: nodes; size: of the largest file that is wanted.  data: for each, or
                    the first of them, struct gk_lfs_fetched and the whole file */
  GK_LFS_BLANKS, /* node, size: how many.  data: struct gk_lfs_blank for each: a file without
                    a name, mode 0600, that is open */
  GK_LFS_ADOPT,  /* fh (of a blank) gets to node by the name; mode, flags: GK_LFS_SET_* of its
                    times.  Posted only */
};

#define GK_LFS_SET_MODE 1u
#define GK_LFS_SET_UID 2u
#define GK_LFS_SET_GID 4u
#define GK_LFS_SET_SIZE 8u
#define GK_LFS_SET_ATIME 16u
#define GK_LFS_SET_MTIME 32u
#define GK_LFS_SET_ATIME_NOW 64u
#define GK_LFS_SET_MTIME_NOW 128u

#define GK_LFS_ROOT 1u
#define GK_LFS_IO_MAX (1u << 20) /* bytes of one READ or WRITE */

/* A node's number has its place in a dense table in the low half; the high one
 * tells those apart that had the place one after the other. */
#define GK_LFS_PLACE(node) ((uint32_t)(node))

struct gk_lfs_request {
  uint32_t op, flags;
  uint64_t node, node2, fh, fh2;
  int64_t offset, offset2;
  uint64_t size, rdev;
  uint32_t mode, uid, gid;
  uint32_t n_drops, name_len, other_len; /* lengths with the NUL, 0: none */
  uint32_t n_posted, posted_size;
  int64_t atime_s, mtime_s;
  uint32_t atime_ns, mtime_ns;
};

struct gk_lfs_posted {
  uint32_t size;   /* of the request behind it */
  uint32_t unused; /* that is padded to a multiple of 8 */
};

struct gk_lfs_drop {
  uint64_t node;  /* or 0: fh is closed */
  uint64_t count; /* how many lookups are forgotten; the fh */
};

#define GK_LFS_NO_XATTRS 1u
/* On a filesystem that keeps owners, modes and times as they are set. */
#define GK_LFS_KEEPS_ALL 2u
/* A folder in which names that differ are names of different files. */
#define GK_LFS_EXACT_NAMES 4u
/* There is nothing more in the folder. */
#define GK_LFS_AT_END 8u
/* On a filesystem that gives the worker's root what statvfs says is free. */
#define GK_LFS_TELLS_SPACE 16u
/* A folder that gives nothing of its own to the files in it but an owner. */
#define GK_LFS_PLAIN_FOLDER 32u
#define GK_LFS_MAX_POSTED 256u
#define GK_LFS_MAX_BLANKS 32u

struct gk_lfs_entry {
  uint64_t node; /* 0: there is none (of "." and "..") */
  uint64_t ino, size, blocks, rdev;
  int64_t atime_s, mtime_s, ctime_s;
  uint32_t atime_ns, mtime_ns, ctime_ns;
  uint32_t mode, nlink, uid, gid, blksize, flags;
  uint32_t device; /* which of the tree's filesystems */
};

struct gk_lfs_reply {
  int32_t errnum; /* the rest means nothing then */
  uint32_t count;
  uint64_t value;
  struct gk_lfs_entry entry;
};

struct gk_lfs_fetched {
  struct gk_lfs_entry entry; /* its node is 0: it has to be opened for itself */
  uint64_t size;             /* of the data behind it, which are padded to a multiple of 8 */
};

struct gk_lfs_blank {
  struct gk_lfs_entry entry;
  uint64_t fh;
};

struct gk_lfs_dirent {
  struct gk_lfs_entry entry;
  int64_t next;      /* the offset behind it */
  uint32_t name_len; /* with the NUL */
  uint32_t size;     /* of this with its name, a multiple of 8 */
};

#endif
