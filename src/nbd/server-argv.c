/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The server's command line: every file of the disk as a node of its own,
 * wired together by names that we give, so that the server follows none that
 * stands in a header.
 *
 * File nodes are written as KEY=VALUE lists, because a file's name may be any
 * bytes and JSON knows only UTF-8; format nodes hold nothing but our own names
 * and are JSON, because only there "no backing file" can be said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "nbd/server.h"

static const char *const with_backing[] = { "qcow2", "qcow", "qed", "vmdk", NULL };

enum part {
  PART_IMAGE,   /* the drive's image, written */
  PART_OVERLAY, /* thrown away */
  PART_BELOW,   /* read, stable by our own hold */
  PART_LIVE,    /* read, whoever writes to it */
};

static const char *
yes (bool b)
{
  return b ? "on" : "off";
}

/* aio is left to qemu's threads.  With io_uring qemu 7.2 never answers a read
 * that the end of the file cuts short, such as that of the last sector of a raw
 * image of 1000 bytes, and qcow2 files whose last cluster is not whole have
 * such reads, too.
 *
 * force-share is what lets a read-only drive show the disk of a running
 * machine; see image/lock.c. */
static int
push_file (struct gk_strv *argv, char *const *place, const char *node, enum part part, bool local,
           const struct gk_disk *disk)
{
  _cleanup_free_ char *opts = gk_disk_place_options (place, "");
  bool written = part == PART_IMAGE || part == PART_OVERLAY;
  bool no_flush = part == PART_OVERLAY || (part == PART_IMAGE && disk->unsafe);
  bool unmap = part == PART_OVERLAY || (part == PART_IMAGE && disk->discard);

  if (opts == NULL || gk_strv_push (argv, "--blockdev") == -1)
    return -1;
  return gk_strv_pushf (argv, "%s,node-name=%s,read-only=%s,auto-read-only=off%s%s%s%s", opts, node,
                        yes (!written), part == PART_LIVE ? ",force-share=on" : "",
                        no_flush ? ",cache.no-flush=on" : "", unmap ? ",discard=unmap" : "",
                        /* We hold the locks: on a raw image the server's own would let a
                         * second writer in. */
                        written && local ? ",locking=off" : "");
}

static int
push_format (struct gk_strv *argv, const char *format, const char *node, const char *file,
             const char *data, const char *backing, enum part part, const struct gk_disk *disk)
{
  bool written = part == PART_IMAGE || part == PART_OVERLAY;
  bool no_flush = part == PART_OVERLAY || (part == PART_IMAGE && disk->unsafe);
  bool unmap = part == PART_OVERLAY || (part == PART_IMAGE && disk->discard);
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  if (gk_buf_appendf (&b,
                      "{\"driver\":\"%s\",\"node-name\":\"%s\",\"file\":\"%s\",\"read-only\":%s,"
                      "\"auto-read-only\":false",
                      format, node, file, written ? "false" : "true") == -1 ||
      (part == PART_LIVE && gk_buf_appends (&b, ",\"force-share\":true") == -1) ||
      (no_flush && gk_buf_appends (&b, ",\"cache\":{\"no-flush\":true}") == -1) ||
      (unmap && gk_buf_appends (&b, ",\"discard\":\"unmap\"") == -1) ||
      (data != NULL && gk_buf_appendf (&b, ",\"data-file\":\"%s\"", data) == -1))
    return -1;
  if (gk_strv_contains ((char *const *)with_backing, format) &&
      (backing != NULL ? gk_buf_appendf (&b, ",\"backing\":\"%s\"", backing)
                       : gk_buf_appends (&b, ",\"backing\":null")) == -1)
    return -1;
  if (gk_buf_appends (&b, "}") == -1 || gk_strv_push (argv, "--blockdev") == -1)
    return -1;
  return gk_strv_push (argv, b.data);
}

static int
push_layer (struct gk_strv *argv, const struct gk_disk *disk, size_t i, enum part part)
{
  const struct gk_disk_layer *layer = &disk->layers[i];
  char node[24], file[24], data[24], backing[24];

  snprintf (node, sizeof node, "n%zu", i);
  snprintf (file, sizeof file, "f%zu", i);
  snprintf (data, sizeof data, "d%zu", i);
  snprintf (backing, sizeof backing, "n%zu", i + 1);
  if (push_file (argv, layer->place, file, part, layer->path != NULL, disk) == -1 ||
      (layer->data_place != NULL &&
       push_file (argv, layer->data_place, data, part, true, disk) == -1))
    return -1;
  return push_format (argv, layer->format, node, file, layer->data_place != NULL ? data : NULL,
                      i + 1 < disk->n_layers ? backing : NULL, part, disk);
}

