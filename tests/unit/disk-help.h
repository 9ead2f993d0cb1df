/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* For tests of images and attachers: a directory that goes away with all that
 * was mounted in it, tools, and patterns of bytes. */
#ifndef TESTS_DISK_HELP_H
#define TESTS_DISK_HELP_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"

static char help_dir[64];

/* The strings that kept remembers: a test has many and does not free them one
 * by one. */
static char **help_kept;
static size_t help_n_kept;

/* Freed when all tests are over. */
static inline char *
kept (char *s)
{
  assert_non_null (s);
  char **more = realloc (help_kept, (help_n_kept + 1) * sizeof *more);
  assert_non_null (more);
  help_kept = more;
  help_kept[help_n_kept++] = s;
  return s;
}

__attribute__ ((format (printf, 1, 2))) static inline char *
text (const char *fmt, ...)
{
  char *s = NULL;
  va_list ap;

  va_start (ap, fmt);
  assert_int_not_equal (vasprintf (&s, fmt, ap), -1);
  va_end (ap);
  return kept (s);
}

static inline void
help_free_kept (void)
{
  while (help_n_kept > 0)
    free (help_kept[--help_n_kept]);
  free (help_kept);
  help_kept = NULL;
}

static inline int
help_remove_one (const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  umount2 (path, MNT_DETACH | UMOUNT_NOFOLLOW);
  return remove (path);
}

static inline void
help_remove (void)
{
  if (help_dir[0] != '\0')
    nftw (help_dir, help_remove_one, 16, FTW_DEPTH | FTW_PHYS);
  help_dir[0] = '\0';
  help_free_kept ();
}

/* cmocka group setup. */
static inline int
help_setup (void **state)
{
  snprintf (help_dir, sizeof help_dir, "/tmp/gk-unit-XXXXXX");
  if (mkdtemp (help_dir) == NULL)
    return -1;
  atexit (help_remove);
  return 0;
}

static inline int
help_teardown (void **state)
{
  help_remove ();
  return 0;
}

/* A path in the directory. */
static inline char *
in_dir (const char *name)
{
  return text ("%s/%s", help_dir, name);
}

/* Run a shell command in the directory; its exit status. */
__attribute__ ((format (printf, 1, 2))) static inline int
sh (const char *fmt, ...)
{
  char *line, *whole;
  va_list ap;
  int r;

  va_start (ap, fmt);
  assert_int_not_equal (vasprintf (&line, fmt, ap), -1);
  va_end (ap);
  whole = gk_asprintf ("cd %s && { %s; } >out 2>err", help_dir, line);
  assert_non_null (whole);
  r = system (whole);
  free (line);
  free (whole);
  return WIFEXITED (r) ? WEXITSTATUS (r) : 128;
}

/* What the last one wrote: "out" or "err".  Not to be freed. */
static inline char *
said (const char *which)
{
  struct gk_buf b = GK_BUF_INIT;
  assert_int_equal (gk_read_file (in_dir (which), 1 << 20, &b), 0);
  return kept (b.data == NULL ? strdup ("") : b.data);
}

static inline void
write_file (const char *name, const void *data, size_t size)
{
  int fd = open (in_dir (name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  assert_int_not_equal (fd, -1);
  assert_int_equal (gk_write_full (fd, data, size), 0);
  close (fd);
}

/* Bytes that differ by seed and place. */
static inline void
fill (uint8_t *buf, size_t size, uint64_t seed)
{
  uint64_t x = seed * 0x9e3779b97f4a7c15 + 1;
  for (size_t i = 0; i < size; i++) {
    x = x * 6364136223846793005 + 1442695040888963407;
    buf[i] = x >> 56;
  }
}

static inline char *
sha256 (const char *name)
{
  assert_int_equal (sh ("sha256sum %s", name), 0);
  return said ("out");
}

static inline double
now_ms (void)
{
  struct timespec ts;
  clock_gettime (CLOCK_MONOTONIC, &ts);
  return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

#define assert_ok(call, e)                                                                         \
  do {                                                                                             \
    if ((call) == -1)                                                                              \
      fail_msg ("%s: %s", #call, gk_error_msg (e));                                                \
  } while (0)

#define assert_fails(call, e, errnum_, part)                                                       \
  do {                                                                                             \
    gk_error_clear (e);                                                                            \
    assert_int_equal ((call), -1);                                                                 \
    if (strstr (gk_error_msg (e), part) == NULL)                                                   \
      fail_msg ("message is: %s", gk_error_msg (e));                                               \
    assert_int_equal ((e)->errnum, errnum_);                                                       \
    gk_error_clear (e);                                                                            \
  } while (0)

/* Skip what needs root, unless it must work. */
#define needs_root()                                                                               \
  do {                                                                                             \
    if (geteuid () != 0) {                                                                         \
      if (getenv ("GUESTKIT_MUST_WORK") != NULL)                                                   \
        fail_msg ("needs root");                                                                   \
      print_message ("skipped: needs root\n");                                                     \
      skip ();                                                                                     \
    }                                                                                              \
  } while (0)

#endif
