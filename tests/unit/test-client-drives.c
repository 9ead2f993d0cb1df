/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: client launch domain image rpc api op exec base */
/* add_drive and its kin: which arguments are refused, with which words, and
 * what is handed on to the worker. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client-help.h"
#include "client/handle-priv.h"

static char image[] = "/tmp/gk-test-drives-XXXXXX";

static int
make_image (void **state)
{
  int fd = mkstemp (image);

  if (fd == -1)
    return -1;
  return close (fd);
}

static int
remove_image (void **state)
{
  return unlink (image);
}

#define ADD(g, file, ...) guestfs_add_drive_opts (g, file, ##__VA_ARGS__, -1)
#define OPT(NAME) GUESTFS_ADD_DRIVE_OPTS_##NAME

/* --- plain files --------------------------------------------------------------- */

static void
plain_file (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_int_equal (guestfs_add_drive (g, image), 0);
  assert_int_equal (guestfs_add_drive_ro (g, image), 0);
  assert_int_equal (guestfs_add_cdrom (g, image), 0);
  assert_int_equal (guestfs_add_drive_with_if (g, image, "ide"), 0);
  assert_int_equal (guestfs_add_drive_ro_with_if (g, image, "ide"), 0);
  assert_int_equal (g->ndrives, 5);
  assert_string_equal (g->drives[0].filename, image);
  assert_string_equal (g->drives[0].protocol, "file");
  assert_null (g->drives[0].format);
  assert_false (g->drives[0].readonly);
  assert_true (g->drives[1].readonly);
  assert_true (g->drives[2].readonly);
  assert_string_equal (g->drives[3].iface, "ide");
  assert_true (g->drives[4].readonly);
  assert_fails (g, guestfs_add_drive (g, "/nonexistent"), ENOENT,
                "/nonexistent: No such file or directory");
  assert_int_equal (g->ndrives, 5);
  guestfs_close (g);
}

static void
relative_name (void **state)
{
  guestfs_h *g = quiet_handle ();
  char *cwd = getcwd (NULL, 0);

  assert_int_equal (chdir ("/tmp"), 0);
  assert_int_equal (guestfs_add_drive (g, image + 5), 0);
  assert_int_equal (chdir ("/"), 0);
  assert_int_equal (guestfs_add_drive (g, image + 1), 0);
  assert_int_equal (chdir (cwd), 0);
  assert_string_equal (g->drives[0].filename, image);
  assert_string_equal (g->drives[1].filename, image);
  free (cwd);
  guestfs_close (g);
}

static void
all_options (void **state)
{
  guestfs_h *g = quiet_handle ();
  char **v;

  assert_int_equal (ADD (g, image, OPT (READONLY), 1, OPT (FORMAT), "qcow2", OPT (IFACE), "virtio",
                         OPT (NAME), "vda", OPT (LABEL), "system", OPT (CACHEMODE), "unsafe",
                         OPT (DISCARD), "besteffort", OPT (COPYONREAD), 1, OPT (BLOCKSIZE), 4096),
                    0);
  v = guestfs_debug_drives (g);
  char *want = NULL;
  assert_true (asprintf (&want,
                         "%s readonly format=qcow2 protocol=file iface=virtio name=vda "
                         "label=system cache=unsafe discard=besteffort copyonread blocksize=4096",
                         image) > 0);
  assert_string_equal (v[0], want);
  assert_null (v[1]);
  free (want);
  free (v[0]);
  free (v);
  guestfs_close (g);
}

static void
bad_options (void **state)
{
  guestfs_h *g = quiet_handle ();
  static const char label[] =
      "label parameter is empty, too long, or contains disallowed characters";
  static const char format[] = "format parameter is empty or contains disallowed characters";

  assert_fails (g, ADD (g, image, OPT (FORMAT), ""), 0, format);
  assert_fails (g, ADD (g, image, OPT (FORMAT), "raw,file=/etc/passwd"), 0, format);
  assert_fails (g, ADD (g, image, OPT (FORMAT), "../x"), 0, format);
  assert_fails (g, ADD (g, image, OPT (IFACE), "a b"), 0,
                "iface parameter is empty or contains disallowed characters");
  assert_fails (g, ADD (g, image, OPT (LABEL), ""), 0, label);
  assert_fails (g, ADD (g, image, OPT (LABEL), "a1"), 0, label);
  assert_fails (g, ADD (g, image, OPT (LABEL), "abcdefghijklmnopqrstu"), 0, label);
  assert_int_equal (ADD (g, image, OPT (LABEL), "abcdefghijklmnopqrst"), 0);
  assert_fails (g, ADD (g, image, OPT (CACHEMODE), "none"), 0,
                "cachemode parameter must be ‘writeback’ (default) or ‘unsafe’");
  assert_fails (g, ADD (g, image, OPT (DISCARD), "on"), 0,
                "discard parameter must be ‘disable’, ‘enable’ or ‘besteffort’");
  assert_fails (g, ADD (g, image, OPT (DISCARD), "enable", OPT (READONLY), 1), 0,
                "discard support cannot be enabled on read-only drives");
  assert_fails (g, ADD (g, image, OPT (BLOCKSIZE), 1024), 0, "blocksize parameter is invalid");
  assert_fails (g, ADD (g, image, OPT (BLOCKSIZE), -512), 0, "blocksize parameter is invalid");
  assert_fails (g, ADD (g, image, OPT (USERNAME), ""), 0,
                "you cannot specify a username with file-backed disks");
  assert_fails (g, ADD (g, image, OPT (SECRET), "x"), 0,
                "you cannot specify a secret with file-backed disks");
  assert_int_equal (g->ndrives, 1);
  guestfs_close (g);
}

