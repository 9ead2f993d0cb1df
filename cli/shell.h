/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The shell: what its files share.
 *
 * A line of text becomes a struct shell_line (shell-words.c), whose words are
 * a command of the shell's own (shell-local.c) or a call of the API.  For a
 * call the words become values by its descriptor (shell-args.c), and the result
 * becomes text (shell-print.c).  shell-run.c holds these together; shell.c
 * reads the lines.
 */
#ifndef CLI_SHELL_H
#define CLI_SHELL_H

#include "api/api.h"
#include "base/strv.h"
#include "cli/cli.h"

struct gk_error;

struct shell_options {
  const char *file;
  bool inspect, pipe_error, print_errno, keys_from_stdin, echo_keys, no_dest_paths, no_sync;
};

struct shell {
  guestfs_h *g;
  const struct shell_options *o;
  FILE *in;         /* where lines come from, or NULL: commands are arguments */
  const char *name; /* of in, for messages; NULL: say no place */
  unsigned line;
  unsigned depth; /* of <! in <! */
  bool interactive;
  bool completing; /* the line editor may ask the guest for names */
  bool quit;
  bool unit;               /* the session is not the script's to end */
  struct shell_edit *edit; /* interactive only */
  const char *command;     /* that runs now, as it was typed; for messages */
  bool piped;              /* its output goes to a program */
};

/* --- shell-words.c */
enum shell_line_kind {
  SHELL_NOTHING, /* empty or a comment */
  SHELL_COMMAND, /* words, and perhaps a pipe */
  SHELL_LOCAL,   /* !command of the host */
  SHELL_SOURCE,  /* <!command of the host, whose output is run */
};
struct shell_line {
  enum shell_line_kind kind;
  bool ignore;          /* '-' in front: a failure does not matter */
  struct gk_strv words; /* of a SHELL_COMMAND; never empty */
  const char *host;     /* into text: the host's command of !, <! and |, or NULL */
};
#define SHELL_LINE_INIT                                                                            \
  {                                                                                                \
    SHELL_NOTHING, false, GK_STRV_INIT, NULL                                                       \
  }
int shell_parse_line (const char *text, struct shell_line *line, struct gk_error *err);

/* "a 'b c'" is a list of two. */
int shell_split_list (const char *text, char ***ret_list, struct gk_error *err);

/* A number, with an optional factor (K, KB, KiB, M ...), in base 10, or base 8 or 16
 * after 0 or 0x. */
int shell_parse_number (const char *text, int64_t min, int64_t max, int64_t *ret_value,
                        struct gk_error *err);
int shell_parse_bool (const char *text, int *ret_value, struct gk_error *err);

/* --- shell-args.c */
struct shell_args {
  union gk_arg args[GK_MAX_ARGS];
  void *opts; /* struct guestfs_X_argv, or NULL */
  /* What the values point to. */
  struct gk_strv strings;
  char **lists[GK_MAX_ARGS + GK_MAX_OPTS];
  size_t nlists;
  int fds[GK_MAX_ARGS]; /* here-documents */
  size_t nfds;
};
/* argv are the words behind the command.  -1: said why. */
int shell_args_parse (struct shell *sh, const struct gk_call *call, int argc, char **argv,
                      struct shell_args *a);
void shell_args_clear (struct shell_args *a);

/* "cat path", "add-drive filename [readonly:true|false] ...".  Malloced. */
char *shell_synopsis (const struct gk_call *call);

/* --- shell-print.c */
void shell_print_result (const struct gk_call *call, const union gk_ret *ret, FILE *fp);

/* --- shell-run.c: all return 0, or -1 after it was said what is wrong. */
int shell_run_text (struct shell *sh, const char *text);
int shell_run_words (struct shell *sh, int argc, char **argv);
int shell_error (struct shell *sh, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));
int shell_call_error (struct shell *sh); /* the handle's last error */
/* The call that a word stands for, or NULL. */
const struct gk_call *shell_find_call (const char *word);
/* Run a command of the host with /bin/sh.  Its status, or -1. */
int shell_host (struct shell *sh, const char *command);

/* --- shell-local.c: commands that are no calls */
struct shell_command {
  const char *names;    /* space-separated */
  const char *synopsis; /* words behind the name */
  const char *brief;
  const char *doc;
  int (*run) (struct shell *sh, int argc, char **argv); /* argv[0] is the name */
};
const struct shell_command *shell_find_local (const char *word);
extern const struct shell_command shell_locals[]; /* ends with names NULL */
int shell_usage (struct shell *sh, const struct shell_command *c);

/* shell-files.c: those of them that carry files in and out */
int shell_copy_in (struct shell *sh, int argc, char **argv);
int shell_copy_out (struct shell *sh, int argc, char **argv);
int shell_page (struct shell *sh, int argc, char **argv);
int shell_edit_file (struct shell *sh, int argc, char **argv);
int shell_alloc (struct shell *sh, int argc, char **argv);

/* shell-glob.c */
int shell_glob (struct shell *sh, int argc, char **argv);

/* shell-help.c */
int shell_help (struct shell *sh, int argc, char **argv);

/* --- shell.c */
int shell_run_script (struct shell *sh, const char *name); /* "-": stdin; 0, or -1, said */
void shell_set_handle (struct shell *sh, guestfs_h *g);
/* The next line of in, without its end.  Malloced; NULL at the end. */
char *shell_read_line (struct shell *sh);

/* --- shell-edit.c: the line editor of a terminal */
struct shell_edit *shell_edit_open (struct shell *sh); /* NULL: no memory */
char *shell_edit_line (struct shell_edit *e, const char *prompt);
void shell_edit_close (struct shell_edit *e);

/* shell-complete.c: what may stand in the place of the last word of text.
 * *ret_at is where that word begins.  Sorted. */
char **shell_complete (struct shell *sh, const char *text, size_t *ret_at);

#endif
