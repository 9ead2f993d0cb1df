/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reading ahead while walking: what comes is the same with it, whatever the tree; and a
 * tree that vanishes. */
/* rooms: base */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/walk.h"

#define FILES 3000 /* several blocks of names */
#define FOLDERS 50

static char dir[] = "/var/tmp/guestkit-walk.XXXXXX";

static void
make (int at, const char *name, const char *content)
{
  _cleanup_close_ int fd = openat (at, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  assert_int_not_equal (fd, -1);
  assert_int_equal (write (fd, content, strlen (content)), (int)strlen (content));
  /* Out of memory, where the filesystem can: then they are cold. */
  fdatasync (fd);
  posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
}

static int
setup (void **state)
{
  char name[32];

  if (mkdtemp (dir) == NULL)
    return -1;
  _cleanup_close_ int at = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < FOLDERS; ++i) {
    snprintf (name, sizeof name, "folder-%d", i);
    assert_int_equal (mkdirat (at, name, 0700), 0);
    snprintf (name, sizeof name, "folder-%d/file", i);
    make (at, name, "content");
  }
  for (int i = 0; i < FILES; ++i) {
    snprintf (name, sizeof name, "file-%d", i);
    assert_int_equal (mknodat (at, name, S_IFREG | 0600, 0), 0);
  }
  make (at, "file-7", "content");
  assert_int_equal (mkfifoat (at, "fifo", 0600), 0);
  assert_int_equal (symlinkat ("fifo", at, "link"), 0);
  return 0;
}

static int
teardown (void **state)
{
  char command[100];

  snprintf (command, sizeof command, "rm -rf %s", dir);
  return system (command);
}

static void
nothing_is_lost_or_doubled (void **state)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_close_ int at = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int r, files = 0, folders = 0, others = 0;

  assert_int_equal (gk_walk_start (&w, at), 0);
  gk_walk_read_ahead (&w); /* there is no entry yet */
  while ((r = gk_walk_next (&w)) > 0) {
    gk_walk_read_ahead (&w);
    if (r == GK_WALK_LEAVE)
      continue;
    if (w.type == DT_DIR) {
      ++folders;
      assert_int_equal (gk_walk_enter (&w), 0);
      gk_walk_read_ahead (&w); /* the entry is a level above */
    } else if (w.type == DT_REG) {
      char byte;
      _cleanup_close_ int fd = openat (w.dir_fd, w.name, O_RDONLY | O_CLOEXEC);
      ++files;
      assert_true (read (fd, &byte, 1) != -1);
    } else
      ++others;
  }
  assert_int_equal (r, GK_WALK_END);
  gk_walk_read_ahead (&w);
  assert_int_equal (files, FILES + FOLDERS);
  assert_int_equal (folders, FOLDERS);
  assert_int_equal (others, 2);
}

static void
a_folder_that_was_removed_is_empty (void **state)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  _cleanup_close_ int at = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  assert_int_equal (mkdirat (at, "gone", 0700), 0);
  _cleanup_close_ int gone = openat (at, "gone", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  assert_int_equal (unlinkat (at, "gone", AT_REMOVEDIR), 0);
  assert_int_equal (gk_walk_start (&w, gone), 0);
  assert_int_equal (gk_walk_next (&w), GK_WALK_END);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (nothing_is_lost_or_doubled),
    cmocka_unit_test (a_folder_that_was_removed_is_empty),
  };

  return cmocka_run_group_tests (tests, setup, teardown);
}
