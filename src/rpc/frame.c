/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The header of a frame: its bytes, and what is allowed in it. */
#include "rpc/rpc-priv.h"

#define MAGIC 0x31466b67u /* "gkF1" */
#define NFDS_SHIFT 12
#define NFDS_MASK 0x7000u
#define SHARED 0x0800u
#define WHOLE 0x0400u
#define CALL_FLAGS (0xffu | GK_FLAG_CHUNKS_IN | GK_FLAG_CHUNKS_OUT)

#define CLIENT (1u << GK_ROLE_CLIENT)
#define WORKER (1u << GK_ROLE_WORKER)

static const struct {
  unsigned from; /* who may send it */
  uint32_t min, max;
  uint16_t flags; /* which may be set */
  bool fds;
} rules[] = {
  [GK_FRAME_HELLO] = { CLIENT | WORKER, 16, GK_FRAME_CONTROL_MAX, 0, false },
  [GK_FRAME_CALL] = { CLIENT, 0, GK_FRAME_BODY_MAX, CALL_FLAGS, true },
  [GK_FRAME_REPLY] = { WORKER, 0, GK_FRAME_BODY_MAX, 0xff, true },
  [GK_FRAME_ERROR] = { WORKER, 4, GK_FRAME_CONTROL_MAX, 0xff, false },
  [GK_FRAME_CHUNK] = { CLIENT | WORKER, 1, GK_FRAME_CHUNK_MAX, 0, false },
  [GK_FRAME_END] = { CLIENT | WORKER, 0, 0, 0, false },
  [GK_FRAME_ABORT] = { CLIENT | WORKER, 4, GK_FRAME_CONTROL_MAX, 0, false },
  [GK_FRAME_STOP] = { WORKER, 0, 0, 0, false },
  [GK_FRAME_CANCEL] = { CLIENT, 0, 0, 0, false },
  [GK_FRAME_PROGRESS] = { WORKER, 16, 16, 0, false },
  [GK_FRAME_LOG] = { WORKER, 0, GK_FRAME_CONTROL_MAX, 0, false },
  [GK_FRAME_ACK] = { WORKER, 8, 8, 0, false },
  [GK_FRAME_MORE] = { CLIENT, 4, 4, 0, false },
  [GK_FRAME_BYE] = { CLIENT, 0, 0, 0, false },
  [GK_FRAME_HOLE] = { CLIENT | WORKER, 8, 8, 0, false },
  [GK_FRAME_TOTAL] = { CLIENT, 8, 8, 0, false },
};

void
gk_put_u32 (uint8_t *p, uint32_t v)
{
  for (int i = 0; i < 4; i++)
    p[i] = (uint8_t)(v >> (8 * i));
}

void
gk_put_u64 (uint8_t *p, uint64_t v)
{
  gk_put_u32 (p, (uint32_t)v);
  gk_put_u32 (p + 4, (uint32_t)(v >> 32));
}

uint32_t
gk_get_u32 (const uint8_t *p)
{
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint64_t
gk_get_u64 (const uint8_t *p)
{
  return gk_get_u32 (p) | (uint64_t)gk_get_u32 (p + 4) << 32;
}

void
gk_head_pack (uint8_t out[HEAD_SIZE], const struct head *head)
{
  unsigned flags = head->flags | (unsigned)head->nfds << NFDS_SHIFT | (head->shared ? SHARED : 0) |
                   (head->whole ? WHOLE : 0);

  gk_put_u32 (out, MAGIC);
  gk_put_u32 (out + 4, (uint32_t)head->type | flags << 16);
  gk_put_u32 (out + 8, head->serial);
  gk_put_u32 (out + 12, head->len);
}

const char *
gk_head_check (const struct head *head, enum gk_role from)
{
  unsigned type = (unsigned)head->type;

  if (type == 0 || type >= sizeof rules / sizeof rules[0])
    return "a frame of an unknown type";
  if (!(rules[type].from & 1u << from))
    return "a frame that only the other side may send";
  if (head->len < rules[type].min || head->len > rules[type].max)
    return "a frame of a wrong size";
  if (head->flags & ~rules[type].flags ||
      (head->flags & GK_FLAG_CHUNKS_IN && head->flags & GK_FLAG_CHUNKS_OUT))
    return "a frame with wrong flags";
  if (head->shared && head->type != GK_FRAME_CALL && head->type != GK_FRAME_CHUNK)
    return "a frame with wrong flags";
  if (head->whole && (!head->shared || head->type != GK_FRAME_CALL))
    return "a frame with wrong flags";
  if (head->nfds < 0 || head->nfds > (rules[type].fds ? GK_FRAME_FDS_MAX : 0))
    return "a frame with too many descriptors";
  return NULL;
}

const char *
gk_head_unpack (const uint8_t in[HEAD_SIZE], enum gk_role from, struct head *ret_head)
{
  uint32_t both = gk_get_u32 (in + 4);
  struct head head = {
    .type = both & 0xffff,
    .flags = (uint16_t)((both >> 16) & ~(NFDS_MASK | SHARED | WHOLE)),
    .shared = (both >> 16) & SHARED,
    .whole = (both >> 16) & WHOLE,
    .nfds = (int)(((both >> 16) & NFDS_MASK) >> NFDS_SHIFT),
    .serial = gk_get_u32 (in + 8),
    .len = gk_get_u32 (in + 12),
  };
  const char *wrong;

  if (gk_get_u32 (in) != MAGIC)
    return "bytes that are no frame";
  wrong = gk_head_check (&head, from);
  if (wrong == NULL)
    *ret_head = head;
  return wrong;
}
