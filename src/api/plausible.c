/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Can a body be the msgpack that it says it is?
 *
 * The msgpack library makes room for as many objects as an array claims,
 * before it sees whether they are there: a few bytes could ask for gigabytes.
 * So every body is walked once before it is decoded, without allocating.
 */

#include "api/codec-priv.h"

/* Behind the first byte of an object: how many bytes say its length, how many
 * of content follow, how many objects are in it. */
struct head {
  unsigned length_bytes;
  uint64_t content;
  uint64_t objects;
};

static struct head
head_of (uint8_t byte)
{
  static const struct {
    uint8_t byte, length_bytes, content, objects;
  } heads[] = {
    /* nil false true; bin 8 16 32; float 32 64; u/int 8 16 32 64; str 8 16 32;
     * array 16 32; content and objects per unit of length, or alone */
    { 0xc0, 0, 0, 0 }, { 0xc2, 0, 0, 0 }, { 0xc3, 0, 0, 0 }, { 0xc4, 1, 1, 0 }, { 0xc5, 2, 1, 0 },
    { 0xc6, 4, 1, 0 }, { 0xca, 0, 4, 0 }, { 0xcb, 0, 8, 0 }, { 0xcc, 0, 1, 0 }, { 0xcd, 0, 2, 0 },
    { 0xce, 0, 4, 0 }, { 0xcf, 0, 8, 0 }, { 0xd0, 0, 1, 0 }, { 0xd1, 0, 2, 0 }, { 0xd2, 0, 4, 0 },
    { 0xd3, 0, 8, 0 }, { 0xd9, 1, 1, 0 }, { 0xda, 2, 1, 0 }, { 0xdb, 4, 1, 0 }, { 0xdc, 2, 0, 1 },
    { 0xdd, 4, 0, 1 },
  };

  if (byte < 0x80 || byte >= 0xe0) /* small integers */
    return (struct head){ 0, 0, 0 };
  if (byte >= 0xa0 && byte < 0xc0) /* short strings */
    return (struct head){ 0, byte & 0x1f, 0 };
  if (byte >= 0x90 && byte < 0xa0) /* short arrays */
    return (struct head){ 0, 0, byte & 0x0f };
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; ++i)
    if (heads[i].byte == byte)
      return (struct head){ heads[i].length_bytes, heads[i].content, heads[i].objects };
  return (struct head){ 0, UINT64_MAX, 0 }; /* maps and extensions are not used */
}

bool
gk_msgpack_is_plausible (const uint8_t *p, size_t size)
{
  uint64_t wanted = 1;

  for (const uint8_t *end = p + size; wanted > 0; --wanted) {
    uint64_t left = (uint64_t)(end - p), length = 0;
    if (wanted > left)
      return false;
    struct head h = head_of (*p++);
    left--;
    if (h.length_bytes > left)
      return false;
    for (unsigned i = 0; i < h.length_bytes; ++i, --left)
      length = length << 8 | *p++;
    if (h.length_bytes > 0) {
      h.content *= length;
      h.objects *= length;
    }
    if (h.content > left)
      return false;
    p += h.content;
    wanted += h.objects;
  }
  return true;
}
