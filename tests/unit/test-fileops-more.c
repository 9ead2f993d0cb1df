/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: fileops op base exec */
/* Wildcards, spelling, listings, sizes, checksums, fills, transfers: answers
 * as libguestfs gives them. */
#include "fileops-help.h"

#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <time.h>

#include "gk-ops-fileops.h"

static void
globs (void **state)
{
  static const char *const files[] = { "/G/a.c", "/G/b.c", "/G/c.h",     "/G/.hid",
                                       "/G/[x]", "/G/A.c", "/G/dir/z.c", "/d/x" };
  static const struct {
    const char *pattern, *want, *plain;
  } t[] = {
    { "/G/*", "/G/A.c,/G/[x],/G/a.c,/G/b.c,/G/c.h,/G/dang,/G/dir/,/G/labs/,/G/ldir/",
      "/G/A.c,/G/[x],/G/a.c,/G/b.c,/G/c.h,/G/dang,/G/dir,/G/labs,/G/ldir" },
    { "/G/*.c", "/G/A.c,/G/a.c,/G/b.c", NULL },
    { "/G/[ab].c", "/G/a.c,/G/b.c", NULL },
    { "/G/{c,a}.*", "/G/c.h,/G/a.c", NULL },
    { "/G/\\[x\\]", "/G/[x]", NULL },
    { "/G/.*", "/G/../,/G/./,/G/.hid", "/G/.,/G/..,/G/.hid" },
    { "/G/*/", "/G/dir/,/G/labs/,/G/ldir/", NULL },
    { "/G/*/*.c", "/G/dir/z.c,/G/ldir/z.c", NULL },
    { "/G/nope", "", NULL },
    { "/G/dang", "/G/dang", NULL },
    { "/G/labs", "/G/labs/", "/G/labs" },
    { "/G/labs/*", "/G/labs/x", NULL },
    { "/", "/", NULL },
    { "/G/**/z.c", "/G/dir/z.c,/G/ldir/z.c", NULL },
    { "/G/[!a].c", "/G/A.c,/G/b.c", NULL },
    { "/G/{nope,a.c}", "/G/a.c", NULL },
    { "/G/{a,b}{.c,.h}", "/G/a.c,/G/b.c", NULL },
    { "/G/{a.{c,h},c.h}", "/G/a.c,/G/c.h", NULL },
    { "/G/{a", "", NULL },
    { "/G/{}", "", NULL },
    { "/G//a.c", "/G//a.c", NULL },
    { "/G/./*.c", "/G/./A.c,/G/./a.c,/G/./b.c", NULL },
    { "/nope*/x", "", NULL },
    { "/G/a.c/*", "", NULL },
    { "/{G,d}/?*", "/G/A.c,/G/[x],/G/a.c,/G/b.c,/G/c.h,/G/dang,/G/dir/,/G/labs/,/G/ldir/,/d/x",
      "/G/A.c,/G/[x],/G/a.c,/G/b.c,/G/c.h,/G/dang,/G/dir,/G/labs,/G/ldir,/d/x" },
    { "/G/[[:upper:]].c", "/G/A.c", NULL },
    { "/../../*/x", "/../../d/x", NULL },
  };
  struct guestfs_glob_expand_opts_argv o = { .bitmask =
                                                 GUESTFS_GLOB_EXPAND_OPTS_DIRECTORYSLASH_BITMASK,
                                             .directoryslash = 0 };
  char bomb[400] = "/", **v;

  mkdir (at ("/G"), 0755);
  mkdir (at ("/G/dir"), 0755);
  mkdir (at ("/d"), 0755);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    put (files[i], "");
  assert_int_equal (symlink ("dir", at ("/G/ldir")), 0);
  assert_int_equal (symlink ("/d", at ("/G/labs")), 0);
  assert_int_equal (symlink ("/nope", at ("/G/dang")), 0);
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    assert_done (gk_fileops_glob_expand (&ctx, t[i].pattern, NULL, &v, &err));
    join (v, t[i].want);
    assert_done (gk_fileops_glob_expand (&ctx, t[i].pattern, &o, &v, &err));
    join (v, t[i].plain ? t[i].plain : t[i].want);
  }
  for (int i = 0; i < 60; i++)
    strcat (bomb, "{a,b}");
  assert_int_equal (gk_fileops_glob_expand (&ctx, bomb, NULL, &v, &err), -1);
  assert_int_equal (err.errnum, E2BIG);
}

