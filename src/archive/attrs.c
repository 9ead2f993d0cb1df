/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Extended attributes, SELinux labels and POSIX ACLs of an object as pax
 * records, under the names that GNU tar and libarchive read. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "archive/archive-priv.h"

#define LABEL "security.selinux"
#define ACL_ACCESS "system.posix_acl_access"
#define ACL_DEFAULT "system.posix_acl_default"
/* The kernel's limit for one value and for the list of names. */
#define MAX_XATTR 65536

/* --- ACLs ------------------------------------------------------------------- */

/* The attribute: a version word, then entries of 8 bytes.  The ACL library is
 * no help: it reads ACLs by path. */
#define ACL_VERSION 2
struct acl_entry {
  uint16_t tag, perm;
  uint32_t id;
};

static int
append_entry (struct gk_buf *text, const struct acl_entry *x)
{
  static const struct {
    uint16_t tag;
    const char *name;
    bool has_id;
  } tags[] = { { 0x01, "user", false }, { 0x02, "user", true },  { 0x04, "group", false },
               { 0x08, "group", true }, { 0x10, "mask", false }, { 0x20, "other", false } };
  unsigned perm = le16toh (x->perm);
  char id[16] = "";

  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
    if (tags[i].tag != le16toh (x->tag))
      continue;
    if (tags[i].has_id)
      snprintf (id, sizeof id, "%u", le32toh (x->id));
    return gk_buf_appendf (text, "%s:%s:%c%c%c\n", tags[i].name, id, perm & 4 ? 'r' : '-',
                           perm & 2 ? 'w' : '-', perm & 1 ? 'x' : '-');
  }
  errno = EINVAL;
  return -1;
}

static int
read_acl (const char *path, const char *attr, const char *key, char *value, struct gk_buf *records)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  struct acl_entry x;
  uint32_t version;
  ssize_t n;

  n = getxattr (path, attr, value, MAX_XATTR);
  if (n == -1)
    return errno == ENODATA || errno == EOPNOTSUPP ? 0 : -1;
  if (n < 4 || (memcpy (&version, value, 4), le32toh (version) != ACL_VERSION)) {
    errno = EINVAL;
    return -1;
  }
  for (ssize_t i = 4; i + (ssize_t)sizeof x <= n; i += (ssize_t)sizeof x) {
    memcpy (&x, value + i, sizeof x);
    if (append_entry (&text, &x) == -1)
      return -1;
  }
  return text.size ? gk_ar_pax_record (records, key, text.data, text.size) : 0;
}

/* --- all ---------------------------------------------------------------------- */

/* A name may have what separates key and value; GNU tar writes it so. */
static int
xattr_record (struct gk_buf *records, const char *name, const char *value, size_t len)
{
  _cleanup_gk_buf_ struct gk_buf key = GK_BUF_INIT;

  if (gk_buf_appends (&key, "SCHILY.xattr.") == -1)
    return -1;
  for (; *name; name++) {
    int r = *name == '=' || *name == '%' ? gk_buf_appendf (&key, "%%%02X", (unsigned char)*name)
                                         : gk_buf_append (&key, name, 1);

    if (r == -1)
      return -1;
  }
  return gk_ar_pax_record (records, key.data, value, len);
}

static int
read_xattrs (const char *path, const struct gk_ar_keep *keep, char *names, char *value,
             struct gk_buf *records)
{
  ssize_t n = listxattr (path, names, MAX_XATTR), len;
  int r;

  if (n == -1)
    return errno == EOPNOTSUPP ? 0 : -1;
  for (char *p = names; p < names + n; p += strlen (p) + 1) {
    bool is_label = gk_streq (p, LABEL);

    if (gk_streq (p, ACL_ACCESS) || gk_streq (p, ACL_DEFAULT) ||
        (is_label ? !keep->selinux : !keep->xattrs))
      continue;
    len = getxattr (path, p, value, MAX_XATTR);
    if (len == -1 && (errno == ENODATA || errno == EOPNOTSUPP))
      continue;
    if (len == -1)
      return -1;
    if (is_label && len > 0 && value[len - 1] == '\0')
      len--; /* a string in an archive, with its NUL in an inode */
    r = is_label ? gk_ar_pax_record (records, "RHT.security.selinux", value, (size_t)len)
                 : xattr_record (records, p, value, (size_t)len);
    if (r == -1)
      return -1;
  }
  return 0;
}

int
gk_ar_read_attrs (int fd, const struct stat *st, const struct gk_ar_keep *keep,
                  struct gk_buf *records)
{
  _cleanup_free_ char *names = NULL, *value = NULL;
  char path[32];

  if (!keep->xattrs && !keep->selinux && !keep->acls)
    return 0;
  gk_fd_path (fd, path);
  /* Most objects have nothing. */
  if (listxattr (path, NULL, 0) <= 0)
    return 0;
  names = malloc (MAX_XATTR);
  value = malloc (MAX_XATTR);
  if (!names || !value)
    return -1;
  if ((keep->xattrs || keep->selinux) && read_xattrs (path, keep, names, value, records) == -1)
    return -1;
  if (!keep->acls || S_ISLNK (st->st_mode))
    return 0;
  if (read_acl (path, ACL_ACCESS, "SCHILY.acl.access", value, records) == -1)
    return -1;
  if (!S_ISDIR (st->st_mode))
    return 0;
  return read_acl (path, ACL_DEFAULT, "SCHILY.acl.default", value, records);
}
