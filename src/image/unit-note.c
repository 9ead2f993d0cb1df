/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Names beside an image, and the note in a unit's folder.
 *
 * A folder may be anybody's: images lie in /tmp and in folders that several
 * people write to.  So it is opened once, without following a link, and what
 * is asked of it is asked of that descriptor. */
#include "image/unit-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"

#define NOTE_MAX 4096

/* --- names ------------------------------------------------------------------------------ */

void
gk_unit_place_clear (struct gk_unit_place *place)
{
  free (place->image);
  free (place->marked);
  gk_cleanup_close (&place->parent_fd);
  *place = (struct gk_unit_place)GK_UNIT_PLACE_INIT;
}

int
gk_unit_place (const char *image, struct gk_unit_place *ret_place, struct gk_error *err)
{
  _cleanup_unit_place_ struct gk_unit_place p = GK_UNIT_PLACE_INIT;

  p.image = realpath (image, NULL);
  if (p.image == NULL)
    return gk_error_sys (err, errno, "%s", image);
  p.name = strrchr (p.image, '/') + 1;
  _cleanup_free_ char *parent = strndup (p.image, (size_t)(p.name - p.image));
  p.marked = gk_asprintf (".%s.guestkit-commit", p.name);
  if (parent == NULL || p.marked == NULL)
    return gk_error_oom (err);
  p.parent_fd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* Whoever may only pass through it can still look up the name. */
  if (p.parent_fd == -1)
    p.parent_fd = open (parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (p.parent_fd == -1)
    return gk_error_sys (err, errno, "%s", parent);
  *ret_place = p;
  p = (struct gk_unit_place)GK_UNIT_PLACE_INIT;
  return 0;
}

/* --- the note --------------------------------------------------------------------------- */

int
gk_unit_identify (int image_fd, struct gk_unit_note *note)
{
  struct statx stx;

  if (statx (image_fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &stx) == -1)
    return -1;
  note->inode = stx.stx_ino;
  note->birth_s = stx.stx_mask & STATX_BTIME ? stx.stx_btime.tv_sec : 0;
  note->birth_ns = stx.stx_mask & STATX_BTIME ? stx.stx_btime.tv_nsec : 0;
  return 0;
}

int
gk_unit_write_note (int dir_fd, const struct gk_unit_note *note)
{
  _cleanup_close_ int fd =
      openat (dir_fd, GK_UNIT_NOTE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  _cleanup_free_ char *text =
      gk_asprintf ("guestkit unit 1\n%llu %lld %u %s %s\n%s\n", note->inode, note->birth_s,
                   note->birth_ns, note->format, note->backup[0] ? note->backup : "-", note->words);

  if (fd == -1 || text == NULL)
    return -1;
  return gk_write_full (fd, text, strlen (text)) == -1 ? -1 : fsync (fd);
}

int
gk_unit_read_note (int dir_fd, const char *which, struct gk_unit_note *note)
{
  _cleanup_close_ int fd = openat (dir_fd, which, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  struct gk_unit_note n = { .inode = 0 };

  if (fd == -1 || gk_read_all (fd, NOTE_MAX, &text) == -1)
    return -1;
  if (text.data == NULL ||
      sscanf (text.data, "guestkit unit 1\n%llu %lld %u %31s %63s%*1[\n]%200[^\n]", &n.inode,
              &n.birth_s, &n.birth_ns, n.format, n.backup, n.words) < 5) {
    errno = EBADMSG;
    return -1;
  }
  if (gk_streq (n.backup, "-"))
    n.backup[0] = '\0';
  *note = n;
  return 0;
}

/* --- a marked folder ---------------------------------------------------------------------- */

/* Whoever made it can also have written an overlay whose header names a file of ours as the
 * place of its data, and would get that file's content into the image, or from there. */
static int
check_owner (const struct gk_unit_place *place, int dir_fd, struct gk_error *err)
{
  struct stat st;

  if (fstat (dir_fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", place->marked);
  if ((st.st_uid == 0 || st.st_uid == geteuid ()) && (st.st_mode & 077) == 0)
    return 0;
  return gk_error_set (err, EPERM,
                       "%s: changes that wait to be taken into it (%s) are of somebody else (uid "
                       "%u), and are not believed; 'guestkit gc IMAGE' by that user takes them in",
                       place->image, place->marked, (unsigned)st.st_uid);
}

int
gk_unit_check_image (const struct gk_unit_place *place, int image_fd,
                     const struct gk_unit_note *note, struct gk_error *err)
{
  struct gk_unit_note now;

  if (gk_unit_identify (image_fd, &now) == -1)
    return gk_error_sys (err, errno, "%s", place->image);
  if (now.inode == note->inode && now.birth_s == note->birth_s && now.birth_ns == note->birth_ns)
    return 0;
  return gk_error_set (err, ESTALE,
                       "%s: changes that wait to be taken into it (%s) are of another file "
                       "which had this name; remove that folder if they are not wanted",
                       place->image, place->marked);
}

int
gk_unit_open_marked (const struct gk_unit_place *place, const char *which, int *ret_dir_fd,
                     struct gk_unit_note *ret_note, struct gk_error *err)
{
  _cleanup_close_ int dir =
      openat (place->parent_fd, place->marked, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  _cleanup_close_ int image = -1;

  if (dir == -1 && errno == ENOENT)
    return 0;
  image = dir == -1 ? -1 : open (place->image, O_PATH | O_CLOEXEC);
  if (dir == -1 || image == -1)
    return gk_error_sys (err, errno, "%s: %s", place->image, place->marked);
  if (check_owner (place, dir, err) == -1)
    return -1;
  /* Without a note it has landed and is being removed. */
  if (gk_unit_read_note (dir, which, ret_note) == -1)
    return errno == ENOENT ? 0 : gk_error_sys (err, errno, "%s: %s", place->image, place->marked);
  if (gk_unit_check_image (place, image, ret_note, err) == -1)
    return -1;
  *ret_dir_fd = gk_steal_fd (&dir);
  return 1;
}

int
gk_unit_pending (const char *image, char **ret_overlay, struct gk_error *err)
{
  _cleanup_unit_place_ struct gk_unit_place place = GK_UNIT_PLACE_INIT;
  _cleanup_close_ int dir = -1;
  struct gk_unit_note note;

  /* What has no name beside which something could lie. */
  if (gk_unit_place (image, &place, NULL) == -1) {
    *ret_overlay = NULL;
    return 0;
  }
  int r = gk_unit_open_marked (&place, GK_UNIT_NOTE, &dir, &note, err);
  if (r == -1)
    return -1;
  char *overlay = NULL;
  if (r == 1) {
    overlay = gk_asprintf ("%.*s%s/" GK_UNIT_OVERLAY, (int)(place.name - place.image), place.image,
                           place.marked);
    if (overlay == NULL)
      return gk_error_oom (err);
  }
  *ret_overlay = overlay;
  return 0;
}

bool
gk_unit_has_words (const char *image)
{
  _cleanup_unit_place_ struct gk_unit_place place = GK_UNIT_PLACE_INIT;
  _cleanup_close_ int dir = -1;
  struct gk_unit_note note;

  return gk_unit_place (image, &place, NULL) == 0 &&
         gk_unit_open_marked (&place, GK_UNIT_DONE, &dir, &note, NULL) == 1;
}

void
gk_unit_remove (int parent_fd, const char *dir, int dir_fd)
{
  static const char *const files[] = { GK_UNIT_NOTE, GK_UNIT_DONE, GK_UNIT_BACKUP,
                                       GK_UNIT_OVERLAY };

  /* The note goes first, and is gone for good before anybody else gets the
   * image: what landed once must not land again on what came later. */
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    unlinkat (dir_fd, files[i], 0);
    if (i == 0)
      fsync (dir_fd);
  }
  unlinkat (parent_fd, dir, AT_REMOVEDIR);
}

void
gk_unit_landed (int parent_fd, const char *dir, int dir_fd, const struct gk_unit_note *note)
{
  /* As with the removal of the note: for good, before anybody else gets the image. */
  if (note->words[0] && renameat (dir_fd, GK_UNIT_NOTE, dir_fd, GK_UNIT_DONE) == 0 &&
      fsync (dir_fd) == 0) {
    unlinkat (dir_fd, GK_UNIT_BACKUP, 0);
    unlinkat (dir_fd, GK_UNIT_OVERLAY, 0);
  } else
    gk_unit_remove (parent_fd, dir, dir_fd);
}
