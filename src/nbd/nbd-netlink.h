/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The kernel's nbd over generic netlink: the messages, apart from sending
 * them, so that they can be tested where the kernel has no nbd. */
#ifndef GK_NBD_NBD_NETLINK_H
#define GK_NBD_NBD_NETLINK_H

#include <stddef.h>
#include <stdint.h>

struct gk_error;
struct nl_msg;
struct nl_sock;
struct nlmsghdr;

struct gk_nbd_connect {
  uint64_t size; /* bytes */
  uint64_t block_size;
  uint64_t server_flags; /* NBD_FLAG_* as the handshake gave them */
  const char *backend;   /* a name for what is behind it, which /sys shows */
  const int *sockets;    /* connected, handshake done */
  size_t n_sockets;
};

/* NULL: ENOMEM. */
struct nl_msg *gk_nbd_connect_msg (int family, const struct gk_nbd_connect *c);
struct nl_msg *gk_nbd_disconnect_msg (int family, uint32_t index);

/* The number of the device in the kernel's answer, or -1. */
int gk_nbd_answer_index (struct nlmsghdr *h);

/* Connect to the kernel; the number of the family "nbd".  -1 with a reason
 * when the kernel has none. */
int gk_nbd_netlink_open (struct nl_sock **ret_sock, struct gk_error *err);
/* Send, free the message, wait for the answer.  ret_index may be NULL. */
int gk_nbd_netlink_send (struct nl_sock *sock, struct nl_msg *msg, int *ret_index,
                         struct gk_error *err);

#endif
