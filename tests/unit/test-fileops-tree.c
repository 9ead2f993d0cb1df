/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: fileops op base exec */
/* Whole trees: copies are faithful, moves are whole, and neither depth, width,
 * hostile names nor a tree that changes meanwhile leads outside. */
#include "fileops-help.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "base/walk.h"
#include "fileops-tree.h"
#include "gk-ops-fileops.h"

/* --- copies ------------------------------------------------------------------------- */

static void
faithful (void **state)
{
  struct stat a, b;

  rich_tree ("/src");
  assert_done (gk_fileops_cp_a (&ctx, "/src", "/dst", &err));
  assert_same_tree ("/src", "/dst");
  stat (at ("/dst/hard1"), &a);
  stat (at ("/dst/dir/hard2"), &b);
  assert_int_equal (a.st_ino, b.st_ino);
  assert_int_equal (a.st_nlink, 3);
  /* Into a directory that exists, twice: the second merges. */
  mkdir (at ("/into"), 0755);
  assert_done (gk_fileops_cp_a (&ctx, "/src", "/into", &err));
  assert_done (gk_fileops_cp_a (&ctx, "/src/", "/into/", &err));
  assert_same_tree ("/src", "/into/src");
  /* A default ACL of the destination is not the original's. */
  mkdir (at ("/acl"), 0755);
  char cmd[200];
  snprintf (cmd, sizeof cmd, "setfacl -d -m u:55:rwx '%s' 2>/dev/null", at ("/acl"));
  if (system (cmd) == 0) {
    assert_done (gk_fileops_cp_a (&ctx, "/src", "/acl/dst", &err));
    assert_same_tree ("/src", "/acl/dst");
  }
}

static void
plain_recursive (void **state)
{
  struct stat st;

  rich_tree ("/src");
  assert_done (gk_fileops_cp_r (&ctx, "/src", "/dst", &err));
  lstat (at ("/dst/dir/f"), &st);
  assert_int_equal (st.st_uid, 0);
  assert_int_equal (st.st_mode, S_IFREG | 0751);
  assert_true (st.st_mtim.tv_sec > 1500000000);
  assert_int_equal (st.st_nlink, 1);
  lstat (at ("/dst/link"), &st);
  assert_true (S_ISLNK (st.st_mode));
  lstat (at ("/dst/chr"), &st);
  assert_true (S_ISCHR (st.st_mode));
}

static void
files (void **state)
{
  struct stat st, old;

  mkdir (at ("/d"), 0755);
  put ("/f", "text");
  chmod (at ("/f"), 04755);
  put ("/old", "longer than the new one");
  chmod (at ("/old"), 0600);
  assert_int_equal (symlink ("old", at ("/lo")), 0);
  assert_int_equal (symlink ("/f", at ("/lf")), 0);
  assert_int_equal (symlink ("/nope", at ("/dang")), 0);
  stat (at ("/old"), &old);
  assert_done (gk_fileops_cp (&ctx, "/lf", "/lo", &err));
  stat (at ("/old"), &st);
  assert_content ("/old", "text");
  assert_int_equal (st.st_ino, old.st_ino);
  assert_int_equal (st.st_mode, S_IFREG | 0600);
  assert_done (gk_fileops_cp (&ctx, "/f", "/d", &err));
  stat (at ("/d/f"), &st);
  assert_int_equal (st.st_mode, S_IFREG | 0755);
  assert_done (gk_fileops_cp_a (&ctx, "/lf", "/l2", &err));
  lstat (at ("/l2"), &st);
  assert_true (S_ISLNK (st.st_mode));
  assert_error (gk_fileops_cp (&ctx, "/nope", "/x", &err), ENOENT,
                "/nope: No such file or directory");
  assert_error (gk_fileops_cp (&ctx, "/d", "/x", &err), EISDIR, "/d: is a directory");
  mkfifo (at ("/fifo"), 0644);
  assert_error (gk_fileops_cp (&ctx, "/fifo", "/x", &err), EINVAL, "/fifo: is not a regular file");
  assert_error (gk_fileops_cp (&ctx, "/f", "/f", &err), EINVAL, "/f and /f are the same file");
  assert_content ("/f", "text");
  assert_error (gk_fileops_cp (&ctx, "/f", "/lf", &err), EINVAL, "/f and /lf are the same file");
  assert_error (gk_fileops_cp (&ctx, "/f", "/nope/x", &err), ENOENT,
                "/nope/x: No such file or directory");
  assert_error (gk_fileops_cp (&ctx, "/f", "/dang", &err), ENOENT,
                "/dang: not writing through a dangling symlink: No such file or directory");
  assert_error (gk_fileops_cp_a (&ctx, "/d", "/d/sub", &err), EINVAL,
                "cannot copy /d into itself, /d/sub");
  assert_error (gk_fileops_cp_a (&ctx, "/", "/d", &err), EINVAL, "cannot copy / into itself, /d/.");
  assert_int_equal (gk_fileops_cp_a (&ctx, "/d", "/f", &err), -1);
  gk_error_clear (&err);
  assert_content ("/f", "text");
  /* A file cannot take the place of a directory. */
  mkdir (at ("/e"), 0755);
  mkdir (at ("/e/f"), 0755);
  assert_int_equal (gk_fileops_cp_a (&ctx, "/f", "/e", &err), -1);
  assert_int_equal (err.errnum, EISDIR);
  gk_error_clear (&err);
}

