/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: nbd image exec op base */
/* Real images as real block devices: what is written arrives, what is
 * read-only stays as it was, and nothing is left behind. */
#include <linux/fs.h>
#include <signal.h>

#include "attach-help.h"

static void
test_loop (void **state)
{
  struct gk_attachment a;

  needs_root ();
  assert_int_equal (sh ("truncate -s 16M r.raw"), 0);
  assert_ok (attach_file ("r.raw", "raw", false, NULL, 0, &a, &e), &e);
  assert_string_equal (a.attacher->name, "loop");
  assert_int_equal (a.size, 16 << 20);
  assert_int_equal (strncmp (a.kernel_name, "loop", 4), 0);
  put (&a, 0, 100000, 1);
  assert_ok (gk_detach (&a, &e), &e);
  assert_nothing_left ();

  assert_ok (attach_file ("r.raw", NULL, false, NULL, 0, &a, &e), &e);
  assert_true (has (&a, 0, 100000, 1));
  assert_ok (gk_detach (&a, &e), &e);
}

static void
test_loop_is_locked (void **state)
{
  struct gk_attachment a, b;

  needs_root ();
  assert_ok (attach_file ("r.raw", "raw", false, NULL, 0, &a, &e), &e);
  assert_fails (attach_file ("r.raw", "raw", false, NULL, 1, &b, &e), &e, EBUSY, "is in use by");
  assert_fails (attach_file ("r.raw", "raw", false, "fuse", 1, &b, &e), &e, EBUSY, "is in use by");
  assert_int_not_equal (sh ("qemu-io -f raw -c 'write 0 512' r.raw"), 0);
  /* Readers that bear it may read. */
  assert_ok (attach_file ("r.raw", "raw", true, NULL, 1, &b, &e), &e);
  assert_ok (gk_detach (&b, &e), &e);
  assert_ok (gk_detach (&a, &e), &e);
  assert_nothing_left ();
}

/* Every format that qemu writes, by every attacher that is not for raw alone. */
static void
test_formats (void **state)
{
  static const char *const formats[] = {
    "raw", "qcow2", "vmdk", "vdi", "vhdx", "vpc", "qcow", "qed"
  };
  static const char *const attachers[] = { "nbd", "fuse" };

  needs_root ();
  for (size_t i = 0; i < 2 * sizeof formats / sizeof formats[0]; i++) {
    const char *f = formats[i / 2], *name = text ("d.%s", f), *only = attachers[i % 2];
    struct gk_attachment a;

    assert_int_equal (sh ("qemu-img create -q -f %s %s 64M", f, name), 0);
    if (attach_file (name, f, false, only, 0, &a, &e) == -1 && e.errnum == ENOTSUP) {
      gk_error_clear (&e);
      continue;
    }
    assert_string_equal (gk_error_msg (&e), "no error");
    assert_string_equal (a.attacher->name, only);
    put (&a, 12345, 300000, i);
    put (&a, 33 << 20, 300000, i + 100);
    assert_ok (gk_detach (&a, &e), &e);
    assert_nothing_left ();
    /* These have a checker. */
    if (strchr ("qv", f[0]) != NULL && strcmp (f, "vpc") != 0 && strcmp (f, "qcow") != 0)
      assert_int_equal (sh ("qemu-img check -f %s %s", f, name), 0);
    assert_ok (attach_file (name, NULL, false, only, 0, &a, &e), &e);
    if (!has (&a, 12345, 300000, i) || !has (&a, 33 << 20, 300000, i + 100))
      fail_msg ("%s by %s: not what was written", f, only);
    assert_ok (gk_detach (&a, &e), &e);
  }
}

static void
test_readonly (void **state)
{
  static const char *const formats[] = { "raw", "qcow2", "vmdk", "vdi" };

  needs_root ();
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    const char *f = formats[i], *name = text ("ro.%s", f);
    struct gk_attachment a, b;
    char *before;

    assert_int_equal (sh ("qemu-img create -q -f %s %s 64M && "
                          "qemu-io -f %s -c 'write -P 7 1M 1M' %s && chmod 444 %s",
                          f, name, f, name, name),
                      0);
    before = sha256 (name);
    assert_ok (attach_file (name, f, true, NULL, 0, &a, &e), &e);
    /* Two at once, and each sees only what it wrote. */
    assert_ok (attach_file (name, f, true, NULL, 1, &b, &e), &e);
    put (&a, 0, 3 << 20, 1);
    assert_true (has (&a, 0, 3 << 20, 1));
    assert_false (has (&b, 0, 3 << 20, 1));
    assert_int_equal (access (in_dir ("drive0.overlay"), F_OK), -1);
    assert_ok (gk_detach (&a, &e), &e);
    assert_ok (gk_detach (&b, &e), &e);
    assert_string_equal (before, sha256 (name));
    assert_nothing_left ();
  }
}

