/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Conversions of text for those in the jail.
 *
 * iconv finds its tables in files of this machine, which the jail does not have:
 * what is open when the walls go up can be opened again behind them. */
#ifndef GK_EXEC_CONVERTERS_H
#define GK_EXEC_CONVERTERS_H

#include <iconv.h>

#define GK_N_CONVERTERS 4

struct gk_converters {
  iconv_t open[GK_N_CONVERTERS];
};

/* Those that hivex needs.  What this machine does not have is left out. */
void gk_converters_open (struct gk_converters *c);
void gk_converters_close (struct gk_converters *c);

#endif