static void
holes (void **state)
{
  struct stat a, b;
  int fd = open (at ("/s"), O_WRONLY | O_CREAT, 0644);

  assert_int_equal (gk_pwrite_full (fd, "begin", 5, 1 << 20), 0);
  assert_int_equal (gk_pwrite_full (fd, "end", 3, (off_t)3 << 30), 0);
  assert_int_equal (ftruncate (fd, (off_t)5 << 30), 0);
  close (fd);
  assert_done (gk_fileops_cp (&ctx, "/s", "/t", &err));
  stat (at ("/s"), &a);
  stat (at ("/t"), &b);
  assert_int_equal (b.st_size, (off_t)5 << 30);
  assert_true (b.st_blocks <= a.st_blocks + 16);
  fd = open (at ("/t"), O_RDONLY);
  char c[5];
  assert_int_equal (gk_pread_full (fd, c, 5, 1 << 20), 5);
  assert_memory_equal (c, "begin", 5);
  assert_int_equal (gk_pread_full (fd, c, 3, (off_t)3 << 30), 3);
  assert_memory_equal (c, "end", 3);
  close (fd);
}

/* --- moves --------------------------------------------------------------------------- */

static void
moves (void **state)
{
  struct stat st;

  mkdir (at ("/d"), 0755);
  mkdir (at ("/d/sub"), 0755);
  put ("/f", "text");
  put ("/g", "other");
  assert_int_equal (symlink ("/d", at ("/ld")), 0);
  assert_error (gk_fileops_mv (&ctx, "/nope", "/x", &err), ENOENT,
                "/nope: No such file or directory");
  assert_error (gk_fileops_mv (&ctx, "/f", "/f", &err), EINVAL, "/f and /f are the same file");
  assert_error (gk_fileops_mv (&ctx, "/d", "/d/sub", &err), EINVAL,
                "cannot move /d into itself, /d/sub/d");
  assert_error (gk_fileops_mv (&ctx, "/d", "/f", &err), ENOTDIR, "/d: /f: Not a directory");
  assert_error (gk_fileops_mv (&ctx, "/f", "/nope/x", &err), ENOENT,
                "/nope/x: No such file or directory");
  assert_done (gk_fileops_mv (&ctx, "/f", "/ld", &err));
  assert_content ("/d/f", "text");
  assert_done (gk_fileops_mv (&ctx, "/d/f", "/g", &err));
  assert_content ("/g", "text");
  assert_int_equal (lstat (at ("/d/f"), &st), -1);
  assert_int_equal (link (at ("/g"), at ("/h")), 0);
  assert_done (gk_fileops_mv (&ctx, "/g", "/h", &err));
  assert_int_equal (lstat (at ("/g"), &st), -1);
  assert_content ("/h", "text");
  assert_done (gk_fileops_mv (&ctx, "/d/sub", "/d2", &err));
  assert_int_equal (lstat (at ("/d2"), &st), 0);
}

static void
moves_between (void **state)
{
  _cleanup_free_ char *before = NULL, *after = NULL;
  struct stat st;

  if (!own_mounts ())
    skip ();
  mkdir (at ("/m"), 0755);
  assert_int_equal (mount ("none", at ("/m"), "tmpfs", 0, "size=64m"), 0);
  rich_tree ("/src");
  /* tmpfs keeps no user attributes on all kernels: compare on the way back. */
  before = describe (at ("/src"));
  removexattr (at ("/src/dir/f"), "user.a");
  removexattr (at ("/src/dir"), "user.dir");
  free (before);
  before = describe (at ("/src"));
  assert_done (gk_fileops_mv (&ctx, "/src", "/m/dst", &err));
  assert_int_equal (lstat (at ("/src"), &st), -1);
  assert_done (gk_fileops_mv (&ctx, "/m/dst", "/back", &err));
  assert_int_equal (lstat (at ("/m/dst"), &st), -1);
  after = describe (at ("/back"));
  assert_string_equal (before, after);
  /* What is in the way: a file is replaced, a directory with content is not. */
  put ("/one", "1");
  put ("/m/two", "2");
  mkdir (at ("/m/dir"), 0755);
  mkdir (at ("/m/dir/one"), 0755);
  assert_int_equal (gk_fileops_mv (&ctx, "/one", "/m/dir", &err), -1);
  assert_int_equal (err.errnum, EISDIR);
  gk_error_clear (&err);
  assert_done (gk_fileops_mv (&ctx, "/one", "/m/two", &err));
  assert_content ("/m/two", "1");
  char **v;
  assert_done (gk_fileops_ls (&ctx, "/m", &v, &err));
  join (v, "dir,two");
  assert_int_equal (umount (at ("/m")), 0);
}

