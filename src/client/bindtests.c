/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* internal_test*: calls with every kind of argument and of result, with which a
 * binding tests how it turns its language's values into C's.
 *
 * They write and return what libguestfs's do, since the bindings made for it
 * have tests for that.  Bytes above 0x7f are the exception: <ff>, not
 * <ffffffff>.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-calls.h"
#include "gk-client-calls.h"

/* --- what came in ------------------------------------------------------------------- */

static FILE *
output (guestfs_h *g)
{
  return g->test_output ? g->test_output : stdout;
}

static void
put_list (FILE *fp, char *const *list)
{
  fputs ("[", fp);
  for (size_t i = 0; list[i]; i++)
    fprintf (fp, "%s\"%s\"", i ? ", " : "", list[i]);
  fputs ("]\n", fp);
}

static void
put_opts (FILE *fp, enum gk_call_number id, const void *opts)
{
  const struct gk_call *call = &gk_calls[id];

  for (unsigned i = 0; i < call->nopts; i++) {
    const struct gk_opt_param *p = &call->opts[i];
    union gk_arg a = gk_opt_get (p, opts);

    fprintf (fp, "%s: ", p->name);
    if (!(gk_opts_bitmask (opts) & (UINT64_C (1) << i)))
      fputs ("unset\n", fp);
    else if (p->kind == GK_BOOL)
      fputs (a.i ? "true\n" : "false\n", fp);
    else if (p->kind == GK_INT)
      fprintf (fp, "%d\n", a.i);
    else if (p->kind == GK_INT64)
      fprintf (fp, "%" PRIi64 "\n", a.i64);
    else if (p->kind == GK_STRING_LIST)
      put_list (fp, a.list);
    else
      fprintf (fp, "%s\n", a.str);
  }
}

/* The output is read as soon as the call is over. */
static int
done (guestfs_h *g)
{
  if (fflush (output (g)) == 0)
    return 0;
  return gk_client_perror (g, "cannot write the output");
}

int
gk_client_internal_test (guestfs_h *g, const char *str, const char *optstr, char *const *strlist,
                         int b, int integer, int64_t integer64, const char *filein,
                         const char *fileout, const char *bufferin, size_t bufferin_size,
                         const struct guestfs_internal_test_argv *optargs)
{
  FILE *fp = output (g);

  fprintf (fp, "%s\n%s\n", str, optstr ? optstr : "null");
  put_list (fp, strlist);
  fprintf (fp, "%s\n%d\n%" PRIi64 "\n%s\n%s\n", b ? "true" : "false", integer, integer64, filein,
           fileout);
  for (size_t i = 0; i < bufferin_size; i++)
    fprintf (fp, "<%02x>", (unsigned char)bufferin[i]);
  fputs ("\n", fp);
  put_opts (fp, GK_CALL_ID_internal_test, optargs);
  return done (g);
}

int
gk_client_internal_test_only_optargs (guestfs_h *g,
                                      const struct guestfs_internal_test_only_optargs_argv *optargs)
{
  put_opts (output (g), GK_CALL_ID_internal_test_only_optargs, optargs);
  return done (g);
}

int
gk_client_internal_test_63_optargs (guestfs_h *g,
                                    const struct guestfs_internal_test_63_optargs_argv *optargs)
{
  put_opts (output (g), GK_CALL_ID_internal_test_63_optargs, optargs);
  return done (g);
}

int
gk_client_internal_test_set_output (guestfs_h *g, const char *filename)
{
  FILE *fp = fopen (filename, "we");

  if (fp == NULL)
    return gk_client_perror (g, "cannot open output file %s", filename);
  if (g->test_output)
    fclose (g->test_output);
  g->test_output = fp;
  return 0;
}

int
gk_client_internal_test_close_output (guestfs_h *g)
{
  FILE *fp = g->test_output;

  g->test_output = NULL;
  if (fp && fclose (fp) == EOF)
    return gk_client_perror (g, "cannot close the output");
  return 0;
}

/* --- what goes out --------------------------------------------------------------------- */

/* val as a number from min to max. */
static int
number (guestfs_h *g, const char *call, const char *val, int64_t min, int64_t max, int64_t *ret)
{
  char *end;

  errno = 0;
  int64_t n = strtoll (val, &end, 10);
  if (errno || *val == '\0' || *end || n < min || n > max)
    return gk_client_error (g, 0, "%s: expecting %s argument", call,
                            max == INT64_MAX ? "int64" : "int");
  *ret = n;
  return 0;
}

int
gk_client_internal_test_rint (guestfs_h *g, const char *val)
{
  int64_t n;
  return number (g, "internal_test_rint", val, INT_MIN, INT_MAX, &n) == -1 ? -1 : (int)n;
}

int64_t
gk_client_internal_test_rint64 (guestfs_h *g, const char *val)
{
  int64_t n;
  return number (g, "internal_test_rint64", val, INT64_MIN, INT64_MAX, &n) == -1 ? -1 : n;
}

