/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* UUIDs: made at random, and told from other text. */
#include "base/uuid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

int
gk_uuid_random (char text[GK_UUID_TEXT])
{
  unsigned char b[16];

  if (getrandom (b, sizeof b, 0) != sizeof b) {
    errno = EIO;
    return -1;
  }
  b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
  b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
  snprintf (text, GK_UUID_TEXT,
            "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
            b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
            b[15]);
  return 0;
}

bool
gk_uuid_is_text (const char *text)
{
  static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

  for (size_t i = 0; i < sizeof form; i++) {
    bool hex = text[i] && strchr ("0123456789abcdefABCDEF", text[i]);
    if (form[i] == 'x' ? !hex : text[i] != form[i])
      return false;
  }
  return true;
}
