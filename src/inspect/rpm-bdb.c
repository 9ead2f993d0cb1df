/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: rpm's database in Berkeley DB, a hash of records by number.
 *
 * Berkeley DB's own library is not kept up any more, and this needs little of
 * what it does: all pages are read in turn, and of those of the hash all
 * entries, wherever they would be looked for.  The numbers have the order of
 * the machine that wrote them, which the magic number shows. */
#include <byteswap.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/strv.h"
#include "inspect/read.h"
#include "inspect/rpm-db.h"

#define HASH_MAGIC 0x061561
#define PAGE_HEAD 26
#define PAGE_MAX 65536
enum page_type { HASH_UNSORTED = 2, OVERFLOW = 7, HASH = 13 };
enum item_type { KEYDATA = 1, OFFPAGE = 3 };

struct db {
  int fd;
  bool swapped;
  uint32_t page_size, last_page;
  gk_rpm_blob_fn *fn;
  void *opaque;
};

static uint32_t
get32 (const struct db *db, const unsigned char *p)
{
  uint32_t v;

  memcpy (&v, p, sizeof v);
  return db->swapped ? bswap_32 (v) : v;
}

static uint16_t
get16 (const struct db *db, const unsigned char *p)
{
  uint16_t v;

  memcpy (&v, p, sizeof v);
  return db->swapped ? bswap_16 (v) : v;
}

static int
damaged (uint32_t page, struct gk_error *err)
{
  return gk_error_set (err, 0, "page %u is damaged", page);
}

static int
read_page (const struct db *db, uint32_t number, unsigned char *page, struct gk_error *err)
{
  if (number > db->last_page ||
      gk_pread_full (db->fd, page, db->page_size, (off_t)number * db->page_size) !=
          (ssize_t)db->page_size)
    return gk_error_set (err, 0, "page %u is not there", number);
  return 0;
}

/* A record that is on pages of its own, one after the other. */
static int
read_chain (const struct db *db, const unsigned char *item, struct gk_error *err)
{
  uint32_t number = get32 (db, item + 4), size = get32 (db, item + 8);
  _cleanup_gk_buf_ struct gk_buf blob = GK_BUF_INIT;
  _cleanup_free_ unsigned char *page = malloc (db->page_size);

  if (size > GK_RPM_BLOB_MAX)
    return gk_error_set (err, 0, "a record is too long");
  if (page == NULL)
    return gk_error_oom (err);
  while (blob.size < size) {
    if (read_page (db, number, page, err) == -1)
      return -1;
    uint32_t n = get16 (db, page + 22);
    /* None in it: it could be its own successor for ever. */
    if (page[25] != OVERFLOW || n == 0 || n > db->page_size - PAGE_HEAD || n > size - blob.size)
      return damaged (number, err);
    if (gk_buf_append (&blob, page + PAGE_HEAD, n) == -1)
      return gk_error_oom (err);
    number = get32 (db, page + 16);
  }
  return db->fn (db->opaque, blob.data, blob.size, err);
}

/* The entry at this index: keys have the even ones, records the odd ones.  They
 * are laid out from the page's end. */
static const unsigned char *
item_of (const struct db *db, const unsigned char *page, uint16_t index, uint32_t *ret_size)
{
  uint32_t from = get16 (db, page + PAGE_HEAD + 2 * index);
  uint32_t to = index == 0 ? db->page_size : get16 (db, page + PAGE_HEAD + 2 * (index - 1));

  if (from < PAGE_HEAD || to > db->page_size || from >= to)
    return NULL;
  *ret_size = to - from;
  return page + from;
}

static int
read_hash_page (const struct db *db, uint32_t number, const unsigned char *page,
                struct gk_error *err)
{
  uint16_t n = get16 (db, page + 20);

  if (PAGE_HEAD + 2 * (uint32_t)n > db->page_size || n % 2)
    return damaged (number, err);
  for (uint16_t i = 0; i < n; i += 2) {
    uint32_t key_size, size;
    const unsigned char *key = item_of (db, page, i, &key_size),
                        *item = item_of (db, page, i + 1, &size);
    if (key == NULL || item == NULL || key[0] != KEYDATA || key_size != 5)
      return damaged (number, err);
    if (get32 (db, key + 1) == 0) /* which number comes next */
      continue;
    if (item[0] == OFFPAGE && size >= 12) {
      if (read_chain (db, item, err) == -1)
        return -1;
    } else if (item[0] != KEYDATA)
      return damaged (number, err);
    else if (db->fn (db->opaque, item + 1, size - 1, err) == -1)
      return -1;
  }
  return 0;
}

static int
read_head (struct db *db, struct gk_error *err)
{
  unsigned char head[72];

  if (gk_pread_full (db->fd, head, sizeof head, 0) != sizeof head)
    return gk_error_set (err, 0, "not a database of this kind");
  db->swapped = get32 (db, head + 12) != HASH_MAGIC;
  db->page_size = get32 (db, head + 20);
  db->last_page = get32 (db, head + 32);
  if (get32 (db, head + 12) != HASH_MAGIC)
    return gk_error_set (err, 0, "not a database of this kind");
  if (head[24] != 0)
    return gk_error_set (err, 0, "it is encrypted");
  if (db->page_size < 512 || db->page_size > PAGE_MAX || (db->page_size & (db->page_size - 1)))
    return gk_error_set (err, 0, "its head is damaged");
  return 0;
}

int
gk_rpm_bdb (const char *path, gk_rpm_blob_fn *fn, void *opaque, struct gk_error *err)
{
  _cleanup_close_ int fd = gk_look_open (path);
  struct db db = { .fd = fd, .fn = fn, .opaque = opaque };

  if (fd == -1 || read_head (&db, err) == -1)
    return fd == -1 ? gk_error_set (err, 0, "not a file") : -1;
  _cleanup_free_ unsigned char *page = malloc (db.page_size);
  if (page == NULL)
    return gk_error_oom (err);
  for (uint32_t i = 1; i <= db.last_page && i != 0; i++) {
    if (read_page (&db, i, page, err) == -1)
      return -1;
    if ((page[25] == HASH || page[25] == HASH_UNSORTED) && read_hash_page (&db, i, page, err) == -1)
      return -1;
  }
  return 0;
}
