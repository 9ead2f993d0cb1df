/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Keys on their way: no more copies in memory than there must be, and none for
 * longer than the call. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/codec-priv.h"

bool
gk_call_has_key (const struct gk_call *call)
{
  for (unsigned i = 0; i < call->nargs; ++i)
    if (call->args[i].kind == GK_KEY)
      return true;
  return false;
}

/* A buffer that grows leaves what it held to the heap: of keys, it is large
 * enough at once. */
int
gk_reserve_for_keys (msgpack_sbuffer *out, const struct gk_call *call, const union gk_arg *args)
{
  size_t size = 1 << 16; /* numbers and short strings */

  if (out->data || !gk_call_has_key (call))
    return 0;
  for (unsigned i = 0; i < call->nargs; ++i)
    if (call->args[i].kind == GK_KEY)
      size += strlen (args[i].str);
  out->data = malloc (size);
  out->alloc = out->data ? size : 0;
  return out->data ? 0 : -1;
}

void
gk_wipe_packed (const struct gk_call *call, msgpack_sbuffer *body)
{
  if (body->data && gk_call_has_key (call))
    explicit_bzero (body->data, body->size);
}

void
gk_wipe_keys (const struct gk_call *call, const union gk_arg *args)
{
  for (unsigned i = 0; i < call->nargs; ++i)
    if (call->args[i].kind == GK_KEY) {
      size_t n = strlen (args[i].str);
      explicit_bzero ((char *)args[i].str, n); /* the decoder's own copy */
      munlock (args[i].str, n + 1);
    }
}

void
gk_lock_keys (const struct gk_call *call, const union gk_arg *args)
{
  for (unsigned i = 0; i < call->nargs; ++i)
    if (call->args[i].kind == GK_KEY)
      (void)mlock (args[i].str, strlen (args[i].str) + 1);
}
