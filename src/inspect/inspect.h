/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which operating systems are on the session's disks, and what they are like.
 *
 * inspect_os mounts one filesystem after the other, read-only, and looks at
 * each in the jail (exec/jail.h): whatever parses what a guest wrote has
 * nothing but that one tree.  It reports in JSON.  What was found is put
 * together here, in the worker, and kept in the context until the next
 * inspect_os; the inspect_get calls only read it.
 */
#ifndef GK_INSPECT_INSPECT_H
#define GK_INSPECT_INSPECT_H

struct gk_ctx;
struct gk_error;
struct gk_inspect;

/* All that is known of a root that inspect_os found, and, when its tree is
 * mounted, facts about that: JSON as guestkit-inspect(5) describes it.
 * Malloced. */
int gk_inspect_tell (struct gk_ctx *ctx, const char *root, char **ret_json, struct gk_error *err);

void gk_inspect_free (struct gk_inspect *inspect);

#endif
