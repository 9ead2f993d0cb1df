/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: fileops op base exec */
/* The everyday calls: answers and sentences as programs know them. */
#include "fileops-help.h"

#include <dirent.h>
#include <sys/sysmacros.h>
#include "gk-ops-fileops.h"

static void
sample (void)
{
  mkdir (at ("/d"), 0755);
  mkdir (at ("/d/sub"), 0755);
  put ("/d/x", "x");
  put ("/f", "hello\nworld\n");
  put ("/empty", "");
  assert_int_equal (symlink ("/f", at ("/lf")), 0);
  assert_int_equal (symlink ("/d", at ("/ld")), 0);
  assert_int_equal (symlink ("/nope", at ("/dang")), 0);
  assert_int_equal (symlink ("loop", at ("/loop")), 0);
  assert_int_equal (symlink ("../../outside", at ("/out")), 0);
  assert_int_equal (mkfifo (at ("/fifo"), 0644), 0);
  assert_int_equal (mknod (at ("/sock"), S_IFSOCK | 0644, 0), 0);
}

static bool
is (int (*f) (struct gk_ctx *, const char *, bool *, struct gk_error *), const char *path)
{
  bool b = false;

  assert_done (f (&ctx, path, &b, &err));
  return b;
}

static void
types (void **state)
{
  struct guestfs_is_file_opts_argv follow = { .bitmask =
                                                  GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS_BITMASK,
                                              .followsymlinks = 1 };
  bool b;

  sample ();
  assert_done (gk_fileops_is_file (&ctx, "/f", NULL, &b, &err));
  assert_true (b);
  assert_done (gk_fileops_is_file (&ctx, "/lf", NULL, &b, &err));
  assert_false (b);
  assert_done (gk_fileops_is_file (&ctx, "/lf", &follow, &b, &err));
  assert_true (b);
  assert_done (gk_fileops_is_file (&ctx, "/nope", &follow, &b, &err));
  assert_false (b);
  assert_done (gk_fileops_is_file (&ctx, "/f/x", &follow, &b, &err));
  assert_false (b);
  assert_error (gk_fileops_is_file (&ctx, "/loop", &follow, &b, &err), ELOOP,
                "stat: /loop: Too many levels of symbolic links");
  assert_done (gk_fileops_is_fifo (&ctx, "/fifo", NULL, &b, &err));
  assert_true (b);
  assert_done (gk_fileops_is_socket (&ctx, "/sock", NULL, &b, &err));
  assert_true (b);
  assert_true (is (gk_fileops_is_symlink, "/loop"));
  assert_true (is (gk_fileops_exists, "/dang"));
  assert_true (is (gk_fileops_exists, "/../f"));
  assert_false (is (gk_fileops_exists, "/f/x"));
  assert_false (is (gk_fileops_exists, "/out/keep"));
}

static void
stats (void **state)
{
  struct guestfs_statns s;
  struct guestfs_statns_list l;
  struct guestfs_statvfs v;
  struct stat st;
  int64_t n;
  char n1[] = "x", n2[] = "nope", n3[] = "..", n4[] = "a/b";
  char *names[] = { n1, n2, n3, n4, NULL };

  sample ();
  assert_done (gk_fileops_statns (&ctx, "/lf", &s, &err));
  stat (at ("/f"), &st);
  assert_int_equal (s.st_ino, st.st_ino);
  assert_int_equal (s.st_size, 12);
  assert_int_equal (s.st_mtime_nsec, st.st_mtim.tv_nsec);
  assert_int_equal (s.st_spare6, 0);
  assert_error (gk_fileops_statns (&ctx, "/dang", &s, &err), ENOENT,
                "/dang: No such file or directory");
  assert_error (gk_fileops_lstatns (&ctx, "/f/x", &s, &err), ENOTDIR, "/f/x: Not a directory");
  assert_done (gk_fileops_filesize (&ctx, "/f", &n, &err));
  assert_int_equal (n, 12);
  assert_done (gk_fileops_lstatnslist (&ctx, "/d", names, &l, &err));
  assert_int_equal (l.len, 4);
  assert_int_equal (l.val[0].st_size, 1);
  assert_int_equal (l.val[1].st_ino, -1);
  assert_true (S_ISDIR (l.val[2].st_mode));
  assert_int_equal (l.val[3].st_ino, -1);
  free (l.val);
  /* ".." of the root is the root. */
  assert_done (gk_fileops_lstatnslist (&ctx, "/", names, &l, &err));
  fstat (ctx.root_fd, &st);
  assert_int_equal (l.val[2].st_ino, st.st_ino);
  free (l.val);
  assert_error (gk_fileops_lstatnslist (&ctx, "/f", names, &l, &err), ENOTDIR,
                "/f: Not a directory");
  assert_done (gk_fileops_statvfs (&ctx, "/fifo", &v, &err));
  assert_true (v.blocks > 0);
  assert_error (gk_fileops_statvfs (&ctx, "/nope", &v, &err), ENOENT,
                "statvfs: /nope: No such file or directory");
}

