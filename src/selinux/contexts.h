/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* file_contexts: which label a path has.  In the jail only: names of files are
 * the guest's. */
#ifndef GK_SELINUX_CONTEXTS_H
#define GK_SELINUX_CONTEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct gk_error;

struct gk_contexts {
  struct gk_context_rule *rules; /* the later one wins */
  size_t n, alloc;
  struct gk_context_sub {
    char *from, *to;
  } * subs[2]; /* .subs, .subs_dist; the later one wins */
  size_t n_subs[2];
  char **customizable; /* types that people set, or NULL */
  void *match;         /* pcre2's, with limits */
  void *match_data;
};

/* specfile and what belongs to it: .homedirs, .local, .subs, .subs_dist. */
int gk_contexts_load (struct gk_contexts *c, const char *specfile, struct gk_error *err);
void gk_contexts_clear (struct gk_contexts *c);
#define _cleanup_contexts_ __attribute__ ((cleanup (gk_contexts_clear)))

/* The label of a path whose type is that of mode, borrowed; NULL: it has none. */
int gk_contexts_look_up (struct gk_contexts *c, const char *path, mode_t mode,
                         const char **ret_label, struct gk_error *err);

/* "user:role:type:range": the type is one that people set. */
bool gk_contexts_is_customizable (const struct gk_contexts *c, const char *label);

#endif