/* --- size ------------------------------------------------------------------------------ */

#define DEPTH 10000

static void
deep (void **state)
{
  char name[12], **v;
  int64_t n;
  int fd, next;

  in_memory ();
  mkdir (at ("/top"), 0755);
  fd = open (at ("/top"), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < DEPTH; i++) {
    snprintf (name, sizeof name, "d%d", i % 10);
    assert_int_equal (mkdirat (fd, name, 0755), 0);
    next = openat (fd, name, O_RDONLY | O_DIRECTORY);
    close (fd);
    fd = next;
  }
  next = openat (fd, "leaf", O_WRONLY | O_CREAT, 0644);
  assert_int_equal (gk_write_full (next, "deep", 4), 0);
  close (next);
  assert_int_equal (linkat (fd, "leaf", fd, "leaf2", 0), 0);
  close (fd);
  assert_done (gk_fileops_cp_a (&ctx, "/top", "/copy", &err));
  assert_done (gk_fileops_find (&ctx, "/copy", &v, &err));
  assert_int_equal (gk_strv_length (v), DEPTH + 2);
  assert_string_equal (v[DEPTH + 1] + strlen (v[DEPTH + 1]) - 6, "/leaf2");
  gk_strv_free (v);
  assert_done (gk_fileops_du (&ctx, "/copy", &n, &err));
  assert_true (n >= 4);
  assert_done (gk_fileops_rm_rf (&ctx, "/top", &err));
  assert_done (gk_fileops_rm_rf (&ctx, "/copy", &err));
  assert_done (gk_fileops_ls (&ctx, "/", &v, &err));
  join (v, "");
}

static void
wide (void **state)
{
  struct gk_sink sink;
  struct stat st;
  char **v;
  int fd;

  in_memory ();
  mkdir (at ("/w"), 0755);
  assert_done (gk_fileops_fill_dir (&ctx, "/w", 100000, &err));
  assert_done (gk_fileops_ls (&ctx, "/w", &v, &err));
  assert_int_equal (gk_strv_length (v), 100000);
  assert_string_equal (v[99999], "00099999");
  gk_strv_free (v);
  fd = open (at ("/out"), O_WRONLY | O_CREAT, 0644);
  gk_sink_to_fd (&sink, fd);
  assert_done (gk_fileops_ls0 (&ctx, "/w", &sink, &err));
  fstat (fd, &st);
  assert_int_equal (st.st_size, 900000);
  close (fd);
  assert_done (gk_fileops_cp_a (&ctx, "/w", "/x", &err));
  assert_done (gk_fileops_find (&ctx, "/x/", &v, &err));
  assert_int_equal (gk_strv_length (v), 100000);
  gk_strv_free (v);
  assert_done (gk_fileops_rm_rf (&ctx, "/w", &err));
  assert_done (gk_fileops_rm_rf (&ctx, "/x", &err));
}

static void
long_names (void **state)
{
  char name[300] = "/", **v;

  memset (name + 1, 'n', NAME_MAX);
  assert_done (gk_fileops_write (&ctx, name, "x", 1, &err));
  assert_done (gk_fileops_mkdir (&ctx, "/d", &err));
  assert_done (gk_fileops_cp_a (&ctx, name, "/d", &err));
  assert_done (gk_fileops_mv (&ctx, name, "/d", &err));
  assert_done (gk_fileops_ls (&ctx, "/d", &v, &err));
  join (v, name + 1);
  strcat (name, "n");
  assert_int_equal (gk_fileops_write (&ctx, name, "x", 1, &err), -1);
  assert_int_equal (err.errnum, ENAMETOOLONG);
  gk_error_clear (&err);
  /* Bytes that are no text. */
  assert_done (gk_fileops_write (&ctx, "/d/\xff\n\x01", "x", 1, &err));
  assert_done (gk_fileops_cp_r (&ctx, "/d", "/e", &err));
  assert_int_equal (access (at ("/e/\xff\n\x01"), F_OK), 0);
}

