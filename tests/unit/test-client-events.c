/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: client launch domain image rpc api op exec base */
/* Event callbacks: which are called, in which order, also while they change
 * the table they are called from; and handles that close. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client-help.h"
#include "client/handle-priv.h"

static char seen[4096];

static void
note (guestfs_h *g, void *opaque, uint64_t event, int eh, int flags, const char *buf,
      size_t buf_len, const uint64_t *array, size_t array_len)
{
  size_t n = strlen (seen);

  snprintf (seen + n, sizeof seen - n, "%s(%.*s)", (const char *)opaque, (int)buf_len,
            buf ? buf : "");
}

static char a[] = "a", b[] = "b";

static void
masks (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_int_equal (guestfs_set_event_callback (g, note, GUESTFS_EVENT_ENTER, 0, a), 0);
  assert_int_equal (guestfs_set_event_callback (g, note, GUESTFS_EVENT_ALL, 0, b), 1);
  seen[0] = '\0';
  guestfs_get_smp (g);
  assert_string_equal (seen, "a(get_smp)b(get_smp)");
  guestfs_delete_event_callback (g, 0);
  guestfs_delete_event_callback (g, 0);
  guestfs_delete_event_callback (g, -1);
  guestfs_delete_event_callback (g, 12345);
  seen[0] = '\0';
  guestfs_get_smp (g);
  assert_string_equal (seen, "b(get_smp)");
  seen[0] = '\0';
  guestfs_close (g);
  assert_string_equal (seen, "b()"); /* close */
}

static void
bad_arguments (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_fails (g, guestfs_set_event_callback (g, note, GUESTFS_EVENT_ALL, 1, a), 0,
                "flags parameter should be passed as 0 to this function");
  for (int i = 0; i < 1000; i++)
    assert_int_equal (guestfs_set_event_callback (g, note, GUESTFS_EVENT_PROGRESS, 0, a), i);
  assert_fails (g, guestfs_set_event_callback (g, note, GUESTFS_EVENT_PROGRESS, 0, a), 0,
                "too many event callbacks registered");
  guestfs_delete_event_callback (g, 999);
  assert_int_equal (guestfs_set_event_callback (g, note, GUESTFS_EVENT_PROGRESS, 0, a), 999);
  guestfs_close (g);
}

/* Deletes itself and adds others, so that the table moves. */
static void
restless (guestfs_h *g, void *opaque, uint64_t event, int eh, int flags, const char *buf,
          size_t buf_len, const uint64_t *array, size_t array_len)
{
  strcat (seen, "restless ");
  guestfs_delete_event_callback (g, eh);
  for (int i = 0; i < 50; i++)
    guestfs_set_event_callback (g, note, GUESTFS_EVENT_CLOSE, 0, b);
}

static void
changes_inside_a_callback (void **state)
{
  guestfs_h *g = quiet_handle ();

  guestfs_set_event_callback (g, restless, GUESTFS_EVENT_ENTER, 0, NULL);
  guestfs_set_event_callback (g, note, GUESTFS_EVENT_ENTER, 0, a);
  seen[0] = '\0';
  guestfs_get_smp (g);
  assert_string_equal (seen, "restless a(get_smp)");
  seen[0] = '\0';
  guestfs_get_smp (g);
  assert_string_equal (seen, "a(get_smp)");
  guestfs_close (g);
}

/* A callback may call the library. */
static void
nested (guestfs_h *g, void *opaque, uint64_t event, int eh, int flags, const char *buf,
        size_t buf_len, const uint64_t *array, size_t array_len)
{
  int *depth = opaque;

  if (++*depth < 3)
    guestfs_get_memsize (g);
}

static void
calls_inside_a_callback (void **state)
{
  guestfs_h *g = quiet_handle ();
  int depth = 0;

  guestfs_set_event_callback (g, nested, GUESTFS_EVENT_ENTER, 0, &depth);
  assert_int_equal (guestfs_get_smp (g), 1);
  assert_int_equal (depth, 3);
  guestfs_close (g);
}

