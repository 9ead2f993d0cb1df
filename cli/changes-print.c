/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Changes as text: differences as they are found, then one line for each path;
 * and as JSON.  A terminal gets no control character of a guest. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/changes.h"
#include "cli/cli.h"
#include "cli/json.h"

#define HASH_SHOWN 12
#define VALUE_SHOWN 256

static const char *
type_name (const struct guestfs_statns *st)
{
  switch (st->st_mode & S_IFMT) {
  case S_IFREG:
    return "file";
  case S_IFDIR:
    return "folder";
  case S_IFLNK:
    return "link";
  case S_IFBLK:
    return "block device";
  case S_IFCHR:
    return "character device";
  case S_IFIFO:
    return "fifo";
  case S_IFSOCK:
    return "socket";
  default:
    return "unknown";
  }
}

static bool
is_device (const struct guestfs_statns *st)
{
  return S_ISBLK (st->st_mode) || S_ISCHR (st->st_mode);
}

/* --- text -------------------------------------------------------------------------------- */

static void
put_escaped (FILE *fp, const char *data, size_t size)
{
  _cleanup_free_ char *shown = gk_escape (data, size, PATH_MAX);

  fputs (shown ? shown : "?", fp);
}

/* Differences have to be such that patch(1) takes them, but not on a terminal. */
static void
put_diff (const char *diff, size_t size, bool terminal)
{
  if (!terminal) {
    fwrite (diff, 1, size, stdout);
    return;
  }
  for (size_t i = 0; i < size; i++) {
    unsigned char ch = (unsigned char)diff[i], next = i + 1 < size ? (unsigned char)diff[i + 1] : 0;
    if ((ch < ' ' && ch != '\n' && ch != '\t') || ch == 0x7f)
      printf ("\\x%02x", ch);
    else if (ch == 0xc2 && next >= 0x80 && next < 0xa0) { /* the other control characters */
      printf ("\\x%02x\\x%02x", ch, next);
      i++;
    } else
      putchar (ch);
  }
}

static void
describe (FILE *fp, const struct cli_side *s)
{
  fputs (type_name (s->st), fp);
  if (!S_ISLNK (s->st->st_mode))
    fprintf (fp, ", mode %04o", (unsigned)(s->st->st_mode & 07777));
  fprintf (fp, ", owner %" PRIi64 ":%" PRIi64, s->st->st_uid, s->st->st_gid);
  if (S_ISREG (s->st->st_mode))
    fprintf (fp, ", %" PRIi64 " bytes", s->st->st_size);
  if (is_device (s->st))
    fprintf (fp, ", %u:%u", major ((dev_t)s->st->st_rdev), minor ((dev_t)s->st->st_rdev));
  if (s->target) {
    fputs (" to ", fp);
    put_escaped (fp, s->target, strlen (s->target));
  }
}

static void
put_content (FILE *fp, const struct cli_change *ch)
{
  const struct guestfs_statns *a = ch->old.st, *b = ch->new.st;

  if (ch->old.target) {
    fputs ("; target ", fp);
    put_escaped (fp, ch->old.target, strlen (ch->old.target));
    fputs (" -> ", fp);
    put_escaped (fp, ch->new.target, strlen (ch->new.target));
  } else if (is_device (a))
    fprintf (fp, "; device %u:%u -> %u:%u", major ((dev_t)a->st_rdev), minor ((dev_t)a->st_rdev),
             major ((dev_t)b->st_rdev), minor ((dev_t)b->st_rdev));
  else {
    fprintf (fp, "; content, %" PRIi64 " -> %" PRIi64 " bytes", a->st_size, b->st_size);
    if (ch->diff == NULL)
      fprintf (fp, ", sha256 %.*s -> %.*s", HASH_SHOWN, ch->old.sha256, HASH_SHOWN, ch->new.sha256);
  }
}

static const struct guestfs_xattr *
find_xattr (const struct guestfs_xattr_list *list, const char *name)
{
  for (uint32_t i = 0; list && i < list->len; i++)
    if (gk_streq (list->val[i].attrname, name))
      return &list->val[i];
  return NULL;
}

static void
put_value (FILE *fp, const struct guestfs_xattr *x)
{
  size_t n = x->attrval_len;

  if (n > 0 && x->attrval[n - 1] == '\0') /* labels and capabilities of text end so */
    n--;
  _cleanup_free_ char *shown = gk_escape (x->attrval, n, VALUE_SHOWN);
  fprintf (fp, "\"%s\"", shown ? shown : "?");
}

