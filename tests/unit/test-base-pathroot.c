/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: base */
/* A path never leaves the root, whatever the tree holds, and gk_root_open
 * opens nothing that could block or act. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/strv.h"

/* base/ is outside, base/root is the root. */
static char base[64];
static char host[100];
static int root = -1;

static const char *
in_root (const char *name)
{
  snprintf (host, sizeof host, "%s/root/%s", base, name);
  return host;
}

static void
put (const char *path, const char *text)
{
  _cleanup_close_ int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

  assert_return_code (fd, errno);
  assert_return_code (gk_write_full (fd, text, strlen (text)), errno);
}

static int
setup (void **state)
{
  int fd;

  /* What is mounted here goes away with the test, also when it crashes. */
  if (unshare (CLONE_NEWNS) == 0)
    assert_return_code (mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL), errno);
  strcpy (base, "/tmp/gk-pathroot-XXXXXX");
  assert_non_null (mkdtemp (base));
  snprintf (host, sizeof host, "%s/secret", base);
  put (host, "outside");
  snprintf (host, sizeof host, "%s/root", base);
  assert_return_code (mkdir (host, 0755), errno);
  root = open (host, O_PATH | O_DIRECTORY | O_CLOEXEC);
  assert_return_code (root, errno);
  assert_return_code (mkdir (in_root ("dir"), 0755), errno);
  assert_return_code (mkdir (in_root ("dir/sub"), 0755), errno);
  put (in_root ("file"), "inside");
  put (in_root ("secret"), "inside");
  put (in_root ("dir/sub/f"), "deep");
  assert_return_code (symlink ("../secret", in_root ("rel-escape")), errno);
  assert_return_code (symlink ("../../../../../../secret", in_root ("dir/rel-far")), errno);
  assert_return_code (symlink ("/secret", in_root ("abs")), errno);
  assert_return_code (symlink (base, in_root ("abs-host")), errno);
  assert_return_code (symlink ("/dir", in_root ("to-dir")), errno);
  assert_return_code (symlink ("loop-b", in_root ("loop-a")), errno);
  assert_return_code (symlink ("loop-a", in_root ("loop-b")), errno);
  assert_return_code (symlink ("/dir/fresh", in_root ("dangling")), errno);
  assert_return_code (symlink ("sub/./..", in_root ("dir/here")), errno);
  assert_return_code (symlink (".", in_root ("dot")), errno);
  assert_return_code (symlink ("/", in_root ("slash")), errno);
  assert_return_code (mkfifo (in_root ("fifo"), 0644), errno);
  assert_return_code (symlink ("fifo", in_root ("to-fifo")), errno);
  struct sockaddr_un sa = { .sun_family = AF_UNIX };
  strcpy (sa.sun_path, in_root ("socket"));
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_return_code (fd, errno);
  assert_return_code (bind (fd, (struct sockaddr *)&sa, sizeof sa), errno);
  close (fd);
  return 0;
}

static int
rm (const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  return remove (path);
}