/* --- races ------------------------------------------------------------------------------ */

/* hold: nothing may be swapped while the test prepares a round by path. */
static atomic_bool stop, hold, held;

/* Swaps a directory of the tree for a symlink to outside, again and again. */
static void *
swapper (void *arg)
{
  char dir[200], away[200], outside[200];

  snprintf (dir, sizeof dir, "%s/root/t/victim", base);
  snprintf (away, sizeof away, "%s/root/away", base);
  snprintf (outside, sizeof outside, "%s/outside", base);
  while (!stop) {
    if (hold) {
      held = true;
      sched_yield ();
      continue;
    }
    held = false;
    if (rename (dir, away) == 0) {
      if (symlink (outside, dir) == 0)
        unlink (dir);
      if (symlink ("/../../../../../../tmp", dir) == 0)
        unlink (dir);
      rename (away, dir);
    }
  }
  return NULL;
}

static void
make_victim (void)
{
  mkdir (at ("/t"), 0755);
  mkdir (at ("/t/victim"), 0755);
  put ("/t/victim/keep", "mine");
  for (int i = 0; i < 20; i++) {
    char name[40];

    snprintf (name, sizeof name, "/t/victim/f%d", i);
    put (name, "x");
  }
}

static void
race (int (*round) (int))
{
  pthread_t thread;

  stop = hold = held = false;
  assert_int_equal (pthread_create (&thread, NULL, swapper, NULL), 0);
  for (int i = 0; i < 300; i++) {
    round (i);
    gk_error_clear (&err);
    assert_outside_untouched ();
  }
  stop = true;
  pthread_join (thread, NULL);
}

static int
remove_round (int i)
{
  hold = true;
  while (!held)
    sched_yield ();
  gk_fileops_rm_rf (&ctx, "/away", &err);
  make_victim ();
  hold = false;
  return gk_fileops_rm_rf (&ctx, "/t", &err);
}

static void
race_remove (void **state)
{
  race (remove_round);
}

static int
copy_round (int i)
{
  char **v;
  int r;

  r = gk_fileops_cp_a (&ctx, "/t", "/copy", &err);
  gk_error_clear (&err);
  assert_done (gk_fileops_find (&ctx, "/copy/", &v, &err));
  /* What was copied is what was in the tree, never what is outside. */
  for (size_t k = 0; v[k]; k++) {
    char p[300], text[10];
    int fd;

    if (!strstr (v[k], "keep"))
      continue;
    snprintf (p, sizeof p, "/copy/%s", v[k]);
    fd = open (at (p), O_RDONLY);
    assert_int_equal (read (fd, text, sizeof text), 4);
    close (fd);
  }
  gk_strv_free (v);
  assert_done (gk_fileops_rm_rf (&ctx, "/copy", &err));
  return r;
}

static void
race_copy (void **state)
{
  make_victim ();
  race (copy_round);
}

/* The destination is swapped while it is written to. */
static int
copy_into_round (int i)
{
  return gk_fileops_cp_a (&ctx, "/from", "/t", &err);
}

static void
race_destination (void **state)
{
  mkdir (at ("/from"), 0755);
  mkdir (at ("/from/t"), 0755);
  mkdir (at ("/from/victim"), 0755);
  put ("/from/victim/keep", "evil");
  chmod (at ("/from/victim/keep"), 0777);
  make_victim ();
  race (copy_into_round);
  gk_fileops_cp_a (&ctx, "/from/victim", "/t", &err);
  gk_error_clear (&err);
  assert_outside_untouched ();
}

/* The walk reads names that are taken away under it. */
static void
vanishing (void **state)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  int fd, n = 0, r;

  mkdir (at ("/t"), 0755);
  mkdir (at ("/t/a"), 0755);
  mkdir (at ("/t/b"), 0755);
  fd = open (at ("/t"), O_RDONLY | O_DIRECTORY);
  assert_int_equal (gk_walk_start (&w, fd), 0);
  close (fd);
  while ((r = gk_walk_next (&w)) > 0) {
    assert_int_equal (r, GK_WALK_ENTRY);
    rmdir (at ("/t/a"));
    rmdir (at ("/t/b"));
    assert_int_equal (gk_walk_enter (&w), -1);
    assert_int_equal (errno, ENOENT);
    n++;
  }
  assert_int_equal (r, 0);
  assert_true (n >= 1);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    TEST (faithful),   TEST (plain_recursive), TEST (files),     TEST (holes),
    TEST (moves),      TEST (moves_between),   TEST (deep),      TEST (wide),
    TEST (long_names), TEST (race_remove),     TEST (race_copy), TEST (race_destination),
    TEST (vanishing),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
