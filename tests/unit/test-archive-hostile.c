/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: archive exec op base */
/* What hostile, damaged and truncated archives do: they say so, and nothing
 * outside the directory, let alone the guest, is touched. */
#include "fileops-help.h"

#include <sys/wait.h>

#include "gk-ops-archive.h"

/* --- archives made by hand -------------------------------------------------------- */

static void
member (int fd, const char *name, char type, const char *link, const char *data)
{
  char h[512] = "", pad[512] = "";
  size_t n = data ? strlen (data) : 0;
  unsigned sum = 0;

  memcpy (h, name, strnlen (name, 100));
  memcpy (h + 100, "0000644\0000000000\0000000000", 23);
  snprintf (h + 124, 12, "%011o", (unsigned)n);
  memcpy (h + 136, "00000000000", 12);
  memset (h + 148, ' ', 8);
  h[156] = type;
  if (link)
    memcpy (h + 157, link, strnlen (link, 100));
  memcpy (h + 257, "ustar\00000", 8);
  for (int i = 0; i < 512; i++)
    sum += (unsigned char)h[i];
  snprintf (h + 148, 7, "%06o", sum);
  assert_int_equal (gk_write_full (fd, h, 512), 0);
  if (n) {
    assert_int_equal (gk_write_full (fd, data, n), 0);
    assert_int_equal (gk_write_full (fd, pad, (512 - n % 512) % 512), 0);
  }
}

static int
start (void)
{
  int fd = open (at ("/a.tar"), O_RDWR | O_CREAT | O_TRUNC, 0644);

  assert_true (fd >= 0);
  return fd;
}

static int
extract (int fd, const char *compress)
{
  struct guestfs_tar_in_opts_argv o = { .bitmask = GUESTFS_TAR_IN_OPTS_COMPRESS_BITMASK,
                                        .compress = compress };
  struct gk_source src;
  int r;

  lseek (fd, 0, SEEK_SET);
  gk_source_from_fd (&src, fd);
  r = gk_archive_tar_in (&ctx, &src, "/t", compress ? &o : NULL, &err);
  close (fd);
  return r;
}

static int
extract_made (int fd)
{
  char end[1024] = "";

  assert_int_equal (gk_write_full (fd, end, sizeof end), 0);
  return extract (fd, NULL);
}

static bool
there (const char *name)
{
  struct stat st;

  return lstat (at (name), &st) == 0;
}

/* --- names -------------------------------------------------------------------------- */

static void
dotdot (void **state)
{
  int fd = start ();

  mkdir (at ("/t"), 0755);
  member (fd, "../up", '0', NULL, "bad");
  member (fd, "a/../../up2", '0', NULL, "bad");
  member (fd, "ok", '0', NULL, "good");
  member (fd, "..dots..", '0', NULL, "good");
  assert_error (extract_made (fd), EINVAL, "/t: ../up: member name contains '..'");
  assert_content ("/t/ok", "good");
  assert_content ("/t/..dots..", "good");
  assert_false (there ("/up"));
  assert_false (there ("/up2"));
}

static void
absolute (void **state)
{
  int fd = start ();

  mkdir (at ("/t"), 0755);
  put ("/f", "mine");
  member (fd, "/abs", '0', NULL, "x");
  member (fd, "//etc/deep", '0', NULL, "x");
  member (fd, "/", '5', NULL, NULL);
  assert_done (extract_made (fd));
  assert_content ("/t/abs", "x");
  assert_content ("/t/etc/deep", "x");
  assert_false (there ("/abs"));
  /* Link targets lose their slash too. */
  fd = start ();
  member (fd, "h", '1', "/f", NULL);
  assert_int_equal (extract_made (fd), -1);
  gk_error_clear (&err);
  assert_false (there ("/t/h"));
  assert_content ("/f", "mine");
}

