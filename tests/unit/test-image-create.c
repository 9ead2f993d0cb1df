/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: image exec op base */
/* New images are what was asked for, and what cannot be is refused in the
 * words that programs know. */
#include "disk-help.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#include "image/image.h"

static struct gk_error e = GK_ERROR_INIT;

static int
create (struct gk_image_create c)
{
  gk_error_clear (&e);
  c.path = in_dir (c.path);
  return gk_image_create (&c, NULL, &e);
}
#define CREATE(...) create ((struct gk_image_create){ __VA_ARGS__ })

static void
test_raw (void **state)
{
  struct stat st;

  assert_int_equal (CREATE (.path = "r", .format = "raw", .size = 1000), 0);
  assert_int_equal (stat (in_dir ("r"), &st), 0);
  assert_int_equal (st.st_size, 1000);
  assert_int_equal (CREATE (.path = "r", .format = "raw", .size = 1 << 20, .preallocation = "full"),
                    0);
  assert_int_equal (stat (in_dir ("r"), &st), 0);
  assert_true (st.st_blocks * 512 >= 1 << 20);
  assert_int_equal (
      CREATE (.path = "r", .format = "raw", .size = 1 << 20, .preallocation = "sparse"), 0);
  assert_int_equal (stat (in_dir ("r"), &st), 0);
  assert_int_equal (st.st_blocks, 0);
}

static void
test_qcow2 (void **state)
{
  struct gk_image_layer l;

  assert_int_equal (CREATE (.path = "q", .format = "qcow2", .size = 8 << 20, .compat = "0.10",
                            .has_cluster_size = true, .cluster_size = 4096,
                            .preallocation = "metadata"),
                    0);
  assert_int_equal (sh ("qemu-img check q"), 0);
  assert_int_equal (sh ("qemu-img info q | grep 'compat: 0.10'"), 0);
  assert_int_equal (gk_image_top (in_dir ("q"), NULL, NULL, &l, &e), 0);
  assert_int_equal (l.virtual_size, 8 << 20);
  assert_int_equal (l.cluster_size, 4096);
  gk_image_layer_clear (&l);

  /* Commas, and a name relative to the new image. */
  assert_int_equal (CREATE (.path = "b,c=d.raw", .format = "raw", .size = 3 << 20), 0);
  assert_int_equal (CREATE (.path = "o", .format = "qcow2", .size = -1, .backing = "b,c=d.raw"), 0);
  assert_int_equal (gk_image_top (in_dir ("o"), NULL, NULL, &l, &e), 0);
  assert_string_equal (l.backing_name, "b,c=d.raw");
  assert_string_equal (l.backing_format, "raw");
  assert_int_equal (l.virtual_size, 3 << 20);
  gk_image_layer_clear (&l);
  assert_int_equal (sh ("qemu-io -c 'read 0 512' o"), 0);
}

static void
test_refused (void **state)
{
  const struct {
    struct gk_image_create c;
    const char *message;
  } table[] = {
    { { .format = "raw", .size = 0 }, "invalid size: 0" },
    { { .format = "raw", .size = -1 }, "invalid size: -1" },
    { { .format = "foo", .size = 1 }, "unsupported format ‘foo’" },
    { { .format = "vdi", .size = 1 }, "unsupported format ‘vdi’" },
    { { .format = "raw", .size = 1, .backing = "x" },
      "if using a backing file, size must be passed as -1" },
    { { .format = "raw", .size = -1, .backing = "x" },
      "backingfile cannot be used for raw format disks" },
    { { .format = "raw", .size = 1, .backing_format = "raw" },
      "backingformat parameter cannot be used with raw format" },
    { { .format = "raw", .size = 1, .compat = "1.1" },
      "compat parameter cannot be used with raw format" },
    { { .format = "raw", .size = 1, .has_cluster_size = true, .cluster_size = 4096 },
      "clustersize parameter cannot be used with raw format" },
    { { .format = "raw", .size = 1, .preallocation = "metadata" },
      "invalid value for preallocation parameter ‘metadata’" },
    { { .format = "qcow2", .size = 1, .preallocation = "foo" },
      "invalid value for preallocation parameter ‘foo’" },
    { { .format = "qcow2", .size = 1, .compat = "2" }, "invalid value for compat parameter ‘2’" },
    { { .format = "qcow2", .size = 1, .has_cluster_size = true },
      "invalid value for clustersize parameter ‘0’" },
    { { .format = "qcow2", .size = 1, .backing_format = "raw" },
      "backingformat needs a backingfile" },
    { { .format = "qcow2", .size = -1, .backing = "raw", .backing_format = "" },
      "invalid value for backingformat parameter ‘’" },
    { { .format = "qcow2", .size = 1, .has_cluster_size = true, .cluster_size = 1000 },
      "invalid value for clustersize parameter ‘1000’" },
    { { .format = "qcow2", .size = 1, .has_cluster_size = true, .cluster_size = 128 },
      "invalid value for clustersize parameter ‘128’" },
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    struct gk_image_create c = table[i].c;
    c.path = "refused";
    assert_int_equal (create (c), -1);
    assert_string_equal (gk_error_msg (&e), table[i].message);
    assert_int_equal (access (in_dir ("refused"), F_OK), -1);
  }
  assert_int_equal (CREATE (.path = "no/r", .format = "raw", .size = 1), -1);
  assert_string_equal (
      gk_error_msg (&e),
      text ("cannot create raw file: %s/no/r: No such file or directory", help_dir));
  assert_int_equal (CREATE (.path = "o", .format = "qcow2", .size = -1, .backing = "nope"), -1);
  assert_int_equal (e.errnum, ENOENT);
  assert_int_equal (CREATE (.path = "o", .format = "qcow2", .size = -1, .backing = "nbd:x"), -1);
  assert_int_equal (e.errnum, EACCES);
}

