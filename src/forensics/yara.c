/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* yara: rules, and the files that match them.
 *
 * The session keeps the compiled form of the rules, as bytes: whoever wrote them may
 * have written them by hand, and libyara executes them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yara.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/jail.h"
#include "exec/library.h"
#include "forensics/forensics-priv.h"
#include "forensics/forensics.h"
#include "gk-ops-forensics.h"
#include "op/ctx.h"
#include "op/stream.h"

#define SONAME "libyara.so.9"
#define TIMEOUT_MS (60 * 60 * 1000)
#define RULES_MAX ((size_t)256 << 20)
#define MATCHES_MAX ((size_t)64 << 20)

#define FUNCTIONS(X)                                                                               \
  X (yr_initialize)                                                                                \
  X (yr_compiler_create)                                                                           \
  X (yr_compiler_set_callback)                                                                     \
  X (yr_compiler_set_include_callback)                                                             \
  X (yr_compiler_add_fd)                                                                           \
  X (yr_compiler_get_rules)                                                                        \
  X (yr_rules_load_stream)                                                                         \
  X (yr_rules_save_stream)                                                                         \
  X (yr_rules_scan_fd)

struct gk_yara {
  int fd; /* the compiled rules, in memory */
};

void
gk_yara_free (struct gk_yara *yara)
{
  if (yara == NULL)
    return;
  gk_close_keep_errno (yara->fd);
  free (yara);
}

/* --- in the jail --------------------------------------------------------------------- */

struct job {
  FUNCTIONS (GK_LIBRARY_MEMBER)
  const char *path;
  int rules_fd, file_fd, out_fd;
  char *first_error; /* of the compiler */
  bool failed;       /* the answer could not be written */
};

static int
prepare (void *opaque, struct gk_error *err)
{
  struct job *job = opaque;
#define SYMBOL(fn) { #fn, &job->fn },
  const struct gk_symbol symbols[] = { FUNCTIONS (SYMBOL) };

  return gk_library_load (SONAME, "libyara9", symbols, sizeof symbols / sizeof *symbols, err);
}

static int
failed (const char *what, int r, struct gk_error *err)
{
  if (r == ERROR_INSUFFICIENT_MEMORY)
    return gk_error_oom (err);
  return gk_error_set (err, r == ERROR_COULD_NOT_MAP_FILE ? EIO : 0, "%s: libyara's error %d", what,
                       r);
}

static size_t
read_rules (void *to, size_t size, size_t count, void *opaque)
{
  struct job *job = opaque;
  ssize_t n = gk_read_full (job->rules_fd, to, size * count);

  return n < 0 || size == 0 ? 0 : (size_t)n / size;
}

static size_t
write_rules (const void *from, size_t size, size_t count, void *opaque)
{
  struct job *job = opaque;

  return gk_write_full (job->out_fd, from, size * count) == -1 ? 0 : count;
}

static int
load (struct job *job, YR_RULES **ret_rules)
{
  YR_STREAM stream = { .user_data = job, .read = read_rules };

  return lseek (job->rules_fd, 0, SEEK_SET) == -1 ? ERROR_COULD_NOT_READ_FILE
                                                  : job->yr_rules_load_stream (&stream, ret_rules);
}

static void
note_error (int level, const char *file, int line, const YR_RULE *rule, const char *message,
            void *opaque)
{
  struct job *job = opaque;

  if (level == YARA_ERROR_LEVEL_ERROR && job->first_error == NULL)
    job->first_error = gk_asprintf ("line %d: %s", line, message);
}

static int
compile (struct job *job, YR_RULES **ret_rules, struct gk_error *err)
{
  YR_COMPILER *compiler;
  int r = job->yr_compiler_create (&compiler), errors;

  if (r != ERROR_SUCCESS)
    return failed ("yr_compiler_create", r, err);
  job->yr_compiler_set_callback (compiler, note_error, job);
  job->yr_compiler_set_include_callback (compiler, NULL, NULL, NULL); /* there is none */
  if (lseek (job->rules_fd, 0, SEEK_SET) == -1)
    return gk_error_sys (err, errno, "rules");
  errors = job->yr_compiler_add_fd (compiler, job->rules_fd, NULL, NULL);
  if (errors > 0)
    return gk_error_set (err, EINVAL, "found %d errors when compiling the rules: %s", errors,
                         job->first_error ? job->first_error : "without a reason");
  r = job->yr_compiler_get_rules (compiler, ret_rules);
  return r == ERROR_SUCCESS ? 0 : failed ("yr_compiler_get_rules", r, err);
}

static int
begin (struct job *job, int out_fd, struct gk_error *err)
{
  int r = job->yr_initialize ();

  job->out_fd = out_fd;
  return r == ERROR_SUCCESS ? 0 : failed ("yr_initialize", r, err);
}

/* From text or the compiled form to the compiled form. */
static int
make_rules (void *opaque, int out_fd, struct gk_error *err)
{
  struct job *job = opaque;
  YR_STREAM stream = { .user_data = job, .write = write_rules };
  YR_RULES *rules;

  if (begin (job, out_fd, err) == -1)
    return -1;
  if (load (job, &rules) != ERROR_SUCCESS && compile (job, &rules, err) == -1)
    return -1;
  int r = job->yr_rules_save_stream (rules, &stream);
  return r == ERROR_SUCCESS ? 0 : failed ("yr_rules_save_stream", r, err);
}

