/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The filter of system calls for a guest's programs: what even a process with
 * few capabilities could use against the kernel.
 *
 * Programs of any age and language run behind it, also those of the 32-bit
 * sibling of this machine, so it names what is refused.  libseccomp knows the
 * numbers of all these.  Refused calls give EPERM, or what a kernel would say
 * that does not have them, where programs have another way then.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

#include "command/command-priv.h"

static const struct {
  const char *name;
  int errnum;
} refused[] = {
  /* Namespaces and mounts: capabilities are had again in there.  Its flags are in
   * memory, where a filter cannot look; the C library then takes clone. */
  { "clone3", ENOSYS },
  { "unshare", EPERM },
  { "setns", EPERM },
  { "mount", EPERM },
  { "umount", EPERM },
  { "umount2", EPERM },
  { "pivot_root", EPERM },
  { "open_tree", ENOSYS },
  { "move_mount", ENOSYS },
  { "fsopen", ENOSYS },
  { "fsconfig", ENOSYS },
  { "fsmount", ENOSYS },
  { "fspick", ENOSYS },
  { "mount_setattr", ENOSYS },
  /* Files by handle, which knows of no root. */
  { "open_by_handle_at", EPERM },
  { "fanotify_init", EPERM },
  { "quotactl", EPERM },
  { "quotactl_fd", EPERM },
  { "swapon", EPERM },
  { "swapoff", EPERM },
  { "acct", EPERM },
  { "lookup_dcookie", EPERM },
  { "nfsservctl", ENOSYS },
  /* Keyrings are root's everywhere. */
  { "add_key", ENOSYS },
  { "request_key", ENOSYS },
  { "keyctl", ENOSYS },
  /* The kernel itself. */
  { "init_module", EPERM },
  { "finit_module", EPERM },
  { "create_module", EPERM },
  { "delete_module", EPERM },
  { "get_kernel_syms", EPERM },
  { "query_module", EPERM },
  { "kexec_load", EPERM },
  { "kexec_file_load", EPERM },
  { "reboot", EPERM },
  { "bpf", EPERM },
  { "perf_event_open", EPERM },
  { "userfaultfd", ENOSYS },
  { "io_uring_setup", ENOSYS },
  { "io_uring_enter", ENOSYS },
  { "io_uring_register", ENOSYS },
  { "syslog", EPERM },
  { "settimeofday", EPERM },
  { "stime", EPERM },
  { "clock_settime", EPERM },
  { "clock_settime64", EPERM },
  { "clock_adjtime", EPERM },
  { "clock_adjtime64", EPERM },
  { "adjtimex", EPERM },
  { "iopl", EPERM },
  { "ioperm", EPERM },
  { "vm86", EPERM },
  { "vm86old", EPERM },
  { "_sysctl", ENOSYS },
  { "process_madvise", EPERM },
  { "kcmp", EPERM },
  { "vhangup", EPERM },
};

#define NAMESPACES                                                                                 \
  {                                                                                                \
    CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,         \
        CLONE_NEWNET                                                                               \
  }

/* Of an argument that is an int the kernel takes the lower half; what a program
 * puts into the other may not matter here either. */
static struct scmp_arg_cmp
is_int (unsigned arg, unsigned value)
{
  return SCMP_CMP64 (arg, SCMP_CMP_MASKED_EQ, UINT32_MAX, value);
}

/* Doors to the machine outside, and to parts of the kernel that no package
 * needs.  All sockets but those of files, of the internet, and of routes. */
static int
refuse_sockets (scmp_filter_ctx ctx, bool network)
{
  static const int kept[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };
  const uint32_t none = SCMP_ACT_ERRNO (EAFNOSUPPORT);
  const int sock = SCMP_SYS (socket);

  for (int family = 0; family < AF_MAX; family++) { /* there are no others */
    bool keep = false;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
      keep |= family == kept[i];
    /* In the network of this machine there are servers behind abstract names,
     * and some of them ask only for root. */
    keep &= family != AF_UNIX || !network;
    if (!keep && seccomp_rule_add (ctx, none, sock, 1, is_int (0, (unsigned)family)) < 0)
      return -1;
  }
  /* The audit of this machine.  As if the kernel had none: then PAM goes on. */
  return seccomp_rule_add (ctx, none, sock, 2, is_int (0, AF_NETLINK), is_int (2, NETLINK_AUDIT));
}

static int
add_rules (scmp_filter_ctx ctx, bool network)
{
  static const unsigned namespaces[] = NAMESPACES;
#ifdef __s390x__
  const unsigned flags = 1;
#else
  const unsigned flags = 0;
#endif

  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    int no = seccomp_syscall_resolve_name (refused[i].name);
    if (no != __NR_SCMP_ERROR &&
        seccomp_rule_add (ctx, SCMP_ACT_ERRNO ((uint32_t)refused[i].errnum), no, 0) < 0)
      return -1;
  }
  for (size_t i = 0; i < sizeof namespaces / sizeof namespaces[0]; i++)
    if (seccomp_rule_add (ctx, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (clone), 1,
                          SCMP_CMP (flags, SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i])) < 0)
      return -1;
  return refuse_sockets (ctx, network) < 0 ? -1 : 0;
}

/* What this machine also runs. */
static int
add_siblings (scmp_filter_ctx ctx)
{
#if defined __x86_64__
  const uint32_t siblings[] = { SCMP_ARCH_X86, SCMP_ARCH_X32 };
#elif defined __aarch64__
  const uint32_t siblings[] = { SCMP_ARCH_ARM };
#else
  const uint32_t siblings[] = { 0 };
#endif
  for (size_t i = 0; i < sizeof siblings / sizeof siblings[0] && siblings[i]; i++)
    if (seccomp_arch_exist (ctx, siblings[i]) != 0 && seccomp_arch_add (ctx, siblings[i]) < 0)
      return -1;
  return 0;
}

int
gk_command_filter (bool network)
{
  scmp_filter_ctx ctx = seccomp_init (SCMP_ACT_ALLOW);
  int r = -1;

  if (ctx && seccomp_attr_set (ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
      add_siblings (ctx) == 0 && add_rules (ctx, network) == 0)
    r = seccomp_load (ctx);
  seccomp_release (ctx);
  if (r < 0)
    errno = ENOTSUP;
  return r < 0 ? -1 : 0;
}
