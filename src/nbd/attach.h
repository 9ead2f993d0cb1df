/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Attaching: a disk becomes a block device of the kernel.
 *
 * There are several ways, one const struct each, tried in the order of one
 * table.  A way that cannot be gone says why not, and when none can, all the
 * reasons are in the error.
 *
 * What a killed process leaves: nothing.  A loop device is freed at its last
 * close, a kernel nbd device too (but it may make those who use it wait for an
 * answer of the dead server: it is noted), servers die with this process, and a
 * FUSE mount goes with the mount namespace (outside of a private one it stays, as
 * a file that cannot be read, until somebody unmounts it).
 */
#ifndef GK_NBD_ATTACH_H
#define GK_NBD_ATTACH_H

#include <stdbool.h>

#include "op/disk.h"
#include "op/drive.h"

struct gk_error;
struct gk_exec_inside;
struct gk_task;

struct gk_attach_env {
  const char *tmpdir;   /* for sockets and mount points; absolute, private */
  const char *node_dir; /* where device nodes can be made and opened */
  unsigned index;       /* of the drive, makes names unique */
  const char *only;     /* this attacher and no other, or NULL */
  /* Write down what a killed process would leave, before it is made; or NULL. */
  int (*note) (void *opaque, const char *kind, const char *what, struct gk_error *err);
  void *note_opaque;
  /* For a kernel of our own, or NULL.  It has loaded no module that it may not
   * need: eight loop and sixteen nbd devices are a tenth of its start. */
  int (*load_module) (const char *name, struct gk_error *err);
  struct gk_task *task;
  const struct gk_exec_inside *inside; /* what an image server runs in, or NULL: as we do */
  /* Open an image and keep everybody else from writing to it (and from using
   * it, when we write), until the open file is closed.  gk_image_open. */
  int (*hold) (const char *path, bool write, int *ret_fd, struct gk_error *err);
};

struct gk_attacher {
  const char *name;
  const char *modules[3]; /* of the kernel, that it works with */
  /* Can it attach this disk here?  0, or -1 with the reason. */
  int (*available) (const struct gk_attach_env *env, const struct gk_disk *disk,
                    struct gk_error *why_not);
  int (*attach) (const struct gk_attach_env *env, const struct gk_disk *disk,
                 struct gk_attachment *ret, struct gk_error *err);
  /* Flushes and lets go.  Always lets go; -1 tells that the flush failed. */
  int (*detach) (struct gk_attachment *a, struct gk_error *err);
};

/* In the order in which they are tried, ends with NULL. */
extern const struct gk_attacher *const gk_attachers[];

extern const struct gk_attacher gk_attacher_vhost;
extern const struct gk_attacher gk_attacher_loop;
extern const struct gk_attacher gk_attacher_nbd;
extern const struct gk_attacher gk_attacher_fuse;

/* The first attacher that is available does it.  A failed attach is not tried
 * again with another: it would hide the cause.  Afterwards the overlay has no
 * name any more; it lives as long as the attachment. */
int gk_attach (const struct gk_attach_env *env, const struct gk_disk *disk,
               struct gk_attachment *ret, struct gk_error *err);
int gk_detach (struct gk_attachment *a, struct gk_error *err);

/* What was noted as "nbd": disconnect the device with that backend, if there is
 * one still.  Whoever waits for it gets an error. */
int gk_nbd_cut_off (const char *backend, struct gk_error *err);

#endif