static void
reading (void **state)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  char *s, **v;

  sample ();
  assert_done (gk_fileops_cat (&ctx, "/lf", &s, &err));
  assert_string_equal (s, "hello\nworld\n");
  free (s);
  assert_done (gk_fileops_read_file (&ctx, "/empty", &b, &err));
  assert_int_equal (b.size, 0);
  assert_error (gk_fileops_cat (&ctx, "/d", &s, &err), EISDIR, "/d: is a directory");
  assert_error (gk_fileops_cat (&ctx, "/nope", &s, &err), ENOENT,
                "/nope: No such file or directory");
  assert_error (gk_fileops_cat (&ctx, "/fifo", &s, &err), EINVAL,
                "/fifo: is a FIFO, not a regular file");
  assert_error (gk_fileops_cat (&ctx, "/out/keep", &s, &err), ENOENT,
                "/out/keep: No such file or directory");
  put ("/ml", "a\r\nb\n\nc");
  assert_done (gk_fileops_read_lines (&ctx, "/ml", &v, &err));
  join (v, "a,b,,c");
  assert_done (gk_fileops_head (&ctx, "/ml", &v, &err));
  join (v, "a\r,b,,c");
  assert_done (gk_fileops_read_lines (&ctx, "/empty", &v, &err));
  join (v, "");
}

static void
head_tail (void **state)
{
  static const struct {
    int n;
    const char *head, *tail;
  } t[] = {
    { 0, "", "" },
    { 1, "1", "5" },
    { 2, "1,2", "4,5" },
    { 5, "1,2,3,4,5", "1,2,3,4,5" },
    { 9, "1,2,3,4,5", "1,2,3,4,5" },
    { -1, "1,2,3,4", "1,2,3,4,5" },
    { -2, "1,2,3", "2,3,4,5" },
    { -5, "", "5" },
    { -6, "", "" },
    { INT32_MIN, "", "" },
  };
  char **v;

  for (int end = 0; end < 2; end++) {
    put ("/n", end ? "1\n2\n3\n4\n5" : "1\n2\n3\n4\n5\n");
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
      assert_done (gk_fileops_head_n (&ctx, t[i].n, "/n", &v, &err));
      join (v, t[i].head);
      assert_done (gk_fileops_tail_n (&ctx, t[i].n, "/n", &v, &err));
      join (v, t[i].tail);
    }
  }
  /* Lines longer than one block of the search. */
  int fd = open (at ("/long"), O_WRONLY | O_CREAT, 0644);
  assert_int_equal (gk_write_full (fd, "a\n", 2), 0);
  assert_int_equal (gk_pwrite_full (fd, "\nzz\n", 4, 3000000), 0);
  close (fd);
  assert_done (gk_fileops_tail_n (&ctx, 1, "/long", &v, &err));
  join (v, "zz");
  assert_done (gk_fileops_head_n (&ctx, -2, "/long", &v, &err));
  join (v, "a");
  assert_done (gk_fileops_tail_n (&ctx, -3, "/long", &v, &err));
  join (v, "zz");
}

