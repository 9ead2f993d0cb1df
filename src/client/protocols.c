/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The protocols by which a drive can be reached: one row each, with what it
 * demands of the servers, the name of the disk and the credentials.  The texts
 * are libguestfs's, since programs show and match them. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "client/handle-priv.h"

/* --- servers ------------------------------------------------------------------- */

static bool
valid_host (const char *host)
{
  static const char allowed[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]";

  return *host != '\0' && host[strspn (host, allowed)] == '\0';
}

/* The colon before a port, or NULL.  What follows "]" or the only colon is a
 * port if it is a number; a bare IPv6 address has none. */
static const char *
find_port (const char *s)
{
  const char *colon = strrchr (s, ':');

  if (!colon || colon[1] == '\0' || colon[1 + strspn (colon + 1, "0123456789")] != '\0')
    return NULL;
  if (colon == strchr (s, ':') || colon[-1] == ']')
    return colon;
  return NULL;
}

static int
parse_tcp (guestfs_h *g, const char *s, struct gk_strv *to)
{
  const char *colon = find_port (s);
  uint64_t port;

  if (!colon) {
    if (!valid_host (s))
      return gk_client_error (g, 0, "invalid hostname or server string ‘%s’", s);
    return gk_strv_push (to, s) == -1 ? gk_client_oom (g) : 0;
  }
  _cleanup_free_ char *host = strndup (s, (size_t)(colon - s));
  if (!host)
    return gk_client_oom (g);
  if (!valid_host (host))
    return gk_client_error (g, 0, "invalid hostname ‘%s’", host);
  if (gk_parse_u64 (colon + 1, 65535, &port) == -1 || port == 0)
    return gk_client_error (g, 0, "invalid port number ‘%s’", colon + 1);
  if (gk_strv_pushf (to, "tcp:%s:%u", host, (unsigned)port) == -1)
    return gk_client_oom (g);
  return 0;
}

static int
parse_server (guestfs_h *g, const char *s, struct gk_strv *to)
{
  const char *path = gk_after_prefix (s, "unix:");
  const char *tcp = gk_after_prefix (s, "tcp:");

  if (!path)
    return parse_tcp (g, tcp ? tcp : s, to);
  if (*path == '\0')
    return gk_client_error (g, 0, "missing Unix domain socket path");
  return gk_strv_push (to, s) == -1 ? gk_client_oom (g) : 0;
}

int
gk_client_parse_servers (guestfs_h *g, char *const *servers, struct gk_drive *drive)
{
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;

  if (!servers || !servers[0])
    return 0;
  for (size_t i = 0; servers[i]; i++)
    if (parse_server (g, servers[i], &list) == -1)
      return -1;
  drive->server = gk_strv_finish (&list);
  return drive->server ? 0 : gk_client_oom (g);
}

/* --- protocols ------------------------------------------------------------------- */

enum { NO_SERVER, ONE_SERVER, MANY_SERVERS };

struct protocol {
  const char *name;
  const char *family; /* what errors begin with */
  int servers;
  bool tcp_only; /* no Unix socket */
  bool need_port;
  bool credentials;  /* takes a user name and a secret */
  char slash;        /* the disk's name must ('/') or must not ('!') begin with one; 0: either */
  const char *empty; /* what the disk's name is called when it may not be empty, or NULL */
  const char *what;  /* ... when it begins wrongly */
};

static const struct protocol protocols[] = {
  { .name = "file", .family = "file", .servers = NO_SERVER },
#define CURL(n)                                                                                    \
  {                                                                                                \
    .name = n, .family = "curl", .servers = ONE_SERVER, .tcp_only = true, .credentials = true,     \
    .slash = '/', .empty = "pathname", .what = "pathname"                                          \
  }
  CURL ("ftp"),
  CURL ("ftps"),
  CURL ("http"),
  CURL ("https"),
  CURL ("tftp"),
  { .name = "gluster",
    .family = "gluster",
    .servers = ONE_SERVER,
    .slash = '!',
    .empty = "volume name parameter",
    .what = "volume/image" },
  { .name = "iscsi",
    .family = "iscsi",
    .servers = ONE_SERVER,
    .tcp_only = true,
    .credentials = true,
    .slash = '!',
    .empty = "target name",
    .what = "target string" },
  { .name = "nbd", .family = "nbd", .servers = ONE_SERVER },
  { .name = "rbd",
    .family = "rbd",
    .servers = MANY_SERVERS,
    .tcp_only = true,
    .need_port = true,
    .credentials = true,
    .slash = '!',
    .empty = "image name parameter",
    .what = "image name" },
  { .name = "sheepdog",
    .family = "sheepdog",
    .servers = MANY_SERVERS,
    .tcp_only = true,
    .need_port = true,
    .slash = '!',
    .empty = "volume parameter",
    .what = "volume parameter" },
  { .name = "ssh",
    .family = "ssh",
    .servers = ONE_SERVER,
    .tcp_only = true,
    .credentials = true,
    .slash = '/',
    .empty = "pathname",
    .what = "pathname" },
};

static int
check_file (guestfs_h *g, const struct gk_drive *d)
{
  const char *what = d->server ? "server" : d->username ? "username" : d->secret ? "secret" : NULL;

  if (what)
    return gk_client_error (g, 0, "you cannot specify a %s with file-backed disks", what);
  return 0;
}

static int
check_servers (guestfs_h *g, const struct protocol *p, char *const *servers)
{
  if (p->servers == ONE_SERVER && gk_strv_length (servers) != 1)
    return gk_client_error (g, 0, "%s: you must specify exactly one server", p->family);
  for (size_t i = 0; servers && servers[i]; i++) {
    if (p->tcp_only && gk_after_prefix (servers[i], "unix:"))
      return gk_client_error (g, 0, "%s: only tcp transport is supported", p->family);
    if (p->need_port && !gk_after_prefix (servers[i], "tcp:"))
      return gk_client_error (g, 0, "%s: port number must be specified", p->family);
  }
  return 0;
}

static int
check_name (guestfs_h *g, const struct protocol *p, const char *filename)
{
  if (p->empty && *filename == '\0')
    return gk_client_error (g, 0, "%s: %s should not be an empty string", p->family, p->empty);
  if (p->slash == '/' && *filename != '/')
    return gk_client_error (g, 0, "%s: %s must begin with a '/'", p->family, p->what);
  if (p->slash == '!' && *filename == '/')
    return gk_client_error (g, 0, "%s: %s must not begin with a '/'", p->family, p->what);
  return 0;
}

int
gk_client_check_protocol (guestfs_h *g, const struct gk_drive *d, const char *filename)
{
  const struct protocol *p = NULL;

  for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
    if (gk_streq (protocols[i].name, d->protocol))
      p = &protocols[i];
  if (!p)
    return gk_client_error (g, 0, "unknown protocol ‘%s’", d->protocol);
  if (p->servers == NO_SERVER)
    return check_file (g, d);
  if (!p->credentials && (d->username || d->secret))
    return gk_client_error (g, 0, "%s: you cannot specify a %s with this protocol", p->family,
                            d->username ? "username" : "secret");
  if (check_servers (g, p, d->server) == -1)
    return -1;
  return check_name (g, p, filename);
}
