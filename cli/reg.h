/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit reg: what its files share.
 *
 * reg-parse.c reads a .reg file into changes, before anything is opened;
 * reg-text.c writes values in that form; reg-hive.c finds the hive and the node
 * of a key in the guest; reg.c is the command.
 */
#ifndef CLI_REG_H
#define CLI_REG_H

#include <stddef.h>
#include <stdint.h>

#include "base/strv.h"
#include "guestfs.h"

struct gk_error;
struct json_object;

enum reg_type {
  REG_NONE,
  REG_SZ,
  REG_EXPAND_SZ,
  REG_BINARY,
  REG_DWORD,
  REG_DWORD_BE,
  REG_LINK,
  REG_MULTI_SZ,
  REG_RESOURCE_LIST,
  REG_FULL_RESOURCE,
  REG_RESOURCE_REQUIREMENTS,
  REG_QWORD,
};

/* The names that hives may have, in UTF-16 units. */
#define REG_KEY_MAX 255
#define REG_NAME_MAX 16383
#define REG_DEPTH_MAX 512

/* --- reg-parse.c */
enum reg_what { REG_MAKE_KEY, REG_DELETE_KEY, REG_SET, REG_DELETE };
struct reg_change {
  enum reg_what what;
  unsigned line;
  char *key;  /* as it is written, without the brackets */
  char *name; /* of the value; "" is the default one */
  int64_t type;
  struct gk_buf data;
};
struct reg_file {
  struct reg_change *v;
  size_t n;
};
void reg_file_clear (struct reg_file *f);
/* The error begins with the line. */
int reg_parse (const char *data, size_t size, struct reg_file *ret, struct gk_error *err);

/* From one encoding to another, in iconv's names.  EILSEQ: is not in that one. */
int reg_convert (const char *to, const char *from, const char *data, size_t size,
                 struct gk_buf *ret);

/* --- reg-text.c */
/* "name"=dword:00000001, perhaps over several lines, without an end of line.  NULL: no
 * memory. */
char *reg_value_text (const char *name, int64_t type, const char *data, size_t size);
/* May a name stand in such a file?  Not with a line break or the like in it. */
int reg_is_plain (const char *name);
/* The text in a value; malloced.  NULL: it is none. */
char *reg_string (const char *data, size_t size);
struct json_object *reg_value_json (const char *name, int64_t type, const char *data, size_t size);

/* --- reg-hive.c: return -1 after it was said what is wrong. */
struct reg_hive {
  guestfs_h *g;
  char *root; /* of the operating system */
  char *path; /* of the open hive in the guest, or NULL */
  char *name; /* of the hive, "HKEY_LOCAL_MACHINE\SOFTWARE" */
  int write, dirty;
};
int reg_find_system (struct reg_hive *h);
/* Open the hive that has the key.  *ret_rest, malloced, is the way from its root. */
int reg_open_hive (struct reg_hive *h, const char *key, char **ret_rest);
/* The node, 0 when there is none.  make: then it is made. */
int reg_find_node (struct reg_hive *h, const char *rest, int make, int64_t *ret_node);
int reg_close_hive (struct reg_hive *h); /* writes it when it was changed */
/* The names of the hives that there are. */
int reg_list_hives (struct reg_hive *h, struct gk_strv *names);

#endif
