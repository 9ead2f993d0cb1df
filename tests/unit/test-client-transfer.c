/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: client launch domain image rpc api op exec base */
/* Host files that a call writes: what was there is replaced as a whole or not at
 * all, and what only the end of writing tells is told. */
#include "client-help.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strv.h"
#include "client/session-priv.h"

static char dir[] = "/tmp/test-transfer-XXXXXX";

static int
make_dir (void **state)
{
  return mkdtemp (dir) ? chdir (dir) : -1;
}

static int
remove_dir (void **state)
{
  return chdir ("/") == -1 ? -1 : rmdir (dir);
}

static void
put (const char *name, const char *text)
{
  int fd = open (name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

  assert_true (fd >= 0);
  assert_int_equal (gk_write_full (fd, text, strlen (text)), 0);
  close (fd);
}

static void
assert_holds (const char *name, const char *text)
{
  _cleanup_gk_buf_ struct gk_buf buf = GK_BUF_INIT;

  assert_int_equal (gk_read_file (name, 100, &buf), 0);
  assert_string_equal (buf.data, text);
}

static void
write_out (guestfs_h *g, const char *name, bool success, int expected)
{
  struct gk_host_file f = GK_HOST_FILE_INIT;

  assert_int_equal (gk_host_file_open_out (g, name, &f), 0);
  assert_int_equal (gk_write_full (f.fd, "new", 3), 0);
  assert_int_equal (gk_host_file_finish (g, &f, success), expected);
}

static void
replaced (void **state)
{
  guestfs_h *g = quiet_handle ();
  struct stat st;

  put ("file", "old");
  write_out (g, "file", false, 0);
  assert_holds ("file", "old");
  write_out (g, "file", true, 0);
  assert_holds ("file", "new");
  assert_int_equal (stat ("file", &st), 0);
  assert_int_equal (st.st_mode & 07777, 0640);
  assert_int_equal (unlink ("file"), 0);
  write_out (g, "file", false, 0);
  assert_int_equal (access ("file", F_OK), -1);
  guestfs_close (g);
}

/* What a network's filesystem or a quota refuses may be said at the end only. */
static void
refused_at_the_end (void **state)
{
  guestfs_h *g = quiet_handle ();
  struct gk_host_file f = GK_HOST_FILE_INIT;

  for (int in_place = 0; in_place < 2; in_place++) {
    put ("file", "old");
    if (in_place)
      assert_int_equal (link ("file", "other"), 0); /* then it keeps its inode */
    assert_int_equal (gk_host_file_open_out (g, "file", &f), 0);
    assert_true ((f.temp_path == NULL) == in_place);
    close (f.fd); /* so that the other close fails */
    assert_fails (g, gk_host_file_finish (g, &f, true), EBADF,
                  in_place ? "file: close: Bad file descriptor" : guestfs_last_error (g));
    if (!in_place)
      assert_holds ("file", "old");
  }
  assert_int_equal (unlink ("file"), 0);
  assert_int_equal (unlink ("other"), 0);
  guestfs_close (g);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (replaced),
    cmocka_unit_test (refused_at_the_end),
  };
  return cmocka_run_group_tests (tests, make_dir, remove_dir);
}
