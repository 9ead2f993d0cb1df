/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* libarchive, which brings libxml2, libcrypto and the compressors: loaded by the calls
 * that make or read an archive (exec/library.h).  Who reads one in the jail loads it
 * before the walls go up. */
#ifndef GK_ARCHIVE_LIBRARY_H
#define GK_ARCHIVE_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>

#include "exec/library.h"

#define GK_AR_FUNCTIONS(X)                                                                         \
  X (archive_entry_acl_clear)                                                                      \
  X (archive_entry_clone)                                                                          \
  X (archive_entry_copy_gname)                                                                     \
  X (archive_entry_copy_hardlink)                                                                  \
  X (archive_entry_copy_pathname)                                                                  \
  X (archive_entry_copy_uname)                                                                     \
  X (archive_entry_filetype)                                                                       \
  X (archive_entry_free)                                                                           \
  X (archive_entry_hardlink)                                                                       \
  X (archive_entry_mtime)                                                                          \
  X (archive_entry_mtime_is_set)                                                                   \
  X (archive_entry_mtime_nsec)                                                                     \
  X (archive_entry_new)                                                                            \
  X (archive_entry_pathname)                                                                       \
  X (archive_entry_set_filetype)                                                                   \
  X (archive_entry_size)                                                                           \
  X (archive_entry_xattr_add_entry)                                                                \
  X (archive_entry_xattr_clear)                                                                    \
  X (archive_entry_xattr_count)                                                                    \
  X (archive_entry_xattr_next)                                                                     \
  X (archive_entry_xattr_reset)                                                                    \
  X (archive_errno)                                                                                \
  X (archive_error_string)                                                                         \
  X (archive_filter_code)                                                                          \
  X (archive_filter_count)                                                                         \
  X (archive_read_data)                                                                            \
  X (archive_read_data_block)                                                                      \
  X (archive_read_free)                                                                            \
  X (archive_read_new)                                                                             \
  X (archive_read_next_header)                                                                     \
  X (archive_read_open_fd)                                                                         \
  X (archive_read_support_filter_all)                                                              \
  X (archive_read_support_filter_by_code)                                                          \
  X (archive_read_support_format_raw)                                                              \
  X (archive_read_support_format_tar)                                                              \
  X (archive_write_add_filter_by_name)                                                             \
  X (archive_write_close)                                                                          \
  X (archive_write_data)                                                                           \
  X (archive_write_data_block)                                                                     \
  X (archive_write_disk_new)                                                                       \
  X (archive_write_disk_set_options)                                                               \
  X (archive_write_fail)                                                                           \
  X (archive_write_finish_entry)                                                                   \
  X (archive_write_free)                                                                           \
  X (archive_write_header)                                                                         \
  X (archive_write_new)                                                                            \
  X (archive_write_open)                                                                           \
  X (archive_write_set_bytes_in_last_block)                                                        \
  X (archive_write_set_bytes_per_block)                                                            \
  X (archive_write_set_filter_option)                                                              \
  X (archive_write_set_format_raw)

struct gk_ar_library {
  GK_AR_FUNCTIONS (GK_LIBRARY_MEMBER)
};

int gk_ar_library_load (struct gk_ar_library *ret, struct gk_error *err);

#endif