/* What was there before is emptied only when all else is well, and is never
 * removed: it may be a device that everybody needs. */
static void
test_raw_over_another (void **state)
{
  const struct rlimit small = { 4096, RLIM_INFINITY }, all = { RLIM_INFINITY, RLIM_INFINITY };
  const struct {
    const char *name;
    mode_t mode;
  } others[] = {
    { "null", S_IFCHR | 0666 },
    { "fifo", S_IFIFO | 0666 },
  };
  struct stat st;

  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    assert_int_equal (mknod (in_dir (others[i].name), others[i].mode, makedev (1, 3)), 0);
    assert_int_equal (CREATE (.path = others[i].name, .format = "raw", .size = 512), -1);
    assert_int_equal (lstat (in_dir (others[i].name), &st), 0);
    assert_false (S_ISREG (st.st_mode));
  }

  assert_int_equal (sh ("echo precious >used; cp used large"), 0);
  int fd = open (in_dir ("used"), O_RDWR | O_CLOEXEC);
  assert_int_equal (gk_image_lock (fd, "used", GK_IMAGE_WRITE, &e), 0);
  assert_int_equal (CREATE (.path = "used", .format = "raw", .size = 512), -1);
  assert_int_equal (e.errnum, EBUSY);
  assert_int_equal (sh ("grep -qx precious used"), 0);
  close (fd);
  signal (SIGXFSZ, SIG_IGN);
  assert_int_equal (setrlimit (RLIMIT_FSIZE, &small), 0);
  assert_int_equal (CREATE (.path = "large", .format = "raw", .size = 8192), -1);
  assert_int_equal (e.errnum, EFBIG);
  assert_int_equal (CREATE (.path = "new", .format = "raw", .size = 8192), -1);
  assert_int_equal (setrlimit (RLIMIT_FSIZE, &all), 0);
  assert_int_equal (access (in_dir ("new"), F_OK), -1);
  assert_int_equal (sh ("grep -qx precious large"), 0);
}

/* Our own writing of qcow2. */
static void
test_overlay (void **state)
{
  static const uint64_t sizes[] = {
    0, 512, 1 << 20, (UINT64_C (512) << 20) + 512, UINT64_C (100) << 40, UINT64_C (2) << 50
  };
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct gk_image_layer l;
    struct stat st;

    unlink (in_dir ("overlay"));
    gk_error_clear (&e);
    assert_ok (gk_overlay_create (in_dir ("overlay"), sizes[i], &e), &e);
    assert_int_equal (sh ("qemu-img check -f qcow2 overlay"), 0);
    assert_non_null (strstr (said ("out"), "No errors were found"));
    assert_ok (gk_image_top (in_dir ("overlay"), NULL, NULL, &l, &e), &e);
    assert_string_equal (l.format, "qcow2");
    assert_int_equal (l.virtual_size, sizes[i]);
    assert_false (l.dirty || l.corrupt);
    gk_image_layer_clear (&l);
    assert_int_equal (stat (in_dir ("overlay"), &st), 0);
    assert_true (st.st_blocks <= 64);
    assert_int_equal (st.st_mode & 0777, 0600);
  }
  assert_fails (gk_overlay_create (in_dir ("overlay"), 512, &e), &e, EEXIST,
                "overlay: File exists");
  assert_fails (gk_overlay_create (in_dir ("o2"), 1000, &e), &e, EINVAL, "no overlay can have");
  assert_fails (gk_overlay_create (in_dir ("o2"), (UINT64_C (2) << 50) + 512, &e), &e, EINVAL,
                "no overlay can have");
}

/* Filled to the last byte it is still whole. */
static void
test_overlay_full (void **state)
{
  unlink (in_dir ("overlay"));
  assert_ok (gk_overlay_create (in_dir ("overlay"), 67 << 20, &e), &e);
  assert_int_equal (sh ("qemu-io -f qcow2 -c 'write -P 3 0 67M' -c 'read -P 3 0 67M' overlay"), 0);
  assert_null (strstr (said ("out"), "failed"));
  assert_int_equal (sh ("qemu-img check -f qcow2 overlay"), 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_raw),
    cmocka_unit_test (test_qcow2),
    cmocka_unit_test (test_raw_over_another),
    cmocka_unit_test (test_refused),
    cmocka_unit_test (test_overlay),
    cmocka_unit_test (test_overlay_full),
  };
  return cmocka_run_group_tests_name ("image: new images", tests, help_setup, help_teardown);
}
