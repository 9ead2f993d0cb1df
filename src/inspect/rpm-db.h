/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: rpm's databases, of which each package is a blob: its header.
 *
 * librpm is not used: Debian's lacks one of the three kinds, looks where the
 * host's configuration says, and wants to write a lock. */
#ifndef GK_INSPECT_RPM_DB_H
#define GK_INSPECT_RPM_DB_H

#include <stddef.h>

struct json_object;
struct gk_error;

/* Packages with many files have headers of a few MiB. */
#define GK_RPM_BLOB_MAX (64u << 20)

/* Called for each package; -1 ends the reading. */
typedef int gk_rpm_blob_fn (void *opaque, const void *blob, size_t size, struct gk_error *err);

/* Each reads the file at path.  Damage is an error, though packages may have
 * been told of by then. */
typedef int gk_rpm_db_fn (const char *path, gk_rpm_blob_fn *fn, void *opaque, struct gk_error *err);
gk_rpm_db_fn gk_rpm_sqlite; /* rpm 4.16: rpmdb.sqlite */
gk_rpm_db_fn gk_rpm_ndb;    /* SUSE: Packages.db */
gk_rpm_db_fn gk_rpm_bdb;    /* before: Packages, a hash of Berkeley DB */

/* rpm-header.c: what a header says, as an application (apps.h). */
int gk_rpm_header (const void *blob, size_t size, struct json_object *app, struct gk_error *err);

#endif
