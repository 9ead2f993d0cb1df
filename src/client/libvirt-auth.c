/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Credentials for libvirt.  The library makes no connection to libvirt, so
 * GUESTFS_EVENT_LIBVIRT_AUTH is never sent: programs announce what they could
 * answer, and are never asked. */
#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"

int
gk_client_set_libvirt_supported_credentials (guestfs_h *g, char *const *creds)
{
  static const char *const known[] = { "username",   "authname",   "language",     "cnonce",
                                       "passphrase", "echoprompt", "noechoprompt", "realm",
                                       "external",   NULL };

  for (size_t i = 0; creds[i]; i++)
    if (!gk_strv_contains ((char *const *)known, creds[i]))
      return gk_client_error (g, 0, "unknown credential type ‘%s’", creds[i]);
  return 0;
}

static int
not_asked (guestfs_h *g, const char *call)
{
  return gk_client_error (g, 0,
                          "guestfs_%s should only be called from within the "
                          "GUESTFS_EVENT_LIBVIRT_AUTH event handler",
                          call);
}

char **
gk_client_get_libvirt_requested_credentials (guestfs_h *g)
{
  not_asked (g, "get_libvirt_requested_credentials");
  return NULL;
}

char *
gk_client_get_libvirt_requested_credential_prompt (guestfs_h *g, int index)
{
  not_asked (g, "get_libvirt_requested_credential_prompt");
  return NULL;
}

char *
gk_client_get_libvirt_requested_credential_challenge (guestfs_h *g, int index)
{
  not_asked (g, "get_libvirt_requested_credential_challenge");
  return NULL;
}

char *
gk_client_get_libvirt_requested_credential_defresult (guestfs_h *g, int index)
{
  not_asked (g, "get_libvirt_requested_credential_defresult");
  return NULL;
}

int
gk_client_set_libvirt_requested_credential (guestfs_h *g, int index, const char *cred,
                                            size_t cred_size)
{
  return not_asked (g, "set_libvirt_requested_credential");
}
