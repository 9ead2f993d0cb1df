/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The extension module guestkit._native: the type Handle, and what the library
 * has beyond the API tables. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>

#include <guestkit.h>

#include "gk-python-digest.h"
#include "native.h"

/* --- guestkit.h, in the form of rows --------------------------------------------------- */

static int
call_open (guestfs_h *g, const union gkpy_value *a, const struct gkpy_opts *o, union gkpy_result *r)
{
  r->i = guestkit_open (g, a[0].s, a[1].i, a[2].i);
  return r->i == -1 ? -1 : 0;
}

static int
call_opendir (guestfs_h *g, const union gkpy_value *a, const struct gkpy_opts *o,
              union gkpy_result *r)
{
  r->i = guestkit_opendir (g, a[0].s);
  return r->i == -1 ? -1 : 0;
}

static int
call_root_fd (guestfs_h *g, const union gkpy_value *a, const struct gkpy_opts *o,
              union gkpy_result *r)
{
  r->i = guestkit_root_fd (g);
  return r->i == -1 ? -1 : 0;
}

static int
call_mount_tree (guestfs_h *g, const union gkpy_value *a, const struct gkpy_opts *o,
                 union gkpy_result *r)
{
  return guestkit_mount_tree (g, a[0].s);
}

static int
call_unmount_tree (guestfs_h *g, const union gkpy_value *a, const struct gkpy_opts *o,
                   union gkpy_result *r)
{
  return guestkit_unmount_tree (g);
}

static int
call_inspect (guestfs_h *g, const union gkpy_value *a, const struct gkpy_opts *o,
              union gkpy_result *r)
{
  r->s = guestkit_inspect (g, a[0].s);
  return r->s == NULL ? -1 : 0;
}

#define NAMES(...)                                                                                 \
  (const char *const[])                                                                            \
  {                                                                                                \
    __VA_ARGS__                                                                                    \
  }

const struct gkpy_call gkpy_extensions[] = {
  { "open", "pii", "", 'i', NULL, NAMES ("path", "flags", "mode"), call_open },
  { "mount_tree", "f", "", '0', NULL, NAMES ("dir"), call_mount_tree },
  { "unmount_tree", "", "", '0', NULL, NAMES (NULL), call_unmount_tree },
  { "inspect", "p", "", 's', NULL, NAMES ("root"), call_inspect },
  { "opendir", "p", "", 'i', NULL, NAMES ("path"), call_opendir },
  { "root_fd", "", "", 'i', NULL, NAMES (NULL), call_root_fd },
};
const int gkpy_n_extensions = sizeof gkpy_extensions / sizeof gkpy_extensions[0];

/* --- the module ---------------------------------------------------------------------------- */

static PyObject *
event_to_string (PyObject *self, PyObject *arg)
{
  unsigned long long events = PyLong_AsUnsignedLongLongMask (arg);

  if (events == (unsigned long long)-1 && PyErr_Occurred ())
    return NULL;
  char *s = guestfs_event_to_string (events);
  if (s == NULL)
    return PyErr_NoMemory ();
  PyObject *r = gkpy_text (s);
  free (s);
  return r;
}

static PyObject *
version (PyObject *self, PyObject *ignored)
{
  return gkpy_text (guestkit_version ());
}

static PyMethodDef methods[] = {
  { "event_to_string", event_to_string, METH_O, "the names of events" },
  { "version", version, METH_NOARGS, "the library's version" },
  { NULL, NULL, 0, NULL },
};

static struct PyModuleDef module = {
  PyModuleDef_HEAD_INIT,
  .m_name = "guestkit._native",
  .m_doc = "What the packages guestkit and guestfs stand on.",
  .m_size = -1,
  .m_methods = methods,
};

PyMODINIT_FUNC PyInit__native (void);

PyMODINIT_FUNC
PyInit__native (void)
{
  if (PyType_Ready (&gkpy_handle_type) == -1)
    return NULL;
  PyObject *m = PyModule_Create (&module);
  if (m == NULL)
    return NULL;
  /* Numbers of extensions, as the packages name them. */
  bool good = PyModule_AddObjectRef (m, "Handle", (PyObject *)&gkpy_handle_type) == 0 &&
              PyModule_AddStringConstant (m, "DIGEST", GKPY_DIGEST) == 0 &&
              PyModule_AddIntConstant (m, "OPEN", -1) == 0 &&
              PyModule_AddIntConstant (m, "MOUNT_TREE", -2) == 0 &&
              PyModule_AddIntConstant (m, "UNMOUNT_TREE", -3) == 0 &&
              PyModule_AddIntConstant (m, "INSPECT", -4) == 0 &&
              PyModule_AddIntConstant (m, "OPENDIR", -5) == 0 &&
              PyModule_AddIntConstant (m, "ROOT_FD", -6) == 0;
  if (!good)
    Py_CLEAR (m);
  return m;
}
