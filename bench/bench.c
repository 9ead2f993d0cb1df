/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The library's side of bench/run: one job per run, through the public API
 * only, so that the same source measures libguestfs.
 *
 *   bench open IMAGE FORMAT DEVICE FILE    launch, list, mount, cat, close
 *   bench launch IMAGE FORMAT              prints seconds until it is ready; stays
 *                                          until its standard input ends
 *   bench exists IMAGE DEVICE COUNT        prints microseconds per call
 *   bench upload|download|tar-in|tar-out IMAGE DEVICE LOCAL REMOTE
 *                                          prints seconds; writes are synced
 *   bench checksums-out|find0|cp-a IMAGE DEVICE LOCAL REMOTE
 *                                          likewise; cp-a copies REMOTE to REMOTE.copy
 *   bench grep|find IMAGE DEVICE EXPRESSION REMOTE
 *                                          prints seconds and how many were found
 *   bench rate IMAGE DEVICE COUNT THREADS  prints calls per second of all threads, each
 *                                          with a handle of its own
 *   bench sums IMAGE DEVICE COUNT THREADS REMOTE
 *                                          likewise; a call is the checksum of a file
 *   bench pingpong COUNT                   likewise, of two processes that do
 *                                          nothing but send, stat and receive
 *   bench block CALL IMAGE FORMAT [IMAGE2] prints seconds of each of ten calls (one of
 *                                          copy, one of zero) on the whole disk: mkfs:TYPE,
 *                                          fsck, part-disk, copy (to IMAGE2), zero
 *   bench repeat IMAGE DEVICE REMOTE COUNT downloads to /dev/null so often
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pthread.h>

#include <guestfs.h>

