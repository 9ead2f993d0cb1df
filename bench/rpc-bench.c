/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the wire costs by itself: the round trip of a small call and the speed
 * of chunks between two processes, each beside the same done with bare system
 * calls. */
/* rooms: rpc op base */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "rpc/rpc.h"

#define ROUNDS 100000
#define BYTES (UINT64_C (2) << 30)

static double
now (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
check (int r, const char *what)
{
  if (r == -1) {
    perror (what);
    exit (1);
  }
}

static void
worker (struct gk_conn *conn)
{
  static char buf[256 << 10];
  struct gk_frame f;

  while (gk_conn_recv_call (conn, &f, -1, NULL) == 1) {
    if (f.flags & GK_FLAG_CHUNKS_IN) {
      struct gk_rpc_source src;

      gk_rpc_source_init (&src, conn, f.serial, -1);
      while (gk_source_read (&src.source, buf, sizeof buf, NULL) > 0)
        ;
      gk_rpc_source_finish (&src, NULL);
    }
    if (f.flags & GK_FLAG_CHUNKS_OUT) {
      struct gk_rpc_sink sink;

      gk_rpc_sink_init (&sink, conn, f.serial, -1);
      for (uint64_t at = 0; at < BYTES; at += sizeof buf)
        if (gk_sink_write (&sink.sink, buf, sizeof buf, NULL) == -1)
          break;
      gk_rpc_sink_finish (&sink, NULL, NULL);
    }
    gk_conn_send (conn, GK_FRAME_REPLY, 0, f.serial, "0123456789", 10, NULL, 0, NULL);
  }
  exit (0);
}

/* The same two messages with nothing but the system calls. */
static void
bare (int sv[2])
{
  char buf[64];
  double t;
  pid_t pid;

  fflush (stdout);
  pid = fork ();

  if (pid == 0) {
    close (sv[0]);
    while (recv (sv[1], buf, 36, MSG_WAITALL) == 36)
      send (sv[1], buf, 26, 0);
    exit (0);
  }
  close (sv[1]);
  t = now ();
  for (int i = 0; i < ROUNDS; i++)
    if (send (sv[0], buf, 36, 0) != 36 || recv (sv[0], buf, 26, MSG_WAITALL) != 26)
      exit (1);
  printf ("bare send and recv  %6.2f us\n", (now () - t) * 1e6 / ROUNDS);
  close (sv[0]);
  waitpid (pid, NULL, 0);
}

static void
bare_bytes (int sv[2])
{
  static char buf[256 << 10];
  double t;
  pid_t pid;

  fflush (stdout);
  pid = fork ();

  if (pid == 0) {
    close (sv[0]);
    while (read (sv[1], buf, sizeof buf) > 0)
      ;
    exit (0);
  }
  close (sv[1]);
  t = now ();
  for (uint64_t at = 0; at < BYTES; at += sizeof buf)
    check (gk_write_full (sv[0], buf, sizeof buf), "write");
  close (sv[0]);
  waitpid (pid, NULL, 0);
  printf ("bare write and read %6.2f GB/s\n", (double)BYTES / (now () - t) / 1e9);
}

int
main (void)
{
  int sv[2], wake = eventfd (0, EFD_CLOEXEC), file, null = open ("/dev/null", O_WRONLY);
  struct gk_conn *conn;
  struct gk_frame f;
  uint32_t serial = 0;
  double t;
  pid_t pid;

  check (socketpair (AF_UNIX, SOCK_STREAM, 0, sv), "socketpair");
  bare (sv);
  check (socketpair (AF_UNIX, SOCK_STREAM, 0, sv), "socketpair");
  bare_bytes (sv);

  check (socketpair (AF_UNIX, SOCK_STREAM, 0, sv), "socketpair");
  fflush (stdout);
  pid = fork ();
  if (pid == 0) {
    close (sv[0]);
    worker (gk_conn_new (sv[1], GK_ROLE_WORKER, NULL));
  }
  close (sv[1]);
  conn = gk_conn_new (sv[0], GK_ROLE_CLIENT, NULL);
  for (int with = 0; with < 2; with++) {
    t = now ();
    for (int i = 0; i < ROUNDS; i++) {
      check (gk_conn_send (conn, GK_FRAME_CALL, 0, ++serial, "01234567890123456789", 20, NULL, 0,
                           NULL),
             "send");
      check (gk_conn_recv_reply (conn, serial, &f, with ? wake : -1, NULL), "recv");
    }
    printf ("round trip%s %6.2f us\n", with ? ", wakeable" : "          ",
            (now () - t) * 1e6 / ROUNDS);
  }

  t = now ();
  check (gk_conn_send (conn, GK_FRAME_CALL, GK_FLAG_CHUNKS_OUT, ++serial, "x", 1, NULL, 0, NULL),
         "send");
  check (gk_conn_recv_file (conn, serial, null, wake, NULL), "recv_file");
  check (gk_conn_recv_reply (conn, serial, &f, wake, NULL), "recv");
  printf ("chunks to client    %6.2f GB/s\n", (double)BYTES / (now () - t) / 1e9);

  file = open ("/dev/shm", O_TMPFILE | O_RDWR, 0600);
  if (file >= 0 && ftruncate (file, 256 << 20) == 0) {
    for (int round = 0; round < 2; round++) {
      t = now ();
      check ((int)lseek (file, 0, SEEK_SET), "lseek");
      check (gk_conn_send (conn, GK_FRAME_CALL, GK_FLAG_CHUNKS_IN, ++serial, "x", 1, NULL, 0, NULL),
             "send");
      check (gk_conn_send_file (conn, serial, file, wake, NULL), "send_file");
      check (gk_conn_recv_reply (conn, serial, &f, wake, NULL), "recv");
    }
    printf ("chunks to worker    %6.2f GB/s (with the file's read)\n",
            (double)(256 << 20) / (now () - t) / 1e9);
  }
  gk_conn_free (conn);
  waitpid (pid, NULL, 0);
  return 0;
}
