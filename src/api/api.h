/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The API as data: one descriptor per call, written from the tables by
 * api/gen/calls.py.
 *
 * Whatever treats all calls alike works on these descriptors instead of on
 * generated code: checking of arguments, trace, wire encoding, the shell's
 * argument parser.  Generated code only turns typed C arguments into values
 * and back.
 */
#ifndef GK_API_API_H
#define GK_API_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gk_struct; /* api/struct.h */

/* Kinds of arguments: see api/model.py for the behaviour each carries. */
enum gk_kind {
  GK_STRING,
  GK_OPT_STRING,
  GK_KEY,
  GK_PATHNAME,
  GK_FILENAME,
  GK_DEVICE,
  GK_MOUNTABLE,
  GK_DEV_OR_PATH,
  GK_MOUNTABLE_OR_PATH,
  GK_GUID,
  GK_FILE_IN,
  GK_FILE_OUT,
  GK_BUFFER_IN,
  GK_STRING_LIST,
  GK_FILENAME_LIST,
  GK_DEVICE_LIST,
  GK_INT,
  GK_INT64,
  GK_BOOL,
  GK_POINTER,
};

enum gk_ret_kind {
  GK_RET_ERR,
  GK_RET_INT,
  GK_RET_INT64,
  GK_RET_BOOL,
  GK_RET_CONST_STRING,
  GK_RET_CONST_OPT_STRING,
  GK_RET_STRING,
  GK_RET_STRING_LIST,
  GK_RET_HASHTABLE,
  GK_RET_BUFFER_OUT,
  GK_RET_STRUCT,
  GK_RET_STRUCT_LIST,
};

/* An argument, borrowed from the caller. */
union gk_arg {
  const char *str;
  char *const *list;
  struct {
    const char *data;
    size_t size;
  } buf;
  int i; /* Int and Bool */
  int64_t i64;
  const void *ptr;
};

/* A result; str, list, buf and st are malloced unless the kind is const. */
union gk_ret {
  int i;
  int64_t i64;
  const char *cstr;
  char *str;
  char **list;
  struct {
    char *data;
    size_t size;
  } buf;
  void *st; /* struct guestfs_X * or struct guestfs_X_list * */
};

struct gk_param {
  const char *name;
  enum gk_kind kind;
};

/* An optional argument: bit N of the bitmask is the N-th of the call. */
struct gk_opt_param {
  const char *name;
  enum gk_kind kind;
  size_t offset; /* in struct guestfs_X_argv */
};

enum gk_call_flag {
  GK_CALL_CLIENT = 1 << 0,      /* the library does it */
  GK_CALL_WORKER = 1 << 1,      /* a room in the worker does it */
  GK_CALL_CONFIG_ONLY = 1 << 2, /* an error once launched */
  GK_CALL_NEEDS_ROOT = 1 << 3,  /* a file system must be mounted on / */
  GK_CALL_PROGRESS = 1 << 4,
  GK_CALL_CANCELLABLE = 1 << 5,
  GK_CALL_NO_TRACE = 1 << 6,
  GK_CALL_HIDDEN = 1 << 7, /* not a command of the shell */
  GK_CALL_DEPRECATED = 1 << 8,
  GK_CALL_OCTAL = 1 << 9, /* the shell prints the integer in octal */
  GK_CALL_HEX = 1 << 10,
};

/* What is in neither of CLIENT and WORKER is not written yet. */
struct gk_call {
  const char *name;
  const char *c_name; /* guestfs_X with all arguments: NAME or NAME_opts */
  unsigned flags;
  unsigned char nargs, nopts;
  enum gk_ret_kind ret;
  const struct gk_param *args;
  const struct gk_opt_param *opts;
  size_t opts_size;                   /* of struct guestfs_X_argv */
  const struct gk_struct *ret_struct; /* Struct and StructList */
  const char *error_as;               /* what errors are prefixed with */
  const char *optgroup;               /* optional-feature group, or NULL */
  const char *shell_alias;            /* space-separated, or NULL */
  const char *replaced_by;            /* deprecated in favour of, or NULL */
  const char *brief;
  const char *doc;
};

/* Sorted by name; the index is the call's number on the wire. */
extern const struct gk_call gk_calls[];
extern const unsigned gk_n_calls;

/* Changes when a prototype changes: both ends of the wire compare it. */
extern const char gk_api_digest[];

#define GK_MAX_ARGS 16
#define GK_MAX_OPTS 64

/* The call of that name ('-' and '_' alike, aliases of the shell too when
 * aliases), or NULL. */
const struct gk_call *gk_call_find (const char *name, bool aliases);

static inline unsigned
gk_call_id (const struct gk_call *call)
{
  return (unsigned)(call - gk_calls);
}

/* Free what a result owns. */
void gk_ret_free (const struct gk_call *call, union gk_ret *ret);

/* Access to an optional argument by its descriptor. */
static inline uint64_t
gk_opts_bitmask (const void *opts)
{
  return opts ? *(const uint64_t *)opts : 0;
}
union gk_arg gk_opt_get (const struct gk_opt_param *param, const void *opts);
void gk_opt_set (const struct gk_opt_param *param, void *opts, union gk_arg value);

#endif
