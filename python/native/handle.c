/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The handle as a Python object: calls, and its end.
 *
 * A handle may be closed while other threads use it, from a callback, by the
 * garbage collector, or never.  The library frees it in all cases only when no
 * call is under way: close waits for the calls of other threads, and leaves
 * the work to the last of them when its own thread is inside one.
 *
 * A session belongs to the process that made it.  A child of fork has the
 * handle too, and the socket to the worker; to end the session there, because
 * some object went away, would take it from the parent.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "native.h"

/* For close, which waits for others' calls; both are only waited for with a
 * time-out, so that nothing depends on who was first. */
static pthread_mutex_t ended_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;

/* --- the end --------------------------------------------------------------------------- */

/* Nobody is inside. */
static void
close_now (struct gkpy_handle *h)
{
  guestfs_h *g = h->g;

  h->g = NULL;
  if (g) {
    Py_BEGIN_ALLOW_THREADS guestfs_set_error_handler (g, NULL, NULL);
    guestfs_close (g);
    Py_END_ALLOW_THREADS
  }
  gkpy_callbacks_free (h);
}

static int
wait_for_calls (struct gkpy_handle *h)
{
  int r = 0;

  h->waiting++;
  while (h->frames && r == 0) {
    struct timespec until;
    Py_BEGIN_ALLOW_THREADS clock_gettime (CLOCK_REALTIME, &until);
    until.tv_nsec += 50 * 1000 * 1000;
    if (until.tv_nsec >= 1000 * 1000 * 1000) {
      until.tv_nsec -= 1000 * 1000 * 1000;
      until.tv_sec++;
    }
    pthread_mutex_lock (&ended_lock);
    pthread_cond_timedwait (&ended, &ended_lock, &until);
    pthread_mutex_unlock (&ended_lock);
    Py_END_ALLOW_THREADS r = PyErr_CheckSignals ();
  }
  h->waiting--;
  return r;
}

static void
raise_closed (struct gkpy_handle *h)
{
  PyObject *e = PyObject_CallNoArgs (h->closed);

  if (e)
    PyErr_SetObject ((PyObject *)Py_TYPE (e), e);
  Py_XDECREF (e);
}

static PyObject *
handle_close (PyObject *self, PyObject *ignored)
{
  struct gkpy_handle *h = (struct gkpy_handle *)self;

  if (h->g == NULL || h->closing) {
    raise_closed (h);
    return NULL;
  }
  if (h->owner != getpid () && !h->compat) {
    h->g = NULL;
    gkpy_callbacks_free (h);
    Py_RETURN_NONE;
  }
  h->closing = true;
  /* From a callback: the call that it belongs to does the rest. */
  if (gkpy_frame_here (h))
    Py_RETURN_NONE;
  /* Interrupted: likewise, unless that was the last. */
  int r = wait_for_calls (h);
  if (h->frames == NULL) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch (&type, &value, &traceback);
    close_now (h);
    PyErr_Restore (type, value, traceback);
  }
  if (r == -1)
    return NULL;
  Py_RETURN_NONE;
}

static void
handle_finalize (PyObject *self)
{
  struct gkpy_handle *h = (struct gkpy_handle *)self;
  PyObject *type, *value, *traceback;

  PyErr_Fetch (&type, &value, &traceback);
  if (h->g && h->owner == getpid ()) {
    h->closing = true;
    close_now (h);
  }
  PyErr_Restore (type, value, traceback);
}

/* --- calls ---------------------------------------------------------------------------------- */

guestfs_h *
gkpy_enter (struct gkpy_handle *h, struct gkpy_frame *f, const char *name)
{
  if (h->g == NULL || h->closing) {
    raise_closed (h);
    return NULL;
  }
  if (h->owner != getpid ()) {
    if (!h->compat) {
      gkpy_raise (h, name, "the session belongs to the process that opened it, not to its child",
                  EPERM);
      return NULL;
    }
    /* Programs that become daemons go on with their handles. */
    h->owner = getpid ();
    h->frames = NULL;
  }
  *f = (struct gkpy_frame){ h->frames, PyThread_get_thread_ident (), NULL };
  h->frames = f;
  return h->g;
}