static void
own_symlinks (void **state)
{
  static const char *const targets[] = {
    "/", "..", "/etc", "../outside", "../../outside", "/proc/self/root"
  };

  mkdir (at ("/etc"), 0755);
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
    int fd = start ();

    mkdir (at ("/t"), 0755);
    member (fd, "s", '2', targets[i], NULL);
    member (fd, "./s/x", '0', NULL, "bad");
    member (fd, "s//d", '5', NULL, NULL);
    member (fd, "hard", '1', "s/keep", NULL);
    member (fd, "again", '1', "s", NULL);
    member (fd, "again/y", '0', NULL, "bad");
    member (fd, "fine", '0', NULL, "good");
    assert_error (extract_made (fd), ELOOP,
                  "/t: ./s/x: member goes through a symlink of the archive");
    assert_content ("/t/fine", "good");
    assert_false (there ("/x"));
    assert_false (there ("/y"));
    assert_false (there ("/etc/y"));
    assert_false (there ("/d"));
    assert_false (there ("/etc/x"));
    assert_false (there ("/t/hard"));
    assert_outside_untouched ();
    unlink (at ("/t/s"));
    unlink (at ("/t/again"));
    unlink (at ("/t/fine"));
  }
  /* A symlink that something else replaced is in nobody's way any more. */
  int fd = start ();
  member (fd, "s", '2', "/etc", NULL);
  member (fd, "s", '0', NULL, "file");
  member (fd, "s2", '2', "/etc", NULL);
  assert_done (extract_made (fd));
  assert_content ("/t/s", "file");
}

/* Symlinks that were there are followed, but in the guest only. */
static void
old_symlinks (void **state)
{
  int fd = start ();

  mkdir (at ("/t"), 0755);
  mkdir (at ("/usr"), 0755);
  assert_int_equal (symlink ("/usr", at ("/t/lib")), 0);
  assert_int_equal (symlink ("../../outside", at ("/t/out")), 0);
  assert_int_equal (symlink ("/../../../../tmp", at ("/t/tmp")), 0);
  member (fd, "lib/", '5', NULL, NULL);
  member (fd, "lib/x", '0', NULL, "good");
  member (fd, "out/keep", '0', NULL, "bad");
  member (fd, "tmp/guestkit-must-not-be", '0', NULL, "bad");
  extract_made (fd);
  gk_error_clear (&err);
  assert_content ("/usr/x", "good");
  assert_outside_untouched ();
  assert_int_equal (access ("/tmp/guestkit-must-not-be", F_OK), -1);
}

/* A file in the way is replaced, not written through. */
static void
replaces (void **state)
{
  struct stat st;
  int fd = start ();

  mkdir (at ("/t"), 0755);
  put ("/precious", "old");
  assert_int_equal (link (at ("/precious"), at ("/t/a")), 0);
  assert_int_equal (symlink ("/precious", at ("/t/b")), 0);
  mkfifo (at ("/t/c"), 0644);
  member (fd, "a", '0', NULL, "new");
  member (fd, "b", '0', NULL, "new");
  member (fd, "c", '0', NULL, "new");
  member (fd, "dev", '3', NULL, NULL);
  assert_done (extract_made (fd));
  assert_content ("/precious", "old");
  assert_content ("/t/a", "new");
  assert_content ("/t/b", "new");
  assert_content ("/t/c", "new");
  lstat (at ("/t/dev"), &st);
  assert_true (S_ISCHR (st.st_mode));
}

/* --- damage --------------------------------------------------------------------------- */

static void
garbage (void **state)
{
  int fd = start ();

  mkdir (at ("/t"), 0755);
  assert_int_equal (extract (fd, NULL), -1); /* empty */
  gk_error_clear (&err);
  fd = start ();
  assert_int_equal (gk_write_full (fd, "garbage garbage", 15), 0);
  assert_int_equal (extract (fd, NULL), -1);
  assert_non_null (strstr (gk_error_msg (&err), "/t: "));
  gk_error_clear (&err);
  fd = start ();
  member (fd, "a", '0', NULL, "x");
  assert_int_equal (extract (fd, "gzip"), -1);
  gk_error_clear (&err);
  assert_error (extract (start (), "nope"), EINVAL, "unknown compression type: nope");
}

/* Cut anywhere but behind a whole member, it is an error. */
static void
truncated (void **state)
{
  static const off_t cuts[] = { 100, 512 + 1, 512 + 300, 1024 + 100, 1024 + 512 + 400 };
  char big[1500];

  memset (big, 'x', sizeof big);
  big[sizeof big - 1] = '\0';
  mkdir (at ("/t"), 0755);
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    int fd = start ();

    member (fd, "a", '0', NULL, "x");
    member (fd, "b", '0', NULL, big);
    assert_int_equal (ftruncate (fd, cuts[i]), 0);
    assert_int_equal (extract (fd, NULL), -1);
    gk_error_clear (&err);
  }
}