static void
spelling (void **state)
{
  static const char *const same[][2] = {
    { "/win/SYSTEM32/foo.txt", "/Win/System32/Foo.TXT" },
    { "/win/new", "/Win/new" },
    { "/", "/" },
    { "/WIN/", "/Win" },
    { "/Win//system32", "/Win/System32" },
    { "/win/dup", "/Win/dup" },
    { "/win/DUP", "/Win/DUP" },
    { "/L/FOO.txt", "/l/Foo.TXT" },
  };
  char *s;

  mkdir (at ("/Win"), 0755);
  mkdir (at ("/Win/System32"), 0755);
  mkdir (at ("/Win/dup"), 0755);
  mkdir (at ("/Win/DUP"), 0755);
  put ("/Win/System32/Foo.TXT", "");
  assert_int_equal (symlink ("/Win/System32", at ("/l")), 0);
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    assert_done (gk_fileops_case_sensitive_path (&ctx, same[i][0], &s, &err));
    assert_string_equal (s, same[i][1]);
    free (s);
  }
  assert_error (gk_fileops_case_sensitive_path (&ctx, "/win/nope/x", &s, &err), ENOENT,
                "nope: not found");
  assert_error (gk_fileops_case_sensitive_path (&ctx, "/win/../x", &s, &err), EINVAL,
                "/win/../x: path contained . or .. elements");
  assert_error (gk_fileops_case_sensitive_path (&ctx, "/win/system32/foo.txt/x", &s, &err), ENOTDIR,
                "chdir: /Win/System32/Foo.TXT: Not a directory");
  assert_error (gk_fileops_case_sensitive_path (&ctx, "/win/system32/foo.txt/", &s, &err), ENOTDIR,
                "chdir: /Win/System32/Foo.TXT: Not a directory");
}

static void
long_listing (void **state)
{
  struct timespec t[2] = { { 0, 0 }, { 0, 0 } };
  char *s, want[500], when[32];
  time_t now = time (NULL);
  struct tm tm;
  struct stat st;

  mkdir (at ("/d"), 0755);
  put ("/d/f", "12345");
  utimensat (AT_FDCWD, at ("/d/f"), t, 0);
  chmod (at ("/d/f"), 06754);
  assert_int_equal (mknod (at ("/d/b"), S_IFBLK | 0600, 0x10803), 0);
  assert_int_equal (symlink ("/x y", at ("/d/l")), 0);
  assert_int_equal (lchown (at ("/d/l"), 1000, 5), 0);
  gmtime_r (&now, &tm);
  strftime (when, sizeof when, "%b %e %H:%M", &tm);
  stat (at ("/d"), &st);
  assert_done (gk_fileops_ll (&ctx, "/d", &s, &err));
  int size = st.st_size > 9999 ? 5 : 4;
  snprintf (want, sizeof want, "brw------- 1    0 0 %*s8, 259 %s b\n", size > 6 ? size - 6 : 0, "",
            when);
  assert_non_null (strstr (s, "-rwsr-sr-- 1    0 0"));
  assert_non_null (strstr (s, " 5 Jan  1  1970 f\n"));
  assert_non_null (strstr (s, " l -> /x y\n"));
  assert_non_null (strstr (s, "lrwxrwxrwx 1 1000 5"));
  assert_int_equal (strncmp (s, "total ", 6), 0);
  free (s);
  assert_done (gk_fileops_ll (&ctx, "/d/f", &s, &err));
  assert_string_equal (s, "-rwsr-sr-- 1 0 0 5 Jan  1  1970 /d/f\n");
  free (s);
  assert_error (gk_fileops_ll (&ctx, "/nope", &s, &err), ENOENT,
                "/nope: No such file or directory");
}