/* What is under the overlay is the image. */
static void
test_readonly_content (void **state)
{
  struct gk_attachment a;
  uint8_t *buf = malloc (3 << 20);
  int fd;

  needs_root ();
  assert_ok (attach_file ("ro.qcow2", NULL, true, NULL, 0, &a, &e), &e);
  fd = open_attached (&a);
  assert_int_equal (gk_pread_full (fd, buf, 3 << 20, 0), 3 << 20);
  for (size_t i = 0; i < 3 << 20; i++)
    if (buf[i] != (i >= 1 << 20 && i < 2 << 20 ? 7 : 0))
      fail_msg ("byte %zu is %d", i, buf[i]);
  close (fd);
  assert_ok (gk_detach (&a, &e), &e);
  free (buf);
}

static void
test_chain (void **state)
{
  struct gk_attachment a, b;
  char *base, *mid;

  needs_root ();
  assert_int_equal (sh ("truncate -s 16M base.raw; qemu-io -f raw -c 'write -P 1 0 16M' base.raw; "
                        "qemu-img create -q -f qcow2 -b base.raw -F raw mid.qcow2; "
                        "qemu-io -f qcow2 -c 'write -P 2 4M 4M' mid.qcow2; "
                        "qemu-img create -q -f qcow2 -b mid.qcow2 -F qcow2 top.qcow2 32M"),
                    0);
  base = sha256 ("base.raw");
  mid = sha256 ("mid.qcow2");
  assert_ok (attach_file ("top.qcow2", NULL, false, NULL, 0, &a, &e), &e);
  put (&a, 8 << 20, 1 << 20, 3);
  /* What backs a disk that is written may be shared, not written. */
  assert_fails (attach_file ("base.raw", "raw", false, NULL, 1, &b, &e), &e, EBUSY, "is in use by");
  assert_ok (attach_file ("mid.qcow2", NULL, true, NULL, 1, &b, &e), &e);
  assert_ok (gk_detach (&b, &e), &e);
  assert_ok (gk_detach (&a, &e), &e);
  assert_string_equal (base, sha256 ("base.raw"));
  assert_string_equal (mid, sha256 ("mid.qcow2"));
  assert_int_equal (sh ("qemu-img check top.qcow2 && "
                        "qemu-io -f qcow2 -c 'read -P 1 0 4M' -c 'read -P 2 4M 4M' "
                        "-c 'read -P 0 16M 16M' top.qcow2"),
                    0);
  assert_null (strstr (said ("out"), "verification failed"));
  /* The base is gone. */
  assert_int_equal (rename (in_dir ("base.raw"), in_dir ("away")), 0);
  assert_fails (attach_file ("top.qcow2", NULL, false, NULL, 0, &a, &e), &e, ENOENT,
                "mid.qcow2: backing file: ");
  assert_nothing_left ();
}

static void
test_data_file (void **state)
{
  struct gk_attachment a;

  needs_root ();
  assert_int_equal (sh ("qemu-img create -q -f qcow2 -o data_file=data.raw df.qcow2 16M"), 0);
  assert_ok (attach_file ("df.qcow2", NULL, false, NULL, 0, &a, &e), &e);
  put (&a, 0, 1 << 20, 3);
  assert_ok (gk_detach (&a, &e), &e);
  assert_ok (attach_file ("df.qcow2", NULL, true, NULL, 0, &a, &e), &e);
  assert_true (has (&a, 0, 1 << 20, 3));
  assert_ok (gk_detach (&a, &e), &e);
  assert_int_equal (sh ("qemu-img check df.qcow2"), 0);
}

