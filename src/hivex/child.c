/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the service: hivex carries out the requests.
 *
 * It takes a number that is no node or value of the hive for an error; should it
 * not, then the service ends and not the session. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "exec/jail.h"
#include "hivex/hivex-priv.h"

#define TIMEOUT_MS (2 * 60 * 1000)

static int
failed (struct gk_error *err)
{
  return gk_error_sys (err, errno, "failed");
}

static int
put_number (struct gk_buf *reply, uint64_t n, struct gk_error *err)
{
  return gk_words_addi (reply, (int64_t)n) == -1 ? gk_error_oom (err) : 0;
}

/* Takes s. */
static int
put_string (struct gk_buf *reply, char *s, struct gk_error *err)
{
  if (s == NULL)
    return failed (err);
  int r = gk_words_adds (reply, s);
  free (s);
  return r == -1 ? gk_error_oom (err) : 0;
}

/* Takes v, which ends with 0. */
static int
put_handles (struct gk_buf *reply, size_t *v, struct gk_error *err)
{
  int r = 0;

  if (v == NULL)
    return failed (err);
  for (size_t i = 0; r == 0 && v[i] != 0; i++)
    r = put_number (reply, v[i], err);
  free (v);
  return r;
}

typedef int request_fn (hive_h *h, struct gk_words *args, struct gk_buf *reply,
                        struct gk_error *err);

static int
do_commit (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  const char *filename = NULL;
  size_t size;

  if (gk_words_next (args, &filename, &size) != 1)
    return gk_error_set (err, EPROTO, "malformed request");
  return hivex_commit (h, filename, 0) == -1 ? failed (err) : 0;
}

static int
do_root (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  hive_node_h node = hivex_root (h);

  return node == 0 ? failed (err) : put_number (reply, node, err);
}

static int
do_node_add_child (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  hive_node_h parent = (hive_node_h)gk_words_number (args);
  hive_node_h node = hivex_node_add_child (h, parent, gk_words_text (args));

  return node == 0 ? failed (err) : put_number (reply, node, err);
}

static int
do_node_children (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  return put_handles (reply, hivex_node_children (h, (hive_node_h)gk_words_number (args)), err);
}

static int
do_node_delete_child (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  return hivex_node_delete_child (h, (hive_node_h)gk_words_number (args)) == -1 ? failed (err) : 0;
}

static int
do_node_get_child (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  hive_node_h node = (hive_node_h)gk_words_number (args);

  errno = 0; /* stays so when there is none */
  hive_node_h child = hivex_node_get_child (h, node, gk_words_text (args));
  return child == 0 && errno != 0 ? failed (err) : put_number (reply, child, err);
}

static int
do_node_get_value (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  hive_node_h node = (hive_node_h)gk_words_number (args);

  errno = 0;
  hive_value_h value = hivex_node_get_value (h, node, gk_words_text (args));
  return value == 0 && errno != 0 ? failed (err) : put_number (reply, value, err);
}

static int
do_node_name (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  return put_string (reply, hivex_node_name (h, (hive_node_h)gk_words_number (args)), err);
}

static int
do_node_parent (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  hive_node_h node = hivex_node_parent (h, (hive_node_h)gk_words_number (args));

  return node == 0 ? failed (err) : put_number (reply, node, err);
}

static int
do_node_set_value (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  hive_node_h node = (hive_node_h)gk_words_number (args);
  const char *key = gk_words_text (args), *bytes = NULL;
  hive_type type = (hive_type)gk_words_number (args);
  size_t size;

  if (gk_words_next (args, &bytes, &size) != 1 || bytes == NULL)
    return gk_error_set (err, EPROTO, "malformed request");
  const hive_set_value value = {
    .key = (char *)key, .t = type, .len = size, .value = (char *)bytes
  };
  return hivex_node_set_value (h, node, &value, 0) == -1 ? failed (err) : 0;
}

