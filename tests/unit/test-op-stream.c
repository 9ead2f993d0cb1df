/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: op base */
/* Every pair of descriptor kinds moves all bytes, a cancel is heard where the
 * other side keeps us waiting, and a full disk says so. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/strv.h"
#include "op/copy.h"
#include "op/drive.h"
#include "op/stream.h"
#include "op/task.h"

#define SIZE (20u << 20)
static char *data; /* SIZE bytes, no two blocks alike */

/* A task that a test can cancel. */
struct fake {
  struct gk_task task;
  volatile bool cancel;
  int fd;
  unsigned calls;
  uint64_t position, total, max_step;
  uint64_t cancel_at;
};

static bool
fake_cancelled (struct gk_task *t)
{
  return ((struct fake *)t)->cancel;
}

static int
fake_cancel_fd (struct gk_task *t)
{
  return ((struct fake *)t)->fd;
}

static void
fake_progress (struct gk_task *t, uint64_t position, uint64_t total)
{
  struct fake *f = (struct fake *)t;

  f->calls++;
  if (position - f->position > f->max_step)
    f->max_step = position - f->position;
  f->position = position;
  f->total = total;
  if (f->cancel_at && position >= f->cancel_at)
    f->cancel = true;
}

static const struct gk_task_ops fake_ops = {
  .cancelled = fake_cancelled,
  .cancel_fd = fake_cancel_fd,
  .progress = fake_progress,
};
#define FAKE                                                                                       \
  {                                                                                                \
    .task = { &fake_ops }, .fd = -1                                                                \
  }

static int
setup (void **state)
{
  uint64_t x = 88172645463325252u, *p;

  signal (SIGPIPE, SIG_IGN);
  data = malloc (SIZE);
  assert_non_null (data);
  p = (uint64_t *)data;
  for (size_t i = 0; i < SIZE / 8; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    p[i] = x;
  }
  return 0;
}

static int
teardown (void **state)
{
  free (data);
  return 0;
}

static int
memfile (size_t n)
{
  int fd = memfd_create ("test", MFD_CLOEXEC);

  assert_return_code (fd, errno);
  assert_return_code (gk_write_full (fd, data, n), errno);
  lseek (fd, 0, SEEK_SET);
  return fd;
}

static int
tmpfile_fd (void)
{
  int fd = open ("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  assert_return_code (fd, errno);
  return fd;
}

static void
assert_content (int fd, size_t n)
{
  struct stat st;
  char *map;

  assert_return_code (fstat (fd, &st), errno);
  assert_int_equal (st.st_size, n);
  if (n == 0)
    return;
  map = mmap (NULL, n, PROT_READ, MAP_SHARED, fd, 0);
  assert_true (map != MAP_FAILED);
  assert_true (memcmp (map, data, n) == 0);
  munmap (map, n);
}

/* The other end of a pipe or socket. */
struct peer {
  pthread_t thread;
  int fd;
  bool writes;
  size_t n;
  bool same;
};

static void *
peer_main (void *opaque)
{
  struct peer *p = opaque;
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  if (p->writes)
    p->same = gk_write_full (p->fd, data, p->n) == 0;
  else
    p->same =
        gk_read_all (p->fd, SIZE, &b) == 0 && b.size == p->n && memcmp (b.data, data, p->n) == 0;
  close (p->fd);
  return NULL;
}

static void
start (struct peer *p, int fd, bool writes, size_t n)
{
  *p = (struct peer){ .fd = fd, .writes = writes, .n = n };
  assert_int_equal (pthread_create (&p->thread, NULL, peer_main, p), 0);
}

enum kind { MEM, FILE_, PIPE, NB_PIPE, SOCKET, NB_SOCKET, APPEND, KINDS };

/* Our end of something of this kind; the peer, if any, starts. */
static int
make (enum kind k, bool we_read, size_t n, struct peer *p)
{
  int fds[2], fl = k == NB_PIPE || k == NB_SOCKET ? O_NONBLOCK : 0, fd;
  char path[32];

  switch (k) {
  case MEM:
    return memfile (we_read ? n : 0);
  case FILE_:
  case APPEND:
    fd = tmpfile_fd ();
    if (we_read) {
      assert_return_code (gk_write_full (fd, data, n), errno);
      lseek (fd, 0, SEEK_SET);
    } else if (k == APPEND) {
      snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
      int again = open (path, O_RDWR | O_APPEND | O_CLOEXEC);
      assert_return_code (again, errno);
      close (fd);
      fd = again;
    }
    return fd;
  case PIPE:
  case NB_PIPE:
    assert_return_code (pipe2 (fds, O_CLOEXEC), errno);
    start (p, fds[we_read], we_read, n);
    assert_return_code (fcntl (fds[!we_read], F_SETFL, fl), errno);
    return fds[!we_read];
  default:
    assert_return_code (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), errno);
    start (p, fds[1], we_read, n);
    assert_return_code (fcntl (fds[0], F_SETFL, fl), errno);
    return fds[0];
  }
}