static void
writing (void **state)
{
  struct stat a, b;
  int n;

  sample ();
  stat (at ("/f"), &a);
  assert_done (gk_fileops_write (&ctx, "/lf", "new", 3, &err));
  assert_content ("/f", "new");
  stat (at ("/f"), &b);
  assert_int_equal (a.st_ino, b.st_ino);
  assert_done (gk_fileops_write (&ctx, "/dang", "through", 7, &err));
  assert_content ("/nope", "through");
  assert_done (gk_fileops_write_append (&ctx, "/nope", "+", 1, &err));
  assert_content ("/nope", "through+");
  assert_error (gk_fileops_write (&ctx, "/d", "", 0, &err), EISDIR, "open: /d: Is a directory");
  assert_error (gk_fileops_write (&ctx, "/x/y", "", 0, &err), ENOENT,
                "open: /x/y: No such file or directory");
  assert_error (gk_fileops_write (&ctx, "/fifo", "", 0, &err), EINVAL,
                "open: /fifo: is a FIFO, not a regular file");
  assert_error (gk_fileops_write (&ctx, "/out/keep", "bad", 3, &err), ENOENT,
                "open: /out/keep: No such file or directory");
  assert_done (gk_fileops_write_file (&ctx, "/wf", "abcdef", 3, &err));
  assert_content ("/wf", "abc");
  assert_error (gk_fileops_write_file (&ctx, "/wf", "abc", 4, &err), 0,
                "size parameter is larger than string content");
  assert_done (gk_fileops_pwrite (&ctx, "/wf", "ZZ", 2, 2, &n, &err));
  assert_int_equal (n, 2);
  assert_content ("/wf", "abZZ");
  assert_done (gk_fileops_truncate_size (&ctx, "/wf", 1, &err));
  assert_content ("/wf", "a");
  assert_error (gk_fileops_truncate_size (&ctx, "/wf", -1, &err), EINVAL,
                "ftruncate: /wf: Invalid argument");
  assert_done (gk_fileops_touch (&ctx, "/t", &err));
  assert_content ("/t", "");
  assert_error (gk_fileops_touch (&ctx, "/lf", &err), 0,
                "/lf: touch can only be used on a regular files");
  assert_outside_untouched ();
}

static void
directories (void **state)
{
  char *s;
  struct stat st;

  sample ();
  assert_done (gk_fileops_mkdir (&ctx, "/new/", &err));
  assert_error (gk_fileops_mkdir (&ctx, "/new", &err), EEXIST, "/new: File exists");
  assert_error (gk_fileops_mkdir (&ctx, "/", &err), EEXIST, "/: File exists");
  assert_error (gk_fileops_mkdir (&ctx, "/f/x", &err), ENOTDIR, "/f/x: Not a directory");
  assert_done (gk_fileops_mkdir_mode (&ctx, "/m", 0700, &err));
  stat (at ("/m"), &st);
  assert_int_equal (st.st_mode, S_IFDIR | 0700);
  assert_done (gk_fileops_mkdir_p (&ctx, "/p/q//r/../s/", &err));
  assert_int_equal (access (at ("/p/q/r"), F_OK), 0);
  assert_int_equal (access (at ("/p/q/s"), F_OK), 0);
  assert_done (gk_fileops_mkdir_p (&ctx, "/p/q/s", &err));
  assert_done (gk_fileops_mkdir_p (&ctx, "/", &err));
  assert_done (gk_fileops_mkdir_p (&ctx, "/ld/a/b", &err));
  assert_int_equal (access (at ("/d/a/b"), F_OK), 0);
  assert_error (gk_fileops_mkdir_p (&ctx, "/f", &err), ENOTDIR,
                "/f: a path element was not a directory");
  assert_error (gk_fileops_mkdir_p (&ctx, "/f/x/y", &err), ENOTDIR, "/f/x/y: Not a directory");
  assert_error (gk_fileops_mkdir_p (&ctx, "/dang/x", &err), EEXIST,
                "/dang/x: a path element was not a directory");
  assert_done (gk_fileops_mkdtemp (&ctx, "/d/fooXXXXXX", &s, &err));
  assert_int_equal (strncmp (s, "/d/foo", 6), 0);
  assert_int_equal (stat (at (s), &st), 0);
  assert_int_equal (st.st_mode, S_IFDIR | 0700);
  free (s);
  assert_error (gk_fileops_mkdtemp (&ctx, "/d/foo", &s, &err), EINVAL, "/d/foo: Invalid argument");
  struct guestfs_mktemp_argv o = { .bitmask = GUESTFS_MKTEMP_SUFFIX_BITMASK, .suffix = ".txt" };
  assert_done (gk_fileops_mktemp (&ctx, "/d/aXXXXXX", &o, &s, &err));
  assert_string_equal (s + strlen (s) - 4, ".txt");
  assert_int_equal (stat (at (s), &st), 0);
  assert_int_equal (st.st_mode, S_IFREG | 0600);
  free (s);
  o.suffix = "/../../../outside/x";
  assert_int_equal (gk_fileops_mktemp (&ctx, "/d/aXXXXXX", &o, &s, &err), -1);
}

