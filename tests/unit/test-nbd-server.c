/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: nbd image exec op base */
/* The image server over NBD: the handshake that the kernel's client needs,
 * remote drives, and what the command line says. */
#include <libnbd.h>
#include <linux/nbd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "attach-help.h"

#include "nbd/nbd-handshake.h"

static void
start (const char *name, const char *format, struct gk_server *server)
{
  struct gk_drive drive = drive_of (in_dir (name), format, false);
  struct gk_attach_env env = help_env (0);
  struct gk_disk disk = GK_DISK_INIT;

  assert_ok (gk_image_prepare (&drive, help_dir, 0, NULL, &disk, &e), &e);
  const struct gk_server_place place = { .socket = in_dir ("sock"), .connections = 4 };
  assert_ok (gk_server_start (&env, &disk, &place, server, &e), &e);
  gk_disk_clear (&disk);
}

/* Read by hand what a simple request is answered with: 512 zeros. */
static void
read_sector (int fd)
{
  struct nbd_request request = { .magic = htobe32 (NBD_REQUEST_MAGIC), .len = htobe32 (512) };
  struct nbd_reply reply;
  uint8_t buf[512];

  memcpy (request.handle, "guestkit", 8);
  assert_int_equal (gk_write_full (fd, &request, sizeof request), 0);
  assert_int_equal (gk_read_full (fd, &reply, 16), 16);
  assert_int_equal (be32toh (reply.magic), NBD_REPLY_MAGIC);
  assert_int_equal (reply.error, 0);
  assert_memory_equal (reply.handle, "guestkit", 8);
  assert_int_equal (gk_read_full (fd, buf, 512), 512);
}

static void
test_handshake (void **state)
{
  struct gk_server server = GK_SERVER_INIT;
  struct gk_nbd_session s;

  assert_int_equal (sh ("qemu-img create -q -f qcow2 q.qcow2 5G"), 0);
  start ("q.qcow2", "qcow2", &server);
  assert_ok (gk_nbd_handshake (in_dir ("sock"), "disk", 4, &s, &e), &e);
  assert_int_equal (s.size, UINT64_C (5) << 30);
  assert_true (s.flags & NBD_FLAG_HAS_FLAGS);
  assert_true (s.flags & NBD_FLAG_SEND_FLUSH);
  assert_true (s.flags & NBD_FLAG_SEND_TRIM);
  assert_false (s.flags & NBD_FLAG_READ_ONLY);
  assert_int_equal (s.n_sockets, s.flags & NBD_FLAG_CAN_MULTI_CONN ? 4 : 1);
  /* libnbd is gone, the connections live. */
  for (size_t i = 0; i < s.n_sockets; i++)
    read_sector (s.sockets[i]);
  gk_nbd_session_close (&s);
  assert_fails (gk_nbd_handshake (in_dir ("sock"), "nope", 1, &s, &e), &e, ENOENT, "nbd: ");
  assert_ok (gk_server_stop (&server, &e), &e);
  assert_int_equal (sh ("qemu-img check q.qcow2"), 0);
}

static void
test_server_stops_early (void **state)
{
  struct gk_server server = GK_SERVER_INIT;

  start ("q.qcow2", "qcow2", &server);
  assert_int_equal (kill (server.child.pid, SIGKILL), 0);
  for (int i = 0; i < 500 && gk_child_alive (&server.child); i++)
    usleep (10000);
  assert_fails (gk_server_stop (&server, &e), &e, EIO, "the image server ended before");
  assert_int_equal (gk_server_stop (&server, &e), 0);
}

