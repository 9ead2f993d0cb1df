/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: nbd image exec op base */
/* A server that was taken over says what it likes: the bridge answers with an error, and
 * nothing is written where no data was asked for. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "attach-help.h"

#include "nbd/bridge.h"

#define SIZE (1u << 20)
#define HELLO "NBDMAGICIHAVEOPT\0\3"
#define OPTION(type, size) "\0\3\xe8\x89\x04\x55\x65\xa9\0\0\0\7" type size
#define EXPORT(size, flags) OPTION ("\0\0\0\3", "\0\0\0\x0c") "\0\0" size flags
#define ONE_MIB "\0\0\0\0\0\x10\0\0"
#define ACK OPTION ("\0\0\0\1", "\0\0\0\0")
#define GOOD HELLO EXPORT (ONE_MIB, "\0\5") ACK
#define BYTES(s) s, sizeof (s) - 1

static pid_t server;

/* Hears the client's flags and its one option, and then its first request, of which it keeps
 * the id. */
static bool
hear (int c, char id[8])
{
  unsigned char head[4 + 16], option[256];
  char request[28];

  if (gk_read_full (c, head, sizeof head) != sizeof head)
    return false;
  size_t n = (size_t)head[18] << 8 | head[19];
  if (n > sizeof option || gk_read_full (c, option, n) != (ssize_t)n ||
      gk_read_full (c, request, sizeof request) != sizeof request)
    return false;
  memcpy (id, request + 8, 8);
  return true;
}

/* Says hello to one connection after the other, and this to the first request.  place is where
 * in the answer the request's id stands (0: nowhere). */
static void
serve (int fd, const char *answer, size_t n, size_t place)
{
  char *copy = malloc (n), id[8], rest[64];

  for (;;) {
    int c = accept (fd, NULL, NULL);
    if (c == -1)
      _exit (1);
    (void)!send (c, BYTES (GOOD), MSG_NOSIGNAL);
    if (hear (c, id)) {
      memcpy (copy, answer, n);
      if (place)
        memcpy (copy + place, id, sizeof id);
      (void)!send (c, copy, n, MSG_NOSIGNAL);
    }
    while (read (c, rest, sizeof rest) > 0)
      ;
    close (c);
  }
}

static void
start (const char *answer, size_t n, size_t place)
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
    serve (fd, answer, n, place);
  }
  close (fd);
}

static void
stop (void)
{
  kill (server, SIGKILL);
  assert_int_equal (waitpid (server, NULL, 0), server);
}

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

    start (rows[i].bytes, rows[i].n, rows[i].place);
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
    cmocka_unit_test (test_bridge),
  };
  return cmocka_run_group_tests (tests, help_setup_alone, help_teardown);
}