static void
all_pairs (void **state)
{
  static const size_t sizes[] = { SIZE, 4097, 1, 0 };

  for (enum kind a = 0; a < APPEND; a++)
    for (enum kind b = 0; b < KINDS; b++)
      for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct fake f = FAKE;
        struct gk_error err = GK_ERROR_INIT;
        struct gk_source src;
        struct peer pa = { .same = true }, pb = { .same = true };
        size_t n = sizes[i];
        uint64_t moved = 99;
        int from = make (a, true, n, &pa), to = make (b, false, n, &pb), r;

        gk_source_from_fd (&src, from);
        r = gk_source_to_fd (&src, to, UINT64_MAX, &f.task, &moved, &err);
        if (r == -1)
          fail_msg ("%d to %d: %s", a, b, gk_error_msg (&err));
        assert_int_equal (moved, n);
        assert_int_equal (f.position, n);
        assert_int_equal (f.total, n && a <= FILE_ ? n : 0);
        assert_true (f.max_step <= 8 << 20);
        if (b == MEM || b == FILE_ || b == APPEND)
          assert_content (to, n);
        close (from);
        close (to);
        if (pa.fd)
          pthread_join (pa.thread, NULL);
        if (pb.fd)
          pthread_join (pb.thread, NULL);
        assert_true (pa.same && pb.same);
      }
}

static void
parts_and_offsets (void **state)
{
  _cleanup_close_ int from = memfile (SIZE), to = tmpfile_fd ();
  struct gk_error err = GK_ERROR_INIT;
  struct gk_sink sink;
  uint64_t moved;
  char got[5];

  gk_sink_to_fd (&sink, to);
  lseek (from, 1000, SEEK_SET);
  lseek (to, 10, SEEK_SET);
  assert_int_equal (gk_fd_remaining (from), SIZE - 1000);
  assert_return_code (gk_sink_from_fd (&sink, from, 5, NULL, &moved, &err), errno);
  assert_int_equal (moved, 5);
  assert_int_equal (lseek (from, 0, SEEK_CUR), 1005);
  assert_int_equal (lseek (to, 0, SEEK_CUR), 15);
  assert_int_equal (gk_pread_full (to, got, 5, 10), 5);
  assert_memory_equal (got, data + 1000, 5);
  assert_return_code (gk_sink_from_fd (&sink, from, 0, NULL, &moved, &err), errno);
  assert_int_equal (moved, 0);
  lseek (from, SIZE + 5, SEEK_SET);
  assert_int_equal (gk_fd_remaining (from), 0);
  assert_return_code (gk_sink_from_fd (&sink, from, UINT64_MAX, NULL, NULL, &err), errno);
}

/* Files that claim to be empty. */
static void
proc_files (void **state)
{
  static const char *const files[] = { "/proc/cpuinfo", "/proc/self/maps",
                                       "/sys/kernel/mm/transparent_hugepage/enabled" };
  struct gk_error err = GK_ERROR_INIT;

  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    _cleanup_close_ int from = open (files[i], O_RDONLY | O_CLOEXEC), to = tmpfile_fd ();
    struct gk_source src;
    uint64_t moved = 0;

    if (from == -1)
      continue;
    gk_source_from_fd (&src, from);
    assert_return_code (gk_source_to_fd (&src, to, UINT64_MAX, NULL, &moved, &err), errno);
    assert_true (moved > 0);
  }
}

