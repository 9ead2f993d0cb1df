/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The table of attachers. */
#include "nbd/attach.h"

#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "nbd/extents.h"

/* vhost first: there is nothing left to do.  Then loop: no program between the
 * kernel and the file.  nbd before fuse: it has several requests under way at
 * once. */
const struct gk_attacher *const gk_attachers[] = {
  &gk_attacher_vhost, &gk_attacher_loop, &gk_attacher_nbd, &gk_attacher_fuse, NULL,
};

static const char *
disk_name (const struct gk_disk *disk)
{
  return disk->layers[0].path != NULL ? disk->layers[0].path : "remote image";
}

/* Whether it could is told by available. */
static void
load_modules (const struct gk_attach_env *env, const struct gk_attacher *attacher)
{
  for (const char *const *m = attacher->modules; env->load_module && *m; m++)
    env->load_module (*m, NULL);
}

/* The first that can attach the disk, or NULL with everybody's reasons. */
static const struct gk_attacher *
choose (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf reasons = GK_BUF_INIT;

  for (size_t i = 0; gk_attachers[i] != NULL; i++) {
    _cleanup_error_ struct gk_error why_not = GK_ERROR_INIT;

    if (env->only != NULL && !gk_streq (env->only, gk_attachers[i]->name))
      continue;
    load_modules (env, gk_attachers[i]);
    if (gk_attachers[i]->available (env, disk, &why_not) == 0)
      return gk_attachers[i];
    if (gk_buf_appendf (&reasons, "%s%s: %s", reasons.size > 0 ? "; " : "", gk_attachers[i]->name,
                        gk_error_msg (&why_not)) == -1) {
      gk_error_oom (err);
      return NULL;
    }
  }
  gk_error_set (err, ENOTSUP, "%s: this system cannot attach it: %s", disk_name (disk),
                reasons.size > 0 ? reasons.data : "no such attacher");
  return NULL;
}

int
gk_attach (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_attachment *ret,
           struct gk_error *err)
{
  struct gk_attachment a = { .attacher = choose (env, disk, err) };
  int r = a.attacher == NULL ? -1 : a.attacher->attach (env, disk, &a, err);

  if (disk->overlay != NULL)
    unlink (disk->overlay);
  if (r == 0)
    *ret = a;
  return r;
}

int
gk_detach (struct gk_attachment *a, struct gk_error *err)
{
  int r = 0;

  gk_extents_free (a->extents);
  if (a->attacher != NULL)
    r = a->attacher->detach (a, err);
  *a = (struct gk_attachment){ .attacher = NULL };
  return r;
}
