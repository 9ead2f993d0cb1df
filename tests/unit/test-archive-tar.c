/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: archive exec op base */
/* tar_out and tar_in: faithful both ways, also with GNU tar at the other end. */
#include "fileops-help.h"
#include "fileops-tree.h"

#include "gk-ops-archive.h"

#define ALL_OUT                                                                                    \
  (GUESTFS_TAR_OUT_OPTS_XATTRS_BITMASK | GUESTFS_TAR_OUT_OPTS_SELINUX_BITMASK |                    \
   GUESTFS_TAR_OUT_OPTS_ACLS_BITMASK)
#define ALL_IN                                                                                     \
  (GUESTFS_TAR_IN_OPTS_XATTRS_BITMASK | GUESTFS_TAR_IN_OPTS_SELINUX_BITMASK |                      \
   GUESTFS_TAR_IN_OPTS_ACLS_BITMASK)

static const struct guestfs_tar_out_opts_argv all_out = {
  .bitmask = ALL_OUT, .xattrs = 1, .selinux = 1, .acls = 1
};
static const struct guestfs_tar_in_opts_argv all_in = {
  .bitmask = ALL_IN, .xattrs = 1, .selinux = 1, .acls = 1
};

static int
out_to (const char *dir, const char *tar, const struct guestfs_tar_out_opts_argv *o)
{
  int fd = open (at (tar), O_WRONLY | O_CREAT | O_TRUNC, 0644), r;
  struct gk_sink sink;

  assert_true (fd >= 0);
  gk_sink_to_fd (&sink, fd);
  r = gk_archive_tar_out (&ctx, dir, &sink, o, &err);
  close (fd);
  return r;
}

static int
in_from (const char *tar, const char *dir, const struct guestfs_tar_in_opts_argv *o)
{
  int fd = open (at (tar), O_RDONLY), r;
  struct gk_source src;

  assert_true (fd >= 0);
  gk_source_from_fd (&src, fd);
  r = gk_archive_tar_in (&ctx, &src, dir, o, &err);
  close (fd);
  return r;
}

__attribute__ ((format (printf, 1, 2))) static int
shell (const char *fmt, ...)
{
  _cleanup_free_ char *cmd = NULL, *all = NULL;
  va_list ap;

  va_start (ap, fmt);
  assert_true (vasprintf (&cmd, fmt, ap) > 0);
  va_end (ap);
  all = gk_asprintf ("cd '%s' && { %s; }", at (""), cmd);
  return system (all);
}

/* tar has no sockets. */
static void
tree_without_socket (const char *top)
{
  struct timespec t[2] = { { 1000000000, 123456789 }, { 1100000000, 987654321 } };
  char p[100];

  rich_tree (top);
  snprintf (p, sizeof p, "%s/sock", top);
  assert_int_equal (unlink (at (p)), 0);
  utimensat (AT_FDCWD, at (top), t, 0);
}

static void
round_trip (void **state)
{
  tree_without_socket ("/src");
  assert_done (out_to ("/src", "/a.tar", &all_out));
  mkdir (at ("/dst"), 0700);
  assert_done (in_from ("/a.tar", "/dst", &all_in));
  assert_same_tree ("/src", "/dst");
  /* Over what is there already. */
  assert_done (in_from ("/a.tar", "/dst", &all_in));
  assert_same_tree ("/src", "/dst");
}

static void
to_gnu_tar (void **state)
{
  tree_without_socket ("/src");
  assert_done (out_to ("/src", "/a.tar", &all_out));
  assert_int_equal (shell ("mkdir dst && tar -C dst --xattrs --xattrs-include='*' --acls "
                           "--numeric-owner -xf a.tar 2>/dev/null"),
                    0);
  assert_same_tree ("/src", "/dst");
}

static void
from_gnu_tar (void **state)
{
  static const char *const formats[] = { "gnu", "posix", "oldgnu" };

  tree_without_socket ("/src");
  assert_int_equal (
      shell ("tar -C src --xattrs --xattrs-include='*' --acls --numeric-owner -cf a.tar . "), 0);
  mkdir (at ("/dst"), 0755);
  assert_done (in_from ("/a.tar", "/dst", &all_in));
  assert_same_tree ("/src", "/dst");
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal (shell ("tar -C src --format=%s -cf a.tar .", formats[i]), 0);
    assert_int_equal (shell ("mkdir one%zu two%zu && tar -C one%zu -xf a.tar 2>&1", i, i, i), 0);
    char dir[10], one[10];
    snprintf (dir, sizeof dir, "/two%zu", i);
    snprintf (one, sizeof one, "/one%zu", i);
    assert_done (in_from ("/a.tar", dir, NULL));
    assert_same_names (one, dir);
  }
}

