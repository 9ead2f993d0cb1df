/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The kernel's command line. */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strv.h"
#include "uml/uml.h"

/* The kernel measures how fast it can loop unless it is told, 0.1 s.  Nothing
 * in it needs exact short delays. */
#define LOOPS_PER_JIFFY "40000000"

static int
push_line (struct gk_strv *argv, unsigned number, int fd)
{
  return gk_strv_pushf (argv, "ssl%u=fd:%d,fd:%d", number, fd, fd);
}

/* Every console but the one that goes to stdout and every other serial line is
 * switched off: by default they would look for terminals. */
char **
gk_uml_argv (const struct gk_uml_config *config)
{
  static const char *const fixed[] = {
    "root=/dev/root",
    "rootfstype=hostfs",
    "rootflags=/",
    "rw", /* for set_clock; what must not be written to is shown read-only */
    "init=" GK_UML_WORKER,
    "uml_dir=/tmp/",
    "umid=guestkit",
    "con=null",
    "con0=null,fd:1",
    "ssl=null",
    "lpj=" LOOPS_PER_JIFFY,
    "pty.legacy_count=0", /* else 256 pairs of terminals that nobody opens, 0.2 s */
    /* A machine of 128 MB has these; for more memory JFS takes more of it, page by page, 50 ms. */
    "jfs.nTxLock=8192",
    "jfs.nTxBlock=1024",
    "panic=-1",
    "iomem=mmapper," GK_UML_SHARED,
  };
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (gk_strv_push (&argv, "linux.uml") == -1)
    return NULL;
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
    if (gk_strv_push (&argv, fixed[i]) == -1)
      return NULL;
  if (gk_strv_pushf (&argv, "mem=%dM", config->memsize) == -1 ||
      push_line (&argv, GK_UML_CONN_LINE, config->conn_fd) == -1)
    return NULL;
  for (unsigned i = 0; i < config->n_drives; i++)
    if (push_line (&argv, GK_UML_DRIVE_LINE + i, config->line_fds[i]) == -1)
      return NULL;
  /* 2 is a block device's number among virtio devices. */
  for (unsigned i = 0; i < config->n_drives; i++)
    if (gk_strv_pushf (&argv, "virtio_uml.device=" GK_UML_SOCKETS "/drive%u:2", i) == -1)
      return NULL;
  if (config->rescue_fd != -1 && (push_line (&argv, GK_UML_RESCUE_LINE, config->rescue_fd) == -1 ||
                                  push_line (&argv, GK_UML_RESCUED_LINE, config->rescued_fd) == -1))
    return NULL;
  /* What follows is for the first program. */
  if (gk_strv_push (&argv, "--") == -1 ||
      (config->rescue_fd != -1 && gk_strv_push (&argv, "--uml-rescue") == -1) ||
      gk_strv_push (&argv, "--uml-init") == -1)
    return NULL;
  return gk_strv_finish (&argv);
}
