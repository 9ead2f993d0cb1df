/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How every public function runs.
 *
 * The generated function packs its arguments into values and calls
 * gk_client_call; everything that all calls have in common (lock, ENTER event,
 * checks, trace, state) happens there, once, from the descriptor.
 */
#ifndef GK_CLIENT_INVOKE_H
#define GK_CLIENT_INVOKE_H

#include <stdarg.h>

#include "api/api.h"

#ifndef GUESTFS_TYPEDEF_H
#define GUESTFS_TYPEDEF_H 1
typedef struct guestfs_h guestfs_h;
#endif

/* 0, or -1 with the handle's error set. */
int gk_client_call (guestfs_h *g, const struct gk_call *call, const union gk_arg *args,
                    const void *opts, union gk_ret *ret);

/* Read "NAME, value, ..., -1" into a zeroed struct guestfs_X_argv. */
int gk_client_collect (guestfs_h *g, const struct gk_call *call, va_list ap, void *opts);

int gk_client_check_size_r (guestfs_h *g, const struct gk_call *call, const size_t *size_r);

/* Calls that the library carries out itself, by number. */
typedef int (*gk_client_local_fn) (guestfs_h *g, const union gk_arg *args, const void *opts,
                                   union gk_ret *ret);
extern const gk_client_local_fn gk_client_local[];

/* What guestfs_user_cancel ends from now on. */
enum gk_cancel_scope {
  GK_CANCEL_TRANSFER, /* as libguestfs has it: a call that reads or writes a file of the host */
  GK_CANCEL_CALL,     /* any call, when its worker looks for it */
  GK_CANCEL_ALL       /* that, and all that follow fail at once */
};
void gk_client_cancel_scope (guestfs_h *g, enum gk_cancel_scope scope);

/* remote.c: have the worker do it. */
int gk_client_remote (guestfs_h *g, const struct gk_call *call, const union gk_arg *args,
                      const void *opts, union gk_ret *ret);

/* trace.c */
void gk_trace_call (guestfs_h *g, const struct gk_call *call, const union gk_arg *args,
                    const void *opts);
void gk_trace_result (guestfs_h *g, const struct gk_call *call, int r, const union gk_ret *ret);

#endif
