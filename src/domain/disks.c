/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The disks that a domain's XML names (libvirt's formatdomain: "Hard drives,
 * floppy disks, CDROMs"). */
#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "domain/domain-priv.h"
#include "domain/domain.h"
#include "op/drive.h"

#define XML_FUNCTIONS(X)                                                                           \
  X (xmlDocGetRootElement)                                                                         \
  X (xmlFree)                                                                                      \
  X (xmlFreeDoc)                                                                                   \
  X (xmlGetNoNsProp)                                                                               \
  X (xmlReadMemory)

struct libraries {
  struct gk_libvirt vir;
  XML_FUNCTIONS (GK_LIBRARY_MEMBER)
};

static int
load (struct libraries *l, struct gk_error *err)
{
#define SYMBOL(fn) { #fn, &l->fn },
  const struct gk_symbol symbols[] = { XML_FUNCTIONS (SYMBOL) };
#undef SYMBOL

  if (gk_libvirt_load (&l->vir, err) == -1)
    return -1;
  return gk_library_load ("libxml2.so.2", "libxml2", symbols, sizeof symbols / sizeof symbols[0],
                          err);
}

/* --- the tree ------------------------------------------------------------------------ */

static bool
is_named (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && gk_streq ((const char *)node->name, name);
}

/* The first child of that name behind `after` (NULL: from the beginning); parent may be NULL. */
static xmlNode *
child (const xmlNode *parent, const char *name, const xmlNode *after)
{
  xmlNode *node = after ? after->next : parent ? parent->children : NULL;

  while (node && !is_named (node, name))
    node = node->next;
  return node;
}

/* *ret: malloced, or NULL where there is none. */
static int
attribute (const struct libraries *l, const xmlNode *node, const char *name, char **ret,
           struct gk_error *err)
{
  xmlChar *value = node ? l->xmlGetNoNsProp (node, (const xmlChar *)name) : NULL;

  if (value == NULL)
    return 0;
  free (*ret);
  *ret = strdup ((const char *)value);
  (*l->xmlFree) (value);
  return *ret ? 0 : gk_error_oom (err);
}

/* --- one disk -------------------------------------------------------------------- */

static int
add_servers (const struct libraries *l, const xmlNode *source, struct gk_drive *d,
             struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv servers = GK_STRV_INIT;

  for (const xmlNode *host = child (source, "host", NULL); host;
       host = child (NULL, "host", host)) {
    _cleanup_free_ char *name = NULL, *port = NULL, *transport = NULL, *socket = NULL;
    if (attribute (l, host, "name", &name, err) == -1 ||
        attribute (l, host, "port", &port, err) == -1 ||
        attribute (l, host, "transport", &transport, err) == -1 ||
        attribute (l, host, "socket", &socket, err) == -1)
      return -1;
    int r = 0;
    if (socket && transport && gk_streq (transport, "unix"))
      r = gk_strv_pushf (&servers, "unix:%s", socket);
    else if (name && port)
      r = gk_strv_pushf (&servers, "%s:%s", name, port);
    else if (name)
      r = gk_strv_push (&servers, name);
    if (r == -1)
      return gk_error_oom (err);
  }
  if (servers.len > 0 && (d->server = gk_strv_finish (&servers)) == NULL)
    return gk_error_oom (err);
  return 0;
}

static int
add_secret (const struct libraries *l, virConnectPtr connection, const xmlNode *auth,
            struct gk_drive *d, struct gk_error *err)
{
  const xmlNode *secret = child (auth, "secret", NULL);
  _cleanup_free_ char *type = NULL, *uuid = NULL, *usage = NULL;

  if (attribute (l, auth, "username", &d->username, err) == -1 ||
      attribute (l, secret, "type", &type, err) == -1 ||
      attribute (l, secret, "uuid", &uuid, err) == -1 ||
      attribute (l, secret, "usage", &usage, err) == -1)
    return -1;
  if (type == NULL || (uuid == NULL && usage == NULL))
    return 0;
  return gk_domain_secret (&l->vir, connection, type, uuid, usage, &d->secret, err);
}

