/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Adding drives: what the arguments must look like, and the list of drives
 * that launch hands to the worker.  Nothing is opened here but to see that a
 * file is there: the worker opens images, under its locks. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define WORD LETTERS "0123456789-_"
#define MAX_LABEL 20
#define DEVNULL_SIZE 4096

#define HAS(opt, NAME) ((opt)->bitmask & GUESTFS_ADD_DRIVE_OPTS_##NAME##_BITMASK)

static void
clear_drive (struct gk_drive *d)
{
  gk_drive_clear (d);
}

void
gk_client_drop_drives (guestfs_h *g, size_t from)
{
  while (g->ndrives > from)
    gk_drive_clear (&g->drives[--g->ndrives]);
}

void
gk_client_free_drives (guestfs_h *g)
{
  gk_client_drop_drives (g, 0);
  free (g->drives);
  g->drives = NULL;
}

/* Takes what d owns, on success. */
static int
append_drive (guestfs_h *g, struct gk_drive *d)
{
  if (g->state != GK_STATE_CONFIG)
    return gk_client_error (g, 0, "hotplugging support was removed in libguestfs 1.48");
  struct gk_drive *drives = reallocarray (g->drives, g->ndrives + 1, sizeof *drives);
  if (!drives)
    return gk_client_oom (g);
  g->drives = drives;
  g->drives[g->ndrives++] = *d;
  memset (d, 0, sizeof *d);
  return 0;
}

/* --- checks ---------------------------------------------------------------------- */

/* All that the optional arguments say, copied. */
static int
fill (struct gk_drive *d, const struct guestfs_add_drive_opts_argv *o)
{
  const char *protocol = HAS (o, PROTOCOL) ? o->protocol : "file";
  const struct {
    char **to;
    const char *from;
  } strings[] = {
    { &d->protocol, protocol },
    { &d->format, HAS (o, FORMAT) ? o->format : NULL },
    { &d->iface, HAS (o, IFACE) ? o->iface : NULL },
    { &d->name, HAS (o, NAME) ? o->name : NULL },
    { &d->label, HAS (o, LABEL) ? o->label : NULL },
    { &d->username, HAS (o, USERNAME) ? o->username : NULL },
    { &d->secret, HAS (o, SECRET) ? o->secret : NULL },
    { &d->cachemode, HAS (o, CACHEMODE) ? o->cachemode : NULL },
    { &d->discard, HAS (o, DISCARD) ? o->discard : NULL },
  };

  for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
    if (strings[i].from && !(*strings[i].to = strdup (strings[i].from)))
      return -1;
  d->readonly = HAS (o, READONLY) && o->readonly;
  d->copyonread = HAS (o, COPYONREAD) && o->copyonread;
  d->blocksize = HAS (o, BLOCKSIZE) ? o->blocksize : 0;
  return 0;
}

static bool
made_of (const char *s, const char *allowed)
{
  return *s != '\0' && s[strspn (s, allowed)] == '\0';
}

/* In the order in which libguestfs finds faults. */
static int
check (guestfs_h *g, const struct gk_drive *d)
{
  if (d->discard && !gk_streq (d->discard, "disable") && !gk_streq (d->discard, "enable") &&
      !gk_streq (d->discard, "besteffort"))
    return gk_client_error (g, 0, "discard parameter must be ‘disable’, ‘enable’ or ‘besteffort’");
  if (d->readonly && d->discard && gk_streq (d->discard, "enable"))
    return gk_client_error (g, 0, "discard support cannot be enabled on read-only drives");
  if (d->format && !made_of (d->format, WORD))
    return gk_client_error (g, 0, "format parameter is empty or contains disallowed characters");
  if (d->iface && !made_of (d->iface, WORD))
    return gk_client_error (g, 0, "iface parameter is empty or contains disallowed characters");
  if (d->label && (!made_of (d->label, LETTERS) || strlen (d->label) > MAX_LABEL))
    return gk_client_error (
        g, 0, "label parameter is empty, too long, or contains disallowed characters");
  if (d->cachemode && !gk_streq (d->cachemode, "writeback") && !gk_streq (d->cachemode, "unsafe"))
    return gk_client_error (g, 0, "cachemode parameter must be ‘writeback’ (default) or ‘unsafe’");
  if (d->blocksize != 0 && d->blocksize != 512 && d->blocksize != 4096)
    return gk_client_error (g, 0, "blocksize parameter is invalid");
  return 0;
}

