/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of the extension module share.
 *
 * Every call of the API goes one way: handle.c takes numbers and objects,
 * convert.c makes values of them, the row's function calls the library without
 * the interpreter's lock, and convert.c makes an object of the result.  The
 * module uses nothing of the library but its public headers.
 *
 * Locks: the library holds a lock of the handle during a call, and calls back
 * while it holds it; a callback takes the interpreter's lock.  So nobody who
 * holds the interpreter's lock may call a function of the library that takes
 * the handle's.
 */
#ifndef GKPY_NATIVE_H
#define GKPY_NATIVE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <guestfs.h>

#define GKPY_MAX_ARGS 16
#define GKPY_MAX_OPTS 64

/* --- the rows ------------------------------------------------------------------------ */

/* The letter says which member is used:
 *   s k f  s     text; a secret, which is wiped; a file of the host
 *   p      s     a name in the guest, where a guestkit.GuestPath stands, too
 *   z      s     text or None (NULL)
 *   l      l     a list of texts, NULL at its end
 *   b i    i     Bool, Int
 *   L      i64
 *   B      b     bytes
 *   v      ptr   an address as a number
 */
union gkpy_value {
  const char *s;
  char *const *l;
  int i;
  int64_t i64;
  struct {
    const char *p;
    size_t n;
  } b;
  void *ptr;
};

/* The optional arguments: those whose bit is set were given. */
struct gkpy_opts {
  uint64_t mask;
  union gkpy_value v[GKPY_MAX_OPTS];
};

/* 0 nothing; b i L numbers; c a constant text, o that or NULL; s text; l list;
 * h pairs in a list; B bytes; t struct; T list of structs. */
union gkpy_result {
  int i;
  int64_t i64;
  const char *cs;
  char *s;
  char **l;
  struct {
    char *p;
    size_t n;
  } b;
  void *st;
};

/* s text, B bytes with their length at len_offset, c one character, u a UUID
 * of 32 characters, i I 32 bits, L K 64 bits, f a percentage or -1. */
struct gkpy_field {
  const char *name;
  char type;
  size_t offset, len_offset;
};

struct gkpy_struct {
  const char *name;
  const struct gkpy_field *fields;
  int nfields;
  size_t size;
  void (*free) (void *p);
  void (*free_list) (void *p);
  uint32_t (*list) (const void *p, const void **ret_first);
};

struct gkpy_call {
  const char *name;
  const char *args, *opts; /* a letter each */
  char ret;
  const struct gkpy_struct *st;
  const char *const *names; /* of all arguments */
  int (*fn) (guestfs_h *g, const union gkpy_value *args, const struct gkpy_opts *opts,
             union gkpy_result *ret);
};

extern const struct gkpy_call gkpy_calls[];
extern const int gkpy_n_calls;

/* What guestkit.h has beyond the tables: number -1 is the first. */
extern const struct gkpy_call gkpy_extensions[];
extern const int gkpy_n_extensions;

/* --- the handle ------------------------------------------------------------------------ */

/* One call under way; lies on the stack of the thread that makes it. */
struct gkpy_frame {
  struct gkpy_frame *next;
  unsigned long thread;
  PyObject *raised; /* by a callback: the call's own end, or NULL */
};

struct gkpy_callback {
  struct gkpy_callback *next;
  struct gkpy_handle *handle;
  int number; /* the library's event handle */
  PyObject *function;
};

struct gkpy_handle {
  PyObject_HEAD guestfs_h *g; /* NULL once closed */
  bool compat;                /* as libguestfs's module does it */
  bool closing;               /* no more calls may begin */
  int waiting;                /* how many threads wait in close for the calls to end */
  pid_t owner;                /* whose session it is: not a forked child's */
  PyObject *error;            /* (call, message, errno) -> exception; None: RuntimeError */
  PyObject *closed;           /* exception for calls on a closed handle: () -> exception */
  PyObject *structs;          /* name -> class; dicts are made when compat */
  struct gkpy_frame *frames;
  struct gkpy_callback *callbacks;
  PyObject *weakrefs;
};

extern PyTypeObject gkpy_handle_type;

/* --- handle.c */

/* The library's handle for a call, or NULL with an exception: it will not be
 * closed before gkpy_leave. */
guestfs_h *gkpy_enter (struct gkpy_handle *h, struct gkpy_frame *f, const char *name);
void gkpy_leave (struct gkpy_handle *h, struct gkpy_frame *f);
void gkpy_raise (struct gkpy_handle *h, const char *name, const char *message, int errnum);

/* --- convert.c ---------------------------------------------------------------------------- */

/* Values, and what they borrow from until gkpy_args_clear. */
struct gkpy_args {
  union gkpy_value v[GKPY_MAX_ARGS];
  struct gkpy_opts opts;
  int nkeep, nbuffers, nlists;
  struct {
    PyObject *object;
    bool secret;
  } keep[GKPY_MAX_ARGS + GKPY_MAX_OPTS];
  Py_buffer buffers[GKPY_MAX_ARGS];
  char **lists[GKPY_MAX_ARGS + GKPY_MAX_OPTS];
};

/* 0, or -1 with an exception; the caller clears either way. */
int gkpy_args_set (struct gkpy_args *args, const struct gkpy_call *call, bool compat,
                   PyObject *const *objects, Py_ssize_t n);
void gkpy_args_clear (struct gkpy_args *args);

/* Takes what the result owns. */
PyObject *gkpy_result_object (struct gkpy_handle *h, const struct gkpy_call *call,
                              union gkpy_result *ret);
void gkpy_result_free (const struct gkpy_call *call, union gkpy_result *ret);

/* Bytes of the guest as str, whatever they are: os.fsencode brings them back. */
PyObject *gkpy_text (const char *s);
PyObject *gkpy_text_n (const char *s, size_t n);

/* --- events.c -------------------------------------------------------------------------------- */

/* Looks for Ctrl-C while a long call says how far it is.  0 or -1. */
int gkpy_events_init (struct gkpy_handle *h);
PyObject *gkpy_set_event_callback (PyObject *self, PyObject *args);
PyObject *gkpy_delete_event_callback (PyObject *self, PyObject *args);
void gkpy_callbacks_free (struct gkpy_handle *h);

/* The call of this thread on the handle, the innermost one, or NULL. */
struct gkpy_frame *gkpy_frame_here (struct gkpy_handle *h);

#endif
