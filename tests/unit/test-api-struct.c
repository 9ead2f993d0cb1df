/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: api base */
/* Public structs: copies are deep, comparing finds the first field that
 * differs, freeing forgets nothing (valgrind and ASan look). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GUESTFS_PRIVATE 1
#include "gk-structs.h"
#include "guestfs.h"

static struct guestfs_lvm_pv
make_pv (const char *name)
{
  struct guestfs_lvm_pv pv = { 0 };

  pv.pv_name = strdup (name);
  memcpy (pv.pv_uuid, "abcdefghijklmnopqrstuvwxyz012345", 32);
  pv.pv_fmt = strdup ("lvm2");
  pv.pv_attr = strdup ("a--");
  pv.pv_tags = strdup ("");
  pv.pv_size = UINT64_MAX;
  pv.pv_pe_count = -1;
  return pv;
}

static void
copy_is_deep (void **state)
{
  struct guestfs_lvm_pv pv = make_pv ("/dev/sda1");
  struct guestfs_lvm_pv *copy = guestfs_copy_lvm_pv (&pv);

  assert_non_null (copy);
  assert_int_equal (guestfs_compare_lvm_pv (&pv, copy), 0);
  assert_ptr_not_equal (pv.pv_name, copy->pv_name);
  assert_memory_equal (pv.pv_uuid, copy->pv_uuid, 32);
  assert_true (copy->pv_size == UINT64_MAX);
  guestfs_free_lvm_pv (copy);
  gk_struct_clear (&gk_struct_lvm_pv, &pv);
  assert_null (pv.pv_name);
}

static void
compare_each_field (void **state)
{
  struct guestfs_lvm_pv a = make_pv ("a"), b = make_pv ("a");

  b.pv_uuid[31] = '6';
  assert_true (guestfs_compare_lvm_pv (&a, &b) < 0);
  b.pv_uuid[31] = '5';
  b.pv_size = 0;
  assert_int_equal (guestfs_compare_lvm_pv (&a, &b), 1);
  b.pv_size = a.pv_size;
  b.pv_pe_count = 0;
  assert_int_equal (guestfs_compare_lvm_pv (&a, &b), -1);
  b.pv_pe_count = -1;
  b.pv_name[0] = 'b';
  a.pv_size = 0; /* the first field that differs decides */
  assert_true (guestfs_compare_lvm_pv (&a, &b) < 0);
  assert_true (guestfs_compare_lvm_pv (&b, &a) > 0);
  gk_struct_clear (&gk_struct_lvm_pv, &a);
  gk_struct_clear (&gk_struct_lvm_pv, &b);
}

static void
numbers_of_every_kind (void **state)
{
  char x[] = "x";
  struct guestfs_dirent d1 = { .ino = 1, .ftyp = 'd', .name = x }, d2 = d1;
  struct guestfs_int_bool i1 = { .i = -1 }, i2 = { .i = 1 };
  struct guestfs_lvm_lv l1 = { .snap_percent = -1 }, l2 = { .snap_percent = 0.5f };

  d2.ftyp = 'r';
  assert_int_equal (guestfs_compare_dirent (&d1, &d2), -1);
  assert_int_equal (guestfs_compare_int_bool (&i1, &i2), -1);
  assert_int_equal (guestfs_compare_lvm_lv (&l1, &l2), -1);
  assert_int_equal (guestfs_compare_lvm_lv (&l2, &l1), 1);
}

static void
buffers_have_a_length (void **state)
{
  char name[] = "user.a", value[] = "a\0b";
  struct guestfs_xattr x = { .attrname = name, .attrval_len = 3, .attrval = value };
  struct guestfs_xattr *copy = guestfs_copy_xattr (&x);

  assert_int_equal (copy->attrval_len, 3);
  assert_memory_equal (copy->attrval, "a\0b", 4);
  assert_int_equal (guestfs_compare_xattr (&x, copy), 0);
  copy->attrval[2] = 'c';
  assert_true (guestfs_compare_xattr (&x, copy) < 0);
  x.attrval_len = 2;
  copy->attrval[0] = 'A'; /* length is compared before content */
  assert_true (guestfs_compare_xattr (&x, copy) < 0);
  guestfs_free_xattr (copy);
}

static void
lists (void **state)
{
  struct guestfs_application2_list *list = gk_struct_list_new (&gk_struct_application2, 3);
  struct guestfs_application2_list *copy;

  for (uint32_t i = 0; i < 3; i++)
    list->val[i].app2_name = strdup (i == 1 ? "b" : "a");
  copy = guestfs_copy_application2_list (list);
  assert_int_equal (copy->len, 3);
  assert_string_equal (copy->val[1].app2_name, "b");
  assert_int_equal (guestfs_compare_application2_list (list, copy), 0);
  copy->val[2].app2_name[0] = 'c';
  assert_true (guestfs_compare_application2_list (list, copy) < 0);
  guestfs_free_application2_list (copy);

  struct guestfs_application2_list *none = gk_struct_list_new (&gk_struct_application2, 0);
  copy = guestfs_copy_application2_list (none);
  assert_int_equal (copy->len, 0);
  assert_true (guestfs_compare_application2_list (copy, list) < 0);
  guestfs_free_application2_list (copy);
  guestfs_free_application2_list (none);
  guestfs_free_application2_list (list);
}

static void
nothing_to_free (void **state)
{
  guestfs_free_stat (NULL);
  guestfs_free_stat_list (NULL);
}

/* What every user of the descriptors counts on. */
static void
descriptors_are_sound (void **state)
{
  for (size_t i = 0; gk_structs_all[i]; i++) {
    const struct gk_struct *s = gk_structs_all[i];
    size_t at = 0;
    assert_true (s->nfields > 0);
    for (size_t j = 0; j < s->nfields; j++) {
      assert_true (j == 0 || s->fields[j].offset > at);
      at = s->fields[j].offset;
      assert_true (at < s->size);
      if (s->fields[j].type == GK_FIELD_BUFFER)
        assert_true (s->fields[j].len_offset < at);
    }
    if (i > 0)
      assert_true (strcmp (gk_structs_all[i - 1]->name, s->name) < 0);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (copy_is_deep),
    cmocka_unit_test (compare_each_field),
    cmocka_unit_test (numbers_of_every_kind),
    cmocka_unit_test (buffers_have_a_length),
    cmocka_unit_test (lists),
    cmocka_unit_test (nothing_to_free),
    cmocka_unit_test (descriptors_are_sound),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
