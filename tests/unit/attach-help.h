/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* For tests of attachers: the way from a drive to a device and back, as the
 * worker goes it. */
#ifndef TESTS_ATTACH_HELP_H
#define TESTS_ATTACH_HELP_H

#include <sched.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>

#include "disk-help.h"

#include "image/image.h"
#include "nbd/attach.h"
#include "nbd/loop-dev.h"
#include "nbd/server.h"

static struct gk_error e = GK_ERROR_INIT;

static inline int
help_hold (const char *path, bool write, int *ret_fd, struct gk_error *err)
{
  return gk_image_open (path, write ? GK_IMAGE_WRITE : GK_IMAGE_READ_STABLE, ret_fd, err);
}

static inline struct gk_attach_env
help_env (unsigned index)
{
  return (struct gk_attach_env){
    .tmpdir = help_dir,
    .node_dir = help_dir,
    .index = index,
    .hold = help_hold,
  };
}

/* A drive from the words of a test. */
static inline struct gk_drive
drive_of (const char *filename, const char *format, bool readonly)
{
  return (struct gk_drive){ .filename = (char *)filename,
                            .format = (char *)format,
                            .protocol = (char *)"file",
                            .readonly = readonly };
}

static inline int
attach_drive (const struct gk_drive *drive, const char *only, unsigned index,
              struct gk_attachment *a, struct gk_error *err)
{
  _cleanup_gk_disk_ struct gk_disk disk = GK_DISK_INIT;
  struct gk_attach_env env = help_env (index);

  env.only = only;
  if (gk_image_prepare (drive, help_dir, index, NULL, &disk, err) == -1)
    return -1;
  return gk_attach (&env, &disk, a, err);
}

static inline int
attach_file (const char *name, const char *format, bool readonly, const char *only, unsigned index,
             struct gk_attachment *a, struct gk_error *err)
{
  struct gk_drive drive = drive_of (in_dir (name), format, readonly);
  return attach_drive (&drive, only, index, a, err);
}

static inline int
open_attached (const struct gk_attachment *a)
{
  int fd = gk_open_device (help_dir, true, major (a->devno), minor (a->devno), O_RDWR);
  assert_int_not_equal (fd, -1);
  return fd;
}

/* Write or check a pattern at a place of the device. */
static inline void
put (const struct gk_attachment *a, off_t at, size_t size, uint64_t seed)
{
  uint8_t *buf = malloc (size);
  int fd = open_attached (a);

  fill (buf, size, seed);
  assert_int_equal (gk_pwrite_full (fd, buf, size, at), 0);
  close (fd);
  free (buf);
}

static inline bool
has (const struct gk_attachment *a, off_t at, size_t size, uint64_t seed)
{
  uint8_t *buf = malloc (size), *expected = malloc (size);
  int fd = open_attached (a);
  bool r;

  fill (expected, size, seed);
  assert_int_equal (gk_pread_full (fd, buf, size, at), size);
  r = memcmp (buf, expected, size) == 0;
  close (fd);
  free (buf);
  free (expected);
  return r;
}

/* As in a worker: whoever makes a mount namespace on this machine while a test
 * runs does not hold what it has mounted. */
static inline int
help_setup_alone (void **state)
{
  if (geteuid () == 0 &&
      (unshare (CLONE_NEWNS) == -1 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1))
    return -1;
  return help_setup (state);
}

/* Is a loop device bound to a file of this test? */
static inline bool
has_loop (void)
{
  return sh ("grep -l %s/ /sys/block/loop*/loop/backing_file", help_dir) == 0;
}

/* Nothing of this test's directory is in use any more.  A loop device may be
 * for a moment: whoever on this machine looks for a free one, or at all of
 * them, has it open, and the kernel lets go of the file when they close it. */
static inline void
assert_nothing_left (void)
{
  for (int n = 0; n < 1000 && has_loop (); n++)
    usleep (10000);
  assert_false (has_loop ());
  assert_int_not_equal (sh ("grep %s /proc/self/mountinfo", help_dir), 0);
  assert_int_not_equal (sh ("ls drive*.disk drive*.overlay drive*.nbd .gk-node*"), 0);
  /* Children: none. */
  assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
  assert_int_equal (errno, ECHILD);
}

#endif
