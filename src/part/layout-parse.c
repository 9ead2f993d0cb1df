/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reading a layout.  What is not understood is an error, not passed over: a word
 * that is spelled wrong shall not become a partition of the wrong size. */
#include <ctype.h>
#include <errno.h>
#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/uuid.h"
#include "part/layout.h"

/* More than any table has. */
#define PARTS_MAX 1024

void
gk_layout_clear (struct gk_layout *l)
{
  for (size_t i = 0; i < l->n; i++) {
    struct gk_layout_part *p = &l->parts[i];
    free (p->type);
    free (p->name);
    free (p->guid);
    free (p->holds);
    free (p->differs);
  }
  free (l->parts);
  free (l->id);
  free (l->over);
  *l = (struct gk_layout)GK_LAYOUT_INIT;
}

/* --- words ------------------------------------------------------------------------------- */

/* Names of types that are in both kinds of tables. */
static const struct {
  const char *word, *guid, *byte;
} types[] = {
  { "linux", "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "83" },
  { "swap", "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F", "82" },
  { "efi", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "ef" },
  { "lvm", "E6D6D379-F507-44C2-A23C-238F2A3DF928", "8e" },
  { "raid", "A19D880F-05FC-4D3B-A006-743F0F84911E", "fd" },
  { "windows", "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7", "7" },
  { "bios", "21686148-6449-6E6F-744E-656564454649", NULL },
  { "xbootldr", "BC13C2FF-59E6-4262-A352-B275FD6F7172", "ea" },
  { "extended", NULL, "f" },
};

char *
gk_layout_upper (const char *s)
{
  char *copy = strdup (s);

  for (char *p = copy; p && *p; p++)
    *p = (char)toupper ((unsigned char)*p);
  return copy;
}

static int
parse_guid (const char *s, const char *what, char **ret, struct gk_error *err)
{
  if (!gk_uuid_is_text (s))
    return gk_error_set (err, EINVAL, "%s: '%s' is not a GUID", what, s);
  *ret = gk_layout_upper (s);
  return *ret ? 0 : gk_error_oom (err);
}

static int
parse_type (const char *s, bool gpt, char **ret, struct gk_error *err)
{
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    const char *code = gpt ? types[i].guid : types[i].byte;
    if (!gk_streq (types[i].word, s))
      continue;
    if (code == NULL)
      return gk_error_set (err, EINVAL, "type: there is no '%s' in %s", s,
                           gpt ? "a GPT" : "an MBR");
    *ret = strdup (code);
    return *ret ? 0 : gk_error_oom (err);
  }
  if (gpt)
    return parse_guid (s, "type", ret, err);
  char *end;
  unsigned long byte = gk_after_prefix (s, "0x") ? strtoul (s, &end, 16) : 0;
  if (byte == 0 || byte > 0xff || *end)
    return gk_error_set (err, EINVAL,
                         "type: '%s' is neither a byte such as 0x83 nor a word for one", s);
  *ret = gk_asprintf ("%lx", byte);
  return *ret ? 0 : gk_error_oom (err);
}

/* Digits, and at most two behind a point with percent: hundredths of it. */
static int
parse_percent (const char *s, size_t n, uint64_t *ret)
{
  uint64_t whole = 0, part = 0;
  size_t i = 0, digits = 0;

  for (; i < n && isdigit ((unsigned char)s[i]) && whole <= 100; i++)
    whole = whole * 10 + (uint64_t)(s[i] - '0');
  if (i == 0)
    return -1;
  if (i < n && s[i] == '.')
    for (i++; i < n && isdigit ((unsigned char)s[i]) && digits < 2; i++, digits++)
      part = part * 10 + (uint64_t)(s[i] - '0');
  if (digits == 1)
    part *= 10;
  *ret = whole * 100 + part;
  return i == n && *ret <= 10000 ? 0 : -1;
}

static int
parse_text_size (const char *s, struct gk_layout_size *ret)
{
  static const struct {
    const char *name;
    uint64_t factor;
  } units[] = {
    { "", 1 },
    { "B", 1 },
    { "K", UINT64_C (1) << 10 },
    { "KiB", UINT64_C (1) << 10 },
    { "M", UINT64_C (1) << 20 },
    { "MiB", UINT64_C (1) << 20 },
    { "G", UINT64_C (1) << 30 },
    { "GiB", UINT64_C (1) << 30 },
    { "T", UINT64_C (1) << 40 },
    { "TiB", UINT64_C (1) << 40 },
  };
  size_t n = strlen (s), digits = strspn (s, "0123456789");
  char number[24] = "";
  uint64_t count;

  if (gk_streq (s, "rest")) {
    ret->unit = GK_SIZE_REST;
    return 0;
  }
  if (n > 1 && s[n - 1] == '%') {
    ret->unit = GK_SIZE_PERCENT;
    return parse_percent (s, n - 1, &ret->value);
  }
  if (digits == 0 || digits >= sizeof number)
    return -1;
  memcpy (number, s, digits);
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
    if (gk_streq (units[i].name, s + digits)) {
      ret->unit = GK_SIZE_BYTES;
      if (gk_parse_u64 (number, UINT64_MAX, &count) == -1 ||
          __builtin_mul_overflow (count, units[i].factor, &ret->value) || ret->value > INT64_MAX)
        return -1;
      return 0;
    }
  return -1;
}

