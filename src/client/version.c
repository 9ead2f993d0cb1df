/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* version: the version of the API that programs test before they use a call,
 * which is libguestfs's, not guestkit's own. */
#include <stdlib.h>
#include <string.h>

#include "client/handle-priv.h"
#include "gk-client-calls.h"

struct guestfs_version *
gk_client_version (guestfs_h *g)
{
  struct guestfs_version *v = calloc (1, sizeof *v);

  if (v)
    *v = (struct guestfs_version){ 1, 48, 6, strdup ("") };
  if (!v || !v->extra) {
    free (v);
    gk_client_oom (g);
    return NULL;
  }
  return v;
}
