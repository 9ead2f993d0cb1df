/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sizes of layers that stand on each other: what is possible, what each gets, and in
 * which order.  Without any device. */
/* rooms: base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/resize-plan.c"

#define MIB (UINT64_C (1) << 20)

struct resize_fs {
  bool grows, shrinks, remade;
};
static const struct resize_fs both = { true, true, false }, up = { true, false, false },
                              empty = { true, true, true };

bool
resize_fs_grows (const struct resize_fs *fs)
{
  return fs && fs->grows;
}

bool
resize_fs_shrinks (const struct resize_fs *fs)
{
  return fs && fs->shrinks;
}

bool
resize_fs_is_remade (const struct resize_fs *fs)
{
  return fs && fs->remade;
}

/* --- stacks ------------------------------------------------------------------------------ */

static char name[] = "/dev/x", ext4[] = "ext4", nothing[] = "";

static struct resize_layer *
add (struct resize_stack *s, enum resize_kind kind, uint64_t mib)
{
  struct resize_layer *l = &s->layers[s->n++];

  *l = (struct resize_layer){ .kind = kind, .device = name, .size = mib * MIB };
  return l;
}

static void
add_content (struct resize_stack *s, uint64_t mib, uint64_t least, const struct resize_fs *fs)
{
  struct resize_layer *l = add (s, RESIZE_CONTENT, mib);

  l->type = ext4;
  l->fs = fs;
  l->least = least * MIB;
}

/* A partition of 100 MiB on a disk of 300, with room for 250, and what is in it. */
static struct resize_stack
on_partition (void)
{
  struct resize_stack s = { .n = 0 };

  add (&s, RESIZE_DISK, 300);
  add (&s, RESIZE_PARTITION, 100)->most = 250 * MIB;
  s.target = 1;
  return s;
}

/* LUKS, a physical volume of 20 extents of 4 MiB behind 1 MiB, a volume of 10. */
static struct resize_stack
whole (const struct resize_fs *fs)
{
  struct resize_stack s = on_partition ();
  struct resize_layer *l;

  add (&s, RESIZE_LUKS, 84)->overhead = 16 * MIB;
  l = add (&s, RESIZE_PHYSICAL, 81);
  l->begin = MIB;
  l->extent = 4 * MIB;
  l->used = 41 * MIB;
  l = add (&s, RESIZE_VOLUME, 40);
  l->extent = 4 * MIB;
  l->free = 40 * MIB;
  l->linear = l->whole = l->single = true;
  add_content (&s, 40, 10, fs);
  return s;
}

static void
check (struct resize_stack *s, uint64_t mib, const uint64_t *wanted)
{
  char *why = NULL;

  resize_most (s, 0);
  resize_least (s);
  int r = resize_plan (s, resize_possible (&s->layers[s->target], mib * MIB), &why);
  if (r == -1)
    fail_msg ("%s", why);
  for (size_t i = 0; i < s->n; i++)
    if (s->layers[i].want != wanted[i] * MIB)
      fail_msg ("layer %zu: %llu and not %llu", i, (unsigned long long)(s->layers[i].want / MIB),
                (unsigned long long)wanted[i]);
}
#define CHECK(S, MIB_, ...) check (&(S), MIB_, (const uint64_t[]){ __VA_ARGS__ })

static void
refused (struct resize_stack *s, uint64_t mib, const char *words)
{
  char *why = NULL;

  resize_most (s, 0);
  resize_least (s);
  assert_int_equal (resize_plan (s, resize_possible (&s->layers[s->target], mib * MIB), &why), -1);
  if (strstr (why, words) == NULL)
    fail_msg ("%s", why);
  free (why);
}

/* --- tests --------------------------------------------------------------------------------- */

static void
test_partition (void **state)
{
  struct resize_stack s = on_partition ();

  add_content (&s, 100, 30, &both);
  CHECK (s, 200, 300, 200, 200);
  CHECK (s, 30, 300, 30, 30);
  CHECK (s, 100, 300, 100, 100);
  CHECK (s, 250, 300, 250, 250);
  refused (&s, 251, "at most");
  refused (&s, 29, "needs");
  refused (&s, UINT64_MAX / MIB, "at most");
}

static void
test_content_that_cannot (void **state)
{
  struct resize_stack s = on_partition ();

  add_content (&s, 60, 60, &up);
  CHECK (s, 200, 300, 200, 200);
  /* What is behind its end nobody misses. */
  CHECK (s, 80, 300, 80, 60);
  refused (&s, 59, "cannot be made smaller");
  s = on_partition ();
  add_content (&s, 100, 100, NULL);
  refused (&s, 101, "cannot be made larger");
  refused (&s, 99, "cannot be made smaller");
  s.layers[2].type = nothing;
  refused (&s, 101, "nothing that is known");
  refused (&s, 99, "nothing that is known");
}

