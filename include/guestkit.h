/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What guestkit has beyond the libguestfs API.
 *
 * These functions work on the same handle as guestfs.h, set the same errors
 * (guestfs_last_error, guestfs_last_errno) and return -1 or NULL on failure.
 * All are since 0.1.
 */
#ifndef GUESTKIT_H_
#define GUESTKIT_H_

#include <guestfs.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define GUESTKIT_PUBLIC __attribute__ ((visibility ("default")))
#else
#define GUESTKIT_PUBLIC
#endif

/* "0.1.0".  Constant. */
extern GUESTKIT_PUBLIC const char *guestkit_version (void);

/* Open a file of the guest and return a real descriptor (close-on-exec), which
 * the caller closes.  path is absolute and resolved inside the guest; flags
 * and mode are those of open(2).  Only regular files and directories can be
 * opened.  Needs a launcher that shares this kernel (ENOTSUP otherwise) and a
 * mounted root.
 *
 * A file system with open descriptors cannot be unmounted (EBUSY) before they
 * are closed.  The end of the session says EBUSY as well; the image stays in use
 * until the last of them is closed, and what is written by then may be lost. */
extern GUESTKIT_PUBLIC int guestkit_open (guestfs_h *g, const char *path, int flags, int mode);

/* The same for a directory, for fdopendir(3), fstatat(2) and their kin, and for
 * the root of the guest's tree.  What is opened below such a descriptor is
 * looked up by this kernel, and ".." and absolute links lead to the host: use
 * openat2(2) with RESOLVE_IN_ROOT on that of the root. */
extern GUESTKIT_PUBLIC int guestkit_opendir (guestfs_h *g, const char *path);
extern GUESTKIT_PUBLIC int guestkit_root_fd (guestfs_h *g);

/* Show the mounted guest tree at a directory of the caller's own mount
 * namespace: a kernel mount, nothing in the data path.  dir must exist.  It
 * is taken away by guestkit_unmount_tree, by the end of the session, and when
 * the calling program dies; a mount of somebody else at the same directory, under
 * it or in its place, stays.  One tree per session.  Needs CAP_SYS_ADMIN. */
extern GUESTKIT_PUBLIC int guestkit_mount_tree (guestfs_h *g, const char *dir);
extern GUESTKIT_PUBLIC int guestkit_unmount_tree (guestfs_h *g);

/* All that is known of an operating system: root is one that guestfs_inspect_os
 * returned.  When its tree is mounted, as guestfs_inspect_get_mountpoints says,
 * facts about it are added.  JSON text as guestkit-inspect(5) describes it; the
 * caller frees it. */
extern GUESTKIT_PUBLIC char *guestkit_inspect (guestfs_h *g, const char *root);

/* Remove a value of a node of the registry hive that guestfs_hivex_open has
 * opened for writing; that there is none of this name is no error.  Numbers of the
 * node's other values are no longer valid. */
extern GUESTKIT_PUBLIC int guestkit_hivex_delete_value (guestfs_h *g, int64_t nodeh,
                                                        const char *key);

/* When the guest enforces SELinux: give path and all below it that has no
 * label the one that the guest's file_contexts has for it.  Returns how many got one. */
extern GUESTKIT_PUBLIC int guestkit_selinux_label_new (guestfs_h *g, const char *path);

/* Everything by which the content of a device could be recognized: a JSON list of
 * objects with type, kind ("content" or "table"), offset, label, uuid. */
extern GUESTKIT_PUBLIC char *guestkit_signatures (guestfs_h *g, const char *device);

/* Check the filesystem of a device that is not mounted, or, with repair, repair it.
 * type is NULL, or what it is where that is not recognized any more.  A JSON
 * object with device, type, tool, result ("clean", "repaired", "faults", "not
 * checked"), status (0, 1, 4, 8 for these), log (there is a journal that
 * wants a replay, and the check was one without it) and output, the tool's
 * words.  Without repair nothing is written. */