/* Nothing of that kind is kept unless asked for. */
static void
only_what_is_asked (void **state)
{
  struct guestfs_tar_in_opts_argv only_label = { .bitmask = GUESTFS_TAR_IN_OPTS_SELINUX_BITMASK,
                                                 .selinux = 1 };
  struct guestfs_tar_in_opts_argv only_xattrs = { .bitmask = GUESTFS_TAR_IN_OPTS_XATTRS_BITMASK,
                                                  .xattrs = 1 };
  char value[100];

  mkdir (at ("/src"), 0755);
  put ("/src/f", "x");
  assert_int_equal (setxattr (at ("/src/f"), "user.a", "1", 1, 0), 0);
  if (setxattr (at ("/src/f"), "security.selinux", "a:b:c:s0", 9, 0) == -1)
    skip ();
  assert_done (out_to ("/src", "/all.tar", &all_out));
  assert_int_equal (shell ("grep -q RHT.security.selinux all.tar"), 0);
  assert_int_equal (shell ("grep -q SCHILY.xattr.user.a all.tar"), 0);
  assert_done (out_to ("/src", "/none.tar", NULL));
  assert_int_not_equal (shell ("grep -q xattr none.tar"), 0);
  mkdir (at ("/d"), 0755);
  assert_done (in_from ("/all.tar", "/d", NULL));
  assert_int_equal (getxattr (at ("/d/f"), "user.a", value, sizeof value), -1);
  assert_int_equal (getxattr (at ("/d/f"), "security.selinux", value, sizeof value), -1);
  assert_done (in_from ("/all.tar", "/d", &only_label));
  assert_int_equal (getxattr (at ("/d/f"), "user.a", value, sizeof value), -1);
  assert_int_equal (getxattr (at ("/d/f"), "security.selinux", value, sizeof value), 9);
  assert_int_equal (shell ("rm -rf d && mkdir d"), 0);
  assert_done (in_from ("/all.tar", "/d", &only_xattrs));
  assert_int_equal (getxattr (at ("/d/f"), "user.a", value, sizeof value), 1);
  assert_int_equal (getxattr (at ("/d/f"), "security.selinux", value, sizeof value), -1);
}

static void
sparse (void **state)
{
  struct stat st;
  int fd;
  char c[3];

  mkdir (at ("/src"), 0755);
  fd = open (at ("/src/s"), O_WRONLY | O_CREAT, 0644);
  assert_int_equal (gk_pwrite_full (fd, "mid", 3, (off_t)3 << 30), 0);
  assert_int_equal (ftruncate (fd, (off_t)7 << 30), 0);
  close (fd);
  fd = open (at ("/src/all-hole"), O_WRONLY | O_CREAT, 0644);
  assert_int_equal (ftruncate (fd, (off_t)2 << 40), 0);
  close (fd);
  assert_done (out_to ("/src", "/a.tar", NULL));
  stat (at ("/a.tar"), &st);
  assert_true (st.st_size < 200000);
  mkdir (at ("/one"), 0755);
  assert_done (in_from ("/a.tar", "/one", NULL));
  assert_int_equal (shell ("mkdir two && tar -C two -xf a.tar"), 0);
  for (int i = 0; i < 2; i++) {
    const char *name = i ? "/two/s" : "/one/s", *hole = i ? "/two/all-hole" : "/one/all-hole";

    stat (at (name), &st);
    assert_int_equal (st.st_size, (off_t)7 << 30);
    assert_true (st.st_blocks < 100);
    fd = open (at (name), O_RDONLY);
    assert_int_equal (gk_pread_full (fd, c, 3, (off_t)3 << 30), 3);
    assert_memory_equal (c, "mid", 3);
    close (fd);
    stat (at (hole), &st);
    assert_int_equal (st.st_size, (off_t)2 << 40);
    assert_true (st.st_blocks < 100);
  }
}

