/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the FUSE server of mount_local knows without asking. */
/* rooms: client launch domain image rpc api exec op base */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/local-fuse-priv.h"

#define FOLDER 7u

static void
made (struct gk_local *l, uint64_t node)
{
  gk_local_made_folder (l, &(struct gk_lfs_entry){ .node = node, .mode = 040700 });
}

static void
names_of_a_folder_that_was_made (void **state)
{
  struct gk_local *l = calloc (1, sizeof *l);
  char name[300];

  gk_local_makes_name (l, FOLDER, "before");
  assert_false (gk_local_is_absent (l, FOLDER, "any"));
  assert_null (gk_local_made_attr (l, FOLDER));
  made (l, FOLDER);
  assert_int_equal (gk_local_made_attr (l, FOLDER)->mode, 040700);
  assert_true (gk_local_is_absent (l, FOLDER, "any"));
  assert_false (gk_local_is_absent (l, FOLDER + 1, "any"));
  for (int i = 0; i < 5000; ++i) {
    snprintf (name, sizeof name, "name-%d", i);
    assert_true (gk_local_is_absent (l, FOLDER, name));
    gk_local_makes_name (l, FOLDER, name);
    gk_local_makes_name (l, FOLDER, name);
  }
  for (int i = 0; i < 5000; ++i) {
    snprintf (name, sizeof name, "name-%d", i);
    assert_false (gk_local_is_absent (l, FOLDER, name));
  }
  assert_true (gk_local_is_absent (l, FOLDER, "name-5000"));
  memset (name, 'x', 256);
  name[256] = '\0';
  assert_false (gk_local_is_absent (l, FOLDER, name));
  gk_local_forget_absent (l);
  assert_false (gk_local_is_absent (l, FOLDER, "name-5000"));
  free (l->known);
  free (l);
}

/* More of them than are kept: nothing is said of those given up. */
static void
many_folders_and_many_names (void **state)
{
  struct gk_local *l = calloc (1, sizeof *l);
  char name[32];

  for (uint64_t node = 1; node <= 20000; ++node)
    made (l, node);
  assert_false (gk_local_is_absent (l, 1, "x"));
  assert_false (gk_local_is_absent (l, 20000 - 16384, "x"));
  assert_true (gk_local_is_absent (l, 20000 - 16383, "x"));
  assert_true (gk_local_is_absent (l, 20000, "x"));
  for (int i = 0; i < 40000; ++i) {
    snprintf (name, sizeof name, "%d", i);
    gk_local_makes_name (l, 20000, name);
    assert_false (gk_local_is_absent (l, 20000, name));
  }
  assert_false (gk_local_is_absent (l, 20000, "x"));
  gk_local_forget_absent (l);
  free (l->known);
  free (l);
}

static void
acls_that_are_a_mode (void **state)
{
  static const struct {
    bool is;
    size_t size;
    const char *value;
  } acls[] = {
    { true, 28, "\2\0\0\0\1\0\6\0\377\377\377\377\4\0\4\0\377\377\377\377 \0\1\0\377\377\377\377" },
    { false, 28,
      "\1\0\0\0\1\0\6\0\377\377\377\377\4\0\4\0\377\377\377\377 \0\1\0\377\377\377\377" },
    { false, 28, "\2\0\0\0\1\0\6\0\377\377\377\377\2\0\4\0\14\0\0\0 \0\1\0\377\377\377\377" },
    { false, 28,
      "\2\0\0\0\1\0\10\0\377\377\377\377\4\0\4\0\377\377\377\377 \0\1\0\377\377\377\377" },
    { false, 20, "\2\0\0\0\1\0\6\0\377\377\377\377\4\0\4\0\377\377\377\377" },
    { false, 0, "" },
  };
  uint32_t mode = 0;

  for (size_t i = 0; i < sizeof acls / sizeof acls[0]; ++i)
    assert_int_equal (gk_local_acl_is_mode (acls[i].value, acls[i].size, &mode), acls[i].is);
  assert_int_equal (mode, 0641);
}

/* Errors that come after a file was closed are somebody's still, and told once. */
static void
errors_of_what_was_posted (void **state)
{
  struct gk_local *l = calloc (1, sizeof *l);
  struct file open = { .fh = 1 }, closed = { .closed = true }, next = { .fh = 2 };
  const int32_t errors[] = { 0, EIO, ENOSPC, 0, EROFS };

  l->flight.n_posted = 5;
  l->flight.posted_for[0] = l->flight.posted_for[3] = &open;
  l->flight.posted_for[1] = l->flight.posted_for[4] = &closed;
  l->flight.posted_for[2] = &open;
  open.n_posted = 3;
  closed.n_posted = 2;
  gk_local_posted_end (l, errors);
  assert_int_equal (l->flight.n_posted + open.n_posted + closed.n_posted, 0);
  assert_int_equal (gk_local_take_any_error (l, &open), ENOSPC);
  assert_int_equal (gk_local_take_any_error (l, &next), EROFS);
  assert_int_equal (gk_local_take_any_error (l, &next), 0);
  assert_int_equal (gk_local_take_any_error (l, &open), 0);

  /* Nobody knows what came of it. */
  l->flight.n_posted = 1;
  l->flight.posted_for[0] = &closed;
  closed.n_posted = 1;
  gk_local_posted_end (l, NULL);
  assert_int_equal (gk_local_take_any_error (l, &next), EIO);
  free (l);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (names_of_a_folder_that_was_made),
    cmocka_unit_test (many_folders_and_many_names),
    cmocka_unit_test (acls_that_are_a_mode),
    cmocka_unit_test (errors_of_what_was_posted),
  };

  return cmocka_run_group_tests (tests, NULL, NULL);
}
