/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* help: from the descriptors of the calls and the shell's own table. */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/shell.h"

static const char overview[] =
    "A session, step by step:\n"
    "  add IMAGE               what to open (or -a IMAGE at the start)\n"
    "  run                     begin; then list-filesystems shows what is there\n"
    "  mount /dev/sda1 /       show a file system (or -m or -i at the start)\n"
    "  ls /, cat /etc/fstab    and all other commands\n"
    "\n"
    "The language:\n"
    "  \"a\\tb\" 'a b'           quoted words; backslash works between double quotes\n"
    "  \"one two 'and three'\"   a list is one word, divided by blanks\n"
    "  name:value              optional arguments stand at the end\n"
    "  1M 64KiB 0644 0x10      numbers; a 0 in front means octal\n"
    "  COMMAND | PROGRAM       give the output to a program of the host\n"
    "  !PROGRAM                run a program of the host\n"
    "  <!PROGRAM               run what it prints as commands\n"
    "  -COMMAND                go on even if it fails\n"
    "  upload -<<END /file     the lines up to END are the file's content\n"
    "  # ...                   a comment\n"
    "\n"
    "'help --list' lists all commands, 'help COMMAND' explains one.\n";

static char *
with_dashes (const char *name)
{
  char *copy = strdup (name);

  for (char *p = copy; p && *p; ++p)
    if (*p == '_')
      *p = '-';
  return copy;
}

static int
list (struct shell *sh)
{
  _cleanup_gk_strv_ struct gk_strv lines = GK_STRV_INIT;
  int r = 0;

  for (const struct shell_command *c = shell_locals; r == 0 && c->names; ++c)
    r = gk_strv_pushf (&lines, "%-27.*s %s", (int)strcspn (c->names, " "), c->names, c->brief);
  for (unsigned i = 0; r == 0 && i < gk_n_calls; ++i) {
    const struct gk_call *call = &gk_calls[i];
    if (call->flags & (GK_CALL_HIDDEN | GK_CALL_DEPRECATED))
      continue;
    _cleanup_free_ char *name = with_dashes (call->name);
    r = name ? gk_strv_pushf (&lines, "%-27s %s", name, call->brief) : -1;
  }
  if (r == -1)
    return shell_error (sh, "out of memory");
  gk_strv_sort (lines.v, lines.len);
  for (size_t i = 0; i < lines.len; ++i)
    puts (lines.v[i]);
  return 0;
}

static void
print_indented (const char *text)
{
  while (*text) {
    size_t n = strcspn (text, "\n");
    printf ("%s%.*s\n", n ? "    " : "", (int)n, text);
    text += n + (text[n] == '\n');
  }
}

static void
about_call (const struct gk_call *call)
{
  _cleanup_free_ char *synopsis = shell_synopsis (call);
  _cleanup_free_ char *name = with_dashes (call->name);

  printf ("NAME\n    %s - %s\n\nSYNOPSIS\n    %s\n\nDESCRIPTION\n", name ? name : call->name,
          call->brief, synopsis ? synopsis : call->name);
  print_indented (call->doc);
  if (call->replaced_by) {
    _cleanup_free_ char *other = with_dashes (call->replaced_by);
    printf ("\n    Deprecated: use %s.\n", other ? other : call->replaced_by);
  }
  if (call->optgroup)
    printf ("\n    Needs the feature '%s' (see feature-available).\n", call->optgroup);
  if (!(call->flags & (GK_CALL_CLIENT | GK_CALL_WORKER)))
    puts ("\n    This version of guestkit cannot do it yet.");
  if (call->shell_alias)
    printf ("\n    Also known as: %s\n", call->shell_alias);
}

static void
about_local (const struct shell_command *c)
{
  size_t n = strcspn (c->names, " ");

  printf ("NAME\n    %.*s - %s\n\nSYNOPSIS\n    %.*s %s\n\nDESCRIPTION\n", (int)n, c->names,
          c->brief, (int)n, c->names, c->synopsis);
  print_indented (c->doc);
  if (c->names[n])
    printf ("\n    Also known as:%s\n", c->names + n);
}

int
shell_help (struct shell *sh, int argc, char **argv)
{
  if (argc > 2)
    return shell_usage (sh, shell_find_local ("help"));
  if (argc == 1) {
    fputs (overview, stdout);
    return 0;
  }
  if (gk_streq (argv[1], "--list") || gk_streq (argv[1], "-l"))
    return list (sh);
  const struct shell_command *local = shell_find_local (argv[1]);
  const struct gk_call *call = local ? NULL : shell_find_call (argv[1]);
  if (local)
    about_local (local);
  else if (call)
    about_call (call);
  else
    return shell_error (sh, "%s: unknown command ('help --list' lists all)", argv[1]);
  return 0;
}
