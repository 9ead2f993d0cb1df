/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Loading kernel modules, from inside of the kernel.
 *
 * modprobe (8) would do, but starting it is slower than all that is done here,
 * and it looks for the modules where Debian's package does not put them.  The
 * indices are depmod's text files.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "uml/uml.h"

#define INDEX_MAX (16 << 20)
#define ALIAS_MAX 128

/* Where distributions put them; NULL when nowhere. */
static char *
find_dir (void)
{
  static const char *const tries[] = { "/usr/lib/uml/modules", "/usr/lib/modules", "/lib/modules" };
  struct utsname u;

  if (uname (&u) == -1)
    return NULL;
  for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
    char *dir = gk_asprintf ("%s/%s", tries[i], u.release);
    if (dir == NULL || access (dir, F_OK) == 0)
      return dir;
    free (dir);
  }
  errno = ENOENT;
  return NULL;
}

/* In names of modules "-" and "_" are one. */
static bool
same (const char *a, const char *b, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (a[i] != b[i] && !((a[i] == '-' || a[i] == '_') && (b[i] == '-' || b[i] == '_')))
      return false;
  return true;
}

/* Is the file "kernel/fs/fat/vfat.ko" the module "vfat"? */
static bool
is_module (const char *file, size_t len, const char *name)
{
  const char *slash = memrchr (file, '/', len);
  size_t n = strlen (name);

  if (slash != NULL) {
    len -= slash + 1 - file;
    file = slash + 1;
  }
  return len > n && file[n] == '.' && same (file, name, n);
}

static int
insert (const char *dir, const char *file, struct gk_error *err)
{
  _cleanup_free_ char *path = gk_asprintf ("%s/%s", dir, file);
  if (path == NULL)
    return gk_error_oom (err);
  _cleanup_close_ int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (syscall (SYS_finit_module, fd, "", 0) == -1 && errno != EEXIST)
    return gk_error_sys (err, errno, "%s", path);
  return 0;
}

/* A line of modules.dep: "FILE: FILE FILE", the last is needed first. */
static int
insert_line (const char *dir, char *line, struct gk_error *err)
{
  char *colon = strchr (line, ':');

  *colon = '\0';
  for (char *rest = colon + 1, *space; (space = strrchr (rest, ' ')) != NULL; *space = '\0')
    if (space[1] != '\0' && insert (dir, space + 1, err) == -1)
      return -1;
  return insert (dir, line, err);
}

/* 1 when it was found. */
static int
load (const char *dir, char *dep, const char *name, struct gk_error *err)
{
  for (char *line = dep; *line != '\0';) {
    char *end = strchrnul (line, '\n');
    char *colon = memchr (line, ':', end - line);

    if (colon != NULL && is_module (line, colon - line, name)) {
      _cleanup_free_ char *copy = strndup (line, end - line);
      if (copy == NULL)
        return gk_error_oom (err);
      return insert_line (dir, copy, err) == -1 ? -1 : 1;
    }
    line = *end == '\0' ? end : end + 1;
  }
  return 0;
}

/* The module that a line of modules.alias, "alias PATTERN MODULE", gives for a
 * name; NULL when it is for others. */
static const char *
alias_target (char *line, const char *name)
{
  char *pattern = (char *)gk_after_prefix (line, "alias ");
  char *space = pattern == NULL ? NULL : strrchr (pattern, ' ');

  if (space == NULL)
    return NULL;
  *space = '\0';
  return fnmatch (pattern, name, 0) == 0 ? space + 1 : NULL;
}

static int
load_alias (const char *dir, char *dep, const char *name, struct gk_error *err)
{
  _cleanup_free_ char *path = gk_asprintf ("%s/modules.alias", dir);
  _cleanup_gk_buf_ struct gk_buf alias = GK_BUF_INIT;
  int found = 0;

  if (path == NULL)
    return gk_error_oom (err);
  if (gk_read_file (path, INDEX_MAX, &alias) == -1)
    return gk_error_sys (err, errno, "%s", path);
  for (char *line = alias.data, *end; line != NULL && *line != '\0'; line = end) {
    end = strchrnul (line, '\n');
    if (*end != '\0')
      *end++ = '\0';
    const char *target = alias_target (line, name);
    if (target == NULL)
      continue;
    int r = load (dir, dep, target, err);
    if (r == -1)
      return -1;
    found |= r;
  }
  return found;
}

int
gk_uml_modprobe (const char *name, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf dep = GK_BUF_INIT;
  _cleanup_free_ char *path = NULL;

  if (strlen (name) > ALIAS_MAX)
    return gk_error_set (err, ENAMETOOLONG, "module: name too long");
  _cleanup_free_ char *dir = find_dir ();
  if (dir == NULL)
    return gk_error_sys (err, errno, "the kernel's modules");
  path = gk_asprintf ("%s/modules.dep", dir);
  if (path == NULL)
    return gk_error_oom (err);
  if (gk_read_file (path, INDEX_MAX, &dep) == -1)
    return gk_error_sys (err, errno, "%s", path);
  int r = dep.data == NULL ? 0 : load (dir, dep.data, name, err);
  if (r == 0)
    r = load_alias (dir, dep.data, name, err);
  if (r == 0)
    return gk_error_set (err, ENOENT, "there is no kernel module %s", name);
  return r == -1 ? -1 : 0;
}
