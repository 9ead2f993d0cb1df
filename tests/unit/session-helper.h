/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Test images on loop devices, and a session in a forked child that has a
 * world of its own.  A check that fails in the child ends it with a line on
 * stderr, and the parent's test fails.
 */
#ifndef GK_TESTS_SESSION_HELPER_H
#define GK_TESTS_SESSION_HELPER_H

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <signal.h>

#include "base/error.h"
#include "base/strv.h"
#include "mount/mount.h"
#include "op/ctx.h"

#define CHECK(cond)                                                                                \
  do {                                                                                             \
    if (!(cond)) {                                                                                 \
      fprintf (stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #cond);                          \
      _exit (1);                                                                                   \
    }                                                                                              \
  } while (0)
#define CHECK_STR(a, b)                                                                            \
  do {                                                                                             \
    const char *a_ = (a), *b_ = (b);                                                               \
    if (strcmp (a_, b_) != 0) {                                                                    \
      fprintf (stderr, "%s:%d: \"%s\" is not \"%s\"\n", __FILE__, __LINE__, a_, b_);               \
      _exit (1);                                                                                   \
    }                                                                                              \
  } while (0)
#define CHECK_INT(a, b)                                                                            \
  do {                                                                                             \
    long long a_ = (long long)(a), b_ = (long long)(b);                                            \
    if (a_ != b_) {                                                                                \
      fprintf (stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #a, a_, b_);           \
      _exit (1);                                                                                   \
    }                                                                                              \
  } while (0)
/* The call must succeed / must fail with this errno and these words. */
#define CHECK_OK(call)                                                                             \
  do {                                                                                             \
    if ((call) == -1) {                                                                            \
      fprintf (stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, gk_error_msg (&err));         \
      _exit (1);                                                                                   \
    }                                                                                              \
  } while (0)
#define CHECK_FAILS(call, errnum_, words)                                                          \
  do {                                                                                             \
    CHECK ((call) == -1);                                                                          \
    if (strstr (gk_error_msg (&err), words) == NULL || err.errnum != (errnum_)) {                  \
      fprintf (stderr, "%s:%d: %s: unexpected error %d: %s\n", __FILE__, __LINE__, #call,          \
               err.errnum, gk_error_msg (&err));                                                   \
      _exit (1);                                                                                   \
    }                                                                                              \
    gk_error_clear (&err);                                                                         \
  } while (0)

struct test_disk {
  char *path;
  int loop_fd;
  int number;
  const char *label; /* of add_drive */
};

struct test_session {
  char dir[64];
  struct test_disk disks[8];
  size_t n;
};

static inline void
test_need_root (void)
{
  const char *why = geteuid () != 0                      ? "needs root"
                    : access ("/dev/loop-control", R_OK) ? "needs loop devices"
                                                         : NULL;
  if (why == NULL)
    return;
  if (getenv ("GUESTKIT_MUST_WORK"))
    fail_msg ("%s", why);
  print_message ("skipped: %s\n", why);
  skip ();
}

__attribute__ ((format (printf, 1, 2))) static inline void
test_sh (const char *fmt, ...)
{
  char command[2048];
  va_list ap;
  va_start (ap, fmt);
  vsnprintf (command, sizeof command, fmt, ap);
  va_end (ap);
  int r = system (command);
  if (r != 0)
    fail_msg ("%s: exit status %d", command, r);
}

static inline void
test_session_init (struct test_session *s)
{
  test_need_root ();
  memset (s, 0, sizeof *s);
  strcpy (s->dir, "/tmp/gk-test-XXXXXX");
  assert_non_null (mkdtemp (s->dir));
}

/* An empty image of so many MiB, not yet on a loop device: tools may fill it. */
static inline struct test_disk *
test_image (struct test_session *s, unsigned mib)
{
  assert_true (s->n < 8);
  struct test_disk *d = &s->disks[s->n];
  assert_true (asprintf (&d->path, "%s/%zu.img", s->dir, s->n) > 0);
  s->n++;
  d->loop_fd = -1;
  int fd = open (d->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  assert_true (fd != -1);
  assert_int_equal (ftruncate (fd, (off_t)mib << 20), 0);
  close (fd);
  return d;
}

/* Put it on a loop device, which goes away when loop_fd is closed. */
static inline void
test_attach (struct test_disk *d, unsigned sector_size, bool readonly)
{
  int control = open ("/dev/loop-control", O_RDWR | O_CLOEXEC);
  assert_true (control != -1);
  int file = open (d->path, (readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
  assert_true (file != -1);
  for (int tries = 0; tries < 20; tries++) {
    d->number = ioctl (control, LOOP_CTL_GET_FREE);
    assert_true (d->number >= 0);
    char node[32];
    snprintf (node, sizeof node, "/dev/loop%d", d->number);
    d->loop_fd = open (node, (readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    if (d->loop_fd == -1 && errno == ENOENT) {
      mknod (node, S_IFBLK | 0600, makedev (7, (unsigned)d->number));
      d->loop_fd = open (node, (readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    }
    assert_true (d->loop_fd != -1);
    struct loop_config config = { .fd = (unsigned)file, .block_size = sector_size };
    config.info.lo_flags =
        LO_FLAGS_PARTSCAN | LO_FLAGS_AUTOCLEAR | (readonly ? LO_FLAGS_READ_ONLY : 0);
    if (ioctl (d->loop_fd, LOOP_CONFIGURE, &config) == 0) {
      close (file);
      close (control);
      return;
    }
    int e = errno;
    close (d->loop_fd);
    d->loop_fd = -1;
    if (e != EBUSY)
      fail_msg ("LOOP_CONFIGURE: %s", strerror (e));
  }
  fail_msg ("no free loop device");
}

/* Run body in a child that has a session with all the images attached. */
static inline void
test_run (struct test_session *s, void (*body) (struct gk_ctx *ctx))
{
  fflush (NULL);
  pid_t pid = fork ();
  assert_true (pid >= 0);
  if (pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    struct gk_error err = GK_ERROR_INIT;
    struct gk_ctx ctx = { .root_fd = -1, .tmpdir = s->dir };
    CHECK_OK (gk_world_enter (NULL, &err));
    CHECK_OK (gk_mounts_attach (&ctx, "/dev", &err));
    for (size_t i = 0; i < s->n; i++) {
      char name[32];
      struct stat st;
      if (s->disks[i].loop_fd == -1)
        continue;
      snprintf (name, sizeof name, "loop%d", s->disks[i].number);
      CHECK (fstat (s->disks[i].loop_fd, &st) == 0);
      CHECK_OK (gk_devices_add (ctx.devices, st.st_rdev, name, s->disks[i].label, &err));
    }
    body (&ctx);
    CHECK_OK (gk_mounts_teardown (&ctx, &err));
    gk_devices_release (ctx.devices);
    gk_devices_free (ctx.devices);
    exit (0); /* not _exit: a leak checker reports at exit */
  }
  int status;
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_true (WIFEXITED (status));
  assert_int_equal (WEXITSTATUS (status), 0);
}

static inline void
test_session_end (struct test_session *s)
{
  for (size_t i = 0; i < s->n; i++) {
    if (s->disks[i].loop_fd != -1)
      close (s->disks[i].loop_fd);
    unlink (s->disks[i].path);
    free (s->disks[i].path);
  }
  rmdir (s->dir);
}

/* The elements in one line, freed. */
static inline const char *
test_join (char **v, char *buf, size_t size)
{
  size_t at = 0;
  buf[0] = '\0';
  for (size_t i = 0; v && v[i]; i++)
    at += (size_t)snprintf (buf + at, at < size ? size - at : 0, "%s%s", i ? " " : "", v[i]);
  gk_strv_free (v);
  return buf;
}

#endif