/* 1: d is a disk; 0: there is none. */
static int
find_source (const struct libraries *l, virConnectPtr connection, const xmlNode *disk,
             const char *type, struct gk_drive *d, struct gk_error *err)
{
  const xmlNode *source = child (disk, "source", NULL), *auth = child (disk, "auth", NULL);
  _cleanup_free_ char *pool = NULL, *volume = NULL;

  if (gk_streq (type, "file"))
    return attribute (l, source, "file", &d->filename, err) == -1 ? -1 : d->filename != NULL;
  if (gk_streq (type, "block"))
    return attribute (l, source, "dev", &d->filename, err) == -1 ? -1 : d->filename != NULL;
  if (gk_streq (type, "volume")) {
    if (attribute (l, source, "pool", &pool, err) == -1 ||
        attribute (l, source, "volume", &volume, err) == -1)
      return -1;
    if (pool == NULL || volume == NULL)
      return 0;
    return gk_domain_volume (&l->vir, connection, pool, volume, &d->filename, err) == -1 ? -1 : 1;
  }
  if (!gk_streq (type, "network"))
    return 0;
  if (auth == NULL)
    auth = child (source, "auth", NULL);
  if (attribute (l, source, "protocol", &d->protocol, err) == -1 ||
      attribute (l, source, "name", &d->filename, err) == -1)
    return -1;
  if (d->protocol == NULL)
    return 0;
  /* NBD does without an export's name. */
  if (d->filename == NULL && (d->filename = strdup ("")) == NULL)
    return gk_error_oom (err);
  if (add_servers (l, source, d, err) == -1 ||
      (auth && add_secret (l, connection, auth, d, err) == -1))
    return -1;
  return 1;
}

static int
read_disk (const struct libraries *l, virConnectPtr connection, const xmlNode *disk,
           struct gk_drive *d, struct gk_error *err)
{
  _cleanup_free_ char *type = NULL, *blocksize = NULL;

  if (attribute (l, disk, "type", &type, err) == -1)
    return -1;
  int r = type ? find_source (l, connection, disk, type, d, err) : 0;
  if (r < 1)
    return r;
  if (attribute (l, child (disk, "driver", NULL), "type", &d->format, err) == -1 ||
      attribute (l, child (disk, "blockio", NULL), "logical_block_size", &blocksize, err) == -1)
    return -1;
  d->blocksize = blocksize ? atoi (blocksize) : 0;
  d->readonly = child (disk, "readonly", NULL) != NULL;
  return 1;
}

/* --- all of them ------------------------------------------------------------------- */

void
gk_domain_free_disks (struct gk_drive *disks, size_t n)
{
  for (size_t i = 0; i < n; i++)
    gk_drive_clear (&disks[i]);
  free (disks);
}

static int
read_disks (const struct libraries *l, virConnectPtr connection, xmlDocPtr doc,
            struct gk_drive **ret_disks, size_t *ret_n, struct gk_error *err)
{
  const xmlNode *devices = child (l->xmlDocGetRootElement (doc), "devices", NULL);
  struct gk_drive *disks = NULL;
  size_t n = 0;

  for (const xmlNode *disk = child (devices, "disk", NULL); disk;
       disk = child (NULL, "disk", disk)) {
    struct gk_drive *more = reallocarray (disks, n + 1, sizeof *disks);
    if (more == NULL) {
      gk_error_oom (err);
      goto failed;
    }
    disks = more;
    memset (&disks[n], 0, sizeof disks[n]);
    int r = read_disk (l, connection, disk, &disks[n], err);
    if (r == 1)
      n++;
    else
      gk_drive_clear (&disks[n]);
    if (r == -1)
      goto failed;
  }
  if (n == 0) {
    gk_error_set (err, 0, "libvirt domain has no disks");
    goto failed;
  }
  *ret_disks = disks;
  *ret_n = n;
  return 0;

failed:
  gk_domain_free_disks (disks, n);
  return -1;
}

int
gk_domain_disks (virDomainPtr domain, struct gk_drive **ret_disks, size_t *ret_n,
                 struct gk_error *err)
{
  struct libraries l;

  if (load (&l, err) == -1)
    return -1;
  _cleanup_free_ char *text = l.vir.virDomainGetXMLDesc (domain, 0);
  if (text == NULL)
    return gk_error_set (err, 0, "error reading libvirt XML information: %s",
                         l.vir.virGetLastErrorMessage ());
  xmlDocPtr doc = l.xmlReadMemory (text, (int)strlen (text), NULL, NULL,
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (doc == NULL)
    return gk_error_set (err, EINVAL, "unable to parse XML information returned by libvirt");
  int r = read_disks (&l, l.vir.virDomainGetConnect (domain), doc, ret_disks, ret_n, err);
  l.xmlFreeDoc (doc);
  return r;
}
