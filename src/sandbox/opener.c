/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See opener.h.
 *
 * What the program says is in its memory and may change while we look; we copy
 * the name once and decide on the copy, and what we answer follows from it
 * alone.  A name that is not on the list is answered with "go on", which gives
 * the program nothing that it does not have.
 */
#include "sandbox/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"

/* Everything else that a program may ask for does not change what it gets. */
#define FLAGS (O_NONBLOCK | O_DIRECT | O_SYNC | O_DSYNC | O_NOATIME)

struct file {
  char *name;
  int fd; /* O_PATH */
  bool write;
};

struct serving {
  int listener;
  const struct file *files;
  size_t n_files;
};

/* --- the process ------------------------------------------------------------------- */

static int
receive_fd (int socket)
{
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE (sizeof (int))];
  } control;
  char byte;
  struct iovec iov = { &byte, 1 };
  struct msghdr msg = {
    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
  };
  ssize_t n;
  int fd;

  do
    n = recvmsg (socket, &msg, MSG_CMSG_CLOEXEC);
  while (n == -1 && errno == EINTR);
  const struct cmsghdr *c = n == 1 ? CMSG_FIRSTHDR (&msg) : NULL;
  if (c == NULL || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN (sizeof fd))
    return -1;
  memcpy (&fd, CMSG_DATA (c), sizeof fd);
  return fd;
}

/* A string at most up to the end of each page: what is behind may not be
 * there. */
static int
read_name (pid_t pid, uint64_t address, char name[PATH_MAX])
{
  size_t have = 0;

  while (have < PATH_MAX) {
    size_t n = 4096 - address % 4096;
    if (n > PATH_MAX - have)
      n = PATH_MAX - have;
    struct iovec local = { name + have, n };
    struct iovec remote = { (void *)(uintptr_t)address, n };
    if (process_vm_readv (pid, &local, 1, &remote, 1, 0) != (ssize_t)n)
      return -1;
    if (memchr (name + have, '\0', n) != NULL)
      return 0;
    have += n;
    address += n;
  }
  return -1;
}

static const struct file *
find (const struct serving *s, const char *name)
{
  for (size_t i = 0; i < s->n_files; i++)
    if (gk_streq (s->files[i].name, name))
      return &s->files[i];
  return NULL;
}

