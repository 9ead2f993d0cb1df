/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The jail's filter of system calls.
 *
 * The child is still uid 0 of this system, may have CAP_SYS_ADMIN for trusted
 * extended attributes, and reads what a hostile guest wrote.  So what is
 * outside of a tree of files is refused by name: other processes, programs,
 * mounts, sockets, namespaces, the kernel's own settings.  A list of what is
 * allowed would be stricter, but libarchive, augeas and the C library choose
 * their calls anew with every release, and a refused one can look like a
 * damaged image.
 *
 * EPERM, not a kill: the caller gets an error that says so.
 */
#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec/jail-priv.h"
#include "exec/seccomp.h"

static const uint16_t refused[] = {
#include "exec/refused.inc"
  /* Programs and other processes. */
  SYS_execve,
  SYS_execveat,
  SYS_kill,
  SYS_tkill,
  SYS_rt_sigqueueinfo,
  SYS_rt_tgsigqueueinfo,
  SYS_pidfd_open,
  SYS_pidfd_send_signal,
  SYS_ptrace,
  SYS_setpgid,
  SYS_setpriority,
  SYS_sched_setscheduler,
  SYS_sched_setattr,
  SYS_sched_setparam,
  /* Sockets and System V IPC, which have no root directory. */
  SYS_socket,
  SYS_socketpair,
  SYS_shmget,
  SYS_shmat,
  SYS_semget,
  SYS_msgget,
  SYS_mq_open,
  /* The kernel itself. */
  SYS_io_uring_setup,
  SYS_personality,
#ifdef SYS_open_tree_attr
  SYS_open_tree_attr,
#endif
};
#define N_REFUSED (sizeof refused / sizeof refused[0])

#define LOAD(at) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, (at))
#define ALLOW BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define FAIL(errnum) BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (errnum))
#define IF_EQ(value, then, otherwise)                                                              \
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))

int
gk_jail_filter (void)
{
  const struct sock_filter head[] = {
    LOAD (offsetof (struct seccomp_data, arch)),
    IF_EQ (ARCH, 1, 0),
    KILL,
    LOAD (offsetof (struct seccomp_data, nr)),
#ifdef __x86_64__
    /* x32: the same calls under other numbers. */
    BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    KILL,
#endif
    /* Its flags are in memory, where a filter cannot look; the C library then
     * takes clone. */
    IF_EQ (SYS_clone3, 0, 1),
    FAIL (ENOSYS),
    IF_EQ (SYS_clone, 0, 4),
    LOAD (ARG (0)),
    BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1),
    FAIL (EPERM),
    ALLOW,
    /* abort () signals itself. */
    IF_EQ (SYS_tgkill, 0, 4),
    LOAD (ARG (0)),
    IF_EQ ((uint32_t)getpid (), 1, 0),
    FAIL (EPERM),
    ALLOW,
    /* getrlimit, of itself. */
    IF_EQ (SYS_prlimit64, 0, 4),
    LOAD (ARG (0)),
    IF_EQ (0, 1, 0),
    FAIL (EPERM),
    ALLOW,
  };
  struct sock_filter code[sizeof head / sizeof head[0] + 2 * N_REFUSED + 1];
  size_t n = 0;

  for (; n < sizeof head / sizeof head[0]; n++)
    code[n] = head[n];
  for (size_t i = 0; i < N_REFUSED; i++) {
    code[n++] = (struct sock_filter)IF_EQ (refused[i], 0, 1);
    code[n++] = (struct sock_filter)FAIL (EPERM);
  }
  code[n++] = (struct sock_filter)ALLOW;

  const struct sock_fprog prog = { .len = (unsigned short)n, .filter = code };
  return prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}
