/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Credentials for libvirt: a program says which it can ask for, and answers in
 * its callback of GUESTFS_EVENT_LIBVIRT_AUTH. */
#include <libvirt/libvirt.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/strv.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"

static const struct {
  const char *name;
  int type;
} types[GK_CREDENTIAL_TYPES] = {
  { "username", VIR_CRED_USERNAME },         { "authname", VIR_CRED_AUTHNAME },
  { "language", VIR_CRED_LANGUAGE },         { "cnonce", VIR_CRED_CNONCE },
  { "passphrase", VIR_CRED_PASSPHRASE },     { "echoprompt", VIR_CRED_ECHOPROMPT },
  { "noechoprompt", VIR_CRED_NOECHOPROMPT }, { "realm", VIR_CRED_REALM },
  { "external", VIR_CRED_EXTERNAL },
};

int
gk_client_set_libvirt_supported_credentials (guestfs_h *g, char *const *creds)
{
  int list[GK_CREDENTIAL_TYPES];
  unsigned n = 0;

  for (size_t i = 0; creds[i]; i++) {
    size_t t = 0;
    while (t < GK_CREDENTIAL_TYPES && !gk_streq (types[t].name, creds[i]))
      t++;
    if (t == GK_CREDENTIAL_TYPES)
      return gk_client_error (g, 0, "unknown credential type ‘%s’", creds[i]);
    if (n == GK_CREDENTIAL_TYPES)
      return gk_client_error (g, 0, "list of supported credentials is too long");
    list[n++] = types[t].type;
  }
  memcpy (g->credential_types, list, n * sizeof list[0]);
  g->n_credential_types = n;
  return 0;
}

/* --- while a connection is made ------------------------------------------------------ */

static int
ask (virConnectCredentialPtr wanted, unsigned n, void *opaque)
{
  guestfs_h *g = opaque;

  for (unsigned i = 0; i < n; i++) {
    wanted[i].result = NULL;
    wanted[i].resultlen = 0;
  }
  g->wanted = wanted;
  g->n_wanted = n;
  gk_client_event_text (g, GUESTFS_EVENT_LIBVIRT_AUTH, g->wanted_by, strlen (g->wanted_by));
  g->wanted = NULL;
  g->n_wanted = 0;
  return 0; /* what stayed NULL was not answered, which is libvirt's to judge */
}

virConnectAuthPtr
gk_client_libvirt_auth (guestfs_h *g, const char *uri, virConnectAuthPtr auth)
{
  if (g->n_credential_types == 0 || !gk_client_has_event (g, GUESTFS_EVENT_LIBVIRT_AUTH))
    return NULL;
  g->wanted_by = uri ? uri : "";
  *auth = (virConnectAuth){
    .credtype = g->credential_types, .ncredtype = g->n_credential_types, .cb = ask, .cbdata = g
  };
  return auth;
}

void
gk_client_libvirt_auth_done (guestfs_h *g)
{
  g->wanted_by = NULL;
}

/* --- in the callback ---------------------------------------------------------------------- */

static int
check (guestfs_h *g, const char *call)
{
  if (g->wanted)
    return 0;
  return gk_client_error (g, 0,
                          "guestfs_%s should only be called from within the "
                          "GUESTFS_EVENT_LIBVIRT_AUTH event handler",
                          call);
}

/* NULL with the error set. */
static virConnectCredentialPtr
find (guestfs_h *g, const char *call, int index)
{
  if (check (g, call) == -1)
    return NULL;
  if (index >= 0 && (unsigned)index < g->n_wanted)
    return &g->wanted[index];
  gk_client_error (g, 0, "credential index out of range");
  return NULL;
}

static char *
copy (guestfs_h *g, const char *text)
{
  char *s = strdup (text ? text : "");

  if (s == NULL)
    gk_client_oom (g);
  return s;
}

char **
gk_client_get_libvirt_requested_credentials (guestfs_h *g)
{
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;

  if (check (g, "get_libvirt_requested_credentials") == -1)
    return NULL;
  for (unsigned i = 0; i < g->n_wanted; i++)
    for (size_t t = 0; t < GK_CREDENTIAL_TYPES; t++)
      if (types[t].type == g->wanted[i].type && gk_strv_push (&list, types[t].name) == -1) {
        gk_client_oom (g);
        return NULL;
      }
  char **v = gk_strv_finish (&list);
  if (v == NULL)
    gk_client_oom (g);
  return v;
}

char *
gk_client_get_libvirt_requested_credential_prompt (guestfs_h *g, int index)
{
  virConnectCredentialPtr c = find (g, "get_libvirt_requested_credential_prompt", index);

  return c ? copy (g, c->prompt) : NULL;
}

char *
gk_client_get_libvirt_requested_credential_challenge (guestfs_h *g, int index)
{
  virConnectCredentialPtr c = find (g, "get_libvirt_requested_credential_challenge", index);

  return c ? copy (g, c->challenge) : NULL;
}

char *
gk_client_get_libvirt_requested_credential_defresult (guestfs_h *g, int index)
{
  virConnectCredentialPtr c = find (g, "get_libvirt_requested_credential_defresult", index);

  return c ? copy (g, c->defresult) : NULL;
}

int
gk_client_set_libvirt_requested_credential (guestfs_h *g, int index, const char *cred,
                                            size_t cred_size)
{
  virConnectCredentialPtr c = find (g, "set_libvirt_requested_credential", index);

  if (c == NULL)
    return -1;
  /* libvirt frees it, and some of it reads it as a C string. */
  char *result = malloc (cred_size + 1);
  if (result == NULL)
    return gk_client_oom (g);
  memcpy (result, cred, cred_size);
  result[cred_size] = '\0';
  free (c->result);
  c->result = result;
  c->resultlen = (unsigned)cred_size;
  return 0;
}
