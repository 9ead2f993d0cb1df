/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: nbd image exec op base */
/* The bridge to an NBD server: many requests at once, none mixed up with
 * another, and an end whatever dies. */
#include <linux/falloc.h>
#include <linux/fs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "attach-help.h"

#include "nbd/bridge.h"

struct head_of_fuse { /* the beginning of the fuse attacher's own struct */
  int loop_fd;
  char *file;
  struct gk_server server;
  char *socket;
  struct gk_bridge bridge;
};

static char *
device_path (const struct gk_attachment *a)
{
  char *path = in_dir (a->kernel_name);

  unlink (path);
  assert_int_equal (mknod (path, S_IFBLK | 0600, a->devno), 0);
  return path;
}

/* --- writers on a mounted file system --------------------------------------------- */

enum { WRITERS = 6, FILES = 12, MAX_FILE = 3 << 20 };

static uint64_t
next (uint64_t *x)
{
  *x = *x * 6364136223846793005 + 1442695040888963407;
  return *x >> 33;
}

static size_t
size_of_file (int writer, int file)
{
  uint64_t x = 1000 * writer + file + 7;
  size_t size = next (&x) % MAX_FILE + 1;

  /* Half of them are written past the cache. */
  return writer % 2 == 1 ? (size + 4095) & ~(size_t)4095 : size;
}

/* In pieces of any size. */
static int
write_one (const char *path, int writer, int file, uint8_t *buf)
{
  size_t size = size_of_file (writer, file), n;
  uint64_t x = writer * 31 + file;
  int direct = writer % 2 == 1;
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | (direct ? O_DIRECT : 0), 0644);

  if (fd == -1)
    return -1;
  fill (buf, size, 1000 * writer + file);
  for (size_t at = 0; at < size; at += n) {
    n = next (&x) % 400000 + 1;
    if (direct)
      n = (n + 4095) & ~(size_t)4095;
    if (n > size - at)
      n = size - at;
    if (pwrite (fd, buf + at, n, at) != (ssize_t)n)
      return -1;
  }
  if (file % 3 == 0 && fsync (fd) == -1)
    return -1;
  return close (fd);
}