/* hivex only sets all values of a node at once. */
static int
do_node_delete_value (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  hive_node_h node = (hive_node_h)gk_words_number (args);
  const char *key = gk_words_text (args);
  _cleanup_free_ hive_value_h *old = hivex_node_values (h, node);
  size_t n = 0, kept = 0;
  bool failure = false;

  if (old == NULL)
    return failed (err);
  while (old[n] != 0)
    n++;
  _cleanup_free_ hive_set_value *v = calloc (n + 1, sizeof *v);
  if (v == NULL)
    return gk_error_oom (err);
  for (size_t i = 0; i < n && !failure; i++) {
    hive_set_value *to = &v[kept];
    to->key = hivex_value_key (h, old[i]);
    if (to->key && strcasecmp (to->key, key) == 0) {
      free (gk_steal_ptr (to->key));
      continue;
    }
    kept++;
    to->value = to->key ? hivex_value_value (h, old[i], &to->t, &to->len) : NULL;
    failure = to->value == NULL;
  }
  int r = failure                                             ? failed (err)
          : hivex_node_set_values (h, node, kept, v, 0) == -1 ? failed (err)
                                                              : 0;
  for (size_t i = 0; i < kept; i++) {
    free (v[i].key);
    free (v[i].value);
  }
  return r;
}

static int
do_node_values (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  return put_handles (reply, hivex_node_values (h, (hive_node_h)gk_words_number (args)), err);
}

static int
do_value_key (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  return put_string (reply, hivex_value_key (h, (hive_value_h)gk_words_number (args)), err);
}

static int
do_value_string (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  return put_string (reply, hivex_value_string (h, (hive_value_h)gk_words_number (args)), err);
}

static int
do_value_type (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  hive_type type;
  size_t size;

  if (hivex_value_type (h, (hive_value_h)gk_words_number (args), &type, &size) == -1)
    return failed (err);
  return put_number (reply, (uint64_t)type, err);
}

static int
do_value_value (hive_h *h, struct gk_words *args, struct gk_buf *reply, struct gk_error *err)
{
  hive_type type;
  size_t size;
  _cleanup_free_ char *bytes =
      hivex_value_value (h, (hive_value_h)gk_words_number (args), &type, &size);

  if (bytes == NULL)
    return failed (err);
  return gk_words_add (reply, bytes, size) == -1 ? gk_error_oom (err) : 0;
}

static const struct {
  const char *name;
  request_fn *fn;
} requests[] = {
  { "commit", do_commit },
  { "node_add_child", do_node_add_child },
  { "node_children", do_node_children },
  { "node_delete_child", do_node_delete_child },
  { "node_delete_value", do_node_delete_value },
  { "node_get_child", do_node_get_child },
  { "node_get_value", do_node_get_value },
  { "node_name", do_node_name },
  { "node_parent", do_node_parent },
  { "node_set_value", do_node_set_value },
  { "node_values", do_node_values },
  { "root", do_root },
  { "value_key", do_value_key },
  { "value_string", do_value_string },
  { "value_type", do_value_type },
  { "value_value", do_value_value },
};

/* hivex opens by name and does not look what it opens. */
static int
do_open (struct gk_hivex *gh, struct gk_words *args, struct gk_error *err)
{
  const char *filename = gk_words_text (args);
  int flags = (int)gk_words_number (args);
  struct stat st;

  if (stat (filename, &st) == 0 && !S_ISREG (st.st_mode))
    return gk_error_sys (err, EINVAL, "hivex failed to open %s", filename);
  gh->handle = hivex_open (filename, flags);
  if (gh->handle == NULL)
    return gk_error_sys (err, errno, "hivex failed to open %s", filename);
  return 0;
}

static int
serve (void *opaque, struct gk_words *request, struct gk_buf *reply, struct gk_error *err)
{
  struct gk_hivex *gh = opaque;
  const char *name = gk_words_text (request);

  if (gk_streq (name, "open"))
    return do_open (gh, request, err);
  for (size_t i = 0; gh->handle && i < sizeof requests / sizeof requests[0]; i++)
    if (gk_streq (requests[i].name, name))
      return requests[i].fn (gh->handle, request, reply, err);
  return gk_error_set (err, EPROTO, "%s: there is no such request", name);
}

static int
prepare (void *opaque, struct gk_error *err)
{
  struct gk_hivex *gh = opaque;

  gk_converters_open (&gh->converters);
  return 0;
}

const struct gk_service_kind gk_hivex_service = {
  .name = "hivex",
  .caps = GK_JAIL_CAPS_FILES,
  .timeout_ms = TIMEOUT_MS,
  .prepare = prepare,
  .serve = serve,
};
