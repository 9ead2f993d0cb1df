/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What every operation of a room receives.
 *
 * An operation is `int gk_ROOM_CALL (struct gk_ctx *ctx, ARGS..., ret_x,
 * struct gk_error *err)`.  It knows nothing of the wire, so a unit test makes
 * a gk_ctx by hand: { .root_fd = open ("some-dir", O_PATH | O_DIRECTORY) }.
 */
#ifndef GK_OP_CTX_H
#define GK_OP_CTX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct gk_error;
struct gk_task;
struct gk_mounts;  /* src/mount: the session's mount table */
struct gk_devices; /* src/mount: the session's devices and the private /dev */
struct gk_scrubs;  /* src/btrfs: what is scrubbed in the background */
struct gk_inspect; /* src/inspect: what the last inspect_os found */
struct gk_yara;    /* src/forensics: the rules of yara */
struct gk_inotify; /* src/fileops: the session's watch on files */

struct gk_ctx {
  int root_fd;          /* the guest tree, or -1 when nothing is mounted on it */
  struct gk_task *task; /* cancel, progress, log; NULL in unit tests */
  struct gk_mounts *mounts;
  struct gk_devices *devices;
  struct gk_scrubs *scrubs;   /* or NULL */
  struct gk_inspect *inspect; /* or NULL */
  struct gk_inotify *inotify; /* or NULL */
  struct gk_yara *yara;       /* or NULL */
  /* exec/service.h: who has the guest's files in memory between calls, or NULL. */
  struct gk_service *augeas, *hivex, *journal;
  /* To be called by whoever rewrote the partition table of a device: the
   * kernel's partitions and the nodes in /dev follow.  NULL in unit tests. */
  int (*table_changed) (struct gk_ctx *ctx, const char *device, struct gk_error *err);
  /* To be called when volumes became active: RAID sets on them are assembled, and
   * volumes on these, and so on.  NULL in unit tests. */
  int (*stack_on) (struct gk_ctx *ctx, struct gk_error *err);
  /* To be called before a device is emptied: volumes that stand on it, or on a partition of it,
   * and that nobody uses become inactive.  NULL in unit tests. */
  void (*let_go) (struct gk_ctx *ctx, const char *device);
  /* The number of a filesystem's device as calls show it, which does not depend on
   * how the session has attached its disks.  NULL in unit tests: as it is. */
  dev_t (*shown_dev) (struct gk_ctx *ctx, dev_t dev);
  /* Where on a disk or partition, synced before, there is data: as gk_extents_next
   * (nbd/extents.h).  NULL where nobody knows. */
  int (*next_data) (struct gk_ctx *ctx, const char *device, uint64_t at, uint64_t size,
                    uint64_t *ret_start, uint64_t *ret_end);
  /* Load a module of the kernel, by name or alias.  NULL on a kernel that is
   * not the session's own: there nothing is loaded because a guest needs it. */
  int (*load_module) (const char *name, struct gk_error *err);
  /* To be called before something is made that would outlive a killed session:
   * kind "dm", and its name in the kernel.  NULL where nothing does. */
  int (*note) (struct gk_ctx *ctx, const char *kind, const char *name, struct gk_error *err);
  const char *tmpdir; /* the session's own directory on the host, absolute */
  mode_t umask;       /* what the umask call set; applied by the process umask */
  int memsize;        /* MiB that programs of the guest may take; 0: as much as is usual */
  bool network;
  bool rescue; /* there is a rescue shell: who asks may run programs beside the guest */
  bool selinux;
  bool verbose;
};

#endif
