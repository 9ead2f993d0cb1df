/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See targets.h.  What is loaded or built in, the kernel lists; what it could load is
 * in the index of its modules. */
#include "worker/targets.h"

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"

#define INDEX_MAX (16 << 20)
#define LIST_SIZE (64 << 10)

bool
gk_targets_has_dm (void)
{
  return access ("/sys/class/misc/device-mapper", F_OK) == 0;
}

bool
gk_targets_has_md (void)
{
  return access ("/proc/mdstat", F_OK) == 0;
}

/* File names of modules have - or _, as their authors liked. */
static bool
in_index (const char *index, const char *module)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  struct utsname u;

  if (uname (&u) == -1)
    return false;
  _cleanup_free_ char *path = gk_asprintf ("/lib/modules/%s/%s", u.release, index);
  _cleanup_free_ char *file = gk_asprintf ("/%s.ko", module);
  return path && file && gk_read_file (path, INDEX_MAX, &text) == 0 && text.data &&
         strstr (text.data, file) != NULL;
}

static bool
has_module (const char *module)
{
  return in_index ("modules.dep", module) || in_index ("modules.builtin", module);
}

/* --- device-mapper ---------------------------------------------------------------- */

union request {
  struct dm_ioctl head;
  char bytes[LIST_SIZE];
};

static bool
is_listed (const char *name)
{
  _cleanup_free_ union request *request = calloc (1, sizeof *request);
  _cleanup_close_ int control = open ("/dev/mapper/control", O_RDWR | O_CLOEXEC);

  if (request == NULL || control == -1)
    return false;
  request->head = (struct dm_ioctl){ .version = { DM_VERSION_MAJOR, 0, 0 },
                                     .data_size = sizeof *request,
                                     .data_start = sizeof (struct dm_ioctl) };
  if (ioctl (control, DM_LIST_VERSIONS, request) == -1)
    return false;
  for (size_t at = request->head.data_start; at + sizeof (struct dm_target_versions) < LIST_SIZE;) {
    struct dm_target_versions v;
    memcpy (&v, request->bytes + at, sizeof v);
    const char *found = request->bytes + at + offsetof (struct dm_target_versions, name);
    if (strncmp (found, name, LIST_SIZE - (size_t)(found - request->bytes)) == 0)
      return true;
    if (v.next == 0)
      break;
    at += v.next;
  }
  return false;
}

bool
gk_targets_has_dm_target (const char *name)
{
  if (!gk_targets_has_dm ())
    return false;
  if (is_listed (name))
    return true;
  _cleanup_free_ char *module = gk_asprintf ("dm-%s", name);
  return module && has_module (module);
}

/* --- md ------------------------------------------------------------------------------ */

bool
gk_targets_has_md_level (const char *level)
{
  static const struct {
    const char *level, *modules[2];
  } table[] = {
    { "linear", { "md-linear", "linear" } },
    { "raid0", { "raid0" } },
    { "raid1", { "raid1" } },
    { "raid4", { "raid456" } },
    { "raid5", { "raid456" } },
    { "raid6", { "raid456" } },
    { "raid10", { "raid10" } },
  };
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  if (!gk_targets_has_md ())
    return false;
  _cleanup_free_ char *word = gk_asprintf ("[%s]", level);
  if (word && gk_read_file ("/proc/mdstat", INDEX_MAX, &text) == 0 && text.data) {
    text.data[strcspn (text.data, "\n")] = '\0'; /* what comes behind are the sets */
    if (strstr (text.data, word))
      return true;
  }
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    for (size_t j = 0; gk_streq (table[i].level, level) && j < 2 && table[i].modules[j]; j++)
      if (has_module (table[i].modules[j]))
        return true;
  return false;
}
