/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What filters of system calls need of the machine that they are built for. */
#ifndef GK_EXEC_SECCOMP_H
#define GK_EXEC_SECCOMP_H

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>

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

#endif
