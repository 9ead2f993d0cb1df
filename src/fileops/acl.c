/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* POSIX ACLs and capabilities of files, by libacl and libcap in the jail: both
 * work by path, and parse what a guest has stored and what names its users. */
#include <acl/libacl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exec/jail.h"
#include "fileops/fileops-priv.h"

#define TIMEOUT_MS 60000
/* An attribute has 64 KiB; as text that is more. */
#define MAX_TEXT (4u << 20)

struct job {
  const char *path, *text;
  acl_type_t type;
  int out; /* where the answer goes, or -1 */
};

static int
in_jail (struct gk_ctx *ctx, int (*fn) (void *, struct gk_error *), struct job *job,
         struct gk_error *err)
{
  struct gk_jail jail = GK_JAIL_INIT;

  jail.root_fd = ctx->root_fd;
  jail.caps = GK_JAIL_CAPS_FILES;
  jail.pass_fds = &job->out;
  jail.n_pass_fds = job->out >= 0;
  jail.timeout_ms = TIMEOUT_MS;
  jail.task = ctx->task;
  return gk_jail_run (&jail, fn, job, err) == -1 ? -1 : 0;
}

/* The text that fn writes. */
static int
ask_in_jail (struct gk_ctx *ctx, int (*fn) (void *, struct gk_error *), struct job *job,
             char **ret_string, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_close_ int fd = memfd_create ("answer", MFD_CLOEXEC);

  job->out = fd;
  if (fd == -1)
    return gk_error_sys (err, errno, "memfd");
  if (in_jail (ctx, fn, job, err) == -1)
    return -1;
  if (lseek (fd, 0, SEEK_SET) == -1 || gk_read_all (fd, MAX_TEXT, &text) == -1)
    return gk_fo_fail (err, errno, NULL, job->path);
  *ret_string = gk_buf_finish (&text);
  return *ret_string ? 0 : gk_error_oom (err);
}

/* --- ACLs ----------------------------------------------------------------------------- */

static int
take_type (const char *name, acl_type_t *ret_type, struct gk_error *err)
{
  if (gk_streq (name, "access"))
    *ret_type = ACL_TYPE_ACCESS;
  else if (gk_streq (name, "default"))
    *ret_type = ACL_TYPE_DEFAULT;
  else
    return gk_error_set (err, EINVAL, "invalid acltype parameter: %s", name);
  return 0;
}

static void
free_acl (acl_t *acl)
{
  if (*acl)
    acl_free (*acl);
}
#define _cleanup_acl_ __attribute__ ((cleanup (free_acl)))

/* Owners as numbers: the names would be looked up with what the guest says. */
static int
get_acl (void *opaque, struct gk_error *err)
{
  const struct job *job = opaque;
  _cleanup_acl_ acl_t acl = acl_get_file (job->path, job->type);
  char *text = acl ? acl_to_any_text (acl, NULL, '\n', TEXT_NUMERIC_IDS) : NULL;
  int r = 0;

  if (!text)
    return gk_fo_fail (err, errno, NULL, job->path);
  if (*text && (gk_write_full (job->out, text, strlen (text)) == -1 ||
                gk_write_full (job->out, "\n", 1) == -1))
    r = gk_fo_fail (err, errno, NULL, job->path);
  acl_free (text);
  return r;
}

int
gk_fileops_acl_get_file (struct gk_ctx *ctx, const char *path, const char *acltype,
                         char **ret_string, struct gk_error *err)
{
  struct job job = { .path = path, .out = -1 };

  if (take_type (acltype, &job.type, err) == -1)
    return -1;
  return ask_in_jail (ctx, get_acl, &job, ret_string, err);
}

static int
set_acl (void *opaque, struct gk_error *err)
{
  const struct job *job = opaque;
  _cleanup_acl_ acl_t acl = acl_from_text (job->text);

  if (!acl || acl_valid (acl) == -1)
    return gk_error_set (err, EINVAL, "could not parse acl string: %s", job->text);
  if (acl_set_file (job->path, job->type, acl) == -1)
    return gk_fo_fail (err, errno, NULL, job->path);
  return 0;
}

int
gk_fileops_acl_set_file (struct gk_ctx *ctx, const char *path, const char *acltype, const char *acl,
                         struct gk_error *err)
{
  struct job job = { .path = path, .text = acl, .out = -1 };

  if (take_type (acltype, &job.type, err) == -1)
    return -1;
  return in_jail (ctx, set_acl, &job, err);
}

static int
delete_default (void *opaque, struct gk_error *err)
{
  const struct job *job = opaque;

  return acl_delete_def_file (job->path) == -1 ? gk_fo_fail (err, errno, NULL, job->path) : 0;
}

int
gk_fileops_acl_delete_def_file (struct gk_ctx *ctx, const char *dir, struct gk_error *err)
{
  struct job job = { .path = dir, .out = -1 };

  return in_jail (ctx, delete_default, &job, err);
}

/* --- capabilities ---------------------------------------------------------------------- */

static void
free_cap (cap_t *cap)
{
  if (*cap)
    cap_free (*cap);
}
#define _cleanup_cap_ __attribute__ ((cleanup (free_cap)))

/* A file that has none has no text either. */
static int
get_cap (void *opaque, struct gk_error *err)
{
  const struct job *job = opaque;
  _cleanup_cap_ cap_t cap = cap_get_file (job->path);
  char *text = NULL;
  int r = 0;

  if (!cap && errno == ENODATA)
    return 0;
  if (cap)
    text = cap_to_text (cap, NULL);
  if (!text)
    return gk_fo_fail (err, errno, NULL, job->path);
  if (gk_write_full (job->out, text, strlen (text)) == -1)
    r = gk_fo_fail (err, errno, NULL, job->path);
  cap_free (text);
  return r;
}

int
gk_fileops_cap_get_file (struct gk_ctx *ctx, const char *path, char **ret_string,
                         struct gk_error *err)
{
  struct job job = { .path = path, .out = -1 };

  return ask_in_jail (ctx, get_cap, &job, ret_string, err);
}

static int
set_cap (void *opaque, struct gk_error *err)
{
  const struct job *job = opaque;
  _cleanup_cap_ cap_t cap = cap_from_text (job->text);

  if (!cap)
    return gk_error_sys (err, errno, "could not parse cap string: %s: cap_from_text", job->text);
  if (cap_set_file (job->path, cap) == -1)
    return gk_fo_fail (err, errno, NULL, job->path);
  return 0;
}

int
gk_fileops_cap_set_file (struct gk_ctx *ctx, const char *path, const char *cap,
                         struct gk_error *err)
{
  struct job job = { .path = path, .text = cap, .out = -1 };

  return in_jail (ctx, set_cap, &job, err);
}
