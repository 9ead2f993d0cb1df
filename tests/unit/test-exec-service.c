/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: exec op base */
/* A service answers, keeps what it has in memory, sees the tree and nothing
 * else; and when it dies or does not answer the caller is told. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/service.h"

static char base[] = "/tmp/test-service-XXXXXX";
static int root = -1;

struct state {
  int prepared, asked;
};

static int
prepare (void *opaque, struct gk_error *err)
{
  struct state *s = opaque;

  /* With the files of this machine in sight. */
  s->prepared = access (base, F_OK) == 0;
  return s->prepared == 0 ? gk_error_set (err, ENOENT, "not there") : 0;
}

static int
serve (void *opaque, struct gk_words *request, struct gk_buf *reply, struct gk_error *err)
{
  struct state *s = opaque;
  const char *what = gk_words_text (request), *word;
  size_t size;

  s->asked++;
  if (gk_streq (what, "count"))
    return gk_words_addi (reply, s->asked);
  if (gk_streq (what, "fail"))
    return gk_error_set (err, EEXIST, "as it was asked to");
  if (gk_streq (what, "die"))
    raise (SIGKILL);
  if (gk_streq (what, "hang"))
    for (;;)
      pause ();
  if (gk_streq (what, "see"))
    return gk_words_addi (reply, access (gk_words_text (request), F_OK) == 0);
  if (gk_streq (what, "execute")) {
    execl ("/file", "file", (char *)NULL);
    return gk_words_addi (reply, errno);
  }
  while (gk_words_next (request, &word, &size) == 1)
    if (gk_words_add (reply, word, size) == -1)
      return gk_error_oom (err);
  return 0;
}

static const struct gk_service_kind kind = {
  .name = "test", .timeout_ms = 60000, .prepare = prepare, .serve = serve
};
static const struct gk_service_kind impatient = {
  .name = "test", .timeout_ms = 200, .prepare = prepare, .serve = serve
};

static struct gk_service *
start (const struct gk_service_kind *k)
{
  struct gk_service *s = NULL;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct state state = { 0, 0 };

  if (gk_service_start (k, root, 022, &state, NULL, &s, &err) == -1)
    fail_msg ("%s", gk_error_msg (&err));
  assert_int_equal (state.asked, 0); /* the child has a copy */
  return s;
}

/* Ask with one or two words; returns the number in the answer, or -1. */
static int64_t
ask (struct gk_service **s, const char *what, const char *more, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf request = GK_BUF_INIT, reply = GK_BUF_INIT;

  assert_int_equal (gk_words_adds (&request, what), 0);
  assert_int_equal (gk_words_adds (&request, more), 0);
  if (gk_service_call (s, NULL, &request, &reply, err) == -1)
    return -1;
  struct gk_words w = { reply.data, reply.data + reply.size };
  return gk_words_number (&w);
}

static void
stays (void **unused)
{
  struct gk_service *s = start (&kind);
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  assert_int_equal (ask (&s, "count", NULL, &err), 1);
  assert_int_equal (ask (&s, "count", NULL, &err), 2);
  assert_int_equal (ask (&s, "fail", NULL, &err), -1);
  assert_int_equal (err.errnum, EEXIST);
  assert_string_equal (gk_error_msg (&err), "as it was asked to");
  assert_non_null (s);
  gk_error_clear (&err);
  assert_int_equal (ask (&s, "count", NULL, &err), 4);
  gk_service_stop (&s);
  assert_null (s);
  gk_service_stop (&s); /* harmless */
  assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
}

