/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Walking a tree in the jail and setting labels: setfiles, selinux_relabel,
 * and the labels of new files.
 *
 * As setfiles does it: what a label's type says is changed, its user, role and
 * range stay; a type that people set stays; force takes the whole label. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "base/walk.h"
#include "exec/jail.h"
#include "gk-ops-selinux.h"
#include "guestfs.h"
#include "op/ctx.h"
#include "selinux/contexts.h"
#include "selinux/selinux.h"

#define ATTRIBUTE "security.selinux"
#define LABEL_MAX 4096
#define CONFIG_MAX (1u << 20)
#define MEMORY_MAX (UINT64_C (2) << 30)

enum how { CHANGE_TYPES, FORCE, NEW_ONLY };

struct job {
  const char *specfile; /* NULL: what the guest's configuration names */
  char *const *paths;
  enum how how;
  struct gk_contexts contexts;
};

/* --- one object ------------------------------------------------------------------------------ */

/* The type of one label in another.  NULL: no memory, or they are no labels. */
static char *
with_type (const char *label, const char *type_of)
{
  const char *a = strchr (label, ':'), *b = strchr (type_of, ':');

  a = a ? strchr (a + 1, ':') : NULL;
  b = b ? strchr (b + 1, ':') : NULL;
  if (a == NULL || b == NULL)
    return strdup (type_of);
  return gk_asprintf ("%.*s%.*s%s", (int)(a + 1 - label), label, (int)strcspn (b + 1, ":"), b + 1,
                      a + 1 + strcspn (a + 1, ":"));
}

/* The label to set, or NULL when the present one stays. */
static int
decide (struct job *job, const char *now, const char *should, char **ret, struct gk_error *err)
{
  _cleanup_free_ char *label = NULL;

  *ret = NULL;
  if (should == NULL || (now && job->how == NEW_ONLY))
    return 0;
  if (now == NULL || job->how == FORCE)
    label = strdup (should);
  else if (gk_contexts_is_customizable (&job->contexts, now))
    return 0;
  else
    label = with_type (now, should);
  if (label == NULL)
    return gk_error_oom (err);
  if (now == NULL || !gk_streq (now, label))
    *ret = gk_steal_ptr (label);
  return 0;
}

/* name is in the current directory; path is what it is called.  1: a label was set. */
static int
label_one (struct job *job, const char *name, const char *path, mode_t mode, struct gk_error *err)
{
  char now[LABEL_MAX + 1];
  const char *should;
  _cleanup_free_ char *label = NULL;

  ssize_t n = lgetxattr (name, ATTRIBUTE, now, LABEL_MAX);
  if (n == -1 && errno != ENODATA) {
    /* New files on a filesystem without labels need none. */
    if (job->how == NEW_ONLY && errno == EOPNOTSUPP)
      return 0;
    return gk_error_sys (err, errno, "%s", path);
  }
  now[n == -1 ? 0 : n] = '\0';
  if (n != -1 && job->how == NEW_ONLY)
    return 0;
  if (gk_contexts_look_up (&job->contexts, path, mode, &should, err) == -1 ||
      decide (job, n == -1 ? NULL : now, should, &label, err) == -1)
    return -1;
  if (label == NULL)
    return 0;
  /* With the NUL, as libselinux writes it. */
  if (lsetxattr (name, ATTRIBUTE, label, strlen (label) + 1, 0) == -1)
    return gk_error_sys (err, errno, "%s: %s", path, label);
  return 1;
}

/* --- a tree ---------------------------------------------------------------------------------- */

/* What the kernel shows there in a running guest has labels of its own. */
static bool
is_left_out (const char *path)
{
  static const char *const names[] = { "/dev", "/proc", "/sys", "/selinux" };

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (gk_streq (path, names[i]))
      return true;
  return false;
}

