/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: client launch domain image rpc api op exec base */
/* Environment variables: what each sets, and how a bad value reads. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "client-help.h"

static int
parse (guestfs_h *g, const char *variable)
{
  char *list[] = { (char *)variable, NULL };
  return guestfs_parse_environment_list (g, list);
}

/* Keeps traces off stderr. */
static void
ignore (guestfs_h *g, void *opaque, uint64_t event, int eh, int flags, const char *buf,
        size_t buf_len, const uint64_t *array, size_t array_len)
{
}

#define assert_parses(g, variable) assert_int_equal (parse (g, variable), 0)

static void
booleans (void **state)
{
  static const char *const yes[] = { "1", "true", "T", "yes", "on", "Y" };
  static const char *const no[] = { "0", "false", "n", "off", "No" };
  guestfs_h *g = quiet_handle ();
  char text[64];

  guestfs_set_event_callback (g, ignore, GUESTFS_EVENT_TRACE, 0, NULL);
  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
    snprintf (text, sizeof text, "LIBGUESTFS_TRACE=%s", yes[i]);
    assert_parses (g, text);
    assert_int_equal (guestfs_get_trace (g), 1);
    guestfs_set_trace (g, 0);
  }
  guestfs_set_verbose (g, 1);
  for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
    guestfs_set_verbose (g, 1);
    snprintf (text, sizeof text, "LIBGUESTFS_DEBUG=%s", no[i]);
    assert_parses (g, text);
    assert_int_equal (guestfs_get_verbose (g), 0);
  }
  assert_fails (g, parse (g, "LIBGUESTFS_DEBUG="), 0, "LIBGUESTFS_DEBUG=: non-boolean value");
  assert_fails (g, parse (g, "LIBGUESTFS_TRACE=x"), 0, "LIBGUESTFS_TRACE=x: non-boolean value");
  guestfs_close (g);
}

static void
strings (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_parses (g, "LIBGUESTFS_PATH=/x:/y");
  assert_string_equal (guestfs_get_path (g), "/x:/y");
  assert_parses (g, "LIBGUESTFS_PATH=");
  assert_string_equal (guestfs_get_path (g), "/x:/y");
  assert_parses (g, "LIBGUESTFS_HV=/h");
  assert_gives (guestfs_get_hv (g), "/h");
  assert_parses (g, "LIBGUESTFS_QEMU=/q");
  assert_gives (guestfs_get_hv (g), "/q");
  assert_null (guestfs_get_append (g));
  assert_parses (g, "LIBGUESTFS_APPEND=");
  assert_string_equal (guestfs_get_append (g), "");
  assert_parses (g, "LIBGUESTFS_PATHX=/z");
  assert_parses (g, "junk");
  assert_parses (g, "");
  assert_string_equal (guestfs_get_path (g), "/x:/y");
  guestfs_close (g);
}

static void
memsize (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_parses (g, "LIBGUESTFS_MEMSIZE=512");
  assert_int_equal (guestfs_get_memsize (g), 512);
  assert_parses (g, "LIBGUESTFS_MEMSIZE=600M"); /* libguestfs takes it, too */
  assert_int_equal (guestfs_get_memsize (g), 600);
  assert_fails (g, parse (g, "LIBGUESTFS_MEMSIZE=x"), 0,
                "non-numeric value for LIBGUESTFS_MEMSIZE");
  assert_fails (g, parse (g, "LIBGUESTFS_MEMSIZE=99999999999999"), 0,
                "non-numeric value for LIBGUESTFS_MEMSIZE");
  assert_fails (g, parse (g, "LIBGUESTFS_MEMSIZE=1"), 0,
                "too small value for memsize (must be at least 256)");
  assert_int_equal (guestfs_get_memsize (g), 600);
  guestfs_close (g);
}

