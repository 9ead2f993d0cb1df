/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* NTFS, and whether Windows left it in a state in which nobody else may write to it.
 *
 * A volume that Windows will go on with (it is hibernated, which a shutdown for
 * a "fast startup" is too) would lose what it has in memory or what was
 * written meanwhile; ntfs-3g's probe finds that out.  The flag by which a volume
 * asks for a check that probe passes over, so it is read here, of the record of
 * $Volume: the form is that of the Linux kernel's fs/ntfs3/ntfs.h. */
#include "fs/ntfs.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "exec/exec.h"
#include "fs/fs-priv.h"

static const struct gk_fs_names names = {
  .package = "ntfs-3g",
  .label = GK_LIST ("ntfslabel"),
  .uuid = GK_LIST ("ntfslabel", "--new-serial="),
  .digits = 16,
  .label_last = true,
  .no_dash = true,
};

static const struct gk_fs_check check = {
  .package = "ntfs-3g",
  .check = GK_LIST ("ntfsfix", "-n"),
  .repair = GK_LIST ("ntfsfix"),
  .answers = 1,
};

static const struct gk_fs_resizing resizing = { .minimum = gk_ntfs_minimum_size };

#define PROBE_MS 30000
#define PROBE_MEMORY (UINT64_C (256) << 20)
/* Exit statuses of ntfs-3g.probe(8). */
enum { HIBERNATED = 14, UNCLEAN = 15 };

#define VOLUME_RECORD 3
#define VOLUME_INFORMATION 0x70
#define END_OF_ATTRIBUTES 0xffffffff
#define DIRTY 0x0001
#define RECORD_MAX 65536

static uint64_t
le (const unsigned char *p, size_t bytes)
{
  uint64_t v = 0;

  memcpy (&v, p, bytes);
  return le64toh (v);
}

/* Where a record of the master file table is; its first ones are in one piece. */
static bool
find_record (const unsigned char *boot, unsigned number, uint64_t *ret_at, size_t *ret_size)
{
  uint64_t cluster =
      le (boot + 11, 2) * (boot[13] > 0x80 ? 1u << ((256 - boot[13]) & 31) : boot[13]);
  int per_record = (signed char)boot[64];
  uint64_t size =
      per_record > 0 ? (uint64_t)per_record * cluster : UINT64_C (1) << (-per_record & 31);
  uint64_t at;

  if (memcmp (boot + 3, "NTFS    ", 8) != 0 || size < 512 || size > RECORD_MAX ||
      __builtin_mul_overflow (le (boot + 48, 8), cluster, &at) || at > INT64_MAX / 2)
    return false;
  *ret_at = at + number * size;
  *ret_size = size;
  return true;
}

/* The flags of a $Volume record; they are not among its bytes that stand
 * elsewhere, the last two of each sector. */
static bool
is_dirty_record (const unsigned char *record, size_t size)
{
  if (memcmp (record, "FILE", 4) != 0)
    return false;
  for (size_t at = le (record + 20, 2); at + 24 <= size;) {
    const unsigned char *attribute = record + at;
    uint64_t type = le (attribute, 4), length = le (attribute + 4, 4);
    size_t value = at + le (attribute + 20, 2);
    if (type == VOLUME_INFORMATION)
      return value + 12 <= size && (le (record + value + 10, 2) & DIRTY);
    if (type == END_OF_ATTRIBUTES || length < 24 || length > size)
      break;
    at += length;
  }
  return false;
}

static bool
is_dirty (const char *device)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  unsigned char boot[512];
  uint64_t at;
  size_t size;

  if (fd == -1 || gk_pread_full (fd, boot, sizeof boot, 0) != sizeof boot ||
      !find_record (boot, VOLUME_RECORD, &at, &size))
    return false;
  _cleanup_free_ unsigned char *record = malloc (size);
  return record && gk_pread_full (fd, record, size, (off_t)at) == (ssize_t)size &&
         is_dirty_record (record, size);
}

int
gk_ntfs_check_writable (const char *device, struct gk_task *task, struct gk_error *err)
{
  _cleanup_free_ char *tool = gk_exec_find ("ntfs-3g.probe");
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  _cleanup_error_ struct gk_error ignored = GK_ERROR_INIT;
  struct gk_exec x = GK_EXEC_INIT;

  x.argv = (const char *const[]){ "ntfs-3g.probe", "--readwrite", device, NULL };
  x.timeout_ms = PROBE_MS;
  x.max_memory = PROBE_MEMORY;
  x.task = task;
  if (tool)
    gk_exec_run (&x, &result, &ignored);
  if (result.status == HIBERNATED)
    return gk_error_set (err, EROFS,
                         "Windows is hibernated on it (or was shut down for a fast startup): "
                         "only a read-only mount is safe until it is started and shut down whole");
  if (result.status == UNCLEAN)
    return gk_error_set (
        err, EROFS,
        "this NTFS was not unmounted, its journal wants a replay: only a read-only "
        "mount is possible until Windows has started from it");
  if (is_dirty (device))
    return gk_error_set (
        err, EROFS,
        "this NTFS is marked dirty: only a read-only mount is possible until Windows "
        "has checked it (chkdsk /f)");
  return 0;
}

const struct gk_fs gk_fs_ntfs = {
  .name = "ntfs",
  .alias = GK_LIST ("ntfs3"),
  .kernel_types = GK_LIST ("ntfs3"),
  .check_writable = gk_ntfs_check_writable,
  .server = "ntfs-3g",
  .mkfs = "mkfs.ntfs",
  .package = "ntfs-3g",
  .mkfs_args = GK_LIST ("-Q", "-F"), /* no zeroing of a virtual disk; also a whole disk */
  .blocksize_option = "-c",
  .label_option = "-L",
  .label_max = 128,
  .label_is_utf16 = true,
  .names = &names,
  .check = &check,
  .resizing = &resizing,
};
