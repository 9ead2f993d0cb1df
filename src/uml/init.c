/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The first program of the kernel: it makes the few mounts that programs
 * expect, and then it is the worker.  There is no other user space: programs
 * come from the machine outside, read-only. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "uml/uml.h"

static const struct {
  const char *type, *point, *options;
  unsigned long flags;
} mounts[] = {
  { "proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC },
  { "sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC },
  { "tmpfs", "/run", "mode=0755", MS_NOSUID },
  { "tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV },
  { "tmpfs", "/var/tmp", "mode=1777", MS_NOSUID | MS_NODEV },
};

static int
make_mounts (struct gk_error *err)
{
  for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++)
    if (mount (mounts[i].type, mounts[i].point, mounts[i].type, mounts[i].flags,
               mounts[i].options) == -1)
      return gk_error_sys (err, errno, "mount: %s", mounts[i].point);
  if (mkdir ("/run/lock", 01777) == -1)
    return gk_error_sys (err, errno, "/run/lock");
  return 0;
}

/* LVM looks for device-mapper's targets itself, and runs the modprobe of the
 * machine outside, which looks for modules where there are none for this kernel. */
static int
replace_modprobe (struct gk_error *err)
{
  static const char path[] = "/sbin/modprobe";

  if (mount (GK_UML_MODPROBE, path, NULL, MS_BIND, NULL) == -1 && errno != ENOENT)
    return gk_error_sys (err, errno, "mount: %s", path);
  return 0;
}

static int
write_file (const char *path, const char *text, struct gk_error *err)
{
  _cleanup_close_ int fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd == -1 || gk_write_full (fd, text, strlen (text)) == -1)
    return gk_error_sys (err, errno, "%s", path);
  return 0;
}

/* Disks are there before the client speaks.  All other modules are loaded when
 * the kernel asks for them, but for those whose device nodes come first. */
static int
load_modules (struct gk_error *err)
{
  static const char *const needed[] = { "virtio_blk", "dm_mod", "fuse" };

  if (write_file ("/proc/sys/kernel/modprobe", GK_UML_MODPROBE, err) == -1)
    return -1;
  for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
    if (gk_uml_modprobe (needed[i], err) == -1)
      return -1;
  return 0;
}

/* The kernel's nbd wants it. */
static int
bring_lo_up (struct gk_error *err)
{
  _cleanup_close_ int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

  if (fd == -1 || ioctl (fd, SIOCSIFFLAGS, &r) == -1)
    return gk_error_sys (err, errno, "lo");
  return 0;
}

static int
open_connection (struct gk_uml_world *ret, struct gk_error *err)
{
  _cleanup_close_ int mapper = open ("/dev/mmapper", O_RDWR | O_CLOEXEC);
  _cleanup_close_ int line = open ("/dev/ttyS1", O_RDWR | O_NOCTTY | O_CLOEXEC);

  if (line == -1)
    return gk_error_sys (err, errno, "the serial line");
  if (mapper == -1)
    return gk_error_sys (err, errno, "shared memory");
  void *shared = mmap (NULL, GK_UML_SHARED_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, mapper, 0);
  if (shared == MAP_FAILED)
    return gk_error_sys (err, errno, "shared memory");
  ret->conn_fd = gk_steal_fd (&line);
  ret->shared = shared;
  ret->shared_size = GK_UML_SHARED_SIZE;
  return 0;
}

/* The terminal of the rescue shell, and the line that tells of its end: nobody
 * is to see what is written there again. */
static int
open_rescue (struct gk_uml_world *ret, struct gk_error *err)
{
  _cleanup_close_ int shell = open ("/dev/ttyS2", O_RDWR | O_NOCTTY | O_CLOEXEC);
  _cleanup_close_ int ended = open ("/dev/ttyS3", O_RDWR | O_NOCTTY | O_CLOEXEC);
  struct termios raw;

  if (shell == -1 || ended == -1 || tcgetattr (ended, &raw) == -1)
    return gk_error_sys (err, errno, "the serial lines of the rescue shell");
  cfmakeraw (&raw);
  if (tcsetattr (ended, TCSANOW, &raw) == -1)
    return gk_error_sys (err, errno, "the serial lines of the rescue shell");
  ret->rescue_fd = gk_steal_fd (&shell);
  ret->rescued_fd = gk_steal_fd (&ended);
  return 0;
}

/* The time of day, from a file that the machine outside makes now: during the
 * boot the clock ran too fast (helpers/boot-clock.c). */
static int
set_clock (struct gk_error *err)
{
  _cleanup_close_ int fd = open ("/tmp/clock", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  struct stat st;

  if (fd == -1 || fstat (fd, &st) == -1 || clock_settime (CLOCK_REALTIME, &st.st_mtim) == -1)
    return gk_error_sys (err, errno, "clock");
  return 0;
}

int
gk_uml_enter (bool rescue, struct gk_uml_world *ret, struct gk_error *err)
{
  /* What the kernel sets is for interactive work. */
  clearenv ();
  setenv ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
  setenv ("LC_ALL", "C.UTF-8", 1);
  if (set_clock (err) == -1 || make_mounts (err) == -1 || replace_modprobe (err) == -1 ||
      load_modules (err) == -1 || bring_lo_up (err) == -1)
    return -1;
  ret->rescue_fd = ret->rescued_fd = -1;
  if (rescue && open_rescue (ret, err) == -1)
    return -1;
  return open_connection (ret, err);
}

void
gk_uml_power_off (void)
{
  sync ();
  reboot (RB_POWER_OFF);
  _exit (1); /* which stops the kernel, too */
}