static void
listing (void **state)
{
  struct guestfs_dirent_list l;
  char **v;

  sample ();
  assert_done (gk_fileops_ls (&ctx, "/ld/", &v, &err));
  join (v, "sub,x");
  assert_error (gk_fileops_ls (&ctx, "/f", &v, &err), ENOTDIR, "opendir: /f: Not a directory");
  assert_done (gk_fileops_find (&ctx, "/", &v, &err));
  join (v, "d,d/sub,d/x,dang,empty,f,fifo,ld,lf,loop,out,sock");
  assert_done (gk_fileops_find (&ctx, "/d", &v, &err));
  join (v, "/sub,/x");
  assert_done (gk_fileops_find (&ctx, "/d/", &v, &err));
  join (v, "sub,x");
  assert_error (gk_fileops_find (&ctx, "/f", &v, &err), ENOTDIR, "/f: not a directory");
  assert_error (gk_fileops_find (&ctx, "/nope", &v, &err), ENOENT,
                "/nope: No such file or directory");
  assert_done (gk_fileops_readdir (&ctx, "/", &l, &err));
  assert_int_equal (l.len, 12);
  for (uint32_t i = 0; i < l.len; i++) {
    if (gk_streq (l.val[i].name, "fifo"))
      assert_int_equal (l.val[i].ftyp, 'f');
    if (gk_streq (l.val[i].name, "ld"))
      assert_int_equal (l.val[i].ftyp, 'l');
    free (l.val[i].name);
  }
  free (l.val);
}

static void
streamed_names (void **state)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  struct gk_sink sink;
  int fd = open (at ("/result"), O_RDWR | O_CREAT, 0644);

  mkdir (at ("/d"), 0755);
  put ("/d/a\nb", "");
  gk_sink_to_fd (&sink, fd);
  assert_done (gk_fileops_ls0 (&ctx, "/d", &sink, &err));
  assert_done (gk_fileops_find0 (&ctx, "/d", &sink, &err));
  close (fd);
  assert_int_equal (gk_read_file (at ("/result"), 1000, &b), 0);
  assert_int_equal (b.size, 9);
  assert_memory_equal (b.data, "a\nb\0/a\nb\0", 9);
}

