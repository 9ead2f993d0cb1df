/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Layouts: what is understood, where it comes to lie, and what is refused. */
/* rooms: part fs exec op base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "part/layout.h"

#define MIB (UINT64_C (1) << 20)

/* A disk of 100 MiB. */
static struct gk_layout_disk
disk_of (const char *type, unsigned sector_size)
{
  bool gpt = gk_streq (type, "gpt");
  uint64_t copy = gpt ? 16384 / sector_size + 1 : 0;
  struct gk_layout_disk d = { .device = "/dev/sda",
                              .sectors = 100 * MIB / sector_size,
                              .sector_size = sector_size,
                              .first = 1 + copy };
  d.last = d.sectors - 1 - copy;
  return d;
}

static int
place (const char *json, unsigned sector_size, struct gk_layout *l, struct gk_error *err)
{
  if (gk_layout_parse (json, l, err) == -1)
    return -1;
  struct gk_layout_disk d = disk_of (l->type, sector_size);
  return gk_layout_place (l, &d, err);
}

static void
test_places (void **state)
{
  /* Numbers, and begins and sizes in KiB. */
  static const struct {
    const char *json, *want;
    unsigned sector_size;
  } rows[] = {
    { "{'table':'gpt','partitions':[{'size':'10MiB'},{'size':'rest'}]}",
      "1:1024+10240 2:11264+90112 ", 512 },
    { "{'table':'gpt','partitions':[{'size':'10MiB'},{}]}", "1:1024+10240 2:11264+90112 ", 4096 },
    /* All that is shared out by percent fits. */
    { "{'table':'gpt','partitions':[{'size':'20%'},{'size':'80%'}]}", "1:1024+19456 2:20480+79872 ",
      512 },
    { "{'table':'mbr','partitions':[{'size':'100%'}]}", "1:1024+101376 ", 512 },
    { "{'table':'mbr','partitions':[{'size':'33.33%'}]}", "1:1024+32768 ", 512 },
    { "{'table':'mbr','partitions':[{'start':'50%','size':'rest'}]}", "1:51200+51200 ", 512 },
    { "{'table':'mbr','partitions':[{'start':1048576,'end':2097151}]}", "1:1024+1024 ", 512 },
    { "{'table':'mbr','partitions':[{'start':1048576,'size':1048576,'end':2097151}]}",
      "1:1024+1024 ", 512 },
    { "{'table':'mbr','partitions':[{'end':'50%'}]}", "1:1024+50176 ", 512 },
    /* The rest is up to what begins next. */
    { "{'table':'mbr','partitions':[{},{'start':'40MiB','size':'1MiB'}]}",
      "1:1024+39936 2:40960+1024 ", 512 },
    { "{'table':'gpt','partitions':[{'number':7,'size':'1M'},{'size':'1M'},{'number':1,'size':'1M'}"
      "]}",
      "7:1024+1024 2:2048+1024 1:3072+1024 ", 512 },
    { "{'table':'mbr','partitions':[{'size':'10MiB'},{'type':'extended'},{'size':'20MiB'},{}]}",
      "1:1024+10240 2:11264+91136 5:12288+20480 6:33792+68608 ", 512 },
    { "{'table':'mbr','partitions':[{'number':6,'size':'5MiB'},{'number':1,'type':'0x05'},"
      "{'number':5,'size':'5MiB'}]}",
      "6:2048+5120 1:1024+101376 5:8192+5120 ", 512 },
    { "{'table':null}", "", 512 },
    { "{'table':'gpt','size':5,'device':'/dev/sda'}", "", 512 },
  };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    _cleanup_layout_ struct gk_layout l = GK_LAYOUT_INIT;
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    _cleanup_gk_buf_ struct gk_buf got = GK_BUF_INIT;
    _cleanup_free_ char *json = strdup (rows[i].json);
    for (char *p = json; *p; p++)
      if (*p == '\'')
        *p = '"';
    if (place (json, rows[i].sector_size, &l, &err) == -1)
      fail_msg ("%s: %s", rows[i].json, gk_error_msg (&err));
    gk_buf_appends (&got, "");
    for (size_t j = 0; j < l.n; j++)
      gk_buf_appendf (
          &got, "%d:%zu+%zu ", l.parts[j].num,
          (size_t)(l.parts[j].first * rows[i].sector_size / 1024),
          (size_t)((l.parts[j].last - l.parts[j].first + 1) * rows[i].sector_size / 1024));
    if (!gk_streq (got.data, rows[i].want))
      fail_msg ("%s: %s, not %s", rows[i].json, got.data, rows[i].want);
  }
}

