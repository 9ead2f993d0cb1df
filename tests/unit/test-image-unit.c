/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: image exec op base */
/* A unit writes to the file with which it began, whatever has that file's name meanwhile. */
#include "disk-help.h"

#include "image/unit.h"

static struct gk_error e = GK_ERROR_INIT;

/* Other programs may move a file while the unit waits, or while its changes are landing. */
static void
replace (const char *image)
{
  assert_int_equal (sh ("mv %s moved && cp other %s", image, image), 0);
}

static void
is_other (const char *image)
{
  assert_int_equal (sh ("cmp other %s", image), 0);
}

/* Begins one of image, and changes 64 KiB at 1 MiB. */
static struct gk_unit
changed (const char *image)
{
  const struct gk_unit_how how = { .format = NULL };
  struct gk_unit u = GK_UNIT_INIT;

  assert_ok (gk_unit_begin (in_dir (image), &how, NULL, &u, &e), &e);
  /* In the image's folder: there qemu looks for a data file. */
  assert_int_equal (sh ("cd %s/.. && qemu-io -c 'write -P 7 1M 64k' -f qcow2 %s", u.dir, u.overlay),
                    0);
  return u;
}

static void
has_changes (const char *image, const char *format)
{
  assert_int_equal (
      sh ("qemu-io -f %s -r -U -c 'read -P 7 1M 64k' -c 'read -P 3 2M 64k' %s", format, image), 0);
  assert_null (strstr (said ("out"), "failed"));
}

/* Images of 4 MiB whose third MiB is of threes. */
static void
make (const char *image, const char *format)
{
  assert_int_equal (sh ("rm -rf .[!.]* * && qemu-img create -q -f %s %s 4M && "
                        "qemu-io -f %s -c 'write -P 3 2M 1M' %s && "
                        "qemu-img create -q -f %s other 4M",
                        format, image, format, image, format),
                    0);
}

static void
test_replaced_while_landing (void **state)
{
  static const char *const formats[] = { "raw", "qcow2", "vdi" };

  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    make ("image", formats[i]);
    _cleanup_unit_ struct gk_unit u = changed ("image");
    assert_ok (gk_unit_mark (&u, NULL, NULL, &e), &e);
    replace ("image");
    assert_ok (gk_unit_land (&u, NULL, &e), &e);
    is_other ("image");
    has_changes ("moved", formats[i]);
  }
}

static void
test_replaced_before_it_counts (void **state)
{
  make ("image", "raw");
  _cleanup_unit_ struct gk_unit u = changed ("image");
  replace ("image");
  assert_fails (gk_unit_mark (&u, NULL, NULL, &e), &e, ESTALE, "another file has this name now");
  is_other ("image");
}

/* A snapshot is a change, too. */
static void
test_backup_of_what_was_replaced (void **state)
{
  make ("image", "qcow2");
  _cleanup_unit_ struct gk_unit u = changed ("image");
  assert_ok (gk_unit_mark (&u, "before", NULL, &e), &e);
  replace ("image");
  assert_ok (gk_unit_land (&u, NULL, &e), &e);
  is_other ("image");
  assert_int_equal (sh ("qemu-img snapshot -U -l moved | grep -q before"), 0);
  has_changes ("moved", "qcow2");
}

/* Its header's names start at its own folder, however the image is opened. */
static void
test_names_beside_the_image (void **state)
{
  make ("base", "raw");
  assert_int_equal (sh ("mkdir sub && mv base sub/base && cd sub && "
                        "qemu-img create -q -f qcow2 -F raw -b base mid && "
                        "qemu-img create -q -f qcow2 -F qcow2 -b mid -o cluster_size=2M top"),
                    0);
  _cleanup_unit_ struct gk_unit u = changed ("sub/top");
  assert_ok (gk_unit_mark (&u, "before", NULL, &e), &e);
  assert_ok (gk_unit_land (&u, NULL, &e), &e);
  has_changes ("sub/top", "qcow2");

  make ("base", "raw");
  assert_int_equal (sh ("mkdir sub && mv base sub/base && cd sub && "
                        "qemu-img create -q -f qcow2 -o data_file=base,data_file_raw=on top 4M && "
                        "qemu-io -f qcow2 -c 'write -P 3 2M 1M' top"),
                    0);
  _cleanup_unit_ struct gk_unit d = changed ("sub/top");
  assert_ok (gk_unit_mark (&d, NULL, NULL, &e), &e);
  assert_ok (gk_unit_land (&d, NULL, &e), &e);
  has_changes ("sub/base", "raw");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_replaced_while_landing),
    cmocka_unit_test (test_replaced_before_it_counts),
    cmocka_unit_test (test_backup_of_what_was_replaced),
    cmocka_unit_test (test_names_beside_the_image),
  };
  return cmocka_run_group_tests_name ("image-unit", tests, help_setup, help_teardown);
}
