/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Structs as msgpack: an array of the fields in order. */
#ifndef GK_API_CODEC_PRIV_H
#define GK_API_CODEC_PRIV_H

#include "api/codec.h"
#include "api/struct.h"

/* plausible.c: exactly one object, of the types that are used here, and all of
 * it there. */
bool gk_msgpack_is_plausible (const uint8_t *body, size_t size);

/* keys.c: -1: out of memory. */
int gk_reserve_for_keys (msgpack_sbuffer *out, const struct gk_call *call,
                         const union gk_arg *args);

void gk_struct_pack (msgpack_packer *pk, const struct gk_struct *s, const void *p);
void gk_struct_list_pack (msgpack_packer *pk, const struct gk_struct *s, const void *list);

/* A malloced struct or list, or NULL when the object has another form (or
 * memory is short). */
void *gk_struct_unpack (struct gk_decoder *d, const struct gk_struct *s, const msgpack_object *o);
void *gk_struct_list_unpack (struct gk_decoder *d, const struct gk_struct *s,
                             const msgpack_object *o);

#endif