void
gkpy_leave (struct gkpy_handle *h, struct gkpy_frame *f)
{
  struct gkpy_frame **at = &h->frames;

  while (*at && *at != f)
    at = &(*at)->next;
  if (*at)
    *at = f->next;
  if (h->frames)
    return;
  if (h->waiting) {
    pthread_mutex_lock (&ended_lock);
    pthread_cond_broadcast (&ended);
    pthread_mutex_unlock (&ended_lock);
  } else if (h->closing && h->g) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch (&type, &value, &traceback);
    close_now (h);
    PyErr_Restore (type, value, traceback);
  }
}

void
gkpy_raise (struct gkpy_handle *h, const char *name, const char *message, int errnum)
{
  PyObject *text = gkpy_text (message ? message : "no reason given");

  if (text && h->error == Py_None)
    PyErr_SetObject (PyExc_RuntimeError, text);
  else if (text) {
    PyObject *e = PyObject_CallFunction (h->error, "sOi", name, text, errnum);
    if (e)
      PyErr_SetObject ((PyObject *)Py_TYPE (e), e);
    Py_XDECREF (e);
  }
  Py_XDECREF (text);
}

/* What a callback raised takes the place of the call's own end. */
static PyObject *
end_of_call (struct gkpy_frame *f, PyObject *result)
{
  if (f->raised == NULL)
    return result;
  Py_XDECREF (result);
  PyErr_Clear ();
  PyErr_SetObject ((PyObject *)Py_TYPE (f->raised), f->raised);
  Py_CLEAR (f->raised);
  return NULL;
}

static PyObject *
invoke (struct gkpy_handle *h, const struct gkpy_call *call, const struct gkpy_args *args)
{
  struct gkpy_frame frame;
  union gkpy_result ret = { 0 };
  PyObject *result = NULL;
  int r;

  guestfs_h *g = gkpy_enter (h, &frame, call->name);
  if (g == NULL)
    return NULL;
  Py_BEGIN_ALLOW_THREADS
      /* Handlers are a thread's own; the default one prints. */
      guestfs_set_error_handler (g, NULL, NULL);
  r = call->fn (g, args->v, &args->opts, &ret);
  Py_END_ALLOW_THREADS if (r == 0) result = gkpy_result_object (h, call, &ret);
  else gkpy_raise (h, call->name, guestfs_last_error (g), guestfs_last_errno (g));
  result = end_of_call (&frame, result);
  gkpy_leave (h, &frame);
  return result;
}

static const struct gkpy_call *
find_call (PyObject *number)
{
  long n = PyLong_AsLong (number);

  if (n == -1 && PyErr_Occurred ())
    return NULL;
  if (n >= 0 && n < gkpy_n_calls)
    return &gkpy_calls[n];
  if (n < 0 && n >= -gkpy_n_extensions)
    return &gkpy_extensions[-n - 1];
  PyErr_Format (PyExc_IndexError, "no call has the number %ld", n);
  return NULL;
}

/* call (number, arguments...): all of them, None for an optional one that is
 * not given. */
static PyObject *
handle_call (PyObject *self, PyObject *const *objects, Py_ssize_t n)
{
  struct gkpy_handle *h = (struct gkpy_handle *)self;
  struct gkpy_args args;
  PyObject *result = NULL;

  if (n < 1) {
    PyErr_SetString (PyExc_TypeError, "call() needs the number of a call");
    return NULL;
  }
  const struct gkpy_call *call = find_call (objects[0]);
  if (call == NULL)
    return NULL;
  if (gkpy_args_set (&args, call, h->compat, objects + 1, n - 1) == 0)
    result = invoke (h, call, &args);
  gkpy_args_clear (&args);
  return result;
}

/* --- the type ----------------------------------------------------------------------------------
 */