static void
removing (void **state)
{
  sample ();
  assert_error (gk_fileops_rm (&ctx, "/nope", &err), ENOENT, "/nope: No such file or directory");
  assert_error (gk_fileops_rm (&ctx, "/d", &err), EISDIR, "/d: Is a directory");
  assert_error (gk_fileops_rm (&ctx, "/", &err), EISDIR, "/: Is a directory");
  assert_error (gk_fileops_rm (&ctx, "/f/", &err), ENOTDIR, "/f/: Not a directory");
  assert_done (gk_fileops_rm_f (&ctx, "/nope", &err));
  assert_error (gk_fileops_rm_f (&ctx, "/d", &err), EISDIR, "/d: Is a directory");
  assert_done (gk_fileops_rm (&ctx, "/lf", &err));
  assert_int_equal (access (at ("/f"), F_OK), 0);
  assert_error (gk_fileops_rmdir (&ctx, "/d", &err), ENOTEMPTY, "/d: Directory not empty");
  assert_error (gk_fileops_rmdir (&ctx, "/", &err), EBUSY, "/: Device or resource busy");
  assert_done (gk_fileops_rmdir (&ctx, "/d/sub", &err));
  assert_error (gk_fileops_rm_rf (&ctx, "//", &err), EBUSY, "cannot remove root directory");
  assert_error (gk_fileops_rm_rf (&ctx, "/d/..", &err), EINVAL,
                "/d/..: refusing to remove '.' or '..' directory");
  assert_done (gk_fileops_rm_rf (&ctx, "/nope/x", &err));
  assert_done (gk_fileops_rm_rf (&ctx, "/f/x", &err));
  mkdir (at ("/d/deep"), 0);
  put ("/d/deep/z", "");
  assert_int_equal (symlink ("/", at ("/d/deep/up")), 0);
  assert_done (gk_fileops_rm_rf (&ctx, "/ld", &err));
  assert_int_equal (access (at ("/d/deep"), F_OK), 0);
  assert_done (gk_fileops_rm_rf (&ctx, "/d/", &err));
  assert_int_equal (access (at ("/d"), F_OK), -1);
  assert_int_equal (access (at ("/f"), F_OK), 0);
  assert_done (gk_fileops_rm_rf (&ctx, "/out", &err));
  assert_outside_untouched ();
}

static void
linking (void **state)
{
  char n1[] = "lf", n2[] = "nope", n3[] = "f", n4[] = "dang";
  char *s, **v, *names[] = { n1, n2, n3, n4, NULL };
  struct stat a, b;

  sample ();
  assert_done (gk_fileops_readlink (&ctx, "/lf", &s, &err));
  assert_string_equal (s, "/f");
  free (s);
  assert_error (gk_fileops_readlink (&ctx, "/f", &s, &err), EINVAL,
                "readlink: /f: Invalid argument");
  assert_done (gk_fileops_readlinklist (&ctx, "/", names, &v, &err));
  join (v, "/f,,,/nope");
  assert_done (gk_fileops_realpath (&ctx, "/ld/../d//x", &s, &err));
  assert_string_equal (s, "/d/x");
  free (s);
  assert_error (gk_fileops_realpath (&ctx, "/nope", &s, &err), ENOENT,
                "realpath: /nope: No such file or directory");
  assert_done (gk_fileops_ln (&ctx, "/f", "/f2", &err));
  stat (at ("/f"), &a);
  stat (at ("/f2"), &b);
  assert_int_equal (a.st_ino, b.st_ino);
  assert_error (gk_fileops_ln (&ctx, "/f", "/d", &err), EEXIST, "link: /f: /d: File exists");
  assert_done (gk_fileops_ln (&ctx, "/lf", "/l2", &err));
  lstat (at ("/l2"), &a);
  assert_true (S_ISLNK (a.st_mode));
  assert_done (gk_fileops_ln_f (&ctx, "/f", "/empty", &err));
  assert_content ("/empty", "hello\nworld\n");
  assert_done (gk_fileops_ln_f (&ctx, "/f", "/f", &err));
  assert_content ("/f", "hello\nworld\n");
  assert_done (gk_fileops_ln_s (&ctx, "any text", "/s", &err));
  assert_error (gk_fileops_ln_s (&ctx, "x", "/s", &err), EEXIST, "ln -s: x: /s: File exists");
  assert_done (gk_fileops_ln_sf (&ctx, "other", "/s", &err));
  assert_done (gk_fileops_ln_s (&ctx, "../f", "/ld", &err));
  assert_int_equal (lstat (at ("/d/f"), &a), 0);
}