extern GUESTKIT_PUBLIC char *guestkit_check (guestfs_h *g, const char *device, const char *type,
                                             int repair);

/* Make the partition table of a disk what layout says: JSON as guestkit(1)
 * describes it.  Returns what was done as a JSON object.  With
 * GUESTKIT_LAYOUT_PLAN nothing is done; without GUESTKIT_LAYOUT_FORCE it is EEXIST,
 * and nothing is done, when the content of a partition would be lost. */
#define GUESTKIT_LAYOUT_PLAN 1
#define GUESTKIT_LAYOUT_FORCE 2
extern GUESTKIT_PUBLIC char *guestkit_part_apply (guestfs_h *g, const char *device,
                                                  const char *layout, int flags);

/* How many bytes of its device a filesystem says that it uses; 0 when there is none, or one of
 * a kind that does not say (vfs_type tells which). */
extern GUESTKIT_PUBLIC int64_t guestkit_filesystem_size (guestfs_h *g, const char *device);

/* Make a filesystem of a kind that no call of the guestfs API resizes (jfs, nilfs2, reiserfs) as
 * large as its device; others are ENOTSUP.  jfs and nilfs2 must be mounted on / for it. */
extern GUESTKIT_PUBLIC int guestkit_filesystem_grow (guestfs_h *g, const char *device);

/* How many bytes the partition could have where it is: until the next one, the end of the
 * extended one that it is in, or of the disk.  disk_size: as if the disk had so many bytes; 0: as
 * it is.  Of GPT and MBR; else ENOTSUP. */
extern GUESTKIT_PUBLIC int64_t guestkit_part_room (guestfs_h *g, const char *device, int partnum,
                                                   int64_t disk_size);

/* Give a partition so many bytes, whatever is in it, and also while what is in it is in use.
 * What is beyond the new end is lost: guestfs_part_resize asks. */
extern GUESTKIT_PUBLIC int guestkit_part_set_size (guestfs_h *g, const char *device, int partnum,
                                                   int64_t size);

/* How many bytes of its device a physical volume needs for what is allocated on it: the least
 * that guestfs_pvresize_size takes. */
extern GUESTKIT_PUBLIC int64_t guestkit_pv_used (guestfs_h *g, const char *device);

/* An opened LUKS device (/dev/mapper/...) gets so many bytes, 0: as many as the device below
 * has for it.  Nothing is written to the disk. */
extern GUESTKIT_PUBLIC int guestkit_luks_resize (guestfs_h *g, const char *device, int64_t size);

/* Give a part of a device back to the host: what is read there afterwards is not
 * said.  The drive was added with discard.  Of a disk with partitions it is EBUSY
 * when one of them is there. */
extern GUESTKIT_PUBLIC int guestkit_discard (guestfs_h *g, const char *device, int64_t offset,
                                             int64_t length);

/* A rescue shell: guestfs_set_append was called with "guestfs_rescue=1", and the session
 * is one of the uml launcher, which is then taken by itself.  It runs in there, with the
 * drives in /dev and the guest's tree at /sysroot, while calls go on.  Once in a session.
 *
 * Returns a socket that belongs to the handle.  Without a command (NULL) it is the terminal of
 * an interactive shell, which has rows and columns (0: unknown); with one it is what the
 * command writes to its output and its error output, and the command has nothing to read.  At
 * the end of the shell it is at its end; closing the handle ends the shell. */
extern GUESTKIT_PUBLIC int guestkit_rescue (guestfs_h *g, const char *command, int rows,
                                            int columns);
/* The window has another size now. */
extern GUESTKIT_PUBLIC int guestkit_rescue_window (guestfs_h *g, int rows, int columns);
/* Wait until the shell has ended.  Its exit status, or 128 and the signal it died of. */
extern GUESTKIT_PUBLIC int guestkit_rescue_status (guestfs_h *g);

#ifdef __cplusplus
}
#endif

#endif /* GUESTKIT_H_ */
