/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: image exec op base */
/* qemu's image locks, against qemu's own programs in both directions, and
 * claims of block devices. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "disk-help.h"

#include "image/image.h"

static struct gk_error e = GK_ERROR_INIT;

/* The socket is there before the image is open; what it says comes after. */
static void
wait_greeting (const char *name)
{
  struct sockaddr_un addr = { .sun_family = AF_UNIX };
  char magic[8];

  snprintf (addr.sun_path, sizeof addr.sun_path, "%s/%s", help_dir, name);
  for (int i = 0; i < 2000; i++) {
    int fd = socket (AF_UNIX, SOCK_STREAM, 0);
    int r = connect (fd, (struct sockaddr *)&addr, sizeof addr);
    if (r == 0)
      assert_int_equal (gk_read_full (fd, magic, sizeof magic), 8);
    close (fd);
    if (r == 0)
      return;
    usleep (5000);
  }
  fail ();
}

/* A qemu-nbd that has the image open until stop. */
static pid_t
start_nbd (const char *args)
{
  pid_t pid;

  unlink (in_dir ("sock"));
  pid = fork ();
  assert_int_not_equal (pid, -1);
  if (pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    char *line =
        text ("cd %s && exec qemu-nbd -t -k %s/sock %s 2>nbd.err", help_dir, help_dir, args);
    execl ("/bin/sh", "sh", "-c", line, NULL);
    _exit (127);
  }
  wait_greeting ("sock");
  return pid;
}

