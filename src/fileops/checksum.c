/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Checksums of files, with Nettle (small, LGPL, and what libarchive uses
 * already); crc is the one of POSIX cksum, which no library has. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/walk.h"
#include "fileops/fileops-priv.h"

/* --- cksum ----------------------------------------------------------------------- */

#define POLYNOMIAL 0x04c11db7u

struct cksum {
  uint32_t crc;
  uint64_t length;
  uint32_t table[8][256]; /* table[k]: a byte that is followed by k zero bytes */
};

static void
cksum_init (struct cksum *c)
{
  c->crc = 0;
  c->length = 0;
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t r = i << 24;

    for (int bit = 0; bit < 8; bit++)
      r = r & 0x80000000u ? (r << 1) ^ POLYNOMIAL : r << 1;
    c->table[0][i] = r;
  }
  for (int k = 1; k < 8; k++)
    for (int i = 0; i < 256; i++)
      c->table[k][i] = (c->table[k - 1][i] << 8) ^ c->table[0][c->table[k - 1][i] >> 24];
}

static void
cksum_update (struct cksum *c, size_t n, const uint8_t *p)
{
  uint32_t crc = c->crc;

  c->length += n;
  for (; n >= 8; n -= 8, p += 8) {
    crc ^= (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    crc = c->table[7][crc >> 24] ^ c->table[6][crc >> 16 & 255] ^ c->table[5][crc >> 8 & 255] ^
          c->table[4][crc & 255] ^ c->table[3][p[4]] ^ c->table[2][p[5]] ^ c->table[1][p[6]] ^
          c->table[0][p[7]];
  }
  for (; n > 0; n--, p++)
    crc = (crc << 8) ^ c->table[0][(crc >> 24) ^ *p];
  c->crc = crc;
}

/* The length follows the data, as few bytes as it needs, the lowest first. */
static uint32_t
cksum_digest (struct cksum *c)
{
  for (uint64_t n = c->length; n > 0; n >>= 8)
    c->crc = (c->crc << 8) ^ c->table[0][(c->crc >> 24) ^ (n & 255)];
  return ~c->crc;
}

/* --- all kinds ------------------------------------------------------------------- */

struct sum {
  const struct nettle_hash *hash; /* NULL: crc */
  void *state;                    /* of the hash, or struct cksum */
  uint8_t *block;
};

static int
find_type (const char *name, const struct nettle_hash **ret_hash, struct gk_error *err)
{
  static const struct {
    const char *name;
    const struct nettle_hash *hash;
  } types[] = {
    { "crc", NULL },
    { "md5", &nettle_md5 },
    { "sha1", &nettle_sha1 },
    { "sha224", &nettle_sha224 },
    { "sha256", &nettle_sha256 },
    { "sha384", &nettle_sha384 },
    { "sha512", &nettle_sha512 },
  };

  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strcasecmp (name, types[i].name) == 0) {
      *ret_hash = types[i].hash;
      return 0;
    }
  return gk_error_set (err, EINVAL,
                       "unknown checksum type, expecting crc|md5|sha1|sha224|sha256|sha384|sha512");
}

static void
clear_sum (struct sum *s)
{
  free (s->state);
  free (s->block);
}
#define SUM __attribute__ ((cleanup (clear_sum))) struct sum

static int
init_sum (struct sum *s, const char *csumtype, struct gk_error *err)
{
  if (find_type (csumtype, &s->hash, err) == -1)
    return -1;
  s->state = malloc (s->hash ? s->hash->context_size : sizeof (struct cksum));
  s->block = malloc (GK_FO_BLOCK);
  return s->state && s->block ? 0 : gk_error_oom (err);
}

/* The checksum as text.  total: how many bytes there will be, or 0 where that is one file of many.
 * *ret_size has the number of bytes. */
static int
sum_fd (struct gk_ctx *ctx, struct sum *s, int fd, const char *path, uint64_t total,
        char **ret_text, uint64_t *ret_size, struct gk_error *err)
{
  uint8_t digest[64];
  uint64_t size = 0;
  char *text;
  ssize_t n;

  if (s->hash)
    s->hash->init (s->state);
  else
    cksum_init (s->state);
  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  for (;; size += (uint64_t)n) {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    if (size < total)
      gk_task_progress (ctx->task, size, total);
    n = gk_read_full (fd, s->block, GK_FO_BLOCK);
    if (n == -1)
      return gk_fo_fail (err, errno, "read", path);
    if (n == 0)
      break;
    if (s->hash)
      s->hash->update (s->state, (size_t)n, s->block);
    else
      cksum_update (s->state, (size_t)n, s->block);
  }
  if (!s->hash)
    text = gk_asprintf ("%u", cksum_digest (s->state));
  else {
    s->hash->digest (s->state, s->hash->digest_size, digest);
    text = malloc (2 * s->hash->digest_size + 1);
    for (size_t i = 0; text && i < s->hash->digest_size; i++)
      sprintf (text + 2 * i, "%02x", digest[i]);
  }
  if (!text)
    return gk_error_oom (err);
  gk_task_progress (ctx->task, total, total);
  *ret_text = text;
  *ret_size = size;
  return 0;
}

