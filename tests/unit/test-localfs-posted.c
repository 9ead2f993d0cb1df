/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Requests that are posted: carried out in their order, before all else; their
 * errors; whole files that are fetched; what makes no sense. */
/* rooms: localfs api op base */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/localfs.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "localfs/localfs.h"

static struct gk_localfs *fs;
static int root;
static char dir[] = "/tmp/guestkit-localfs.XXXXXX";

static void
post (struct gk_buf *b, const struct gk_lfs_request *rq, const char *data)
{
  size_t n = strlen (data);
  struct gk_lfs_posted p = { .size = (uint32_t)(sizeof *rq + n) };

  gk_buf_append (b, &p, sizeof p);
  gk_buf_append (b, rq, sizeof *rq);
  gk_buf_append (b, data, n);
  gk_buf_append (b, "\0\0\0\0\0\0\0", -p.size & 7);
}

/* -1, or the errno value in the reply. */
static int
serve (struct gk_lfs_request *rq, const struct gk_buf *posted, const char *name, struct gk_buf *out)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_buf b = { NULL, 0, 0 };
  struct gk_lfs_reply reply;

  rq->posted_size = posted ? (uint32_t)posted->size : 0;
  rq->name_len = name ? (uint32_t)strlen (name) + 1 : 0;
  gk_buf_append (&b, rq, sizeof *rq);
  if (posted)
    gk_buf_append (&b, posted->data, posted->size);
  if (name)
    gk_buf_append (&b, name, rq->name_len);
  int r = gk_localfs_serve (&fs, root, b.data, b.size, out, &err);
  gk_buf_clear (&b);
  if (r == -1)
    return -1;
  memcpy (&reply, out->data, sizeof reply);
  return reply.errnum;
}

static int
setup (void **state)
{
  struct gk_lfs_request rq = { .op = GK_LFS_START };
  struct gk_buf out = { NULL, 0, 0 };

  root = mkdtemp (dir) ? open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  int r = root == -1 ? -1 : serve (&rq, NULL, NULL, &out);
  gk_buf_clear (&out);
  return r;
}

static int
teardown (void **state)
{
  gk_localfs_free (fs);
  unlinkat (root, "file", 0);
  close (root);
  return rmdir (dir);
}

static void
in_order_and_before_the_request (void **state)
{
  struct gk_lfs_request rq = {
    .op = GK_LFS_CREATE, .node = GK_LFS_ROOT, .flags = O_RDWR, .mode = 0600
  };
  struct gk_buf out = { NULL, 0, 0 }, posted = { NULL, 0, 0 };
  struct gk_lfs_reply reply;
  int32_t errors[4];

  assert_int_equal (serve (&rq, NULL, "file", &out), 0);
  memcpy (&reply, out.data, sizeof reply);

  struct gk_lfs_request write = { .op = GK_LFS_WRITE, .fh = reply.value };
  struct gk_lfs_request mode = {
    .op = GK_LFS_SETATTR, .node = reply.entry.node, .flags = GK_LFS_SET_MODE, .mode = 0640
  };
  post (&posted, &write, "one word");
  post (&posted, &mode, "");
  write.fh = 99;
  post (&posted, &write, "nobody's");
  write.fh = reply.value;
  write.offset = 4;
  post (&posted, &write, "lines");
  rq = (struct gk_lfs_request){ .op = GK_LFS_READ, .fh = reply.value, .size = 100, .n_posted = 4 };
  assert_int_equal (serve (&rq, &posted, NULL, &out), 0);
  assert_int_equal (out.size, sizeof reply + sizeof errors + 9);
  memcpy (errors, out.data + sizeof reply, sizeof errors);
  assert_int_equal (errors[0], 0);
  assert_int_equal (errors[1], 0);
  assert_int_equal (errors[2], EBADF);
  assert_int_equal (errors[3], 0);
  assert_memory_equal (out.data + sizeof reply + sizeof errors, "one lines", 9);

  struct stat st;
  assert_int_equal (fstatat (root, "file", &st, 0), 0);
  assert_int_equal (st.st_mode & 07777, 0640);

  /* The errors are there also when the request itself fails. */
  rq = (struct gk_lfs_request){ .op = GK_LFS_LOOKUP, .node = GK_LFS_ROOT, .n_posted = 4 };
  assert_int_equal (serve (&rq, &posted, "none", &out), ENOENT);
  assert_int_equal (out.size, sizeof reply + sizeof errors);
  gk_buf_clear (&posted);
  gk_buf_clear (&out);
}

