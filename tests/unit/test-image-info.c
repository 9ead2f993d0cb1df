/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: image exec op base */
/* Formats, sizes and chains of real images, and the names in headers that are
 * not followed. */
#include <time.h>

#include "disk-help.h"

#include "image/image.h"

static struct gk_error e = GK_ERROR_INIT;

static void
assert_format (const char *name, const char *expected)
{
  char *format = NULL;
  assert_ok (gk_image_detect (in_dir (name), NULL, &format, &e), &e);
  assert_string_equal (format, expected);
  free (format);
}

static void
test_formats (void **state)
{
  static const char *const formats[] = { "qcow2", "qcow", "qed",       "vmdk", "vdi",
                                         "vhdx",  "vpc",  "parallels", "raw" };
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    assert_int_equal (sh ("qemu-img create -q -f %s d.%s 8M", formats[i], formats[i]), 0);
    assert_format (text ("d.%s", formats[i]), formats[i]);
  }
  /* Needs a clock of CPU time finer than some virtual machines have. */
  if (sh ("qemu-img create -q --object secret,id=s,data=x -f luks -o "
          "key-secret=s,iter-time=500 d.luks 4M") == 0)
    assert_format ("d.luks", "luks");
  else
    print_message ("luks left out: %s", said ("err"));
  assert_int_equal (sh ("qemu-img create -q -f qcow2 -o compat=0.10 d.old 8M"), 0);
  assert_format ("d.old", "qcow2");
}

/* Whatever qemu would find in these, it is the same as what we say. */
static void
test_raw_like_qemu (void **state)
{
  static const char *const contents[] = {
    "",
    "x",
    "#!/bin/sh\necho hello\n",
    "# Disk DescriptorFile\nnothing\n",
    "version=1\nCID=1\n",
    "v",
    "LUKS",
    "QFI",
    "QFI\xfb",
    "koly",
    "\n\n\n",
    "cxsparse",
    "COW",
    "hsqs",
    "XFSB",
  };
  for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
    char *format = NULL, *out;
    int r;

    write_file ("any", contents[i], strlen (contents[i]));
    sh ("truncate -s 1M any");
    r = gk_image_detect (in_dir ("any"), NULL, &format, NULL);
    if (sh ("qemu-img info --output=json any") != 0) {
      assert_int_equal (r, -1);
      continue;
    }
    assert_int_equal (r, 0);
    out = said ("out");
    assert_non_null (strstr (out, text ("\"format\": \"%s\"", format)));
    free (format);
  }
}

static void
test_details (void **state)
{
  struct gk_image_layer l;

  assert_int_equal (sh ("qemu-img create -q -f qcow2 -o cluster_size=131072 i.qcow2 1G && "
                        "qemu-img snapshot -c one i.qcow2"),
                    0);
  assert_ok (gk_image_top (in_dir ("i.qcow2"), NULL, NULL, &l, &e), &e);
  assert_string_equal (l.format, "qcow2");
  assert_int_equal (l.virtual_size, 1 << 30);
  assert_int_equal (l.cluster_size, 131072);
  assert_int_equal (l.n_snapshots, 1);
  assert_null (l.backing_name);
  assert_false (l.encrypted || l.dirty || l.corrupt || l.is_device);
  gk_image_layer_clear (&l);

  assert_int_equal (sh ("truncate -s 1000 odd.raw"), 0);
  assert_ok (gk_image_top (in_dir ("odd.raw"), NULL, NULL, &l, &e), &e);
  assert_int_equal (l.virtual_size, 1024);
  gk_image_layer_clear (&l);

  assert_ok (gk_image_top ("/dev/null", NULL, NULL, &l, &e), &e);
  assert_string_equal (l.format, "raw");
  gk_image_layer_clear (&l);
}

/* Names that option parsers and protocol parsers could take for something. */
static void
test_names (void **state)
{
  static const char *const names[] = { "a,b=c.img", "nbd:x.img",    "-x.img",  "json:{}",
                                       "a b'c\"d",  "\xff\xfe.img", "a:b/../x" };
  char *old = getcwd (NULL, 0);

  assert_int_equal (chdir (help_dir), 0);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    struct gk_image_create c = { .path = names[i], .format = "qcow2", .size = 1 << 20 };
    struct gk_image_layer l;

    if (strchr (names[i], '/') != NULL)
      assert_int_equal (mkdir ("a:b", 0700), 0);
    assert_ok (gk_image_create (&c, NULL, &e), &e);
    assert_ok (gk_image_top (names[i], "qcow2", NULL, &l, &e), &e);
    assert_int_equal (l.virtual_size, 1 << 20);
    gk_image_layer_clear (&l);
    assert_ok (gk_image_top (names[i], NULL, NULL, &l, &e), &e);
    gk_image_layer_clear (&l);
  }
  assert_int_equal (chdir (old), 0);
  free (old);
}

