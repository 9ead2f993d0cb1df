/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The subcommands, in the order in which the help shows them. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cli.h"

#define CLI_COMMANDS                                                                               \
  COMMAND (info)                                                                                   \
  COMMAND (inspect)                                                                                \
  COMMAND (detect)                                                                                 \
  COMMAND (filesystems)                                                                            \
  COMMAND (df)                                                                                     \
  COMMAND (partition)                                                                              \
  COMMAND (mkfs)                                                                                   \
  COMMAND (fsck)                                                                                   \
  COMMAND (resize)                                                                                 \
  COMMAND (wipe)                                                                                   \
  COMMAND (sparsify)                                                                               \
  COMMAND (ls)                                                                                     \
  COMMAND (cat)                                                                                    \
  COMMAND (edit)                                                                                   \
  COMMAND (aug)                                                                                    \
  COMMAND (reg)                                                                                    \
  COMMAND (command)                                                                                \
  COMMAND (rescue)                                                                                 \
  COMMAND (run)                                                                                    \
  COMMAND (diff)                                                                                   \
  COMMAND (cp)                                                                                     \
  COMMAND (tar_in)                                                                                 \
  COMMAND (tar_out)                                                                                \
  COMMAND (mount)                                                                                  \
  COMMAND (umount)                                                                                 \
  COMMAND (shell)                                                                                  \
  COMMAND (exec)                                                                                   \
  COMMAND (gc)                                                                                     \
  COMMAND (doctor)                                                                                 \
  COMMAND (version)

#define COMMAND(name) extern const struct cli_command cli_command_##name;
CLI_COMMANDS
#undef COMMAND

#endif
