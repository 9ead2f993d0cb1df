/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reading file_contexts and matching paths with it, by libselinux's rules: of
 * the rules without a special character the last that fits, else of the others
 * the last; each expression has to match all of the path.
 *
 * libselinux itself is not used: it reads compiled expressions from a file of the
 * guest, which are memory to the library, and sets no limit to matching. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "selinux/contexts.h"

#include <errno.h>
#include <fcntl.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"

#define FILE_MAX (64u << 20)
#define RULES_MAX 200000
#define EXPRESSION_MAX 4096
#define MATCH_LIMIT 100000
#define HEAP_KIB 1024

struct gk_context_rule {
  char *expression;
  char *prefix; /* what every path that fits begins with */
  size_t prefix_len;
  char *label;  /* or "<<none>>" */
  mode_t type;  /* 0: any */
  bool literal; /* the prefix is all of it */
  pcre2_code *code;
};

void
gk_contexts_clear (struct gk_contexts *c)
{
  for (size_t i = 0; i < c->n; i++) {
    free (c->rules[i].expression);
    free (c->rules[i].prefix);
    free (c->rules[i].label);
    pcre2_code_free (c->rules[i].code);
  }
  free (c->rules);
  for (size_t k = 0; k < 2; k++) {
    for (size_t i = 0; i < c->n_subs[k]; i++) {
      free (c->subs[k][i].from);
      free (c->subs[k][i].to);
    }
    free (c->subs[k]);
  }
  gk_strv_free (c->customizable);
  pcre2_match_context_free (c->match);
  pcre2_match_data_free (c->match_data);
  memset (c, 0, sizeof *c);
}

/* --- expressions ---------------------------------------------------------------------------- */

/* What stands before the first character that means something else than itself. */
static int
find_prefix (struct gk_context_rule *r)
{
  const char *p = r->expression;
  char *out = malloc (strlen (p) + 1);
  size_t n = 0, depth = 0;
  bool or = false;

  if (out == NULL)
    return -1;
  for (const char *q = p; *q; q++) {
    if (*q == '\\' && q[1])
      q++;
    else if (*q == '(')
      depth++;
    else if (*q == ')' && depth > 0)
      depth--;
    else if (*q == '|' && depth == 0)
      or = true;
  }
  for (; *p && strchr (".^$?*+|[({", *p) == NULL; p++) {
    if (*p == '\\') {
      /* "\d" and its like are no characters. */
      if (p[1] == '\0' || strchr ("\\.^$?*+|[](){}-/ ", p[1]) == NULL)
        break;
      p++;
    }
    out[n++] = *p;
  }
  r->literal = *p == '\0';
  if (n > 0 && (*p == '?' || *p == '*' || *p == '{'))
    n--;
  r->prefix_len = or ? 0 : n;
  out[n] = '\0';
  r->prefix = out;
  return 0;
}

static int
compile (struct gk_context_rule *r, struct gk_error *err)
{
  _cleanup_free_ char *whole = gk_asprintf ("^%s$", r->expression);
  PCRE2_SIZE at;
  int code;

  if (whole == NULL)
    return gk_error_oom (err);
  r->code =
      pcre2_compile ((PCRE2_SPTR)whole, PCRE2_ZERO_TERMINATED, PCRE2_DOTALL, &code, &at, NULL);
  if (r->code == NULL) {
    PCRE2_UCHAR words[128] = "";
    _cleanup_free_ char *shown = gk_escape (r->expression, strlen (r->expression), 200);
    pcre2_get_error_message (code, words, sizeof words);
    return gk_error_set (err, EINVAL, "%s: the expression is wrong: %s", shown ? shown : "",
                         (char *)words);
  }
  return 0;
}