int
gk_client_internal_test_rbool (guestfs_h *g, const char *val)
{
  return strcmp (val, "true") == 0;
}

const char *
gk_client_internal_test_rconststring (guestfs_h *g, const char *val)
{
  return "static string";
}

const char *
gk_client_internal_test_rconstoptstring (guestfs_h *g, const char *val)
{
  return "static string";
}

static void *
or_oom (guestfs_h *g, void *p)
{
  if (p == NULL)
    gk_client_oom (g);
  return p;
}

char *
gk_client_internal_test_rstring (guestfs_h *g, const char *val)
{
  return or_oom (g, strdup (val));
}

char *
gk_client_internal_test_rbufferout (guestfs_h *g, const char *val, size_t *size_r)
{
  char *copy = or_oom (g, strdup (val));

  if (copy)
    *size_r = strlen (val);
  return copy;
}

/* "0", "1" ...: each `times` times. */
static char **
counted (guestfs_h *g, const char *call, const char *val, int times)
{
  _cleanup_gk_strv_ struct gk_strv v = GK_STRV_INIT;
  int64_t n;

  if (number (g, call, val, 0, 1 << 20, &n) == -1)
    return NULL;
  for (int64_t i = 0; i < n * times; i++)
    if (gk_strv_pushf (&v, "%" PRIi64, i / times) == -1)
      return or_oom (g, NULL);
  return or_oom (g, gk_strv_finish (&v));
}

char **
gk_client_internal_test_rstringlist (guestfs_h *g, const char *val)
{
  return counted (g, "internal_test_rstringlist", val, 1);
}

char **
gk_client_internal_test_rhashtable (guestfs_h *g, const char *val)
{
  return counted (g, "internal_test_rhashtable", val, 2);
}

static int
fill (struct guestfs_lvm_pv *pv, unsigned n)
{
  const struct guestfs_lvm_pv like = {
    .pv_size = n,
    .dev_size = n,
    .pv_free = n,
    .pv_used = n,
    .pv_pe_count = n,
    .pv_pe_alloc_count = n,
    .pe_start = n,
    .pv_mda_count = n,
    .pv_mda_free = n,
  };

  *pv = like;
  for (size_t i = 0; i < sizeof pv->pv_uuid; i++)
    pv->pv_uuid[i] = "1234567890"[i % 10];
  pv->pv_name = gk_asprintf ("pv%u", n);
  pv->pv_fmt = strdup ("unknown");
  pv->pv_attr = gk_asprintf ("attr%u", n);
  pv->pv_tags = gk_asprintf ("tag%u", n);
  return pv->pv_name && pv->pv_fmt && pv->pv_attr && pv->pv_tags ? 0 : -1;
}

struct guestfs_lvm_pv *
gk_client_internal_test_rstruct (guestfs_h *g, const char *val)
{
  struct guestfs_lvm_pv *pv = calloc (1, sizeof *pv);

  if (pv && fill (pv, 0) == 0)
    return pv;
  guestfs_free_lvm_pv (pv);
  return or_oom (g, NULL);
}

struct guestfs_lvm_pv_list *
gk_client_internal_test_rstructlist (guestfs_h *g, const char *val)
{
  int64_t n;

  if (number (g, "internal_test_rstructlist", val, 0, 1 << 20, &n) == -1)
    return NULL;
  struct guestfs_lvm_pv_list *list = calloc (1, sizeof *list);
  bool good = list != NULL && (n == 0 || (list->val = calloc ((size_t)n, sizeof *list->val)));
  for (; good && list->len < n; list->len++)
    if (fill (&list->val[list->len], list->len) == -1) {
      list->len++; /* what is there of it is freed, too */
      good = false;
      break;
    }
  if (good)
    return list;
  guestfs_free_lvm_pv_list (list);
  return or_oom (g, NULL);
}

/* --- failures ------------------------------------------------------------------------------ */

#define FAILS(type, name, value)                                                                   \
  type gk_client_internal_test_##name (guestfs_h *g)                                               \
  {                                                                                                \
    gk_client_error (g, 0, "error");                                                               \
    return value;                                                                                  \
  }

FAILS (int, rinterr, -1)
FAILS (int64_t, rint64err, -1)
FAILS (int, rboolerr, -1)
FAILS (const char *, rconststringerr, NULL)
FAILS (char *, rstringerr, NULL)
FAILS (char **, rstringlisterr, NULL)
FAILS (char **, rhashtableerr, NULL)
FAILS (struct guestfs_lvm_pv *, rstructerr, NULL)
FAILS (struct guestfs_lvm_pv_list *, rstructlisterr, NULL)

/* NULL is no failure of this one. */
const char *
gk_client_internal_test_rconstoptstringerr (guestfs_h *g)
{
  return NULL;
}

char *
gk_client_internal_test_rbufferouterr (guestfs_h *g, size_t *size_r)
{
  gk_client_error (g, 0, "error");
  return NULL;
}
