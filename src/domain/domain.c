/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Talking with libvirt: the connection, the domain, its volumes and secrets. */
#include "domain/domain.h"

#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "domain/domain-priv.h"

int
gk_libvirt_load (struct gk_libvirt *ret, struct gk_error *err)
{
#define SYMBOL(fn) { #fn, &ret->fn },
  const struct gk_symbol symbols[] = { GK_LIBVIRT_FUNCTIONS (SYMBOL) };
#undef SYMBOL

  return gk_library_load ("libvirt.so.0", "libvirt0", symbols, sizeof symbols / sizeof symbols[0],
                          err);
}

/* What goes wrong is told by our errors, not on stderr. */
static void
say_nothing (void *opaque, virErrorPtr what)
{
}

int
gk_domain_open (const char *uri, virConnectAuthPtr auth, const char *name, bool is_uuid,
                struct gk_domain *ret, struct gk_error *err)
{
  struct gk_domain d = GK_DOMAIN_INIT;
  struct gk_libvirt l;

  if (gk_libvirt_load (&l, err) == -1)
    return -1;
  /* A connection that may only read is not told secrets. */
  d.connection = l.virConnectOpenAuth (uri, auth ? auth : *l.virConnectAuthPtrDefault, 0);
  if (d.connection == NULL)
    return gk_error_set (err, 0, "could not connect to libvirt (code %d, domain %d): %s",
                         l.virGetLastErrorCode (), l.virGetLastErrorDomain (),
                         l.virGetLastErrorMessage ());
  l.virConnSetErrorFunc (d.connection, NULL, say_nothing);
  if (is_uuid)
    d.domain = l.virDomainLookupByUUIDString (d.connection, name);
  if (d.domain == NULL)
    d.domain = l.virDomainLookupByName (d.connection, name);
  if (d.domain == NULL) {
    gk_error_set (err, 0, "no libvirt domain called ‘%s’: %s", name, l.virGetLastErrorMessage ());
    gk_domain_close (&d);
    return -1;
  }
  *ret = d;
  return 0;
}

void
gk_domain_close (struct gk_domain *d)
{
  struct gk_libvirt l;

  if (d->connection == NULL || gk_libvirt_load (&l, NULL) == -1)
    return;
  if (d->domain)
    l.virDomainFree (d->domain);
  l.virConnectClose (d->connection);
  *d = (struct gk_domain)GK_DOMAIN_INIT;
}

int
gk_domain_is_off (virDomainPtr domain, struct gk_error *err)
{
  struct gk_libvirt l;
  virDomainInfo info;

  if (gk_libvirt_load (&l, err) == -1)
    return -1;
  if (l.virDomainGetInfo (domain, &info) == -1)
    return gk_error_set (err, 0, "error getting domain info: %s", l.virGetLastErrorMessage ());
  if (info.state != VIR_DOMAIN_SHUTOFF)
    return gk_error_set (err, 0,
                         "error: domain is a live virtual machine.\n"
                         "Writing to the disks of a running virtual machine can cause disk "
                         "corruption.\n"
                         "Use read-only access.  In most libguestfs tools use --ro.");
  return 0;
}

int
gk_domain_volume (const struct gk_libvirt *l, virConnectPtr connection, const char *pool_name,
                  const char *volume_name, char **ret_path, struct gk_error *err)
{
  virStoragePoolPtr pool = l->virStoragePoolLookupByName (connection, pool_name);
  virStorageVolPtr volume = pool ? l->virStorageVolLookupByName (pool, volume_name) : NULL;
  char *path = volume ? l->virStorageVolGetPath (volume) : NULL;
  int r = 0;

  if (path == NULL)
    r = gk_error_set (err, 0, "volume ‘%s’ of the libvirt storage pool ‘%s’: %s", volume_name,
                      pool_name, l->virGetLastErrorMessage ());
  else if (path[0] != '/') {
    r = gk_error_set (err, 0,
                      "volume ‘%s’ of the libvirt storage pool ‘%s’ is no file of this host",
                      volume_name, pool_name);
    free (path);
  } else
    *ret_path = path;
  if (volume)
    l->virStorageVolFree (volume);
  if (pool)
    l->virStoragePoolFree (pool);
  return r;
}

static int
usage_type (const char *type)
{
  static const struct {
    const char *name;
    int type;
  } types[] = { { "none", VIR_SECRET_USAGE_TYPE_NONE },
                { "volume", VIR_SECRET_USAGE_TYPE_VOLUME },
                { "ceph", VIR_SECRET_USAGE_TYPE_CEPH },
                { "iscsi", VIR_SECRET_USAGE_TYPE_ISCSI } };

  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (gk_streq (type, types[i].name))
      return types[i].type;
  return -1;
}

static int
to_text (const unsigned char *value, size_t size, char **ret_text, struct gk_error *err)
{
  char *text = malloc (size + 1);

  if (text == NULL)
    return gk_error_oom (err);
  memcpy (text, value, size);
  text[size] = '\0';
  *ret_text = text;
  return 0;
}

static int
to_base64 (const unsigned char *value, size_t size, char **ret_text, struct gk_error *err)
{
  struct {
    GK_LIBRARY_MEMBER (nettle_base64_encode_raw)
  } l;
  const struct gk_symbol symbol = { "nettle_base64_encode_raw", &l.nettle_base64_encode_raw };
  size_t length = BASE64_ENCODE_RAW_LENGTH (size);

  if (gk_library_load ("libnettle.so.8", "libnettle8", &symbol, 1, err) == -1)
    return -1;
  char *text = malloc (length + 1);
  if (text == NULL)
    return gk_error_oom (err);
  l.nettle_base64_encode_raw (text, size, value);
  text[length] = '\0';
  *ret_text = text;
  return 0;
}

int
gk_domain_secret (const struct gk_libvirt *l, virConnectPtr connection, const char *type,
                  const char *uuid, const char *usage, char **ret_secret, struct gk_error *err)
{
  const char *which = uuid ? uuid : usage;
  virSecretPtr secret = NULL;
  size_t size = 0;

  if (uuid)
    secret = l->virSecretLookupByUUIDString (connection, uuid);
  else if (usage_type (type) != -1)
    secret = l->virSecretLookupByUsage (connection, usage_type (type), usage);
  unsigned char *value = secret ? l->virSecretGetValue (secret, &size, 0) : NULL;
  if (secret)
    l->virSecretFree (secret);
  if (value == NULL)
    return gk_error_set (err, 0, "libvirt's %s secret ‘%s’: %s", type, which,
                         l->virGetLastErrorMessage ());

  /* Ceph takes its keys as they are written, in base64. */
  int r = gk_streq (type, "ceph") ? to_base64 (value, size, ret_secret, err)
                                  : to_text (value, size, ret_secret, err);
  explicit_bzero (value, size);
  free (value);
  return r;
}