int
gk_fileops_checksum (struct gk_ctx *ctx, const char *csumtype, const char *path, char **ret_string,
                     struct gk_error *err)
{
  SUM s = { NULL, NULL, NULL };
  _cleanup_close_ int fd = -1;
  struct stat st;
  uint64_t size;

  if (init_sum (&s, csumtype, err) == -1)
    return -1;
  fd = gk_fo_open_file (ctx, path, O_RDONLY, NULL, err);
  if (fd == -1)
    return -1;
  return sum_fd (ctx, &s, fd, path, fstat (fd, &st) == 0 ? (uint64_t)st.st_size : 0, ret_string,
                 &size, err);
}

int
gk_fileops_checksum_device (struct gk_ctx *ctx, const char *csumtype, const char *device,
                            char **ret_string, struct gk_error *err)
{
  SUM s = { NULL, NULL, NULL };
  _cleanup_close_ int fd = -1;
  uint64_t size;

  if (init_sum (&s, csumtype, err) == -1)
    return -1;
  fd = gk_fo_open_device (device, O_RDONLY, &size, err);
  if (fd == -1)
    return -1;
  return sum_fd (ctx, &s, fd, device, size, ret_string, &size, err);
}

/* --- checksums_out --------------------------------------------------------------- */

/* A line as md5sum and cksum write it: a name with a newline or a backslash is
 * escaped, and then the line begins with a backslash. */
static int
format_line (struct gk_buf *out, const struct sum *s, const char *text, uint64_t size,
             const char *name)
{
  bool escape = s->hash && strpbrk (name, "\\\n\r") != NULL;

  if (!s->hash)
    return gk_buf_appendf (out, "%s %llu ./%s\n", text, (unsigned long long)size, name);
  if (gk_buf_appendf (out, "%s%s  ./", escape ? "\\" : "", text) == -1)
    return -1;
  for (; *name; name++) {
    const char *e = *name == '\\' ? "\\\\" : *name == '\n' ? "\\n" : *name == '\r' ? "\\r" : NULL;

    if (e ? gk_buf_appends (out, e) : gk_buf_append (out, name, 1))
      return -1;
  }
  return gk_buf_append (out, "\n", 1);
}

static int
sum_entry (struct gk_ctx *ctx, struct sum *s, struct gk_walk *w, struct gk_buf *out,
           struct gk_error *err)
{
  _cleanup_close_ int path_fd = openat (w->dir_fd, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  _cleanup_close_ int fd = -1;
  _cleanup_free_ char *text = NULL;
  char proc[32];
  struct stat st;
  uint64_t size;

  if (path_fd == -1 || fstat (path_fd, &st) == -1)
    return errno == ENOENT ? 0 : gk_fo_fail (err, errno, NULL, w->path);
  if (S_ISDIR (st.st_mode)) {
    if (gk_walk_enter (w) == -1 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
      return gk_fo_fail (err, errno, NULL, w->path);
    return 0;
  }
  if (!S_ISREG (st.st_mode))
    return 0;
  gk_walk_read_ahead (w);
  fd = open (gk_fd_path (path_fd, proc), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd == -1)
    return gk_fo_fail (err, errno, NULL, w->path);
  if (sum_fd (ctx, s, fd, w->path, 0, &text, &size, err) == -1)
    return -1;
  return format_line (out, s, text, size, w->path) == -1 ? gk_error_oom (err) : 0;
}

int
gk_fileops_checksums_out (struct gk_ctx *ctx, const char *csumtype, const char *directory,
                          struct gk_sink *sumsfile, struct gk_error *err)
{
  SUM s = { NULL, NULL, NULL };
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  _cleanup_close_ int fd = -1;
  struct stat st;
  int r;

  if (init_sum (&s, csumtype, err) == -1)
    return -1;
  fd = gk_fo_open_dir (ctx, directory, NULL, NULL);
  if (fd == -1 && errno == ENOTDIR && gk_root_stat (ctx->root_fd, directory, &st) == 0)
    return gk_error_set (err, ENOTDIR, "%s: not a directory", directory);
  if (fd == -1 || gk_walk_start (&w, fd) == -1)
    return gk_fo_fail (err, errno, NULL, directory);
  while ((r = gk_walk_next (&w)) > 0) {
    if (r == GK_WALK_ENTRY && sum_entry (ctx, &s, &w, &out, err) == -1)
      return -1;
    if (out.size >= GK_FO_FLUSH) {
      if (gk_sink_write (sumsfile, out.data, out.size, err) == -1)
        return -1;
      out.size = 0;
    }
  }
  if (r == -1)
    return gk_fo_fail (err, errno, "readdir", directory);
  return out.size ? gk_sink_write (sumsfile, out.data, out.size, err) : 0;
}