static void
test_socket_cannot_be (void **state)
{
  struct gk_server server = GK_SERVER_INIT;
  struct gk_drive drive = drive_of (in_dir ("q.qcow2"), "qcow2", false);
  struct gk_attach_env env = help_env (0);
  struct gk_disk disk = GK_DISK_INIT;
  int fd;

  assert_ok (gk_image_prepare (&drive, help_dir, 0, NULL, &disk, &e), &e);
  const struct gk_server_place place = { .socket = in_dir ("no/sock"), .connections = 4 };
  assert_fails (gk_server_start (&env, &disk, &place, &server, &e), &e, 0,
                "image server: Failed to bind socket to ");
  /* Nothing is held any more. */
  assert_ok (gk_image_open (in_dir ("q.qcow2"), GK_IMAGE_WRITE, &fd, &e), &e);
  close (fd);
  gk_disk_clear (&disk);
}

/* --- remote drives ------------------------------------------------------------------ */

static pid_t remote_pid;

static void
start_remote (const char *args)
{
  struct sockaddr_un addr = { .sun_family = AF_UNIX };

  unlink (in_dir ("remote"));
  remote_pid = fork ();
  assert_int_not_equal (remote_pid, -1);
  if (remote_pid == 0) {
    char *line = text ("cd %s && exec qemu-nbd -t -e 8 -k %s/remote %s", help_dir, help_dir, args);
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    execl ("/bin/sh", "sh", "-c", line, NULL);
    _exit (127);
  }
  snprintf (addr.sun_path, sizeof addr.sun_path, "%s/remote", help_dir);
  for (int i = 0; i < 2000; i++) {
    int fd = socket (AF_UNIX, SOCK_STREAM, 0);
    int r = connect (fd, (struct sockaddr *)&addr, sizeof addr);
    close (fd);
    if (r == 0)
      return;
    usleep (5000);
  }
  fail ();
}

static void
stop_remote (void)
{
  kill (remote_pid, SIGKILL);
  waitpid (remote_pid, NULL, 0);
}

static struct gk_drive
remote_drive (const char *name, bool readonly)
{
  static char *servers[2];

  servers[0] = text ("unix:%s/remote", help_dir);
  return (struct gk_drive){
    .filename = (char *)name, .protocol = (char *)"nbd", .server = servers, .readonly = readonly
  };
}

static void
test_remote_nbd (void **state)
{
  struct gk_drive d = remote_drive ("", false);
  struct gk_attachment a, b;

  needs_root ();
  assert_int_equal (sh ("truncate -s 8M remote.raw"), 0);
  start_remote ("-f raw remote.raw");
  d.format = (char *)"raw";
  assert_ok (attach_drive (&d, NULL, 0, &a, &e), &e);
  assert_int_equal (a.size, 8 << 20);
  put (&a, 4096, 1 << 20, 1);
  assert_ok (gk_detach (&a, &e), &e);

  /* Read-only, format not said. */
  d = remote_drive ("", true);
  d.copyonread = true;
  assert_ok (attach_drive (&d, NULL, 0, &a, &e), &e);
  assert_ok (attach_drive (&d, NULL, 1, &b, &e), &e);
  put (&a, 0, 1 << 20, 2);
  assert_true (has (&b, 4096, 1 << 20, 1));
  assert_ok (gk_detach (&a, &e), &e);
  assert_ok (gk_detach (&b, &e), &e);

  d = remote_drive ("no-such-export", true);
  assert_int_equal (attach_drive (&d, NULL, 0, &a, &e), -1);
  assert_non_null (strstr (gk_error_msg (&e), "no-such-export"));
  gk_error_clear (&e);
  stop_remote ();
  assert_int_equal (attach_drive (&d, NULL, 0, &a, &e), -1);
  assert_non_null (strstr (gk_error_msg (&e), "Failed to connect"));
  gk_error_clear (&e);
  assert_nothing_left ();
}

/* A qcow2 image as the bytes that an NBD server has; one that names a file of
 * this machine is refused. */
