/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of the inspect room share: the findings, and the way to them.
 *
 * A finding is a JSON object about one filesystem.  As the jail reports it:
 *
 *   role      "root", "usr" (merged into a root), "other", or "ostree": a root whose
 *             system is in a folder, which is looked at next
 *   deployment  that folder, when it is not "/"
 *   type, distro, product_name, product_variant, arch, hostname,
 *   package_format, package_management, build_id    strings; missing: unknown
 *   name      what the system calls itself before people; missing: product_name
 *   major, minor                                    numbers; missing: 0
 *   fstab     [{spec, file, type, options}]         the guest's words
 *   md        {"/dev/md0": "UUID"}                  likewise, of mdadm.conf
 *   crypttab  {"name": spec}                likewise: what it is opened from
 *   windows   {systemroot, software_hive, system_hive, current_control_set,
 *              group_policy, drives {letter: {disk_id, start} or {guid}}}
 *
 * The worker adds: mountable, mountpoints {point: mountable}, filesystems [],
 * drive_mappings {letter: device}.
 */
#ifndef GK_INSPECT_INSPECT_PRIV_H
#define GK_INSPECT_INSPECT_PRIV_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inspect/inspect.h"

struct gk_ctx;
struct gk_error;

struct gk_inspect {
  struct json_object *found; /* array of findings, roots in the order in which they were found */
};

void gk_json_put (struct json_object **o);
#define _cleanup_json_ __attribute__ ((cleanup (gk_json_put)))
/* NULL when there is no such string. */
const char *gk_json_str (struct json_object *o, const char *key);
/* Add; out of memory shows as a missing key.  NULL and "" are not added. */
void gk_json_add_str (struct json_object *o, const char *key, const char *value);

/* jailed.c: run fn in the jail on the tree at root_fd.  What fn adds to report
 * arrives here as *ret_report; -1 also when fn fails.  prepare runs in the child before
 * the walls go up (exec/jail.h), with the same argument. */
typedef int gk_inspect_fn (struct json_object *report, void *opaque, struct gk_error *err);
int gk_inspect_jailed (struct gk_ctx *ctx, int root_fd, gk_inspect_fn *fn, void *opaque,
                       struct json_object **ret_report, struct gk_error *err);
typedef int gk_inspect_prepare_fn (void *opaque, struct gk_error *err);
int gk_inspect_prepared (struct gk_ctx *ctx, int root_fd, gk_inspect_prepare_fn *prepare,
                         gk_inspect_fn *fn, void *opaque, struct json_object **ret_report,
                         struct gk_error *err);

/* The same on the tree of the system that was found on the mounted filesystem. */
int gk_inspect_in_system (struct gk_ctx *ctx, struct json_object *finding, gk_inspect_fn *fn,
                          void *opaque, struct json_object **ret_report, struct gk_error *err);

/* look.c, in the jail: what kind of filesystem "/" is. */
gk_inspect_fn gk_inspect_look;

/* names.c: the session's mountable that a guest calls spec, or NULL. */
struct gk_inspect_names; /* what the session's devices are called, read once */
int gk_inspect_names_read (struct gk_ctx *ctx, struct gk_inspect_names **ret, struct gk_error *err);
void gk_inspect_names_free (struct gk_inspect_names *names);
char *gk_inspect_names_find (const struct gk_inspect_names *names, struct json_object *finding,
                             const char *spec);

/* The partition with this GUID, or that begins at this byte of the disk whose MBR
 * has this id; NULL. */
const char *gk_inspect_names_by_guid (const struct gk_inspect_names *names, const char *guid);
const char *gk_inspect_names_by_place (const struct gk_inspect_names *names, uint32_t disk_id,
                                       uint64_t start);

/* collate.c: what belongs to one system is put together. */
int gk_inspect_collate (struct json_object *found, struct gk_error *err);

/* get.c: the finding whose mountable is root; NULL with err set. */
struct json_object *gk_inspect_root (const struct gk_ctx *ctx, const char *root,
                                     struct gk_error *err);

/* drives.c: the letters of Windows. */
int gk_inspect_drives (const struct gk_inspect_names *names, struct json_object *finding,
                       struct gk_error *err);

/* mountpoints.c: fstab to mountpoints and filesystems; and the drives. */
int gk_inspect_mountpoints (const struct gk_inspect_names *names, struct json_object *finding,
                            struct gk_error *err);

/* osinfo.c: the id, or "unknown".  buf is used when it is made of parts. */
const char *gk_inspect_osinfo (struct json_object *finding, char *buf, size_t size);

#endif
