/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the kernel runs when it wants a module: "modprobe -q -- NAME".
 *
 * A program of its own because the worker takes 75 ms to start in there, most
 * of it for libraries, and opening one encrypted disk asks ten times. */
#include <stddef.h>

#include "uml/uml.h"

int
main (int argc, char *argv[])
{
  return argc > 1 && gk_uml_modprobe (argv[argc - 1], NULL) == 0 ? 0 : 1;
}