static void
sizes (void **state)
{
  struct statvfs v;
  struct stat d, f;
  int64_t n;
  char *s;

  mkdir (at ("/d"), 0755);
  put ("/d/f", "12345");
  assert_int_equal (link (at ("/d/f"), at ("/d/g")), 0);
  stat (at ("/d"), &d);
  stat (at ("/d/f"), &f);
  assert_done (gk_fileops_du (&ctx, "/d", &n, &err));
  assert_int_equal (n, (d.st_blocks + f.st_blocks + 1) / 2);
  assert_done (gk_fileops_du (&ctx, "/d/f", &n, &err));
  assert_int_equal (n, (f.st_blocks + 1) / 2);
  assert_error (gk_fileops_du (&ctx, "/nope", &n, &err), ENOENT,
                "/nope: No such file or directory");
  assert_done (gk_fileops_df (&ctx, &s, &err));
  assert_int_equal (strncmp (s, "Filesystem ", 11), 0);
  free (s);
  assert_int_equal (statvfs (base, &v), 0);
}

static void
mounted_sizes (void **state)
{
  char *s;

  if (!own_mounts ())
    skip ();
  mkdir (at ("/m n"), 0755);
  assert_int_equal (mount ("/dev/sda1", at ("/m n"), "tmpfs", 0, "size=8m"), 0);
  assert_done (gk_fileops_df (&ctx, &s, &err));
  assert_non_null (strstr (s, "\n/dev/sda1           8192     0      8192   0% /sysroot/m n\n"));
  free (s);
  assert_done (gk_fileops_df_h (&ctx, &s, &err));
  assert_non_null (strstr (s, "\n/dev/sda1       8.0M     0  8.0M   0% /sysroot/m n\n"));
  free (s);
  assert_int_equal (umount (at ("/m n")), 0);
}

static void
checksums (void **state)
{
  static const char *const sums[][2] = {
    { "crc", "2343750971" },
    { "MD5", "de053d8548fa7058302a3129a2df3ac4" },
    { "sha1", "fa5411d8122ea8184d145839f3f89bdafdd90552" },
    { "sha224", "6dc26493559e614a9a515cc894152ae2bab3b4229e8470babe18e40d" },
    { "sha256", "db64c8391b05c4b1dca0e2ec01c6d6021f3070f4db78e35c60ac440dfb7d65a1" },
    { "sha384", "ad29c0f0562b00fb32c8d53c9cacb0a25de2d472e8b45951146f520f33af2f661230bc6b1a5982943"
                "19c0986fd418bee" },
    { "sha512", "ee990cc856ef4bd335431f7cdf557ac2a45bbb08d6d4e0d2b66db4b52dbeec80fd9c11a54b2767530"
                "59128f576c8577e37a9cb7579a081227a3b20958dd20560" },
  };
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  struct gk_sink sink;
  char *s;
  int fd;

  mkdir (at ("/d"), 0755);
  put ("/d/a\nb", "XXXabcabca");
  put ("/fp", "XXXabcabca");
  put ("/empty", "");
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
    assert_done (gk_fileops_checksum (&ctx, sums[i][0], "/fp", &s, &err));
    assert_string_equal (s, sums[i][1]);
    free (s);
  }
  assert_done (gk_fileops_checksum (&ctx, "crc", "/empty", &s, &err));
  assert_string_equal (s, "4294967295");
  free (s);
  assert_error (gk_fileops_checksum (&ctx, "gost", "/fp", &s, &err), EINVAL,
                "unknown checksum type, expecting crc|md5|sha1|sha224|sha256|sha384|sha512");
  assert_error (gk_fileops_checksum (&ctx, "md5", "/d", &s, &err), EISDIR, "/d: Is a directory");
  fd = open (at ("/out"), O_RDWR | O_CREAT, 0644);
  gk_sink_to_fd (&sink, fd);
  assert_done (gk_fileops_checksums_out (&ctx, "md5", "/d", &sink, &err));
  assert_done (gk_fileops_checksums_out (&ctx, "crc", "/d", &sink, &err));
  close (fd);
  assert_int_equal (gk_read_file (at ("/out"), 1000, &b), 0);
  assert_string_equal (b.data, "\\de053d8548fa7058302a3129a2df3ac4  ./a\\nb\n"
                               "2343750971 10 ./a\nb\n");
}