static void
devices (void **state)
{
  _cleanup_close_ int zero = open ("/dev/zero", O_RDONLY | O_CLOEXEC);
  _cleanup_close_ int null = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  _cleanup_close_ int full = open ("/dev/full", O_WRONLY | O_CLOEXEC);
  _cleanup_close_ int from = memfile (SIZE);
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  uint64_t moved = 0;

  assert_return_code (gk_copy_fd (zero, null, 1 << 20, 0, NULL, &moved, &err), errno);
  assert_int_equal (moved, 1 << 20);
  assert_return_code (gk_copy_fd (from, null, UINT64_MAX, 0, NULL, &moved, &err), errno);
  assert_int_equal (moved, SIZE);
  moved = 77;
  assert_int_equal (gk_copy_fd (zero, full, 100, 0, NULL, &moved, &err), -1);
  assert_int_equal (err.errnum, ENOSPC);
  assert_string_equal (err.msg, "write: No space left on device");
  assert_int_equal (moved, 77);
}

static void
errors (void **state)
{
  _cleanup_close_ int dir = open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  _cleanup_close_ int a = memfile (100);
  _cleanup_close_ int ro = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  struct gk_error err = GK_ERROR_INIT;
  int fds[2];

  assert_int_equal (gk_copy_fd (dir, a, 10, 0, NULL, NULL, &err), -1);
  assert_int_equal (err.errnum, EISDIR);
  gk_error_clear (&err);
  assert_int_equal (gk_copy_fd (a, ro, 10, 0, NULL, NULL, &err), -1);
  assert_int_equal (err.errnum, EBADF);
  gk_error_clear (&err);
  assert_int_equal (gk_copy_fd (9999, a, 10, 0, NULL, NULL, &err), -1);
  assert_int_equal (err.errnum, EBADF);
  gk_error_clear (&err);
  for (int sock = 0; sock < 2; sock++) {
    if (sock)
      assert_return_code (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), errno);
    else
      assert_return_code (pipe2 (fds, O_CLOEXEC), errno);
    close (fds[0]);
    lseek (a, 0, SEEK_SET);
    assert_int_equal (gk_copy_fd (a, fds[1], 10, 0, NULL, NULL, &err), -1);
    assert_int_equal (err.errnum, EPIPE);
    gk_error_clear (&err);
    close (fds[1]);
  }
}

static void
full_disk (void **state)
{
  _cleanup_close_ int from = memfile (SIZE);
  struct gk_error err = GK_ERROR_INIT;
  char dir[] = "/tmp/gk-stream-XXXXXX", path[64];
  struct gk_source src;
  int to, r;

  if (unshare (CLONE_NEWNS) == -1 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == -1)
    skip ();
  assert_non_null (mkdtemp (dir));
  r = mount ("tmpfs", dir, "tmpfs", 0, "size=1M");
  if (r == -1) {
    rmdir (dir);
    skip ();
  }
  snprintf (path, sizeof path, "%s/f", dir);
  to = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  assert_return_code (to, errno);
  gk_source_from_fd (&src, from);
  r = gk_source_to_fd (&src, to, UINT64_MAX, NULL, NULL, &err);
  close (to);
  umount2 (dir, MNT_DETACH);
  rmdir (dir);
  assert_int_equal (r, -1);
  assert_int_equal (err.errnum, ENOSPC);
  assert_string_equal (err.msg, "write: No space left on device");
  gk_error_clear (&err);
}

static void
cancel_while_copying (void **state)
{
  _cleanup_close_ int from = memfile (SIZE), to = tmpfile_fd ();
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct fake f = FAKE;
  struct gk_source src;

  f.cancel_at = 1;
  gk_source_from_fd (&src, from);
  assert_int_equal (gk_source_to_fd (&src, to, UINT64_MAX, &f.task, NULL, &err), -1);
  assert_int_equal (err.errnum, ECANCELED);
  assert_true (f.position <= 8 << 20);
}

static double
now (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void *
cancel_soon (void *opaque)
{
  struct fake *f = opaque;
  uint64_t one = 1;

  usleep (100000);
  f->cancel = true;
  if (f->fd >= 0)
    assert_int_equal (write (f->fd, &one, 8), 8);
  return NULL;
}

/* Nobody writes to our source, or nobody reads our full sink. */
static void
cancel_while_waiting (void **state)
{
  for (int variant = 0; variant < 8; variant++) {
    bool we_read = variant & 1, sock = variant & 2, with_fd = variant & 4;
    _cleanup_close_ int file = memfile (SIZE);
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    struct fake f = FAKE;
    pthread_t t;
    int fds[2];
    double begun = now ();

    if (with_fd)
      f.fd = eventfd (0, EFD_CLOEXEC);
    if (sock)
      assert_return_code (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), errno);
    else
      assert_return_code (pipe2 (fds, O_CLOEXEC), errno);
    assert_int_equal (pthread_create (&t, NULL, cancel_soon, &f), 0);
    if (we_read)
      assert_int_equal (gk_copy_fd (fds[0], file, UINT64_MAX, 0, &f.task, NULL, &err), -1);
    else
      assert_int_equal (gk_copy_fd (file, fds[1], UINT64_MAX, 0, &f.task, NULL, &err), -1);
    assert_int_equal (err.errnum, ECANCELED);
    assert_true (now () - begun < 50);
    pthread_join (t, NULL);
    close (fds[0]);
    close (fds[1]);
    if (f.fd >= 0)
      close (f.fd);
  }
}

