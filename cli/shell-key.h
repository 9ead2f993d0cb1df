/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef CLI_SHELL_KEY_H
#define CLI_SHELL_KEY_H

struct shell;

/* Ask for a key or passphrase on the terminal, or read it from stdin with
 * --keys-from-stdin.  Malloced; NULL: said why. */
char *shell_read_key (struct shell *sh, const char *name);

#endif
