/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The programs that guestkit runs, the libraries that it loads when it needs them: which
 * are there, in which version. */

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "exec/exec.h"
#include "exec/library.h"
#include "worker/doctor.h"

static const struct {
  const char *program, *package, *purpose;
} tools[] = {
#include "gk-tools.h"
};

/* The first word of the text that reads like 1.2. */
static char *
find_version (const char *text)
{
  for (const char *p = text ? text : ""; *p && *p != '\n'; p++) {
    size_t n = strspn (p, "0123456789.");
    while (n > 0 && p[n - 1] == '.')
      n--;
    if (n >= 3 && isdigit ((unsigned char)*p) && memchr (p, '.', n))
      return strndup (p, n);
    if (n > 1)
      p += n - 1;
  }
  return NULL;
}

/* Most know --version, old ones -V; mkfs.vfat knows neither and says it above
 * its complaint. */
static char *
ask_version (const char *path)
{
  static const char *const options[] = { "--version", "-V" };
  char *version = NULL;

  for (size_t i = 0; i < 2 && version == NULL; i++) {
    _cleanup_exec_result_ struct gk_exec_result r = GK_EXEC_RESULT_INIT;
    const char *const argv[] = { path, options[i], NULL };
    struct gk_exec x = GK_EXEC_INIT;
    x.argv = argv;
    x.timeout_ms = 5000;
    x.max_output = 1 << 16;
    if (gk_exec_run (&x, &r, NULL) == -1)
      return NULL;
    version = find_version (r.out.data);
    if (version == NULL)
      version = find_version (r.err.data);
  }
  return version;
}

/* Of "/usr/lib/libyara.so.9.0.1" the end. */
static char *
library_version (const char *path)
{
  const char *suffix = strstr (path, ".so.");

  return suffix ? strdup (suffix + strlen (".so.")) : NULL;
}

struct json_object *
gk_doctor_tools (void)
{
  struct json_object *list = json_object_new_array ();

  for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
    struct json_object *o = json_object_new_object ();
    bool library = strstr (tools[i].program, ".so.") != NULL;
    _cleanup_free_ char *path =
        library ? gk_library_find (tools[i].program) : gk_exec_find (tools[i].program);
    _cleanup_free_ char *version = NULL;
    if (path)
      version = library ? library_version (path) : ask_version (path);
    gk_json_string (o, "program", tools[i].program);
    gk_json_string (o, "path", path);
    gk_json_string (o, "version", version);
    gk_json_string (o, "package", tools[i].package);
    gk_json_string (o, "purpose", tools[i].purpose);
    json_object_array_add (list, o);
  }
  return list;
}
