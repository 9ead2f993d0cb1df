/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The sandbox's filter of system calls: what a program without capabilities
 * could still use to reach much of the kernel.
 *
 * A list of what is allowed would be stricter, but the programs in here are
 * not ours and choose their calls anew with every release.
 */
#include "sandbox/sandbox-priv.h"

#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "exec/seccomp.h"

static const uint16_t refused[] = {
#include "exec/refused.inc"
  /* Keys, and large parts of the kernel that none of our programs needs. */
  SYS_mbind,
  SYS_move_pages,
  SYS_migrate_pages,
};
#define N_REFUSED (sizeof refused / sizeof refused[0])
#define N_MAX (2 * N_REFUSED + 48)

#define STMT(code, k) ((struct sock_filter)BPF_STMT (code, k))
#define LOAD(at) STMT (BPF_LD | BPF_W | BPF_ABS, (at))
#define RETURN(what) STMT (BPF_RET | BPF_K, (what))
#define ALLOW RETURN (SECCOMP_RET_ALLOW)
#define FAIL(errnum) RETURN (SECCOMP_RET_ERRNO | (errnum))
#define IF(op, value, then, otherwise)                                                             \
  ((struct sock_filter)BPF_JUMP (BPF_JMP | (op) | BPF_K, (value), (then), (otherwise)))

struct program {
  struct sock_filter code[N_MAX];
  unsigned short n;
};

static void
put (struct program *p, struct sock_filter f)
{
  p->code[p->n++] = f;
}

static void
put_refusal (struct program *p, unsigned nr, uint32_t answer)
{
  put (p, IF (BPF_JEQ, nr, 0, 1));
  put (p, RETURN (answer));
}

static void
write_program (const struct gk_sandbox *sb, struct program *p)
{
  p->n = 0;
  put (p, LOAD (offsetof (struct seccomp_data, arch)));
  put (p, IF (BPF_JEQ, ARCH, 1, 0));
  put (p, RETURN (SECCOMP_RET_KILL_PROCESS));
  put (p, LOAD (offsetof (struct seccomp_data, nr)));
#ifdef __x86_64__
  /* x32: the same calls under other numbers. */
  put (p, IF (BPF_JGE, 0x40000000, 0, 1));
  put (p, FAIL (ENOSYS));
#endif
  if (sb->opens_fd != -1) {
#ifdef SYS_open
    put_refusal (p, SYS_open, SECCOMP_RET_USER_NOTIF);
#endif
    put_refusal (p, SYS_openat, SECCOMP_RET_USER_NOTIF);
    put_refusal (p, SYS_openat2, SECCOMP_RET_ERRNO | ENOSYS);
  }
  /* Its flags are in memory, where a filter cannot look; the C library then
   * takes clone. */
  put_refusal (p, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
  put (p, IF (BPF_JEQ, SYS_clone, 0, 4));
  put (p, LOAD (ARG (0)));
  put (p, IF (BPF_JSET, NAMESPACES, 0, 1));
  put (p, FAIL (EPERM));
  put (p, ALLOW);
  if (!sb->network) {
    put (p, IF (BPF_JEQ, SYS_socket, 0, 4));
    put (p, LOAD (ARG (0)));
    put (p, IF (BPF_JEQ, AF_UNIX, 1, 0));
    put (p, FAIL (EAFNOSUPPORT));
    put (p, ALLOW);
  }
  if (!sb->traces)
    put_refusal (p, SYS_ptrace, SECCOMP_RET_ERRNO | EPERM);
  put_refusal (p, SYS_io_uring_setup, SECCOMP_RET_ERRNO | ENOSYS);
  for (size_t i = 0; i < N_REFUSED; i++)
    put_refusal (p, refused[i], SECCOMP_RET_ERRNO | EPERM);
  put (p, ALLOW);
}

static int
send_fd (int socket, int fd)
{
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE (sizeof fd)];
  } control = {
    .align = { .cmsg_len = CMSG_LEN (sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS }
  };
  char byte = 0;
  struct iovec iov = { &byte, 1 };
  const struct msghdr msg = {
    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
  };

  memcpy (CMSG_DATA (&control.align), &fd, sizeof fd);
  return sendmsg (socket, &msg, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

const char *
gk_sandbox_filter (const struct gk_sandbox *sb)
{
  struct program program;

  write_program (sb, &program);
  const struct sock_fprog prog = { .len = program.n, .filter = program.code };
  int fd = (int)syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                         sb->opens_fd == -1 ? 0 : SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
  if (fd == -1)
    return "seccomp";
  if (sb->opens_fd != -1 && send_fd (sb->opens_fd, fd) == -1)
    return "seccomp listener";
  if (sb->opens_fd != -1)
    close (fd);
  return NULL;
}
