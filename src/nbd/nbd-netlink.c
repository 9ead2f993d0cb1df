/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The kernel's nbd over generic netlink.
 *
 * No device number is asked for: the kernel takes a free one, so that two
 * sessions cannot race.  The device is disconnected when the last one closes
 * it, thus also when this process is killed.  It is not told to destroy it
 * then: the one that it takes may be one that the host made at boot.
 */
#include "nbd/nbd-netlink.h"

#include <errno.h>
#include <linux/nbd-netlink.h>
#include <linux/nbd.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "base/error.h"

/* A server that does not answer for so long is given up, and what waits for
 * the disk gets an error. */
#define REQUEST_TIMEOUT_S 60

static struct nl_msg *
new_msg (int family, int command)
{
  struct nl_msg *msg = nlmsg_alloc ();

  if (msg != NULL &&
      genlmsg_put (msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0, command, NBD_GENL_VERSION) != NULL)
    return msg;
  nlmsg_free (msg);
  return NULL;
}

static int
put_sockets (struct nl_msg *msg, const struct gk_nbd_connect *c)
{
  struct nlattr *list = nla_nest_start (msg, NBD_ATTR_SOCKETS);

  if (list == NULL)
    return -1;
  for (size_t i = 0; i < c->n_sockets; i++) {
    struct nlattr *item = nla_nest_start (msg, NBD_SOCK_ITEM);
    if (item == NULL || nla_put_u32 (msg, NBD_SOCK_FD, c->sockets[i]) < 0)
      return -1;
    nla_nest_end (msg, item);
  }
  nla_nest_end (msg, list);
  return 0;
}

struct nl_msg *
gk_nbd_connect_msg (int family, const struct gk_nbd_connect *c)
{
  struct nl_msg *msg = new_msg (family, NBD_CMD_CONNECT);

  if (msg == NULL)
    return NULL;
  if (nla_put_u64 (msg, NBD_ATTR_SIZE_BYTES, c->size) < 0 ||
      nla_put_u64 (msg, NBD_ATTR_BLOCK_SIZE_BYTES, c->block_size) < 0 ||
      nla_put_u64 (msg, NBD_ATTR_SERVER_FLAGS, c->server_flags) < 0 ||
      nla_put_u64 (msg, NBD_ATTR_TIMEOUT, REQUEST_TIMEOUT_S) < 0 ||
      nla_put_u64 (msg, NBD_ATTR_CLIENT_FLAGS, NBD_CFLAG_DISCONNECT_ON_CLOSE) < 0 ||
      nla_put_string (msg, NBD_ATTR_BACKEND_IDENTIFIER, c->backend) < 0 ||
      put_sockets (msg, c) == -1) {
    nlmsg_free (msg);
    return NULL;
  }
  return msg;
}

struct nl_msg *
gk_nbd_disconnect_msg (int family, uint32_t index)
{
  struct nl_msg *msg = new_msg (family, NBD_CMD_DISCONNECT);

  if (msg != NULL && nla_put_u32 (msg, NBD_ATTR_INDEX, index) < 0) {
    nlmsg_free (msg);
    return NULL;
  }
  return msg;
}

int
gk_nbd_answer_index (struct nlmsghdr *h)
{
  struct nlattr *attrs[NBD_ATTR_MAX + 1];

  if (!genlmsg_valid_hdr (h, 0) || genlmsg_parse (h, 0, attrs, NBD_ATTR_MAX, NULL) < 0 ||
      attrs[NBD_ATTR_INDEX] == NULL || nla_len (attrs[NBD_ATTR_INDEX]) != sizeof (uint32_t))
    return -1;
  return nla_get_u32 (attrs[NBD_ATTR_INDEX]);
}

/* --- sending ---------------------------------------------------------------------- */

int
gk_nbd_netlink_open (struct nl_sock **ret_sock, struct gk_error *err)
{
  struct nl_sock *sock = nl_socket_alloc ();
  int r;

  if (sock == NULL)
    return gk_error_oom (err);
  r = genl_connect (sock);
  if (r == 0)
    r = genl_ctrl_resolve (sock, NBD_GENL_FAMILY_NAME);
  if (r < 0) {
    nl_socket_free (sock);
    if (r == -NLE_OBJ_NOTFOUND)
      return gk_error_set (err, ENOTSUP, "the kernel has no nbd (or its module is not loaded)");
    return gk_error_set (err, 0, "netlink: %s", nl_geterror (r));
  }
  *ret_sock = sock;
  return r;
}

static int
on_answer (struct nl_msg *msg, void *opaque)
{
  int *index = opaque;

  if (index != NULL)
    *index = gk_nbd_answer_index (nlmsg_hdr (msg));
  return NL_OK;
}

int
gk_nbd_netlink_send (struct nl_sock *sock, struct nl_msg *msg, int *ret_index, struct gk_error *err)
{
  int index = -1, r;

  if (msg == NULL)
    return gk_error_oom (err);
  r = nl_socket_modify_cb (sock, NL_CB_VALID, NL_CB_CUSTOM, on_answer, &index);
  if (r == 0)
    r = nl_send_auto (sock, msg);
  nlmsg_free (msg);
  /* The answer comes before the acknowledgement. */
  if (r >= 0)
    r = nl_wait_for_ack (sock);
  if (r < 0)
    return gk_error_set (err, 0, "nbd: %s", nl_geterror (r));
  if (ret_index != NULL && index == -1)
    return gk_error_set (err, EPROTO, "nbd: the kernel named no device");
  if (ret_index != NULL)
    *ret_index = index;
  return 0;
}