static void
test_remote_qcow2 (void **state)
{
  struct gk_drive d = remote_drive ("", true);
  struct gk_attachment a;

  needs_root ();
  assert_int_equal (sh ("qemu-img create -q -f qcow2 in.qcow2 64M && "
                        "qemu-io -f qcow2 -c 'write -P 7 1M 1M' in.qcow2 && "
                        "qemu-img create -q -f qcow2 -u -b /etc/passwd -F raw evil.qcow2 1M"),
                    0);
  start_remote ("-f raw in.qcow2");
  assert_ok (attach_drive (&d, NULL, 0, &a, &e), &e);
  assert_int_equal (a.size, 64 << 20);
  assert_ok (gk_detach (&a, &e), &e);
  stop_remote ();

  start_remote ("-f raw evil.qcow2");
  assert_fails (attach_drive (&d, NULL, 0, &a, &e), &e, EACCES,
                "a remote image that names other files is refused");
  stop_remote ();
  assert_nothing_left ();
}

static void
test_protocols (void **state)
{
  static const struct {
    const char *protocol, *server, *filename;
    int errnum;
    const char *part;
  } table[] = {
    { "gluster", "host", "vol/x", ENOTSUP, "drives of the protocol gluster are not supported" },
    { "nbd", NULL, "", EINVAL, "nbd: you must specify exactly one server" },
    { "http", "host", "x", EINVAL, "http: pathname must begin with a '/'" },
    { "https", "unix:/x", "/x", EINVAL, "https: only tcp is supported" },
    { "http", "ho@st", "/x", EINVAL, "not a server" },
    { "http", "host:1/x", "/x", EINVAL, "not a server" },
    { "nbd", "tcp:", "", EINVAL, "not a server" },
    { "nbd", "[::1]x", "", EINVAL, "not a server" },
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    char *servers[] = { (char *)table[i].server, NULL };
    struct gk_drive d = { .filename = (char *)table[i].filename,
                          .server = servers,
                          .protocol = (char *)table[i].protocol };
    struct gk_disk disk;
    assert_fails (gk_image_prepare (&d, help_dir, 0, NULL, &disk, &e), &e, table[i].errnum,
                  table[i].part);
  }
}

/* A secret is nowhere on a command line. */
static void
test_secret (void **state)
{
  struct gk_disk_layer layer = {
    .format = (char *)"raw",
    .place = (char *[]){ (char *)"driver=https", (char *)"url=https://h/x,y",
                         (char *)"password-secret=" GK_DISK_SECRET_ID, NULL },
  };
  struct gk_disk disk = { .layers = &layer, .n_layers = 1, .secret = (char *)"hunter2" };
  char **argv, *object, buf[16] = "";
  int fd;

  assert_ok (gk_disk_secret_file (disk.secret, &fd, &object, &e), &e);
  assert_string_equal (object, text ("secret,id=gksecret,file=/proc/self/fd/%d", fd));
  assert_int_equal (gk_pread_full (fd, buf, sizeof buf, 0), 7);
  assert_string_equal (buf, "hunter2");
  const struct gk_server_place place = { .socket = "/s,s", .connections = 1 };
  argv = gk_server_argv (&disk, &place, object, 5);
  assert_non_null (argv);
  assert_true (gk_strv_contains (argv, object));
  assert_true (gk_strv_contains (argv, "addr.type=unix,addr.path=/s,,s,max-connections=1"));
  assert_true (gk_strv_contains (argv, "driver=https,url=https://h/x,,y,password-secret=gksecret,"
                                       "node-name=f0,read-only=off,auto-read-only=off"));
  for (size_t i = 0; argv[i] != NULL; i++)
    assert_null (strstr (argv[i], "hunter2"));
  gk_strv_free (argv);
  free (object);
  close (fd);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_handshake),        cmocka_unit_test (test_server_stops_early),
    cmocka_unit_test (test_socket_cannot_be), cmocka_unit_test (test_remote_nbd),
    cmocka_unit_test (test_remote_qcow2),     cmocka_unit_test (test_protocols),
    cmocka_unit_test (test_secret),
  };
  return cmocka_run_group_tests_name ("nbd: the image server", tests, help_setup_alone,
                                      help_teardown);
}