/* --- values ------------------------------------------------------------------------------- */

static int
wrong (const char *key, const char *wanted, struct gk_error *err)
{
  return gk_error_set (err, EINVAL, "%s: is not %s", key, wanted);
}

static int
take_size (struct json_object *o, const char *key, struct gk_layout_size *ret, struct gk_error *err)
{
  if (json_object_is_type (o, json_type_int) && json_object_get_int64 (o) >= 0) {
    *ret = (struct gk_layout_size){ GK_SIZE_BYTES, (uint64_t)json_object_get_int64 (o) };
    return 0;
  }
  if (json_object_is_type (o, json_type_string) &&
      parse_text_size (json_object_get_string (o), ret) == 0)
    return 0;
  return gk_error_set (err, EINVAL,
                       "%s: %s is not a number of bytes, or like \"20MiB\", \"20%%\"%s", key,
                       json_object_to_json_string (o), gk_streq (key, "size") ? ", \"rest\"" : "");
}

/* As numbers they would lose their highest bit in many a program. */
static int
take_attributes (struct json_object *o, struct gk_layout_part *p, struct gk_error *err)
{
  const char *s = json_object_is_type (o, json_type_string) ? json_object_get_string (o) : NULL;
  char *end = NULL;

  errno = 0;
  if (json_object_is_type (o, json_type_int) && json_object_get_int64 (o) >= 0)
    p->attributes = (uint64_t)json_object_get_int64 (o);
  else if (s && gk_after_prefix (s, "0x") && isxdigit ((unsigned char)s[2]))
    p->attributes = strtoull (s, &end, 16);
  else
    return wrong ("attributes", "a number, or hexadecimal like \"0x4\"", err);
  if (errno || (end && *end))
    return wrong ("attributes", "a number of 64 bits", err);
  p->has_attributes = true;
  return 0;
}

static int
take_name (struct json_object *o, char **ret, struct gk_error *err)
{
  const char *s = json_object_get_string (o);

  if (strlen (s) != (size_t)json_object_get_string_len (o))
    return wrong ("name", "text without NUL", err);
  size_t units = gk_utf16_units (s);
  if (units > GK_PART_NAME_MAX)
    return gk_error_set (err, EINVAL, "name: '%s' has %zu UTF-16 characters, a GPT holds %d", s,
                         units, GK_PART_NAME_MAX);
  *ret = strdup (s);
  return *ret ? 0 : gk_error_oom (err);
}

static int
take_part_value (const char *key, struct json_object *o, bool gpt, struct gk_layout_part *p,
                 struct gk_error *err)
{
  bool text = json_object_is_type (o, json_type_string);

  if (gk_streq (key, "number")) {
    int64_t n = json_object_is_type (o, json_type_int) ? json_object_get_int64 (o) : 0;
    if (n < 1 || n > PARTS_MAX)
      return wrong (key, "the number of a partition", err);
    p->num = (int)n;
    return 0;
  }
  if (gk_streq (key, "start"))
    return take_size (o, key, &p->start, err);
  if (gk_streq (key, "size"))
    return take_size (o, key, &p->size, err);
  if (gk_streq (key, "end"))
    return take_size (o, key, &p->end, err);
  if (gk_streq (key, "bootable")) {
    if (!json_object_is_type (o, json_type_boolean))
      return wrong (key, "true or false", err);
    p->bootable = json_object_get_boolean (o);
    return 0;
  }
  if (gk_streq (key, "type"))
    return text ? parse_type (json_object_get_string (o), gpt, &p->type, err)
                : wrong (key, "a text", err);
  if (!gpt && (gk_streq (key, "name") || gk_streq (key, "guid") || gk_streq (key, "attributes")))
    return gk_error_set (err, EINVAL, "%s: an MBR has none", key);
  if (gk_streq (key, "name"))
    return text ? take_name (o, &p->name, err) : wrong (key, "a text", err);
  if (gk_streq (key, "guid"))
    return text ? parse_guid (json_object_get_string (o), key, &p->guid, err)
                : wrong (key, "a text", err);
  if (gk_streq (key, "attributes"))
    return take_attributes (o, p, err);
  return gk_error_set (err, EINVAL, "%s: there is no such key of a partition", key);
}

/* --- the whole ------------------------------------------------------------------------------ */