static void
names (void **state)
{
  char long_dir[1200] = "", long_link[500];

  mkdir (at ("/src"), 0755);
  put ("/src/gr\xc3\xbc\xc3\x9f", "utf-8");
  put ("/src/raw\xff\xfe", "not");
  put ("/src/\n\t", "control");
  memset (long_link, 't', 400);
  long_link[400] = '\0';
  assert_int_equal (symlink (long_link, at ("/src/long-target")), 0);
  assert_int_equal (symlink ("raw\xff\xfe", at ("/src/raw-target\xfd")), 0);
  for (int i = 0; i < 5; i++) {
    char part[240];

    memset (part, 'a' + i, 230);
    part[230] = '\0';
    strcat (strcat (long_dir, "/"), part);
    char p[1300] = "/src";
    mkdir (at (strcat (p, long_dir)), 0755);
  }
  assert_done (out_to ("/src", "/a.tar", NULL));
  mkdir (at ("/one"), 0755);
  assert_done (in_from ("/a.tar", "/one", NULL));
  assert_same_names ("/src", "/one");
  assert_int_equal (shell ("mkdir two && tar -C two -xf a.tar 2>/dev/null"), 0);
  assert_same_names ("/src", "/two");
  assert_int_equal (shell ("tar -C src --format=posix -cf p.tar . && mkdir three"), 0);
  assert_done (in_from ("/p.tar", "/three", NULL));
  assert_same_names ("/src", "/three");
}

/* A source of three bytes at a time and then, if told so, a failure; it makes
 * the call go through the pump. */
struct slow {
  struct gk_source src;
  int fd;
  size_t step;
  bool fails;
};

static ssize_t
slow_read (struct gk_source *src, void *buf, size_t n, struct gk_error *e)
{
  struct slow *s = (struct slow *)src;
  ssize_t r = read (s->fd, buf, n < s->step ? n : s->step);

  if (r == 0 && s->fails)
    return gk_error_set (e, ECANCELED, "cancelled");
  return r;
}
static const struct gk_source_ops slow_ops = { .read = slow_read };

/* A sink without a descriptor. */
static int
collect (struct gk_sink *sink, const void *buf, size_t n, struct gk_error *e)
{
  struct {
    struct gk_sink s;
    int fd;
  } *c = (void *)sink;

  return gk_write_full (c->fd, buf, n);
}
static const struct gk_sink_ops collect_ops = { .write = collect };

