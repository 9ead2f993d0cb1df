/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The kernel of a kept session: what its sandbox shows it. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "sandbox/sandbox.h"
#include "worker/keeper-priv.h"

/* Beside the kernel's memory there are a few small files in its /tmp. */
#define TMP_EXTRA (UINT64_C (16) << 20)
/* What it inherits besides the lines of the drives: a rescue shell's two, the connection. */
#define FIRST_FDS 3

/* A file that the kernel and the client map.  In the session's folder, which is
 * closed to others; the kernel's user has no name here, so it is open to all. */
static int
make_shared (const char *path, int *ret_fd, struct gk_error *err)
{
  _cleanup_close_ int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd == -1 || fchmod (fd, 0666) == -1 || ftruncate (fd, GK_UML_SHARED_SIZE) == -1)
    return gk_error_sys (err, errno, "%s", path);
  *ret_fd = gk_steal_fd (&fd);
  return 0;
}

static int
own_path (char path[PATH_MAX], struct gk_error *err)
{
  ssize_t n = readlink ("/proc/self/exe", path, PATH_MAX - 1);

  if (n == -1)
    return gk_error_sys (err, errno, "/proc/self/exe");
  path[n] = '\0';
  return 0;
}

/* What is installed beside this program. */
static int
show_helper (struct gk_sandbox *sb, const char *worker, const char *name, const char *to,
             struct gk_error *err)
{
  _cleanup_free_ char *path =
      gk_asprintf ("%.*s/%s", (int)(strrchr (worker, '/') - worker), worker, name);

  if (path == NULL)
    return gk_error_oom (err);
  return gk_sandbox_add (sb, GK_SANDBOX_SHOW, path, to, err);
}

static int
fill_sandbox (struct gk_sandbox *sb, const char *sockets, const char *shared, int memsize,
              struct gk_error *err)
{
  static const char *const points[] = { "/proc", "/sys", "/run", "/var/tmp", "/var/lib" };
  char worker[PATH_MAX];

  if (own_path (worker, err) == -1 || gk_sandbox_uid (&sb->uid, err) == -1 ||
      gk_sandbox_add_system (sb, err) == -1 ||
      gk_sandbox_add (sb, GK_SANDBOX_SHOW, worker, GK_UML_WORKER, err) == -1 ||
      show_helper (sb, worker, "uml-boot.so", GK_UML_BOOT, err) == -1 ||
      show_helper (sb, worker, "uml-modprobe", GK_UML_MODPROBE, err) == -1 ||
      gk_sandbox_add (sb, GK_SANDBOX_SHOW, sockets, GK_UML_SOCKETS, err) == -1 ||
      gk_sandbox_add (sb, GK_SANDBOX_SHARE, shared, GK_UML_SHARED, err) == -1)
    return -1;
  for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
    if (gk_sandbox_add (sb, GK_SANDBOX_DIR, NULL, points[i], err) == -1)
      return -1;
  sb->tmp_size = ((uint64_t)memsize << 20) + TMP_EXTRA;
  sb->traces = true; /* that is how it has user space */
  sb->init = true;   /* it aborts when it panics */
  sb->nudges = true; /* it sleeps until SIGIO */
  return 0;
}

/* Where people look for the guest's tree, and places to mount things on. */
static int
show_rescue (struct gk_sandbox *sb, struct gk_error *err)
{
  if (gk_sandbox_add (sb, GK_SANDBOX_LINK, GK_UML_SYSROOT, "/sysroot", err) == -1 ||
      gk_sandbox_add (sb, GK_SANDBOX_DIR, NULL, "/mnt", err) == -1)
    return -1;
  return gk_sandbox_add (sb, GK_SANDBOX_DIR, NULL, "/root", err);
}

int
gk_keeper_start_kernel (const struct gk_launch_params *params, const char *dir,
                        const struct gk_kernel_ends *ends, struct gk_child *ret, int *ret_shared_fd,
                        struct gk_error *err)
{
  static const char *const env[] = { "TMPDIR=/tmp", "HOME=/tmp", "LD_PRELOAD=" GK_UML_BOOT, NULL };
  _cleanup_sandbox_ struct gk_sandbox sb = GK_SANDBOX_INIT;
  _cleanup_free_ char *shared = gk_asprintf ("%s/shared", dir);
  _cleanup_free_ char *sockets = gk_asprintf ("%s/s", dir);
  _cleanup_close_ int shared_fd = -1;
  int fds[FIRST_FDS + GK_UML_DRIVES_MAX] = { ends->rescued, ends->rescue, ends->conn };
  size_t n_first = params->rescue ? FIRST_FDS : 1;
  const struct gk_uml_config config = {
    .memsize = params->memsize < GK_UML_MEMSIZE_MIN ? GK_UML_MEMSIZE_MIN : params->memsize,
    .conn_fd = ends->conn,
    .n_drives = params->ndrives,
    .line_fds = fds + FIRST_FDS,
    .rescue_fd = ends->rescue,
    .rescued_fd = ends->rescued,
  };

  for (size_t i = 0; i < params->ndrives; i++)
    fds[FIRST_FDS + i] = ends->drives[i].line_fd;
  _cleanup_strv_ char **argv = gk_uml_argv (&config);
  struct gk_exec_inside inside;
  struct gk_exec x = GK_EXEC_INIT;

  if (shared == NULL || sockets == NULL || argv == NULL)
    return gk_error_oom (err);
  if (make_shared (shared, &shared_fd, err) == -1 ||
      fill_sandbox (&sb, sockets, shared, config.memsize, err) == -1 ||
      (params->rescue && show_rescue (&sb, err) == -1))
    return -1;
  gk_sandbox_inside (&sb, &inside);
  x.argv = (const char *const *)argv;
  x.env = env;
  x.inside = &inside;
  x.pass_fds = fds + FIRST_FDS - n_first;
  x.n_pass_fds = n_first + params->ndrives;
  if (gk_child_start (&x, ret, err) == -1) {
    /* The commonest reason by far, in words that say what to do. */
    _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
    if (gk_sandbox_available (&why) == -1) {
      gk_error_clear (err);
      gk_error_move (err, &why);
    }
    return -1;
  }
  *ret_shared_fd = gk_steal_fd (&shared_fd);
  return 0;
}
