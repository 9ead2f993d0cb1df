/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: nbd image exec op base */
/* A server that was taken over says what it likes: the handshake and the bridge come to
 * an end, with an error, and nothing is written where no data was asked for. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "attach-help.h"

#include "nbd/bridge.h"
#include "nbd/nbd-handshake.h"

#define SIZE (1u << 20)
#define HELLO "NBDMAGICIHAVEOPT\0\3"
#define OPTION(type, size) "\0\3\xe8\x89\x04\x55\x65\xa9\0\0\0\7" type size
#define EXPORT(size, flags) OPTION ("\0\0\0\3", "\0\0\0\x0c") "\0\0" size flags
#define ONE_MIB "\0\0\0\0\0\x10\0\0"
#define ACK OPTION ("\0\0\0\1", "\0\0\0\0")
#define BYTES(s) s, sizeof (s) - 1

static pid_t server;

/* Answers with these bytes to one connection after the other.  Of the second part, id is what
 * the client called its first request, and place is where in it that stands (0: nowhere). */
static void
serve (int fd, const char *hello, size_t n, const char *answer, size_t n_answer, size_t place)
{
  enum { FLAGS_AND_OPTION = 4 + 16 + 4 + 0 + 2, REQUEST = 28 };
  char buf[FLAGS_AND_OPTION + REQUEST];

  for (;;) {
    int c = accept (fd, NULL, NULL);
    if (c == -1)
      _exit (1);
    (void)!send (c, hello, n, MSG_NOSIGNAL);
    if (answer && gk_read_full (c, buf, sizeof buf) == sizeof buf) {
      char *copy = malloc (n_answer);
      memcpy (copy, answer, n_answer);
      if (place)
        memcpy (copy + place, buf + FLAGS_AND_OPTION + 8, 8);
      (void)!send (c, copy, n_answer, MSG_NOSIGNAL);
      free (copy);
    } else
      shutdown (c, SHUT_WR);
    while (read (c, buf, sizeof buf) > 0)
      ;
    close (c);
  }
}

static void
start (const char *hello, size_t n, const char *answer, size_t n_answer, size_t place)
{
  struct sockaddr_un addr = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  strcpy (addr.sun_path, in_dir ("sock"));
  unlink (addr.sun_path);
  assert_int_equal (bind (fd, (struct sockaddr *)&addr, sizeof addr), 0);
  assert_int_equal (listen (fd, 8), 0);
  server = fork ();
  assert_int_not_equal (server, -1);
  if (server == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    serve (fd, hello, n, answer, n_answer, place);
  }
  close (fd);
}

static void
stop (void)
{
  kill (server, SIGKILL);
  assert_int_equal (waitpid (server, NULL, 0), server);
}

static void
test_handshake (void **state)
{
  static const struct {
    const char *bytes;
    size_t n;
    int errnum; /* 0: it is what a server should say */
  } rows[] = {
    { BYTES (HELLO EXPORT (ONE_MIB, "\1\x0d") ACK), 0 },
    { BYTES (HELLO OPTION ("\0\0\0\3", "\0\0\0\x0e") "\0\3\0\0\0\1\0\0\0\1\0\0\0\1" EXPORT (
          ONE_MIB, "\0\1") ACK),
      0 },
    { BYTES (""), ECONNRESET },
    { BYTES ("NBDMAGIC"), ECONNRESET },
    { BYTES ("NBDMAGOC"
             "IHAVEOPT"
             "\0\3"),
      EPROTO },
    { BYTES ("NBDMAGIC"
             "\0\0\x42\x02\x81\x86\x12\x53"
             "\0\3"),
      EPROTO }, /* the old style */
    { BYTES ("NBDMAGICIHAVEOPT\0\2"), EPROTO },
    { BYTES (HELLO), ECONNRESET },
    { BYTES (HELLO ACK), EPROTO },                          /* no size */
    { BYTES (HELLO EXPORT (ONE_MIB, "\0\0") ACK), EPROTO }, /* no flags */
    { BYTES (HELLO EXPORT ("\xff\0\0\0\0\0\0\0", "\0\1") ACK), EPROTO },
    { BYTES (HELLO OPTION ("\0\0\0\3", "\0\0\0\3") "\0\0\1" ACK), EPROTO },
    { BYTES (HELLO OPTION ("\0\0\0\3", "\0\0\0\0") ACK), EPROTO },
    { BYTES (HELLO OPTION ("\0\0\0\1", "\0\0\0\1") "x"), EPROTO },
    { BYTES (HELLO OPTION ("\0\0\0\3", "\x7f\xff\xff\xff")), EPROTO },
    { BYTES (HELLO OPTION ("\0\0\0\3", "\0\0\xff\xff") "\0\0"), ECONNRESET },
    { BYTES (HELLO "\0\3\xe8\x89\x04\x55\x65\xa9\0\0\0\6\0\0\0\1\0\0\0\0"), EPROTO },
    { BYTES (HELLO OPTION ("\x80\0\0\1", "\0\0\0\0")), ENOTSUP },
    { BYTES (HELLO OPTION ("\x80\0\0\2", "\0\0\0\2") "no"), EPERM },
    { BYTES (HELLO OPTION ("\x80\0\0\6", "\0\0\0\0")), ENOENT },
    { BYTES (HELLO OPTION ("\xff\xff\xff\xff", "\0\0\0\0")), EPROTO },
  };

  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct gk_nbd_export export = { 7, 7 };
    int fd = -1;

    start (rows[i].bytes, rows[i].n, NULL, 0, 0);
    if (rows[i].errnum == 0) {
      assert_ok (gk_nbd_connect (in_dir ("sock"), "", &fd, &export, &e), &e);
      assert_int_equal (export.size, SIZE);
      assert_true (export.flags & 1);
      close (fd);
    } else {
      assert_fails (gk_nbd_connect (in_dir ("sock"), "", &fd, &export, &e), &e, rows[i].errnum,
                    "nbd: ");
      assert_true (fd == -1 && export.size == 7 && export.flags == 7);
    }
    stop ();
  }
}