/* 1: it fits. */
static int
fits (struct gk_contexts *c, struct gk_context_rule *r, const char *path, size_t len,
      struct gk_error *err)
{
  if (r->prefix_len > len || memcmp (r->prefix, path, r->prefix_len) != 0)
    return 0;
  if (r->literal)
    return r->prefix_len == len;
  if (r->code == NULL && compile (r, err) == -1)
    return -1;
  int n = pcre2_match (r->code, (PCRE2_SPTR)path, len, 0, 0, c->match_data, c->match);
  if (n >= 0 || n == PCRE2_ERROR_NOMATCH)
    return n >= 0;
  _cleanup_free_ char *shown = gk_escape (r->expression, strlen (r->expression), 200);
  return gk_error_set (err, E2BIG, "%s: the expression takes too long (%d)", shown ? shown : "", n);
}

/* --- reading --------------------------------------------------------------------------------- */

/* 0 with an empty buffer when there is no such file and that is no fault. */
static int
read_file (const char *name, bool needed, struct gk_buf *ret, struct gk_error *err)
{
  /* O_NONBLOCK: a FIFO must not hang us. */
  _cleanup_close_ int fd = open (name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat st;

  if (fd == -1 && errno == ENOENT && !needed)
    return 0;
  if (fd == -1 || fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", name);
  if (!S_ISREG (st.st_mode))
    return gk_error_set (err, EINVAL, "%s: is no regular file", name);
  return gk_read_all (fd, FILE_MAX, ret) == -1 ? gk_error_sys (err, errno, "%s", name) : 0;
}

/* The words of a line, cut apart in place.  How many, at most max. */
static size_t
split (char *line, char **words, size_t max)
{
  char *save = NULL;
  size_t n = 0;

  for (char *w = strtok_r (line, " \t\r", &save); w && n < max; w = strtok_r (NULL, " \t\r", &save))
    words[n++] = w;
  return n > 0 && words[0][0] == '#' ? 0 : n;
}

static int
type_of (const char *word, mode_t *ret)
{
  static const struct {
    char letter;
    mode_t type;
  } types[] = { { '-', S_IFREG }, { 'd', S_IFDIR },  { 'l', S_IFLNK }, { 'b', S_IFBLK },
                { 'c', S_IFCHR }, { 's', S_IFSOCK }, { 'p', S_IFIFO } };

  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (word[0] == '-' && word[1] == types[i].letter && word[2] == '\0') {
      *ret = types[i].type;
      return 0;
    }
  return -1;
}

static int
add_rule (struct gk_contexts *c, char *line, struct gk_error *err)
{
  char *w[4];
  struct gk_context_rule r = { .type = 0 };
  size_t n = split (line, w, 4);

  if (n == 0)
    return 0;
  if (n < 2 || n > 3 || (n == 3 && type_of (w[1], &r.type) == -1) || strlen (w[0]) > EXPRESSION_MAX)
    return gk_error_set (err, EINVAL, "the line is no rule");
  if (c->n == RULES_MAX)
    return gk_error_set (err, E2BIG, "there are more than %d rules", RULES_MAX);
  if (c->n == c->alloc) {
    struct gk_context_rule *v = reallocarray (c->rules, c->alloc * 2 + 64, sizeof *v);
    if (v == NULL)
      return gk_error_oom (err);
    c->rules = v;
    c->alloc = c->alloc * 2 + 64;
  }
  r.expression = strdup (w[0]);
  r.label = strdup (w[n - 1]);
  c->rules[c->n++] = r;
  if (r.expression == NULL || r.label == NULL || find_prefix (&c->rules[c->n - 1]) == -1)
    return gk_error_oom (err);
  return 0;
}

static int
add_sub (struct gk_contexts *c, size_t k, char *line, struct gk_error *err)
{
  char *w[3];

  if (split (line, w, 3) != 2)
    return 0;
  struct gk_context_sub *v = reallocarray (c->subs[k], c->n_subs[k] + 1, sizeof *v);
  if (v == NULL)
    return gk_error_oom (err);
  c->subs[k] = v;
  v[c->n_subs[k]] = (struct gk_context_sub){ strdup (w[0]), strdup (w[1]) };
  c->n_subs[k]++;
  return v[c->n_subs[k] - 1].from && v[c->n_subs[k] - 1].to ? 0 : gk_error_oom (err);
}

static int
load_file (struct gk_contexts *c, const char *name, int subs, bool needed, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  char *save = NULL;

  if (read_file (name, needed, &text, err) == -1)
    return -1;
  for (char *line = text.data ? strtok_r (text.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save))
    if ((subs == -1 ? add_rule (c, line, err) : add_sub (c, (size_t)subs, line, err)) == -1)
      return gk_error_wrap (err, "%s", name);
  return 0;
}

/* contexts/files/file_contexts: contexts/customizable_types. */
static int
load_customizable (struct gk_contexts *c, const char *specfile, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;
  const char *slash = strrchr (specfile, '/');
  _cleanup_free_ char *name =
      gk_asprintf ("%.*s/../customizable_types", (int)(slash - specfile), specfile);
  char *save = NULL, *word;

  if (name == NULL)
    return gk_error_oom (err);
  if (read_file (name, false, &text, err) == -1)
    return -1;
  for (char *line = text.data ? strtok_r (text.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save))
    if (split (line, &word, 1) == 1 && gk_strv_push (&list, word) == -1)
      return gk_error_oom (err);
  c->customizable = gk_strv_finish (&list);
  return c->customizable ? 0 : gk_error_oom (err);
}

int
gk_contexts_load (struct gk_contexts *c, const char *specfile, struct gk_error *err)
{
  static const struct {
    const char *suffix;
    int subs;
  } files[] = {
    { "", -1 }, { ".homedirs", -1 }, { ".local", -1 }, { ".subs", 0 }, { ".subs_dist", 1 }
  };
  pcre2_match_context *match = c->match = pcre2_match_context_create (NULL);

  c->match_data = pcre2_match_data_create (1, NULL);
  if (match == NULL || c->match_data == NULL)
    return gk_error_oom (err);
  pcre2_set_match_limit (match, MATCH_LIMIT);
  pcre2_set_heap_limit (match, HEAP_KIB);
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    _cleanup_free_ char *name = gk_asprintf ("%s%s", specfile, files[i].suffix);
    if (name == NULL)
      return gk_error_oom (err);
    if (load_file (c, name, files[i].subs, i == 0, err) == -1)
      return -1;
  }
  return load_customizable (c, specfile, err);
}

/* --- looking up ------------------------------------------------------------------------------ */

/* "/usr/lib64/x" for "/usr/lib/x", or the path itself.  NULL: no memory. */
static char *
substitute (const struct gk_contexts *c, size_t k, const char *path)
{
  for (size_t i = c->n_subs[k]; i-- > 0;) {
    const char *rest = gk_after_prefix (path, c->subs[k][i].from);
    if (rest && (*rest == '/' || *rest == '\0'))
      return gk_asprintf ("%s%s", gk_streq (c->subs[k][i].to, "/") && *rest ? "" : c->subs[k][i].to,
                          rest);
  }
  return strdup (path);
}

int
gk_contexts_look_up (struct gk_contexts *c, const char *given, mode_t mode, const char **ret_label,
                     struct gk_error *err)
{
  _cleanup_free_ char *first = substitute (c, 0, given);
  _cleanup_free_ char *path = first ? substitute (c, 1, first) : NULL;

  if (path == NULL)
    return gk_error_oom (err);
  size_t len = strlen (path);
  *ret_label = NULL;
  for (int literal = 1; literal >= 0; literal--)
    for (size_t i = c->n; i-- > 0;) {
      struct gk_context_rule *r = &c->rules[i];
      if (r->literal != literal || (r->type && r->type != (mode & S_IFMT)))
        continue;
      int fit = fits (c, r, path, len, err);
      if (fit == -1)
        return -1;
      if (fit) {
        *ret_label = gk_streq (r->label, "<<none>>") ? NULL : r->label;
        return 0;
      }
    }
  return 0;
}

bool
gk_contexts_is_customizable (const struct gk_contexts *c, const char *label)
{
  const char *type = strchr (label, ':');

  type = type ? strchr (type + 1, ':') : NULL;
  if (type == NULL)
    return false;
  size_t n = strcspn (++type, ":");
  for (size_t i = 0; c->customizable[i]; i++)
    if (strlen (c->customizable[i]) == n && strncmp (c->customizable[i], type, n) == 0)
      return true;
  return false;
}
