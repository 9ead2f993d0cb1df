/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The parts of guestkit rescue. */
#ifndef CLI_RESCUE_H
#define CLI_RESCUE_H

#include "cli/cli.h"

/* The key that is followed by a word to guestkit itself. */
#define RESCUE_NO_ESCAPE (-1)

/* rescue-terminal.c: connect this terminal with the shell's until one of them ends.  An exit code;
 * *ret_signal is set when a signal ended it, which is to have its effect after the session. */
int rescue_terminal (guestfs_h *g, int console, int escape, int *ret_signal);
/* What is said before. */
void rescue_say_escape (int escape);

#endif