static int
teardown (void **state)
{
  close (root);
  return nftw (base, rm, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void
assert_reads (const char *path, const char *expect)
{
  _cleanup_close_ int fd = gk_root_open (root, path, O_RDONLY, 0);
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  assert_return_code (fd, errno);
  assert_int_equal (fcntl (fd, F_GETFD), FD_CLOEXEC);
  assert_return_code (gk_read_all (fd, 100, &b), errno);
  assert_string_equal (b.data, expect);
}

static void
assert_fails (const char *path, int flags, int errnum)
{
  assert_int_equal (gk_root_open (root, path, flags, 0644), -1);
  assert_int_equal (errno, errnum);
}

static void
symlinks_stay_inside (void **state)
{
  assert_reads ("/file", "inside");
  assert_reads ("file", "inside");
  assert_reads ("//dir/..//./file", "inside");
  assert_reads ("/rel-escape", "inside");
  assert_reads ("/dir/rel-far", "inside");
  assert_reads ("/abs", "inside");
  assert_reads ("/../../secret", "inside");
  assert_reads ("/to-dir/sub/f", "deep");
  assert_reads ("/slash/slash/to-dir/../file", "inside");
  assert_fails ("/abs-host", O_RDONLY, ENOENT);
  assert_fails ("/abs-host/secret", O_RDONLY, ENOENT);
  assert_fails ("/loop-a", O_RDONLY, ELOOP);
  assert_fails ("/abs", O_RDONLY | O_NOFOLLOW, ELOOP);
  assert_fails ("", O_RDONLY, ENOENT);
  assert_fails ("/file/", O_RDONLY, ENOTDIR);
  assert_fails ("/file/x", O_RDONLY, ENOTDIR);
  assert_fails ("/dir", O_WRONLY, EISDIR);
}

static void
only_files_and_directories (void **state)
{
  char node[] = "node";
  int fd;

  /* Were it opened, a FIFO would block here for ever. */
  assert_fails ("/fifo", O_RDONLY, EINVAL);
  assert_fails ("/fifo", O_WRONLY | O_CREAT, EINVAL);
  assert_fails ("/to-fifo", O_WRONLY | O_CREAT | O_TRUNC, EINVAL);
  assert_fails ("/socket", O_RDONLY, EINVAL);
  assert_fails ("/socket", O_RDWR | O_CREAT, EINVAL);
  fd = gk_root_open (root, "/fifo", O_PATH, 0);
  assert_return_code (fd, errno);
  close (fd);
  fd = gk_root_open_any (root, "/fifo", O_RDONLY | O_NONBLOCK, 0);
  assert_return_code (fd, errno);
  close (fd);
  /* Harmless, should the check ever be lost: /dev/full. */
  if (mknod (in_root (node), S_IFCHR | 0644, makedev (1, 7)) == -1)
    skip ();
  assert_fails ("/node", O_RDONLY, EINVAL);
  assert_fails ("/node", O_WRONLY | O_CREAT | O_TRUNC, EINVAL);
}

static void
creating (void **state)
{
  _cleanup_close_ int fd = -1;
  struct stat st;

  umask (0);
  fd = gk_root_open (root, "/dir/new", O_WRONLY | O_CREAT | O_TRUNC, 0640);
  assert_return_code (fd, errno);
  assert_return_code (fstat (fd, &st), errno);
  assert_int_equal (st.st_mode, S_IFREG | 0640);
  assert_return_code (gk_write_full (fd, "xyz", 3), errno);
  close (gk_steal_fd (&fd));
  assert_reads ("/dir/new", "xyz");
  assert_fails ("/dir/new", O_WRONLY | O_CREAT | O_EXCL, EEXIST);
  fd = gk_root_open (root, "/dir/new", O_WRONLY | O_CREAT | O_APPEND, 0600);
  assert_return_code (fd, errno);
  assert_return_code (gk_write_full (fd, "z", 1), errno);
  close (gk_steal_fd (&fd));
  assert_reads ("/dir/new", "xyzz");
  fd = gk_root_open (root, "/dir/new", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  assert_return_code (fd, errno);
  close (gk_steal_fd (&fd));
  assert_reads ("/dir/new", "");
  assert_return_code (gk_root_stat (root, "/dir/new", &st), errno);
  assert_int_equal (st.st_mode, S_IFREG | 0640);

  /* Through a dangling symlink, inside. */
  fd = gk_root_open (root, "/dangling", O_RDWR | O_CREAT | O_TRUNC, 0600);
  assert_return_code (fd, errno);
  assert_false (fcntl (fd, F_GETFL) & O_NONBLOCK);
  close (gk_steal_fd (&fd));
  assert_return_code (access (in_root ("dir/fresh"), F_OK), errno);
  assert_fails ("/no/such", O_WRONLY | O_CREAT, ENOENT);
  assert_fails ("/fresh/", O_WRONLY | O_CREAT, EISDIR);
  fd = gk_root_open (root, "/dir", O_RDWR | O_TMPFILE, 0600);
  assert_return_code (fd, errno);
  umask (022);
}

static void
parents (void **state)
{
  char name[NAME_MAX + 1] = "untouched";
  char longname[NAME_MAX + 3];
  struct stat a, b;
  static const struct {
    const char *path, *dir, *name;
  } rows[] = {
    { "/file", "/", "file" },
    { "file", "/", "file" },
    { "/", "/", "." },
    { "///", "/", "." },
    { "/dir/sub///", "/dir", "sub" },
    { "/to-dir/x", "/dir", "x" },
    { "/../../x", "/", "x" },
    { "/abs", "/", "abs" },
    { "/dir/.", "/dir", "." },
    { "/\xff\xfe", "/", "\xff\xfe" },
  };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    _cleanup_close_ int fd = gk_root_parent (root, rows[i].path, name);

    assert_return_code (fd, errno);
    assert_string_equal (name, rows[i].name);
    assert_return_code (fstat (fd, &a), errno);
    assert_return_code (gk_root_stat (root, rows[i].dir, &b), errno);
    assert_int_equal (a.st_ino, b.st_ino);
  }
  strcpy (name, "untouched");
  memset (longname, 'x', sizeof longname);
  longname[0] = '/';
  longname[NAME_MAX + 2] = '\0';
  assert_int_equal (gk_root_parent (root, longname, name), -1);
  assert_int_equal (errno, ENAMETOOLONG);
  assert_int_equal (gk_root_parent (root, "/dir/..", name), -1);
  assert_int_equal (errno, EINVAL);
  assert_int_equal (gk_root_parent (root, "/file/x", name), -1);
  assert_int_equal (errno, ENOTDIR);
  assert_int_equal (gk_root_parent (root, "", name), -1);
  assert_int_equal (errno, ENOENT);
  assert_string_equal (name, "untouched");
  longname[NAME_MAX + 1] = '\0';
  _cleanup_close_ int fd = gk_root_parent (root, longname, name);
  assert_return_code (fd, errno);
  assert_string_equal (name, longname + 1);
}

static void
stats (void **state)
{
  struct stat st;

  assert_return_code (gk_root_stat (root, "/abs", &st), errno);
  assert_true (S_ISREG (st.st_mode));
  assert_return_code (gk_root_lstat (root, "/abs", &st), errno);
  assert_true (S_ISLNK (st.st_mode));
  assert_return_code (gk_root_lstat (root, "/to-dir/", &st), errno);
  assert_true (S_ISDIR (st.st_mode));
  assert_return_code (gk_root_stat (root, "/fifo", &st), errno);
  assert_true (S_ISFIFO (st.st_mode));
  assert_int_equal (gk_root_stat (root, "/loop-a", &st), -1);
  assert_int_equal (errno, ELOOP);
}

static void
assert_real (const char *path, const char *expect)
{
  _cleanup_free_ char *real = NULL;

  assert_return_code (gk_root_realpath (root, path, &real), errno);
  assert_string_equal (real, expect);
}

static void
realpaths (void **state)
{
  char *real = NULL;

  assert_real ("/", "/");
  assert_real ("/..", "/");
  assert_real ("/file", "/file");
  assert_real ("file", "/file");
  assert_real ("//dir//./sub/", "/dir/sub");
  assert_real ("/abs", "/secret");
  assert_real ("/rel-escape", "/secret");
  assert_real ("/dir/rel-far", "/secret");
  assert_real ("/to-dir/sub/../..", "/");
  assert_real ("/to-dir/sub/f", "/dir/sub/f");
  assert_real ("/dir/here", "/dir");
  assert_real ("/dir/here/here/sub", "/dir/sub");
  assert_real ("/dot/dot", "/");
  assert_real ("/slash/dir", "/dir");
  assert_real ("/to-fifo", "/fifo");
  assert_int_equal (gk_root_realpath (root, "/loop-a", &real), -1);
  assert_int_equal (errno, ELOOP);
  assert_int_equal (gk_root_realpath (root, "/nope", &real), -1);
  assert_int_equal (errno, ENOENT);
  assert_int_equal (gk_root_realpath (root, "/file/..", &real), -1);
  assert_int_equal (errno, ENOTDIR);
  assert_null (real);
}

/* Names are bytes: no encoding is assumed, no character is special. */
static void
odd_names (void **state)
{
  static const char *const names[] = { "\xff\xfe\x80", " ", "new\nline", "-rf", "...", "*", "\\" };
  char path[64];

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    put (in_root (names[i]), "odd");
    snprintf (path, sizeof path, "/%s", names[i]);
    assert_reads (path, "odd");
    assert_real (path, path);
  }
}

static void
long_paths (void **state)
{
  _cleanup_free_ char *path = malloc (PATH_MAX + 10);

  assert_non_null (path);
  for (size_t i = 0; i < PATH_MAX + 8; i++)
    path[i] = i % 2 ? '.' : '/';
  path[PATH_MAX + 8] = '\0';
  assert_fails (path, O_RDONLY, ENAMETOOLONG);
  path[PATH_MAX - 2] = '\0';
  assert_real (path, "/");
}

/* A guest may have /proc mounted for a command; its magic links lead to the
 * objects of host processes. */
static void
magic_links (void **state)
{
  char *real = NULL;

  assert_return_code (mkdir (in_root ("proc"), 0755), errno);
  if (mount ("proc", in_root ("proc"), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
    skip ();
  int a = gk_root_open (root, "/proc/self/root/etc/passwd", O_RDONLY, 0), ea = errno;
  int b = gk_root_open (root, "/proc/self/cwd", O_PATH, 0), eb = errno;
  int c = gk_root_realpath (root, "/proc/self/root/", &real), ec = errno;
  int d = gk_root_open (root, "/proc/self/status", O_RDONLY, 0), ed = errno;
  int e = gk_root_realpath (root, "/proc/self/root", &real), ee = errno;
  if (d >= 0)
    close (d);
  assert_return_code (umount2 (in_root ("proc"), MNT_DETACH), errno);
  assert_int_equal (a, -1);
  assert_int_equal (ea, ELOOP);
  assert_int_equal (b, -1);
  assert_int_equal (eb, ELOOP);
  assert_int_equal (c, -1);
  assert_int_equal (ec, ELOOP);
  assert_return_code (d, ed);
  assert_int_equal (e, -1);
  assert_int_equal (ee, ELOOP);
}

static void
dotdot (void **state)
{
  static const char *const with[] = { "..", "../x", "/..", "/a/../b", "a//..", "a/../" };
  static const char *const without[] = { "", "/", ".", "...", "a..", "..a", "/a/..b/c..", "./." };

  for (size_t i = 0; i < sizeof with / sizeof with[0]; i++)
    assert_true (gk_path_has_dotdot (with[i]));
  for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
    assert_false (gk_path_has_dotdot (without[i]));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (symlinks_stay_inside),
    cmocka_unit_test (only_files_and_directories),
    cmocka_unit_test (creating),
    cmocka_unit_test (parents),
    cmocka_unit_test (dotdot),
    cmocka_unit_test (stats),
    cmocka_unit_test (realpaths),
    cmocka_unit_test (odd_names),
    cmocka_unit_test (long_paths),
    cmocka_unit_test (magic_links),
  };

  /* valgrind up to 3.19 does not know the call. */
  if (syscall (SYS_openat2, -1, "/", NULL, 0) == -1 && errno == ENOSYS &&
      !getenv ("GUESTKIT_MUST_WORK")) {
    puts ("skipped: no openat2");
    return 0;
  }
  return cmocka_run_group_tests (tests, setup, teardown);
}