/* The request with data behind it; the reply's data. */
static const char *
fetch (const uint64_t *nodes, size_t n, uint64_t max, struct gk_buf *out, size_t *ret_left)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_lfs_request rq = { .op = GK_LFS_FETCH, .size = max };
  struct gk_buf b = { NULL, 0, 0 };

  gk_buf_append (&b, &rq, sizeof rq);
  gk_buf_append (&b, nodes, n * sizeof *nodes);
  assert_int_equal (gk_localfs_serve (&fs, root, b.data, b.size, out, &err), 0);
  gk_buf_clear (&b);
  *ret_left = out->size - sizeof (struct gk_lfs_reply);
  return out->data + sizeof (struct gk_lfs_reply);
}

static void
whole_files (void **state)
{
  struct gk_lfs_request rq = { .op = GK_LFS_LOOKUP, .node = GK_LFS_ROOT };
  struct gk_buf out = { NULL, 0, 0 };
  struct gk_lfs_reply reply;
  struct gk_lfs_fetched f[4];
  size_t left;

  assert_int_equal (serve (&rq, NULL, "file", &out), 0);
  memcpy (&reply, out.data, sizeof reply);
  const uint64_t nodes[] = { GK_LFS_ROOT, reply.entry.node, 12345, reply.entry.node };

  /* What is no file, or nobody's node, says so and stops nothing. */
  const char *at = fetch (nodes, 4, 100, &out, &left);
  assert_int_equal (left, sizeof f + 32);
  for (int i = 0; i < 4; ++i) {
    memcpy (&f[i], at, sizeof f[i]);
    at += sizeof f[i];
    assert_int_equal (f[i].entry.node, i % 2 ? reply.entry.node : 0);
    assert_int_equal (f[i].size, i % 2 ? 9 : 0);
    if (i % 2) {
      assert_memory_equal (at, "one lines\0\0\0\0\0\0\0", 16);
      assert_int_equal (f[i].entry.size, 9);
      at += 16;
    }
  }

  /* One that is larger than what is wanted. */
  at = fetch (nodes + 1, 1, 8, &out, &left);
  memcpy (f, at, sizeof *f);
  assert_int_equal (left, sizeof *f);
  assert_int_equal (f->entry.node, 0);
  gk_buf_clear (&out);
}

static void
what_makes_no_sense (void **state)
{
  struct gk_lfs_request unlink = { .op = GK_LFS_UNLINK, .node = GK_LFS_ROOT };
  struct gk_lfs_request write = { .op = GK_LFS_WRITE, .fh = 1 };
  struct gk_lfs_request drops = { .op = GK_LFS_DROPS, .n_posted = 1 };
  struct gk_buf out = { NULL, 0, 0 }, posted = { NULL, 0, 0 };

  post (&posted, &unlink, "");
  assert_int_equal (serve (&drops, &posted, NULL, &out), -1);
  posted.size = 0;
  write.n_posted = 1;
  post (&posted, &write, "");
  assert_int_equal (serve (&drops, &posted, NULL, &out), -1);
  posted.size = 0;
  write.n_posted = 0;
  post (&posted, &write, "");
  for (size_t size = posted.size - 1; size > 0; --size) {
    posted.size = size;
    assert_int_equal (serve (&drops, &posted, NULL, &out), -1);
  }
  drops.n_posted = GK_LFS_MAX_POSTED + 1;
  assert_int_equal (serve (&drops, &posted, NULL, &out), -1);
  gk_buf_clear (&posted);
  gk_buf_clear (&out);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (in_order_and_before_the_request),
    cmocka_unit_test (whole_files),
    cmocka_unit_test (what_makes_no_sense),
  };

  return cmocka_run_group_tests (tests, setup, teardown);
}
