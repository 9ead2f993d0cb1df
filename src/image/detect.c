/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The format of an image.
 *
 * qemu-img knows, but takes 5 ms to say so, more than the whole attaching of a
 * raw file.  So a raw file is recognised here: one in which no format's probe
 * would find what it looks for.  Where this table is too broad, qemu-img is
 * asked once too often; a probe that qemu gets and this table lacks would open
 * such images as raw, which is harmless to read and a defect to fix.
 *
 * Like qemu, this finds no magic at the end of a file: a fixed VHD or a dmg
 * with another name is raw unless the caller says what it is.
 */
#include "image/image-priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"

struct magic {
  size_t offset;
  const char *bytes;
  size_t size;
};
#define MAGIC(offset, bytes)                                                                       \
  {                                                                                                \
    offset, bytes, sizeof (bytes) - 1                                                              \
  }

static const struct magic magics[] = {
  MAGIC (0, "QFI\xfb"), /* qcow, qcow2 */
  MAGIC (0, "QED"),
  MAGIC (0, "KDMV"), /* vmdk */
  MAGIC (0, "COWD"),
  MAGIC (0x40, "\x7f\x10\xda\xbe"), /* vdi */
  MAGIC (0x40, "\xbe\xda\x10\x7f"),
  MAGIC (0, "vhdxfile"),
  MAGIC (0, "conectix"),         /* vpc */
  MAGIC (0, "WithoutFreeSpace"), /* parallels */
  MAGIC (0, "WithouFreSpacExt"),
  MAGIC (0, "LUKS\xba\xbe"),
  MAGIC (0, "Bochs Virtual HD Image"),
  MAGIC (0, "#!/bin/sh\n#V2.0 Format"), /* cloop */
};

/* A vmdk descriptor is text: comments and empty lines, then "version=". */
static bool
maybe_vmdk_text (const unsigned char *head, size_t n)
{
  return n > 0 &&
         (head[0] == '#' || head[0] == ' ' || head[0] == '\r' || head[0] == '\n' || head[0] == 'v');
}

enum gk_image_look
gk_image_look (const char *path, const unsigned char *head, size_t n)
{
  const char *dot = strrchr (path, '.');

  if (n >= 8 && memcmp (head, "QFI\xfb\0\0\0", 7) == 0 && head[7] >= 2)
    return GK_LOOK_QCOW2;
  for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
    const struct magic *m = &magics[i];
    if (n >= m->offset + m->size && memcmp (head + m->offset, m->bytes, m->size) == 0)
      return GK_LOOK_ASK;
  }
  if (maybe_vmdk_text (head, n))
    return GK_LOOK_ASK;
  /* The only format that goes by the file's name. */
  if (dot != NULL && gk_streq (dot, ".dmg"))
    return GK_LOOK_ASK;
  return GK_LOOK_RAW;
}

bool
gk_image_has_data_file (const unsigned char *head, size_t n)
{
  /* Bytes 72 to 79 are the incompatible features, big endian; bit 2. */
  return n >= 80 && head[7] >= 3 && (head[79] & 4) != 0;
}

int
gk_image_detect (const char *path, struct gk_task *task, char **ret_format, struct gk_error *err)
{
  _cleanup_image_layer_ struct gk_image_layer layer = { .path = NULL };

  if (gk_image_top (path, NULL, task, &layer, err) == -1)
    return -1;
  *ret_format = gk_steal_ptr (layer.format);
  return 0;
}

static const char *const formats[] = {
  "raw", "qcow2",     "vmdk", "vdi", "vhdx",  "vpc",   "qcow",
  "qed", "parallels", "luks", "dmg", "bochs", "cloop", NULL,
};

int
gk_image_check_format (const char *format, struct gk_error *err)
{
  for (size_t i = 0; formats[i] != NULL; i++)
    if (gk_streq (format, formats[i]))
      return 0;
  return gk_error_set (err, EINVAL, "%s: unknown image format", format);
}