static void
names (void **state)
{
  assert_gives (guestfs_event_to_string (0), "");
  assert_gives (guestfs_event_to_string (GUESTFS_EVENT_CLOSE), "close");
  assert_gives (guestfs_event_to_string (6), "launch_done,subprocess_quit");
  assert_gives (guestfs_event_to_string (0x404), "launch_done");
  assert_gives (guestfs_event_to_string (GUESTFS_EVENT_ALL),
                "appliance,close,enter,launch_done,library,libvirt_auth,progress,"
                "subprocess_quit,trace,warning");
}

/* --- the old way ----------------------------------------------------------------- */

static void
on_close (guestfs_h *g, void *opaque)
{
  strcat (seen, opaque);
}

static void
on_log (guestfs_h *g, void *opaque, char *buf, int len)
{
  note (g, opaque, 0, 0, 0, buf, (size_t)len, NULL, 0);
}

static void
on_progress (guestfs_h *g, void *opaque, int proc_nr, int serial, uint64_t position, uint64_t total)
{
  char text[100];

  snprintf (text, sizeof text, "%d %d %d/%d", proc_nr, serial, (int)position, (int)total);
  strcat (seen, text);
}

static void
old_callbacks (void **state)
{
  guestfs_h *g = quiet_handle ();
  const uint64_t array[] = { 7, 8, 1, 2 };

  guestfs_set_close_callback (g, on_close, a);
  guestfs_set_close_callback (g, on_close, b); /* replaces */
  guestfs_set_log_message_callback (g, on_log, a);
  guestfs_set_progress_callback (g, on_progress, NULL);
  guestfs_set_launch_done_callback (g, on_close, a);
  guestfs_set_subprocess_quit_callback (g, on_close, b);
  seen[0] = '\0';
  gk_client_event_text (g, GUESTFS_EVENT_APPLIANCE, "text", 4);
  gk_client_event_text (g, GUESTFS_EVENT_LIBRARY, "other", 5);
  assert_string_equal (seen, "a(text)");
  seen[0] = '\0';
  gk_client_event_array (g, GUESTFS_EVENT_PROGRESS, array, 4);
  assert_string_equal (seen, "7 8 1/2");
  seen[0] = '\0';
  gk_client_event (g, GUESTFS_EVENT_LAUNCH_DONE);
  gk_client_event (g, GUESTFS_EVENT_SUBPROCESS_QUIT);
  assert_string_equal (seen, "ab");
  guestfs_set_log_message_callback (g, NULL, NULL);
  seen[0] = '\0';
  gk_client_event_text (g, GUESTFS_EVENT_APPLIANCE, "text", 4);
  assert_string_equal (seen, "");
  guestfs_close (g);
  assert_string_equal (seen, "b");
}

/* --- without a callback, to stderr ------------------------------------------------- */

static void
expect_stderr (guestfs_h *g, uint64_t event, const char *buf, size_t len, const char *want)
{
  FILE *tmp = tmpfile ();
  int saved = dup (STDERR_FILENO);
  char text[512];

  dup2 (fileno (tmp), STDERR_FILENO);
  gk_client_event_text (g, event, buf, len);
  fflush (stderr);
  dup2 (saved, STDERR_FILENO);
  close (saved);
  rewind (tmp);
  text[fread (text, 1, sizeof text - 1, tmp)] = '\0';
  fclose (tmp);
  assert_string_equal (text, want);
}

