/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef GK_DOMAIN_DOMAIN_PRIV_H
#define GK_DOMAIN_DOMAIN_PRIV_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "exec/library.h"

#define GK_LIBVIRT_FUNCTIONS(X)                                                                    \
  X (virConnSetErrorFunc)                                                                          \
  X (virConnectAuthPtrDefault)                                                                     \
  X (virConnectClose)                                                                              \
  X (virConnectOpenAuth)                                                                           \
  X (virDomainFree)                                                                                \
  X (virDomainGetConnect)                                                                          \
  X (virDomainGetInfo)                                                                             \
  X (virDomainGetXMLDesc)                                                                          \
  X (virDomainLookupByName)                                                                        \
  X (virDomainLookupByUUIDString)                                                                  \
  X (virGetLastErrorMessage)                                                                       \
  X (virGetLastErrorCode)                                                                          \
  X (virGetLastErrorDomain)                                                                        \
  X (virSecretFree)                                                                                \
  X (virSecretGetValue)                                                                            \
  X (virSecretLookupByUUIDString)                                                                  \
  X (virSecretLookupByUsage)                                                                       \
  X (virStoragePoolFree)                                                                           \
  X (virStoragePoolLookupByName)                                                                   \
  X (virStorageVolFree)                                                                            \
  X (virStorageVolGetPath)                                                                         \
  X (virStorageVolLookupByName)

struct gk_libvirt {
  GK_LIBVIRT_FUNCTIONS (GK_LIBRARY_MEMBER)
};

int gk_libvirt_load (struct gk_libvirt *ret, struct gk_error *err);

/* The path of a volume of a storage pool, malloced. */
int gk_domain_volume (const struct gk_libvirt *l, virConnectPtr connection, const char *pool,
                      const char *volume, char **ret_path, struct gk_error *err);
/* One of uuid and usage is given.  The caller wipes *ret_secret. */
int gk_domain_secret (const struct gk_libvirt *l, virConnectPtr connection, const char *type,
                      const char *uuid, const char *usage, char **ret_secret, struct gk_error *err);

#endif