/* --- disks that are made ---------------------------------------------------------- */

static void
scratch (void **state)
{
  guestfs_h *g = quiet_handle ();
  struct stat st;
  char dir[64];

  assert_fails (g, guestfs_add_drive_scratch (g, 0, -1), 0, "invalid size: 0");
  assert_fails (g, guestfs_add_drive_scratch (g, -5, -1), 0, "invalid size: -5");
  assert_null (g->session_tmpdir);
  assert_int_equal (guestfs_add_drive_scratch (g, 1 << 20, GUESTFS_ADD_DRIVE_SCRATCH_LABEL, "x",
                                               GUESTFS_ADD_DRIVE_SCRATCH_NAME, "sda",
                                               GUESTFS_ADD_DRIVE_SCRATCH_BLOCKSIZE, 4096, -1),
                    0);
  const struct gk_drive *d = &g->drives[0];
  assert_string_equal (d->format, "raw");
  assert_string_equal (d->cachemode, "unsafe");
  assert_string_equal (d->label, "x");
  assert_string_equal (d->name, "sda");
  assert_int_equal (d->blocksize, 4096);
  assert_int_equal (stat (d->filename, &st), 0);
  assert_int_equal (st.st_size, 1 << 20);
  assert_int_equal (st.st_mode & 07777, 0600);

  snprintf (dir, sizeof dir, "%s", g->session_tmpdir);
  assert_int_equal (stat (dir, &st), 0);
  assert_int_equal (st.st_mode & 07777, 0700);
  assert_int_equal (guestfs_add_drive_scratch (g, INT64_MAX, -1), -1);
  assert_int_equal (guestfs_last_errno (g), EFBIG);
  assert_fails (g, guestfs_add_drive_scratch (g, 1, GUESTFS_ADD_DRIVE_SCRATCH_BLOCKSIZE, 7, -1), 0,
                "blocksize parameter is invalid");
  assert_int_equal (g->ndrives, 1);
  guestfs_close (g);
  assert_int_equal (stat (dir, &st), -1);
}

/* Closing removes what is below the session's directory and nothing else. */
static void
tmpdir_is_removed (void **state)
{
  guestfs_h *g = quiet_handle ();
  const char *dir = gk_client_tmpdir (g);
  char path[128], keep[128];
  struct stat st;

  snprintf (path, sizeof path, "%s/a", dir);
  assert_int_equal (mkdir (path, 0700), 0);
  snprintf (path, sizeof path, "%s/a/b", dir);
  assert_int_equal (mkdir (path, 0700), 0);
  snprintf (path, sizeof path, "%s/a/image", dir);
  assert_int_equal (symlink (image, path), 0);
  snprintf (path, sizeof path, "%s/a/tmp", dir);
  assert_int_equal (symlink ("/tmp", path), 0);
  snprintf (keep, sizeof keep, "%s", dir);
  guestfs_close (g);
  assert_int_equal (stat (keep, &st), -1);
  assert_int_equal (stat (image, &st), 0);
}

static void
null_disk (void **state)
{
  guestfs_h *g = quiet_handle ();
  struct stat st;

  assert_int_equal (guestfs_add_drive_ro (g, "/dev/null"), 0);
  assert_string_equal (g->drives[0].format, "raw");
  assert_int_equal (stat (g->drives[0].filename, &st), 0);
  assert_true (S_ISREG (st.st_mode));
  assert_int_equal (st.st_size, 4096);
  assert_fails (g, ADD (g, "/dev/null", OPT (FORMAT), "qcow2"), 0,
                "for device ‘/dev/null’, format must be ‘raw’");
  guestfs_close (g);
}

static void
no_hotplug (void **state)
{
  guestfs_h *g = quiet_handle ();
  static const char text[] = "hotplugging support was removed in libguestfs 1.48";

  assert_fails (g, guestfs_remove_drive (g, "x"), 0, text);
  g->state = GK_STATE_READY;
  assert_fails (g, guestfs_add_drive (g, image), 0, text);
  assert_fails (g, guestfs_add_drive (g, "/nonexistent"), ENOENT,
                "/nonexistent: No such file or directory");
  assert_fails (g, guestfs_add_drive_ro (g, image), 0,
                "add_drive_ro: this function can only be called in the config state");
  g->state = GK_STATE_CONFIG;
  guestfs_close (g);
}

