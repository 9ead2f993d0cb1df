/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A disk: a drive whose image was looked at. */
#include "op/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"

void
gk_disk_layer_clear (struct gk_disk_layer *layer)
{
  free (layer->format);
  free (layer->path);
  gk_strv_free (layer->place);
  free (layer->data_path);
  gk_strv_free (layer->data_place);
  gk_strv_free (layer->extents);
  *layer = (struct gk_disk_layer){ .format = NULL };
}

void
gk_disk_clear (struct gk_disk *disk)
{
  for (size_t i = 0; i < disk->n_layers; i++)
    gk_disk_layer_clear (&disk->layers[i]);
  free (disk->layers);
  free (disk->overlay);
  free (disk->device);
  if (disk->secret != NULL)
    explicit_bzero (disk->secret, strlen (disk->secret));
  free (disk->secret);
  *disk = (struct gk_disk)GK_DISK_INIT;
}

char *
gk_disk_place_options (char *const *place, const char *prefix)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  for (size_t i = 0; place != NULL && place[i] != NULL; i++) {
    if ((i > 0 && gk_buf_append (&b, ",", 1) == -1) || gk_buf_appends (&b, prefix) == -1)
      return NULL;
    for (const char *p = place[i]; *p != '\0'; p++)
      if (gk_buf_append (&b, p, 1) == -1 || (*p == ',' && gk_buf_append (&b, p, 1) == -1))
        return NULL;
  }
  return gk_buf_finish (&b);
}

int
gk_disk_secret_file (const char *secret, int *ret_fd, char **ret_object, struct gk_error *err)
{
  _cleanup_close_ int fd = memfd_create ("secret", MFD_CLOEXEC);
  char *object;

  if (fd == -1 || gk_write_full (fd, secret, strlen (secret)) == -1)
    return gk_error_sys (err, errno, "memfd");
  /* Opening it by this name starts at offset 0. */
  object = gk_asprintf ("secret,id=" GK_DISK_SECRET_ID ",file=/proc/self/fd/%d", fd);
  if (object == NULL)
    return gk_error_oom (err);
  *ret_fd = gk_steal_fd (&fd);
  *ret_object = object;
  return 0;
}