static void
write_files (const char *dir)
{
  pid_t pids[WRITERS];
  int status;

  for (int w = 0; w < WRITERS; w++) {
    pids[w] = fork ();
    if (pids[w] == 0) {
      uint8_t *buf =
          mmap (NULL, MAX_FILE + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      for (int f = 0; f < FILES; f++)
        if (write_one (text ("%s/%d-%d", dir, w, f), w, f, buf) == -1)
          _exit (1);
      _exit (0);
    }
  }
  for (int w = 0; w < WRITERS; w++) {
    assert_int_equal (waitpid (pids[w], &status, 0), pids[w]);
    assert_int_equal (status, 0);
  }
}

static int
count_damaged (const char *dir)
{
  uint8_t *expected = malloc (MAX_FILE + 4096);
  int damaged = 0;

  for (int w = 0; w < WRITERS; w++)
    for (int f = 0; f < FILES; f++) {
      _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
      size_t size = size_of_file (w, f);

      fill (expected, size, 1000 * w + f);
      if (gk_read_file (text ("%s/%d-%d", dir, w, f), MAX_FILE + 4096, &b) == -1 ||
          b.size != size || memcmp (b.data, expected, size) != 0)
        damaged++;
    }
  free (expected);
  return damaged;
}

static void
test_writers (void **state)
{
  char *dir = in_dir ("mnt"), *dev;
  struct gk_attachment a;
  int fd;

  needs_root ();
  mkdir (dir, 0700);
  assert_int_equal (sh ("qemu-img create -q -f qcow2 w.qcow2 400M"), 0);
  assert_ok (attach_file ("w.qcow2", "qcow2", false, "fuse", 0, &a, &e), &e);
  dev = device_path (&a);
  assert_int_equal (sh ("mke2fs -q -F -t ext4 %s", dev), 0);
  for (int round = 0; round < 2; round++) {
    assert_int_equal (mount (dev, dir, "ext4", MS_NOATIME, NULL), 0);
    write_files (dir);
    assert_int_equal (umount (dir), 0);
    /* Neither the file system nor the device has anything cached. */
    fd = open (dev, O_RDONLY | O_CLOEXEC);
    assert_int_equal (ioctl (fd, BLKFLSBUF, 0), 0);
    close (fd);
    assert_int_equal (sh ("e2fsck -fn %s", dev), 0);
    assert_int_equal (mount (dev, dir, "ext4", MS_RDONLY, NULL), 0);
    assert_int_equal (count_damaged (dir), 0);
    assert_int_equal (umount (dir), 0);
  }
  unlink (dev);
  assert_ok (gk_detach (&a, &e), &e);
  assert_nothing_left ();

  assert_int_equal (sh ("qemu-img check w.qcow2 && qemu-img convert -O raw w.qcow2 w.raw && "
                        "e2fsck -fn w.raw"),
                    0);
  assert_ok (attach_file ("w.raw", "raw", false, "loop", 0, &a, &e), &e);
  dev = device_path (&a);
  assert_int_equal (mount (dev, dir, "ext4", MS_RDONLY, NULL), 0);
  assert_int_equal (count_damaged (dir), 0);
  assert_int_equal (umount (dir), 0);
  unlink (dev);
  assert_ok (gk_detach (&a, &e), &e);
  assert_int_equal (sh ("rm w.raw w.qcow2"), 0);
}

/* --- drives ---------------------------------------------------------------------------- */

static void
test_big_sectors (void **state)
{
  struct gk_drive d = drive_of (in_dir ("s.qcow2"), "qcow2", false);
  struct gk_attachment a;
  int fd, size = 0;

  needs_root ();
  d.blocksize = 4096;
  assert_int_equal (sh ("qemu-img create -q -f qcow2 s.qcow2 64M"), 0);
  assert_ok (attach_drive (&d, "fuse", 0, &a, &e), &e);
  fd = open_attached (&a);
  assert_int_equal (ioctl (fd, BLKSSZGET, &size), 0);
  assert_int_equal (size, 4096);
  close (fd);
  put (&a, 0, 5 << 20, 1);
  put (&a, (60 << 20) + 5, 100, 2);
  assert_ok (gk_detach (&a, &e), &e);
  assert_ok (attach_drive (&d, "fuse", 0, &a, &e), &e);
  assert_true (has (&a, 0, 5 << 20, 1));
  assert_true (has (&a, (60 << 20) + 5, 100, 2));
  assert_ok (gk_detach (&a, &e), &e);
  assert_nothing_left ();
}

static uint64_t
blocks_of (const char *name)
{
  struct stat st;

  assert_int_equal (stat (in_dir (name), &st), 0);
  return st.st_blocks;
}

/* A discard frees space when the drive says so; in any case it reads as zeros,
 * and ranges that are no multiple of a cluster keep what is beside them. */
static void
test_discard (void **state)
{
  static const uint8_t zero[1 << 20];
  uint8_t *buf = malloc (1 << 20);

  needs_root ();
  for (int on = 0; on < 2; on++) {
    struct gk_drive d = drive_of (in_dir ("t.qcow2"), "qcow2", false);
    uint64_t range[2] = { (3 << 20) + 512, (20 << 20) + 1024 }, before;
    struct gk_attachment a;
    int fd;

    d.discard = (char *)(on ? "enable" : "disable");
    assert_int_equal (sh ("rm -f t.qcow2; qemu-img create -q -f qcow2 t.qcow2 64M"), 0);
    assert_ok (attach_drive (&d, "fuse", 0, &a, &e), &e);
    put (&a, 0, 32 << 20, 3);
    fd = open_attached (&a);
    assert_int_equal (fsync (fd), 0);
    before = blocks_of ("t.qcow2");
    assert_int_equal (ioctl (fd, BLKDISCARD, range), 0);
    assert_int_equal (gk_pread_full (fd, buf, 1 << 20, range[0]), 1 << 20);
    assert_memory_equal (buf, zero, 1 << 20);
    assert_int_equal (gk_pread_full (fd, buf, 1 << 20, range[0] + range[1] - (1 << 20)), 1 << 20);
    assert_memory_equal (buf, zero, 1 << 20);
    close (fd);
    assert_true (has (&a, 0, range[0], 3));
    assert_ok (gk_detach (&a, &e), &e);
    if (on)
      assert_true (blocks_of ("t.qcow2") < before - 18 * 2048);
    else
      assert_true (blocks_of ("t.qcow2") >= before);
    assert_int_equal (sh ("qemu-img check t.qcow2"), 0);
  }
  free (buf);
  assert_nothing_left ();
}

/* --- other servers: what they are told, and what they say ---------------------------------- */

static struct gk_child kit = GK_CHILD_INIT;
static char *kit_file;

/* An nbdkit and a bridge to it, over the file that it returns. */
static struct gk_bridge
bridge_to (const char *args, uint64_t size)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;
  struct gk_bridge_server server = {
    .socket = in_dir ("kit.nbd"), .export_name = "", .connections = 4, .size = size, .punch = true
  };
  struct gk_bridge bridge = GK_BRIDGE_INIT;
  struct gk_attach_env env = help_env (0);
  struct gk_exec x = GK_EXEC_INIT;
  char *words = strdup (args), *save = NULL;

  gk_strv_push (&argv, "nbdkit");
  gk_strv_push (&argv, "-f");
  gk_strv_push (&argv, "-U");
  gk_strv_push (&argv, server.socket);
  for (char *w = strtok_r (words, " ", &save); w != NULL; w = strtok_r (NULL, " ", &save))
    gk_strv_push (&argv, w);
  x.argv = (const char *const *)argv.v;
  free (words);
  unlink (server.socket);
  assert_ok (gk_child_start (&x, &kit, &e), &e);
  for (int i = 0; i < 1000 && access (server.socket, F_OK) == -1; i++)
    usleep (5000);
  usleep (50000);
  write_file ("kit.disk", "", 0);
  kit_file = in_dir ("kit.disk");
  assert_ok (gk_bridge_start (&env, &server, kit_file, &bridge, &e), &e);
  return bridge;
}