static void
directories (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_gives (guestfs_get_tmpdir (g), "/tmp");
  assert_gives (guestfs_get_cachedir (g), "/var/tmp");
  assert_parses (g, "TMPDIR=/usr/");
  assert_gives (guestfs_get_tmpdir (g), "/usr");
  assert_gives (guestfs_get_cachedir (g), "/usr");
  assert_parses (g, "LIBGUESTFS_TMPDIR=/var");
  assert_parses (g, "LIBGUESTFS_CACHEDIR=/");
  assert_gives (guestfs_get_tmpdir (g), "/var");
  assert_gives (guestfs_get_cachedir (g), "/");
  guestfs_set_tmpdir (g, NULL);
  assert_gives (guestfs_get_tmpdir (g), "/usr");
  assert_fails (g, parse (g, "TMPDIR=/nonexistent"), ENOENT,
                "converting path to absolute path: TMPDIR: /nonexistent: realpath: "
                "No such file or directory");
  assert_fails (g, parse (g, "XDG_RUNTIME_DIR=/nonexistent"), ENOENT,
                "converting path to absolute path: XDG_RUNTIME_DIR: /nonexistent: realpath: "
                "No such file or directory");
  assert_fails (g, parse (g, "LIBGUESTFS_TMPDIR=/etc/passwd"), 0,
                "setting temporary directory: set_tmpdir: ‘/etc/passwd’ is not a directory");
  assert_parses (g, "XDG_RUNTIME_DIR=/run");
  assert_gives (guestfs_get_sockdir (g), geteuid () == 0 ? "/tmp" : "/run");
  guestfs_close (g);
}

static void
backends (void **state)
{
  guestfs_h *g = quiet_handle ();
  char *both[] = { (char *)"GUESTKIT_BACKEND=uml", (char *)"LIBGUESTFS_BACKEND=direct", NULL };

  assert_parses (g, "LIBGUESTFS_BACKEND=direct");
  assert_gives (guestfs_get_backend (g), "direct");
  assert_parses (g, "LIBGUESTFS_ATTACH_METHOD=libvirt:qemu:///session");
  assert_gives (guestfs_get_backend (g), "libvirt:qemu:///session");
  assert_fails (g, parse (g, "LIBGUESTFS_BACKEND=foo"), 0, "invalid backend: foo");
  assert_int_equal (guestfs_parse_environment_list (g, both), 0);
  assert_gives (guestfs_get_backend (g), "uml");

  assert_parses (g, "LIBGUESTFS_BACKEND_SETTINGS=a:b=1::c");
  char **v = guestfs_get_backend_settings (g);
  const char *want[] = { "a", "b=1", "", "c" };
  for (size_t i = 0; i < 4; i++) {
    assert_string_equal (v[i], want[i]);
    free (v[i]);
  }
  assert_null (v[4]);
  free (v);
  guestfs_close (g);
}

/* guestfs_create reads the process's environment, and survives a bad one. */
static void
at_create (void **state)
{
  guestfs_h *g;

  setenv ("LIBGUESTFS_MEMSIZE", "700", 1);
  g = guestfs_create_flags (GUESTFS_CREATE_NO_ENVIRONMENT);
  assert_int_equal (guestfs_get_memsize (g), 1280);
  guestfs_close (g);
  g = guestfs_create ();
  assert_int_equal (guestfs_get_memsize (g), 700);
  guestfs_close (g);

  setenv ("LIBGUESTFS_MEMSIZE", "bad", 1);
  int saved = dup (STDERR_FILENO);
  FILE *tmp = tmpfile ();
  dup2 (fileno (tmp), STDERR_FILENO);
  g = guestfs_create ();
  dup2 (saved, STDERR_FILENO);
  close (saved);
  fclose (tmp);
  assert_non_null (g);
  assert_int_equal (guestfs_get_memsize (g), 1280);
  guestfs_close (g);
  unsetenv ("LIBGUESTFS_MEMSIZE");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (booleans),    cmocka_unit_test (strings),  cmocka_unit_test (memsize),
    cmocka_unit_test (directories), cmocka_unit_test (backends), cmocka_unit_test (at_create),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
