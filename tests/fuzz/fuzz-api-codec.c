/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Fuzz: any bytes as the body of a call, of a result or of a control request.
 * The first byte chooses which; a result is decoded as that of the call whose
 * number follows. */
/* rooms: api op base */
#include <stdint.h>
#include <stdlib.h>

#include "api/codec.h"
#include "api/control.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
  union gk_arg args[GK_MAX_ARGS];
  struct gk_launch_params params;
  const struct gk_call *call;
  union gk_ret ret;
  void *opts;
  char *path;
  int flags, mode;

  if (size < 3)
    return 0;
  call = &gk_calls[(data[1] | (unsigned)data[2] << 8) % gk_n_calls];
  switch (data[0] % 4) {
  case 0:
    gk_decode_call (&d, data + 3, size - 3, &call, args, &opts, NULL);
    break;
  case 1:
    if (gk_decode_result (data + 3, size - 3, call, &ret, NULL) == 0)
      gk_ret_free (call, &ret);
    break;
  case 2:
    if (gk_decode_launch (data + 3, size - 3, &params, NULL) == 0)
      gk_launch_params_clear (&params);
    break;
  case 3:
    if (gk_decode_open (data + 3, size - 3, &path, &flags, &mode, NULL) == 0)
      free (path);
    break;
  }
  return 0;
}
