/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Small files that are read before they are opened.
 *
 * Programs that copy or search a tree list a folder and then open its files, in
 * one of three orders: as they were listed, by the numbers of their inodes (cp,
 * tar), by their names (rsync).  Each opening is an exchange with the worker, for
 * which the program waits.  So once files were opened one behind the other, those
 * that follow are asked for, many at once, and nobody waits: the worker reads them
 * while the program is busy with those before.
 *
 * What is kept is bounded, and never old: the tree is this mount's alone but for
 * the calls on the handle, before which all of it is forgotten, and what this
 * mount changes is spoiled by the change.
 */

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client/local-priv.h"

/* Folders: rsync lists as many as have a thousand files before it opens the first. */
#define MAX_SHELVES 1024
#define MAX_ITEMS 131072u   /* files of all of them */
#define MAX_KEPT (8u << 20) /* bytes that nobody has opened yet */
#define MAX_ASKED 48u       /* files of one request */
#define MAX_ASKED_SIZE (512u << 10)
#define NEAR 8u    /* files that may be passed over: empty, large, or left out */
#define FAR 96u    /* this many before the reader is enough */
#define CERTAIN 8u /* so often in a row foreseen: the next folder will be read, too */

enum state { NOT_ASKED, ASKED, HERE, DONE };

struct item {
  uint64_t node, ino;
  uint32_t size;
  uint32_t place; /* in the order */
  size_t name;
  enum state state;
  char *data;
  uint32_t changes;           /* l->changes when entry was told */
  struct gk_lfs_entry *entry; /* with data */
};

enum order { AS_LISTED, BY_INODE, BY_NAME, N_ORDERS };

struct shelf {
  uint64_t folder; /* 0: free */
  struct item *items;
  uint32_t n, alloc;
  struct gk_buf names;
  uint32_t *sorted; /* items in the order; NULL: nothing was opened yet */
  enum order order;
  uint32_t last; /* item that was opened last, plus 1 */
  uint32_t next; /* the place of the one that should follow */
  uint64_t used; /* counts up */
};

struct gk_ahead {
  struct shelf shelves[MAX_SHELVES];
  struct shelf *current, *foreseen, *listing;
  enum order order; /* that was right last */
  unsigned streak;  /* so often was the next one foreseen */
  size_t kept;      /* bytes */
  uint32_t n_items; /* on all shelves */
  uint64_t used;
  struct {
    uint32_t shelf, item;
  } asked[MAX_ASKED];
  uint32_t n_asked;
};

/* --- shelves ---------------------------------------------------------------------- */

static void
let_go (struct gk_ahead *a, struct item *i)
{
  if (i->data)
    a->kept -= i->size;
  free (gk_steal_ptr (i->data));
  free (gk_steal_ptr (i->entry));
  i->state = DONE;
}

static void
empty (struct gk_ahead *a, struct shelf *s)
{
  for (uint32_t i = 0; i < s->n; ++i)
    let_go (a, &s->items[i]);
  a->n_items -= s->n;
  free (s->items);
  free (s->sorted);
  gk_buf_clear (&s->names);
  if (a->current == s)
    a->current = NULL;
  if (a->foreseen == s)
    a->foreseen = NULL;
  if (a->listing == s)
    a->listing = NULL;
  *s = (struct shelf){ 0 };
}

static struct shelf *
shelf_of (struct gk_ahead *a, uint64_t folder)
{
  if (a && a->listing && a->listing->folder == folder)
    return a->listing;
  for (int i = 0; a && i < MAX_SHELVES; ++i)
    if (a->shelves[i].folder == folder)
      return &a->shelves[i];
  return NULL;
}

/* A free one, if there is one and it may be. */
static struct shelf *
oldest (struct gk_ahead *a, bool may_be_free)
{
  struct shelf *s = NULL;

  for (int i = 0; i < MAX_SHELVES; ++i)
    if ((may_be_free || a->shelves[i].folder) && (s == NULL || a->shelves[i].used < s->used))
      s = &a->shelves[i];
  return s;
}

static struct item *
item_of (struct gk_local *l, uint64_t node, struct shelf **ret_shelf)
{
  const struct known *k = l->ahead ? gk_local_known (l, node) : NULL;

  if (k == NULL || k->shelf == 0)
    return NULL;
  struct shelf *s = &l->ahead->shelves[k->shelf - 1];
  if (k->item >= s->n || s->items[k->item].node != node)
    return NULL;
  *ret_shelf = s;
  return &s->items[k->item];
}

void
gk_local_forget_ahead (struct gk_local *l)
{
  for (int i = 0; l->ahead && i < MAX_SHELVES; ++i)
    if (l->ahead->shelves[i].folder)
      empty (l->ahead, &l->ahead->shelves[i]);
}