static void
put_xattr (FILE *fp, const struct guestfs_xattr *a, const struct guestfs_xattr *b)
{
  const char *name = (a ? a : b)->attrname;

  if (a && b && a->attrval_len == b->attrval_len &&
      memcmp (a->attrval, b->attrval, a->attrval_len) == 0)
    return;
  fputs ("; xattr ", fp);
  put_escaped (fp, name, strlen (name));
  fputs (a && b ? " " : a ? " removed" : " added ", fp);
  if (a && b) {
    put_value (fp, a);
    fputs (" -> ", fp);
  }
  if (b)
    put_value (fp, b);
}

static void
put_xattrs (FILE *fp, const struct cli_change *ch)
{
  const struct guestfs_xattr_list *a = ch->old.xattrs, *b = ch->new.xattrs;

  for (uint32_t i = 0; a && i < a->len; i++)
    put_xattr (fp, &a->val[i], find_xattr (b, a->val[i].attrname));
  for (uint32_t i = 0; b && i < b->len; i++)
    if (!find_xattr (a, b->val[i].attrname))
      put_xattr (fp, NULL, &b->val[i]);
}

static void
put_line (FILE *fp, const struct cli_change *ch)
{
  const struct guestfs_statns *a = ch->old.st, *b = ch->new.st;

  fputs (ch->what & CLI_ADDED ? "added   " : ch->what & CLI_REMOVED ? "removed " : "changed ", fp);
  put_escaped (fp, ch->path, strlen (ch->path));
  fputs (": ", fp);
  if (ch->what & (CLI_ADDED | CLI_REMOVED | CLI_TYPE)) {
    if (a)
      describe (fp, &ch->old);
    fputs (a && b ? " -> " : "", fp);
    if (b)
      describe (fp, &ch->new);
    putc ('\n', fp);
    return;
  }
  fputs (type_name (b), fp);
  if (ch->what & CLI_CONTENT)
    put_content (fp, ch);
  if (ch->what & CLI_MODE)
    fprintf (fp, "; mode %04o -> %04o", (unsigned)(a->st_mode & 07777),
             (unsigned)(b->st_mode & 07777));
  if (ch->what & CLI_OWNER)
    fprintf (fp, "; owner %" PRIi64 ":%" PRIi64 " -> %" PRIi64 ":%" PRIi64, a->st_uid, a->st_gid,
             b->st_uid, b->st_gid);
  if (ch->what & CLI_XATTRS)
    put_xattrs (fp, ch);
  if (ch->what & CLI_TIMES)
    fprintf (fp, "; time of change %" PRIi64 ".%09" PRIi64 " -> %" PRIi64 ".%09" PRIi64,
             a->st_mtime_sec, a->st_mtime_nsec, b->st_mtime_sec, b->st_mtime_nsec);
  putc ('\n', fp);
}

/* --- JSON -------------------------------------------------------------------------------- */

static bool
is_utf8 (const unsigned char *p, size_t n)
{
  while (n > 0) {
    size_t more = *p < 0x80 ? 0 : *p < 0xc2 ? 9 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : *p < 0xf5 ? 3 : 9;
    if (more >= n)
      return false;
    for (size_t i = 1; i <= more; i++)
      if ((p[i] & 0xc0) != 0x80)
        return false;
    if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90) ||
        (*p == 0xf4 && p[1] > 0x8f))
      return false;
    p += more + 1;
    n -= more + 1;
  }
  return true;
}

/* Bytes that are no text go under KEY_base64. */
static void
add_bytes (struct json_object *o, const char *key, const char *data, size_t size)
{
  if (is_utf8 ((const unsigned char *)data, size)) {
    json_object_object_add (o, key, json_object_new_string_len (data, (int)size));
    return;
  }
  _cleanup_free_ char *name = gk_asprintf ("%s_base64", key);
  _cleanup_free_ char *text = malloc (BASE64_ENCODE_RAW_LENGTH (size) + 1);
  if (name == NULL || text == NULL)
    return;
  base64_encode_raw (text, size, (const uint8_t *)data);
  json_object_object_add (o, name,
                          json_object_new_string_len (text, (int)BASE64_ENCODE_RAW_LENGTH (size)));
}

