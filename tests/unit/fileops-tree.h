/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A tree with one of everything, and the comparison of two trees. */
#ifndef FILEOPS_TREE_H
#define FILEOPS_TREE_H

#include "fileops-help.h"

#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

/* Everything that a faithful copy keeps, as text, of a directory on the host. */
static inline char *
describe (const char *path)
{
  _cleanup_free_ char *cmd = gk_asprintf (
      "cd '%s' && { find . -printf '%%P %%y %%m %%U %%G %%T@ %%n %%l ' ! -type d -printf '%%s' "
      "-printf '\\n' | sed 's/^ d/. d/;s/^\\(.*\\) d \\([0-9]* [0-9]* [0-9]*\\) \\([^ ]*\\) [0-9]* "
      "/\\1 d "
      "\\2 \\3 /' | sort; "
      "getfattr -h -d -m - -R . 2>/dev/null; getfacl -R -p . 2>/dev/null; "
      "find . -type f -print0 | sort -z | xargs -0 sha256sum; "
      "find . \\( -type b -o -type c \\) -exec stat -c '%%n %%t %%T' '{}' ';' | sort; }",
      path);
  FILE *fp = popen (cmd, "r");
  struct gk_buf b = GK_BUF_INIT;

  assert_non_null (fp);
  assert_int_equal (gk_read_all (fileno (fp), 16 << 20, &b), 0);
  assert_int_equal (pclose (fp), 0);
  return b.data;
}

static inline void
rich_tree (const char *top)
{
  char p[200];
  struct timespec t[2] = { { 1000000000, 123456789 }, { 1100000000, 987654321 } };

#define IN(name) (snprintf (p, sizeof p, "%s%s", top, name), at (p))
  mkdir (IN (""), 0755);
  mkdir (IN ("/dir"), 0755);
  put ((IN ("/dir/f"), p), "content");
  chmod (IN ("/dir/f"), 04751);
  assert_int_equal (chown (IN ("/dir/f"), 12, 34), 0);
  chmod (IN ("/dir/f"), 06751);
  put ((IN ("/new\nline \xff\xfe"), p), "odd");
  put ((IN ("/-rf"), p), "dash");
  mkfifo (IN ("/fifo"), 0640);
  assert_int_equal (mknod (IN ("/blk"), S_IFBLK | 0660, makedev (8, 17)), 0);
  assert_int_equal (mknod (IN ("/chr"), S_IFCHR | 0600, makedev (1, 3)), 0);
  assert_int_equal (mknod (IN ("/sock"), S_IFSOCK | 0666, 0), 0);
  assert_int_equal (symlink ("dir/f", IN ("/link")), 0);
  assert_int_equal (lchown (IN ("/link"), 7, 8), 0);
  assert_int_equal (symlink ("/nowhere", IN ("/dang")), 0);
  char from[PATH_MAX];
  strcpy (from, IN ("/dir/f"));
  assert_int_equal (link (from, IN ("/hard1")), 0);
  assert_int_equal (link (from, IN ("/dir/hard2")), 0);
  strcpy (from, IN ("/link"));
  assert_int_equal (link (from, IN ("/hardlink-of-symlink")), 0);
  mkdir (IN ("/sticky"), 0755);
  chmod (IN ("/sticky"), 03751);
  mkdir (IN ("/locked"), 0700);
  put ((IN ("/locked/in"), p), "");
  chmod (IN ("/locked"), 0);
  setxattr (IN ("/dir/f"), "user.a", "value", 5, 0);
  setxattr (IN ("/dir"), "user.dir", "\0\xff", 2, 0);
  setxattr (IN ("/dir"), "trusted.t", "x", 1, 0);
  char cap[20] = { 1, 0, 0, 2, 0, 4 };
  put ((IN ("/capable"), p), "prog");
  setxattr (IN ("/capable"), "security.capability", cap, sizeof cap, 0);
  snprintf (p, sizeof p, "%s", IN (""));
  char cmd[PATH_MAX + 100];
  snprintf (cmd, sizeof cmd,
            "cd '%s' && setfacl -m u:99:rx dir/f 2>/dev/null && setfacl -d -m g:77:rwx dir "
            "2>/dev/null",
            p);
  if (system (cmd) != 0)
    print_message ("no ACLs here\n");
  for (const char *const *n = (const char *const[]){ "/dir/f", "/link", "/fifo", "/locked", "/dir",
                                                     "/sticky", "", NULL };
       *n; n++)
    utimensat (AT_FDCWD, IN (*n), t, AT_SYMLINK_NOFOLLOW);
#undef IN
}

static inline void
assert_same_tree (const char *a, const char *b)
{
  _cleanup_free_ char *one = describe (at (a)), *two = describe (at (b));
  char cmd[300];

  if (strcmp (one, two) != 0) {
    put ("/.one", one);
    put ("/.two", two);
    snprintf (cmd, sizeof cmd, "diff -a '%s' '%s' >&2", at ("/.one"), at ("/.two"));
    assert_int_equal (system (cmd), 0);
  }
  /* The description itself is worth something. */
  assert_non_null (strstr (one, "trusted.t=\"x\""));
  assert_non_null (strstr (one, "security.capability="));
  assert_non_null (strstr (one, "6751 12 34 1100000000.987"));
}

/* Names, types, symlinks and sizes only. */
static inline void
assert_same_names (const char *a, const char *b)
{
  _cleanup_free_ char *cmd = gk_asprintf (
      "l () { cd \"$1\" && find . -print0 | sort -z | xargs -0 stat -c '%%n %%f %%N' | "
      "sed \"s,$1,,\"; }; test \"$(l '%s')\" = \"$(l '%s')\" && diff -r --no-dereference '%s' '%s' "
      "2>&1 | grep -a -v -e 'is a .* special file' -e 'is a .* while'",
      at (a), at (b), at (a), at (b));

  /* grep finds nothing. */
  assert_int_equal (WEXITSTATUS (system (cmd)), 1);
}

#endif