static void
fills (void **state)
{
  struct stat st;
  char **v;

  assert_done (gk_fileops_fill (&ctx, 65, 10, "/f", &err));
  assert_done (gk_fileops_fill (&ctx, 66, 3, "/f", &err));
  assert_content ("/f", "BBBAAAAAAA");
  assert_done (gk_fileops_fill_pattern (&ctx, "abc", 10, "/p", &err));
  assert_content ("/p", "abcabcabca");
  assert_done (gk_fileops_fill_pattern (&ctx, "abcdefg", 3000000, "/big", &err));
  stat (at ("/big"), &st);
  assert_int_equal (st.st_size, 3000000);
  int fd = open (at ("/big"), O_RDONLY);
  char c[7];
  assert_int_equal (gk_pread_full (fd, c, 7, 7 * 300000), 7);
  assert_memory_equal (c, "abcdefg", 7);
  close (fd);
  assert_error (gk_fileops_fill (&ctx, 256, 1, "/f", &err), EINVAL,
                "256: byte number must be in range 0..255");
  assert_error (gk_fileops_fill (&ctx, 1, -1, "/f", &err), EINVAL, "-1: length is < 0");
  assert_error (gk_fileops_fill_pattern (&ctx, "", 1, "/f", &err), EINVAL,
                "pattern string must be non-empty");
  mkdir (at ("/d"), 0755);
  assert_done (gk_fileops_fill_dir (&ctx, "/d", 3, &err));
  assert_done (gk_fileops_ls (&ctx, "/d", &v, &err));
  join (v, "00000000,00000001,00000002");
  assert_error (gk_fileops_fill_dir (&ctx, "/f", 3, &err), ENOTDIR,
                "create: /f/00000000: Not a directory");
}

static void
content_questions (void **state)
{
  bool b;

  put ("/a", "same");
  put ("/b", "same");
  put ("/c", "diff");
  put ("/empty", "");
  mkdir (at ("/d"), 0755);
  assert_done (gk_fileops_equal (&ctx, "/a", "/b", &b, &err));
  assert_true (b);
  assert_done (gk_fileops_equal (&ctx, "/a", "/c", &b, &err));
  assert_false (b);
  assert_error (gk_fileops_equal (&ctx, "/a", "/nope", &b, &err), ENOENT,
                "/nope: No such file or directory");
  assert_done (gk_fileops_is_zero (&ctx, "/a", &b, &err));
  assert_false (b);
  assert_done (gk_fileops_is_zero (&ctx, "/empty", &b, &err));
  assert_true (b);
  assert_int_equal (truncate (at ("/empty"), (off_t)1 << 40), 0);
  assert_done (gk_fileops_is_zero (&ctx, "/empty", &b, &err));
  assert_true (b);
  int fd = open (at ("/empty"), O_WRONLY);
  assert_int_equal (gk_pwrite_full (fd, "x", 1, ((off_t)1 << 40) - 1), 0);
  close (fd);
  assert_done (gk_fileops_is_zero (&ctx, "/empty", &b, &err));
  assert_false (b);
  assert_error (gk_fileops_is_zero (&ctx, "/d", &b, &err), EISDIR, "read: /d: Is a directory");
}

/* --- transfers ------------------------------------------------------------------- */

/* A source that gives three bytes at a time, and then fails if told to. */
struct slow {
  struct gk_source src;
  const char *text;
  bool fails;
};

static ssize_t
slow_read (struct gk_source *src, void *buf, size_t n, struct gk_error *e)
{
  struct slow *s = (struct slow *)src;
  size_t len = strlen (s->text);

  if (len == 0 && s->fails)
    return gk_error_set (e, ECANCELED, "cancelled");
  if (len > 3)
    len = 3;
  memcpy (buf, s->text, len);
  s->text += len;
  return (ssize_t)len;
}
static const struct gk_source_ops slow_ops = { .read = slow_read };

