/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: sandbox exec op base */
/* What code in the sandbox can and cannot do, started by root and by an
 * ordinary user; and that an opener gives it the files of its list and no
 * others. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "exec/exec.h"
#include "sandbox/opener.h"
#include "sandbox/sandbox.h"

static struct gk_error err;
static char dir[] = "/var/tmp/gk-sandbox-XXXXXX";

static const char *
path (const char *name)
{
  static char buf[2][200];
  static int which;

  which = !which;
  snprintf (buf[which], sizeof buf[which], "%s/%s", dir, name);
  return buf[which];
}

static void
make_file (const char *name, const char *text, mode_t mode)
{
  FILE *f = fopen (path (name), "w");

  assert_non_null (f);
  fputs (text, f);
  fclose (f);
  assert_int_equal (chmod (path (name), mode), 0);
}

static int
setup (void **state)
{
  if (mkdtemp (dir) == NULL || chmod (dir, 0755) == -1)
    return -1;
  make_file ("secret", "root's own\n", 0600);
  make_file ("open", "for all\n", 0644);
  make_file ("shared", "", 0666);
  return 0;
}

static int
teardown (void **state)
{
  unlink (path ("secret"));
  unlink (path ("open"));
  unlink (path ("shared"));
  rmdir (dir);
  return 0;
}

/* Run a script in a sandbox that sees the folder at /data; its output. */
static char *
run_in (struct gk_sandbox *sb, const char *script)
{
  _cleanup_exec_result_ struct gk_exec_result result = { 0, GK_BUF_INIT, GK_BUF_INIT };
  const char *const argv[] = { "sh", "-c", script, NULL };
  struct gk_exec x = GK_EXEC_INIT;
  struct gk_exec_inside inside;

  sb->tmp_size = 1 << 20;
  int r = gk_sandbox_uid (&sb->uid, &err);
  if (r == 0)
    r = gk_sandbox_add_system (sb, &err);
  if (r == 0)
    r = gk_sandbox_add (sb, GK_SANDBOX_SHOW, dir, "/data", &err);
  if (r == 0)
    r = gk_sandbox_add (sb, GK_SANDBOX_SHARE, path ("shared"), "/shared", &err);
  gk_sandbox_inside (sb, &inside);
  x.argv = argv;
  x.inside = &inside;
  if (r == -1 || gk_exec_run (&x, &result, &err) == -1)
    return strdup (gk_error_msg (&err)); /* is not what was expected */
  if (result.err.size > 0)
    fprintf (stderr, "# %s", result.err.data);
  return strdup (result.out.data ? result.out.data : "");
}

static void
check (const char *script, const char *expected)
{
  _cleanup_sandbox_ struct gk_sandbox sb = GK_SANDBOX_INIT;
  _cleanup_free_ char *out = run_in (&sb, script);

  assert_string_equal (out, expected);
}

/* The same as an ordinary user. */
static void
check_as_user (const char *script, const char *expected)
{
  int status;
  pid_t pid = fork ();

  if (pid == 0) {
    _cleanup_sandbox_ struct gk_sandbox sb = GK_SANDBOX_INIT;
    if (setgroups (0, NULL) == -1 || setgid (65534) == -1 || setuid (65534) == -1)
      _exit (2);
    char *out = run_in (&sb, script);
    if (strcmp (out, expected) != 0)
      fprintf (stderr, "# \"%s\" instead of \"%s\"\n", out, expected);
    _exit (strcmp (out, expected) == 0 ? 0 : 1);
  }
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_int_equal (status, 0);
}

static void
check_both (const char *script, const char *expected)
{
  check (script, expected);
  check_as_user (script, expected);
}

static void
test_it_runs (void **state)
{
  check_both ("id -u; uname -n; echo $$; cat /data/open", "0\nguestkit\n1\nfor all\n");
}

static void
test_status_and_arguments (void **state)
{
  _cleanup_sandbox_ struct gk_sandbox sb = GK_SANDBOX_INIT;
  _cleanup_exec_result_ struct gk_exec_result result = { 0, GK_BUF_INIT, GK_BUF_INIT };
  const char *const argv[] = { "sh", "-c", "exit 3", NULL };
  struct gk_exec x = GK_EXEC_INIT;
  struct gk_exec_inside inside;

  for (int init = 0; init < 2; init++) {
    assert_int_equal (gk_sandbox_uid (&sb.uid, &err), 0);
    assert_int_equal (gk_sandbox_add_system (&sb, &err), 0);
    sb.init = init;
    gk_sandbox_inside (&sb, &inside);
    x.argv = argv;
    x.inside = &inside;
    assert_int_equal (gk_exec_run (&x, &result, &err), 0);
    assert_int_equal (result.status, 3);
    gk_sandbox_clear (&sb);
  }
}

static void
test_abort_ends_it (void **state)
{
  _cleanup_sandbox_ struct gk_sandbox sb = GK_SANDBOX_INIT;
  _cleanup_free_ char *out = NULL;

  sb.init = true;
  out = run_in (&sb, "sh -c 'kill -ABRT $$'; echo $?; echo $$; kill -ABRT $$; echo alive");
  assert_string_equal (out, "134\n2\n");
}

static void
test_nudges (void **state)
{
  _cleanup_sandbox_ struct gk_sandbox sb = GK_SANDBOX_INIT;
  _cleanup_free_ char *out = NULL;

  sb.init = sb.nudges = true;
  /* Some come while the program does not catch them, and it lives. */
  out = run_in (&sb,
                "(true &); sleep 0.3; echo alive; exec perl -e '$SIG{IO} = sub { $n++ };"
                "alarm (60); select (undef, undef, undef, undef) while $n < 3; print qq(woken\n)'");
  assert_string_equal (out, "alive\nwoken\n");
}

