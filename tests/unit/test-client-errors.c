/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: client launch domain image rpc api op exec base */
/* The last error and the handlers belong to one handle and one thread. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "client-help.h"
#include "client/handle-priv.h"

static char heard[256];
static unsigned times;

static void
listener (guestfs_h *g, void *opaque, const char *msg)
{
  snprintf (heard, sizeof heard, "%s:%s", (const char *)opaque, msg);
  times++;
}

static char a[] = "a", b[] = "b";

static void
nothing_at_first (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_null (guestfs_last_error (g));
  assert_int_equal (guestfs_last_errno (g), 0);
  guestfs_close (g);
}

static void
stays_after_success (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_fails (g, guestfs_set_smp (g, -1), 0, "invalid smp parameter: -1");
  assert_int_equal (guestfs_set_smp (g, 1), 0);
  assert_string_equal (guestfs_last_error (g), "invalid smp parameter: -1");
  assert_fails (g, guestfs_add_drive (g, "/nonexistent"), ENOENT,
                "/nonexistent: No such file or directory");
  assert_fails (g, guestfs_set_smp (g, -2), 0, "invalid smp parameter: -2");
  guestfs_close (g);
}

static void
handler_stack (void **state)
{
  guestfs_h *g = quiet_handle ();
  void *opaque = NULL;

  guestfs_set_error_handler (g, listener, a);
  guestfs_push_error_handler (g, listener, b);
  guestfs_set_smp (g, -1);
  assert_string_equal (heard, "b:invalid smp parameter: -1");
  guestfs_push_error_handler (g, NULL, NULL);
  times = 0;
  guestfs_set_smp (g, -1);
  assert_int_equal (times, 0);
  guestfs_pop_error_handler (g);
  guestfs_set_smp (g, -2);
  assert_string_equal (heard, "b:invalid smp parameter: -2");
  guestfs_pop_error_handler (g);
  guestfs_set_smp (g, -3);
  assert_string_equal (heard, "a:invalid smp parameter: -3");
  assert_true (guestfs_get_error_handler (g, &opaque) == listener);
  assert_ptr_equal (opaque, a);
  guestfs_pop_error_handler (g); /* one too many: the default */
  assert_true (guestfs_get_error_handler (g, &opaque) != listener);
  assert_non_null (guestfs_get_error_handler (g, NULL));
  guestfs_close (g);
}

/* What stderr gets while f runs. */
static void
capture (void (*f) (guestfs_h *g), guestfs_h *g, char *buf, size_t size)
{
  FILE *tmp = tmpfile ();
  int saved = dup (STDERR_FILENO);

  assert_non_null (tmp);
  dup2 (fileno (tmp), STDERR_FILENO);
  f (g);
  fflush (stderr);
  dup2 (saved, STDERR_FILENO);
  close (saved);
  rewind (tmp);
  size_t n = fread (buf, 1, size - 1, tmp);
  buf[n] = '\0';
  fclose (tmp);
}

static void
make_error (guestfs_h *g)
{
  guestfs_set_smp (g, -1);
}

static void
default_handler_prints (void **state)
{
  guestfs_h *g = guestfs_create_flags (GUESTFS_CREATE_NO_ENVIRONMENT);
  char text[256];

  capture (make_error, g, text, sizeof text);
  assert_string_equal (text, "libguestfs: error: invalid smp parameter: -1\n");
  guestfs_set_error_handler (g, NULL, NULL);
  capture (make_error, g, text, sizeof text);
  assert_string_equal (text, "");
  guestfs_close (g);
}

/* The message that a handler was given stays what it was, though the handler
 * makes another error. */
static void
failing_handler (guestfs_h *g, void *opaque, const char *msg)
{
  guestfs_push_error_handler (g, NULL, NULL);
  guestfs_set_memsize (g, 1);
  guestfs_pop_error_handler (g);
  assert_string_equal (msg, "invalid smp parameter: -1");
  assert_string_equal (guestfs_last_error (g),
                       "too small value for memsize (must be at least 256)");
}

