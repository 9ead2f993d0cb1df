/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: what whoever moves a Linux system to another hypervisor wants to
 * know of it (guestkit-inspect(5) has the keys). */
#ifndef GK_INSPECT_FACTS_H
#define GK_INSPECT_FACTS_H

#include "inspect/inspect-priv.h"

gk_inspect_fn gk_look_facts;

#endif