static void
words_come_back (void **unused)
{
  struct gk_service *s = start (&kind);
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_gk_buf_ struct gk_buf request = GK_BUF_INIT, reply = GK_BUF_INIT;
  size_t large = 5 << 20, size;
  _cleanup_free_ char *text = calloc (1, large);
  const char *word;

  /* More than a socket holds, with NULs; nothing; and NULL. */
  assert_int_equal (gk_words_adds (&request, "echo"), 0);
  assert_int_equal (gk_words_add (&request, text, large), 0);
  assert_int_equal (gk_words_adds (&request, ""), 0);
  assert_int_equal (gk_words_adds (&request, NULL), 0);
  if (gk_service_call (&s, NULL, &request, &reply, &err) == -1)
    fail_msg ("%s", gk_error_msg (&err));
  struct gk_words w = { reply.data, reply.data + reply.size };
  assert_int_equal (gk_words_next (&w, &word, &size), 1);
  assert_int_equal (size, large);
  assert_memory_equal (word, text, large);
  assert_int_equal (gk_words_next (&w, &word, &size), 1);
  assert_string_equal (word, "");
  assert_int_equal (gk_words_next (&w, &word, &size), 1);
  assert_null (word);
  assert_int_equal (gk_words_next (&w, &word, &size), 0);
  gk_service_stop (&s);
}

static void
malformed_words (void **unused)
{
  static const struct {
    char bytes[12];
    size_t n;
  } bad[] = {
    { "\1", 1 },
    { "\1\0\0", 3 },
    { "\1\0\0\0", 4 },          /* no byte */
    { "\1\0\0\0x", 5 },         /* no end */
    { "\1\0\0\0xy", 6 },        /* another end */
    { "\xfe\xff\xff\xffx", 5 }, /* larger than all memory */
    { "\5\0\0\0x\0\0\0", 8 },   /* longer than the message */
  };
  const char *word;
  size_t size;

  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct gk_words w = { bad[i].bytes, bad[i].bytes + bad[i].n };
    assert_int_equal (gk_words_next (&w, &word, &size), -1);
    w.at = bad[i].bytes;
    assert_string_equal (gk_words_text (&w), "");
  }
}

static void
sees_the_tree_alone (void **unused)
{
  struct gk_service *s = start (&kind);
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  assert_int_equal (ask (&s, "see", "/file", &err), 1);
  assert_int_equal (ask (&s, "see", base, &err), 0);
  assert_int_equal (ask (&s, "see", "/..", &err), 1);
  assert_int_equal (ask (&s, "see", "/../../../../proc", &err), 0);
  assert_int_equal (ask (&s, "execute", NULL, &err), EPERM);
  /* As the tree changes. */
  int fd = openat (root, "later", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  assert_true (fd >= 0);
  close (fd);
  assert_int_equal (ask (&s, "see", "/later", &err), 1);
  gk_service_stop (&s);
}

static void
dies (void **unused)
{
  struct gk_service *s = start (&kind);
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  assert_int_equal (ask (&s, "die", NULL, &err), -1);
  assert_string_equal (gk_error_msg (&err), "test: the process that does this ended");
  assert_int_equal (err.errnum, EIO);
  assert_null (s);
  assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
}

static void
does_not_answer (void **unused)
{
  struct gk_service *s = start (&impatient);
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  assert_int_equal (ask (&s, "hang", NULL, &err), -1);
  assert_int_equal (err.errnum, ETIMEDOUT);
  assert_null (s);
  assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
}

static int
setup (void **unused)
{
  if (mkdtemp (base) == NULL || (root = open (base, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
    return -1;
  int fd = openat (root, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
  return fd == -1 ? -1 : close (fd);
}

static int
teardown (void **unused)
{
  unlinkat (root, "file", 0);
  unlinkat (root, "later", 0);
  return rmdir (base);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (stays),
    cmocka_unit_test (words_come_back),
    cmocka_unit_test (malformed_words),
    cmocka_unit_test (sees_the_tree_alone),
    cmocka_unit_test (dies),
    cmocka_unit_test (does_not_answer),
  };
  if (geteuid () != 0 && !getenv ("GUESTKIT_MUST_WORK")) {
    printf ("skipped: not root\n");
    return 0;
  }
  return cmocka_run_group_tests (tests, setup, teardown);
}