static void
test_refusals (void **state)
{
  static const struct {
    const char *json, *why;
  } rows[] = {
    { "", "layout: " },
    { "{", "layout: " },
    { "[]", "it is not an object" },
    { "{}", "table: is missing" },
    { "{'table':'sun'}", "neither" },
    { "{'table':7}", "neither" },
    { "{'table':null,'partitions':[{}]}", "without a table there are no partitions" },
    { "{'table':'gpt','partition':[]}", "partition: there is no such key of a table" },
    { "{'table':'gpt','partitions':{}}", "is not a list" },
    { "{'table':'gpt','partitions':[1]}", "partition 1 of the list: is not an object" },
    { "{'table':'gpt','partitions':[{'sise':1}]}", "sise: there is no such key of a partition" },
    { "{'table':'gpt','partitions':[{'size':0}]}", "partition 1: its size is 0" },
    { "{'table':'gpt','partitions':[{'size':'0%'}]}", "its size is 0" },
    { "{'table':'gpt','partitions':[{'size':-1}]}", "size: -1 is not a number of bytes" },
    { "{'table':'gpt','partitions':[{'size':1.5}]}", "is not a number of bytes" },
    { "{'table':'gpt','partitions':[{'size':true}]}", "is not a number of bytes" },
    { "{'table':'gpt','partitions':[{'size':'1.5MiB'}]}", "is not a number of bytes" },
    { "{'table':'gpt','partitions':[{'size':'1MB'}]}", "is not a number of bytes" },
    { "{'table':'gpt','partitions':[{'size':'101%'}]}", "is not a number of bytes" },
    { "{'table':'gpt','partitions':[{'size':'%'}]}", "is not a number of bytes" },
    { "{'table':'gpt','partitions':[{'size':'99999999999999TiB'}]}", "is not a number of bytes" },
    { "{'table':'gpt','partitions':[{'size':'18446744073709551617'}]}",
      "is not a number of bytes" },
    { "{'table':'gpt','partitions':[{'size':1000}]}", "are not whole sectors of 512 bytes" },
    { "{'table':'gpt','partitions':[{'start':'rest'}]}", "start: cannot be" },
    { "{'table':'gpt','partitions':[{'start':0}]}", "which the table leaves for partitions" },
    { "{'table':'gpt','partitions':[{'start':16384}]}", "which the table leaves for partitions" },
    { "{'table':'gpt','partitions':[{'size':'100MiB'}]}", "which the table leaves for partitions" },
    { "{'table':'gpt','partitions':[{'start':'1TiB'}]}", "no room" },
    { "{'table':'mbr','partitions':[{'size':'8191PiB'}]}", "is not a number of bytes" },
    { "{'table':'mbr','partitions':[{'size':9223372036854775296}]}", "which the table leaves" },
    { "{'table':'mbr','partitions':[{'start':1048576,'size':1048576,'end':3145727}]}",
      "contradict each other" },
    { "{'table':'mbr','partitions':[{'start':2097152,'end':1048575}]}", "no room" },
    { "{'table':'gpt','partitions':[{},{}]}", "no room" },
    { "{'table':'gpt','partitions':[{'start':1048576,'size':2097152},{'start':2097152,'size':'1MiB'"
      "}]}",
      "partitions 2 and 1 overlap" },
    { "{'table':'gpt','partitions':[{'number':0}]}", "number of a partition" },
    { "{'table':'gpt','partitions':[{'number':129,'size':'1MiB'}]}", "a GPT has 128 partitions" },
    { "{'table':'gpt','partitions':[{'number':3,'size':'1MiB'},{'number':3,'size':'1MiB'}]}",
      "two partitions 3" },
    { "{'table':'mbr','partitions':[{'size':'1M'},{'size':'1M'},{'size':'1M'},{'size':'1M'},"
      "{'size':'1M'}]}",
      "an MBR has 4 partitions" },
    { "{'table':'mbr','partitions':[{'number':5,'size':'1M'}]}", "there is no extended one" },
    { "{'table':'mbr','partitions':[{'type':'extended'},{'number':6,'size':'1M'}]}",
      "without gaps" },
    { "{'table':'mbr','partitions':[{'type':'extended','size':'5M'},{'number':2,'type':'0x5'}]}",
      "one extended partition" },
    { "{'table':'mbr','partitions':[{'type':'extended','size':'5M'},{'number':5,'start':'7M',"
      "'size':'1M'}]}",
      "not within the extended partition" },
    { "{'table':'mbr','partitions':[{'type':'extended'},{'number':5,'start':'5M','size':'1M'},"
      "{'number':6,'start':'6M','size':'1M'}]}",
      "a sector is needed" },
    { "{'table':'mbr','partitions':[{'type':'extended','start':'5M'},{'number':5,'start':5243392,"
      "'size':'1M'}]}",
      "first two sectors" },
    { "{'table':'mbr','partitions':[{'name':'x'}]}", "name: an MBR has none" },
    { "{'table':'mbr','partitions':[{'type':'0x00'}]}", "neither a byte" },
    { "{'table':'mbr','partitions':[{'type':'0x183'}]}", "neither a byte" },
    { "{'table':'mbr','partitions':[{'type':'bios'}]}", "there is no 'bios' in an MBR" },
    { "{'table':'mbr','guid':'x'}", "guid: only a GPT has one" },
    { "{'table':'gpt','id':'0x1'}", "id: only an MBR has one" },
    { "{'table':null,'id':'0x1'}", "id: only an MBR has one" },
    { "{'table':'mbr','id':1}", "id: is not a text" },
    { "{'table':'mbr','id':'1234abcd'}", "id: '1234abcd' is not four bytes" },
    { "{'table':'mbr','id':'0x'}", "is not four bytes" },
    { "{'table':'mbr','id':'0x123456789'}", "is not four bytes" },
    { "{'table':'mbr','id':'0x1234 '}", "is not four bytes" },
    { "{'table':'mbr','partitions':[{'size':'1M','bootable':true},{'size':'1M','bootable':true}]}",
      "and there is another" },
    { "{'table':'gpt','guid':'nonsense'}", "'nonsense' is not a GUID" },
    { "{'table':'gpt','guid':5}", "guid: is not a text" },
    { "{'table':'gpt','partitions':[{'guid':'01234567-89AB-CDEF-0123-456789ABCDE'}]}",
      "is not a GUID" },
    { "{'table':'gpt','partitions':[{'size':'1M','guid':'01234567-89AB-CDEF-0123-456789ABCDEF'},"
      "{'size':'1M','guid':'01234567-89ab-cdef-0123-456789abcdef'}]}",
      "have the same guid" },
    { "{'table':'gpt','partitions':[{'type':'0x83'}]}", "is not a GUID" },
    { "{'table':'gpt','partitions':[{'type':'extended'}]}", "there is no 'extended' in a GPT" },
    { "{'table':'gpt','partitions':[{'name':'a name of more than thirty-six letters'}]}",
      "a GPT holds 36" },
    { "{'table':'gpt','partitions':[{'name':5}]}", "name: is not a text" },
    { "{'table':'gpt','partitions':[{'attributes':'4'}]}", "attributes: is not" },
    { "{'table':'gpt','partitions':[{'attributes':'0x11111111111111111'}]}", "64 bits" },
    { "{'table':'gpt','partitions':[{'bootable':1}]}", "bootable: is not true or false" },
  };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    _cleanup_layout_ struct gk_layout l = GK_LAYOUT_INIT;
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    _cleanup_free_ char *json = strdup (rows[i].json);
    for (char *p = json; *p; p++)
      if (*p == '\'')
        *p = '"';
    if (place (json, 512, &l, &err) != -1)
      fail_msg ("%s: was taken", rows[i].json);
    if (strstr (gk_error_msg (&err), rows[i].why) == NULL)
      fail_msg ("%s: %s, not %s", rows[i].json, gk_error_msg (&err), rows[i].why);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_places),
    cmocka_unit_test (test_refusals),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