static double
now (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The library has printed the error. */
static void
check (int r)
{
  if (r == -1)
    exit (1);
}

static guestfs_h *
launch (const char *image, const char *format, const char *device)
{
  guestfs_h *g = guestfs_create ();

  if (g == NULL)
    exit (1);
  check (guestfs_add_drive_opts (g, image, GUESTFS_ADD_DRIVE_OPTS_FORMAT, format, -1));
  check (guestfs_launch (g));
  if (device)
    check (guestfs_mount (g, device, "/"));
  return g;
}

static void
finish (guestfs_h *g)
{
  check (guestfs_shutdown (g));
  guestfs_close (g);
}

static int
do_open (char *argv[])
{
  guestfs_h *g = launch (argv[0], argv[1], NULL);
  char **all = guestfs_list_filesystems (g), *text;
  int found = 0;

  if (all == NULL)
    exit (1);
  for (size_t i = 0; all[i]; i += 2) {
    found |= strcmp (all[i], argv[2]) == 0;
    free (all[i]);
    free (all[i + 1]);
  }
  free (all);
  check (found ? 0 : -1);
  check (guestfs_mount (g, argv[2], "/"));
  text = guestfs_cat (g, argv[3]);
  if (text == NULL)
    exit (1);
  fputs (text, stdout);
  free (text);
  finish (g);
  return 0;
}

static int
do_launch (char *argv[])
{
  double t = now ();
  guestfs_h *g = launch (argv[0], argv[1], NULL);

  printf ("%.4f\n", now () - t);
  fflush (stdout);
  while (getchar () != EOF)
    ;
  finish (g);
  return 0;
}

static int
do_exists (char *argv[])
{
  guestfs_h *g = launch (argv[0], "raw", argv[1]);
  int n = atoi (argv[2]);
  double t;

  for (int i = 0; i < n / 20; i++)
    check (guestfs_exists (g, "/etc/hostname"));
  t = now ();
  for (int i = 0; i < n; i++)
    check (guestfs_exists (g, "/etc/hostname"));
  t = now () - t;
  printf ("%.3f\n", n > 0 ? t * 1e6 / n : 0.0);
  finish (g);
  return 0;
}

/* What the kernel takes for it: the least that a round trip can be here now. */
static int
do_pingpong (char *argv[])
{
  int n = atoi (argv[0]), sv[2];
  struct stat st;
  char buf[64] = "";
  double t;
  pid_t pid;

  check (socketpair (AF_UNIX, SOCK_STREAM, 0, sv));
  pid = fork ();
  check (pid);
  if (pid == 0) {
    close (sv[0]);
    while (recv (sv[1], buf, 34, MSG_WAITALL) == 34) {
      stat ("/etc/hostname", &st);
      check (send (sv[1], buf, 17, 0) == 17 ? 0 : -1);
    }
    _exit (0);
  }
  close (sv[1]);
  t = now ();
  for (int i = 0; i < n; i++)
    check (send (sv[0], buf, 34, 0) == 34 && recv (sv[0], buf, 17, MSG_WAITALL) == 17 ? 0 : -1);
  printf ("%.3f\n", (now () - t) * 1e6 / n);
  close (sv[0]);
  waitpid (pid, NULL, 0);
  return 0;
}

static int
do_transfer (const char *what, char *argv[])
{
  guestfs_h *g = launch (argv[0], "raw", argv[1]);
  const char *local = argv[2], *remote = argv[3];
  double t;

  if (strcmp (what, "upload") == 0)
    check (guestfs_rm_f (g, remote));
  if (strcmp (what, "tar-in") == 0) {
    check (guestfs_rm_rf (g, remote));
    check (guestfs_mkdir (g, remote));
  }
  check (guestfs_sync (g));

  t = now ();
  if (strcmp (what, "upload") == 0)
    check (guestfs_upload (g, local, remote));
  else if (strcmp (what, "download") == 0)
    check (guestfs_download (g, remote, local));
  else if (strcmp (what, "tar-in") == 0)
    check (guestfs_tar_in_opts (g, local, remote, -1));
  else
    check (guestfs_tar_out_opts (g, remote, local, GUESTFS_TAR_OUT_OPTS_NUMERICOWNER, 1, -1));
  if (strcmp (what, "upload") == 0 || strcmp (what, "tar-in") == 0)
    check (guestfs_sync (g));
  printf ("%.6f\n", now () - t);
  finish (g);
  return 0;
}

static size_t
free_all (char **list)
{
  size_t n = 0;

  if (list == NULL)
    exit (1);
  for (; list[n]; ++n)
    free (list[n]);
  free (list);
  return n;
}

static int
do_tree (const char *what, char *argv[])
{
  guestfs_h *g = launch (argv[0], "raw", argv[1]);
  const char *local = argv[2], *remote = argv[3];
  size_t found = 0;
  char copy[4096];

  snprintf (copy, sizeof copy, "%s.copy", remote);
  if (strcmp (what, "cp-a") == 0)
    check (guestfs_rm_rf (g, copy));
  check (guestfs_sync (g));

  double t = now ();
  if (strcmp (what, "checksums-out") == 0)
    check (guestfs_checksums_out (g, "sha256", remote, local));
  else if (strcmp (what, "find0") == 0)
    check (guestfs_find0 (g, remote, local));
  else if (strcmp (what, "find") == 0)
    found = free_all (guestfs_find (g, remote));
  else if (strcmp (what, "grep") == 0)
    found = free_all (guestfs_grep_opts (g, local, remote, -1));
  else
    check (guestfs_cp_a (g, remote, copy));
  if (strcmp (what, "cp-a") == 0)
    check (guestfs_sync (g));
  printf ("%.6f %zu\n", now () - t, found);
  finish (g);
  return 0;
}

struct caller {
  guestfs_h *g;
  int n;
  const char *sum; /* of which file; NULL: exists is called */
};

static void *
call_often (void *opaque)
{
  const struct caller *c = opaque;

  for (int i = 0; i < c->n; ++i) {
    char *sum = c->sum ? guestfs_checksum (c->g, "sha256", c->sum) : NULL;
    check (c->sum ? (sum ? 0 : -1) : guestfs_exists (c->g, "/etc/hostname"));
    free (sum);
  }
  return NULL;
}

static int
do_rate (char *argv[], const char *sum)
{
  int n = atoi (argv[2]), threads = atoi (argv[3]);
  struct caller callers[8];
  pthread_t ids[8];

  if (threads < 1 || threads > 8)
    return 2;
  for (int i = 0; i < threads; ++i) {
    guestfs_h *g = guestfs_create ();
    if (g == NULL)
      return 1;
    check (guestfs_add_drive_opts (g, argv[0], GUESTFS_ADD_DRIVE_OPTS_FORMAT, "raw",
                                   GUESTFS_ADD_DRIVE_OPTS_READONLY, 1, -1));
    check (guestfs_launch (g));
    check (guestfs_mount_ro (g, argv[1], "/"));
    callers[i] = (struct caller){ g, sum ? 1 : n / 20, sum };
    call_often (&callers[i]);
    callers[i].n = n;
  }
  double t = now ();
  for (int i = 0; i < threads; ++i)
    check (pthread_create (&ids[i], NULL, call_often, &callers[i]) == 0 ? 0 : -1);
  for (int i = 0; i < threads; ++i)
    pthread_join (ids[i], NULL);
  printf ("%.3f\n", n * threads / (now () - t));
  for (int i = 0; i < threads; ++i)
    finish (callers[i].g);
  return 0;
}

static int
do_repeat (char *argv[])
{
  guestfs_h *g = launch (argv[0], "raw", argv[1]);

  for (int i = atoi (argv[3]); i > 0; i--)
    check (guestfs_download (g, argv[2], "/dev/null"));
  finish (g);
  return 0;
}

static int
do_block (int argc, char *argv[])
{
  const char *what = argv[0], *type = strncmp (what, "mkfs:", 5) == 0 ? what + 5 : NULL;
  int once = strcmp (what, "copy") == 0 || strcmp (what, "zero") == 0;
  guestfs_h *g = guestfs_create ();

  if (g == NULL)
    exit (1);
  for (int i = 1; i < argc; i += i == 1 ? 2 : 1)
    check (guestfs_add_drive_opts (g, argv[i], GUESTFS_ADD_DRIVE_OPTS_FORMAT, argv[2], -1));
  check (guestfs_launch (g));
  if (strcmp (what, "fsck") == 0)
    check (guestfs_mkfs (g, "ext4", "/dev/sda"));
  for (int i = 0; i < (once ? 1 : 10); i++) {
    double t = now ();
    if (type)
      check (guestfs_mkfs (g, type, "/dev/sda"));
    else if (strcmp (what, "fsck") == 0)
      check (guestfs_e2fsck (g, "/dev/sda", GUESTFS_E2FSCK_FORCEALL, 1, -1));
    else if (strcmp (what, "part-disk") == 0)
      check (guestfs_part_disk (g, "/dev/sda", "gpt"));
    else if (strcmp (what, "copy") == 0)
      check (guestfs_copy_device_to_device (g, "/dev/sda", "/dev/sdb",
                                            GUESTFS_COPY_DEVICE_TO_DEVICE_SPARSE, 1, -1));
    else
      check (guestfs_zero_device (g, "/dev/sda"));
    printf ("%.6f\n", now () - t);
  }
  finish (g);
  return 0;
}

int
main (int argc, char *argv[])
{
  const char *what = argc > 1 ? argv[1] : "";

  if (strcmp (what, "open") == 0 && argc == 6)
    return do_open (argv + 2);
  if (strcmp (what, "launch") == 0 && argc == 4)
    return do_launch (argv + 2);
  if (strcmp (what, "exists") == 0 && argc == 5)
    return do_exists (argv + 2);
  if (strcmp (what, "pingpong") == 0 && argc == 3)
    return do_pingpong (argv + 2);
  if (strcmp (what, "repeat") == 0 && argc == 6)
    return do_repeat (argv + 2);
  if (strcmp (what, "rate") == 0 && argc == 6)
    return do_rate (argv + 2, NULL);
  if (strcmp (what, "sums") == 0 && argc == 7)
    return do_rate (argv + 2, argv[6]);
  if (argc == 6 &&
      (strcmp (what, "checksums-out") == 0 || strcmp (what, "find0") == 0 ||
       strcmp (what, "find") == 0 || strcmp (what, "grep") == 0 || strcmp (what, "cp-a") == 0))
    return do_tree (what, argv + 2);
  if (strcmp (what, "block") == 0 && argc >= 5)
    return do_block (argc - 2, argv + 2);
  if (argc == 6)
    return do_transfer (what, argv + 2);
  fprintf (stderr, "usage: see the head of bench/bench.c\n");
  return 2;
}