/* --- files ------------------------------------------------------------------------- */

/* An empty raw disk in the session's directory.  Its path (malloced), or NULL
 * with the error set. */
static char *
make_disk (guestfs_h *g, const char *kind, int64_t size)
{
  const char *dir = gk_client_tmpdir (g);
  if (!dir)
    return NULL;
  _cleanup_free_ char *path = gk_asprintf ("%s/%s%u.img", dir, kind, ++g->disk_count);
  if (!path) {
    gk_client_oom (g);
    return NULL;
  }
  _cleanup_close_ int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd == -1) {
    gk_client_perror (g, "%s: open", path);
    return NULL;
  }
  if (ftruncate (fd, size) == -1) {
    gk_client_perror (g, "%s: truncate", path);
    unlink (path);
    return NULL;
  }
  return gk_steal_ptr (path);
}

/* "/dev/null" stands for an empty disk in scripts: a file takes its place. */
static int
use_null_disk (guestfs_h *g, struct gk_drive *d)
{
  if (d->format && !gk_streq (d->format, "raw"))
    return gk_client_error (g, 0, "for device ‘/dev/null’, format must be ‘raw’");
  d->filename = make_disk (g, "devnull", DEVNULL_SIZE);
  if (!d->filename)
    return -1;
  free (d->format);
  d->format = strdup ("raw");
  d->readonly = false;
  return d->format ? 0 : gk_client_oom (g);
}

/* Absolute, since the program may change its directory before launch; symlinks
 * are left for the worker, which decides about backing files by the real path. */
static int
use_file (guestfs_h *g, struct gk_drive *d, const char *filename)
{
  if (access (filename, R_OK) == -1)
    return gk_client_perror (g, "%s", filename);
  if (filename[0] == '/')
    d->filename = strdup (filename);
  else {
    _cleanup_free_ char *cwd = getcwd (NULL, 0);
    if (!cwd)
      return gk_client_perror (g, "getcwd");
    d->filename = gk_asprintf ("%s/%s", gk_streq (cwd, "/") ? "" : cwd, filename);
  }
  return d->filename ? 0 : gk_client_oom (g);
}

/* --- calls ------------------------------------------------------------------------- */

int
gk_client_add_drive (guestfs_h *g, const char *filename,
                     const struct guestfs_add_drive_opts_argv *optargs)
{
  static const struct guestfs_add_drive_opts_argv none;
  const struct guestfs_add_drive_opts_argv *o = optargs ? optargs : &none;
  __attribute__ ((cleanup (clear_drive))) struct gk_drive d = { 0 };

  if (fill (&d, o) == -1)
    return gk_client_oom (g);
  if (gk_client_parse_servers (g, HAS (o, SERVER) ? o->server : NULL, &d) == -1 ||
      check (g, &d) == -1 || gk_client_check_protocol (g, &d, filename) == -1)
    return -1;

  if (!gk_streq (d.protocol, "file")) {
    d.filename = strdup (filename);
    if (!d.filename)
      return gk_client_oom (g);
  } else if (gk_streq (filename, "/dev/null")) {
    if (use_null_disk (g, &d) == -1)
      return -1;
  } else if (use_file (g, &d, filename) == -1)
    return -1;
  return append_drive (g, &d);
}

/* The others go through the public call, which the trace then shows. */

int
gk_client_add_drive_ro (guestfs_h *g, const char *filename)
{
  return guestfs_add_drive_opts (g, filename, GUESTFS_ADD_DRIVE_OPTS_READONLY, 1, -1);
}

