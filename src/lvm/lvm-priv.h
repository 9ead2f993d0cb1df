/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of this room share. */
#ifndef GK_LVM_LVM_PRIV_H
#define GK_LVM_LVM_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gk-ops-lvm.h"
#include "lvm/lvm.h"

struct gk_buf;
struct gk_struct;
struct json_object;

/* --- config.c ----------------------------------------------------------------- */

/* Write lvm.conf anew: LVM sees devices only, or all when it is NULL. */
int gk_lvm_configure (struct gk_ctx *ctx, char *const *devices, struct gk_error *err);

/* --- run.c ---------------------------------------------------------------------- */

/* Device-mapper and the tools are there; else ENOTSUP. */
int gk_lvm_need (struct gk_ctx *ctx, struct gk_error *err);
/* Does any of the session's devices look like a physical volume? */
bool gk_lvm_any_pv (struct gk_ctx *ctx);

/* Run "lvm ARGS".  Its failure is an error with what it said, without errno.
 * ret_out may be NULL. */
int gk_lvm_runv (struct gk_ctx *ctx, char *const *args, struct gk_buf *ret_out,
                 struct gk_error *err);
/* The same where an exit status says only that something was amiss: one group
 * that is broken must not hide the others.  What it said is in the log. */
int gk_lvm_run_anyway (struct gk_ctx *ctx, char *const *args, struct gk_buf *ret_out,
                       struct gk_error *err);
int gk_lvm_run (struct gk_ctx *ctx, struct gk_error *err, ...) __attribute__ ((sentinel));

/* --- report.c ------------------------------------------------------------------- */

/* What `lvm --reportformat json` printed, of the kind "pv", "vg" or "lv": the
 * array of its rows, which the caller puts.  NULL with err: EPROTO when it is
 * not what was to be expected. */
struct json_object *gk_lvm_parse (const char *text, size_t size, const char *kind,
                                  struct gk_error *err);
/* A row's field as text, "" when it is missing. */
const char *gk_lvm_field (struct json_object *row, const char *name);
/* A row as a struct of the API (zeroed before), by its descriptor. */
int gk_lvm_fill (struct json_object *row, const struct gk_struct *s, void *ret,
                 struct gk_error *err);

/* Ask: command is "pvs", "vgs" or "lvs"; select and object may be NULL.  The
 * value of select that asks for LVM's own volumes, too, in brackets: */
extern const char gk_lvm_hidden_too[];
#define GK_LVM_HIDDEN_TOO gk_lvm_hidden_too
struct json_object *gk_lvm_ask (struct gk_ctx *ctx, const char *command, const char *fields,
                                const char *select, const char *object, struct gk_error *err);

/* --- names.c -------------------------------------------------------------------- */

/* "vg--with--dashes-lv": the mapper's name.  NULL: ENOMEM. */
char *gk_lvm_dm_name (const char *vg, const char *lv);
/* A name that may stand in a command line: of letters, digits and "+_.-", not
 * beginning with a dash. */
int gk_lvm_check_name (const char *what, const char *name, struct gk_error *err);

/* --- nodes.c -------------------------------------------------------------------- */

/* The session's devices follow the volumes that are active. */
int gk_lvm_sync (struct gk_ctx *ctx, struct gk_error *err);

/* Before groups (NULL: all) are made active on a kernel that others use: their
 * names are free (EEXIST) and noted. */
int gk_lvm_reserve (struct gk_ctx *ctx, char *const *groups, struct gk_error *err);
/* The same for one volume that is to be made. */
int gk_lvm_reserve_volume (struct gk_ctx *ctx, const char *vg, const char *lv,
                           struct gk_error *err);
/* And for the volumes of vg, which is to be named as. */
int gk_lvm_reserve_as (struct gk_ctx *ctx, const char *vg, const char *as, struct gk_error *err);

#endif
