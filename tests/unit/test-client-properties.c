/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: client launch domain image rpc api op exec base */
/* What a handle is set to at first, what it can be set to, and what not. */
#include "client-help.h"
#include "client/handle-priv.h"

static void
defaults (void **state)
{
  guestfs_h *g = quiet_handle ();
  struct guestfs_version *v = guestfs_version (g);

  assert_int_equal (guestfs_get_autosync (g), 1);
  assert_int_equal (guestfs_get_recovery_proc (g), 1);
  assert_int_equal (guestfs_get_verbose (g), 0);
  assert_int_equal (guestfs_get_trace (g), 0);
  assert_int_equal (guestfs_get_network (g), 0);
  assert_int_equal (guestfs_get_pgroup (g), 0);
  assert_int_equal (guestfs_get_direct (g), 0);
  assert_int_equal (guestfs_get_selinux (g), 0);
  assert_int_equal (guestfs_get_smp (g), 1);
  assert_int_equal (guestfs_get_memsize (g), 1280);
  assert_null (guestfs_get_append (g));
  assert_string_equal (guestfs_get_identifier (g), "");
  assert_string_equal (guestfs_get_program (g), "test-client-properties");
  assert_int_equal (guestfs_get_state (g), 0);
  assert_int_equal (guestfs_is_config (g), 1);
  assert_int_equal (guestfs_is_ready (g), 0);
  assert_int_equal (guestfs_is_busy (g), 0);
  assert_int_equal (guestfs_is_launching (g), 0);
  assert_true (guestfs_c_pointer (g) == (int64_t)(intptr_t)g);
  assert_int_equal (v->major, 1);
  assert_int_equal (v->minor, 48);
  assert_string_equal (v->extra, "");
  guestfs_free_version (v);
  guestfs_close (g);
}

static void
limits (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_fails (g, guestfs_set_smp (g, 0), 0, "invalid smp parameter: 0");
  assert_fails (g, guestfs_set_smp (g, 256), 0, "unsupported number of smp vcpus: 256");
  assert_int_equal (guestfs_set_smp (g, 255), 0);
  assert_int_equal (guestfs_get_smp (g), 255);
  assert_fails (g, guestfs_set_memsize (g, 255), 0,
                "too small value for memsize (must be at least 256)");
  assert_int_equal (guestfs_set_memsize (g, 256), 0);
  assert_fails (g, guestfs_set_identifier (g, "a/b"), 0,
                "identifier must contain only alphanumeric characters, underscore or minus sign");
  assert_int_equal (guestfs_set_identifier (g, "a-B_9"), 0);
  assert_string_equal (guestfs_get_identifier (g), "a-B_9");
  assert_fails (g, guestfs_get_pid (g), 0, "get-pid can only be called after launch");
  assert_fails (g, guestfs_config (g, "-kernel", "x"), 0, "parameter ‘-kernel’ isn't allowed");
  assert_int_equal (guestfs_config (g, "-device", NULL), 0);
  guestfs_close (g);
}

static void
back_to_default (void **state)
{
  guestfs_h *g = quiet_handle ();
  char *path = strdup (guestfs_get_path (g)), *hv = guestfs_get_hv (g);

  guestfs_set_path (g, "/x");
  assert_string_equal (guestfs_get_path (g), "/x");
  guestfs_set_path (g, NULL);
  assert_string_equal (guestfs_get_path (g), path);
  guestfs_set_hv (g, "/x");
  assert_string_equal (guestfs_get_qemu (g), "/x");
  guestfs_set_qemu (g, NULL);
  assert_string_equal (guestfs_get_qemu (g), hv);
  guestfs_set_append (g, "x");
  guestfs_set_append (g, NULL);
  assert_null (guestfs_get_append (g));
  free (path);
  free (hv);
  guestfs_close (g);
}

static void
backend_names (void **state)
{
  static const char *const bad[] = { "", "foo", "directx", "libvirtx", "local:x", "unix:/x" };
  static const char *const good[] = {
    "auto", "local", "uml", "direct", "libvirt", "libvirt:", "libvirt:qemu:///system"
  };
  guestfs_h *g = quiet_handle ();

  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal (guestfs_set_backend (g, bad[i]), -1);
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_int_equal (guestfs_set_backend (g, good[i]), 0);
    assert_gives (guestfs_get_backend (g), good[i]);
  }
  assert_int_equal (guestfs_set_attach_method (g, "appliance"), 0);
  assert_gives (guestfs_get_backend (g), "direct");
  assert_gives (guestfs_get_attach_method (g), "appliance");
  guestfs_close (g);
}

static void
assert_settings (guestfs_h *g, const char *joined)
{
  char **v = guestfs_get_backend_settings (g);
  char text[256] = "";

  for (size_t i = 0; v[i]; i++) {
    strcat (text, i ? ":" : "");
    strcat (text, v[i]);
    free (v[i]);
  }
  free (v);
  assert_string_equal (text, joined);
}

static void
backend_settings (void **state)
{
  guestfs_h *g = quiet_handle ();
  const char *list[] = { "a=1", "b", "c=2", "a=3", "d=", NULL };

  assert_settings (g, "");
  assert_int_equal (guestfs_clear_backend_setting (g, "a"), 0);
  assert_int_equal (guestfs_set_backend_settings (g, (char **)list), 0);
  assert_gives (guestfs_get_backend_setting (g, "a"), "1");
  assert_gives (guestfs_get_backend_setting (g, "b"), "1");
  assert_gives (guestfs_get_backend_setting (g, "d"), "");
  assert_null (guestfs_get_backend_setting (g, "zz"));
  assert_string_equal (guestfs_last_error (g), "setting not found");
  assert_int_equal (guestfs_clear_backend_setting (g, "a"), 2);
  assert_settings (g, "b:c=2:d=");
  guestfs_set_backend_setting (g, "b", "7");
  guestfs_set_backend_setting (g, "new", "8");
  assert_settings (g, "c=2:d=:b=7:new=8");
  guestfs_close (g);
}

/* After launch most of them are fixed. */
static void
config_state_only (void **state)
{
  guestfs_h *g = quiet_handle ();

  g->state = GK_STATE_READY;
  assert_fails (g, guestfs_set_smp (g, 2), 0,
                "set_smp: this function can only be called in the config state");
  assert_fails (g, guestfs_set_backend (g, "auto"), 0,
                "set_backend: this function can only be called in the config state");
  assert_int_equal (guestfs_set_verbose (g, 0), 0);
  assert_int_equal (guestfs_set_identifier (g, "x"), 0);
  assert_int_equal (guestfs_wait_ready (g), 0);
  assert_int_equal (guestfs_get_state (g), 2);
  assert_int_equal (guestfs_is_ready (g), 1);
  g->state = GK_STATE_CONFIG;
  assert_int_equal (guestfs_wait_ready (g), -1);
  guestfs_close (g);
}

static void
handles_differ (void **state)
{
  guestfs_h *g = quiet_handle (), *h = quiet_handle ();

  assert_int_equal (strlen (g->session_id), 32);
  assert_string_not_equal (g->session_id, h->session_id);
  guestfs_close (g);
  guestfs_close (h);
  guestfs_close (NULL);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (defaults),         cmocka_unit_test (limits),
    cmocka_unit_test (back_to_default),  cmocka_unit_test (backend_names),
    cmocka_unit_test (backend_settings), cmocka_unit_test (config_state_only),
    cmocka_unit_test (handles_differ),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