int
gk_client_add_cdrom (guestfs_h *g, const char *filename)
{
  return guestfs_add_drive_opts (g, filename, GUESTFS_ADD_DRIVE_OPTS_READONLY, 1, -1);
}

int
gk_client_add_drive_with_if (guestfs_h *g, const char *filename, const char *iface)
{
  return guestfs_add_drive_opts (g, filename, GUESTFS_ADD_DRIVE_OPTS_IFACE, iface, -1);
}

int
gk_client_add_drive_ro_with_if (guestfs_h *g, const char *filename, const char *iface)
{
  return guestfs_add_drive_opts (g, filename, GUESTFS_ADD_DRIVE_OPTS_READONLY, 1,
                                 GUESTFS_ADD_DRIVE_OPTS_IFACE, iface, -1);
}

/* A disk that lives as long as the handle, so it need not survive a crash. */
int
gk_client_add_drive_scratch (guestfs_h *g, int64_t size,
                             const struct guestfs_add_drive_scratch_argv *optargs)
{
  struct guestfs_add_drive_opts_argv o = {
    .bitmask = GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK | GUESTFS_ADD_DRIVE_OPTS_CACHEMODE_BITMASK,
    .format = "raw",
    .cachemode = "unsafe",
  };

  if (size <= 0)
    return gk_client_error (g, 0, "invalid size: %" PRIi64, size);
#define PASS(NAME, name)                                                                           \
  if (optargs && optargs->bitmask & GUESTFS_ADD_DRIVE_SCRATCH_##NAME##_BITMASK) {                  \
    o.bitmask |= GUESTFS_ADD_DRIVE_OPTS_##NAME##_BITMASK;                                          \
    o.name = optargs->name;                                                                        \
  }
  PASS (NAME, name)
  PASS (LABEL, label)
  PASS (BLOCKSIZE, blocksize)
#undef PASS

  _cleanup_free_ char *path = make_disk (g, "scratch", size);
  if (!path)
    return -1;
  int r = guestfs_add_drive_opts_argv (g, path, &o);
  if (r == -1)
    unlink (path);
  return r;
}

int
gk_client_remove_drive (guestfs_h *g, const char *label)
{
  return gk_client_error (g, 0, "hotplugging support was removed in libguestfs 1.48");
}

/* --- debug_drives --------------------------------------------------------------------- */

static int
describe (const struct gk_drive *d, struct gk_buf *b)
{
  bool discard = d->discard && !gk_streq (d->discard, "disable");

  if (gk_buf_appendf (b, "%s%s", d->filename, d->readonly ? " readonly" : "") == -1 ||
      (d->format && gk_buf_appendf (b, " format=%s", d->format) == -1) ||
      gk_buf_appendf (b, " protocol=%s", d->protocol) == -1 ||
      (d->iface && gk_buf_appendf (b, " iface=%s", d->iface) == -1) ||
      (d->name && gk_buf_appendf (b, " name=%s", d->name) == -1) ||
      (d->label && gk_buf_appendf (b, " label=%s", d->label) == -1) ||
      (d->cachemode && gk_buf_appendf (b, " cache=%s", d->cachemode) == -1) ||
      (discard && gk_buf_appendf (b, " discard=%s", d->discard) == -1) ||
      (d->copyonread && gk_buf_appends (b, " copyonread") == -1) ||
      (d->blocksize && gk_buf_appendf (b, " blocksize=%d", d->blocksize) == -1))
    return -1;
  return 0;
}

char **
gk_client_debug_drives (guestfs_h *g)
{
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;
  char **v = NULL;
  size_t i;

  for (i = 0; i < g->ndrives; i++) {
    _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
    if (describe (&g->drives[i], &b) == -1 || gk_strv_push_take (&list, gk_buf_finish (&b)) == -1)
      break;
  }
  if (i == g->ndrives)
    v = gk_strv_finish (&list);
  if (!v)
    gk_client_oom (g);
  return v;
}