static int
push_overlay (struct gk_strv *argv, const struct gk_disk *disk)
{
  _cleanup_free_ char *filename = gk_asprintf ("filename=%s", disk->overlay);
  char *place[] = { (char *)"driver=file", filename, NULL };

  if (filename == NULL || push_file (argv, place, "fo", PART_OVERLAY, true, disk) == -1 ||
      push_format (argv, "qcow2", "overlay", "fo", NULL, "n0", PART_OVERLAY, disk) == -1)
    return -1;
  if (!disk->copyonread)
    return 0;
  return gk_strv_push (argv, "--blockdev") == -1
             ? -1
             : gk_strv_push (argv, "driver=copy-on-read,node-name=cor,file=overlay");
}

static int
push_socket (struct gk_strv *argv, const struct gk_server_place *place, const char *top)
{
  _cleanup_free_ char *path = gk_asprintf ("path=%s", place->socket);
  char *given[] = { path, NULL };
  _cleanup_free_ char *opts = path ? gk_disk_place_options (given, "addr.") : NULL;

  if (opts == NULL || gk_strv_push (argv, "--nbd-server") == -1 ||
      gk_strv_pushf (argv, "addr.type=unix,%s,max-connections=%u", opts, place->connections) ==
          -1 ||
      gk_strv_push (argv, "--export") == -1)
    return -1;
  return gk_strv_pushf (argv, "nbd,id=x,node-name=%s,name=disk,writable=on", top);
}

static int
push_fds (struct gk_strv *argv, const struct gk_disk *disk, const struct gk_server_place *place,
          const char *top)
{
  if (gk_strv_push (argv, "--nbd-server") == -1 ||
      gk_strv_pushf (argv, "addr.type=fd,addr.str=%d,max-connections=1", place->nbd_fd) == -1 ||
      gk_strv_push (argv, "--export") == -1 ||
      gk_strv_pushf (argv, "nbd,id=y,node-name=%s,name=disk,writable=off", top) == -1 ||
      gk_strv_push (argv, "--export") == -1)
    return -1;
  return gk_strv_pushf (argv,
                        "vhost-user-blk,id=x,node-name=%s,writable=on,addr.type=fd,addr.str=%d,"
                        "logical-block-size=%d",
                        top, place->vhost_fd, disk->blocksize);
}

static int
push_export (struct gk_strv *argv, const struct gk_disk *disk, const struct gk_server_place *place)
{
  const char *top = disk->overlay == NULL ? "n0" : disk->copyonread ? "cor" : "overlay";

  return place->socket ? push_socket (argv, place, top) : push_fds (argv, disk, place, top);
}

char **
gk_server_argv (const struct gk_disk *given, const struct gk_server_place *place,
                const char *secret_object, int monitor_fd)
{
  struct gk_disk copy = *given, *disk = &copy;
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (gk_strv_push (&argv, "qemu-storage-daemon") == -1 ||
      (secret_object != NULL &&
       (gk_strv_push (&argv, "--object") == -1 || gk_strv_push (&argv, secret_object) == -1)))
    return NULL;
  /* Zeros that a kernel writes to a raw image are holes in it, as with a loop device:
   * the server would else fill the disk with them. */
  if (place->socket == NULL && disk->n_layers > 0 && gk_streq (disk->layers[0].format, "raw"))
    disk->discard = true;
  for (size_t i = disk->n_layers; i-- > 0;) {
    enum part part = disk->overlay != NULL ? PART_LIVE : i == 0 ? PART_IMAGE : PART_BELOW;
    if (push_layer (&argv, disk, i, part) == -1)
      return NULL;
  }
  if ((disk->overlay != NULL && push_overlay (&argv, disk) == -1) ||
      push_export (&argv, disk, place) == -1)
    return NULL;
  /* Last: options are carried out in their order, so the monitor's greeting
   * says that the export is there. */
  if (gk_strv_push (&argv, "--chardev") == -1 ||
      gk_strv_pushf (&argv, "socket,id=m,fd=%d", monitor_fd) == -1 ||
      gk_strv_push (&argv, "--monitor") == -1 || gk_strv_push (&argv, "chardev=m") == -1)
    return NULL;
  return gk_strv_finish (&argv);
}
