/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Makes the kernel's boot shorter: preloaded into linux.uml.
 *
 * Debian's kernel wants to run /sbin/hotplug for each device and each bus that
 * there is, seven hundred times until its first program could forbid it.  The
 * sandbox has no such program, but each try costs a process of the machine
 * outside: as much as all the rest of the boot.  So the name is taken away
 * before the kernel begins.
 */
#include <link.h>
#include <stddef.h>
#include <string.h>

/* The kernel's variable, with all of its room (UEVENT_HELPER_PATH_LEN): nothing
 * else looks so. */
static const char helper[256] = "/sbin/hotplug";

static int
clear_helper (struct dl_phdr_info *program, size_t size, void *opaque)
{
  (void)size;
  (void)opaque;
  for (int i = 0; i < program->dlpi_phnum; i++) {
    const ElfW (Phdr) *p = &program->dlpi_phdr[i];
    if (p->p_type != PT_LOAD || (p->p_flags & (PF_W | PF_X)) != PF_W)
      continue;
    char *found =
        memmem ((void *)(program->dlpi_addr + p->p_vaddr), p->p_filesz, helper, sizeof helper);
    if (found != NULL)
      *found = '\0';
  }
  return 1; /* the program itself is the first, and enough */
}

__attribute__ ((constructor)) static void
no_events (void)
{
  dl_iterate_phdr (clear_helper, NULL);
}