static void
truncated_compressed (void **state)
{
  static const char *const tools[][2] = {
    { "gzip", "gzip" }, { "bzip2", "bzip2" }, { "xz", "xz" }, { "lzop", "lzop" }
  };
  char cmd[400];

  mkdir (at ("/t"), 0755);
  mkdir (at ("/s"), 0755);
  snprintf (cmd, sizeof cmd, "head -c 100000 /dev/urandom > '%s'", at ("/s/f"));
  assert_int_equal (system (cmd), 0);
  for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
    for (int cut = 1; cut <= 100000; cut = cut * 10 + 7) {
      int fd;

      snprintf (cmd, sizeof cmd, "tar -C '%s' -c . | %s | head -c -%d > '%s'", at ("/s"),
                tools[i][1], cut, at ("/a.tar"));
      assert_int_equal (system (cmd), 0);
      fd = open (at ("/a.tar"), O_RDONLY);
      assert_int_equal (extract (fd, tools[i][0]), -1);
      gk_error_clear (&err);
    }
}

/* Any byte changed: no crash, and nothing outside. */
static void
flipped (void **state)
{
  char all[4096];
  ssize_t n;
  int fd;

  for (unsigned i = 0; i < 150; i++) {
    fd = start ();
    mkdir (at ("/t"), 0755);
    member (fd, "PaxHeaders/x", 'x', NULL, "19 path=./some/name\n17 size=00000001\n");
    member (fd, "a", '0', NULL, "x");
    member (fd, "s", '2', "/etc", NULL);
    lseek (fd, 0, SEEK_SET);
    n = read (fd, all, sizeof all);
    all[(i * 2654435761u) % (unsigned)n] ^= (char)(1u << (i % 8));
    assert_int_equal (pwrite (fd, all, (size_t)n, 0), n);
    extract (fd, NULL);
    gk_error_clear (&err);
  }
  assert_outside_untouched ();
}

/* --- no space, no patience --------------------------------------------------------------- */

static void
full_disk (void **state)
{
  char *big = malloc (3 << 20);
  int fd;

  if (!own_mounts ())
    skip ();
  mkdir (at ("/t"), 0755);
  assert_int_equal (mount ("none", at ("/t"), "tmpfs", 0, "size=1m"), 0);
  memset (big, 'x', 3 << 20);
  big[(3 << 20) - 1] = '\0';
  fd = start ();
  member (fd, "big", '0', NULL, big);
  member (fd, "small", '0', NULL, "x");
  assert_int_equal (extract_made (fd), -1);
  assert_int_equal (err.errnum, ENOSPC);
  assert_non_null (strstr (gk_error_msg (&err), "/t: big: "));
  gk_error_clear (&err);
  assert_int_equal (umount (at ("/t")), 0);
  assert_int_equal (mount ("none", at ("/t"), "tmpfs", MS_RDONLY, "size=1m"), 0);
  fd = start ();
  member (fd, "small", '0', NULL, "x");
  assert_error (extract_made (fd), EROFS, "/t: Read-only file system");
  assert_int_equal (umount (at ("/t")), 0);
  free (big);
}

struct cut {
  struct gk_source src;
  int n;
};

static ssize_t
cut_read (struct gk_source *src, void *buf, size_t n, struct gk_error *e)
{
  struct cut *c = (struct cut *)src;

  if (c->n-- == 0)
    return gk_error_set (e, ECANCELED, "cancelled");
  memset (buf, 0, 512);
  memcpy (buf, "x", 1);
  return 512;
}
static const struct gk_source_ops cut_ops = { .read = cut_read };

static void
cancelled (void **state)
{
  struct cut c = { .src = { .ops = &cut_ops, .fd = -1 }, .n = 0 };

  mkdir (at ("/t"), 0755);
  assert_int_equal (gk_archive_tar_in (&ctx, &c.src, "/t", NULL, &err), -1);
  assert_int_equal (err.errnum, ECANCELED);
  gk_error_clear (&err);
}

static int
refuse (struct gk_sink *sink, const void *buf, size_t n, struct gk_error *e)
{
  return gk_error_set (e, EPIPE, "nobody reads");
}
static const struct gk_sink_ops refuse_ops = { .write = refuse };

static void
sink_fails (void **state)
{
  struct gk_sink sink = { .ops = &refuse_ops, .fd = -1 };

  mkdir (at ("/t"), 0755);
  assert_error (gk_archive_tar_out (&ctx, "/t", &sink, NULL, &err), EPIPE, "nobody reads");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    TEST (dotdot),   TEST (absolute),  TEST (own_symlinks), TEST (old_symlinks),
    TEST (replaces), TEST (garbage),   TEST (truncated),    TEST (truncated_compressed),
    TEST (flipped),  TEST (full_disk), TEST (cancelled),    TEST (sink_fails),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
