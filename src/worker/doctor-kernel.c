/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What this machine's kernel offers, and what it could load.
 *
 * "module" is what modprobe would add: nothing is loaded here or because of a
 * guest's content, so it is for the administrator to decide.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "fs/fs.h"
#include "worker/doctor.h"

#define TEXT_MAX (16 << 20)

static bool
file_has (const char *path, const char *word)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  return gk_read_file (path, TEXT_MAX, &text) == 0 && text.data && strstr (text.data, word);
}

/* File names of modules have - or _, as their authors liked. */
static bool
can_load (const char *module)
{
  struct utsname u;

  if (uname (&u) == -1)
    return false;
  _cleanup_free_ char *list = gk_asprintf ("/lib/modules/%s/modules.dep", u.release);
  _cleanup_free_ char *word = gk_asprintf ("/%s.ko", module);
  return list && word && file_has (list, word);
}

/* --- tests of what has no file --------------------------------------------------- */

static bool
has_openat2 (void)
{
  struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
  _cleanup_close_ int fd = (int)syscall (SYS_openat2, AT_FDCWD, "/", &how, sizeof how);

  return fd != -1;
}

/* A system call that exists rejects these arguments, or this caller; one that does not is ENOSYS.
 */
static bool
has_mount_api (void)
{
  static const long numbers[] = { SYS_open_tree, SYS_move_mount, SYS_mount_setattr };

  for (size_t i = 0; i < 3; i++)
    if (syscall (numbers[i], -1, "", -1, "", ~0UL) == -1 && errno == ENOSYS)
      return false;
  return true;
}

/* Asked as somebody who is not root, for whom some systems forbid it. */
static bool
has_user_namespaces (void)
{
  int status;
  pid_t pid = fork ();

  if (pid == 0) {
    if (geteuid () == 0 && setresuid (65534, 65534, 65534) == -1)
      _exit (1);
    _exit (unshare (CLONE_NEWUSER) == 0 ? 0 : 1);
  }
  while (pid > 0 && waitpid (pid, &status, 0) == -1)
    if (errno != EINTR)
      return false;
  return pid > 0 && status == 0;
}

static const struct {
  const char *name, *purpose;
  const char *path, *word; /* there, and holds the word if one is given */
  const char *module;
  bool (*test) (void);
} features[] = {
  { "openat2", "guest paths that cannot leave the guest", NULL, NULL, NULL, has_openat2 },
  { "mount API", "showing a guest's tree (guestkit mount)", NULL, NULL, NULL, has_mount_api },
  { "loop", "attaching images", "/sys/class/misc/loop-control", NULL, "loop", NULL },
  { "FUSE", "images that are not raw or only read, without nbd", "/sys/class/misc/fuse", NULL,
    "fuse", NULL },
  { "nbd", "a faster way for images that are not raw", "/sys/block/nbd0", NULL, "nbd", NULL },
  { "device-mapper", "LVM and LUKS", "/proc/misc", "device-mapper", "dm-mod", NULL },
  { "md", "software RAID", "/proc/mdstat", NULL, "md-mod", NULL },
  { "user namespaces", "sandboxes without root", NULL, NULL, NULL, has_user_namespaces },
};

static const char *
state_of (size_t i)
{
  if (features[i].test)
    return features[i].test () ? "yes" : "no";
  if (access (features[i].path, F_OK) == 0 &&
      (features[i].word == NULL || file_has (features[i].path, features[i].word)))
    return "yes";
  return can_load (features[i].module) ? "module" : "no";
}

struct json_object *
gk_doctor_kernel (void)
{
  struct json_object *o = json_object_new_object (), *list = json_object_new_array ();
  struct utsname u;

  if (uname (&u) == 0) {
    gk_json_string (o, "release", u.release);
    gk_json_string (o, "machine", u.machine);
  }
  for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
    struct json_object *f = json_object_new_object ();
    gk_json_string (f, "name", features[i].name);
    gk_json_string (f, "state", state_of (i));
    gk_json_string (f, "module", features[i].module);
    gk_json_string (f, "purpose", features[i].purpose);
    json_object_array_add (list, f);
  }
  json_object_object_add (o, "features", list);
  return o;
}

/* --- filesystems ------------------------------------------------------------------ */

static struct json_object *
filesystem (const struct gk_fs *fs)
{
  struct json_object *o = json_object_new_object ();
  _cleanup_free_ char *tool = fs->mkfs ? gk_exec_find (fs->mkfs) : NULL;
  const char *module = NULL;

  for (const char *const *p = fs->kernel_types; p && *p && module == NULL; p++)
    if (can_load (*p))
      module = *p;
  gk_json_string (o, "name", fs->name);
  gk_json_string (o, "mount",
                  fs->kernel_types == NULL ? NULL
                  : gk_fs_kernel_type (fs) ? "yes"
                  : module                 ? "module"
                                           : "no");
  gk_json_string (o, "module", module);
  gk_json_string (o, "mkfs", fs->mkfs);
  gk_json_bool (o, "mkfs_installed", tool != NULL);
  gk_json_string (o, "package", fs->package);
  return o;
}

struct json_object *
gk_doctor_filesystems (void)
{
  struct json_object *list = json_object_new_array ();

  for (size_t i = 0; gk_fs_table[i] != NULL; i++)
    json_object_array_add (list, filesystem (gk_fs_table[i]));
  return list;
}
