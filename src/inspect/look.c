/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: what kind of filesystem this is.
 *
 * The kinds are tried in order; each asks for a few names that together are
 * found in no other.  The first that says yes describes it.  */
#include <stddef.h>

#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/read.h"

/* /bin is a directory, or as in systems with merged /usr a link to one that may
 * be on another filesystem. */
static bool
has_bin (void)
{
  return gk_look_is_dir ("/bin") || gk_look_is_link_to ("/bin", "usr/bin") ||
         gk_look_is_link_to ("/bin", "/usr/bin");
}

static bool
has_unix_dirs (void)
{
  return gk_look_is_dir ("/etc") && gk_look_is_dir ("/bin");
}

static bool
is_boot (void)
{
  return gk_look_is_file ("/grub/menu.lst") || gk_look_is_file ("/grub/grub.conf") ||
         gk_look_is_file ("/grub2/grub.cfg");
}

static bool
is_freebsd (void)
{
  return has_unix_dirs () && gk_look_is_file ("/etc/freebsd-update.conf") &&
         gk_look_is_file ("/etc/fstab");
}

static bool
is_netbsd (void)
{
  return has_unix_dirs () && gk_look_is_file ("/netbsd") && gk_look_is_file ("/etc/fstab") &&
         gk_look_is_file ("/etc/release");
}

static bool
is_openbsd (void)
{
  return has_unix_dirs () && gk_look_is_file ("/bsd") && gk_look_is_file ("/etc/fstab") &&
         gk_look_is_file ("/etc/motd");
}

static bool
is_hurd (void)
{
  return gk_look_is_file ("/hurd/console") && gk_look_is_file ("/hurd/hello") &&
         gk_look_is_file ("/hurd/null");
}

static bool
is_minix (void)
{
  return has_unix_dirs () && gk_look_is_file ("/service/vm") && gk_look_is_file ("/etc/fstab") &&
         gk_look_is_file ("/etc/version");
}

static bool
is_linux (void)
{
  return gk_look_is_dir ("/etc") && has_bin () &&
         (gk_look_is_file ("/etc/fstab") || gk_look_is_file ("/etc/hosts"));
}

static bool
is_coreos (void)
{
  return gk_look_is_dir ("/root") && gk_look_is_dir ("/home") && gk_look_is_dir ("/usr") &&
         gk_look_is_file ("/etc/coreos/update.conf");
}

static bool
is_usr_local (void)
{
  return has_unix_dirs () && gk_look_is_dir ("/share") && !gk_look_is_there ("/local") &&
         !gk_look_is_file ("/etc/fstab");
}

static bool
is_linux_usr (void)
{
  return has_unix_dirs () && gk_look_is_dir ("/share") && gk_look_is_there ("/local") &&
         !gk_look_is_file ("/etc/fstab");
}

/* A /usr of today has no etc of its own. */
static bool
is_merged_usr (void)
{
  return gk_look_is_dir ("/bin") && gk_look_is_dir ("/lib") && gk_look_is_dir ("/share") &&
         gk_look_is_there ("/local") && gk_look_is_file ("/lib/os-release");
}

static bool
is_coreos_usr (void)
{
  return gk_look_is_dir ("/bin") && gk_look_is_dir ("/share") && gk_look_is_there ("/local") &&
         gk_look_is_dir ("/share/coreos");
}

static bool
is_var (void)
{
  return gk_look_is_dir ("/log") && gk_look_is_dir ("/run") && gk_look_is_dir ("/spool");
}

static bool
is_freedos (void)
{
  char *path = gk_look_nocase ("/FDOS/FREEDOS.BSS");
  bool found = path && gk_look_is_file (path);

  free (path);
  return found;
}

static const struct {
  const char *role;
  bool (*is) (void);
  void (*describe) (struct json_object *report); /* or NULL */
} kinds[] = {
  { "other", is_boot, NULL },
  { "root", is_freebsd, gk_look_freebsd },
  { "root", is_netbsd, gk_look_netbsd },
  { "root", is_openbsd, gk_look_openbsd },
  { "root", is_hurd, gk_look_hurd },
  { "root", is_minix, gk_look_minix },
  { "root", is_linux, gk_look_linux },
  { "root", is_coreos, gk_look_coreos },
  { "ostree", gk_look_is_ostree, gk_look_ostree },
  { "other", is_usr_local, NULL },
  { "usr", is_coreos_usr, gk_look_coreos_usr },
  { "usr", is_linux_usr, gk_look_linux_usr },
  { "usr", is_merged_usr, gk_look_linux_usr },
  { "other", is_var, NULL },
  { "root", gk_look_is_windows, gk_look_windows },
  { "root", is_freedos, gk_look_freedos },
};

int
gk_inspect_look (struct json_object *report, void *opaque, struct gk_error *err)
{
  const char *role = "other";

  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (kinds[i].is ()) {
      role = kinds[i].role;
      if (kinds[i].describe)
        kinds[i].describe (report);
      break;
    }
  gk_json_add_str (report, "role", role);
  return 0;
}