static int
open_bridge (int flags)
{
  int fd = open (kit_file, O_RDWR | O_CLOEXEC | flags);
  struct stat st;

  assert_int_not_equal (fd, -1);
  /* Or the kernel does not know the size, and writes beyond it one by one. */
  assert_int_equal (fstat (fd, &st), 0);
  return fd;
}

static void
unbridge (struct gk_bridge *bridge)
{
  assert_ok (gk_bridge_stop (bridge, &e), &e);
  gk_child_stop (&kit, 2000);
  unlink (in_dir ("kit.nbd"));
  unlink (kit_file);
  assert_nothing_left ();
}

static void
test_what_the_server_hears (void **state)
{
  struct gk_bridge b;
  char buf[1000];
  struct stat st;
  char *log;
  int fd;

  needs_root ();
  b = bridge_to (text ("--filter=log memory 100M logfile=%s", in_dir ("log")), 100 << 20);
  fd = open_bridge (0);
  assert_int_equal (fstat (fd, &st), 0);
  assert_int_equal (st.st_size, 100 << 20);
  assert_true (S_ISREG (st.st_mode));
  assert_int_equal (pwrite (fd, "abc", 3, 1001), 3);
  assert_int_equal (pread (fd, buf, 1000, 1000), 1000);
  assert_memory_equal (buf, "\0abc\0", 5);
  assert_int_equal (fsync (fd), 0);
  assert_int_equal (fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1 << 20, 65536), 0);
  assert_int_equal (fallocate (fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 1002, 1), 0);
  assert_int_equal (pread (fd, buf, 1000, 1000), 1000);
  assert_memory_equal (buf, "\0a\0c\0", 5);
  /* The end. */
  assert_int_equal (pread (fd, buf, 1000, (100 << 20) - 10), 10);
  assert_int_equal (pread (fd, buf, 1000, 100 << 20), 0);
  assert_int_equal (pread (fd, buf, 1000, 200 << 20), 0);
  assert_true (pwrite (fd, buf, 1000, 100 << 20) == -1 && errno == ENOSPC);
  assert_int_equal (ftruncate (fd, 1000), -1);
  assert_true (fallocate (fd, 0, 0, 1 << 20) == -1 && errno == EOPNOTSUPP);
  close (fd);
  unbridge (&b);
  assert_int_equal (sh ("cat log"), 0);
  log = said ("out");
  assert_non_null (strstr (log, "Write id=1 offset=0x3e9 count=0x3 "));
  assert_non_null (strstr (log, " Flush "));
  assert_non_null (strstr (log, "offset=0x100000 count=0x10000 trim=1 "));
  assert_non_null (strstr (log, "offset=0x3ea count=0x1 trim=0 "));
}

