/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: facts of a Linux system that whoever moves it to another
 * hypervisor wants to know: how it boots, what starts it, how it finds its
 * network, which agents of hypervisors it has. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "inspect/inspect-priv.h"
#include "inspect/facts.h"
#include "inspect/read.h"

#define MAX_NAMES 100
#define MODULES_MAX (8u << 20)

struct sign {
  const char *path, *name;
};
#define SIGNS(...)                                                                                 \
  (const struct sign[])                                                                            \
  {                                                                                                \
    __VA_ARGS__,                                                                                   \
    {                                                                                              \
      NULL, NULL                                                                                   \
    }                                                                                              \
  }

static const char *
first_sign (const struct sign *signs)
{
  for (; signs->path; signs++)
    if (gk_look_is_there (signs->path))
      return signs->name;
  return NULL;
}

static struct json_object *
all_signs (const struct sign *signs)
{
  struct json_object *names = json_object_new_array ();
  const char *last = NULL;

  for (; names && signs->path; signs++)
    if (signs->name != last && gk_look_is_there (signs->path)) {
      last = signs->name;
      json_object_array_add (names, json_object_new_string (last));
    }
  return names;
}

/* What /sbin/init is: a link into the program, or its own binary. */
static const char *
init_system (void)
{
  char target[256];
  ssize_t n = readlink ("/sbin/init", target, sizeof target - 1);

  if (n > 0) {
    target[n] = '\0';
    if (strstr (target, "systemd"))
      return "systemd";
    if (strstr (target, "busybox"))
      return "busybox";
    if (strstr (target, "openrc"))
      return "openrc";
  }
  return first_sign (SIGNS ({ "/lib/systemd/systemd", "systemd" },
                            { "/usr/lib/systemd/systemd", "systemd" },
                            { "/sbin/openrc-init", "openrc" }, { "/sbin/openrc", "openrc" },
                            { "/sbin/initctl", "upstart" }, { "/etc/inittab", "sysvinit" }));
}

static void
look_boot (struct json_object *facts)
{
  static const struct sign configs[] = {
    { "/boot/grub/grub.cfg", "grub2" },
    { "/boot/grub2/grub.cfg", "grub2" },
    { "/etc/default/grub", "grub2" },
    { "/boot/grub/menu.lst", "grub1" },
    { "/boot/grub/grub.conf", "grub1" },
    { "/boot/loader/loader.conf", "systemd-boot" },
    { "/boot/efi/loader/loader.conf", "systemd-boot" },
    { "/boot/extlinux/extlinux.conf", "extlinux" },
    { "/boot/extlinux.conf", "extlinux" },
    { "/etc/lilo.conf", "lilo" },
    { "/etc/zipl.conf", "zipl" },
  };

  for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++)
    if (gk_look_is_file (configs[i].path)) {
      gk_json_add_str (facts, "boot_loader", configs[i].name);
      gk_json_add_str (facts, "boot_config", configs[i].path);
      return;
    }
}

static bool
is_dot (const char *name)
{
  return name[0] == '.';
}

/* The lists of a kernel's modules, one behind the other. */
static char *
module_lists (const char *version)
{
  static const char *const lists[] = { "modules.dep", "modules.builtin" };
  _cleanup_gk_buf_ struct gk_buf all = GK_BUF_INIT;

  for (size_t i = 0; i < 2; i++) {
    _cleanup_free_ char *path = gk_asprintf ("/lib/modules/%s/%s", version, lists[i]);
    _cleanup_free_ char *text = path ? gk_look_text (path, MODULES_MAX) : NULL;
    if (text && gk_buf_appends (&all, text) == -1)
      return NULL;
  }
  return gk_buf_finish (&all);
}

/* What stands around a kernel's version in the names of its files. */
struct affix {
  const char *before, *after;
};

static void
add_first_file (struct json_object *kernel, const char *key, const char *version,
                const struct affix *affixes, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    _cleanup_free_ char *path =
        gk_asprintf ("%s%s%s", affixes[i].before, version, affixes[i].after);
    if (path && gk_look_is_file (path)) {
      gk_json_add_str (kernel, key, path);
      return;
    }
  }
}

static struct json_object *
describe_kernel (const char *version)
{
  static const char *const drivers[] = {
    "virtio_blk", "virtio_net",   "virtio_scsi", "nvme",
    "ahci",       "xen-blkfront", "vmw_pvscsi",  "hv_storvsc"
  };
  _cleanup_free_ char *modules = module_lists (version);
  struct json_object *kernel = json_object_new_object ();
  struct json_object *found = json_object_new_array ();
  static const struct affix images[] = {
    { "/boot/vmlinuz-", "" },
    { "/lib/modules/", "/vmlinuz" },
    { "/boot/vmlinux-", "" },
    { "/boot/kernel-", "" },
  };
  static const struct affix initrds[] = {
    { "/boot/initrd.img-", "" },
    { "/boot/initramfs-", ".img" },
    { "/boot/initrd-", "" },
    { "/boot/initramfs-", "" },
  };

  if (kernel == NULL || found == NULL)
    return kernel;
  gk_json_add_str (kernel, "version", version);
  add_first_file (kernel, "image", version, images, sizeof images / sizeof images[0]);
  add_first_file (kernel, "initramfs", version, initrds, sizeof initrds / sizeof initrds[0]);
  for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
    if (modules && strstr (modules, drivers[i]))
      json_object_array_add (found, json_object_new_string (drivers[i]));
  json_object_object_add (kernel, "drivers", found);
  return kernel;
}