static void
test_errors (void **state)
{
  struct gk_attachment a;
  struct gk_drive d;

  needs_root ();
  assert_fails (attach_file ("nope", NULL, false, NULL, 0, &a, &e), &e, ENOENT,
                "nope: No such file or directory");
  assert_int_equal (sh ("truncate -s 1M plain; qemu-img create -q -f qcow2 cut.qcow2 1G; "
                        "truncate -s 60 cut.qcow2; "
                        "qemu-img create -q -f qcow2 corrupt.qcow2 1M; "
                        "printf '\\2' | dd of=corrupt.qcow2 bs=1 seek=79 conv=notrunc"),
                    0);
  assert_fails (attach_file ("plain", "qcow2", false, NULL, 0, &a, &e), &e, EINVAL,
                "plain: not a qcow2 image");
  assert_fails (attach_file ("plain", "raw", false, "no", 0, &a, &e), &e, ENOTSUP,
                "no such attacher");
  assert_fails (attach_file ("ro.raw", "raw", true, "loop", 0, &a, &e), &e, ENOTSUP,
                "loop: the drive is read-only");
  assert_nothing_left ();
  assert_int_equal (attach_file ("cut.qcow2", NULL, false, NULL, 0, &a, &e), -1);
  assert_non_null (strstr (gk_error_msg (&e), "cut.qcow2: "));
  gk_error_clear (&e);
  /* The corrupt bit: qemu does not write to such an image, but reads it. */
  assert_fails (attach_file ("corrupt.qcow2", NULL, false, NULL, 0, &a, &e), &e, 0,
                "Image is corrupt");
  assert_ok (attach_file ("corrupt.qcow2", NULL, true, NULL, 0, &a, &e), &e);
  assert_ok (gk_detach (&a, &e), &e);
  d = drive_of (in_dir ("plain"), "raw", false);
  d.discard = (char *)"enable";
  assert_ok (attach_drive (&d, NULL, 0, &a, &e), &e);
  assert_ok (gk_detach (&a, &e), &e);
  d.readonly = true;
  assert_fails (attach_drive (&d, NULL, 0, &a, &e), &e, ENOTSUP, "discard cannot be enabled");
  assert_nothing_left ();
}

/* Sizes and sectors. */
static void
test_odd (void **state)
{
  struct gk_attachment a;
  struct gk_drive d;
  int fd, sector;

  needs_root ();
  assert_int_equal (sh ("truncate -s 1000 odd.raw; : > empty.raw; truncate -s 1M 'a,b=c d.raw'"),
                    0);
  assert_ok (attach_file ("odd.raw", "raw", false, NULL, 0, &a, &e), &e);
  assert_int_equal (a.size, 1024);
  put (&a, 512, 400, 1);
  assert_true (has (&a, 512, 400, 1));
  assert_ok (gk_detach (&a, &e), &e);

  assert_ok (attach_file ("empty.raw", "raw", false, NULL, 0, &a, &e), &e);
  assert_int_equal (a.size, 0);
  assert_ok (gk_detach (&a, &e), &e);
  assert_ok (attach_file ("empty.raw", "raw", true, NULL, 0, &a, &e), &e);
  assert_int_equal (a.size, 0);
  assert_ok (gk_detach (&a, &e), &e);

  assert_ok (attach_file ("a,b=c d.raw", "raw", true, NULL, 0, &a, &e), &e);
  assert_ok (gk_detach (&a, &e), &e);

  for (int i = 0; i < 2; i++) {
    d = drive_of (in_dir ("d.raw"), "raw", i);
    d.blocksize = 4096;
    assert_ok (attach_drive (&d, NULL, 0, &a, &e), &e);
    fd = open_attached (&a);
    assert_int_equal (ioctl (fd, BLKSSZGET, &sector), 0);
    assert_int_equal (sector, 4096);
    close (fd);
    assert_ok (gk_detach (&a, &e), &e);
  }

  d = drive_of ("/dev/null", NULL, false);
  assert_ok (attach_drive (&d, NULL, 0, &a, &e), &e);
  assert_int_equal (a.size, 4096);
  assert_ok (gk_detach (&a, &e), &e);
}