static void
attributes (void **state)
{
  struct stat st;

  sample ();
  assert_done (gk_fileops_chmod (&ctx, 0600, "/lf", &err));
  stat (at ("/f"), &st);
  assert_int_equal (st.st_mode, S_IFREG | 0600);
  assert_error (gk_fileops_chmod (&ctx, 0600, "/nope", &err), ENOENT,
                "/nope: 0600: No such file or directory");
  assert_error (gk_fileops_chmod (&ctx, -1, "/f", &err), EINVAL, "/f: mode is negative");
  assert_done (gk_fileops_chmod (&ctx, 0711, "/fifo", &err));
  assert_done (gk_fileops_lchown (&ctx, 1, 2, "/lf", &err));
  lstat (at ("/lf"), &st);
  assert_int_equal (st.st_gid, 2);
  assert_done (gk_fileops_chown (&ctx, 3, -1, "/lf", &err));
  stat (at ("/f"), &st);
  assert_int_equal (st.st_uid, 3);
  assert_int_equal (st.st_gid, 0);
  assert_error (gk_fileops_chown (&ctx, 1, 2, "/nope", &err), ENOENT,
                "/nope: 1.2: No such file or directory");
  assert_done (gk_fileops_utimens (&ctx, "/lf", 1, 2, -3, 4, &err));
  lstat (at ("/lf"), &st);
  assert_int_equal (st.st_atim.tv_sec, 1);
  assert_int_equal (st.st_mtim.tv_sec, -3);
  assert_int_equal (st.st_mtim.tv_nsec, 4);
  assert_done (gk_fileops_utimens (&ctx, "/lf", 0, -2, 0, -1, &err));
  lstat (at ("/lf"), &st);
  assert_int_equal (st.st_atim.tv_sec, 1);
  assert_true (st.st_mtim.tv_sec > 1000000);
  assert_error (gk_fileops_utimens (&ctx, "/f", 0, 1000000000, 0, 0, &err), EINVAL,
                "utimensat: /f: Invalid argument");
  assert_error (gk_fileops_chmod (&ctx, 0777, "/out/keep", &err), ENOENT,
                "/out/keep: 0777: No such file or directory");
  assert_outside_untouched ();
}

static void
nodes (void **state)
{
  struct stat st;

  sample ();
  assert_done (gk_fileops_mknod_b (&ctx, 0600, 8, 1, "/b", &err));
  stat (at ("/b"), &st);
  assert_int_equal (st.st_mode, S_IFBLK | 0600);
  assert_int_equal (st.st_rdev, makedev (8, 1));
  assert_error (gk_fileops_mkfifo (&ctx, 010644, "/p", &err), EINVAL,
                "10644: mode must specify only file permission bits");
  assert_error (gk_fileops_mkfifo (&ctx, 0644, "/d", &err), EEXIST, "/d: File exists");
  assert_error (gk_fileops_mknod (&ctx, S_IFCHR, -1, 3, "/q", &err), EINVAL,
                "/q: Invalid argument");
  assert_done (gk_fileops_rename (&ctx, "/f", "/g", &err));
  assert_error (gk_fileops_rename (&ctx, "/nope", "/x", &err), ENOENT,
                "rename: /nope: /x: No such file or directory");
  assert_error (gk_fileops_rename (&ctx, "/g", "/d", &err), EISDIR,
                "rename: /g: /d: Is a directory");
  assert_error (gk_fileops_rename (&ctx, "/g", "/out/g", &err), ENOENT,
                "rename: /g: /out/g: No such file or directory");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    TEST (types),    TEST (stats),       TEST (reading),    TEST (head_tail),
    TEST (writing),  TEST (directories), TEST (listing),    TEST (streamed_names),
    TEST (removing), TEST (linking),     TEST (attributes), TEST (nodes),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
