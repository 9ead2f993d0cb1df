/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Requests between library and worker that are no guestfs calls.
 *
 * They travel as CALL frames too; the low byte of the frame's flags says which
 * kind of body it is.
 */
#ifndef GK_API_CONTROL_H
#define GK_API_CONTROL_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>

#include "op/drive.h"

struct gk_error;

enum gk_request {
  GK_REQUEST_CALL = 0,    /* a call of the tables: api/codec.h */
  GK_REQUEST_LAUNCH = 1,  /* body: struct gk_launch_params; the first request */
  GK_REQUEST_END = 2,     /* take the session down in order; the reply says how it went */
  GK_REQUEST_TREE = 3,    /* body: [host folder, 0, 0], where it will be shown; the reply
                              carries a detached copy of the mounted tree.  With an
                              empty folder: it is not shown any more, no descriptor */
  GK_REQUEST_OPEN = 4,    /* body: [path, flags, mode]; reply carries the open file */
  GK_REQUEST_TELL = 7,    /* body: [root, 0, 0]; the reply's body is what inspection knows of
                              it, JSON */
  GK_REQUEST_LOCALFS = 8, /* body and reply: api/localfs.h */
  GK_REQUEST_UNVALUE = 9, /* body: [key, node & INT32_MAX, node >> 31]: a value of the open
                              hive is removed */
  GK_REQUEST_LABEL = 10,  /* body: [path, 0, 0]: SELinux labels for what has none */
  GK_REQUEST_BLOCKS = 11, /* body: ["DEVICE\nREST", enum gk_blocks | flags, 0]; the reply's
                              body is JSON */
  GK_REQUEST_SIZE = 12,   /* body: ["WHAT NUMBER BYTES DEVICE", 0, 0] (worker/sizes.c); the reply's
                              body is a number in digits */
  /* The rescue shell, in sessions with params.rescue (worker/rescue.h): */
  GK_REQUEST_RESCUE = 13,        /* body: ["TERM\nCOMMAND", rows, columns]: start it */
  GK_REQUEST_RESCUE_WINDOW = 14, /* body: ["", rows, columns]: the terminal has this size now */
  GK_REQUEST_RESCUE_STATUS = 15, /* wait for its end; the reply's body is its status in digits */
  /* Of a launcher's own process (worker/keeper.h): */
  GK_REQUEST_BEGUN = 5, /* the worker has answered */
  GK_REQUEST_WHY = 6,   /* it does not (any more): the reply is the error that says why */
};
#define GK_REQUEST_MASK 0x00ffu

/* Of GK_REQUEST_BLOCKS. */
enum gk_blocks {
  GK_BLOCKS_SIGNATURES = 0, /* nothing behind the device */
  GK_BLOCKS_CHECK = 1,      /* a type, or "" */
  GK_BLOCKS_LAYOUT = 2,     /* JSON */
  GK_BLOCKS_DISCARD = 3,    /* "OFFSET LENGTH", in bytes */
  GK_BLOCKS_WHICH = 0xff,
  GK_BLOCKS_REPAIR = 0x100,
  GK_BLOCKS_PLAN = 0x200, /* tell what would be done */
  GK_BLOCKS_FORCE = 0x400,
};

/* What a worker finds out about its drives before launch succeeds: whether the
 * kernel can do all that they need.  Else: ENOTSUP, and the names. */
enum gk_needs {
  GK_NEEDS_UNCHECKED = 0,
  GK_NEEDS_SOME = 1, /* the layers below filesystems, and at least one of these */
  GK_NEEDS_ALL = 2,
};

/* What a session is made of.  Strings are owned. */
struct gk_launch_params {
  bool verbose, network, selinux, autosync;
  bool rescue;      /* there is a console for a rescue shell */
  char *identifier; /* for logs; never NULL */
  char *attacher;   /* use only this attacher, or NULL */
  int needs;        /* enum gk_needs */
  int memsize;      /* MiB, for a kernel of its own; 0: the launcher's choice */
  struct gk_drive *drives;
  size_t ndrives;
};
#define GK_LAUNCH_PARAMS_INIT                                                                      \
  {                                                                                                \
    .identifier = NULL                                                                             \
  }

int gk_encode_launch (msgpack_sbuffer *out, const struct gk_launch_params *params,
                      struct gk_error *err);
int gk_decode_launch (const void *body, size_t size, struct gk_launch_params *ret_params,
                      struct gk_error *err);
void gk_launch_params_clear (struct gk_launch_params *params);

int gk_encode_open (msgpack_sbuffer *out, const char *path, int flags, int mode,
                    struct gk_error *err);
/* *ret_path is malloced. */
int gk_decode_open (const void *body, size_t size, char **ret_path, int *ret_flags, int *ret_mode,
                    struct gk_error *err);

#endif