static void
test_errors_pass (void **state)
{
  struct gk_bridge b;
  uint8_t buf[4096] = { 0 };
  int fd;

  needs_root ();
  b = bridge_to ("--filter=error memory 10M error-pread=EPERM error-pread-rate=100% "
                 "error-pwrite=ENOSPC error-pwrite-rate=100% "
                 "error-zero=ENOMEM error-zero-rate=100%",
                 10 << 20);
  fd = open_bridge (0);
  assert_true (pread (fd, buf, 4096, 0) == -1 && errno == EPERM);
  assert_true (pwrite (fd, buf, 4096, 0) == -1 && errno == ENOSPC);
  assert_true (fallocate (fd, FALLOC_FL_ZERO_RANGE, 0, 4096) == -1 && errno == ENOMEM);
  assert_int_equal (fsync (fd), 0);
  close (fd);
  unbridge (&b);
}

/* A size that is no multiple of anything, one connection, no zeros. */
static void
test_poor_server (void **state)
{
  uint8_t *buf = malloc (3 << 20), *again = malloc (3 << 20);
  struct gk_bridge b;
  int fd;

  needs_root ();
  b = bridge_to ("--filter=multi-conn --filter=nozero memory 3000001 multi-conn-mode=disable",
                 3000001);
  fill (buf, 3 << 20, 4);
  fd = open_bridge (0);
  assert_int_equal (gk_pwrite_full (fd, buf, 3000001, 0), 0);
  assert_int_equal (gk_pread_full (fd, again, 3 << 20, 0), 3000001);
  assert_memory_equal (buf, again, 3000001);
  assert_int_equal (fsync (fd), 0);
  assert_true (fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == -1 &&
               errno == EOPNOTSUPP);
  close (fd);
  unbridge (&b);
  free (buf);
  free (again);
}

static void
test_no_server (void **state)
{
  struct gk_bridge_server server = {
    .socket = in_dir ("none.nbd"), .export_name = "", .connections = 4, .size = 4096
  };
  struct gk_bridge b = GK_BRIDGE_INIT;
  struct gk_attach_env env = help_env (0);

  needs_root ();
  write_file ("kit.disk", "", 0);
  assert_fails (gk_bridge_start (&env, &server, in_dir ("kit.disk"), &b, &e), &e, ENOENT,
                "bridge: ");
  assert_fails (gk_bridge_start (&env, &server, in_dir ("nowhere"), &b, &e), &e, ENOENT,
                "fuse mount");
  unlink (in_dir ("kit.disk"));
  assert_nothing_left ();
}

/* --- ends ------------------------------------------------------------------------------------ */

