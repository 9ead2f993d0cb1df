/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* LVM: the session's volume groups, through the lvm2 tools.
 *
 * Why it is safe: the tools see the private /dev and nothing else, with a
 * configuration, locks and caches of the session's own, so that neither the
 * host's groups nor its state are looked at or written.  What the host and the
 * session share on a kernel of the host are the names of mapper devices: a
 * group whose names are taken is refused before it is touched.
 */
#ifndef GK_LVM_LVM_H
#define GK_LVM_LVM_H

#include <stdint.h>

struct gk_ctx;
struct gk_error;

/* At launch: when a drive has a physical volume, make the logical volumes
 * usable.  A group that cannot be is left alone and told in the log; EEXIST
 * when its names are in use on this kernel.  Without device-mapper nothing is
 * done: who needs the volumes will be told. */
int gk_lvm_start (struct gk_ctx *ctx, struct gk_error *err);

/* Before that, and without it: of which kinds of segments ("linear", "thin-pool",
 * "raid1", "snapshot" ...) the volumes on the session's devices are made.
 * *ret_kinds is to be freed by the caller. */
int gk_lvm_segments (struct gk_ctx *ctx, char ***ret_kinds, struct gk_error *err);

/* Who empties a device does not mean to keep what its volumes hold: those on it, or on a
 * partition of it, become inactive, if nobody uses them. */
void gk_lvm_let_go (struct gk_ctx *ctx, const char *device);

/* How many bytes of its device a physical volume needs for what is allocated on it, where
 * it is: gk_lvm_pvresize_size can go no lower. */
int gk_lvm_pv_used (struct gk_ctx *ctx, const char *device, int64_t *ret_bytes,
                    struct gk_error *err);

/* The folder of the session's LVM, TMPDIR/lvm, with its lvm.conf.  Malloced;
 * NULL with err.  Made when it is not there yet. */
char *gk_lvm_home (struct gk_ctx *ctx, struct gk_error *err);

#endif