/* Zeroing must zero, also where discards are not passed on. */
static void
test_zero_and_discard (void **state)
{
  static const char *const names[] = { "z.raw", "z.qcow2" };

  needs_root ();
  for (int i = 0; i < 4; i++) {
    const char *name = names[i % 2], *f = strrchr (name, '.') + 1;
    struct gk_drive d;
    struct gk_attachment a;
    uint64_t range[2] = { 1 << 20, 1 << 20 };
    uint8_t buf[4096], zero[4096] = { 0 };
    struct stat before, after;
    int fd;

    assert_int_equal (sh ("rm -f %s; qemu-img create -q -f %s %s 64M", name, f, name), 0);
    d = drive_of (in_dir (name), f, false);
    d.discard = (char *)(i < 2 ? "disable" : "enable");
    assert_ok (attach_drive (&d, NULL, 0, &a, &e), &e);
    put (&a, 0, 4 << 20, 5);
    fd = open_attached (&a);
    assert_int_equal (fsync (fd), 0);
    assert_int_equal (ioctl (fd, BLKZEROOUT, range), 0);
    assert_int_equal (gk_pread_full (fd, buf, 4096, 1 << 20), 4096);
    assert_memory_equal (buf, zero, 4096);
    assert_int_equal (fsync (fd), 0);
    assert_int_equal (stat (in_dir (name), &before), 0);
    range[0] = 2 << 20;
    range[1] = 2 << 20;
    assert_int_equal (ioctl (fd, BLKDISCARD, range), 0);
    assert_int_equal (fsync (fd), 0);
    close (fd);
    assert_true (has (&a, 0, 1 << 20, 5));
    assert_ok (gk_detach (&a, &e), &e);
    assert_int_equal (stat (in_dir (name), &after), 0);
    if (i >= 2)
      assert_true (after.st_blocks < before.st_blocks - 3000);
  }
}

static void
test_copyonread (void **state)
{
  struct gk_attachment a;
  struct gk_drive d = drive_of (in_dir ("ro.qcow2"), NULL, true);

  needs_root ();
  d.copyonread = true;
  assert_ok (attach_drive (&d, NULL, 0, &a, &e), &e);
  put (&a, 0, 1 << 20, 9);
  assert_true (has (&a, 0, 1 << 20, 9));
  assert_ok (gk_detach (&a, &e), &e);
}

/* A block device of the host as an image: held while it is written. */
static void
test_block_device (void **state)
{
  struct gk_attachment a, below = { .attacher = NULL };
  struct gk_drive d;
  char *dev;
  int fd;

  needs_root ();
  assert_int_equal (sh ("truncate -s 16M under.raw"), 0);
  assert_ok (attach_file ("under.raw", "raw", false, "loop", 9, &below, &e), &e);
  dev = in_dir ("device");
  assert_int_equal (mknod (dev, S_IFBLK | 0600, below.devno), 0);
  for (int i = 0; i < 3; i++) {
    static const char *const attachers[] = { "loop", "fuse", "nbd" };
    d = drive_of (dev, "raw", false);
    if (attach_drive (&d, attachers[i], 0, &a, &e) == -1 && e.errnum == ENOTSUP) {
      gk_error_clear (&e);
      continue;
    }
    assert_string_equal (gk_error_msg (&e), "no error");
    assert_int_equal (a.size, 16 << 20);
    put (&a, 4096, 1 << 20, i);
    fd = open (dev, O_RDWR | O_EXCL | O_CLOEXEC);
    assert_true (fd == -1 && errno == EBUSY);
    assert_ok (gk_detach (&a, &e), &e);
    assert_true (has (&below, 4096, 1 << 20, i));
  }
  fd = open (dev, O_RDWR | O_EXCL | O_CLOEXEC);
  assert_int_not_equal (fd, -1);
  assert_fails (attach_drive (&d, NULL, 0, &a, &e), &e, EBUSY, "is in use on this host");
  d.readonly = true;
  assert_ok (attach_drive (&d, NULL, 0, &a, &e), &e);
  put (&a, 0, 1 << 20, 77);
  assert_ok (gk_detach (&a, &e), &e);
  assert_false (has (&below, 0, 1 << 20, 77));
  close (fd);
  assert_ok (gk_detach (&below, &e), &e);
  assert_nothing_left ();
}