static void
test_errors (void **state)
{
  struct gk_image_layer l;
  char *f;

  assert_fails (gk_image_detect ("/nonexistent.img", NULL, &f, &e), &e, ENOENT,
                "/nonexistent.img: No such file or directory");
  assert_fails (gk_image_detect (help_dir, NULL, &f, &e), &e, EISDIR, "Is a directory");
  assert_int_equal (sh ("mkfifo fifo; truncate -s 1M r.raw; head -c 65536 d.qcow2 > short.qcow2; "
                        "cp d.qcow2 bad.qcow2; "
                        "printf '\\377\\377' | dd of=bad.qcow2 bs=1 seek=20 conv=notrunc"),
                    0);
  assert_fails (gk_image_detect (in_dir ("fifo"), NULL, &f, &e), &e, EINVAL,
                "not a regular file or block device");
  assert_fails (gk_image_top (in_dir ("r.raw"), "qcow2", NULL, &l, &e), &e, EINVAL,
                "r.raw: not a qcow2 image");
  assert_fails (gk_image_top (in_dir ("r.raw"), "foo", NULL, &l, &e), &e, EINVAL,
                "foo: unknown image format");
  assert_fails (gk_image_top (in_dir ("r.raw"), "qcow2,backing=x", NULL, &l, &e), &e, EINVAL,
                "unknown image format");
  assert_fails (gk_image_top (in_dir ("bad.qcow2"), NULL, NULL, &l, &e), &e, EINVAL,
                "bad.qcow2: Unsupported cluster size");
  assert_fails (gk_image_top (in_dir ("r.raw"), "vhdx", NULL, &l, &e), &e, EINVAL, "r.raw: ");
}

/* --- chains ------------------------------------------------------------------- */

static void
test_chain (void **state)
{
  struct gk_image_info info;

  assert_int_equal (sh ("mkdir sub; truncate -s 16M base.raw; "
                        "qemu-img create -q -f qcow2 -b ../base.raw -F raw sub/mid.qcow2; "
                        "qemu-img create -q -f qcow2 -b sub/mid.qcow2 -F qcow2 top.qcow2; "
                        "qemu-img create -q -f qcow2 -b file:%s/top.qcow2 -F qcow2 toptop.qcow2",
                        help_dir),
                    0);
  assert_ok (gk_image_info (in_dir ("toptop.qcow2"), NULL, NULL, &info, &e), &e);
  assert_int_equal (info.n_layers, 4);
  assert_string_equal (info.layers[1].path, in_dir ("top.qcow2"));
  assert_string_equal (info.layers[2].path, in_dir ("sub/mid.qcow2"));
  assert_string_equal (info.layers[3].path, in_dir ("sub/../base.raw"));
  assert_string_equal (info.layers[3].format, "raw");
  gk_image_info_clear (&info);

  assert_int_equal (unlink (in_dir ("base.raw")), 0);
  assert_fails (gk_image_info (in_dir ("top.qcow2"), NULL, NULL, &info, &e), &e, ENOENT,
                "sub/mid.qcow2: backing file: ");
}

static void
refuse (const char *backing, const char *format, int errnum, const char *part)
{
  struct gk_image_info info;

  unlink (in_dir ("evil.qcow2"));
  assert_int_equal (sh ("qemu-img create -q -f qcow2 -u -b '%s' -F raw evil.qcow2 1M", backing), 0);
  assert_fails (gk_image_info (in_dir ("evil.qcow2"), format, NULL, &info, &e), &e, errnum, part);
}

static void
test_refused_names (void **state)
{
  static const char *const names[] = {
    "json:{\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"/etc/passwd\"}}",
    "nbd:localhost:10809",
    "nbd+unix:///x?socket=/y",
    "https://localhost/x",
    "ssh://localhost/x",
    "fat:/etc",
    "x:y",
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    refuse (names[i], NULL, EACCES, "is not a local file, which is refused");
    refuse (names[i], "qcow2", EACCES, "is not a local file, which is refused");
  }
  refuse ("/dev/zero", "qcow2", EINVAL, "not a regular file or block device");
  refuse ("/etc", "qcow2", EISDIR, "Is a directory");
  refuse ("fifo", "qcow2", EINVAL, "not a regular file or block device");
}