/* Give the program the file.  An errno value for it, or 0. */
static int
give (const struct serving *s, const struct seccomp_notif *asked, const struct file *file,
      int flags)
{
  int mode = flags & O_ACCMODE;
  char path[32];

  if (mode != O_RDONLY && !file->write)
    return EACCES;
  int fd = open (gk_fd_path (file->fd, path), mode | (flags & FLAGS) | O_CLOEXEC | O_NOCTTY);
  if (fd == -1)
    return errno;
  struct seccomp_notif_addfd add = { .id = asked->id,
                                     .flags = SECCOMP_ADDFD_FLAG_SEND,
                                     .srcfd = (uint32_t)fd,
                                     .newfd_flags = flags & O_CLOEXEC };
  int r = ioctl (s->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
  int errnum = errno;
  close (fd);
  return r == -1 ? errnum : 0;
}

static void
answer (const struct serving *s, const struct seccomp_notif *asked)
{
  struct seccomp_notif_resp resp = { .id = asked->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
  bool at = asked->data.nr == SYS_openat;
  int flags = (int)asked->data.args[at ? 2 : 1];
  char name[PATH_MAX];

  const struct file *file = NULL;
  if (read_name ((pid_t)asked->pid, asked->data.args[at ? 1 : 0], name) == 0)
    file = find (s, name);
  /* The process whose memory that was may be gone, and its number another's. */
  if (file != NULL && ioctl (s->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &asked->id) == -1)
    return;
  if (file != NULL) {
    int errnum = give (s, asked, file, flags);
    if (errnum == 0)
      return; /* answered together with the descriptor */
    resp.flags = 0;
    resp.error = -errnum;
  }
  ioctl (s->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp); /* ENOENT: it was killed meanwhile */
}

static int
serve (const struct serving *s)
{
  for (;;) {
    struct pollfd p = { .fd = s->listener, .events = POLLIN };
    struct seccomp_notif asked;

    if (poll (&p, 1, -1) == -1) {
      if (errno == EINTR)
        continue;
      return 1;
    }
    if (!(p.revents & POLLIN)) /* hung up: nobody is left to ask */
      return 0;
    memset (&asked, 0, sizeof asked);
    if (ioctl (s->listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0)
      answer (s, &asked);
    else if (errno != EINTR && errno != ENOENT)
      return 1;
  }
}

/* Nothing of the parent stays open but what is needed: the client's connection
 * would not end with the client. */
static int
run (struct serving *s, int socket, int alive_fd)
{
  struct pollfd p = { .fd = alive_fd, .events = 0 };
  sigset_t none;

  sigemptyset (&none);
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) == -1 || poll (&p, 1, 0) != 0)
    return 1; /* the parent has gone already */
  sigprocmask (SIG_SETMASK, &none, NULL);
  setsid ();
  s->listener = receive_fd (socket);
  if (s->listener == -1)
    return 1;
  close (socket);
  return serve (s);
}

/* --- the parent ---------------------------------------------------------------------- */

static void
close_all_but (int *keep, size_t n)
{
  unsigned first = 0;

  for (;;) {
    unsigned next = UINT_MAX;
    for (size_t i = 0; i < n; i++)
      if ((unsigned)keep[i] >= first && (unsigned)keep[i] < next)
        next = (unsigned)keep[i];
    if (next > first)
      close_range (first, next == UINT_MAX ? UINT_MAX : next - 1, 0);
    if (next == UINT_MAX)
      return;
    first = next + 1;
  }
}

static int
find_files (const struct gk_opener_file *from, size_t n, struct file *files, struct gk_error *err)
{
  for (size_t i = 0; i < n; i++) {
    files[i].write = from[i].write;
    files[i].name = strdup (from[i].name);
    if (files[i].name == NULL)
      return gk_error_oom (err);
    files[i].fd = open (from[i].name, O_PATH | O_CLOEXEC);
    if (files[i].fd == -1)
      return gk_error_sys (err, errno, "%s", from[i].name);
  }
  return 0;
}

static int
fork_opener (const struct file *files, size_t n, struct gk_opener *ret, int *ret_opens_fd,
             struct gk_error *err)
{
  _cleanup_close_ int ours = -1, theirs = -1, alive_r = -1, alive_w = -1;
  struct serving s = { .listener = -1, .files = files, .n_files = n };
  int pair[2], fds[2];

  _cleanup_free_ int *keep = calloc (n + 2, sizeof *keep);
  if (keep == NULL)
    return gk_error_oom (err);
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
    return gk_error_sys (err, errno, "socketpair");
  ours = pair[0];
  theirs = pair[1];
  if (pipe2 (fds, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  alive_r = fds[0];
  alive_w = fds[1];
  pid_t pid = fork ();
  if (pid == 0) {
    for (size_t i = 0; i < n; i++)
      keep[i] = files[i].fd;
    keep[n] = ours;
    keep[n + 1] = alive_r;
    close_all_but (keep, n + 2);
    _exit (run (&s, ours, alive_r));
  }
  if (pid == -1)
    return gk_error_sys (err, errno, "fork");
  *ret = (struct gk_opener){ pid, pidfd_open (pid, 0), gk_steal_fd (&alive_w) };
  *ret_opens_fd = gk_steal_fd (&theirs);
  return 0;
}

int
gk_opener_start (const struct gk_opener_file *from, size_t n, struct gk_opener *ret,
                 int *ret_opens_fd, struct gk_error *err)
{
  struct file *files = calloc (n + 1, sizeof *files);

  if (files == NULL)
    return gk_error_oom (err);
  for (size_t i = 0; i < n; i++)
    files[i].fd = -1;
  int r = find_files (from, n, files, err);
  if (r == 0)
    r = fork_opener (files, n, ret, ret_opens_fd, err);
  for (size_t i = 0; i < n; i++) {
    free (files[i].name);
    gk_cleanup_close (&files[i].fd);
  }
  free (files);
  return r;
}

void
gk_opener_stop (struct gk_opener *opener)
{
  if (opener->pid > 0) {
    kill (opener->pid, SIGKILL); /* it is ours until it is waited for */
    while (waitpid (opener->pid, NULL, 0) == -1 && errno == EINTR)
      ;
  }
  gk_cleanup_close (&opener->pidfd);
  gk_cleanup_close (&opener->alive_fd);
  *opener = (struct gk_opener)GK_OPENER_INIT;
}