static void
compressions (void **state)
{
  static const struct {
    const char *name, *tool;
  } t[] = { { "gzip", "gzip -t" },     { "bzip2", "bzip2 -t" }, { "xz", "xz -t" },
            { "compress", "gzip -t" }, { "lzma", "xz -t" },     { "lzop", "lzop -t" } };

  tree_without_socket ("/src");
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    struct guestfs_tar_out_opts_argv o = all_out;
    struct guestfs_tar_in_opts_argv in = all_in;
    struct {
      struct gk_sink s;
      int fd;
    } sink = { .s = { .ops = &collect_ops, .fd = -1 } };
    struct slow src = { .src = { .ops = &slow_ops, .fd = -1 }, .step = 777 };

    o.bitmask |= GUESTFS_TAR_OUT_OPTS_COMPRESS_BITMASK;
    o.compress = t[i].name;
    in.bitmask |= GUESTFS_TAR_IN_OPTS_COMPRESS_BITMASK;
    in.compress = t[i].name;
    sink.fd = open (at ("/a.tar.z"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_done (gk_archive_tar_out (&ctx, "/src", &sink.s, &o, &err));
    close (sink.fd);
    assert_int_equal (shell ("%s < a.tar.z", t[i].tool), 0);
    assert_int_equal (shell ("rm -rf dst && mkdir dst"), 0);
    src.fd = open (at ("/a.tar.z"), O_RDONLY);
    assert_done (gk_archive_tar_in (&ctx, &src.src, "/dst", &in, &err));
    close (src.fd);
    assert_same_tree ("/src", "/dst");
  }
  /* The same tree gives the same bytes. */
  struct guestfs_tar_out_opts_argv gz = { .bitmask = GUESTFS_TAR_OUT_OPTS_COMPRESS_BITMASK,
                                          .compress = "gzip" };
  assert_done (out_to ("/src", "/1.tgz", &gz));
  sleep (1);
  assert_done (out_to ("/src", "/2.tgz", &gz));
  assert_int_equal (shell ("cmp 1.tgz 2.tgz"), 0);
  struct guestfs_tar_out_opts_argv bad = { .bitmask = GUESTFS_TAR_OUT_OPTS_COMPRESS_BITMASK,
                                           .compress = "nope" };
  assert_error (out_to ("/src", "/x", &bad), EINVAL, "unknown compression type: nope");
  struct gk_sink sink;
  struct gk_source src;
  int fd = open (at ("/t"), O_RDWR | O_CREAT, 0644);
  gk_sink_to_fd (&sink, fd);
  assert_done (gk_archive_txz_out (&ctx, "/src", &sink, &err));
  lseek (fd, 0, SEEK_SET);
  gk_source_from_fd (&src, fd);
  mkdir (at ("/txz"), 0755);
  assert_done (gk_archive_txz_in (&ctx, &src, "/txz", &err));
  assert_same_names ("/src", "/txz");
  close (fd);
}

static void
excludes (void **state)
{
  static const struct {
    const char *pattern, *want;
  } t[] = {
    { "*.c", "./ ./b.h ./dir/ ./dir/z ./keep ./sub/ ./sub/dir/ ./sub/dir/y" },
    { "a.c", "./ ./b.h ./dir/ ./dir/z ./keep ./sub/ ./sub/dir/ ./sub/dir/y" },
    { "dir", "./ ./a.c ./b.h ./keep ./sub/ ./sub/a.c" },
    { "./dir", "./ ./a.c ./b.h ./keep ./sub/ ./sub/a.c ./sub/dir/ ./sub/dir/y" },
    { "sub/a.c", "./ ./a.c ./b.h ./dir/ ./dir/z ./keep ./sub/ ./sub/dir/ ./sub/dir/y" },
    { "./sub", "./ ./a.c ./b.h ./dir/ ./dir/z ./keep" },
    { "sub/*", "./ ./a.c ./b.h ./dir/ ./dir/z ./keep ./sub/" },
    { "*/a.c", "./ ./b.h ./dir/ ./dir/z ./keep ./sub/ ./sub/dir/ ./sub/dir/y" },
    { "dir/", "./ ./a.c ./b.h ./dir/ ./dir/z ./keep ./sub/ ./sub/a.c ./sub/dir/ ./sub/dir/y" },
    { "[ab].c", "./ ./b.h ./dir/ ./dir/z ./keep ./sub/ ./sub/dir/ ./sub/dir/y" },
    { "*", "" },
    { "/a.c", "./ ./a.c ./b.h ./dir/ ./dir/z ./keep ./sub/ ./sub/a.c ./sub/dir/ ./sub/dir/y" },
    { "s*/dir", "./ ./a.c ./b.h ./dir/ ./dir/z ./keep ./sub/ ./sub/a.c" },
    { "dir*z", "./ ./a.c ./b.h ./dir/ ./keep ./sub/ ./sub/a.c ./sub/dir/ ./sub/dir/y" },
  };

  assert_int_equal (shell ("mkdir -p ex/sub/dir ex/dir && touch ex/a.c ex/b.h ex/keep ex/sub/a.c "
                           "ex/dir/z ex/sub/dir/y"),
                    0);
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    char pattern[20], *list[] = { pattern, NULL };
    struct guestfs_tar_out_opts_argv o = { .bitmask = GUESTFS_TAR_OUT_OPTS_EXCLUDES_BITMASK,
                                           .excludes = list };
    strcpy (pattern, t[i].pattern);
    assert_done (out_to ("/ex", "/a.tar", &o));
    assert_int_equal (
        shell ("test \"$(tar tf a.tar | LC_ALL=C sort | tr '\\n' ' ' | sed 's/ $//')\" = '%s'",
               t[i].want),
        0);
  }
}

static void
wrong_places (void **state)
{
  put ("/f", "x");
  mkdir (at ("/d"), 0755);
  assert_done (out_to ("/d", "/a.tar", NULL));
  assert_error (out_to ("/nope", "/x", NULL), ENOENT, "stat: /nope: No such file or directory");
  assert_error (out_to ("/f", "/x", NULL), ENOTDIR, "/f: not a directory");
  assert_error (in_from ("/a.tar", "/nope", NULL), ENOENT, "/nope: No such file or directory");
  assert_error (in_from ("/a.tar", "/f", NULL), ENOTDIR, "/f: Not a directory");
  assert_int_equal (symlink ("/d", at ("/ld")), 0);
  assert_done (out_to ("/ld", "/b.tar", NULL));
  assert_done (in_from ("/a.tar", "/ld", NULL));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    TEST (round_trip),         TEST (to_gnu_tar), TEST (from_gnu_tar),
    TEST (only_what_is_asked), TEST (sparse),     TEST (names),
    TEST (compressions),       TEST (excludes),   TEST (wrong_places),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
