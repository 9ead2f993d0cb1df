/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Running mdadm, and the session's sets. */
#ifndef GK_MD_PRIV_H
#define GK_MD_PRIV_H

#include "base/strv.h"
#include "md/md.h"

/* ENOTSUP when the kernel or the tool is missing. */
int gk_md_need (struct gk_ctx *ctx, struct gk_error *err);

/* mdadm with these arguments and a configuration that has no devices but the
 * session's.  ret_out may be NULL. */
int gk_md_run (struct gk_ctx *ctx, const struct gk_strv *args, struct gk_buf *ret_out,
               struct gk_error *err);

/* The same with these devices instead of all. */
int gk_md_run_on (struct gk_ctx *ctx, const struct gk_strv *args, char *const *devices,
                  struct gk_buf *ret_out, struct gk_error *err);

/* Stop sets on the session's devices that are put together but do not run. */
int gk_md_stop_waiting (struct gk_ctx *ctx, struct gk_error *err);

/* Which sets there are on the session's devices: they get their nodes. */
int gk_md_sync (struct gk_ctx *ctx, struct gk_error *err);

#endif
