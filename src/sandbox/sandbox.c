/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a sandbox shows, and whether there can be one: the parent's side. */
#include "sandbox/sandbox-priv.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "exec/exec.h"

/* systemd's table of user ids has nothing from 0x70000000 to 0x7ffdffff, and
 * containers' ranges end below. */
#define FIRST_UID 0x7a000000u
#define N_UIDS 0x01000000u

int
gk_sandbox_add (struct gk_sandbox *sb, enum gk_sandbox_kind kind, const char *from, const char *to,
                struct gk_error *err)
{
  if (sb->n_items == sb->alloc) {
    size_t alloc = sb->alloc == 0 ? 32 : 2 * sb->alloc;
    struct gk_sandbox_item *grown = reallocarray (sb->items, alloc, sizeof *grown);
    if (grown == NULL)
      return gk_error_oom (err);
    sb->items = grown;
    sb->alloc = alloc;
  }
  struct gk_sandbox_item item = { kind, from == NULL ? NULL : strdup (from), strdup (to) };
  if (item.to == NULL || (from != NULL && item.from == NULL)) {
    free (item.from);
    free (item.to);
    return gk_error_oom (err);
  }
  sb->items[sb->n_items++] = item;
  return 0;
}

void
gk_sandbox_clear (struct gk_sandbox *sb)
{
  for (size_t i = 0; i < sb->n_items; i++) {
    free (sb->items[i].from);
    free (sb->items[i].to);
  }
  free (sb->items);
  *sb = (struct gk_sandbox)GK_SANDBOX_INIT;
}

/* Of /etc only what programs need to start and to work, nothing that tells of
 * this machine or its users. */
static const char *const etc[] = { "/etc/ld.so.cache", "/etc/alternatives", "/etc/mke2fs.conf" };
static const char *const dev[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
                                   "/dev/urandom" };
/* Links into /usr, or folders where /usr is not merged. */
static const char *const roots[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32" };

static int
add_root (struct gk_sandbox *sb, const char *path, struct gk_error *err)
{
  char target[256];
  ssize_t n = readlink (path, target, sizeof target - 1);

  if (n == -1)
    return gk_sandbox_add (sb, GK_SANDBOX_SHOW, path, path, err);
  target[n] = '\0';
  return gk_sandbox_add (sb, GK_SANDBOX_LINK, target, path, err);
}

int
gk_sandbox_add_system (struct gk_sandbox *sb, struct gk_error *err)
{
  if (gk_sandbox_add (sb, GK_SANDBOX_SHOW, "/usr", "/usr", err) == -1)
    return -1;
  for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
    if (add_root (sb, roots[i], err) == -1)
      return -1;
  for (size_t i = 0; i < sizeof etc / sizeof etc[0]; i++)
    if (gk_sandbox_add (sb, GK_SANDBOX_SHOW, etc[i], etc[i], err) == -1)
      return -1;
  for (size_t i = 0; i < sizeof dev / sizeof dev[0]; i++)
    if (gk_sandbox_add (sb, GK_SANDBOX_NODE, dev[i], dev[i], err) == -1)
      return -1;
  /* The tools of nilfs2 insist on it. */
  return gk_sandbox_add (sb, GK_SANDBOX_LINK, "/proc/self/mounts", "/etc/mtab", err);
}

int
gk_sandbox_uid (uid_t *ret_uid, struct gk_error *err)
{
  uint32_t random;

  if (getrandom (&random, sizeof random, 0) != sizeof random)
    return gk_error_sys (err, errno, "getrandom");
  *ret_uid = FIRST_UID + random % N_UIDS;
  return 0;
}

/* Root's rights over this machine, or over the container that it is in. */
static bool
is_root (void)
{
  struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2];
  const uint32_t needed = 1u << CAP_SYS_ADMIN | 1u << CAP_SETUID | 1u << CAP_SETGID;

  return syscall (SYS_capget, &head, data) == 0 && (data[0].effective & needed) == needed;
}

void
gk_sandbox_inside (struct gk_sandbox *sb, struct gk_exec_inside *ret)
{
  sb->in_user_ns = !is_root ();
  sb->outer_uid = geteuid ();
  sb->outer_gid = getegid ();
  ret->clone_flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                     (sb->network ? 0 : CLONE_NEWNET) | (sb->in_user_ns ? CLONE_NEWUSER : 0);
  ret->enter = gk_sandbox_enter;
  ret->opaque = sb;
}

/* A child that tries. */
int
gk_sandbox_available (struct gk_error *err)
{
  int status = 0;
  pid_t pid = fork ();

  if (pid == 0)
    _exit (unshare (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET) == 0 ? 0 : errno);
  if (pid == -1)
    return gk_error_sys (err, errno, "fork");
  while (waitpid (pid, &status, 0) == -1)
    if (errno != EINTR)
      return gk_error_sys (err, errno, "waitpid");
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return 0;
  return gk_error_sys (err, WIFEXITED (status) ? WEXITSTATUS (status) : EINTR,
                       "this system does not let us make a user namespace "
                       "(user.max_user_namespaces, kernel.unprivileged_userns_clone or a "
                       "container's seccomp profile)");
}
