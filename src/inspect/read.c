/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: reading the guest's files (read.h). */
#include "inspect/read.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"

bool
gk_look_is_file (const char *path)
{
  struct stat st;
  return stat (path, &st) == 0 && S_ISREG (st.st_mode);
}

bool
gk_look_is_dir (const char *path)
{
  struct stat st;
  return stat (path, &st) == 0 && S_ISDIR (st.st_mode);
}

bool
gk_look_is_there (const char *path)
{
  struct stat st;
  return lstat (path, &st) == 0;
}

bool
gk_look_is_link_to (const char *path, const char *target)
{
  char buf[PATH_MAX];
  ssize_t n = readlink (path, buf, sizeof buf);

  return n >= 0 && (size_t)n == strlen (target) && memcmp (buf, target, (size_t)n) == 0;
}

int
gk_look_open (const char *path)
{
  struct stat st;
  _cleanup_close_ int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

  if (fd == -1 || fstat (fd, &st) == -1 || !S_ISREG (st.st_mode))
    return -1;
  return gk_steal_fd (&fd);
}

char *
gk_look_text (const char *path, size_t max)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_close_ int fd = gk_look_open (path);

  if (fd == -1 || gk_read_all (fd, max, &text) == -1)
    return NULL;
  return gk_buf_finish (&text);
}

static char *
trim (char *s)
{
  char *end = s + strlen (s);

  while (end > s && isspace ((unsigned char)end[-1]))
    *--end = '\0';
  while (isspace ((unsigned char)*s))
    s++;
  return s;
}

char *
gk_look_line (const char *path)
{
  _cleanup_free_ char *text = gk_look_text (path, GK_LOOK_TEXT_MAX);

  if (text == NULL)
    return NULL;
  text[strcspn (text, "\n")] = '\0';
  const char *line = trim (text);
  return *line ? strdup (line) : NULL;
}

char *
gk_look_next (char **text)
{
  char *line = *text, *end;

  if (line == NULL || *line == '\0')
    return NULL;
  end = strchr (line, '\n');
  *text = end ? end + 1 : NULL;
  if (end)
    *end = '\0';
  return trim (line);
}

char *
gk_look_value (char *line, const char *key)
{
  size_t n = strlen (key);

  if (strncmp (line, key, n) != 0 || line[n] != '=')
    return NULL;
  char *value = trim (line + n + 1);
  size_t len = strlen (value);
  if (len >= 2 && (value[0] == '"' || value[0] == '\'') && value[len - 1] == value[0]) {
    value[len - 1] = '\0';
    value++;
  }
  return value;
}

/* The entry of the directory that path, of length n, names: exactly, or else
 * but for capitals. */
static bool
spell (const char *dir_path, const char *name, size_t n, char ret_name[NAME_MAX + 1])
{
  const struct dirent *entry;
  bool found = false;
  _cleanup_closedir_ DIR *dir = opendir (dir_path);

  while (dir && (entry = readdir (dir)) != NULL) {
    if (strlen (entry->d_name) != n || strncasecmp (entry->d_name, name, n) != 0)
      continue;
    found = true;
    memcpy (ret_name, entry->d_name, n + 1);
    if (strncmp (entry->d_name, name, n) == 0)
      break;
  }
  return found;
}

char *
gk_look_nocase (const char *path)
{
  _cleanup_gk_buf_ struct gk_buf spelled = GK_BUF_INIT;

  for (path += strspn (path, "/"); *path; path += strspn (path, "/")) {
    size_t n = strcspn (path, "/");
    char name[NAME_MAX + 1];

    if (!spell (spelled.size ? spelled.data : "/", path, n, name) ||
        gk_buf_appendf (&spelled, "/%s", name) == -1)
      return NULL;
    path += n;
  }
  return gk_buf_finish (&spelled);
}