static void
test_content_behind_its_device (void **state)
{
  struct resize_stack s = on_partition ();

  add_content (&s, 50, 50, &up);
  CHECK (s, 100, 300, 100, 100);
  /* A filesystem has its own idea of the last bytes. */
  s.layers[2].size = 97 * MIB;
  CHECK (s, 100, 300, 100, 97);
}

static void
test_volume_grows (void **state)
{
  struct resize_stack s = whole (&both);

  s.target = 4;
  CHECK (s, 80, 300, 100, 84, 81, 80, 80); /* by what the group has */
  CHECK (s, 84, 300, 101, 85, 85, 84, 84); /* by one extent more */
  CHECK (s, 82, 300, 101, 85, 85, 84, 84); /* in whole extents */
  CHECK (s, 232, 300, 249, 233, 233, 232, 232);
  refused (&s, 233, "at most");
  s.layers[4].linear = false;
  refused (&s, 44, "linear");
  refused (&s, 36, "linear");
}

static void
test_volume_shrinks (void **state)
{
  struct resize_stack s = whole (&both);

  s.target = 4;
  CHECK (s, 12, 300, 100, 84, 81, 12, 12);
  refused (&s, 8, "needs");
}

static void
test_partition_under_a_volume (void **state)
{
  struct resize_stack s = whole (&both);

  /* The group gets what is new; to whom it goes is not known. */
  CHECK (s, 200, 300, 200, 184, 181, 40, 40);
  /* First what is free goes, then the only volume becomes smaller. */
  CHECK (s, 57, 300, 57, 41, 41, 40, 40);
  CHECK (s, 56, 300, 56, 40, 37, 36, 36);
  CHECK (s, 29, 300, 29, 13, 13, 12, 12);
  refused (&s, 28, "needs");
  s.layers[4].single = false;
  CHECK (s, 57, 300, 57, 41, 41, 40, 40);
  refused (&s, 56, "needs");
  s.layers[4].single = true;
  s.layers[4].whole = false;
  refused (&s, 56, "needs");
  /* Without a volume at the top. */
  s.n = 4;
  CHECK (s, 57, 300, 57, 41, 41);
  refused (&s, 56, "needs");
}

static void
test_disk (void **state)
{
  struct resize_stack s = { .n = 0 };
  char *why = NULL;

  add (&s, RESIZE_DISK, 100);
  add_content (&s, 100, 10, &both);
  resize_most (&s, 200 * MIB);
  assert_int_equal (resize_plan (&s, 200 * MIB, &why), 0);
  assert_true (s.layers[0].want == 200 * MIB && s.layers[1].want == 200 * MIB);
  refused (&s, 50, "is not made smaller");
  refused (&s, 150, "at most"); /* without a larger image */
}

static void
test_order (void **state)
{
  struct resize_stack s = whole (&both);

  s.target = 4;
  CHECK (s, 84, 300, 101, 85, 85, 84, 84);
  for (size_t i = 0; i < 5; i++)
    assert_ptr_equal (resize_step (&s, i), &s.layers[i + 1]);
  assert_null (resize_step (&s, 5));
  s.target = 1;
  CHECK (s, 29, 300, 29, 13, 13, 12, 12);
  for (size_t i = 0; i < 5; i++)
    assert_ptr_equal (resize_step (&s, i), &s.layers[5 - i]);
  assert_null (resize_step (&s, 5));
  /* Swap has nothing that could be cut off, and is made on what there is then. */
  s = on_partition ();
  add_content (&s, 100, 1, &empty);
  CHECK (s, 50, 300, 50, 50);
  assert_ptr_equal (resize_step (&s, 0), &s.layers[1]);
  assert_ptr_equal (resize_step (&s, 1), &s.layers[2]);
  assert_null (resize_step (&s, 2));
}

static void
test_rounding (void **state)
{
  struct resize_stack s = on_partition ();
  const struct resize_layer *p = &s.layers[1];

  add_content (&s, 100, 10, &both);
  s.layers[1].size -= 512; /* as it was made by somebody else */
  resize_most (&s, 0);
  assert_true (resize_possible (p, 100 * MIB - 512) == 100 * MIB - 512);
  assert_true (resize_possible (p, 50 * MIB + 1) == 50 * MIB + 4096);
  s.layers[1].most = 250 * MIB + 512;
  resize_most (&s, 0);
  assert_true (p->most == 250 * MIB);
  assert_true (resize_possible (p, UINT64_MAX) > p->most);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_partition),
    cmocka_unit_test (test_content_that_cannot),
    cmocka_unit_test (test_content_behind_its_device),
    cmocka_unit_test (test_volume_grows),
    cmocka_unit_test (test_volume_shrinks),
    cmocka_unit_test (test_partition_under_a_volume),
    cmocka_unit_test (test_disk),
    cmocka_unit_test (test_order),
    cmocka_unit_test (test_rounding),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
