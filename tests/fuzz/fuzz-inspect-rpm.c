/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Fuzz: any bytes as rpm's databases of the two kinds that are read by own code, and
 * as the header of a package.  The first byte says which. */
/* rooms: inspect mount md fs part exec api op base */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "inspect/rpm-db.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* More packages say nothing new. */
#define ENOUGH 64

static int
look (void *opaque, const void *blob, size_t size, struct gk_error *err)
{
  int *n = opaque;
  struct json_object *app = json_object_new_object ();

  if (app == NULL)
    abort ();
  if (gk_rpm_header (blob, size, app, err) == -1)
    gk_error_clear (err);
  json_object_to_json_string (app);
  json_object_put (app);
  return ++*n < ENOUGH ? 0 : -1;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static gk_rpm_db_fn *const kinds[] = { gk_rpm_bdb, gk_rpm_ndb };
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  char path[32];
  int n = 0;

  if (size < 1)
    return 0;
  if (data[0] >= sizeof kinds / sizeof kinds[0]) {
    look (&n, data + 1, size - 1, &err);
    return 0;
  }
  _cleanup_close_ int fd = memfd_create ("db", MFD_CLOEXEC);
  if (fd == -1 || gk_write_full (fd, data + 1, size - 1) == -1)
    abort ();
  kinds[data[0]](gk_fd_path (fd, path), look, &n, &err);
  return 0;
}