/* Many writes under way at once, past every cache, each of its own bytes. */
static void
write_many (const struct gk_attachment *a, int writer)
{
  int fd = gk_open_device (help_dir, true, major (a->devno), minor (a->devno), O_RDWR | O_DIRECT);
  uint8_t *buf;

  if (fd == -1 || posix_memalign ((void **)&buf, 4096, 256 << 10) != 0)
    _exit (1);
  for (int i = 0; i < 64; i++) {
    size_t size = ((i * 7 + writer) % 64 + 1) << 12;
    fill (buf, size, writer * 1000 + i);
    if (gk_pwrite_full (fd, buf, size, ((off_t)i * 8 + writer) << 18) == -1)
      _exit (2);
  }
  _exit (fsync (fd) == 0 ? 0 : 3);
}

static void
test_many_writers (void **state)
{
  static const char *const names[] = { "many.raw", "many.qcow2", "many.vmdk" };

  needs_root ();
  for (int k = 0; k < 6; k++) {
    const char *name = names[k % 3], *f = strrchr (name, '.') + 1;
    struct gk_attachment a;
    bool readonly = k >= 3;
    pid_t pids[8];
    int status;

    assert_int_equal (sh ("qemu-img create -q -f %s %s 128M", f, name), 0);
    assert_ok (attach_file (name, f, readonly, NULL, 0, &a, &e), &e);
    for (int w = 0; w < 8; w++) {
      pids[w] = fork ();
      if (pids[w] == 0)
        write_many (&a, w);
    }
    for (int w = 0; w < 8; w++) {
      assert_int_equal (waitpid (pids[w], &status, 0), pids[w]);
      assert_int_equal (status, 0);
    }
    for (int back = 0; back < 2; back++) {
      if (back == 1) {
        assert_ok (gk_detach (&a, &e), &e);
        if (readonly)
          break;
        assert_ok (attach_file (name, f, true, NULL, 0, &a, &e), &e);
      }
      for (int w = 0; w < 8; w++)
        for (int i = 0; i < 64; i++)
          if (!has (&a, ((off_t)i * 8 + w) << 18, ((i * 7 + w) % 64 + 1) << 12, w * 1000 + i))
            fail_msg ("%s%s: what writer %d wrote as its %d. is not there", name,
                      readonly ? " (overlay)" : "", w, i);
    }
    if (!readonly)
      assert_ok (gk_detach (&a, &e), &e);
  }
  assert_int_equal (sh ("qemu-img check many.qcow2"), 0);
  assert_nothing_left ();
}

/* --- when things die -------------------------------------------------------------- */

/* The server of the only attached drive. */
static pid_t
server_pid (void)
{
  char *out;
  assert_int_equal (sh ("pgrep -f '^qemu-storage-daemon .*%s'", help_dir), 0);
  out = said ("out");
  return atoi (out);
}

static void
test_server_killed (void **state)
{
  struct gk_attachment a;
  uint8_t *buf = malloc (8 << 20);
  double begin;
  int fd, r;

  needs_root ();
  fill (buf, 8 << 20, 1);
  assert_ok (attach_file ("d.qcow2", "qcow2", false, NULL, 0, &a, &e), &e);
  fd = open_attached (&a);
  assert_int_equal (gk_pwrite_full (fd, buf, 8 << 20, 0), 0);
  assert_int_equal (kill (server_pid (), SIGKILL), 0);
  begin = now_ms ();
  r = fsync (fd);
  assert_true (r == -1 && errno == EIO);
  close (fd);
  assert_fails (gk_detach (&a, &e), &e, EIO, "");
  assert_true (now_ms () - begin < 5000);
  assert_nothing_left ();
  free (buf);
}

/* The process that attached is killed: the kernel gives everything back. */
static void
test_we_are_killed (void **state)
{
  static const char *const names[] = { "r.raw", "d.qcow2" };

  needs_root ();
  for (int i = 0; i < 2; i++) {
    int fds[2];
    pid_t pid;
    char c;

    assert_int_equal (pipe (fds), 0);
    pid = fork ();
    if (pid == 0) {
      struct gk_attachment a;
      if (attach_file (names[i], NULL, false, NULL, 0, &a, &e) == 0)
        write (fds[1], "x", 1);
      pause ();
      _exit (0);
    }
    close (fds[1]);
    assert_int_equal (read (fds[0], &c, 1), 1);
    close (fds[0]);
    kill (pid, SIGKILL);
    waitpid (pid, NULL, 0);
    for (int n = 0; n < 500 && has_loop (); n++)
      usleep (10000);
    /* In a private mount namespace this would be gone, too. */
    umount2 (in_dir ("drive0.disk"), MNT_DETACH);
    unlink (in_dir ("drive0.disk"));
    assert_nothing_left ();
  }
}

