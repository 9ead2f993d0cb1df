/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef CLI_SHELL_KEY_H
#define CLI_SHELL_KEY_H

#include <stdbool.h>

struct shell;

/* Ask for a key or passphrase on the terminal, or read it from stdin with
 * --keys-from-stdin.  Malloced; NULL: said why. */
char *shell_read_key (struct shell *sh, const char *name);

/* The same for all commands: NULL with a sentence in *ret_why, or NULL there,
 * too, when errno says that there is no terminal. */
char *cli_ask_key (const char *name, bool from_stdin, bool echo, const char **ret_why);

#endif
