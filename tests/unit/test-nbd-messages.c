/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* rooms: nbd exec op base */
/* What the kernel's nbd is told, attribute by attribute, and what is read from
 * its answer: this needs no kernel that has nbd. */
#include <linux/nbd-netlink.h>
#include <linux/nbd.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "nbd/nbd-netlink.h"

#define FAMILY 33

static void
test_connect (void **state)
{
  const int fds[] = { 7, 9, 300 };
  const struct gk_nbd_connect c = {
    .backend = "/var/tmp/here/drive0.nbd",
    .size = UINT64_C (5) << 40,
    .block_size = 4096,
    .server_flags = 0x165,
    .sockets = fds,
    .n_sockets = 3,
  };
  struct nl_msg *msg = gk_nbd_connect_msg (FAMILY, &c);
  struct nlattr *attrs[NBD_ATTR_MAX + 1], *item;
  int left, n = 0;

  assert_non_null (msg);
  assert_int_equal (nlmsg_hdr (msg)->nlmsg_type, FAMILY);
  assert_int_equal (genlmsg_hdr (nlmsg_hdr (msg))->cmd, NBD_CMD_CONNECT);
  assert_int_equal (genlmsg_parse (nlmsg_hdr (msg), 0, attrs, NBD_ATTR_MAX, NULL), 0);
  /* The kernel chooses the device. */
  assert_null (attrs[NBD_ATTR_INDEX]);
  assert_int_equal (nla_get_u64 (attrs[NBD_ATTR_SIZE_BYTES]), c.size);
  assert_int_equal (nla_get_u64 (attrs[NBD_ATTR_BLOCK_SIZE_BYTES]), 4096);
  assert_int_equal (nla_get_u64 (attrs[NBD_ATTR_SERVER_FLAGS]), 0x165);
  assert_int_equal (nla_get_u64 (attrs[NBD_ATTR_CLIENT_FLAGS]), NBD_CFLAG_DISCONNECT_ON_CLOSE);
  assert_true (nla_get_u64 (attrs[NBD_ATTR_TIMEOUT]) > 0);
  nla_for_each_nested (item, attrs[NBD_ATTR_SOCKETS], left)
  {
    struct nlattr *sock[NBD_SOCK_MAX + 1];
    assert_int_equal (nla_type (item), NBD_SOCK_ITEM);
    assert_int_equal (nla_parse_nested (sock, NBD_SOCK_MAX, item, NULL), 0);
    assert_int_equal (nla_get_u32 (sock[NBD_SOCK_FD]), fds[n]);
    n++;
  }
  assert_int_equal (n, 3);
  nlmsg_free (msg);
}

static void
test_disconnect (void **state)
{
  struct nl_msg *msg = gk_nbd_disconnect_msg (FAMILY, 12);
  struct nlattr *attrs[NBD_ATTR_MAX + 1];

  assert_non_null (msg);
  assert_int_equal (genlmsg_hdr (nlmsg_hdr (msg))->cmd, NBD_CMD_DISCONNECT);
  assert_int_equal (genlmsg_parse (nlmsg_hdr (msg), 0, attrs, NBD_ATTR_MAX, NULL), 0);
  assert_int_equal (nla_get_u32 (attrs[NBD_ATTR_INDEX]), 12);
  nlmsg_free (msg);
}

static struct nl_msg *
answer (void)
{
  struct nl_msg *msg = nlmsg_alloc ();

  assert_non_null (msg);
  assert_non_null (genlmsg_put (msg, 0, 0, FAMILY, 0, 0, NBD_CMD_CONNECT, NBD_GENL_VERSION));
  return msg;
}

static void
test_answer (void **state)
{
  struct nl_msg *msg = answer ();

  assert_int_equal (gk_nbd_answer_index (nlmsg_hdr (msg)), -1);
  assert_int_equal (nla_put_u32 (msg, NBD_ATTR_INDEX, 5), 0);
  assert_int_equal (gk_nbd_answer_index (nlmsg_hdr (msg)), 5);
  nlmsg_free (msg);

  msg = answer ();
  assert_int_equal (nla_put_u16 (msg, NBD_ATTR_INDEX, 5), 0);
  assert_int_equal (gk_nbd_answer_index (nlmsg_hdr (msg)), -1);
  nlmsg_free (msg);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_connect),
    cmocka_unit_test (test_disconnect),
    cmocka_unit_test (test_answer),
  };
  return cmocka_run_group_tests_name ("nbd: messages to the kernel", tests, NULL, NULL);
}