/* A child that writes once, later than now, and tells what it got. */
static pid_t
late_writer (int fd, int at, int n_blocks)
{
  pid_t pid = fork ();

  if (pid == 0) {
    void *buf = mmap (NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ssize_t n = pwrite (fd, buf, n_blocks * 4096, (off_t)at * 4096);
    _exit (n == n_blocks * 4096 ? 0 : n == -1 ? errno : 255);
  }
  return pid;
}

/* Until the kernel waits for so many answers. */
static void
await_requests (int fd, int n)
{
  struct stat st;
  int waiting = 0;

  assert_int_equal (fstat (fd, &st), 0);
  /* Where it is there already: EBUSY.  Nobody outside of this test sees it. */
  mount ("none", "/sys/fs/fuse/connections", "fusectl", 0, NULL);
  for (int i = 0; i < 1000 && waiting < n; i++) {
    _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

    usleep (2000);
    if (gk_read_file (text ("/sys/fs/fuse/connections/%u/waiting", minor (st.st_dev)), 64, &b) == 0)
      waiting = atoi (b.data);
  }
  assert_int_equal (waiting, n);
  usleep (20000);
}

static int
status_of (pid_t pid)
{
  int status;

  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

/* What was begun is finished. */
static void
test_sigterm (void **state)
{
  struct gk_bridge b;
  pid_t pids[8];
  double begin;
  int fd;

  needs_root ();
  b = bridge_to ("--filter=delay memory 10M delay-write=700ms", 10 << 20);
  fd = open_bridge (0);
  for (int i = 0; i < 8; i++)
    pids[i] = late_writer (fd, 10 * i, 1 + i);
  await_requests (fd, 8);
  kill (b.child.pid, SIGTERM);
  begin = now_ms ();
  for (int i = 0; i < 8; i++)
    assert_int_equal (status_of (pids[i]), 0);
  assert_true (now_ms () - begin < 3000);
  for (int i = 0; i < 500 && gk_child_alive (&b.child); i++)
    usleep (10000);
  assert_false (gk_child_alive (&b.child));
  assert_true (pwrite (fd, "x", 1, 0) == -1);
  close (fd);
  assert_fails (gk_bridge_stop (&b, &e), &e, EIO, "ended before (status 0)");
  unbridge (&b);
}

/* Those that wait fail at once when the server is gone, and those that come
 * later. */
static void
test_server_gone (void **state)
{
  struct gk_bridge b;
  pid_t pids[8];
  double begin;
  int fd;

  needs_root ();
  b = bridge_to ("--filter=delay memory 10M delay-write=20", 10 << 20);
  fd = open_bridge (0);
  for (int i = 0; i < 8; i++)
    pids[i] = late_writer (fd, 10 * i, 1 + i);
  await_requests (fd, 8);
  begin = now_ms ();
  kill (kit.pid, SIGKILL);
  for (int i = 0; i < 8; i++)
    assert_int_equal (status_of (pids[i]), EIO);
  assert_true (pwrite (fd, "x", 1, 0) == -1 && errno == EIO);
  assert_true (pread (fd, (char[1]){ 0 }, 1, 0) == -1 && errno == EIO);
  assert_true (fsync (fd) == -1 && errno == EIO);
  assert_true (now_ms () - begin < 1000);
  close (fd);
  unbridge (&b);
}

static void
test_bridge_killed (void **state)
{
  struct gk_bridge b;
  pid_t pids[8];
  double begin;
  int fd;

  needs_root ();
  b = bridge_to ("--filter=delay memory 10M delay-write=20", 10 << 20);
  fd = open_bridge (0);
  for (int i = 0; i < 8; i++)
    pids[i] = late_writer (fd, 10 * i, 1 + i);
  await_requests (fd, 8);
  begin = now_ms ();
  kill (b.child.pid, SIGKILL);
  for (int i = 0; i < 8; i++)
    assert_int_not_equal (status_of (pids[i]), 0);
  assert_true (pwrite (fd, "x", 1, 0) == -1);
  assert_true (now_ms () - begin < 1000);
  close (fd);
  assert_fails (gk_bridge_stop (&b, &e), &e, EIO, "(status 137)");
  kill (kit.pid, SIGKILL);
  unbridge (&b);
}

/* Ended; whoever has to may not have reaped it yet. */
static bool
has_ended (pid_t pid)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  return gk_read_file (text ("/proc/%d/stat", pid), 4096, &b) == -1 ||
         strstr (b.data, ") Z ") != NULL;
}

/* The server of a disk with a mounted file system dies under its writers. */
static void
test_server_killed (void **state)
{
  char *dir = in_dir ("mnt"), *dev;
  struct gk_attachment a;
  struct head_of_fuse *f;
  pid_t pids[4];
  double begin;

  needs_root ();
  assert_int_equal (sh ("mkdir -p mnt; qemu-img create -q -f qcow2 k.qcow2 200M"), 0);
  assert_ok (attach_file ("k.qcow2", "qcow2", false, "fuse", 0, &a, &e), &e);
  f = a.priv;
  dev = device_path (&a);
  assert_int_equal (sh ("mke2fs -q -F -t ext4 %s", dev), 0);
  assert_int_equal (mount (dev, dir, "ext4", 0, "errors=continue"), 0);
  for (int i = 0; i < 4; i++) {
    pids[i] = fork ();
    if (pids[i] == 0) {
      static uint8_t data[1 << 20];
      int fd = open (text ("%s/%d", dir, i), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      for (;;)
        if (pwrite (fd, data, sizeof data, 0) == -1 || fsync (fd) == -1)
          _exit (errno == EIO || errno == EROFS ? 0 : 1);
    }
  }
  usleep (400000);
  begin = now_ms ();
  assert_int_equal (kill (f->server.child.pid, SIGKILL), 0);
  for (int i = 0; i < 4; i++)
    assert_int_equal (status_of (pids[i]), 0);
  assert_true (now_ms () - begin < 1000);
  umount (dir);
  unlink (dev);
  /* Its sockets are closed a little before it has ended. */
  while (!has_ended (f->server.child.pid))
    usleep (1000);
  assert_fails (gk_detach (&a, &e), &e, EIO, "image server ended before");
  assert_true (now_ms () - begin < 3000);
  assert_nothing_left ();
}

/* Everything is killed but the kernel, with a file system mounted and dirty: its
 * unmounting must not wait for those that just die. */
static void
test_session_killed (void **state)
{
  needs_root ();
  assert_int_equal (sh ("mkdir -p mnt; rm -f k.qcow2; qemu-img create -q -f qcow2 k.qcow2 200M"),
                    0);
  for (int round = 0; round < 6; round++) {
    struct {
      pid_t server, bridge;
    } ids;
    int fds[2];
    pid_t pid;

    assert_int_equal (pipe (fds), 0);
    pid = fork ();
    if (pid == 0) {
      static const char data[4096];
      char *dir = in_dir ("mnt"), *dev;
      struct gk_attachment a;
      struct head_of_fuse *f;
      int fd;

      if (unshare (CLONE_NEWNS) == -1)
        _exit (1);
      if (attach_file ("k.qcow2", "qcow2", false, "fuse", 0, &a, &e) == -1)
        _exit (1);
      f = a.priv;
      dev = device_path (&a);
      if (sh ("mke2fs -q -F -t ext4 %s", dev) != 0 || mount (dev, dir, "ext4", 0, NULL) == -1)
        _exit (1);
      fd = open (text ("%s/x", dir), O_WRONLY | O_CREAT, 0600);
      for (int i = 0; i < 20; i++)
        write (fd, data, sizeof data);
      fsync (fd);
      for (int i = 0; i < 20; i++)
        write (fd, data, sizeof data);
      ids.server = f->server.child.pid;
      ids.bridge = f->bridge.child.pid;
      write (fds[1], &ids, sizeof ids);
      pause ();
      _exit (0);
    }
    close (fds[1]);
    assert_int_equal (read (fds[0], &ids, sizeof ids), sizeof ids);
    close (fds[0]);
    /* In each order. */
    if (round % 3 == 1)
      kill (ids.server, SIGKILL);
    if (round % 3 == 2)
      kill (ids.bridge, SIGKILL);
    kill (pid, SIGKILL);
    waitpid (pid, NULL, 0);
    for (int n = 0; n < 1000; n++) {
      if (has_ended (ids.server) && has_ended (ids.bridge) && !has_loop ())
        break;
      usleep (10000);
    }
    unlink (in_dir ("drive0.disk"));
    unlink (in_dir ("drive0.nbd"));
    sh ("rm -f loop*");
    assert_nothing_left ();
  }
}

/* --- many at once, and what it takes ------------------------------------------------------------
 */

static void
test_parallel (void **state)
{
  enum { N = 6 };
  pid_t pids[N];

  needs_root ();
  for (int i = 0; i < N; i++)
    assert_int_equal (sh ("qemu-img create -q -f qcow2 p%d.qcow2 32M", i), 0);
  for (int i = 0; i < N; i++) {
    pids[i] = fork ();
    if (pids[i] == 0) {
      struct gk_attachment a;

      for (int round = 0; round < 2; round++) {
        if (attach_file (text ("p%d.qcow2", i), "qcow2", false, "fuse", i, &a, &e) == -1)
          _exit (1);
        put (&a, 512 * i, 4 << 20, i);
        if (!has (&a, 512 * i, 4 << 20, i) || gk_detach (&a, &e) == -1)
          _exit (2);
      }
      _exit (0);
    }
  }
  for (int i = 0; i < N; i++)
    assert_int_equal (status_of (pids[i]), 0);
  assert_nothing_left ();
}

/* The second one's server was started when the first one's file was mounted. */
static void
test_two_drives (void **state)
{
  struct gk_attachment a, b;

  needs_root ();
  assert_ok (attach_file ("p0.qcow2", "qcow2", false, "fuse", 0, &a, &e), &e);
  assert_ok (attach_file ("p1.qcow2", "qcow2", false, "fuse", 1, &b, &e), &e);
  put (&a, 0, 1 << 20, 7);
  put (&b, 0, 1 << 20, 8);
  assert_ok (gk_detach (&a, &e), &e);
  assert_int_equal (access (in_dir ("drive0.disk"), F_OK), -1);
  assert_true (has (&b, 0, 1 << 20, 8));
  assert_ok (attach_file ("p0.qcow2", "qcow2", false, "fuse", 0, &a, &e), &e);
  assert_true (has (&a, 0, 1 << 20, 7));
  assert_ok (gk_detach (&b, &e), &e);
  assert_ok (gk_detach (&a, &e), &e);
  assert_nothing_left ();
}

/* What a bridge that was taken over would have. */
static void
test_walls (void **state)
{
  _cleanup_gk_buf_ struct gk_buf status = GK_BUF_INIT, mounts = GK_BUF_INIT;
  struct gk_attachment a;
  struct head_of_fuse *f;
  int pid;

  needs_root ();
  assert_ok (attach_file ("p0.qcow2", "qcow2", false, "fuse", 0, &a, &e), &e);
  f = a.priv;
  pid = f->bridge.child.pid;
  assert_int_equal (gk_read_file (text ("/proc/%d/status", pid), 1 << 16, &status), 0);
  assert_non_null (strstr (status.data, "CapPrm:\t0000000000000000"));
  assert_non_null (strstr (status.data, "CapEff:\t0000000000000000"));
  assert_non_null (strstr (status.data, "CapBnd:\t0000000000000000"));
  assert_non_null (strstr (status.data, "NoNewPrivs:\t1"));
  assert_non_null (strstr (status.data, "Seccomp:\t2"));
  assert_int_equal (gk_read_file (text ("/proc/%d/mounts", pid), 1 << 16, &mounts), 0);
  assert_true (strncmp (mounts.data, "none / tmpfs ", 13) == 0);
  assert_ptr_equal (strchr (mounts.data, '\n'), mounts.data + mounts.size - 1);
  assert_int_equal (sh ("test -z \"$(ls -A /proc/%d/root/)\"", pid), 0);
  /* /dev/null, stderr twice, signals, FUSE and four sockets. */
  assert_int_equal (sh ("test $(ls /proc/%d/fd | wc -l) = 9", pid), 0);
  assert_ok (gk_detach (&a, &e), &e);
  assert_nothing_left ();
}

/* Pages that nobody shares with the bridge. */
static long
private_kb (pid_t pid)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  long clean = 0, dirty = 0;
  char *at;

  assert_int_equal (gk_read_file (text ("/proc/%d/smaps_rollup", pid), 65536, &b), 0);
  if ((at = strstr (b.data, "Private_Clean:")) != NULL)
    clean = atol (at + 14);
  if ((at = strstr (b.data, "Private_Dirty:")) != NULL)
    dirty = atol (at + 14);
  return clean + dirty;
}

static void
test_memory (void **state)
{
  struct gk_attachment a;
  struct head_of_fuse *f;
  long fresh, busy, idle;
  int fd;

  needs_root ();
  assert_int_equal (sh ("qemu-img create -q -f qcow2 m.qcow2 128M"), 0);
  assert_ok (attach_file ("m.qcow2", "qcow2", false, "fuse", 0, &a, &e), &e);
  f = a.priv;
  fresh = private_kb (f->bridge.child.pid);
  put (&a, 0, 100 << 20, 1);
  fd = open_attached (&a);
  assert_int_equal (fsync (fd), 0);
  close (fd);
  busy = private_kb (f->bridge.child.pid);
  usleep (1500000);
  idle = private_kb (f->bridge.child.pid);
  print_message ("bridge: %ld KiB at first, %ld after 100 MiB, %ld when idle\n", fresh, busy, idle);
  assert_ok (gk_detach (&a, &e), &e);
  /* ASan keeps what is freed for a while, to see who uses it. */
  if (getenv ("ASAN_OPTIONS") == NULL) {
    assert_true (busy < 64 << 10);
    assert_true (idle < 4 << 10);
  }
  assert_nothing_left ();
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_writers),       cmocka_unit_test (test_big_sectors),
    cmocka_unit_test (test_discard),       cmocka_unit_test (test_what_the_server_hears),
    cmocka_unit_test (test_errors_pass),   cmocka_unit_test (test_poor_server),
    cmocka_unit_test (test_no_server),     cmocka_unit_test (test_sigterm),
    cmocka_unit_test (test_server_gone),   cmocka_unit_test (test_bridge_killed),
    cmocka_unit_test (test_server_killed), cmocka_unit_test (test_session_killed),
    cmocka_unit_test (test_parallel),      cmocka_unit_test (test_two_drives),
    cmocka_unit_test (test_walls),         cmocka_unit_test (test_memory),
  };
  return cmocka_run_group_tests (tests, help_setup_alone, help_teardown);
}