static void
test_files (void **state)
{
  /* Root's file is there to be seen, but the user is not root. */
  check_both ("cat /data/secret 2>/dev/null || echo refused", "refused\n");
  check_both (
      "for f in / /usr /usr/bin /etc /dev /data; do touch $f/made 2>/dev/null && echo $f; done;"
      "echo x >/data/open || true; cat /data/open",
      "for all\n");
  check_both ("echo from inside >/shared; cat /shared; echo temp >/tmp/x; cat /tmp/x",
              "from inside\ntemp\n");
  check_both ("dd if=/dev/zero of=/tmp/big bs=1k count=2000 2>/dev/null || echo full", "full\n");
  check_both ("ls -d /proc /sys /home /root /var /run /mnt /work 2>/dev/null", "");
  check_both ("ls /etc", "alternatives\nld.so.cache\nmke2fs.conf\nmtab\n");
  check_both ("head -c 3 /dev/zero | wc -c; echo x >/dev/null; ls /dev",
              "3\nfull\nnull\nrandom\nurandom\nzero\n");
}

static void
test_no_rights (void **state)
{
  check_both ("mount -t tmpfs x /tmp 2>/dev/null || echo no; umount /usr 2>/dev/null || echo no;"
              "unshare -U true 2>/dev/null || echo no; mknod /tmp/d b 8 0 2>/dev/null || echo no;"
              "chown 1 /tmp 2>/dev/null || echo no; hostname x 2>/dev/null || echo no",
              "no\nno\nno\nno\nno\nno\n");
  /* Setuid programs give nothing. */
  check_both ("su -c id nobody </dev/null 2>/dev/null || echo no", "no\n");
}

static void
test_signals (void **state)
{
  char script[200];
  pid_t pid = fork ();

  if (pid == 0) {
    pause ();
    _exit (0);
  }
  /* All that can be reached: nothing of outside is. */
  snprintf (script, sizeof script, "kill -9 %d 2>/dev/null; kill -9 -1 2>/dev/null; echo done",
            (int)pid);
  check_both (script, "done\n");
  assert_int_equal (waitpid (pid, NULL, WNOHANG), 0);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

static void
test_network (void **state)
{
  char text[200];
  struct sockaddr_storage addr;
  socklen_t len = sizeof addr;
  _cleanup_close_ int fd = socket (AF_INET6, SOCK_STREAM, 0);

  if (access ("/bin/bash", X_OK) == -1 || fd == -1)
    skip ();
  assert_int_equal (listen (fd, 5), 0);
  assert_int_equal (getsockname (fd, (struct sockaddr *)&addr, &len), 0);
  uint16_t port;
  memcpy (&port, (char *)&addr + 2, 2);
  snprintf (text, sizeof text,
            "bash -c 'exec 3<>/dev/tcp/127.0.0.1/%d' 2>/dev/null && echo connected", ntohs (port));
  check_both (text, "");

  _cleanup_sandbox_ struct gk_sandbox sb = GK_SANDBOX_INIT;
  sb.network = true;
  _cleanup_free_ char *out = run_in (&sb, text);
  assert_string_equal (out, "connected\n");
}

/* --- the opener ------------------------------------------------------------------- */

static void
open_in (const struct gk_opener_file *files, size_t n, const char *script, const char *expected)
{
  _cleanup_sandbox_ struct gk_sandbox sb = GK_SANDBOX_INIT;
  struct gk_opener opener = GK_OPENER_INIT;
  _cleanup_free_ char *out = NULL;

  assert_int_equal (gk_opener_start (files, n, &opener, &sb.opens_fd, &err), 0);
  out = run_in (&sb, script);
  close (sb.opens_fd);
  gk_opener_stop (&opener);
  assert_string_equal (out, expected);
}

static void
test_opener (void **state)
{
  const struct gk_opener_file files[] = { { path ("secret"), false } };
  const struct gk_opener_file written[] = { { path ("secret"), true } };
  char script[600];

  /* By the name of outside, where there is nothing in here. */
  snprintf (script, sizeof script,
            "cat %s/secret; (echo more >>%s/secret) 2>/dev/null || echo not written;"
            "cat %s/./secret 2>/dev/null || echo another name; cat /data/open",
            dir, dir, dir);
  open_in (files, 1, script, "root's own\nnot written\nanother name\nfor all\n");
  snprintf (script, sizeof script, "echo more >>%s/secret; cat %s/secret", dir, dir);
  /* The shell's ">>" asks to append, which is not passed on: it is an image. */
  open_in (written, 1, script, "more\ns own\n");
}

static void
test_opener_missing_file (void **state)
{
  const struct gk_opener_file files[] = { { path ("nope"), false } };
  struct gk_opener opener = GK_OPENER_INIT;
  int fd;

  assert_int_equal (gk_opener_start (files, 1, &opener, &fd, &err), -1);
  assert_int_equal (err.errnum, ENOENT);
  gk_error_clear (&err);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_it_runs),       cmocka_unit_test (test_status_and_arguments),
    cmocka_unit_test (test_abort_ends_it), cmocka_unit_test (test_nudges),
    cmocka_unit_test (test_files),         cmocka_unit_test (test_no_rights),
    cmocka_unit_test (test_signals),       cmocka_unit_test (test_network),
    cmocka_unit_test (test_opener),        cmocka_unit_test (test_opener_missing_file),
  };

  if (geteuid () != 0) {
    printf ("1..0 # SKIP needs root\n");
    return 77;
  }
  return cmocka_run_group_tests (tests, setup, teardown);
}
