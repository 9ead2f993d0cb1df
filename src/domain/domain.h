/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The disks of a domain of libvirt, as drives.
 *
 * libvirt and libxml2 are loaded by the first call that needs them.  A program
 * that hands over a virDomainPtr of its own has the same library loaded. */
#ifndef GK_DOMAIN_DOMAIN_H
#define GK_DOMAIN_DOMAIN_H

#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stddef.h>

struct gk_drive;
struct gk_error;

struct gk_domain {
  virConnectPtr connection;
  virDomainPtr domain;
};
#define GK_DOMAIN_INIT                                                                             \
  {                                                                                                \
    NULL, NULL                                                                                     \
  }

/* uri NULL: libvirt's own choice.  auth NULL: who is asked for credentials is
 * the terminal.  is_uuid: name is looked up as a UUID first. */
int gk_domain_open (const char *uri, virConnectAuthPtr auth, const char *name, bool is_uuid,
                    struct gk_domain *ret, struct gk_error *err);
void gk_domain_close (struct gk_domain *d);

/* -1 unless nobody can be writing to the domain's disks. */
int gk_domain_is_off (virDomainPtr domain, struct gk_error *err);

/* In the order of the domain's XML; their readonly is what that says.  Empty
 * drives of removable media and kinds of sources that are no disk here are
 * passed over.  Both are the caller's to free (gk_domain_free_disks). */
int gk_domain_disks (virDomainPtr domain, struct gk_drive **ret_disks, size_t *ret_n,
                     struct gk_error *err);
void gk_domain_free_disks (struct gk_drive *disks, size_t n);

#endif
