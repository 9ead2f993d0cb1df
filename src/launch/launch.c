/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The table of launchers, and the choice between them. */

#include <dlfcn.h>
#include <link.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "launch/launch-priv.h"
#include "rpc/rpc.h"

/* Tidying up waits up to five seconds for each session that is just dying. */
#define GC_MS 30000

const struct gk_launcher *const gk_launchers[] = { &gk_launcher_local, &gk_launcher_uml, NULL };

bool
gk_launcher_is_choice (const char *name)
{
  return gk_streq (name, "auto") || gk_streq (name, "direct") || gk_streq (name, "libvirt") ||
         gk_after_prefix (name, "libvirt:") != NULL;
}

const struct gk_launcher *
gk_launcher_choose (const char *name, const struct gk_launcher *tried,
                    const struct gk_launch_env *env, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf reasons = GK_BUF_INIT;
  bool any = gk_launcher_is_choice (name);
  int errnum = 0;

  for (size_t i = 0; gk_launchers[i]; ++i) {
    const struct gk_launcher *l = gk_launchers[i];
    if (tried) {
      if (tried == l)
        tried = NULL;
      continue;
    }
    if (!any && !gk_streq (name, l->name))
      continue;

    _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
    if (l->available (env, &why) == 0)
      return l;
    errnum = errnum ? errnum : why.errnum;
    if (gk_buf_appendf (&reasons, "%sthe %s launcher cannot be used: %s",
                        reasons.size > 0 ? "; " : "", l->name, gk_error_msg (&why)) == -1) {
      gk_error_oom (err);
      return NULL;
    }
  }
  if (reasons.size > 0)
    gk_error_set (err, errnum, "%s", reasons.data);
  else
    gk_error_set (err, EINVAL, "there is no launcher \"%s\"", name);
  return NULL;
}

int
gk_launched_begun (struct gk_launched *launched, struct gk_error *err)
{
  return launched->launcher->begun ? launched->launcher->begun (launched, err) : 0;
}

void
gk_launched_explain (struct gk_launched *launched, struct gk_error *err)
{
  if (launched->launcher && launched->launcher->explain)
    launched->launcher->explain (launched, err);
}

/* What `guestkit gc` does.  Somebody who waits for a disk whose server has gone with the
 * session is cut off from it thereby. */
static void
tidy_up (void)
{
  _cleanup_free_ char *worker = gk_find_worker ();
  const struct gk_launch_env env = { .worker = worker };
  char *const argv[] = { (char *)"guestkitd", (char *)"--gc", NULL };
  pid_t pid;

  if (worker == NULL || gk_launch_spawn (&env, argv, NULL, 0, &pid) != 0)
    return;
  _cleanup_close_ int pidfd = pidfd_open (pid, 0);
  bool ended = gk_launch_wait_end (pidfd, GC_MS);
  if (!ended)
    pidfd_send_signal (pidfd, SIGKILL, NULL, 0);
  /* Not for one that hangs in the kernel: then it is left for init. */
  waitpid (pid, NULL, ended ? 0 : WNOHANG);
}

void
gk_launched_reap (struct gk_launched *launched, int grace_ms)
{
  bool killed = false;

  gk_cleanup_close (&launched->console_fd);
  gk_conn_free (launched->control);
  if (launched->shared)
    munmap (launched->shared, launched->shared_size);
  if (launched->pid > 0) {
    int r, status = 0;

    if (!gk_launch_wait_end (launched->pidfd, grace_ms))
      pidfd_send_signal (launched->pidfd, SIGKILL, NULL, 0);
    /* A program that reaps all its children may have been first: ECHILD. */
    while ((r = waitpid (launched->pid, &status, 0)) == -1 && errno == EINTR)
      ;
    killed = r != -1 && WIFSIGNALED (status);
  }
  gk_cleanup_close (&launched->pidfd);
  if (killed)
    tidy_up ();
  *launched = (struct gk_launched)GK_LAUNCHED_INIT;
}

/* DIR/../libexec/guestkit/guestkitd, DIR/guestkitd: an installed tree, a build
 * folder, and a compat folder below either. */
static char *
beside_library (void)
{
  static const char *const tries[] = { "%.*sguestkitd", "%.*s../guestkitd",
                                       "%.*s../libexec/guestkit/guestkitd",
                                       "%.*s../../libexec/guestkit/guestkitd",
                                       "%.*s../../../libexec/guestkit/guestkitd" };
  struct link_map *map = NULL;
  Dl_info info;

  if (dladdr1 ((void *)gk_find_worker, &info, (void **)&map, RTLD_DL_LINKMAP) == 0)
    return NULL;
  /* Of the program itself only argv[0] is known there, which says nothing about
   * where it lies: found through $PATH, it is a name in the current directory. */
  const char *name = map->l_name[0] ? map->l_name : "/proc/self/exe";
  if (name[0] != '/')
    return NULL;
  _cleanup_free_ char *lib = realpath (name, NULL);
  if (lib == NULL)
    return NULL;
  const char *slash = strrchr (lib, '/');
  for (size_t i = 0; i < sizeof tries / sizeof tries[0]; ++i) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    char *path = gk_asprintf (tries[i], (int)(slash + 1 - lib), lib);
#pragma GCC diagnostic pop
    if (path && access (path, X_OK) == 0)
      return path;
    free (path);
  }
  return NULL;
}

char *
gk_find_worker (void)
{
  const char *env = secure_getenv ("GUESTKIT_WORKER");

  if (env && *env)
    return strdup (env);
  char *path = beside_library ();
  if (path)
    return path;
  return access (GK_WORKER_PATH, X_OK) == 0 ? strdup (GK_WORKER_PATH) : NULL;
}
