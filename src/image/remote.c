/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Images that are not local files, as options of qemu's own drivers for them.
 *
 * Each option is given on its own; only curl's drivers want one URL, and what
 * goes into it is checked to have no character that could end a part of it.
 */
#include "image/image-priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "op/disk.h"
#include "op/drive.h"

/* --- servers --------------------------------------------------------------------- */

struct server {
  char *unix_path; /* or NULL, then: */
  char *host;      /* without brackets */
  char *port;
};

static void
server_clear (struct server *s)
{
  free (s->unix_path);
  free (s->host);
  free (s->port);
}
#define _cleanup_server_ __attribute__ ((cleanup (server_clear)))

/* "unix:/path", "[tcp:]host[:port]", "[tcp:][v6]:port". */
static int
parse_server (const char *text, const char *default_port, struct server *ret, struct gk_error *err)
{
  const char *rest = gk_after_prefix (text, "unix:"), *host, *colon;
  size_t host_size;

  if (rest != NULL) {
    ret->unix_path = strdup (rest);
    return ret->unix_path == NULL ? gk_error_oom (err) : 0;
  }
  rest = gk_after_prefix (text, "tcp:");
  host = rest != NULL ? rest : text;
  if (host[0] == '[' && strchr (host, ']') != NULL) {
    host++;
    host_size = strcspn (host, "]");
    colon = host + host_size + 1;
  } else {
    host_size = strcspn (host, ":");
    colon = host + host_size;
  }
  if (host_size == 0 || (*colon != '\0' && *colon != ':'))
    return gk_error_set (err, EINVAL, "%s: not a server: HOST, HOST:PORT or unix:/PATH", text);
  ret->host = strndup (host, host_size);
  ret->port = strdup (*colon == ':' ? colon + 1 : default_port);
  return ret->host == NULL || ret->port == NULL ? gk_error_oom (err) : 0;
}

static int
push_server (struct gk_strv *sv, const struct server *s)
{
  if (s->unix_path != NULL)
    return gk_strv_push (sv, "server.type=unix") == -1 ||
                   gk_strv_pushf (sv, "server.path=%s", s->unix_path) == -1
               ? -1
               : 0;
  return gk_strv_push (sv, "server.type=inet") == -1 ||
                 gk_strv_pushf (sv, "server.host=%s", s->host) == -1 ||
                 gk_strv_pushf (sv, "server.port=%s", s->port) == -1
             ? -1
             : 0;
}

/* --- one function for each kind of driver ------------------------------------------ */

struct protocol {
  const char *name;
  const char *default_port;
  int (*place) (const struct protocol *p, const struct gk_drive *drive, const struct server *s,
                struct gk_strv *sv, struct gk_error *err);
};

static int
nbd_place (const struct protocol *p, const struct gk_drive *drive, const struct server *s,
           struct gk_strv *sv, struct gk_error *err)
{
  const char *name = drive->filename == NULL ? "" : drive->filename;

  if (gk_strv_push (sv, "driver=nbd") == -1 || push_server (sv, s) == -1 ||
      (name[0] != '\0' && gk_strv_pushf (sv, "export=%s", name) == -1))
    return gk_error_oom (err);
  return 0;
}

/* Everything but letters, digits and a few signs becomes %XX. */
static int
append_url_path (struct gk_buf *b, const char *path)
{
  for (; *path != '\0'; path++) {
    unsigned char c = *path;
    bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
                 strchr ("/-._~%?&=+,:@", c) != NULL;
    if ((plain ? gk_buf_append (b, path, 1) : gk_buf_appendf (b, "%%%02X", c)) == -1)
      return -1;
  }
  return 0;
}

static int
curl_place (const struct protocol *p, const struct gk_drive *drive, const struct server *s,
            struct gk_strv *sv, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf url = GK_BUF_INIT;
  bool v6;

  if (s->unix_path != NULL)
    return gk_error_set (err, EINVAL, "%s: only tcp is supported", p->name);
  if (drive->filename == NULL || drive->filename[0] != '/')
    return gk_error_set (err, EINVAL, "%s: pathname must begin with a '/'", p->name);
  if (strpbrk (s->host, "/@?#%\\ ") != NULL || strspn (s->port, "0123456789") != strlen (s->port))
    return gk_error_set (err, EINVAL, "%s: %s:%s: not a server", p->name, s->host, s->port);
  v6 = strchr (s->host, ':') != NULL;
  if (gk_buf_appendf (&url, "%s://%s%s%s:%s", p->name, v6 ? "[" : "", s->host, v6 ? "]" : "",
                      s->port) == -1 ||
      append_url_path (&url, drive->filename) == -1 ||
      gk_strv_pushf (sv, "driver=%s", p->name) == -1 ||
      gk_strv_pushf (sv, "url=%s", url.data) == -1 ||
      (drive->username != NULL && gk_strv_pushf (sv, "username=%s", drive->username) == -1) ||
      (drive->secret != NULL && gk_strv_push (sv, "password-secret=" GK_DISK_SECRET_ID) == -1))
    return gk_error_oom (err);
  return 0;
}

static int
ssh_place (const struct protocol *p, const struct gk_drive *drive, const struct server *s,
           struct gk_strv *sv, struct gk_error *err)
{
  if (s->unix_path != NULL)
    return gk_error_set (err, EINVAL, "ssh: only tcp is supported");
  if (drive->filename == NULL || drive->filename[0] == '\0')
    return gk_error_set (err, EINVAL, "ssh: a pathname must be given");
  if (drive->secret != NULL)
    return gk_error_set (err, ENOTSUP,
                         "ssh: a password cannot be given; use a key that the SSH agent holds");
  if (gk_strv_push (sv, "driver=ssh") == -1 ||
      gk_strv_pushf (sv, "server.host=%s", s->host) == -1 ||
      gk_strv_pushf (sv, "server.port=%s", s->port) == -1 ||
      gk_strv_pushf (sv, "path=%s", drive->filename) == -1 ||
      (drive->username != NULL && gk_strv_pushf (sv, "user=%s", drive->username) == -1))
    return gk_error_oom (err);
  return 0;
}

static const struct protocol protocols[] = {
  { "nbd", "10809", nbd_place }, { "http", "80", curl_place },  { "https", "443", curl_place },
  { "ftp", "21", curl_place },   { "ftps", "990", curl_place }, { "ssh", "22", ssh_place },
};

int
gk_image_remote_place (const struct gk_drive *drive, char ***ret_place, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  _cleanup_server_ struct server server = { NULL, NULL, NULL };
  const struct protocol *p = NULL;
  char **place;

  for (size_t i = 0; p == NULL && i < sizeof protocols / sizeof protocols[0]; i++)
    if (gk_streq (protocols[i].name, drive->protocol))
      p = &protocols[i];
  if (p == NULL)
    return gk_error_set (err, ENOTSUP, "drives of the protocol %s are not supported",
                         drive->protocol);
  if (gk_strv_length (drive->server) != 1)
    return gk_error_set (err, EINVAL, "%s: you must specify exactly one server", p->name);
  if (parse_server (drive->server[0], p->default_port, &server, err) == -1 ||
      p->place (p, drive, &server, &sv, err) == -1)
    return -1;
  place = gk_strv_finish (&sv);
  if (place == NULL)
    return gk_error_oom (err);
  *ret_place = place;
  return 0;
}