static PyObject *
handle_new (PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
  unsigned flags;
  int compat;
  PyObject *error, *closed, *structs;

  if (!PyArg_ParseTuple (args, "IpOOO!:Handle", &flags, &compat, &error, &closed, &PyDict_Type,
                         &structs))
    return NULL;
  struct gkpy_handle *h = (struct gkpy_handle *)type->tp_alloc (type, 0);
  if (h == NULL)
    return NULL;
  h->compat = compat;
  h->error = Py_NewRef (error);
  h->closed = Py_NewRef (closed);
  h->structs = Py_NewRef (structs);
  h->owner = getpid ();
  Py_BEGIN_ALLOW_THREADS h->g = guestfs_create_flags (flags);
  Py_END_ALLOW_THREADS if (h->g == NULL) PyErr_SetFromErrno (PyExc_OSError);
  else if (gkpy_events_init (h) == -1)
      gkpy_raise (h, "create", guestfs_last_error (h->g), guestfs_last_errno (h->g));
  else return (PyObject *)h;
  Py_DECREF (h);
  return NULL;
}

static int
handle_traverse (PyObject *self, visitproc visit, void *arg)
{
  struct gkpy_handle *h = (struct gkpy_handle *)self;

  Py_VISIT (h->error);
  Py_VISIT (h->closed);
  Py_VISIT (h->structs);
  for (struct gkpy_callback *cb = h->callbacks; cb; cb = cb->next)
    Py_VISIT (cb->function);
  return 0;
}

static int
handle_clear (PyObject *self)
{
  struct gkpy_handle *h = (struct gkpy_handle *)self;

  Py_CLEAR (h->error);
  Py_CLEAR (h->closed);
  Py_CLEAR (h->structs);
  for (struct gkpy_callback *cb = h->callbacks; cb; cb = cb->next)
    Py_CLEAR (cb->function);
  return 0;
}

static void
handle_dealloc (PyObject *self)
{
  struct gkpy_handle *h = (struct gkpy_handle *)self;

  if (PyObject_CallFinalizerFromDealloc (self) == -1)
    return; /* something took it up again */
  PyObject_GC_UnTrack (self);
  if (h->weakrefs)
    PyObject_ClearWeakRefs (self);
  handle_clear (self);
  gkpy_callbacks_free (h);
  Py_TYPE (self)->tp_free (self);
}

static PyObject *
handle_is_open (PyObject *self, void *ignored)
{
  struct gkpy_handle *h = (struct gkpy_handle *)self;
  return PyBool_FromLong (h->g != NULL && !h->closing);
}

static PyObject *
handle_is_mine (PyObject *self, void *ignored)
{
  return PyBool_FromLong (((struct gkpy_handle *)self)->owner == getpid ());
}

static PyObject *
handle_is_busy_here (PyObject *self, void *ignored)
{
  return PyBool_FromLong (gkpy_frame_here ((struct gkpy_handle *)self) != NULL);
}

static PyGetSetDef handle_getset[] = {
  { "is_open", handle_is_open, NULL, "whether calls can be made", NULL },
  { "is_mine", handle_is_mine, NULL, "whether this process opened it", NULL },
  { "is_busy_here", handle_is_busy_here, NULL, "whether this thread is inside a call", NULL },
  { NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef handle_methods[] = {
  { "call", (PyCFunction)(void (*) (void))handle_call, METH_FASTCALL, "one call of the API" },
  { "close", handle_close, METH_NOARGS, "end the session and free the handle" },
  { "set_event_callback", gkpy_set_event_callback, METH_VARARGS, "returns the callback's number" },
  { "delete_event_callback", gkpy_delete_event_callback, METH_VARARGS, "takes that number" },
  { NULL, NULL, 0, NULL },
};

PyTypeObject gkpy_handle_type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "guestkit._native.Handle",
  .tp_doc = "A handle of the library.",
  .tp_basicsize = sizeof (struct gkpy_handle),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
  .tp_new = handle_new,
  .tp_finalize = handle_finalize,
  .tp_dealloc = handle_dealloc,
  .tp_traverse = handle_traverse,
  .tp_clear = handle_clear,
  .tp_weaklistoffset = offsetof (struct gkpy_handle, weakrefs),
  .tp_methods = handle_methods,
  .tp_getset = handle_getset,
};