static void
look_kernels (struct json_object *facts)
{
  struct json_object *kernels = json_object_new_array ();
  const struct dirent *entry;
  _cleanup_closedir_ DIR *dir = opendir ("/lib/modules");

  while (kernels && dir && (entry = readdir (dir)) != NULL &&
         json_object_array_length (kernels) < MAX_NAMES)
    if (!is_dot (entry->d_name))
      json_object_array_add (kernels, describe_kernel (entry->d_name));
  json_object_object_add (facts, "kernels", kernels);
}

static void
look_selinux (struct json_object *facts)
{
  _cleanup_free_ char *text = gk_look_text ("/etc/selinux/config", GK_LOOK_TEXT_MAX);
  char *rest = text, *line, *value;

  while ((line = gk_look_next (&rest)) != NULL)
    if ((value = gk_look_value (line, "SELINUX")) != NULL)
      gk_json_add_str (facts, "selinux", value);
}

/* /etc/localtime is a link into the zone files, or a copy of one. */
static void
look_timezone (struct json_object *facts)
{
  char target[512];
  ssize_t n = readlink ("/etc/localtime", target, sizeof target - 1);
  _cleanup_free_ char *name = NULL;

  if (n > 0) {
    target[n] = '\0';
    const char *zone = strstr (target, "/zoneinfo/");
    gk_json_add_str (facts, "timezone", zone ? zone + strlen ("/zoneinfo/") : NULL);
  } else {
    name = gk_look_line ("/etc/timezone");
    gk_json_add_str (facts, "timezone", name);
  }
}

/* Accounts whose shell lets a person in. */
static void
look_logins (struct json_object *facts)
{
  struct json_object *names = json_object_new_array ();
  _cleanup_free_ char *text = gk_look_text ("/etc/passwd", GK_LOOK_TEXT_MAX);
  char *rest = text, *line;

  while (names && (line = gk_look_next (&rest)) != NULL &&
         json_object_array_length (names) < MAX_NAMES) {
    const char *shell = strrchr (line, ':');
    size_t n = strcspn (line, ":");
    if (shell == NULL || strstr (shell, "nologin") || strstr (shell, "false") ||
        strstr (shell, "/sync") || strstr (shell, "/shutdown") || strstr (shell, "/halt"))
      continue;
    json_object_array_add (names, json_object_new_string_len (line, (int)n));
  }
  json_object_object_add (facts, "logins", names);
}

int
gk_look_facts (struct json_object *facts, void *opaque, struct gk_error *err)
{
  _cleanup_free_ char *machine_id = gk_look_line ("/etc/machine-id");

  gk_json_add_str (facts, "init", init_system ());
  look_boot (facts);
  look_kernels (facts);
  look_selinux (facts);
  look_timezone (facts);
  look_logins (facts);
  gk_json_add_str (facts, "machine_id", machine_id);
  json_object_object_add (facts, "cloud_init",
                          json_object_new_boolean (gk_look_is_dir ("/etc/cloud")));
  json_object_object_add (facts, "merged_usr",
                          json_object_new_boolean (gk_look_is_link_to ("/bin", "usr/bin") ||
                                                   gk_look_is_link_to ("/bin", "/usr/bin")));
  json_object_object_add (
      facts, "network",
      all_signs (SIGNS ({ "/etc/NetworkManager/NetworkManager.conf", "NetworkManager" },
                        { "/etc/netplan", "netplan" }, { "/etc/network/interfaces", "ifupdown" },
                        { "/etc/sysconfig/network-scripts", "ifcfg" },
                        { "/etc/sysconfig/network/config", "wicked" },
                        { "/etc/systemd/network", "systemd-networkd" },
                        { "/etc/conf.d/net", "netifrc" })));
  json_object_object_add (
      facts, "agents",
      all_signs (SIGNS (
          { "/usr/bin/vmtoolsd", "open-vm-tools" },
          { "/etc/vmware-tools/locations", "vmware-tools" },
          { "/usr/sbin/VBoxService", "virtualbox" }, { "/opt/VBoxGuestAdditions", "virtualbox" },
          { "/usr/bin/qemu-ga", "qemu-guest-agent" }, { "/usr/sbin/qemu-ga", "qemu-guest-agent" },
          { "/usr/sbin/waagent", "walinuxagent" }, { "/usr/sbin/hv_kvp_daemon", "hyper-v" },
          { "/usr/sbin/xe-daemon", "xe-guest-utilities" },
          { "/usr/bin/google_guest_agent", "google-guest-agent" })));
  gk_json_add_str (facts, "firmware",
                   gk_look_is_dir ("/boot/efi/EFI") || gk_look_is_dir ("/efi/EFI") ? "uefi"
                                                                                   : "bios");
  return 0;
}
