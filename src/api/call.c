/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Looking up descriptors, and the few things that follow from them alone. */

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/struct.h"
#include "base/strv.h"

/* Shell and wire names differ in '-' and '_' only. */
static int
compare_names (const char *a, size_t len, const char *b)
{
  for (size_t i = 0; i < len; ++i) {
    char ca = a[i] == '-' ? '_' : a[i];
    if (ca != b[i])
      return (unsigned char)ca - (unsigned char)b[i];
  }
  return -(unsigned char)b[len];
}

static bool
has_alias (const struct gk_call *call, const char *name, size_t len)
{
  const char *p = call->shell_alias;

  while (p && *p) {
    size_t n = strcspn (p, " ");
    if (n == len) {
      size_t i = 0;
      while (i < n && (p[i] == name[i] || (p[i] == '-' && name[i] == '_') ||
                       (p[i] == '_' && name[i] == '-')))
        i++;
      if (i == n)
        return true;
    }
    p += n + strspn (p + n, " ");
  }
  return false;
}

const struct gk_call *
gk_call_find (const char *name, bool aliases)
{
  size_t len = strlen (name), low = 0, high = gk_n_calls;

  while (low < high) {
    size_t mid = (low + high) / 2;
    int c = compare_names (name, len, gk_calls[mid].name);
    if (c == 0)
      return &gk_calls[mid];
    if (c < 0)
      high = mid;
    else
      low = mid + 1;
  }
  if (aliases)
    for (size_t i = 0; i < gk_n_calls; ++i)
      if (has_alias (&gk_calls[i], name, len))
        return &gk_calls[i];
  return NULL;
}

void
gk_ret_free (const struct gk_call *call, union gk_ret *ret)
{
  switch (call->ret) {
  case GK_RET_STRING:
    free (ret->str);
    break;
  case GK_RET_STRING_LIST:
  case GK_RET_HASHTABLE:
    gk_strv_free (ret->list);
    break;
  case GK_RET_BUFFER_OUT:
    free (ret->buf.data);
    break;
  case GK_RET_STRUCT:
    gk_struct_free (call->ret_struct, ret->st);
    break;
  case GK_RET_STRUCT_LIST:
    gk_struct_list_free (call->ret_struct, ret->st);
    break;
  case GK_RET_ERR:
  case GK_RET_INT:
  case GK_RET_INT64:
  case GK_RET_BOOL:
  case GK_RET_CONST_STRING:
  case GK_RET_CONST_OPT_STRING:
    break;
  }
}

union gk_arg
gk_opt_get (const struct gk_opt_param *param, const void *opts)
{
  const char *at = (const char *)opts + param->offset;
  union gk_arg v = { .str = NULL };

  switch (param->kind) {
  case GK_INT:
  case GK_BOOL:
    v.i = *(const int *)at;
    break;
  case GK_INT64:
    v.i64 = *(const int64_t *)at;
    break;
  case GK_STRING_LIST:
    v.list = *(char *const *const *)at;
    break;
  default:
    v.str = *(const char *const *)at;
  }
  return v;
}

void
gk_opt_set (const struct gk_opt_param *param, void *opts, union gk_arg value)
{
  char *at = (char *)opts + param->offset;

  switch (param->kind) {
  case GK_INT:
  case GK_BOOL:
    *(int *)at = value.i;
    break;
  case GK_INT64:
    *(int64_t *)at = value.i64;
    break;
  case GK_STRING_LIST:
    *(char *const **)at = value.list;
    break;
  default:
    *(const char **)at = value.str;
  }
}
