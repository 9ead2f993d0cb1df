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
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec/jail-priv.h"

#if defined __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCH AUDIT_ARCH_AARCH64
#elif defined __riscv && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined __powerpc64__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined __s390x__
#define ARCH AUDIT_ARCH_S390X
#else
#error "name this machine's AUDIT_ARCH"
#endif

/* The low half of a 64-bit argument. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARG(n) (offsetof (struct seccomp_data, args) + (n)*8)
#else
#define ARG(n) (offsetof (struct seccomp_data, args) + (n)*8 + 4)
#endif

#define NAMESPACES                                                                                 \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |    \
   CLONE_NEWNET)

static const uint16_t refused[] = {
  /* Programs and other processes. */
  SYS_execve,
  SYS_execveat,
  SYS_kill,
  SYS_tkill,
  SYS_rt_sigqueueinfo,
  SYS_rt_tgsigqueueinfo,
  SYS_pidfd_open,
  SYS_pidfd_getfd,
  SYS_pidfd_send_signal,
  SYS_ptrace,
  SYS_process_vm_readv,
  SYS_process_vm_writev,
  SYS_kcmp,
  SYS_setpgid,
  SYS_setpriority,
  SYS_sched_setscheduler,
  SYS_sched_setattr,
  SYS_sched_setparam,
  /* Mounts and namespaces. */
  SYS_mount,
  SYS_umount2,
  SYS_pivot_root,
  SYS_chroot,
  SYS_open_tree,
  SYS_move_mount,
  SYS_fsopen,
  SYS_fsconfig,
  SYS_fsmount,
  SYS_fspick,
  SYS_unshare,
  SYS_setns,
  SYS_open_by_handle_at,
  SYS_swapon,
  SYS_swapoff,
  SYS_quotactl,
  SYS_fanotify_init,
  /* Sockets and System V IPC, which have no root directory. */
  SYS_socket,
  SYS_socketpair,
  SYS_shmget,
  SYS_shmat,
  SYS_semget,
  SYS_msgget,
  SYS_mq_open,
  /* The kernel itself. */
  SYS_init_module,
  SYS_finit_module,
  SYS_delete_module,
  SYS_kexec_load,
  SYS_reboot,
  SYS_bpf,
  SYS_perf_event_open,
  SYS_userfaultfd,
  SYS_io_uring_setup,
  SYS_add_key,
  SYS_request_key,
  SYS_keyctl,
  SYS_acct,
  SYS_syslog,
  SYS_settimeofday,
  SYS_clock_settime,
  SYS_clock_adjtime,
  SYS_adjtimex,
  SYS_sethostname,
  SYS_setdomainname,
  SYS_personality,
  SYS_vhangup,
#ifdef SYS_mount_setattr
  SYS_mount_setattr,
#endif
#ifdef SYS_open_tree_attr
  SYS_open_tree_attr,
#endif
#ifdef SYS_quotactl_fd
  SYS_quotactl_fd,
#endif
#ifdef SYS_process_madvise
  SYS_process_madvise,
#endif
#ifdef SYS_kexec_file_load
  SYS_kexec_file_load,
#endif
#ifdef SYS_ioperm
  SYS_ioperm,
#endif
#ifdef SYS_iopl
  SYS_iopl,
#endif
#ifdef SYS_modify_ldt
  SYS_modify_ldt,
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
