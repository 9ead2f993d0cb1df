/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Adding the disks of a domain of libvirt. */
#include "domain/domain.h"

#include "base/error.h"
#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"
#include "op/drive.h"

#define LIVE "libguestfs live support was removed in libguestfs 1.48"

#define HAS(opt, NAME) ((opt)->bitmask & GUESTFS_ADD_LIBVIRT_DOM_##NAME##_BITMASK)

/* What becomes of disks that the domain itself may only read, where the program
 * asked to write. */
enum marked { MARKED_ERROR, MARKED_READ, MARKED_WRITE, MARKED_IGNORE };

static int
parse_marked (guestfs_h *g, const char *word, enum marked *ret)
{
  static const char *const words[] = { "error", "read", "write", "ignore" };

  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (gk_streq (word, words[i])) {
      *ret = (enum marked)i;
      return 0;
    }
  return gk_client_error (g, 0, "unknown readonlydisk parameter");
}

/* Through the public call, which the trace then shows. */
static int
add_disk (guestfs_h *g, const struct gk_drive *d, bool readonly, enum marked marked,
          const struct guestfs_add_libvirt_dom_argv *o)
{
  struct guestfs_add_drive_opts_argv a = { .bitmask = GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK };

#define PASS(NAME, member, from)                                                                   \
  do {                                                                                             \
    a.bitmask |= GUESTFS_ADD_DRIVE_OPTS_##NAME##_BITMASK;                                          \
    a.member = (from);                                                                             \
  } while (0)

  a.readonly = readonly;
  if (d->readonly) {
    if (marked == MARKED_IGNORE)
      return 0;
    if (marked == MARKED_ERROR && !readonly)
      return gk_client_error (g, 0,
                              "%s: disk is marked <readonly/> in libvirt XML, and readonlydisk "
                              "was set to \"error\"",
                              d->filename);
    if (marked == MARKED_READ)
      a.readonly = true;
  }
  if (HAS (o, IFACE))
    PASS (IFACE, iface, o->iface);
  if (HAS (o, CACHEMODE))
    PASS (CACHEMODE, cachemode, o->cachemode);
  if (HAS (o, DISCARD))
    PASS (DISCARD, discard, o->discard);
  if (HAS (o, COPYONREAD))
    PASS (COPYONREAD, copyonread, o->copyonread);
  if (d->format)
    PASS (FORMAT, format, d->format);
  if (d->protocol)
    PASS (PROTOCOL, protocol, d->protocol);
  if (d->server)
    PASS (SERVER, server, d->server);
  if (d->username)
    PASS (USERNAME, username, d->username);
  if (d->secret)
    PASS (SECRET, secret, d->secret);
  if (d->blocksize)
    PASS (BLOCKSIZE, blocksize, d->blocksize);
#undef PASS
  return guestfs_add_drive_opts_argv (g, d->filename, &a);
}

int
gk_client_add_libvirt_dom (guestfs_h *g, void *dom, const struct guestfs_add_libvirt_dom_argv *opts)
{
  static const struct guestfs_add_libvirt_dom_argv none;
  const struct guestfs_add_libvirt_dom_argv *o = opts ? opts : &none;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  bool readonly = HAS (o, READONLY) && o->readonly;
  enum marked marked = MARKED_WRITE;
  struct gk_drive *disks;
  size_t n, before = g->ndrives;
  int r = 0;

  if (HAS (o, READONLYDISK) && parse_marked (g, o->readonlydisk, &marked) == -1)
    return -1;
  if (HAS (o, LIVE) && o->live)
    return gk_client_error (g, 0, LIVE);
  if ((!readonly && gk_domain_is_off (dom, &err) == -1) ||
      gk_domain_disks (dom, &disks, &n, &err) == -1)
    return gk_client_error_take (g, &err);
  for (size_t i = 0; i < n && r == 0; i++)
    r = add_disk (g, &disks[i], readonly, marked, o);
  gk_domain_free_disks (disks, n);
  if (r == -1) {
    gk_client_drop_drives (g, before);
    return -1;
  }
  return (int)n;
}

#undef HAS
#define HAS(opt, NAME) ((opt)->bitmask & GUESTFS_ADD_DOMAIN_##NAME##_BITMASK)

int
gk_client_add_domain (guestfs_h *g, const char *dom, const struct guestfs_add_domain_argv *opts)
{
  static const struct guestfs_add_domain_argv none;
  const struct guestfs_add_domain_argv *o = opts ? opts : &none;
  const char *uri = HAS (o, LIBVIRTURI) ? o->libvirturi : NULL;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct guestfs_add_libvirt_dom_argv a = { .bitmask = 0 };
  struct gk_domain d = GK_DOMAIN_INIT;
  virConnectAuth auth;

#define PASS(NAME, member)                                                                         \
  do {                                                                                             \
    if (HAS (o, NAME)) {                                                                           \
      a.bitmask |= GUESTFS_ADD_LIBVIRT_DOM_##NAME##_BITMASK;                                       \
      a.member = o->member;                                                                        \
    }                                                                                              \
  } while (0)

  PASS (READONLY, readonly);
  PASS (IFACE, iface);
  PASS (READONLYDISK, readonlydisk);
  PASS (CACHEMODE, cachemode);
  PASS (DISCARD, discard);
  PASS (COPYONREAD, copyonread);
#undef PASS
  if (HAS (o, LIVE) && o->live)
    return gk_client_error (g, 0, LIVE);
  int r = gk_domain_open (uri, gk_client_libvirt_auth (g, uri, &auth), dom,
                          HAS (o, ALLOWUUID) && o->allowuuid, &d, &err);
  gk_client_libvirt_auth_done (g);
  if (r == -1)
    return gk_client_error_take (g, &err);
  r = guestfs_add_libvirt_dom_argv (g, d.domain, &a);
  gk_domain_close (&d);
  return r;
}