void
gk_local_end_ahead (struct gk_local *l)
{
  gk_local_forget_ahead (l);
  free (gk_steal_ptr (l->ahead));
}

void
gk_local_spoil_ahead (struct gk_local *l, uint64_t node)
{
  struct shelf *s;
  struct item *i = item_of (l, node, &s);

  if (i)
    let_go (l->ahead, i);
}

/* --- listing ---------------------------------------------------------------------- */

void
gk_local_list_folder (struct gk_local *l, uint64_t folder)
{
  if (l->ahead == NULL)
    l->ahead = calloc (1, sizeof *l->ahead);
  if (l->ahead == NULL)
    return;
  struct shelf *s = shelf_of (l->ahead, folder);
  if (s == NULL)
    s = oldest (l->ahead, true);
  empty (l->ahead, s);
  s->folder = folder;
  s->used = ++l->ahead->used;
  l->ahead->listing = s;
}

void
gk_local_list_file (struct gk_local *l, uint64_t folder, const struct gk_lfs_entry *e,
                    const char *name)
{
  struct shelf *s = shelf_of (l->ahead, folder);
  struct known *k;

  if (s == NULL || e->node == 0 || !S_ISREG (e->mode) || e->size == 0 ||
      e->size > GK_LOCAL_SMALL_FILE || s->sorted)
    return;
  while (l->ahead->n_items >= MAX_ITEMS) {
    struct shelf *other = oldest (l->ahead, false);
    if (other == NULL || other == s)
      return;
    empty (l->ahead, other);
  }
  if (s->n == s->alloc) {
    uint32_t n = s->alloc ? s->alloc * 2 : 16;
    struct item *items = realloc (s->items, n * sizeof *items);
    if (items == NULL)
      return;
    s->items = items;
    s->alloc = n;
  }
  size_t at = s->names.size;
  k = gk_local_known (l, e->node);
  if (k == NULL || gk_buf_append (&s->names, name, strlen (name) + 1) == -1)
    return;
  k->shelf = (uint32_t)(s - l->ahead->shelves) + 1;
  k->item = s->n;
  l->ahead->n_items++;
  s->items[s->n++] =
      (struct item){ .node = e->node, .ino = e->ino, .size = (uint32_t)e->size, .name = at };
}

/* --- orders ----------------------------------------------------------------------- */

static int
compare (const void *pa, const void *pb, void *opaque)
{
  const struct shelf *s = opaque;
  uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;

  if (s->order == BY_INODE && s->items[a].ino != s->items[b].ino)
    return s->items[a].ino < s->items[b].ino ? -1 : 1;
  if (s->order == BY_NAME)
    return strcmp (s->names.data + s->items[a].name, s->names.data + s->items[b].name);
  return a < b ? -1 : a > b;
}

static int
sort (struct shelf *s, enum order order)
{
  if (s->sorted && s->order == order)
    return 0;
  if (s->sorted == NULL)
    s->sorted = calloc (s->n, sizeof *s->sorted);
  if (s->sorted == NULL)
    return -1;
  for (uint32_t i = 0; i < s->n; ++i)
    s->sorted[i] = i;
  s->order = order;
  qsort_r (s->sorted, s->n, sizeof *s->sorted, compare, s);
  for (uint32_t i = 0; i < s->n; ++i)
    s->items[s->sorted[i]].place = i;
  return 0;
}

static bool
follows (const struct shelf *s, const struct item *i)
{
  return i->place >= s->next && i->place - s->next <= NEAR;
}

/* An order in which it comes behind the one before. */
static bool
find_order (struct gk_ahead *a, struct shelf *s, const struct item *i)
{
  const enum order before = s->order;

  for (int o = 0; s->last && o < N_ORDERS; ++o) {
    if (sort (s, o) == -1)
      return false;
    s->next = s->items[s->last - 1].place + 1;
    if (follows (s, i)) {
      a->order = o;
      return true;
    }
  }
  sort (s, before);
  return false;
}

/* It is opened now. */
static void
learn (struct gk_ahead *a, struct shelf *s, const struct item *i)
{
  s->used = ++a->used;
  if (sort (s, s->sorted ? s->order : a->order) == -1)
    return;
  if (follows (s, i) || find_order (a, s, i))
    a->streak++;
  else
    a->streak = 0;
  s->last = (uint32_t)(i - s->items) + 1;
  s->next = i->place + 1;
  a->current = s;
  if (a->foreseen == s)
    a->foreseen = NULL;
}

/* --- asking ----------------------------------------------------------------------- */