/* --- many at once ------------------------------------------------------------------ */

static void
test_parallel (void **state)
{
  enum { N = 8 };
  pid_t pids[N];

  needs_root ();
  for (int i = 0; i < N; i++)
    assert_int_equal (sh ("truncate -s 8M p%d.raw; qemu-img create -q -f qcow2 p%d.qcow2 8M", i, i),
                      0);
  for (int i = 0; i < N; i++) {
    pids[i] = fork ();
    if (pids[i] == 0) {
      struct gk_attachment a, b;
      for (int round = 0; round < 3; round++) {
        if (attach_file (text ("p%d.raw", i), "raw", false, NULL, 2 * i, &a, &e) == -1 ||
            attach_file (text ("p%d.qcow2", i), "qcow2", false, NULL, 2 * i + 1, &b, &e) == -1) {
          fprintf (stderr, "%s\n", gk_error_msg (&e));
          _exit (1);
        }
        put (&a, 4096, 4096, i);
        put (&b, 4096, 4096, i);
        if (!has (&a, 4096, 4096, i) || !has (&b, 4096, 4096, i) || gk_detach (&a, &e) == -1 ||
            gk_detach (&b, &e) == -1)
          _exit (2);
      }
      _exit (0);
    }
  }
  for (int i = 0; i < N; i++) {
    int status;
    assert_int_equal (waitpid (pids[i], &status, 0), pids[i]);
    assert_int_equal (status, 0);
  }
  assert_nothing_left ();
}

static void
test_time (void **state)
{
  static const struct {
    const char *name;
    bool readonly;
    const char *what;
  } kinds[] = {
    { "r.raw", false, "raw" },
    { "d.qcow2", false, "qcow2" },
    { "r.raw", true, "raw read-only" },
    { "d.qcow2", true, "qcow2 read-only" },
  };

  needs_root ();
  for (size_t k = 0; k < 4; k++) {
    double prepare = 0, attach = 0, detach = 0;
    enum { N = 20 };
    for (int i = 0; i < N; i++) {
      struct gk_drive d = drive_of (in_dir (kinds[k].name), NULL, kinds[k].readonly);
      struct gk_attach_env env = help_env (0);
      struct gk_disk disk = GK_DISK_INIT;
      struct gk_attachment a;
      double t0 = now_ms (), t1, t2, t3;

      assert_ok (gk_image_prepare (&d, help_dir, 0, NULL, &disk, &e), &e);
      t1 = now_ms ();
      assert_ok (gk_attach (&env, &disk, &a, &e), &e);
      t2 = now_ms ();
      assert_ok (gk_detach (&a, &e), &e);
      t3 = now_ms ();
      prepare += t1 - t0;
      attach += t2 - t1;
      detach += t3 - t2;
      gk_disk_clear (&disk);
    }
    print_message ("%-16s look %.2f ms, attach %.2f ms, detach %.2f ms\n", kinds[k].what,
                   prepare / N, attach / N, detach / N);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_loop),
    cmocka_unit_test (test_loop_is_locked),
    cmocka_unit_test (test_formats),
    cmocka_unit_test (test_readonly),
    cmocka_unit_test (test_readonly_content),
    cmocka_unit_test (test_chain),
    cmocka_unit_test (test_data_file),
    cmocka_unit_test (test_errors),
    cmocka_unit_test (test_odd),
    cmocka_unit_test (test_zero_and_discard),
    cmocka_unit_test (test_copyonread),
    cmocka_unit_test (test_block_device),
    cmocka_unit_test (test_many_writers),
    cmocka_unit_test (test_server_killed),
    cmocka_unit_test (test_we_are_killed),
    cmocka_unit_test (test_parallel),
    cmocka_unit_test (test_time),
  };
  return cmocka_run_group_tests_name ("nbd: attachers", tests, help_setup_alone, help_teardown);
}