/* A guest or a user with an own image must not reach other files by it. */
static void
test_owner (void **state)
{
  struct gk_image_info info;

  needs_root ();
  assert_int_equal (sh ("truncate -s 1M secret; chmod 600 secret; "
                        "qemu-img create -q -f qcow2 -b secret -F raw theirs.qcow2; "
                        "chown 65534 theirs.qcow2"),
                    0);
  assert_fails (gk_image_info (in_dir ("theirs.qcow2"), NULL, NULL, &info, &e), &e, EACCES,
                "that the image's owner (uid 65534) may not read");
  assert_ok (gk_image_info (in_dir ("theirs.qcow2"), "qcow2", NULL, &info, &e), &e);
  gk_image_info_clear (&info);
  assert_int_equal (chmod (in_dir ("secret"), 0644), 0);
  assert_ok (gk_image_info (in_dir ("theirs.qcow2"), NULL, NULL, &info, &e), &e);
  gk_image_info_clear (&info);
}

static void
test_cycle_and_length (void **state)
{
  struct gk_image_info info;

  assert_int_equal (sh ("qemu-img create -q -f qcow2 -u -b b.qcow2 -F qcow2 a.qcow2 1M; "
                        "qemu-img create -q -f qcow2 -u -b a.qcow2 -F qcow2 b.qcow2 1M"),
                    0);
  assert_fails (gk_image_info (in_dir ("a.qcow2"), NULL, NULL, &info, &e), &e, ELOOP,
                "a.qcow2: the chain of backing files comes back to this file");
  assert_int_equal (
      sh ("for i in $(seq 1 201); do "
          "qemu-img create -q -f qcow2 -u -b c$((i-1)).qcow2 -F qcow2 c$i.qcow2 1M || exit 1; "
          "done; qemu-img create -q -f qcow2 c0.qcow2 1M"),
      0);
  assert_fails (gk_image_info (in_dir ("c201.qcow2"), NULL, NULL, &info, &e), &e, ELOOP,
                "more than 200 backing files");
}

/* --- data files and extents ----------------------------------------------------- */

static void
test_data_file (void **state)
{
  struct gk_image_info info;

  assert_int_equal (sh ("qemu-img create -q -f qcow2 -o data_file=data.raw df.qcow2 1M"), 0);
  assert_ok (gk_image_info (in_dir ("df.qcow2"), NULL, NULL, &info, &e), &e);
  assert_string_equal (info.layers[0].data_file, "data.raw");
  gk_image_info_clear (&info);
  assert_int_equal (unlink (in_dir ("data.raw")), 0);
  assert_fails (gk_image_info (in_dir ("df.qcow2"), NULL, NULL, &info, &e), &e, ENOENT,
                "df.qcow2: data file: ");
  /* Another name of the same length, in place. */
  assert_int_equal (sh ("sed -i 's,data\\.raw,json:{}x,' df.qcow2"), 0);
  assert_fails (gk_image_info (in_dir ("df.qcow2"), NULL, NULL, &info, &e), &e, EACCES,
                "its data file json:{}x is not a local file");
}

static void
test_vmdk_extents (void **state)
{
  struct gk_image_info info;

  needs_root ();
  assert_int_equal (sh ("qemu-img create -q -f vmdk -o subformat=monolithicFlat flat.vmdk 1M"), 0);
  assert_ok (gk_image_info (in_dir ("flat.vmdk"), NULL, NULL, &info, &e), &e);
  assert_string_equal (info.layers[0].extents[0], in_dir ("flat-flat.vmdk"));
  gk_image_info_clear (&info);
  assert_int_equal (sh ("chown 65534 flat.vmdk; chmod 600 flat-flat.vmdk"), 0);
  assert_fails (gk_image_info (in_dir ("flat.vmdk"), NULL, NULL, &info, &e), &e, EACCES,
                "its extent");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_formats),          cmocka_unit_test (test_raw_like_qemu),
    cmocka_unit_test (test_details),          cmocka_unit_test (test_names),
    cmocka_unit_test (test_errors),           cmocka_unit_test (test_chain),
    cmocka_unit_test (test_refused_names),    cmocka_unit_test (test_owner),
    cmocka_unit_test (test_cycle_and_length), cmocka_unit_test (test_data_file),
    cmocka_unit_test (test_vmdk_extents),
  };
  return cmocka_run_group_tests_name ("image: formats and chains", tests, help_setup,
                                      help_teardown);
}