static void
uploads (void **state)
{
  struct slow s = { .src = { .ops = &slow_ops, .fd = -1 }, .text = "0123456789" };
  struct gk_source from;
  struct stat st;
  int fd;

  put ("/old", "something that is longer");
  assert_done (gk_fileops_upload (&ctx, &s.src, "/old", &err));
  assert_content ("/old", "0123456789");
  s.text = "xyz";
  assert_done (gk_fileops_upload_offset (&ctx, &s.src, "/old", 8, &err));
  assert_content ("/old", "01234567xyz");
  fd = open (at ("/old"), O_RDONLY);
  gk_source_from_fd (&from, fd);
  assert_done (gk_fileops_upload (&ctx, &from, "/new", &err));
  close (fd);
  assert_content ("/new", "01234567xyz");
  assert_error (gk_fileops_upload_offset (&ctx, &s.src, "/new", -1, &err), EINVAL,
                "/new: offset in file is negative");
  mkdir (at ("/d"), 0755);
  assert_error (gk_fileops_upload (&ctx, &s.src, "/d", &err), EISDIR, "/d: Is a directory");
  assert_error (gk_fileops_upload (&ctx, &s.src, "/nope/x", &err), ENOENT,
                "/nope/x: No such file or directory");
  /* A sender that gives up leaves nothing behind ... */
  s.text = "half";
  s.fails = true;
  assert_int_equal (gk_fileops_upload (&ctx, &s.src, "/half", &err), -1);
  assert_int_equal (err.errnum, ECANCELED);
  gk_error_clear (&err);
  assert_int_equal (lstat (at ("/half"), &st), -1);
  /* ... through a dangling symlink neither, and the symlink stays. */
  assert_int_equal (symlink ("/target", at ("/link")), 0);
  s.text = "half";
  assert_int_equal (gk_fileops_upload (&ctx, &s.src, "/link", &err), -1);
  gk_error_clear (&err);
  assert_int_equal (lstat (at ("/target"), &st), -1);
  assert_int_equal (lstat (at ("/link"), &st), 0);
  /* What was there is never removed. */
  s.text = "half";
  assert_int_equal (gk_fileops_upload (&ctx, &s.src, "/old", &err), -1);
  gk_error_clear (&err);
  assert_int_equal (lstat (at ("/old"), &st), 0);
  /* The host's devices are no devices of a guest path. */
  assert_error (gk_fileops_upload (&ctx, &s.src, "/dev/null", &err), ENOTBLK,
                "/dev/null: is not a block device");
  assert_error (gk_fileops_upload (&ctx, &s.src, "/dev/../etc/x", &err), ENOENT,
                "/dev/../etc/x: No such file or directory");
}

static void
downloads (void **state)
{
  struct gk_sink to;
  int fd = open (at ("/out"), O_RDWR | O_CREAT | O_TRUNC, 0644);

  put ("/f", "0123456789");
  mkdir (at ("/d"), 0755);
  mkfifo (at ("/fifo"), 0644);
  gk_sink_to_fd (&to, fd);
  assert_done (gk_fileops_download (&ctx, "/f", &to, &err));
  assert_content ("/out", "0123456789");
  assert_done (gk_fileops_download_offset (&ctx, "/f", &to, 3, 4, &err));
  assert_content ("/out", "01234567893456");
  assert_done (gk_fileops_download_offset (&ctx, "/f", &to, 8, 40, &err));
  assert_content ("/out", "0123456789345689");
  assert_done (gk_fileops_download_offset (&ctx, "/f", &to, 100, 4, &err));
  assert_content ("/out", "0123456789345689");
  assert_error (gk_fileops_download (&ctx, "/d", &to, &err), EISDIR, "/d: is a directory");
  assert_error (gk_fileops_download (&ctx, "/fifo", &to, &err), EINVAL,
                "/fifo: is a FIFO, not a regular file");
  assert_error (gk_fileops_download_offset (&ctx, "/f", &to, 3, -4, &err), EINVAL,
                "/f: size is negative");
  close (fd);
}

