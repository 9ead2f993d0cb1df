/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Capabilities of the jail.
 *
 * Raw system calls: libcap and libcap-ng would be one more library for four of
 * them.  The bounding set and securebits matter only to execve and setuid,
 * which the filter forbids or nobody calls; they hold when the filter does
 * not.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec/exec.h"
#include "exec/jail-priv.h"

#define BITS                                                                                       \
  (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED | \
   SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

/* The bounding set and the ambient one: what programs executed later may get. */
static int
bound (uint64_t caps)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
    return -1;
  if (prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1)
    return -1;
  /* EINVAL: past the last that this kernel knows. */
  for (int cap = 0; cap < 64; cap++) {
    if (prctl (PR_CAPBSET_READ, cap, 0, 0, 0) == -1) {
      if (errno == EINVAL)
        break;
      return -1;
    }
    if (!(caps >> cap & 1) && prctl (PR_CAPBSET_DROP, cap, 0, 0, 0) == -1)
      return -1;
  }
  return 0;
}

static int
keep_only (uint64_t caps)
{
  struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2], now[2];
  uint64_t have;

  if (syscall (SYS_capget, &head, data) == -1)
    return -1;
  have = data[0].permitted | (uint64_t)data[1].permitted << 32;
  have &= caps;
  for (int i = 0; i < 2; i++) {
    data[i].effective = data[i].permitted = (uint32_t)(have >> (32 * i));
    data[i].inheritable = 0;
  }
  if (syscall (SYS_capset, &head, data) == -1 || syscall (SYS_capget, &head, now) == -1)
    return -1;
  for (int i = 0; i < 2; i++)
    if (now[i].permitted != data[i].permitted || now[i].effective != data[i].effective ||
        now[i].inheritable) {
      errno = EPERM;
      return -1;
    }
  return 0;
}

int
gk_jail_drop_caps (uint64_t caps)
{
  /* Before the capability to do so is gone. */
  if (prctl (PR_SET_SECUREBITS, BITS, 0, 0, 0) == -1)
    return -1;
  return bound (caps) == -1 ? -1 : keep_only (caps);
}

int
gk_exec_limit_caps (uint64_t caps)
{
  return bound (caps) == -1 ? -1 : keep_only (caps);
}