static int
take_parts (struct json_object *list, struct gk_layout *l, struct gk_error *err)
{
  bool gpt = gk_streq (l->type, "gpt");

  if (!json_object_is_type (list, json_type_array))
    return wrong ("partitions", "a list", err);
  size_t n = json_object_array_length (list);
  if (n > PARTS_MAX)
    return gk_error_set (err, EINVAL, "partitions: %zu are more than a table has", n);
  if (n > 0 && l->type[0] == '\0')
    return gk_error_set (err, EINVAL, "table: without a table there are no partitions");
  l->parts = calloc (n + 1, sizeof *l->parts);
  if (l->parts == NULL)
    return gk_error_oom (err);
  for (; l->n < n; l->n++) {
    struct json_object *o = json_object_array_get_idx (list, l->n);
    struct gk_layout_part *p = &l->parts[l->n];
    int r = 0;

    p->bootable = -1;
    if (!json_object_is_type (o, json_type_object))
      return gk_error_set (err, EINVAL, "partition %zu of the list: is not an object", l->n + 1);
    json_object_object_foreach (o, key, value)
    {
      if (r == 0)
        r = take_part_value (key, value, gpt, p, err);
    }
    if (r == -1) {
      gk_error_wrap (err, "partition %zu of the list", l->n + 1);
      l->n++; /* what it has is freed with the others */
      return -1;
    }
  }
  return 0;
}

static int
take_table (struct json_object *o, struct gk_layout *l, struct gk_error *err)
{
  const char *s = json_object_is_type (o, json_type_string) ? json_object_get_string (o) : "";

  if (o == NULL) /* null: as a disk without a table is shown */
    return 0;
  if (!gk_streq (s, "gpt") && !gk_streq (s, "mbr") && !gk_streq (s, "msdos"))
    return gk_error_set (err, EINVAL, "table: is neither \"gpt\" nor \"mbr\"");
  strcpy (l->type, gk_streq (s, "gpt") ? "gpt" : "msdos");
  return 0;
}

/* What a disk is told from others by: a GUID, or an MBR's four bytes. */
static int
take_id (const char *key, struct json_object *o, struct gk_layout *l, struct gk_error *err)
{
  bool gpt = gk_streq (key, "guid");
  const char *s = json_object_is_type (o, json_type_string) ? json_object_get_string (o) : NULL;

  if (!gk_streq (l->type, gpt ? "gpt" : "msdos"))
    return gk_error_set (err, EINVAL, "%s: only %s has one", key, gpt ? "a GPT" : "an MBR");
  if (s == NULL)
    return wrong (key, "a text", err);
  if (gpt)
    return parse_guid (s, key, &l->id, err);
  const char *digits = gk_after_prefix (s, "0x");
  size_t n = digits ? strspn (digits, "0123456789abcdefABCDEF") : 0;
  if (n == 0 || n > 8 || digits[n])
    return gk_error_set (err, EINVAL, "id: '%s' is not four bytes such as 0x1234abcd", s);
  l->id = gk_asprintf ("0x%08lx", strtoul (digits, NULL, 16));
  return l->id ? 0 : gk_error_oom (err);
}

static int
take_all (struct json_object *o, struct gk_layout *l, struct gk_error *err)
{
  struct json_object *v;

  if (!json_object_is_type (o, json_type_object))
    return gk_error_set (err, EINVAL, "it is not an object");
  if (!json_object_object_get_ex (o, "table", &v))
    return gk_error_set (err, EINVAL, "table: is missing");
  if (take_table (v, l, err) == -1)
    return -1;
  json_object_object_foreach (o, key, value)
  {
    if (gk_streq (key, "guid") || gk_streq (key, "id")) {
      if (take_id (key, value, l, err) == -1)
        return -1;
    } else if (!gk_streq (key, "table") && !gk_streq (key, "partitions") &&
               !gk_streq (key, "device") && !gk_streq (key, "size")) {
      return gk_error_set (err, EINVAL, "%s: there is no such key of a table", key);
    }
  }
  return json_object_object_get_ex (o, "partitions", &v) ? take_parts (v, l, err) : 0;
}

int
gk_layout_parse (const char *json, struct gk_layout *ret, struct gk_error *err)
{
  _cleanup_layout_ struct gk_layout l = GK_LAYOUT_INIT;
  enum json_tokener_error why;
  struct json_object *o = json_tokener_parse_verbose (json, &why);

  if (why != json_tokener_success)
    return gk_error_set (err, EINVAL, "layout: %s", json_tokener_error_desc (why));
  int r = take_all (o, &l, err);
  json_object_put (o);
  if (r == -1)
    return gk_error_wrap (err, "layout");
  *ret = l;
  l = (struct gk_layout)GK_LAYOUT_INIT;
  return 0;
}