static void
pieces (void **state)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  put ("/f", "0123456789");
  assert_done (gk_fileops_pread (&ctx, "/f", 3, 1, &b, &err));
  assert_int_equal (b.size, 3);
  assert_memory_equal (b.data, "123", 3);
  gk_buf_clear (&b);
  /* What is asked for is not what is allocated. */
  assert_done (gk_fileops_pread (&ctx, "/f", INT32_MAX, 8, &b, &err));
  assert_int_equal (b.size, 2);
  gk_buf_clear (&b);
  assert_done (gk_fileops_pread (&ctx, "/f", 10, 100, &b, &err));
  assert_int_equal (b.size, 0);
  assert_error (gk_fileops_pread (&ctx, "/f", -1, 0, &b, &err), EINVAL, "count is negative");
  assert_error (gk_fileops_pread (&ctx, "/nope", 1, 0, &b, &err), ENOENT,
                "open: /nope: No such file or directory");
}

/* --- no space ---------------------------------------------------------------------- */

static void
full_disk (void **state)
{
  _cleanup_free_ char *big = malloc (2 << 20);
  struct slow s = { .src = { .ops = &slow_ops, .fd = -1 } };
  struct stat st;

  if (!own_mounts ())
    skip ();
  mkdir (at ("/m"), 0755);
  put ("/src", "");
  assert_int_equal (truncate (at ("/src"), 4 << 20), 0);
  assert_done (gk_fileops_fill (&ctx, 1, 4 << 20, "/src", &err));
  assert_int_equal (mount ("none", at ("/m"), "tmpfs", 0, "size=1m"), 0);
  memset (big, 'x', 2 << 20);
  big[(2 << 20) - 1] = '\0';
  assert_error (gk_fileops_write (&ctx, "/m/new", big, 2 << 20, &err), ENOSPC,
                "write: /m/new: No space left on device");
  assert_int_equal (lstat (at ("/m/new"), &st), -1);
  put ("/m/old", "x");
  assert_error (gk_fileops_write (&ctx, "/m/old", big, 2 << 20, &err), ENOSPC,
                "write: /m/old: No space left on device");
  assert_int_equal (lstat (at ("/m/old"), &st), 0);
  unlink (at ("/m/old"));
  s.text = big;
  assert_int_equal (gk_fileops_upload (&ctx, &s.src, "/m/up", &err), -1);
  assert_int_equal (err.errnum, ENOSPC);
  gk_error_clear (&err);
  assert_int_equal (lstat (at ("/m/up"), &st), -1);
  assert_int_equal (gk_fileops_cp (&ctx, "/src", "/m/cp", &err), -1);
  assert_int_equal (err.errnum, ENOSPC);
  gk_error_clear (&err);
  assert_int_equal (lstat (at ("/m/cp"), &st), -1);
  assert_int_equal (gk_fileops_fill (&ctx, 1, 4 << 20, "/m/fill", &err), -1);
  gk_error_clear (&err);
  assert_int_equal (lstat (at ("/m/fill"), &st), -1);
  /* A move that does not fit leaves all as it was. */
  assert_int_equal (gk_fileops_mv (&ctx, "/src", "/m/mv", &err), -1);
  assert_int_equal (err.errnum, ENOSPC);
  gk_error_clear (&err);
  assert_int_equal (lstat (at ("/src"), &st), 0);
  assert_int_equal (rmdir (at ("/m")), -1);
  char **v;
  assert_done (gk_fileops_ls (&ctx, "/m", &v, &err));
  join (v, "");
  assert_int_equal (umount (at ("/m")), 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    TEST (globs),         TEST (spelling),  TEST (long_listing), TEST (sizes),
    TEST (mounted_sizes), TEST (checksums), TEST (fills),        TEST (content_questions),
    TEST (uploads),       TEST (downloads), TEST (pieces),       TEST (full_disk),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
