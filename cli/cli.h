/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The command line: what all subcommands share.
 *
 * A subcommand is one file with one const struct cli_command, listed in
 * main.c.  Exit codes: 0 it worked, 1 it did not, 2 the command line is wrong.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "guestfs.h"

enum cli_exit { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

/* An option, stored into a struct of the command at offset: bool, const char *
 * (the last wins), int, struct cli_list, or struct cli_keys. */
enum cli_kind { CLI_FLAG, CLI_STRING, CLI_NUMBER, CLI_LIST, CLI_KEYS };
struct json_object;

struct cli_option {
  const char *name; /* long, without dashes; NULL ends a table */
  char letter;      /* or 0 */
  enum cli_kind kind;
  size_t offset;
  const char *arg; /* what to call its argument in the help */
  const char *help;
};
struct cli_list {
  const char **v; /* points into argv; freed by cli_main */
  size_t n;
};

/* Keys of encrypted devices, by what they are for: a device, a UUID, "all". */
struct cli_key {
  char *id, *text; /* no text: Clevis has it */
};
struct cli_keys {
  struct cli_key *v;
  size_t n;
};

/* How changes get into the images (unit.c). */
struct cli_edit {
  bool dry_run, commit, in_place, no_relabel;
  const char *backup;

  /* Set by the command: */
  bool whole;          /* change each image as a unit (image/unit.h) if no option says otherwise */
  bool or_at_once;     /* with whole: an image that cannot have a unit is changed in place */
  bool unchanged;      /* before cli_finish: nothing was changed, so nothing has to land */
  bool label_all;      /* new files may be anywhere, so all of the guest is looked at for labels */
  uint64_t size, more; /* as in struct gk_unit_how */
  const char *words;   /* as in struct gk_unit_how, or NULL */
  struct json_object *result; /* with --dry-run and --json: what the command itself has to tell */