static int
label_entry (struct job *job, struct gk_walk *w, const char *top, struct gk_error *err)
{
  _cleanup_free_ char *path = gk_asprintf ("%s/%s", gk_streq (top, "/") ? "" : top, w->path);
  struct stat st;

  if (path == NULL)
    return gk_error_oom (err);
  if (is_left_out (path))
    return 0;
  if (fchdir (w->dir_fd) == -1 || fstatat (w->dir_fd, w->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
    return gk_error_sys (err, errno, "%s", path);
  int r = label_one (job, w->name, path, st.st_mode, err);
  if (r != -1 && S_ISDIR (st.st_mode) && gk_walk_enter (w) == -1)
    return gk_error_sys (err, errno, "%s", path);
  return r;
}

/* The path without links but for its last part.  Malloced. */
static char *
real_path (const char *path)
{
  const char *slash = strrchr (path, '/');
  _cleanup_free_ char *parent = strndup (path, slash == path ? 1 : (size_t)(slash - path));
  _cleanup_free_ char *real = parent ? realpath (parent, NULL) : NULL;

  if (real == NULL || slash[1] == '\0')
    return gk_steal_ptr (real);
  return gk_asprintf ("%s/%s", gk_streq (real, "/") ? "" : real, slash + 1);
}

static int
label_tree (struct job *job, const char *given, struct gk_error *err)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_free_ char *top = real_path (given);
  _cleanup_close_ int fd = -1;
  struct stat st;
  int found, count, r;

  if (top == NULL || lstat (top, &st) == -1)
    return gk_error_sys (err, errno, "%s", given);
  if (is_left_out (top))
    return 0;
  count = label_one (job, top, top, st.st_mode, err);
  if (count == -1 || !S_ISDIR (st.st_mode))
    return count;
  fd = open (top, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd == -1 || gk_walk_start (&w, fd) == -1)
    return gk_error_sys (err, errno, "%s", given);
  while ((found = gk_walk_next (&w)) > 0) {
    if (found != GK_WALK_ENTRY)
      continue;
    r = label_entry (job, &w, top, err);
    if (r == -1)
      return -1;
    count += count < INT_MAX ? r : 0;
  }
  return found == -1 ? gk_error_sys (err, errno, "%s", given) : count;
}

/* --- the guest's configuration ---------------------------------------------------------------- */

/* The value of "KEY=VALUE" in a line, without blanks at its end; or NULL. */
static char *
value_of (char *line, const char *key)
{
  const char *rest = gk_after_prefix (line + strspn (line, " \t"), key);
  char *value = rest && *rest == '=' ? (char *)rest + 1 : NULL;

  if (value == NULL)
    return NULL;
  value += strspn (value, " \t");
  value[strcspn (value, " \t\r#")] = '\0';
  return value;
}

/* NULL with *ret_none: it does not enforce. */
static char *
configured (bool *ret_none, struct gk_error *err)
{
  _cleanup_close_ int fd = open ("/etc/selinux/config", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  const char *mode = "", *type = "";
  char *save = NULL, *v;
  struct stat st;

  *ret_none = true;
  if (fd == -1 || fstat (fd, &st) == -1 || !S_ISREG (st.st_mode) ||
      gk_read_all (fd, CONFIG_MAX, &text) == -1)
    return NULL;
  for (char *line = text.data ? strtok_r (text.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save))
    if ((v = value_of (line, "SELINUX")))
      mode = v;
    else if ((v = value_of (line, "SELINUXTYPE")))
      type = v;
  if (strcasecmp (mode, "enforcing") != 0 || *type == '\0' || strchr (type, '/'))
    return NULL;
  char *name = gk_asprintf ("/etc/selinux/%s/contexts/files/file_contexts", type);
  *ret_none = name && access (name, R_OK) == -1;
  if (name == NULL)
    gk_error_oom (err);
  if (*ret_none)
    free (gk_steal_ptr (name));
  return name;
}

/* --- in the jail ------------------------------------------------------------------- */

static int
label_all (void *opaque, struct gk_error *err)
{
  struct job *job = opaque;
  _cleanup_free_ char *own = NULL;
  bool none;
  int count = 0, r = 0;

  if (job->specfile == NULL) {
    job->specfile = own = configured (&none, err);
    if (own == NULL)
      return none ? 0 : -1;
  }
  if (gk_contexts_load (&job->contexts, job->specfile, err) == -1)
    r = -1;
  for (size_t i = 0; r != -1 && job->paths[i]; i++) {
    r = label_tree (job, job->paths[i], err);
    count += r > 0 && count < INT_MAX - r ? r : 0;
  }
  gk_contexts_clear (&job->contexts);
  return r == -1 ? -1 : count;
}

static int
run (struct gk_ctx *ctx, struct job *job, struct gk_error *err)
{
  struct gk_jail jail = GK_JAIL_INIT;

  for (size_t i = 0; job->paths[i]; i++)
    if (job->paths[i][0] != '/')
      return gk_error_set (err, EINVAL, "%s: path must start with a / character", job->paths[i]);
  if (job->specfile && job->specfile[0] != '/')
    return gk_error_set (err, EINVAL, "%s: path must start with a / character", job->specfile);
  jail.root_fd = ctx->root_fd;
  jail.caps = GK_JAIL_CAPS_XATTRS;
  jail.max_memory = MEMORY_MAX;
  jail.task = ctx->task; /* how long it takes is up to the size of the tree; it can be cancelled */
  return gk_jail_run (&jail, label_all, job, err);
}

/* --- calls ------------------------------------------------------------------------- */

int
gk_selinux_label_new (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  char *const paths[] = { (char *)path, NULL };
  struct job job = { .paths = paths, .how = NEW_ONLY };

  if (ctx->root_fd == -1)
    return gk_error_set (err, 0, "you must call 'mount' first to mount the root filesystem");
  return run (ctx, &job, err);
}

int
gk_selinux_selinux_relabel (struct gk_ctx *ctx, const char *specfile, const char *path,
                            const struct guestfs_selinux_relabel_argv *opt, struct gk_error *err)
{
  bool force = opt->bitmask & GUESTFS_SELINUX_RELABEL_FORCE_BITMASK && opt->force;
  char *const paths[] = { (char *)path, NULL };
  struct job job = { .specfile = specfile, .paths = paths, .how = force ? FORCE : CHANGE_TYPES };

  return run (ctx, &job, err) == -1 ? -1 : 0;
}

int
gk_selinux_setfiles (struct gk_ctx *ctx, const char *specfile, char *const *paths,
                     const struct guestfs_setfiles_argv *opt, struct gk_error *err)
{
  bool force = opt->bitmask & GUESTFS_SETFILES_FORCE_BITMASK && opt->force;
  struct job job = { .specfile = specfile, .paths = paths, .how = force ? FORCE : CHANGE_TYPES };

  if (ctx->root_fd == -1)
    return gk_error_set (err, 0,
                         "setfiles_stub: you must call 'mount' first to mount the root filesystem");
  return run (ctx, &job, err) == -1 ? -1 : 0;
}

/* --- this process's own context: what the deprecated calls are about --------------- */

#define OWN_CONTEXT "/proc/self/attr/current"

int
gk_selinux_getcon (struct gk_ctx *ctx, char **ret_string, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  if (gk_read_file (OWN_CONTEXT, LABEL_MAX, &text) == -1)
    return gk_error_sys (err, errno, "getcon");
  if (text.data)
    text.data[strcspn (text.data, "\n")] = '\0';
  *ret_string = strdup (text.data ? text.data : "");
  return *ret_string ? 0 : gk_error_oom (err);
}

int
gk_selinux_setcon (struct gk_ctx *ctx, const char *context, struct gk_error *err)
{
  _cleanup_close_ int fd = open (OWN_CONTEXT, O_WRONLY | O_CLOEXEC);

  if (fd == -1 || gk_write_full (fd, context, strlen (context) + 1) == -1)
    return gk_error_sys (err, errno, "setcon");
  return 0;
}
