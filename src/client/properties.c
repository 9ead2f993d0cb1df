/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The settings of a handle that are only kept, checked and given back.  Some
 * mean nothing without an appliance (memsize, smp, hv, append, path ...); they
 * keep libguestfs's limits, since programs set and read them. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"

#define MIN_MEMSIZE 256
#define MAX_SMP 255
#define DEFAULT_PATH "/usr/lib/guestkit"

/* Replace a string that the handle owns.  NULL: value is NULL too. */
static int
set_string (guestfs_h *g, char **where, const char *value)
{
  char *copy = value ? strdup (value) : NULL;

  if (value && !copy)
    return gk_client_oom (g);
  free (*where);
  *where = copy;
  return 0;
}

static char *
copy_out (guestfs_h *g, const char *value)
{
  char *copy = strdup (value);

  if (!copy)
    gk_client_oom (g);
  return copy;
}

/* --- switches ---------------------------------------------------------------- */

#define SWITCH(name, field)                                                                        \
  int gk_client_set_##name (guestfs_h *g, int value)                                               \
  {                                                                                                \
    g->field = value != 0;                                                                         \
    return 0;                                                                                      \
  }                                                                                                \
  int gk_client_get_##name (guestfs_h *g)                                                          \
  {                                                                                                \
    return g->field;                                                                               \
  }

SWITCH (verbose, verbose)
SWITCH (trace, trace)
SWITCH (autosync, autosync)
SWITCH (network, network)
SWITCH (pgroup, pgroup)
SWITCH (direct, direct_mode)
SWITCH (recovery_proc, recovery_proc)
SWITCH (selinux, selinux)

/* --- numbers ----------------------------------------------------------------- */

int
gk_client_set_memsize (guestfs_h *g, int memsize)
{
  if (memsize < MIN_MEMSIZE)
    return gk_client_error (g, 0, "too small value for memsize (must be at least %d)", MIN_MEMSIZE);
  g->memsize = memsize;
  return 0;
}

int
gk_client_get_memsize (guestfs_h *g)
{
  return g->memsize;
}

int
gk_client_set_smp (guestfs_h *g, int smp)
{
  if (smp > MAX_SMP)
    return gk_client_error (g, 0, "unsupported number of smp vcpus: %d", smp);
  if (smp < 1)
    return gk_client_error (g, 0, "invalid smp parameter: %d", smp);
  g->smp = smp;
  return 0;
}

int
gk_client_get_smp (guestfs_h *g)
{
  return g->smp;
}

/* --- strings ----------------------------------------------------------------- */

int
gk_client_set_path (guestfs_h *g, const char *searchpath)
{
  return set_string (g, &g->path, searchpath ? searchpath : DEFAULT_PATH);
}

const char *
gk_client_get_path (guestfs_h *g)
{
  return g->path;
}

int
gk_client_set_append (guestfs_h *g, const char *append)
{
  return set_string (g, &g->append, append);
}

const char *
gk_client_get_append (guestfs_h *g)
{
  return g->append;
}

int
gk_client_set_program (guestfs_h *g, const char *program)
{
  return set_string (g, &g->program, program);
}

const char *
gk_client_get_program (guestfs_h *g)
{
  return g->program;
}

/* It becomes a part of every trace line. */
int
gk_client_set_identifier (guestfs_h *g, const char *identifier)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

  if (identifier[strspn (identifier, allowed)] != '\0')
    return gk_client_error (
        g, 0, "identifier must contain only alphanumeric characters, underscore or minus sign");
  return set_string (g, &g->identifier, identifier);
}

const char *
gk_client_get_identifier (guestfs_h *g)
{
  return g->identifier;
}

int
gk_client_set_hv (guestfs_h *g, const char *hv)
{
  return set_string (g, &g->hv, hv);
}

/* NULL brings back the default, which is what libguestfs would run here. */
int
gk_client_set_qemu (guestfs_h *g, const char *hv)
{
  struct utsname uts;

  if (hv)
    return gk_client_set_hv (g, hv);
  if (uname (&uts) == -1)
    return gk_client_perror (g, "uname");
  _cleanup_free_ char *name = gk_asprintf ("/usr/bin/qemu-system-%s", uts.machine);
  return name ? gk_client_set_hv (g, name) : gk_client_oom (g);
}

char *
gk_client_get_hv (guestfs_h *g)
{
  return copy_out (g, g->hv);
}

const char *
gk_client_get_qemu (guestfs_h *g)
{
  return g->hv;
}

/* --- parameters of an emulator that there is not -------------------------------- */

int
gk_client_config (guestfs_h *g, const char *hvparam, const char *hvvalue)
{
  static const char *const refused[] = { "-kernel", "-initrd",      "-nographic", "-display",
                                         "-serial", "-full-screen", "-std-vga",   "-vnc" };

  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
    if (gk_streq (hvparam, refused[i]))
      return gk_client_error (g, 0, "parameter ‘%s’ isn't allowed", hvparam);
  if (gk_strv_push (&g->config_params, hvparam) == -1 ||
      (hvvalue && gk_strv_push (&g->config_params, hvvalue) == -1))
    return gk_client_oom (g);
  return 0;
}

/* --- state --------------------------------------------------------------------- */

int
gk_client_get_state (guestfs_h *g)
{
  return g->state;
}

int
gk_client_is_config (guestfs_h *g)
{
  return g->state == GK_STATE_CONFIG;
}

int
gk_client_is_launching (guestfs_h *g)
{
  return g->state == GK_STATE_LAUNCHING;
}

int
gk_client_is_ready (guestfs_h *g)
{
  return g->state == GK_STATE_READY;
}

/* Callers never see a busy handle: they wait for its lock. */
int
gk_client_is_busy (guestfs_h *g)
{
  return 0;
}

int
gk_client_wait_ready (guestfs_h *g)
{
  if (g->state == GK_STATE_READY)
    return 0;
  return gk_client_error (g, 0, "qemu has not been launched yet");
}

int
gk_client_get_pid (guestfs_h *g)
{
  if (g->worker_pid > 0)
    return g->worker_pid;
  return gk_client_error (g, 0, "get-pid can only be called after launch");
}

int64_t
gk_client_c_pointer (guestfs_h *g)
{
  return (int64_t)(intptr_t)g;
}

/* Nothing here ends at a number of disks but descriptors and loop devices; the
 * answer is that of libguestfs with virtio-scsi, which programs compare with. */
int
gk_client_max_disks (guestfs_h *g)
{
  return 255;
}
