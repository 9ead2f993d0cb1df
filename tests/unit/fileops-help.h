/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A guest tree in a folder of the host: base/root is the guest's root and
 * base/outside is what no call may reach. */
#ifndef FILEOPS_HELP_H
#define FILEOPS_HELP_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"
#include "op/ctx.h"
#include "op/stream.h"

static char base[64];
static char host_buf[4][PATH_MAX];
static struct gk_ctx ctx = { .root_fd = -1 };
static struct gk_error err = GK_ERROR_INIT;

static inline const char *
at (const char *name) /* guest path -> host path */
{
  static int i;

  i = (i + 1) % 4;
  snprintf (host_buf[i], sizeof host_buf[i], "%s/root%s", base, name);
  return host_buf[i];
}

static inline void
put (const char *name, const char *text)
{
  int fd = open (at (name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

  assert_true (fd >= 0);
  assert_int_equal (gk_write_full (fd, text, strlen (text)), 0);
  close (fd);
}

static inline void
assert_content (const char *name, const char *text)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  assert_int_equal (gk_read_file (at (name), 1 << 20, &b), 0);
  assert_int_equal (b.size, strlen (text));
  assert_memory_equal (b.data, text, b.size);
}

static inline void
assert_outside_untouched (void)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  char path[128];
  struct stat st;

  snprintf (path, sizeof path, "%s/outside/keep", base);
  assert_int_equal (gk_read_file (path, 100, &b), 0);
  assert_string_equal (b.data, "secret");
  assert_int_equal (stat (path, &st), 0);
  assert_int_equal (st.st_mode & 07777, 0640);
}

/* A mount namespace of this program's own; false when that cannot be had. */
static inline bool
own_mounts (void)
{
  if (geteuid () != 0 || unshare (CLONE_NEWNS) == -1 ||
      mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1) {
    if (getenv ("GUESTKIT_MUST_WORK"))
      fail_msg ("no mount namespace: %s", strerror (errno));
    return false;
  }
  /* The descriptor is still of the old namespace, which sees no new mounts. */
  close (ctx.root_fd);
  ctx.root_fd = open (at (""), O_PATH | O_DIRECTORY | O_CLOEXEC);
  return ctx.root_fd >= 0;
}

/* The root becomes a tmpfs, where many files cost little; else it stays. */
static inline void
in_memory (void)
{
  if (own_mounts () && mount ("none", at (""), "tmpfs", 0, "size=1g,nr_inodes=500k") == 0) {
    close (ctx.root_fd);
    ctx.root_fd = open (at (""), O_PATH | O_DIRECTORY | O_CLOEXEC);
  }
}

static int
remove_one (const char *path, const struct stat *st, int flag, struct FTW *f)
{
  return remove (path);
}

static inline int
new_tree (void **state)
{
  char path[128];
  int fd;

  strcpy (base, "/tmp/gk-fileops-XXXXXX");
  if (!mkdtemp (base))
    return -1;
  umask (022);
  snprintf (path, sizeof path, "%s/root", base);
  mkdir (path, 0755);
  ctx.root_fd = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  snprintf (path, sizeof path, "%s/outside", base);
  mkdir (path, 0755);
  snprintf (path, sizeof path, "%s/outside/keep", base);
  fd = open (path, O_WRONLY | O_CREAT, 0640);
  if (fd == -1 || write (fd, "secret", 6) != 6)
    return -1;
  close (fd);
  gk_error_clear (&err);
  return ctx.root_fd == -1 ? -1 : 0;
}

static inline int
drop_tree (void **state)
{
  gk_error_clear (&err);
  close (ctx.root_fd);
  umount2 (at (""), MNT_DETACH);
  return nftw (base, remove_one, 64, FTW_DEPTH | FTW_PHYS);
}

/* The call must fail with this sentence. */
#define assert_error(call, number, text)                                                           \
  do {                                                                                             \
    gk_error_clear (&err);                                                                         \
    assert_int_equal (call, -1);                                                                   \
    assert_string_equal (gk_error_msg (&err), text);                                               \
    assert_int_equal (err.errnum, number);                                                         \
    gk_error_clear (&err);                                                                         \
  } while (0)

/* The call must succeed. */
#define assert_done(call)                                                                          \
  do {                                                                                             \
    if ((call) == -1)                                                                              \
      fail_msg ("%s: %s", #call, gk_error_msg (&err));                                             \
  } while (0)

/* A list against its elements with commas between; frees it. */
static inline void
join (char **v, const char *want)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  for (size_t i = 0; v[i]; i++)
    gk_buf_appendf (&b, "%s%s", i ? "," : "", v[i]);
  assert_string_equal (b.data ? b.data : "", want);
  gk_strv_free (v);
}

#define TEST(f) cmocka_unit_test_setup_teardown (f, new_tree, drop_tree)

#endif
