/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* SELinux labels of the guest's files, as the guest's own policy gives them.
 *
 * The files that say so are the guest's and hold expressions of its making, so
 * they are read, matched and the tree is walked in the jail, with limits on
 * what an expression may cost. */
#ifndef GK_SELINUX_SELINUX_H
#define GK_SELINUX_SELINUX_H

struct gk_ctx;
struct gk_error;

/* Give path and all below it that has no label the one it should have, when
 * the guest enforces SELinux.  The number of labels, 0 when it does not. */
int gk_selinux_label_new (struct gk_ctx *ctx, const char *path, struct gk_error *err);

#endif
