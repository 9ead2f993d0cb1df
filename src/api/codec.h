/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Calls and results as msgpack, driven by the descriptors.
 *
 * A call is an array: number, arguments, bitmask, optional arguments that are
 * set.  FileIn and FileOut travel as nil: the bytes come as chunks or through
 * a passed descriptor.  A result is one value.
 *
 * Neither end trusts the other: a body that does not have the form that the
 * descriptor asks for is refused with EPROTO.
 */
#ifndef GK_API_CODEC_H
#define GK_API_CODEC_H

#include <msgpack.h>

#include "api/api.h"

struct gk_error;

/* Decoded values point into this; it must outlive them. */
struct gk_decoder {
  msgpack_zone zone;
  bool ready;
};
#define GK_DECODER_INIT                                                                            \
  {                                                                                                \
    .ready = false                                                                                 \
  }
void gk_decoder_clear (struct gk_decoder *d);
#define _cleanup_decoder_ __attribute__ ((cleanup (gk_decoder_clear)))

/* Calls with a Key: what was packed, and what was unpacked, is not left in
 * memory. */
bool gk_call_has_key (const struct gk_call *call);
void gk_wipe_packed (const struct gk_call *call, msgpack_sbuffer *body);
void gk_wipe_keys (const struct gk_call *call, const union gk_arg *args);
/* Such pages are not written to swap; where the limits forbid that, they may be. */
void gk_lock_keys (const struct gk_call *call, const union gk_arg *args);

int gk_encode_call (msgpack_sbuffer *out, const struct gk_call *call, const union gk_arg *args,
                    const void *opts, struct gk_error *err);

/* args needs GK_MAX_ARGS places.  ret_opts points to call->opts_size bytes in
 * the decoder's zone, or is NULL when the call has no optional arguments.
 * Strings are never NULL where the kind forbids it, and lists end in NULL. */
int gk_decode_call (struct gk_decoder *d, const void *body, size_t size,
                    const struct gk_call **ret_call, union gk_arg *args, void **ret_opts,
                    struct gk_error *err);

int gk_encode_result (msgpack_sbuffer *out, const struct gk_call *call, const union gk_ret *ret,
                      struct gk_error *err);
int gk_decode_result (const void *body, size_t size, const struct gk_call *call, union gk_ret *ret,
                      struct gk_error *err);

/* For the other messages that have a form of their own (src/launch/hello.c). */
int gk_decode (struct gk_decoder *d, const void *body, size_t size, msgpack_object *ret_object,
               struct gk_error *err);
/* A string object as a NUL-terminated copy in the decoder; NULL object (nil)
 * gives NULL with success.  -1 when it is neither or has a NUL inside. */
int gk_object_string (struct gk_decoder *d, const msgpack_object *o, const char **ret_s);
int gk_object_list (struct gk_decoder *d, const msgpack_object *o, char ***ret_list);
void gk_pack_string (msgpack_packer *pk, const char *s);   /* NULL: nil */
void gk_pack_list (msgpack_packer *pk, char *const *list); /* NULL: nil */

#endif