static uint32_t
choose (struct gk_ahead *a, struct shelf *s, uint64_t nodes[MAX_ASKED])
{
  uint32_t most = a->streak < 5 ? 2u << a->streak : MAX_ASKED, n = 0;
  size_t size = 0;

  for (uint32_t p = s->next; p < s->n && p - s->next < FAR && n < most; ++p) {
    struct item *i = &s->items[s->sorted[p]];
    if (i->state != NOT_ASKED)
      continue;
    size += i->size;
    if (n && (size > MAX_ASKED_SIZE || a->kept + size > MAX_KEPT))
      break;
    a->asked[n].shelf = (uint32_t)(s - a->shelves);
    a->asked[n].item = (uint32_t)(i - s->items);
    nodes[n++] = i->node;
  }
  /* Few are not worth a request yet, unless they are the last or the first. */
  uint32_t end = s->next + FAR < s->n ? s->next + FAR : s->n;
  if (n && n < most / 4 && end != s->n && s->items[s->sorted[s->next]].state != NOT_ASKED)
    n = 0;
  return n;
}

static void
ask (struct gk_local *l, struct shelf *s)
{
  struct gk_ahead *a = l->ahead;
  struct gk_lfs_request rq = { .op = GK_LFS_FETCH, .size = GK_LOCAL_SMALL_FILE };
  uint64_t nodes[MAX_ASKED];

  if (l->flight.under_way || l->dirty || l->n_posted || a->kept > MAX_KEPT)
    return;
  uint32_t n = choose (a, s, nodes);
  if (n == 0)
    return;
  for (uint32_t i = 0; i < n; ++i)
    s->items[a->asked[i].item].state = ASKED;
  a->n_asked = n;
  gk_local_send (l, &rq, nodes, n * sizeof *nodes);
}

void
gk_local_go_ahead (struct gk_local *l)
{
  struct gk_ahead *a = l->ahead;

  if (a && a->current && a->streak)
    ask (l, a->current);
}

void
gk_local_listed (struct gk_local *l, uint64_t folder)
{
  struct gk_ahead *a = l->ahead;
  struct shelf *s = shelf_of (a, folder);

  /* Not again and again for somebody who just lists. */
  if (s == NULL || s->n == 0 || a->streak < CERTAIN || a->foreseen || sort (s, a->order) == -1)
    return;
  a->foreseen = s;
  ask (l, s);
}

static struct item *
asked_item (struct gk_ahead *a, uint32_t i)
{
  struct shelf *s = &a->shelves[a->asked[i].shelf];
  struct item *item = a->asked[i].item < s->n ? &s->items[a->asked[i].item] : NULL;

  return item && item->state == ASKED ? item : NULL;
}

/* The worker may run on a kernel that a guest has taken over. */
static void
keep (struct gk_local *l, const char **at, size_t *left, struct item *item)
{
  struct gk_lfs_fetched f;

  memcpy (&f, *at, sizeof f);
  *at += sizeof f;
  *left -= sizeof f;
  size_t all = f.size > *left ? *left : ((size_t)f.size + 7) & ~(size_t)7;
  if (item && item->node == f.entry.node && f.size == f.entry.size && f.size &&
      f.size <= GK_LOCAL_SMALL_FILE && all <= *left && (item->data = malloc (f.size)) != NULL) {
    memcpy (item->data, *at, f.size);
    item->size = (uint32_t)f.size;
    item->entry = malloc (sizeof f.entry); /* can do without */
    if (item->entry)
      *item->entry = f.entry;
    item->changes = l->changes;
    item->state = HERE;
    l->ahead->kept += item->size;
  }
  all = all > *left ? *left : all;
  *at += all;
  *left -= all;
}

void
gk_local_fetched (struct gk_local *l, const char *at, size_t left)
{
  struct gk_ahead *a = l->ahead;
  uint32_t n = a ? a->n_asked : 0, i = 0;

  if (n == 0)
    return;
  for (; i < n && left >= sizeof (struct gk_lfs_fetched); ++i)
    keep (l, &at, &left, asked_item (a, i));
  /* Those that did not fit, and those that cannot be had like this. */
  bool some = i > 0;
  for (uint32_t k = 0; k < n; ++k) {
    struct item *item = asked_item (a, k);
    if (item)
      item->state = k >= i && some ? NOT_ASKED : DONE;
  }
  a->n_asked = 0;
}

bool
gk_local_take_ahead (struct gk_local *l, uint64_t node, char **ret_data, size_t *ret_size,
                     struct gk_lfs_entry *ret_entry)
{
  struct shelf *s;
  struct item *i = item_of (l, node, &s);

  if (i == NULL)
    return false;
  if (i->state == ASKED)
    gk_local_collect (l->g);
  learn (l->ahead, s, i);
  if (i->state != HERE) {
    i->state = DONE;
    return false;
  }
  *ret_size = i->size;
  *ret_data = gk_steal_ptr (i->data);
  *ret_entry = (struct gk_lfs_entry){ .node = 0 };
  if (i->entry && i->changes == l->changes)
    *ret_entry = *i->entry;
  free (gk_steal_ptr (i->entry));
  l->ahead->kept -= i->size;
  i->state = DONE;
  return true;
}
