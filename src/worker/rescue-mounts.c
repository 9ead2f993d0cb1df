/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the rescue shell mounted is unmounted with the session, so that the
 * guest's filesystems are left as they are after an ordinary end. */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "worker/rescue.h"

#define TABLE_MAX (16 << 20)

/* "\040" as the kernel writes what a table could not hold. */
static void
unescape (char *s)
{
  char *to = s;

  while (*s != '\0') {
    unsigned c;
    if (s[0] == '\\' && sscanf (s + 1, "%3o", &c) == 1 && strnlen (s, 4) == 4) {
      *to++ = (char)c;
      s += 4;
    } else
      *to++ = *s++;
  }
  *to = '\0';
}

/* "ID PARENT MAJOR:MINOR ROOT POINT ...": -1 when it is no such line. */
static int
take_line (char *line, char **ret_point)
{
  char *save = NULL, *word = strtok_r (line, " ", &save);
  int id = word == NULL ? -1 : atoi (word);

  for (int i = 0; i < 4 && word != NULL; i++)
    word = strtok_r (NULL, " ", &save);
  if (word == NULL)
    return -1;
  unescape (word);
  *ret_point = word;
  return id;
}

int
gk_rescue_note_mounts (int **ret, size_t *ret_n, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  size_t n = 0;

  if (gk_read_file ("/proc/self/mountinfo", TABLE_MAX, &text) == -1)
    return gk_error_sys (err, errno, "/proc/self/mountinfo");
  for (const char *p = text.data; p != NULL && (p = strchr (p, '\n')) != NULL; p++)
    n++;
  int *ids = calloc (n + 1, sizeof *ids);
  if (ids == NULL)
    return gk_error_oom (err);
  n = 0;
  char *save = NULL, *point;
  for (char *line = text.data ? strtok_r (text.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save))
    ids[n++] = take_line (line, &point);
  free (*ret);
  *ret = ids;
  *ret_n = n;
  return 0;
}

static bool
was_there (const struct gk_rescue *rescue, int id)
{
  for (size_t i = 0; i < rescue->n_mounts; i++)
    if (rescue->mounts[i] == id)
      return true;
  return false;
}

/* The last one first. */
static int
unmount (char **lines, size_t n, const struct gk_rescue *rescue, struct gk_error *err)
{
  int r = 0;

  for (size_t i = n; i > 0; i--) {
    char *point;
    int id = take_line (lines[i - 1], &point);
    if (id == -1 || was_there (rescue, id))
      continue;
    if (umount2 (point, UMOUNT_NOFOLLOW) == -1 && errno != EINVAL) {
      r = gk_error_sys (err, errno, "%s: unmounting what the rescue shell mounted", point);
      umount2 (point, UMOUNT_NOFOLLOW | MNT_DETACH);
    }
  }
  return r;
}

static int
end_swap (struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  char *save = NULL;
  int r = 0;

  if (gk_read_file ("/proc/swaps", TABLE_MAX, &text) == -1 || text.data == NULL)
    return 0; /* a kernel without swap */
  for (char *line = strtok_r (text.data, "\n", &save); line; line = strtok_r (NULL, "\n", &save)) {
    line[strcspn (line, " \t")] = '\0';
    unescape (line);
    if (line[0] == '/' && swapoff (line) == -1)
      r = gk_error_sys (err, errno, "%s: swapoff", line);
  }
  return r;
}

int
gk_rescue_unmount (struct gk_rescue *rescue, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_gk_strv_ struct gk_strv lines = GK_STRV_INIT;
  char *save = NULL;

  if (rescue->mounts == NULL)
    return 0;
  int r = end_swap (err);
  if (gk_read_file ("/proc/self/mountinfo", TABLE_MAX, &text) == -1)
    return gk_error_sys (err, errno, "/proc/self/mountinfo");
  for (char *line = text.data ? strtok_r (text.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save))
    if (gk_strv_push (&lines, line) == -1)
      return gk_error_oom (err);
  if (unmount (lines.v, lines.len, rescue, err) == -1)
    r = -1;
  free (rescue->mounts);
  rescue->mounts = NULL;
  rescue->n_mounts = 0;
  return r;
}