/* The same for operations that read and write piece by piece. */
static void
cancel_while_a_stream_waits (void **state)
{
  char buf[65536] = { 0 };

  for (int writing = 0; writing < 2; writing++) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    struct fake f = FAKE;
    struct gk_source source;
    struct gk_sink sink;
    double begun = now ();
    pthread_t t;
    int fds[2];

    assert_return_code (pipe2 (fds, O_CLOEXEC), errno);
    gk_source_from_fd (&source, fds[0]);
    gk_sink_to_fd (&sink, fds[1]);
    source.task = sink.task = &f.task;
    f.fd = eventfd (0, EFD_CLOEXEC);
    assert_int_equal (pthread_create (&t, NULL, cancel_soon, &f), 0);
    if (writing)
      while (gk_sink_write (&sink, buf, sizeof buf, &err) == 0)
        ;
    else
      assert_int_equal (gk_source_read (&source, buf, sizeof buf, &err), -1);
    assert_int_equal (err.errnum, ECANCELED);
    assert_true (now () - begun < 50);
    pthread_join (t, NULL);
    close (fds[0]);
    close (fds[1]);
    close (f.fd);
  }
}

/* A cancel descriptor that is readable for another reason must neither end
 * the operation nor make it spin. */
static void
noise_on_the_cancel_fd (void **state)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_close_ int noise = eventfd (1, EFD_CLOEXEC);
  _cleanup_close_ int to = tmpfile_fd ();
  struct fake f = FAKE;
  struct timespec before, after;
  uint64_t moved = 0;
  int fds[2];
  struct peer p;

  assert_return_code (pipe2 (fds, O_CLOEXEC), errno);
  int held = dup (fds[1]); /* else the source would end */
  start (&p, fds[1], true, 1000);
  pthread_t t;
  f.fd = noise;
  assert_int_equal (pthread_create (&t, NULL, cancel_soon, &f), 0);
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &before);
  assert_int_equal (gk_copy_fd (fds[0], to, UINT64_MAX, 0, &f.task, &moved, &err), -1);
  assert_int_equal (err.errnum, ECANCELED);
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &after);
  assert_true (after.tv_sec - before.tv_sec + (after.tv_nsec - before.tv_nsec) / 1e9 < 0.03);
  assert_int_equal (f.position, 1000);
  pthread_join (t, NULL);
  pthread_join (p.thread, NULL);
  close (held);
  close (fds[0]);
}

/* The wire's kind: no descriptor, odd sizes. */
struct wire {
  union {
    struct gk_source src;
    struct gk_sink sink;
  };
  size_t at;
  size_t fail_at;
};

static ssize_t
wire_read (struct gk_source *src, void *buf, size_t n, struct gk_error *err)
{
  struct wire *w = (struct wire *)src;

  if (w->fail_at && w->at >= w->fail_at)
    return gk_error_set (err, ECANCELED, "the sender cancelled");
  n = n < 8191 ? n : 8191;
  n = n < SIZE - w->at ? n : SIZE - w->at;
  memcpy (buf, data + w->at, n);
  w->at += n;
  return n;
}

static int
wire_write (struct gk_sink *sink, const void *buf, size_t n, struct gk_error *err)
{
  struct wire *w = (struct wire *)sink;

  if (w->fail_at && w->at >= w->fail_at)
    return gk_error_set (err, EPIPE, "gone");
  assert_true (memcmp (data + w->at, buf, n) == 0);
  w->at += n;
  return 0;
}

