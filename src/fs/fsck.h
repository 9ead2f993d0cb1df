/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Checking and repairing a filesystem of any kind, with one answer for all. */
#ifndef GK_FS_FSCK_H
#define GK_FS_FSCK_H

#include <stdbool.h>

struct gk_ctx;
struct gk_error;

/* How it was found, in the numbers of fsck(8). */
enum gk_fs_verdict {
  GK_FS_CLEAN = 0,
  GK_FS_REPAIRED = 1,
  GK_FS_FAULTS = 4,
  GK_FS_NOT_CHECKED = 8, /* nobody can check this kind here; output says why */
};
struct gk_fs_checked {
  char *type; /* "" when nothing was recognized */
  const char *tool;
  enum gk_fs_verdict verdict;
  bool log;     /* there is a journal that wants a replay; the check went without */
  char *output; /* of the tool, as it is: a guest's bytes may be in it */
};
#define GK_FS_CHECKED_INIT                                                                         \
  {                                                                                                \
    NULL, NULL, GK_FS_CLEAN, false, NULL                                                           \
  }
void gk_fs_checked_clear (struct gk_fs_checked *c);
#define _cleanup_fs_checked_ __attribute__ ((cleanup (gk_fs_checked_clear)))

/* type: NULL, or what it is where that is not recognized any more.  Without repair
 * nothing is written to the device.  EBUSY when it is in use. */
int gk_fs_check (struct gk_ctx *ctx, const char *device, const char *type, bool repair,
                 struct gk_fs_checked *ret, struct gk_error *err);

#endif