static void
text_to_stderr (void **state)
{
  guestfs_h *g = quiet_handle ();

  expect_stderr (g, GUESTFS_EVENT_LIBRARY, "x", 1, "");
  expect_stderr (g, GUESTFS_EVENT_APPLIANCE, "x", 1, "");
  expect_stderr (g, GUESTFS_EVENT_TRACE, "t \"\x1b[2J\0é\"\n", 12,
                 "libguestfs: trace: t \"\\x1b[2J\\0\\xc3\\xa9\"\\n\n");
  expect_stderr (g, GUESTFS_EVENT_WARNING, "w", 1, "libguestfs: warning: w\n");
  expect_stderr (g, GUESTFS_EVENT_CLOSE, "w", 1, "");
  guestfs_set_verbose (g, 1);
  expect_stderr (g, GUESTFS_EVENT_LIBRARY, "x", 1, "libguestfs: x\n");
  expect_stderr (g, GUESTFS_EVENT_APPLIANCE, "line\r\nhalf\a", 11, "line\r\nhalf\\a");
  guestfs_set_event_callback (g, note, GUESTFS_EVENT_TRACE, 0, a);
  expect_stderr (g, GUESTFS_EVENT_TRACE, "t", 1, "");
  guestfs_set_verbose (g, 0);
  guestfs_close (g);
}

/* --- private data ------------------------------------------------------------------ */

static void
private_data (void **state)
{
  guestfs_h *g = quiet_handle ();
  const char *key = NULL;

  assert_null (guestfs_first_private (g, &key));
  guestfs_set_private (g, "one", a);
  guestfs_set_private (g, "two", b);
  guestfs_set_private (g, "three", a);
  guestfs_set_private (g, "two", NULL);
  guestfs_set_private (g, "one", b);
  assert_ptr_equal (guestfs_get_private (g, "one"), b);
  assert_null (guestfs_get_private (g, "two"));
  assert_null (guestfs_get_private (g, "none"));
  assert_ptr_equal (guestfs_first_private (g, &key), b);
  assert_string_equal (key, "one");
  assert_ptr_equal (guestfs_next_private (g, &key), a);
  assert_string_equal (key, "three");
  assert_null (guestfs_next_private (g, &key));
  guestfs_close (g);
}

/* --- exit ---------------------------------------------------------------------------- */

static void
say (guestfs_h *g, void *opaque)
{
  ssize_t r = write (STDOUT_FILENO, opaque, 1);
  (void)r;
}

/* What a child writes between making handles and the end of its exit. */
static void
at_exit (void **state)
{
  int fds[2];
  char text[16] = "";

  assert_int_equal (pipe (fds), 0);
  guestfs_h *mine = quiet_handle ();
  char p[] = "p", c[] = "c", d[] = "d", n[] = "n";
  guestfs_set_close_callback (mine, say, p);
  pid_t pid = fork ();
  if (pid == 0) {
    dup2 (fds[1], STDOUT_FILENO);
    guestfs_set_close_callback (quiet_handle (), say, c);
    guestfs_set_close_callback (quiet_handle (), say, d);
    guestfs_set_close_callback (guestfs_create_flags (GUESTFS_CREATE_NO_CLOSE_ON_EXIT), say, n);
    exit (0);
  }
  close (fds[1]);
  waitpid (pid, NULL, 0);
  assert_int_equal (read (fds[0], text, sizeof text - 1), 2);
  assert_string_equal (text, "dc"); /* newest first; not the parent's */
  close (fds[0]);
  guestfs_set_close_callback (mine, NULL, NULL);
  guestfs_close (mine);
}

static void
cancel (void **state)
{
  guestfs_h *g = quiet_handle ();
  uint64_t count;

  assert_int_equal (guestfs_user_cancel (g), 0);
  assert_int_equal (guestfs_user_cancel (g), 0);
  assert_true (g->cancelled);
  assert_int_equal (read (g->cancel_fd, &count, sizeof count), sizeof count);
  guestfs_user_cancel (g);
  gk_cancel_reset (g);
  assert_false (g->cancelled);
  assert_int_equal (read (g->cancel_fd, &count, sizeof count), -1);
  guestfs_close (g);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (masks),
    cmocka_unit_test (bad_arguments),
    cmocka_unit_test (changes_inside_a_callback),
    cmocka_unit_test (calls_inside_a_callback),
    cmocka_unit_test (names),
    cmocka_unit_test (old_callbacks),
    cmocka_unit_test (text_to_stderr),
    cmocka_unit_test (private_data),
    cmocka_unit_test (at_exit),
    cmocka_unit_test (cancel),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