static void
stop (pid_t pid)
{
  /* It loses a SIGTERM that comes while it starts. */
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

static int
try (const char *name, enum gk_image_use use)
{
  int fd = -1;

  gk_error_clear (&e);
  if (gk_image_open (in_dir (name), use, &fd, &e) == -1)
    return -1;
  close (fd);
  return 0;
}

static void
test_each_other (void **state)
{
  /* Rows: what is held; columns: who comes. */
  static const int expected[3][3] = {
    [GK_IMAGE_READ] = { 0, 0, 0 },
    [GK_IMAGE_READ_STABLE] = { 0, 0, -1 },
    [GK_IMAGE_WRITE] = { 0, -1, -1 },
  };

  assert_int_equal (sh ("truncate -s 1M r.raw"), 0);
  for (int held = 0; held < 3; held++) {
    int fd;
    assert_ok (gk_image_open (in_dir ("r.raw"), held, &fd, &e), &e);
    for (int use = 0; use < 3; use++)
      assert_int_equal (try ("r.raw", use), expected[held][use]);
    close (fd);
  }
  assert_int_equal (try ("r.raw", GK_IMAGE_WRITE), 0);
}

static void
test_qemu_has_it (void **state)
{
  pid_t pid;

  assert_int_equal (sh ("truncate -s 1M r.raw; qemu-img create -q -f qcow2 q.qcow2 1M; "
                        "qemu-img create -q -f qcow2 -b %s/r.raw -F raw ov.qcow2",
                        help_dir),
                    0);
  pid = start_nbd ("-f raw r.raw");
  assert_int_equal (try ("r.raw", GK_IMAGE_WRITE), -1);
  assert_int_equal (e.errnum, EBUSY);
  assert_string_equal (gk_error_msg (&e),
                       text ("%s/r.raw: is in use by another process (qemu image lock: "
                             "write); close it or open the image read-only",
                             help_dir));
  assert_int_equal (try ("r.raw", GK_IMAGE_READ_STABLE), -1);
  assert_int_equal (try ("r.raw", GK_IMAGE_READ), 0);
  stop (pid);
  assert_int_equal (try ("r.raw", GK_IMAGE_WRITE), 0);

  pid = start_nbd ("-f qcow2 q.qcow2");
  assert_int_equal (try ("q.qcow2", GK_IMAGE_WRITE), -1);
  assert_int_equal (try ("q.qcow2", GK_IMAGE_READ), 0);
  stop (pid);
}

/* What a virtual machine has: its disk, and what backs that. */
static void
test_machine (void **state)
{
  pid_t pid;

  if (access ("/usr/bin/qemu-system-x86_64", X_OK) == -1) {
    print_message ("skipped: qemu-system-x86_64 is not installed\n");
    skip ();
  }
  assert_int_equal (sh ("truncate -s 1M base.raw && "
                        "qemu-img create -q -f qcow2 -b %s/base.raw -F raw vm.qcow2",
                        help_dir),
                    0);
  pid = fork ();
  assert_int_not_equal (pid, -1);
  if (pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    /* -S: the processors do not run, the devices have their disks. */
    execl ("/usr/bin/qemu-system-x86_64", "qemu", "-M", "q35", "-accel", "tcg", "-display", "none",
           "-S", "-drive", text ("file=%s/vm.qcow2,format=qcow2,if=virtio", help_dir), "-drive",
           text ("file=%s/r.raw,format=raw,if=virtio", help_dir), NULL);
    _exit (127);
  }
  for (int i = 0; try ("r.raw", GK_IMAGE_WRITE) == 0; i++) { /* its last drive */
    assert_true (i < 2000);
    usleep (5000);
  }
  assert_int_equal (try ("vm.qcow2", GK_IMAGE_WRITE), -1);
  assert_int_equal (try ("vm.qcow2", GK_IMAGE_READ_STABLE), -1);
  assert_int_equal (try ("vm.qcow2", GK_IMAGE_READ), 0);
  assert_int_equal (try ("r.raw", GK_IMAGE_WRITE), -1);
  assert_int_equal (try ("r.raw", GK_IMAGE_READ), 0);
  assert_int_equal (try ("base.raw", GK_IMAGE_WRITE), -1);
  assert_int_equal (try ("base.raw", GK_IMAGE_READ_STABLE), 0);
  stop (pid);
}

static void
test_we_have_it (void **state)
{
  int fd;

  assert_ok (gk_image_open (in_dir ("r.raw"), GK_IMAGE_WRITE, &fd, &e), &e);
  assert_int_not_equal (sh ("qemu-io -f raw -c 'write 0 512' r.raw"), 0);
  assert_non_null (strstr (said ("err"), "lock"));
  assert_int_not_equal (sh ("timeout 5 qemu-nbd -f raw -k %s/s r.raw", help_dir), 0);
  assert_non_null (strstr (said ("err"), "lock"));
  close (fd);

  assert_ok (gk_image_open (in_dir ("q.qcow2"), GK_IMAGE_WRITE, &fd, &e), &e);
  assert_int_not_equal (sh ("qemu-img info q.qcow2"), 0);
  assert_int_equal (sh ("qemu-img info -U q.qcow2"), 0);
  close (fd);

  assert_ok (gk_image_open (in_dir ("r.raw"), GK_IMAGE_READ_STABLE, &fd, &e), &e);
  assert_int_not_equal (sh ("qemu-io -f raw -c 'write 0 512' r.raw"), 0);
  assert_int_equal (sh ("qemu-io -r -f raw -c 'read 0 512' r.raw"), 0);
  close (fd);

  assert_ok (gk_image_open (in_dir ("r.raw"), GK_IMAGE_READ, &fd, &e), &e);
  assert_int_equal (sh ("qemu-io -f raw -c 'write 0 512' r.raw"), 0);
  close (fd);
}

/* A block device that this host uses is refused for writing only. */
static void
test_block_device (void **state)
{
  char *dev;
  int fd, mounted;

  needs_root ();
  assert_int_equal (sh ("truncate -s 8M disk; mkfs.ext4 -q disk; mkdir -p mnt; "
                        "losetup -f --show disk"),
                    0);
  dev = said ("out");
  dev[strcspn (dev, "\n")] = '\0';
  mounted = sh ("mount %s mnt", dev);
  if (mounted == 0) {
    assert_fails (gk_image_open (dev, GK_IMAGE_WRITE, &fd, &e), &e, EBUSY,
                  "the block device is in use on this host");
    assert_ok (gk_image_open (dev, GK_IMAGE_READ, &fd, &e), &e);
    close (fd);
    sh ("umount mnt");
  }
  assert_ok (gk_image_open (dev, GK_IMAGE_WRITE, &fd, &e), &e);
  assert_int_not_equal (sh ("mount %s mnt", dev), 0);
  close (fd);
  assert_int_equal (sh ("losetup -d %s", dev), 0);
  assert_int_equal (mounted, 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_each_other),   cmocka_unit_test (test_qemu_has_it),
    cmocka_unit_test (test_we_have_it),   cmocka_unit_test (test_machine),
    cmocka_unit_test (test_block_device),
  };
  return cmocka_run_group_tests_name ("image: locks", tests, help_setup, help_teardown);
}