static void
handler_that_fails (void **state)
{
  guestfs_h *g = quiet_handle ();

  guestfs_set_error_handler (g, failing_handler, NULL);
  assert_int_equal (guestfs_set_smp (g, -1), -1);
  guestfs_close (g);
}

static void
message_from_last_error (void **state)
{
  guestfs_h *g = quiet_handle ();

  guestfs_set_smp (g, -1);
  gk_client_error (g, EIO, "again: %s", guestfs_last_error (g));
  assert_string_equal (guestfs_last_error (g), "again: invalid smp parameter: -1");
  assert_int_equal (guestfs_last_errno (g), EIO);
  guestfs_close (g);
}

static void *
other_thread (void *arg)
{
  guestfs_h *g = arg;
  void *opaque = a;

  assert_null (guestfs_last_error (g));
  assert_true (guestfs_get_error_handler (g, &opaque) != listener);
  assert_null (opaque);
  guestfs_set_error_handler (g, listener, b);
  guestfs_set_smp (g, -7);
  assert_string_equal (guestfs_last_error (g), "invalid smp parameter: -7");
  return NULL;
}

static void
threads_are_apart (void **state)
{
  guestfs_h *g = quiet_handle ();
  pthread_t t;

  guestfs_set_error_handler (g, listener, a);
  guestfs_set_smp (g, -1);
  assert_int_equal (pthread_create (&t, NULL, other_thread, g), 0);
  pthread_join (t, NULL);
  assert_string_equal (heard, "b:invalid smp parameter: -7");
  assert_string_equal (guestfs_last_error (g), "invalid smp parameter: -1");
  guestfs_set_smp (g, -2);
  assert_string_equal (heard, "a:invalid smp parameter: -2");
  guestfs_close (g);
}

static void *
fail_often (void *arg)
{
  guestfs_h *g = arg;
  int me = (int)(pthread_self () % 1000) + 1;
  char want[64];

  guestfs_set_error_handler (g, NULL, NULL);
  snprintf (want, sizeof want, "invalid smp parameter: -%d", me);
  for (int i = 0; i < 500; i++) {
    guestfs_set_smp (g, -me);
    if (strcmp (guestfs_last_error (g), want) != 0)
      return arg;
  }
  return NULL;
}

static void
many_threads (void **state)
{
  guestfs_h *g = quiet_handle ();
  pthread_t t[8];

  for (size_t i = 0; i < 8; i++)
    assert_int_equal (pthread_create (&t[i], NULL, fail_often, g), 0);
  for (size_t i = 0; i < 8; i++) {
    void *bad;
    pthread_join (t[i], &bad);
    assert_null (bad);
  }
  guestfs_close (g);
}

static jmp_buf out_of_here;

static void __attribute__ ((noreturn)) no_memory (void)
{
  longjmp (out_of_here, 1);
}

static void
memory_handler (void **state)
{
  guestfs_h *g = quiet_handle ();

  assert_true (guestfs_get_out_of_memory_handler (g) == abort);
  assert_int_equal (gk_client_oom (g), -1); /* and does not abort */
  assert_int_equal (guestfs_last_errno (g), ENOMEM);
  assert_string_equal (guestfs_last_error (g), "out of memory");
  guestfs_set_out_of_memory_handler (g, no_memory);
  assert_true (guestfs_get_out_of_memory_handler (g) == no_memory);
  if (setjmp (out_of_here) == 0) {
    gk_client_oom (g);
    fail_msg ("the handler was not called");
  }
  guestfs_close (g);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (nothing_at_first),   cmocka_unit_test (stays_after_success),
    cmocka_unit_test (handler_stack),      cmocka_unit_test (default_handler_prints),
    cmocka_unit_test (handler_that_fails), cmocka_unit_test (message_from_last_error),
    cmocka_unit_test (threads_are_apart),  cmocka_unit_test (many_threads),
    cmocka_unit_test (memory_handler),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
