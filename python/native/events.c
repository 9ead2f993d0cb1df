/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Callbacks of the library as calls of Python functions.
 *
 * They run in the thread that makes the call.  What one raises ends the call:
 * it is cancelled, and raises the same when it is back.  libguestfs's module
 * prints it and goes on, and so does a handle made for that one.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "native.h"

struct gkpy_frame *
gkpy_frame_here (struct gkpy_handle *h)
{
  unsigned long me = PyThread_get_thread_ident ();
  struct gkpy_frame *f = h->frames;

  while (f && f->thread != me)
    f = f->next;
  return f;
}

/* An exception is set: keep it for the call, and have that ended. */
static void
raised (struct gkpy_handle *h, PyObject *function)
{
  struct gkpy_frame *f = gkpy_frame_here (h);

  if (h->compat)
    PyErr_PrintEx (0);
  else if (f == NULL || f->raised)
    PyErr_WriteUnraisable (function);
  else {
    PyObject *type, *value, *traceback;
    PyErr_Fetch (&type, &value, &traceback);
    PyErr_NormalizeException (&type, &value, &traceback);
    if (traceback)
      PyException_SetTraceback (value, traceback);
    f->raised = value;
    Py_XDECREF (type);
    Py_XDECREF (traceback);
    if (h->g)
      guestfs_user_cancel (h->g);
  }
}

static PyObject *
event_args (uint64_t event, int number, const char *buf, size_t buf_len, const uint64_t *array,
            size_t array_len)
{
  PyObject *list = PyList_New ((Py_ssize_t)array_len);
  PyObject *text = buf ? gkpy_text_n (buf, buf_len) : Py_NewRef (Py_None);
  PyObject *args = NULL;

  for (size_t i = 0; list && i < array_len; i++) {
    PyObject *n = PyLong_FromUnsignedLongLong (array[i]);
    if (n == NULL)
      Py_CLEAR (list);
    else
      PyList_SET_ITEM (list, (Py_ssize_t)i, n);
  }
  if (list && text)
    args = Py_BuildValue ("(KiOO)", (unsigned long long)event, number, text, list);
  Py_XDECREF (list);
  Py_XDECREF (text);
  return args;
}

static void
on_event (guestfs_h *g, void *opaque, uint64_t event, int number, int flags, const char *buf,
          size_t buf_len, const uint64_t *array, size_t array_len)
{
  struct gkpy_callback *cb = opaque;

  /* The library closes what is left at the exit of the process, when there is
   * no interpreter any more. */
  if (!Py_IsInitialized ())
    return;
  PyGILState_STATE state = PyGILState_Ensure ();
  /* The callback may delete itself. */
  struct gkpy_handle *h = cb->handle;
  PyObject *function = Py_XNewRef (cb->function);
  PyObject *args = function ? event_args (event, number, buf, buf_len, array, array_len) : NULL;
  PyObject *r = args ? PyObject_CallObject (function, args) : NULL;

  if (function && r == NULL)
    raised (h, function);
  Py_XDECREF (r);
  Py_XDECREF (args);
  Py_XDECREF (function);
  PyGILState_Release (state);
}

/* Python's own handler of a signal has only noted it; the thread that would act
 * on it is here. */
static void
look_for_signals (guestfs_h *g, void *opaque, uint64_t event, int number, int flags,
                  const char *buf, size_t buf_len, const uint64_t *array, size_t array_len)
{
  struct gkpy_handle *h = opaque;

  if (!Py_IsInitialized ())
    return;
  PyGILState_STATE state = PyGILState_Ensure ();
  struct gkpy_frame *f = gkpy_frame_here (h);
  if (PyErr_CheckSignals () == -1)
    raised (h, NULL);
  else if (f && f->raised && h->g)
    guestfs_user_cancel (h->g); /* what was raised before the call began is forgotten */
  PyGILState_Release (state);
}

int
gkpy_events_init (struct gkpy_handle *h)
{
  if (h->compat)
    return 0;
  return guestfs_set_event_callback (h->g, look_for_signals, GUESTFS_EVENT_PROGRESS, 0, h) == -1
             ? -1
             : 0;
}

static void
take (struct gkpy_handle *h, const struct gkpy_callback *cb)
{
  struct gkpy_callback **at = &h->callbacks;

  while (*at && *at != cb)
    at = &(*at)->next;
  if (*at)
    *at = cb->next;
}

PyObject *
gkpy_set_event_callback (PyObject *self, PyObject *args)
{
  struct gkpy_handle *h = (struct gkpy_handle *)self;
  struct gkpy_frame frame;
  PyObject *function;
  unsigned long long mask;
  int number;

  if (!PyArg_ParseTuple (args, "OK:set_event_callback", &function, &mask))
    return NULL;
  if (!PyCallable_Check (function)) {
    PyErr_SetString (PyExc_TypeError,
                     "callback parameter is not callable (eg. lambda or function)");
    return NULL;
  }
  guestfs_h *g = gkpy_enter (h, &frame, "set_event_callback");
  if (g == NULL)
    return NULL;
  struct gkpy_callback *cb = PyMem_Calloc (1, sizeof *cb);
  if (cb == NULL) {
    gkpy_leave (h, &frame);
    return PyErr_NoMemory ();
  }
  *cb = (struct gkpy_callback){ h->callbacks, h, -1, Py_NewRef (function) };
  h->callbacks = cb;

  Py_BEGIN_ALLOW_THREADS guestfs_set_error_handler (g, NULL, NULL);
  number = guestfs_set_event_callback (g, on_event, mask, 0, cb);
  Py_END_ALLOW_THREADS cb->number = number;
  PyObject *r = number == -1 ? NULL : PyLong_FromLong (number);
  if (number == -1) {
    gkpy_raise (h, "set_event_callback", guestfs_last_error (g), guestfs_last_errno (g));
    take (h, cb);
    Py_CLEAR (cb->function);
    PyMem_Free (cb);
  }
  gkpy_leave (h, &frame);
  return r;
}

PyObject *
gkpy_delete_event_callback (PyObject *self, PyObject *args)
{
  struct gkpy_handle *h = (struct gkpy_handle *)self;
  struct gkpy_frame frame;
  int number;

  if (!PyArg_ParseTuple (args, "i:delete_event_callback", &number))
    return NULL;
  guestfs_h *g = gkpy_enter (h, &frame, "delete_event_callback");
  if (g == NULL)
    return NULL;
  struct gkpy_callback *cb = h->callbacks;
  while (cb && cb->number != number)
    cb = cb->next;
  if (cb && number >= 0) {
    /* Out of the list first: as soon as the library has let go of the number,
     * it may give it to another thread. */
    take (h, cb);
    Py_BEGIN_ALLOW_THREADS guestfs_delete_event_callback (g, number);
    Py_END_ALLOW_THREADS Py_CLEAR (cb->function);
    PyMem_Free (cb);
  }
  gkpy_leave (h, &frame);
  Py_RETURN_NONE;
}

/* Once the library's handle is gone, or never will be used here again. */
void
gkpy_callbacks_free (struct gkpy_handle *h)
{
  struct gkpy_callback *cb = h->callbacks;

  h->callbacks = NULL;
  while (cb) {
    struct gkpy_callback *next = cb->next;
    Py_CLEAR (cb->function);
    PyMem_Free (cb);
    cb = next;
  }
}