  /* Set while images are opened: */
  uint64_t had, has; /* bytes of the last image's disk before (0: as now), and in the session */
  bool was_done;     /* nothing was opened: an earlier run with the same words has done it */
  struct cli_units *units; /* the units that were begun */
  struct cli_list opened;  /* the images, as they were given */
  char **mounted; /* guestfs_mountpoints at the beginning, for the session that is compared */
};

/* Options of every command that opens images. */
struct cli_images {
  struct cli_list add, mount;
  struct cli_keys keys;
  const char *format, *launcher;
  int blocksize;
  bool ro, rw, json, verbose, trace, no_progress, keys_from_stdin;
  /* Set by the command: */
  bool discard; /* what the guest discards is given back to the host */
  bool network;
  int memsize;           /* MiB; 0: as it is */
  struct cli_keys asked; /* keys that the terminal or stdin gave, for a second session */
  struct cli_edit edit;
};

struct cli_command {
  const char *name;
  const char *synopsis; /* behind "guestkit NAME " */
  const char *summary;  /* one line */
  const char *description;
  const struct cli_option *options; /* its own, or NULL */
  size_t opts_size;                 /* of the struct that they are stored in */
  unsigned flags;
  int (*run) (struct cli_images *images, void *opts, int argc, char **argv);
};
#define CLI_IMAGES 1u       /* takes the options of struct cli_images */
#define CLI_WRITES 2u       /* opens read-write unless --ro */
#define CLI_RAW_ARGS 4u     /* options end at the first word that is none */
#define CLI_OWN_OPERANDS 8u /* no operand is an image; there may be no image */
#define CLI_EDITS 16u       /* takes the options of struct cli_edit */
#define CLI_LABELS 32u      /* of struct cli_edit it takes --no-relabel */
#define CLI_UNITS 64u       /* of struct cli_edit it takes the others, and shows a dry run itself */
#define CLI_SIGNED 128u     /* an operand such as "-1G" is its option --less */

extern const struct cli_command *const cli_commands[];

/* --- options.c */
/* Parses; argv is permuted.  Returns the index of the first operand, or -1
 * after it said what is wrong. */
int cli_parse (const struct cli_command *command, struct cli_images *images, void *opts, int argc,
               char **argv);
int cli_list_add (struct cli_list *list, const char *value); /* 0, or -1: no memory */
/* "10G": K, M, G, T, P in powers of 1024, also as KiB or KB; without one, bytes.  0 or -1. */
int cli_parse_bytes (const char *text, uint64_t *ret);
void cli_help (const struct cli_command *command, FILE *fp);

/* --- say.c: messages, all to stderr as "guestkit: ..." */
int cli_error (const char *fmt, ...) __attribute__ ((format (printf, 1, 2))); /* CLI_FAILED */
int cli_usage (const struct cli_command *command, const char *fmt, ...)       /* CLI_USAGE */
    __attribute__ ((format (printf, 2, 3)));
int cli_guestfs_error (guestfs_h *g); /* the handle's last error; CLI_FAILED */

/* --- session.c */
/* A launched handle on the images of -a, or when there is none on the first
 * operand (which is consumed: *argc and *argv move).  NULL: said why, and
 * *ret_exit is set.  Read-only unless the command writes. */
guestfs_h *cli_open (const struct cli_command *command, struct cli_images *images, int *argc,
                     char ***argv, int *ret_exit);
/* The same, and file systems are mounted: those of -m, or what the guest's
 * own files say, which inspection reads. */
guestfs_h *cli_open_mounted (const struct cli_command *command, struct cli_images *images,
                             int *argc, char ***argv, int *ret_exit);
/* A handle with the images added, not launched. */
guestfs_h *cli_prepare (const struct cli_command *command, struct cli_images *images, int *argc,
                        char ***argv, int *ret_exit);
/* Shut down and close; a failure there turns a good exit code into CLI_FAILED. */
int cli_close (guestfs_h *g, int exit_code);

/* --- unit.c: for commands with CLI_EDITS */
/* What is opened for an image: itself, or the overlay of a unit.  NULL: said why. */
const char *cli_unit_begin (struct cli_images *images, const char *image);
/* Instead of cli_close: on success the changes are shown, or land. */
int cli_finish (guestfs_h *g, const struct cli_command *command, struct cli_images *images,
                int exit_code);
/* New files at and below path get the guest's SELinux labels.  An exit code. */
int cli_label_new (guestfs_h *g, const struct cli_images *images, const char *path);
void cli_units_clear (struct cli_images *images);
/* It was said that all is done: the words need not stay. */
void cli_units_forget (const struct cli_images *images);
/* Instead of cli_json_print: with --dry-run the changes become part of it. */
void cli_edit_json (struct cli_images *images, struct json_object *o);

/* --- mounts.c */
int cli_mount_options (guestfs_h *g, const struct cli_list *mounts, bool ro); /* 0 or -1, said */
/* 0 or -1, said.  *ret_root (may be NULL) is set, malloced, when a system was found. */
int cli_mount_guest (guestfs_h *g, bool ro, char **ret_root);
int cli_mount_root (guestfs_h *g, const char *root, bool ro);

/* --- keys.c */
/* Take "ID:key:VALUE", "ID:file:PATH", "ID:env:NAME" or "ID:clevis" of the
 * command line.  A value is overwritten where it was, so that no list of
 * processes shows it for longer than it takes to come here.  0, or -1 after it was said what is
 * wrong. */
int cli_keys_add (struct cli_keys *keys, char *selector);
void cli_keys_clear (struct cli_keys *keys);
/* From now on a crash leaves no memory behind. */
void cli_no_core_dump (void);
/* Open the encrypted devices of the images with the keys that were
 * given, or else ask for them.  0, or -1 after it was said what is wrong. */
int cli_open_encrypted (guestfs_h *g, struct cli_images *images, bool ro);

/* --- interrupt.c: signals that end the program (SIGINT, SIGTERM, SIGHUP). */
void cli_catch_signals (void);
/* Between these, which nest, a signal cancels calls on g. */
void cli_work_begin (guestfs_h *g);
void cli_work_end (guestfs_h *g);
/* A signal waits until this is over; a second does not. */
void cli_hold_signals (bool hold);
/* A signal at which the program ends at once removes these; and from now on nothing. */
void cli_remove_when_interrupted (const char *overlay, const char *dir);
void cli_remove_nothing (bool because_it_lands);
bool cli_interrupted (void);
/* As if the signal had come here: a program of ours has died of it, as if the terminal's keys were
 * for both. */
void cli_interrupt (int sig);
/* One line is enough: true when there was one about the interruption. */
bool cli_say_no_more (void);
/* At the end of the program: of that signal. */
void cli_die_if_interrupted (void);

/* --- gc-fuse.c: what it unmounted is counted.  An exit code. */
int cli_gc_fuse (int *ret_count);

/* --- progress.c: a bar on stderr when it is a terminal. */
void cli_progress_bar (guestfs_h *g);
/* Before an error is told: a bar that has not come to its end goes. */
void cli_progress_wipe (guestfs_h *g);
/* Until something can be read from fd; shown: a mark that wanders. */
void cli_progress_wait (int fd, bool shown);

#endif