static int
note_match (YR_SCAN_CONTEXT *context, int message, void *data, void *opaque)
{
  struct job *job = opaque;
  const YR_RULE *rule = data;

  if (message != CALLBACK_MSG_RULE_MATCHING)
    return CALLBACK_CONTINUE;
  if (gk_write_full (job->out_fd, rule->identifier, strlen (rule->identifier) + 1) == -1) {
    job->failed = true;
    return CALLBACK_ERROR;
  }
  return CALLBACK_CONTINUE;
}

static int
scan (void *opaque, int out_fd, struct gk_error *err)
{
  struct job *job = opaque;
  YR_RULES *rules;

  if (begin (job, out_fd, err) == -1)
    return -1;
  int r = load (job, &rules);
  if (r != ERROR_SUCCESS)
    return failed ("yr_rules_load", r, err);
  r = job->yr_rules_scan_fd (rules, job->file_fd, 0, note_match, job, 0);
  if (job->failed)
    return gk_error_sys (err, EPIPE, "answer");
  return r == ERROR_SUCCESS ? 0 : failed (job->path, r, err);
}

/* --- outside ----------------------------------------------------------------------------- */

static int
memory (const char *name, struct gk_error *err)
{
  int fd = memfd_create (name, MFD_CLOEXEC);

  return fd == -1 ? gk_error_sys (err, errno, "memfd") : fd;
}

static int
keep (struct gk_ctx *ctx, const struct gk_buf *rules, struct gk_error *err)
{
  struct gk_yara *yara = malloc (sizeof *yara);

  if (yara == NULL)
    return gk_error_oom (err);
  yara->fd = memory ("rules", err);
  if (yara->fd == -1) {
    free (yara);
    return -1;
  }
  if (gk_write_full (yara->fd, rules->data, rules->size) == -1) {
    gk_error_sys (err, errno, "rules");
    gk_yara_free (yara);
    return -1;
  }
  ctx->yara = yara;
  return 0;
}

static int
ask (struct gk_ctx *ctx, struct job *job, const int *fds, size_t n_fds,
     int (*fn) (void *opaque, int out_fd, struct gk_error *err), size_t max,
     struct gk_buf *ret_answer, struct gk_error *err)
{
  _cleanup_close_ int nothing = gk_fx_nothing (ctx, err);
  const struct gk_jail jail = {
    .root_fd = nothing,
    .pass_fds = fds,
    .n_pass_fds = n_fds,
    .timeout_ms = TIMEOUT_MS,
    .prepare = prepare,
    .task = ctx->task,
  };

  return nothing == -1 ? -1 : gk_jail_ask (&jail, fn, job, max, ret_answer, err);
}

int
gk_forensics_yara_load (struct gk_ctx *ctx, struct gk_source *filename, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf rules = GK_BUF_INIT;
  _cleanup_close_ int fd = memory ("rules", err);
  struct job job = { .rules_fd = fd };
  uint64_t size;

  if (fd == -1 || gk_source_to_fd (filename, fd, RULES_MAX + 1, ctx->task, &size, err) == -1)
    return -1;
  if (size > RULES_MAX)
    return gk_error_set (err, EFBIG, "the rules are larger than %zu MiB", RULES_MAX >> 20);
  gk_yara_free (gk_steal_ptr (ctx->yara));
  if (ask (ctx, &job, &fd, 1, make_rules, RULES_MAX, &rules, err) == -1)
    return -1;
  return keep (ctx, &rules, err);
}

static int
need_rules (const struct gk_ctx *ctx, struct gk_error *err)
{
  return ctx->yara ? 0 : gk_error_set (err, 0, "no yara rules loaded");
}

int
gk_forensics_yara_destroy (struct gk_ctx *ctx, struct gk_error *err)
{
  if (need_rules (ctx, err) == -1)
    return -1;
  gk_yara_free (gk_steal_ptr (ctx->yara));
  return 0;
}

static int
make_list (const char *path, const struct gk_buf *names, struct guestfs_yara_detection_list *ret)
{
  size_t n = 0, i = 0;

  for (size_t at = 0; at < names->size; at += strlen (names->data + at) + 1)
    n++;
  struct guestfs_yara_detection *v = calloc (n + 1, sizeof *v);
  bool all = v != NULL;
  for (size_t at = 0; all && i < n; at += strlen (names->data + at) + 1, i++) {
    v[i].yara_name = strdup (path);
    v[i].yara_rule = strdup (names->data + at);
    all = v[i].yara_name && v[i].yara_rule;
  }
  if (all) {
    ret->len = (uint32_t)n;
    ret->val = v;
    return 0;
  }
  for (i = 0; v && i < n; i++) {
    free (v[i].yara_name);
    free (v[i].yara_rule);
  }
  free (v);
  return -1;
}

int
gk_forensics_yara_scan (struct gk_ctx *ctx, const char *path,
                        struct guestfs_yara_detection_list *ret_list, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf names = GK_BUF_INIT;
  struct stat st;

  if (need_rules (ctx, err) == -1)
    return -1;
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, path, O_RDONLY | O_NOCTTY, 0);
  if (fd == -1 || fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (S_ISDIR (st.st_mode))
    return gk_error_sys (err, EISDIR, "%s", path);
  struct job job = { .path = path, .rules_fd = ctx->yara->fd, .file_fd = fd };
  const int fds[] = { ctx->yara->fd, fd };
  if (ask (ctx, &job, fds, 2, scan, MATCHES_MAX, &names, err) == -1)
    return -1;
  return make_list (path, &names, ret_list) == -1 ? gk_error_oom (err) : 0;
}
