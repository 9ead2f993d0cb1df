/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rules of yara that a session has loaded. */
#ifndef GK_FORENSICS_FORENSICS_H
#define GK_FORENSICS_FORENSICS_H

struct gk_yara;

void gk_yara_free (struct gk_yara *yara); /* NULL is nothing */

#endif
