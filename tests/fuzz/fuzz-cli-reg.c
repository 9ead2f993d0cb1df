/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: base */
/* .reg files, which come from anywhere. */
#include <stddef.h>
#include <stdint.h>

#include "cli/reg-parse.c"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct reg_file file = { NULL, 0 };

  if (reg_parse ((const char *)data, size, &file, &err) == 0)
    reg_file_clear (&file);
  return 0;
}
