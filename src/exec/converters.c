/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Conversions of text for those in the jail. */
#include "exec/converters.h"

static const char *const pairs[GK_N_CONVERTERS][2] = {
  { "UTF-8", "UTF-16LE" },
  { "UTF-16LE", "UTF-8" },
  { "UTF-8", "LATIN1" },
  { "LATIN1", "UTF-8" },
};

void
gk_converters_open (struct gk_converters *c)
{
  for (unsigned i = 0; i < GK_N_CONVERTERS; i++)
    c->open[i] = iconv_open (pairs[i][0], pairs[i][1]);
}

void
gk_converters_close (struct gk_converters *c)
{
  for (unsigned i = 0; i < GK_N_CONVERTERS; i++)
    if (c->open[i] != (iconv_t)-1)
      iconv_close (c->open[i]);
}
