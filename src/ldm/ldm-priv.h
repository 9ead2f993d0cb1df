/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of this room share. */
#ifndef GK_LDM_PRIV_H
#define GK_LDM_PRIV_H

#include "base/strv.h"
#include "gk-ops-ldm.h"
#include "ldm/ldm.h"

struct json_object;

/* ldmtool with these words on these devices; NULL: on the session's disks.  What
 * it printed, which the caller puts; NULL with err. */
struct json_object *gk_ldm_ask (struct gk_ctx *ctx, char *const *devices, const char *const *words,
                                struct gk_error *err);
/* A member as text, "" when it is missing. */
const char *gk_ldm_text (struct json_object *o, const char *name);
/* A list of texts, o itself or (name not NULL) a member of it. */
int gk_ldm_list (struct json_object *o, const char *name, char ***ret_list, struct gk_error *err);

#define GK_LIST(...)                                                                               \
  (const char *const[])                                                                            \
  {                                                                                                \
    __VA_ARGS__, NULL                                                                              \
  }

#endif