static struct json_object *
side_json (const struct cli_side *s)
{
  struct json_object *o = json_object_new_object (), *xattrs = json_object_new_array ();
  char mode[8];

  snprintf (mode, sizeof mode, "%04o", (unsigned)(s->st->st_mode & 07777));
  cli_json_string (o, "type", type_name (s->st));
  cli_json_string (o, "mode", mode);
  json_object_object_add (o, "uid", json_object_new_int64 (s->st->st_uid));
  json_object_object_add (o, "gid", json_object_new_int64 (s->st->st_gid));
  json_object_object_add (o, "mtime", json_object_new_int64 (s->st->st_mtime_sec));
  if (S_ISREG (s->st->st_mode))
    json_object_object_add (o, "size", json_object_new_int64 (s->st->st_size));
  if (is_device (s->st)) {
    json_object_object_add (o, "major", json_object_new_int64 (major ((dev_t)s->st->st_rdev)));
    json_object_object_add (o, "minor", json_object_new_int64 (minor ((dev_t)s->st->st_rdev)));
  }
  if (s->sha256)
    cli_json_string (o, "sha256", s->sha256);
  if (s->target)
    add_bytes (o, "target", s->target, strlen (s->target));
  for (uint32_t i = 0; s->xattrs && i < s->xattrs->len; i++) {
    struct json_object *x = json_object_new_object ();
    add_bytes (x, "name", s->xattrs->val[i].attrname, strlen (s->xattrs->val[i].attrname));
    add_bytes (x, "value", s->xattrs->val[i].attrval, s->xattrs->val[i].attrval_len);
    json_object_array_add (xattrs, x);
  }
  json_object_object_add (o, "xattrs", xattrs);
  return o;
}

static void
add_json (struct cli_changes *c, const struct cli_change *ch)
{
  static const struct {
    unsigned bit;
    const char *name;
  } names[] = {
    { CLI_TYPE, "type" },   { CLI_CONTENT, "content" }, { CLI_MODE, "mode" },
    { CLI_OWNER, "owner" }, { CLI_XATTRS, "xattrs" },   { CLI_TIMES, "times" },
  };
  struct json_object *o = json_object_new_object (), *what = json_object_new_array ();

  add_bytes (o, "path", ch->path, strlen (ch->path));
  cli_json_string (o, "change",
                   ch->what & CLI_ADDED     ? "added"
                   : ch->what & CLI_REMOVED ? "removed"
                                            : "changed");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (ch->what & names[i].bit)
      json_object_array_add (what, json_object_new_string (names[i].name));
  json_object_object_add (o, "what", what);
  json_object_object_add (o, "old", ch->old.st ? side_json (&ch->old) : NULL);
  json_object_object_add (o, "new", ch->new.st ? side_json (&ch->new) : NULL);
  if (ch->diff)
    add_bytes (o, "diff", ch->diff, ch->diff_size);
  json_object_array_add (c->list, o);
}

/* --- all --------------------------------------------------------------------------------- */

int
cli_changes_begin (struct cli_changes *c)
{
  const char *tmp = getenv ("TMPDIR");

  c->dir = gk_asprintf ("%s/guestkit-diff-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
  if (c->dir == NULL)
    return cli_error ("out of memory"), -1;
  if (mkdtemp (c->dir) == NULL) {
    cli_error ("%s: %s", c->dir, strerror (errno));
    free (gk_steal_ptr (c->dir));
    return -1;
  }
  if (c->o->json)
    c->list = json_object_new_array ();
  else
    c->summary_fp = open_memstream (&c->summary, &c->summary_size);
  return c->list || c->summary_fp ? 0 : (cli_error ("out of memory"), -1);
}

int
cli_changes_add (struct cli_changes *c, const struct cli_change *change)
{
  c->n++;
  if (c->o->json) {
    add_json (c, change);
    return 0;
  }
  if (change->diff)
    put_diff (change->diff, change->diff_size, isatty (STDOUT_FILENO));
  put_line (c->summary_fp, change);
  return ferror (stdout) || ferror ((FILE *)c->summary_fp) ? -1 : 0;
}

int
cli_changes_end (struct cli_changes *c, struct json_object **ret_json)
{
  int r = 0;

  if (c->summary_fp)
    r = fclose (c->summary_fp) == 0 ? 0 : (cli_error ("out of memory"), -1);
  if (c->summary)
    fwrite (c->summary, 1, c->summary_size, stdout);
  free (c->summary);
  if (c->list)
    *ret_json = c->list;
  rmdir (c->dir);
  free (c->dir);
  return r;
}
