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
int gk_fo_open_dir (struct gk_ctx *ctx, const char *path, const char *subop, struct gk_error *err);

/* Open for writing, made when it is not there.  *ret_new says whether this
 * call made it. */
int gk_fo_open_write (struct gk_ctx *ctx, const char *path, int flags, const char *subop,
                      bool *ret_new, struct gk_error *err);
/* Remove the file that gk_fo_open_write has made and that could not be
 * filled; nothing else that may have its name by now. */
void gk_fo_discard_new (struct gk_ctx *ctx, const char *path, int fd);

/* The directory that holds the last component, and that component, with a
 * slash at its end when PATH has one (the kernel then insists on a directory). */
#define GK_FO_NAME_SIZE (NAME_MAX + 2)
int gk_fo_parent (struct gk_ctx *ctx, const char *path, char name[GK_FO_NAME_SIZE],
                  const char *subop, struct gk_error *err);
bool gk_fo_is_root (const char *path); /* "/", "//" ... */

/* --- remove.c ------------------------------------------------------------------ */

/* dir/name and all below it, whatever it is.  path is for messages. */
int gk_fo_remove_at (struct gk_ctx *ctx, int dir, const char *name, const char *path,
                     struct gk_error *err);

#endif