static void
wire (void **state)
{
  static const struct gk_source_ops rd = { .read = wire_read };
  static const struct gk_sink_ops wr = { .write = wire_write };
  struct gk_error err = GK_ERROR_INIT;
  struct fake f = FAKE;
  uint64_t moved = 0;
  struct peer p;

  for (enum kind k = 0; k < KINDS; k++) {
    struct wire w = { .src = { .ops = &rd, .fd = -1, .total = SIZE } };
    struct peer pb = { .same = true };
    int to = make (k, false, SIZE, &pb);

    assert_return_code (gk_source_to_fd (&w.src, to, UINT64_MAX, &f.task, &moved, &err), errno);
    assert_int_equal (moved, SIZE);
    assert_int_equal (f.total, SIZE);
    close (to);
    if (pb.fd)
      pthread_join (pb.thread, NULL);
    assert_true (pb.same);
  }
  for (enum kind k = 0; k < APPEND; k++) {
    struct wire w = { .sink = { .ops = &wr, .fd = -1 } };
    int from = make (k, true, SIZE, &p);

    assert_return_code (gk_sink_from_fd (&w.sink, from, UINT64_MAX, &f.task, &moved, &err), errno);
    assert_int_equal (w.at, SIZE);
    close (from);
    if (k >= PIPE)
      pthread_join (p.thread, NULL);
  }
  struct wire w = { .src = { .ops = &rd, .fd = -1 }, .fail_at = 100000 };
  _cleanup_close_ int to = tmpfile_fd ();
  moved = 77;
  assert_int_equal (gk_source_to_fd (&w.src, to, UINT64_MAX, NULL, &moved, &err), -1);
  assert_string_equal (err.msg, "the sender cancelled");
  assert_int_equal (moved, 77);
  gk_error_clear (&err);
  struct wire v = { .sink = { .ops = &wr, .fd = -1 }, .fail_at = 1 };
  _cleanup_close_ int from = memfile (SIZE);
  assert_int_equal (gk_sink_from_fd (&v.sink, from, UINT64_MAX, NULL, NULL, &err), -1);
  assert_int_equal (err.errnum, EPIPE);
  gk_error_clear (&err);
}

static void
progress_rate (void **state)
{
  struct gk_progress_rate r;

  gk_progress_rate_start (&r);
  assert_false (gk_progress_rate_due (&r, 1, 10));
  assert_false (gk_progress_rate_due (&r, 10, 10)); /* quick: nothing at all */
  r.next_ms = 0;                                    /* two seconds later */
  assert_true (gk_progress_rate_due (&r, 2, 10));
  assert_false (gk_progress_rate_due (&r, 3, 10));
  usleep (400000);
  assert_true (gk_progress_rate_due (&r, 4, 10));
  assert_true (gk_progress_rate_due (&r, 10, 10));
  assert_false (gk_progress_rate_due (&r, 10, 10));
}

static void
null_task (void **state)
{
  static const struct gk_task_ops none = { 0 };
  struct gk_task empty = { &none }, *tasks[] = { NULL, &empty };

  for (int i = 0; i < 2; i++) {
    assert_false (gk_task_cancelled (tasks[i]));
    assert_int_equal (gk_task_cancel_fd (tasks[i]), -1);
    gk_task_progress (tasks[i], 1, 2);
    gk_task_log (tasks[i], "%d", 1);
    assert_int_equal (gk_task_check (tasks[i], NULL), 0);
    assert_int_equal (gk_task_poll (tasks[i], NULL, 0, 1, NULL), 0);
  }
}

static void
drive (void **state)
{
  struct gk_drive d = { .filename = strdup ("/x"),
                        .protocol = strdup ("file"),
                        .secret = strdup ("s"),
                        .server = calloc (1, sizeof (char *)),
                        .readonly = true };

  gk_drive_clear (&d);
  assert_null (d.filename);
  assert_false (d.readonly);
  gk_drive_clear (&d);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (all_pairs),
    cmocka_unit_test (parts_and_offsets),
    cmocka_unit_test (proc_files),
    cmocka_unit_test (devices),
    cmocka_unit_test (errors),
    cmocka_unit_test (cancel_while_copying),
    cmocka_unit_test (cancel_while_waiting),
    cmocka_unit_test (cancel_while_a_stream_waits),
    cmocka_unit_test (noise_on_the_cancel_fd),
    cmocka_unit_test (wire),
    cmocka_unit_test (progress_rate),
    cmocka_unit_test (null_task),
    cmocka_unit_test (drive),
    cmocka_unit_test (full_disk),
  };

  return cmocka_run_group_tests (tests, setup, teardown);
}