/* --- protocols ---------------------------------------------------------------------- */

static int
remote (guestfs_h *g, const char *protocol, const char *file, const char *server)
{
  char *list[] = { (char *)server, NULL };

  return ADD (g, file, OPT (PROTOCOL), protocol, OPT (SERVER), list);
}

static void
servers (void **state)
{
  static const struct {
    const char *from, *to;
  } good[] = {
    { "localhost", "localhost" },
    { "localhost:999", "tcp:localhost:999" },
    { "tcp:h:10", "tcp:h:10" },
    { "tcp:h", "h" },
    { "unix:/a b,c", "unix:/a b,c" },
    { "[::1]:22", "tcp:[::1]:22" },
    { "::1", "::1" },
    { "h:x", "h:x" },
  };
  guestfs_h *g = quiet_handle ();

  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_int_equal (remote (g, "nbd", "", good[i].from), 0);
    assert_string_equal (g->drives[i].server[0], good[i].to);
    assert_null (g->drives[i].server[1]);
  }
  assert_fails (g, remote (g, "nbd", "", "unix:"), 0, "missing Unix domain socket path");
  assert_fails (g, remote (g, "nbd", "", ""), 0, "invalid hostname or server string ‘’");
  assert_fails (g, remote (g, "nbd", "", "tcp:"), 0, "invalid hostname or server string ‘’");
  assert_fails (g, remote (g, "nbd", "", "tcp::10"), 0, "invalid hostname ‘’");
  assert_fails (g, remote (g, "nbd", "", "h,x"), 0, "invalid hostname or server string ‘h,x’");
  assert_fails (g, remote (g, "nbd", "", "h:0"), 0, "invalid port number ‘0’");
  assert_fails (g, remote (g, "nbd", "", "h:65536"), 0, "invalid port number ‘65536’");
  assert_fails (g, remote (g, "nbd", "", "h:99999999999999999999"), 0,
                "invalid port number ‘99999999999999999999’");
  guestfs_close (g);
}

static void
protocols (void **state)
{
  guestfs_h *g = quiet_handle ();
  char h[] = "h", i[] = "i";
  char *two[] = { h, i, NULL }, *none[] = { NULL };

  assert_fails (g, remote (g, "foo", "/a", "h"), 0, "unknown protocol ‘foo’");
  assert_fails (g, remote (g, "file", image, "h"), 0,
                "you cannot specify a server with file-backed disks");
  assert_fails (g, ADD (g, "/a", OPT (PROTOCOL), "https"), 0,
                "curl: you must specify exactly one server");
  assert_fails (g, ADD (g, "/a", OPT (PROTOCOL), "ssh", OPT (SERVER), two), 0,
                "ssh: you must specify exactly one server");
  assert_fails (g, remote (g, "http", "/a", "unix:/s"), 0, "curl: only tcp transport is supported");
  assert_fails (g, remote (g, "ftp", "", "h"), 0, "curl: pathname should not be an empty string");
  assert_fails (g, remote (g, "tftp", "a", "h"), 0, "curl: pathname must begin with a '/'");
  assert_fails (g, remote (g, "gluster", "/a", "h"), 0,
                "gluster: volume/image must not begin with a '/'");
  assert_fails (g, remote (g, "iscsi", "", "h"), 0,
                "iscsi: target name should not be an empty string");
  assert_fails (g, remote (g, "rbd", "a", "h"), 0, "rbd: port number must be specified");
  assert_fails (g, remote (g, "sheepdog", "/a", "h:1"), 0,
                "sheepdog: volume parameter must not begin with a '/'");
  assert_fails (g, ADD (g, "", OPT (PROTOCOL), "nbd", OPT (SERVER), none), 0,
                "nbd: you must specify exactly one server");
  assert_fails (g, ADD (g, "", OPT (PROTOCOL), "nbd", OPT (USERNAME), "u"), 0,
                "nbd: you cannot specify a username with this protocol");
  assert_fails (g, ADD (g, "", OPT (PROTOCOL), "nbd", OPT (SECRET), "u"), 0,
                "nbd: you cannot specify a secret with this protocol");
  assert_int_equal (ADD (g, "pool/disk", OPT (PROTOCOL), "rbd"), 0);
  assert_int_equal (remote (g, "https", "/a,b:c", "h"), 0);
  assert_int_equal (remote (g, "ssh", "/a", "h:22"), 0);
  assert_int_equal (g->ndrives, 3);
  assert_null (g->drives[0].server);
  assert_string_equal (g->drives[1].filename, "/a,b:c");
  guestfs_close (g);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (plain_file),  cmocka_unit_test (relative_name),
    cmocka_unit_test (all_options), cmocka_unit_test (bad_options),
    cmocka_unit_test (scratch),     cmocka_unit_test (tmpdir_is_removed),
    cmocka_unit_test (null_disk),   cmocka_unit_test (no_hotplug),
    cmocka_unit_test (servers),     cmocka_unit_test (protocols),
  };
  return cmocka_run_group_tests (tests, make_image, remove_image);
}