/* Answers without an end are not listened to without one. */
static void
test_endless (void **state)
{
  static const char one[] = OPTION ("\0\0\0\3", "\0\0\0\2") "\0\1";
  size_t n = sizeof HELLO - 1;
  char *bytes = malloc (n + 1000 * sizeof one);
  struct gk_nbd_export export;
  int fd;

  memcpy (bytes, HELLO, n);
  for (int i = 0; i < 1000; i++, n += sizeof one - 1)
    memcpy (bytes + n, one, sizeof one - 1);
  start (bytes, n, NULL, 0, 0);
  assert_fails (gk_nbd_connect (in_dir ("sock"), "", &fd, &export, &e), &e, EPROTO, "no end");
  stop ();
  free (bytes);
}

#define GOOD HELLO EXPORT (ONE_MIB, "\0\5") ACK
#define ANSWER                                                                                     \
  "\x67\x44\x66\x98"                                                                               \
  "\0\0\0\0"                                                                                       \
  "xxxxxxxx"

static void
test_bridge (void **state)
{
  static char whole[16 + 4096 + 16], *const file = (char *)"bridge.disk";
  static const struct {
    const char *bytes;
    size_t n, place;
    int errnum;
  } rows[] = {
    { whole, 16 + 4096, 8, 0 },
    { BYTES ("\x67\x44\x66\x98"
             "\0\0\0\x1c"
             "xxxxxxxx"),
      8, ENOSPC },
    { BYTES ("\x67\x44\x66\x98"
             "\0\0\xff\xff"
             "xxxxxxxx"),
      8, EINVAL },
    { BYTES (ANSWER "data"), 0, EIO }, /* to nothing that was asked */
    { BYTES ("\x66\x8e\x33\xef"
             "\0\1\0\1"
             "xxxxxxxx"
             "\0\0\0\4data"),
      8, EIO }, /* structured */
    { BYTES ("nonsense"
             "nonsense"
             "nonsense"),
      0, EIO },
  };

  needs_root ();
  memcpy (whole, BYTES (ANSWER));
  memset (whole + 16, 'y', 4096);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct gk_bridge_server to = {
      .socket = in_dir ("sock"), .export_name = "", .connections = 4, .size = SIZE
    };
    struct gk_attach_env env = help_env (0);
    struct gk_bridge bridge = GK_BRIDGE_INIT;
    char buf[4097] = { 0 };
    struct stat st;
    int fd;

    start (BYTES (GOOD), rows[i].bytes, rows[i].n, rows[i].place);
    write_file (file, "", 0);
    assert_ok (gk_bridge_start (&env, &to, in_dir (file), &bridge, &e), &e);
    fd = open (in_dir (file), O_RDWR | O_CLOEXEC);
    assert_int_not_equal (fd, -1);
    assert_int_equal (fstat (fd, &st), 0);
    errno = 0;
    ssize_t n = pread (fd, buf, 4096, 8192);
    assert_int_equal (rows[i].errnum ? errno : 0, rows[i].errnum);
    assert_int_equal (n, rows[i].errnum ? -1 : 4096);
    assert_true (rows[i].errnum || (buf[0] == 'y' && buf[4095] == 'y' && buf[4096] == 0));
    /* Who answers what was not asked is not asked again. */
    if (rows[i].errnum == EIO)
      assert_true (pwrite (fd, buf, 1, 0) == -1 && errno == EIO);
    close (fd);
    assert_ok (gk_bridge_stop (&bridge, &e), &e);
    stop ();
    unlink (in_dir (file));
  }
  assert_nothing_left ();
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_handshake),
    cmocka_unit_test (test_endless),
    cmocka_unit_test (test_bridge),
  };
  return cmocka_run_group_tests (tests, help_setup_alone, help_teardown);
}
