/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Bodies of the control requests: see control.h. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/codec.h"
#include "api/control.h"
#include "base/error.h"
#include "base/strv.h"

/* The text fields of a drive, in wire order. */
static const size_t drive_strings[] = {
  offsetof (struct gk_drive, filename), offsetof (struct gk_drive, format),
  offsetof (struct gk_drive, protocol), offsetof (struct gk_drive, username),
  offsetof (struct gk_drive, secret),   offsetof (struct gk_drive, cachemode),
  offsetof (struct gk_drive, discard),  offsetof (struct gk_drive, label),
  offsetof (struct gk_drive, name),     offsetof (struct gk_drive, iface),
  offsetof (struct gk_drive, device),
};
#define N_DRIVE_STRINGS (sizeof drive_strings / sizeof drive_strings[0])
#define N_DRIVE_FIELDS (N_DRIVE_STRINGS + 4)

static void
pack_bool (msgpack_packer *pk, bool b)
{
  if (b)
    msgpack_pack_true (pk);
  else
    msgpack_pack_false (pk);
}

static void
pack_drive (msgpack_packer *pk, const struct gk_drive *drive)
{
  msgpack_pack_array (pk, N_DRIVE_FIELDS);
  for (size_t i = 0; i < N_DRIVE_STRINGS; ++i)
    gk_pack_string (pk, *(char *const *)((const char *)drive + drive_strings[i]));
  gk_pack_list (pk, drive->server);
  msgpack_pack_int (pk, drive->blocksize);
  pack_bool (pk, drive->readonly);
  pack_bool (pk, drive->copyonread);
}

int
gk_encode_launch (msgpack_sbuffer *out, const struct gk_launch_params *params, struct gk_error *err)
{
  msgpack_packer pk;

  msgpack_packer_init (&pk, out, msgpack_sbuffer_write);
  msgpack_pack_array (&pk, 10);
  pack_bool (&pk, params->verbose);
  pack_bool (&pk, params->network);
  pack_bool (&pk, params->selinux);
  pack_bool (&pk, params->autosync);
  gk_pack_string (&pk, params->identifier ? params->identifier : "");
  gk_pack_string (&pk, params->attacher);
  msgpack_pack_int (&pk, params->needs);
  msgpack_pack_int (&pk, params->memsize);
  pack_bool (&pk, params->rescue);
  msgpack_pack_array (&pk, params->ndrives);
  for (size_t i = 0; i < params->ndrives; ++i)
    pack_drive (&pk, &params->drives[i]);
  return out->data ? 0 : gk_error_oom (err);
}

static bool
take_bool (const msgpack_object *o, bool *ret_value)
{
  if (o->type != MSGPACK_OBJECT_BOOLEAN)
    return false;
  *ret_value = o->via.boolean;
  return true;
}

static bool
take_string (struct gk_decoder *d, const msgpack_object *o, char **ret_s)
{
  const char *s;

  if (gk_object_string (d, o, &s) == -1)
    return false;
  *ret_s = s ? strdup (s) : NULL;
  return s == NULL || *ret_s != NULL;
}

static bool
take_int (const msgpack_object *o, int *ret_value)
{
  if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER || o->via.u64 > INT32_MAX)
    return false;
  *ret_value = (int)o->via.u64;
  return true;
}

static bool
take_drive (struct gk_decoder *d, const msgpack_object *o, struct gk_drive *drive)
{
  char **server;

  if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != N_DRIVE_FIELDS)
    return false;
  const msgpack_object *f = o->via.array.ptr;
  for (size_t i = 0; i < N_DRIVE_STRINGS; ++i)
    if (!take_string (d, f++, (char **)((char *)drive + drive_strings[i])))
      return false;
  if (gk_object_list (d, f++, &server) == -1)
    return false;
  if (server && (drive->server = gk_strv_copy (server)) == NULL)
    return false;
  return take_int (f, &drive->blocksize) && take_bool (f + 1, &drive->readonly) &&
         take_bool (f + 2, &drive->copyonread) && drive->filename && drive->protocol;
}

static bool
take_params (struct gk_decoder *d, const msgpack_object *o, struct gk_launch_params *p)
{
  if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 10)
    return false;
  const msgpack_object *f = o->via.array.ptr;
  if (!take_bool (f, &p->verbose) || !take_bool (f + 1, &p->network) ||
      !take_bool (f + 2, &p->selinux) || !take_bool (f + 3, &p->autosync) ||
      !take_string (d, f + 4, &p->identifier) || p->identifier == NULL ||
      !take_string (d, f + 5, &p->attacher) || !take_int (f + 6, &p->needs) ||
      !take_int (f + 7, &p->memsize) || !take_bool (f + 8, &p->rescue) ||
      f[9].type != MSGPACK_OBJECT_ARRAY)
    return false;

  const msgpack_object_array *drives = &f[9].via.array;
  p->drives = calloc (drives->size + 1, sizeof *p->drives);
  if (p->drives == NULL)
    return false;
  for (uint32_t i = 0; i < drives->size; ++i) {
    p->ndrives = i + 1;
    if (!take_drive (d, &drives->ptr[i], &p->drives[i]))
      return false;
  }
  return true;
}

int
gk_decode_launch (const void *body, size_t size, struct gk_launch_params *ret_params,
                  struct gk_error *err)
{
  _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
  struct gk_launch_params p = GK_LAUNCH_PARAMS_INIT;
  msgpack_object o;

  if (gk_decode (&d, body, size, &o, err) == -1)
    return -1;
  if (!take_params (&d, &o, &p)) {
    gk_launch_params_clear (&p);
    return gk_error_set (err, EPROTO, "malformed message: launch");
  }
  *ret_params = p;
  return 0;
}

void
gk_launch_params_clear (struct gk_launch_params *params)
{
  for (size_t i = 0; i < params->ndrives; ++i)
    gk_drive_clear (&params->drives[i]);
  free (params->drives);
  free (params->identifier);
  free (params->attacher);
  *params = (struct gk_launch_params)GK_LAUNCH_PARAMS_INIT;
}

int
gk_encode_open (msgpack_sbuffer *out, const char *path, int flags, int mode, struct gk_error *err)
{
  msgpack_packer pk;

  msgpack_packer_init (&pk, out, msgpack_sbuffer_write);
  msgpack_pack_array (&pk, 3);
  gk_pack_string (&pk, path);
  msgpack_pack_int (&pk, flags);
  msgpack_pack_int (&pk, mode);
  return out->data ? 0 : gk_error_oom (err);
}

int
gk_decode_open (const void *body, size_t size, char **ret_path, int *ret_flags, int *ret_mode,
                struct gk_error *err)
{
  _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
  msgpack_object o;
  char *path = NULL;

  if (gk_decode (&d, body, size, &o, err) == -1)
    return -1;
  if (o.type != MSGPACK_OBJECT_ARRAY || o.via.array.size != 3 ||
      !take_int (&o.via.array.ptr[1], ret_flags) || !take_int (&o.via.array.ptr[2], ret_mode) ||
      !take_string (&d, &o.via.array.ptr[0], &path) || path == NULL)
    return gk_error_set (err, EPROTO, "malformed message: open");
  *ret_path = path;
  return 0;
}
